//! Names that one object uses and another defines.

pub(super) mod dangling_claim;
pub(super) mod dangling_config_map;
pub(super) mod dangling_secret;
pub(super) mod dangling_service_account;
pub(super) mod dangling_tls_secret;
pub(super) mod missing_key;
pub(super) mod tls_secret_lacks_keys;

use std::collections::HashMap;

use crate::diagnostic::{Edit, Severity};
use crate::graph::table::{Breaks, Row};
use crate::graph::{Defined, RunCx, UseSite, Verdict};
use crate::rules::quote;
use crate::source::Span;
use crate::yaml::resolve;

/// How many other places a finding about something unknown lists.
const OTHER_PLACES: usize = 4;

/// Reports the uses, of the rows that `wanted` picks, of names that nobody defines where they are looked for.
///
/// A name of which nothing is known may well be in the cluster. It is said once for a run, at its first use;
/// otherwise one Secret made by hand would drown everything else.
fn dangling<'r>(cx: &mut RunCx<'r>, wanted: fn(&Row) -> bool) {
    let index = cx.index;
    let mut unknown: Vec<(UseSite<'r>, Vec<UseSite<'r>>)> = Vec::new();
    let mut known: HashMap<(&str, &str), usize> = HashMap::new();
    let mut last = None;
    for site in index.uses().filter(|site| wanted(index.row(site))) {
        let verdict = index.verdict(&site);
        if let Verdict::Unknown = verdict {
            let namespace = index.namespace(site.file, site.namespace);
            let at = *known.entry((namespace, site.name)).or_insert(unknown.len());
            match unknown.get_mut(at) {
                Some((_, others)) => others.push(site),
                None => unknown.push((site, Vec::new())),
            }
            continue;
        }
        // One object that says a wrong name over and over is one mistake.
        let same = Some((site.file, site.fact.object, site.name));
        match verdict {
            Verdict::Elsewhere(d) if last != same => elsewhere(cx, &site, d),
            Verdict::Near(d) if last != same => near(cx, &site, d),
            _ => continue,
        }
        last = same;
    }
    for (site, others) in unknown {
        absent(cx, &site, &others);
    }
}

fn elsewhere<'r>(cx: &mut RunCx<'r>, site: &UseSite<'r>, d: Defined<'r>) {
    let index = cx.index;
    let what = index.table().target_name(d.target);
    let used = index.namespace(site.file, site.namespace).to_string();
    let has = index.namespace(d.file, d.namespace).to_string();
    cx.report_use(
        site,
        site.fact.span,
        format!(
            "{what} {} is looked for in namespace {}, but only {} has it; {}",
            quote(site.name),
            quote(&used),
            quote(&has),
            consequence(index.row(site)),
        ),
    )
    .severity(Severity::Warning)
    .help(format!(
        "put both into one namespace, or add the {what} to {} as well",
        quote(&used)
    ))
    .related_in(d.file, d.fact.span, format!("it is {} here", verb(&d)));
}

fn near<'r>(cx: &mut RunCx<'r>, site: &UseSite<'r>, d: Defined<'r>) {
    let index = cx.index;
    let what = index.table().target_name(d.target);
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
        .severity(Severity::Warning)
        .help(format!("write {} if that is what is meant", quote(d.name)))
        .related_in(
            d.file,
            d.fact.span,
            format!("{} is {} here", quote(d.name), verb(&d)),
        );
    if let Some(span) = bare(site)
        && !resolve::may_be_typed(d.name)
    {
        report.fix(
            format!("write {}", quote(d.name)),
            false,
            vec![Edit {
                span,
                text: d.name.to_string(),
            }],
        );
    }
}

fn absent<'r>(cx: &mut RunCx<'r>, site: &UseSite<'r>, others: &[UseSite<'r>]) {
    let index = cx.index;
    let what = index.table().target_name(site.fact.target);
    let namespace = index.namespace(site.file, site.namespace);
    let place = if namespace.is_empty() {
        String::new()
    } else {
        format!(" in namespace {}", quote(namespace))
    };
    let places = match others.len() {
        0 => String::new(),
        n => format!(" ({} places use it)", n + 1),
    };
    let mut report = cx
        .report_use(
            site,
            site.fact.span,
            format!(
                "nothing here defines or makes {what} {}{place}{places}; if the cluster has none either, {}",
                quote(site.name),
                consequence(index.row(site)),
            ),
        )
        .severity(Severity::Info)
        .help(format!(
            "check that the cluster has it, or add what makes the {what}"
        ));
    for other in others.iter().take(OTHER_PLACES) {
        report = report.related_in(other.file, other.fact.span, "used here too");
    }
}

/// What comes of it when the name is not there.
fn consequence(row: &Row) -> &'static str {
    match row.breaks {
        Breaks::FallsBack => "the controller serves its default certificate instead",
        Breaks::OnRestart => "the pod does not start",
        Breaks::Now => "what uses it fails",
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
fn bare(site: &UseSite<'_>) -> Option<Span> {
    let span = site.fact.span;
    let len = u32::try_from(site.name.len()).ok()?;
    match span.len().checked_sub(len)? {
        0 => Some(span),
        2 => Some(Span::new(span.start + 1, span.end - 1)),
        _ => None,
    }
}

/// What a use reaches, if all keys of all of it are known.
fn closed<'r>(cx: &RunCx<'r>, site: &UseSite<'r>) -> Option<Vec<Defined<'r>>> {
    if site.fact.optional || cx.index.row(site).loose {
        return None;
    }
    let reached: Vec<_> = cx.index.reached(site).collect();
    let known = !reached.is_empty() && reached.iter().all(|d| cx.index.is_closed(d));
    known.then_some(reached)
}

/// Whether a definition has a key.
fn has_key(cx: &RunCx<'_>, d: &Defined<'_>, key: &str) -> bool {
    let facts = &cx.index.files[d.file as usize];
    facts.keys(&d.fact.keys).any(|(own, _)| own == key)
}
