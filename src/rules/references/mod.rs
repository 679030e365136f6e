//! Names that one object uses and another defines.

pub(super) mod dangling_claim;
pub(super) mod dangling_class;
pub(super) mod dangling_config_map;
pub(super) mod dangling_name;
pub(super) mod dangling_role;
pub(super) mod dangling_scale_target;
pub(super) mod dangling_secret;
pub(super) mod dangling_service;
pub(super) mod dangling_service_account;
pub(super) mod dangling_tls_secret;
pub(super) mod missing_key;
pub(super) mod missing_port;
pub(super) mod missing_target_port;
pub(super) mod selector_mismatch;
pub(super) mod tls_secret_lacks_keys;
pub(super) mod unscalable_target;

use crate::diagnostic::{Edit, Report, Severity};
use crate::graph::table::{Breaks, Reading, Row, Target};
use crate::graph::{
    CLUSTER_ROLE, CONFIG_MAP, Closeness, DEPLOYMENT, Defined, GATEWAY_CLASS, INGRESS_CLASS,
    MUTATING_ADMISSION_POLICY, Meant, PERSISTENT_VOLUME_CLAIM, PRIORITY_CLASS, REPLICA_SET, ROLE,
    RUNTIME_CLASS, SECRET, SERVICE, SERVICE_ACCOUNT, STATEFUL_SET, STORAGE_CLASS, UseSite,
    VALIDATING_ADMISSION_POLICY, Verdict,
};
use crate::hash::{HashMap, HashSet};
use crate::rules::{RunCx, quote};
use crate::settings::Settings;
use crate::source::Span;
use crate::yaml::resolve;

/// What pods, claims, Ingresses and Gateways are of.
const CLASSES: [Target; 5] = [
    GATEWAY_CLASS,
    INGRESS_CLASS,
    PRIORITY_CLASS,
    RUNTIME_CLASS,
    STORAGE_CLASS,
];
/// What can be scaled.
const WORKLOADS: [Target; 3] = [DEPLOYMENT, REPLICA_SET, STATEFUL_SET];
/// What else has a rule of its own.
const OTHERS: [Target; 7] = [
    CLUSTER_ROLE,
    CONFIG_MAP,
    PERSISTENT_VOLUME_CLAIM,
    ROLE,
    SECRET,
    SERVICE,
    SERVICE_ACCOUNT,
];

fn is_class(target: Target) -> bool {
    CLASSES.contains(&target)
}

fn is_workload(target: Target) -> bool {
    WORKLOADS.contains(&target)
}

/// Whether what is named, maybe of a user's own rows, has no rule of its own.
fn is_other(target: Target) -> bool {
    !is_class(target) && !is_workload(target) && !OTHERS.contains(&target)
}

/// How many other places a finding about something unknown lists.
const OTHER_PLACES: usize = 4;

/// What is said of a name once: of what it is, where it is looked for, and how the files that use it are judged.
type Same<'r> = (Target, &'r str, &'r str, (bool, Option<Severity>));

/// A name that is not there, with what else there is, and everybody who uses it.
struct Missing<'r> {
    sites: Vec<UseSite<'r>>,
    /// One of the same name in another namespace.
    elsewhere: Option<Defined<'r>>,
    /// One of a similar name, far away.
    near: Option<Defined<'r>>,
}

/// Reports the uses, of the rows that `wanted` picks, of names that nobody defines where they are looked for.
///
/// A name that is missing in a namespace is said once for the files that are judged alike, at its first use; otherwise
/// one Secret made by hand would drown everything else.
fn dangling<'r>(cx: &mut RunCx<'r>, wanted: impl Fn(&Row) -> bool) {
    let (index, table) = (cx.index, cx.index.table());
    let mut missing: Vec<Missing<'r>> = Vec::new();
    let mut known: HashMap<Same<'_>, usize> = HashMap::default();
    let (mut last, mut left_out) = (None, HashSet::default());
    for site in index.judged(|fact| wanted(table.row(fact.row))) {
        let (elsewhere, near) = match index.verdict(&site) {
            Verdict::Fine => {
                if cx.settings.complete
                    && let Some((overlay, d)) = index.left_out(&site)
                    && (cx.keeps_back(&site)
                        || left_out.insert((overlay, d.target, site.name, cx.judged_as(site.file))))
                {
                    absent_in(cx, &site, overlay, d);
                }
                continue;
            }
            Verdict::Near(d) => {
                // One object that says a wrong name over and over is one mistake.
                let same = Some((site.file, site.fact.object, site.name));
                let apart = cx.keeps_back(&site);
                if apart || last != same {
                    misspelt(cx, &site, d);
                }
                if !apart {
                    last = same;
                }
                continue;
            }
            Verdict::Elsewhere(d) => (Some(d), None),
            Verdict::Unknown(_) if index.table().scope(site.fact.target).ambient && !cx.settings.complete => {
                continue;
            }
            Verdict::Unknown(near) => (None, near),
        };
        let at = if cx.keeps_back(&site) {
            missing.len() // what is said of others is not kept back with it
        } else {
            let judged = cx.judged_as(site.file);
            let key = (site.fact.target, namespace(cx, &site), site.name, judged);
            *known.entry(key).or_insert(missing.len())
        };
        match missing.get_mut(at) {
            Some(one) => one.sites.push(site),
            None => missing.push(Missing {
                sites: vec![site],
                elsewhere,
                near,
            }),
        }
    }
    for one in &missing {
        absent(cx, one);
    }
}

fn misspelt<'r>(cx: &mut RunCx<'r>, site: &UseSite<'r>, d: Defined<'r>) {
    let index = cx.index;
    let what = index.table().target_name(d.target);
    let severity = sure(cx.settings, Severity::Warning);
    let report = cx
        .report_use(
            site,
            site.fact.span,
            format!(
                "there is no {what} {}, but there is {}; {}",
                quote(site.name),
                quote(d.name),
                consequence(index.row(site)),
            ),
        )
        .severity(severity)
        .help(format!("write {} if that is what is meant", quote(d.name)))
        .related_in(
            d.file,
            d.fact.span,
            format!("{} is {} here", quote(d.name), verb(&d)),
        );
    if let Some(span) = bare(site, index.row(site)) {
        respell(report, span, d.name);
    }
}

/// Adds the fix that writes the name that was meant, where that means the same with quotes around it and without.
fn respell(report: Report<'_>, span: Span, name: &str) {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':');
    if name.bytes().all(plain) && !resolve::may_be_typed(name.as_bytes()) {
        let text = name.to_string();
        report.fix(format!("write {}", quote(name)), false, vec![Edit { span, text }]);
    }
}

/// The namespace in which a field looks; empty where it does not matter.
fn namespace<'r>(cx: &RunCx<'r>, site: &UseSite<'r>) -> &'r str {
    if cx.index.table().scope(site.fact.target).cluster {
        return "";
    }
    cx.index.looked_in(site)
}

fn absent<'r>(cx: &mut RunCx<'r>, missing: &Missing<'r>) {
    let index = cx.index;
    let [site, others @ ..] = missing.sites.as_slice() else {
        return;
    };
    let what = index.table().target_name(site.fact.target);
    let namespace = namespace(cx, site);
    let places = match others.len() {
        0 => String::new(),
        n => format!(" ({} places use it)", n + 1),
    };
    let breaks = consequence(index.row(site));
    let open = if cx.settings.complete {
        ""
    } else {
        "if the cluster has none either, "
    };
    let (message, severity, help) = match missing.elsewhere {
        Some(d) => (
            format!(
                "{what} {} is looked for in namespace {}, but only {} has it{places}; {breaks}",
                quote(site.name),
                quote(namespace),
                quote(index.namespace(d.file, d.namespace)),
            ),
            sure(cx.settings, Severity::Warning),
            format!(
                "put them into one namespace, or add the {what} to {} as well",
                quote(namespace)
            ),
        ),
        None => (
            format!(
                "nothing here defines or makes {what} {}{}{places}; {open}{breaks}",
                quote(site.name),
                if namespace.is_empty() {
                    String::new()
                } else {
                    format!(" in namespace {}", quote(namespace))
                },
            ),
            sure(cx.settings, Severity::Info),
            match missing.near {
                Some(d) if d.name == site.name => format!(
                    "check the namespace: {} has one",
                    quote(index.namespace(d.file, d.namespace))
                ),
                Some(d) => format!("check the name: elsewhere there is {}", quote(d.name)),
                None if cx.settings.complete => format!("add the {what}, or what makes it"),
                None => format!("check that the cluster has it, or add what makes the {what}"),
            },
        ),
    };
    let mut report = cx
        .report_use(site, site.fact.span, message)
        .severity(severity)
        .help(help);
    if let Some(d) = missing.elsewhere.or(missing.near) {
        report = report.related_in(
            d.file,
            d.fact.span,
            format!("{} is {} here", quote(d.name), verb(&d)),
        );
    }
    for other in others.iter().take(OTHER_PLACES) {
        report = report.related_in(other.file, other.fact.span, "used here too");
    }
}

/// Says that an overlay lacks what others bring along.
fn absent_in<'r>(cx: &mut RunCx<'r>, site: &UseSite<'r>, overlay: u32, d: Defined<'r>) {
    let index = cx.index;
    let what = index.table().target_name(site.fact.target);
    let file = index.files.get(overlay as usize).map_or("", |facts| &*facts.file);
    let message = format!(
        "{} takes this in without {what} {}, which only other overlays have; {}",
        quote(file),
        quote(site.name),
        consequence(index.row(site)),
    );
    cx.report_use(site, site.fact.span, message)
        .severity(Severity::Error)
        .help(format!("add the {what} there, or to what all overlays share"))
        .related_in(
            d.file,
            d.fact.span,
            format!("{} is {} here", quote(d.name), verb(&d)),
        );
}

/// When the run is all there is, what is not there breaks for certain.
fn sure(settings: &Settings, otherwise: Severity) -> Severity {
    if settings.complete {
        Severity::Error
    } else {
        otherwise
    }
}

/// What comes of it when the name is not there.
fn consequence(row: &Row) -> &'static str {
    match (row.target, row.breaks) {
        (PRIORITY_CLASS | RUNTIME_CLASS, _) => "the pod is refused",
        (STORAGE_CLASS, _) => "the claim waits for a volume forever",
        (INGRESS_CLASS | GATEWAY_CLASS, _) => "no controller serves it",
        (ROLE | CLUSTER_ROLE, _) => "the binding gives no rights",
        (VALIDATING_ADMISSION_POLICY | MUTATING_ADMISSION_POLICY, _) => "the binding enforces nothing",
        (SERVICE, Breaks::FallsBack) => "the pods have no names in DNS",
        (SERVICE, _) => "nothing answers there",
        (target, _) if is_workload(target) => "nothing is scaled",
        (_, Breaks::FallsBack) => "the controller serves its default certificate instead",
        (_, Breaks::OnPull) => "private images are not pulled",
        (_, Breaks::OnRestart) => "the pod does not start",
        (_, Breaks::Now | Breaks::OnNextUse) => "what uses it fails",
    }
}

fn verb(d: &Defined<'_>) -> &'static str {
    match d.fact.row {
        None if d.fact.object.is_some() => "defined",
        None => "generated",
        Some(_) => "made",
    }
}

/// The characters of the name itself, without quotes; `None` where it is part of another text.
fn bare(site: &UseSite<'_>, row: &Row) -> Option<Span> {
    let span = site.fact.span;
    // `w/name` has as many characters more as a name in quotes.
    unquoted(span, site.name).filter(|found| *found == span || matches!(row.reading, Reading::Plain))
}

/// Where a name stands by itself in a value that is nothing else, in quotes or not; `None` where it is written in
/// another way.
fn unquoted(value: Span, name: &str) -> Option<Span> {
    match value.len().checked_sub(u32::try_from(name.len()).ok()?)? {
        0 => Some(value),
        2 => Some(Span::new(value.start + 1, value.end - 1)),
        _ => None,
    }
}

/// How bad it is that what a field means lacks a key.
fn severity_of_lacking(cx: &RunCx<'_>, meant: &Meant<'_>) -> Severity {
    // What a kustomization takes in another one may patch, which a run on single files does not see.
    let patched = cx.settings.partial && meant.definitions.iter().any(|d| cx.index.is_taken_in(d.file));
    let severity = match meant.closeness {
        _ if patched => Severity::Info,
        Closeness::Together => Severity::Error,
        Closeness::Near => Severity::Warning,
        Closeness::Apart => Severity::Info,
    };
    sure(cx.settings, severity)
}
