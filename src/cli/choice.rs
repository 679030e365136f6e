//! What the arguments of `kubeproof impact` choose to be deleted.

use std::ops::Range;
use std::path::Path;

use crate::impact::fields::FieldSelector;
use crate::impact::labels::{Fault, LabelSelector};
use crate::impact::{Choice, Surrounds, csms};
use crate::names;
use crate::report::printable;
use crate::source;

use super::impact::ImpactArgs;
use super::problem::Problem;
use super::read;
use super::shown::{shown, text};

/// What is to be deleted.
pub enum Wanted {
    /// Secrets of a cluster.
    Secrets(Choice),
    /// Secrets of the cloud service.
    Cloud(Vec<String>),
}

/// Reads what the arguments choose, or says what is wrong with them.
pub fn wanted(args: &ImpactArgs, surrounds: &mut Surrounds) -> Result<Wanted, Vec<String>> {
    if args.csms_request.is_some() || args.csms_response.is_some() {
        return cloud(args, surrounds).map(Wanted::Cloud);
    }
    let mut faults = Vec::new();
    let mut fault = |option: &str, text: &str, fault: &Fault| faults.push(placed(option, text, fault));
    let labels = args.selector.as_ref().map(|text| {
        LabelSelector::parse(text).unwrap_or_else(|wrong| {
            fault("--selector", text, &wrong);
            LabelSelector::default()
        })
    });
    let fields = args.field_selector.as_ref().map(|text| {
        FieldSelector::parse(text).unwrap_or_else(|wrong| {
            fault("--field-selector", text, &wrong);
            FieldSelector::default()
        })
    });
    let (labels, fields) = (labels.unwrap_or_default(), fields.unwrap_or_default());
    let selectors = !labels.is_empty() || !fields.is_empty();
    if faults.is_empty()
        && args.names.is_empty()
        && !selectors
        && args.namespace.is_none()
        && !args.all_namespaces
    {
        faults.push(
            "nothing is chosen; name Secrets, select them with -l or --field-selector, or choose all of a \
             namespace with -n NS, all of the cluster with -A"
                .to_string(),
        );
    }
    if !args.names.is_empty() && selectors {
        faults.push(
            "names and selectors do not go together; leave the names out, or select by \
             --field-selector metadata.name=NAME"
                .to_string(),
        );
    }
    faults.extend(args.names.iter().filter_map(|name| no_name(name)));
    let namespace = args.namespace.clone();
    if namespace.as_deref() == Some("") {
        faults.push("-n names no namespace; write -A for all namespaces".to_string());
    } else if let Some(namespace) = &namespace
        && !names::dns1123_label(namespace).is_empty()
    {
        faults.push(format!(
            "`{}` cannot be the name of a namespace",
            printable(namespace)
        ));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let whole = args.names.is_empty() && !selectors;
    let place = match &namespace {
        Some(namespace) => format!("in namespace {namespace}"),
        None => "in all namespaces".to_string(),
    };
    surrounds.selection = if whole {
        match &namespace {
            Some(namespace) => format!("ALL SECRETS OF NAMESPACE {namespace}"),
            None => "ALL SECRETS OF ALL NAMESPACES".to_string(),
        }
    } else if args.names.is_empty() {
        let asked = [("-l", &args.selector), ("--field-selector", &args.field_selector)];
        let asked: Vec<String> = asked
            .into_iter()
            .filter_map(|(option, text)| Some(format!("{option} `{}`", text.as_ref()?)))
            .collect();
        format!("the Secrets {place} that {} fits", asked.join(" and "))
    } else {
        let shown = args.names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
        let more = args.names.len().saturating_sub(5);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let several = if args.names.len() > 1 { "Secrets" } else { "Secret" };
        format!("{several} {shown}{more} {place}")
    };
    if whole {
        surrounds.notes.push(format!(
            "nothing but the namespace was chosen, so every Secret {place} is meant, tokens and registry \
             credentials too"
        ));
    }
    let paths: Vec<&str> = args.names.iter().map(|name| &**name).collect();
    let paths: Vec<&str> = paths
        .into_iter()
        .filter(|name| Path::new(name).exists())
        .collect();
    if let Some(first) = paths.first() {
        surrounds.notes.push(format!(
            "{} stands for a Secret, although there is a file or folder of that name: manifests to look in are \
             named with -f",
            printable(first)
        ));
    }
    Ok(Wanted::Secrets(Choice {
        names: args.names.clone(),
        namespace,
        labels,
        fields,
    }))
}

/// What is wrong with a name that no Secret can have. Mostly it is a path, which would be judged as a Secret that
/// nothing uses: "safe", about something else than was meant.
fn no_name(name: &str) -> Option<String> {
    let manifest = [".yaml", ".yml", ".json"].iter().any(|end| name.ends_with(end));
    if names::dns1123_subdomain(name).is_empty() && !(manifest && Path::new(name).exists()) {
        return None;
    }
    let shown = printable(name);
    if let Some((namespace, secret)) = name.split_once('/')
        && names::dns1123_label(namespace).is_empty()
        && names::dns1123_subdomain(secret).is_empty()
        && !Path::new(name).exists()
    {
        // As kubectl takes it: `secret/db`.
        if matches!(namespace, "secret" | "secrets") {
            return Some(format!(
                "`{shown}` is no Secret's name; write the name alone: `{secret}`"
            ));
        }
        return Some(format!(
            "`{shown}` is no Secret's name; a namespace is chosen with -n: `{secret} -n {namespace}`"
        ));
    }
    Some(format!(
        "`{shown}` cannot be a Secret's name; if manifests are meant, name them with -f: `-f {shown}`"
    ))
}

/// The names that a batch deletion in the cloud service is about.
fn cloud(args: &ImpactArgs, surrounds: &mut Surrounds) -> Result<Vec<String>, Vec<String>> {
    let mut faults = Vec::new();
    if args.namespace.is_some()
        || args.all_namespaces
        || args.selector.is_some()
        || args.field_selector.is_some()
    {
        faults.push(
            "secrets of Cloud Secret Management Service have no namespace, labels or fields; \
             leave out -n, -A, -l and --field-selector"
                .to_string(),
        );
    }
    let mut of = String::new();
    if let Some(path) = &args.csms_request
        && let Some(request) = body(path, csms::request, &mut faults)
    {
        of = match (&request.instance_type, &request.instance_id) {
            (Some(kind), Some(id)) => format!(" of {kind} instance {id}"),
            (Some(kind), None) => format!(" of {kind} instances"),
            (None, Some(id)) => format!(" of instance {id}"),
            (None, None) => String::new(),
        };
        if request.instance_id.is_none() {
            surrounds.notes.push(
                "the request names no `instance_id`; which secrets the service then deletes is not documented"
                    .to_string(),
            );
        }
        if args.csms_response.is_none() && args.names.is_empty() && faults.is_empty() {
            faults.push(format!(
                "{}: a request alone does not tell which secrets the instance{} owns; add the service's answer \
                 with --csms-response FILE, or name the secrets",
                shown(path),
                request.instance_id.map_or(String::new(), |id| format!(" {}", printable(&id))),
            ));
        }
    }
    for name in &args.names {
        if name.contains(['/', '\\']) || matches!(&**name, "." | "..") {
            faults.push(format!(
                "`{0}` is a path and no secret's name; name manifests with -f: `-f {0}`",
                printable(name)
            ));
        }
    }
    let mut names = args.names.clone();
    if let Some(path) = &args.csms_response
        && let Some(response) = body(path, csms::response, &mut faults)
    {
        names.extend(response.at_risk());
        if !response.pending.is_empty() {
            surrounds.notes.push(format!(
                "pending deletion, and so at risk although their deletion failed: {}",
                printable(&response.pending.join(", "))
            ));
        }
        if !response.kept.is_empty() {
            let kept: Vec<String> = response
                .kept
                .iter()
                .map(|(name, why)| format!("{name} ({why})"))
                .collect();
            surrounds.notes.push(format!(
                "not deleted, and so left out: {}",
                printable(&kept.join(", "))
            ));
        }
        if names.is_empty() && faults.is_empty() {
            faults.push(format!(
                "{}: the service deleted nothing, so that nothing is at risk",
                shown(path)
            ));
        }
    }
    surrounds.selection = format!("secrets in Cloud Secret Management Service{}", printable(&of));
    if faults.is_empty() { Ok(names) } else { Err(faults) }
}

fn body<T>(
    path: &Path,
    read_body: impl FnOnce(&str) -> Result<T, Vec<csms::Fault>>,
    faults: &mut Vec<String>,
) -> Option<T> {
    let mut bytes = Vec::new();
    let got = if path.as_os_str() == "-" {
        read::rest(std::io::stdin().lock(), Path::new("<stdin>"), &mut bytes)
    } else {
        match path.metadata() {
            Ok(metadata) if metadata.is_dir() => {
                Err(Problem::new(path, "is a folder; name the file with the body"))
            }
            Ok(_) => read::file(path, &mut bytes),
            Err(error) => Err(Problem::io(path, &error)),
        }
    };
    if let Err(problem) = got {
        faults.push(problem.to_string());
        return None;
    }
    match read_body(&source::decode(bytes).text) {
        Ok(read) => Some(read),
        Err(wrong) => {
            let name = text(path);
            faults.extend(wrong.iter().map(|fault| {
                format!(
                    "{}:{}:{}: {}",
                    printable(&name),
                    fault.line,
                    fault.column,
                    fault.what
                )
            }));
            None
        }
    }
}

/// A fault in an expression, with the expression and a mark below what is wrong.
fn placed(option: &str, text: &str, fault: &Fault) -> String {
    let Range { start, end } = fault.at;
    // Control characters would shift the mark.
    let shown = |part: Option<&str>| printable(part.unwrap_or_default()).into_owned();
    let (before, marked) = (shown(text.get(..start)), shown(text.get(start..end)));
    let rest = shown(text.get(end..));
    let mark = "^".repeat(marked.chars().count().max(1));
    format!(
        "{option}: {}\n  {before}{marked}{rest}\n  {}{mark} {}",
        fault.what,
        " ".repeat(before.chars().count()),
        fault.help
    )
}
