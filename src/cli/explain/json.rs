//! The same for programs.

use serde::Serialize;

use super::{comes_back, instead, refers_to, served_by};
use crate::schema::{FieldInfo, KindInfo, Scope};
use crate::validation::{Explained, Said};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    version: u8,
    kube_version: String,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Field>,
    fields: Vec<Field>,
    checks: Vec<Check>,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kind {
    group: &'static str,
    kind: &'static str,
    api_version: String,
    plural: &'static str,
    short_names: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    creatable: bool,
    versions: Vec<Version>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    api_version: String,
    served_by: Vec<String>,
    on_by_default: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    deprecated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    removed: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    instead: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    path: String,
    name: &'static str,
    #[serde(rename = "type")]
    ty: String,
    required: bool,
    since: String,
    until: Option<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    list: &'static str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    values: &'static [&'static str],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refers_to: Vec<&'static str>,
    checks: Vec<Check>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fields: Option<Vec<Field>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    field: String,
    text: String,
    when: Vec<String>,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'static str,
    error: Option<&'static str>,
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    severity: &'static str,
    summary: &'static str,
    fields: Vec<&'static str>,
}

/// Prints a kind or a field as one JSON object.
pub fn json(found: &Explained, recursive: bool, out: &mut String) {
    let info = found.kind;
    let answer = Answer {
        version: 1,
        kube_version: found.kube.to_string(),
        kind: Kind {
            group: info.group,
            kind: info.kind,
            api_version: info.api_version(),
            plural: info.plural,
            short_names: info.short_names,
            scope: info.scope.map(|scope| match scope {
                Scope::Namespaced => "namespaced",
                Scope::Cluster => "cluster",
            }),
            creatable: info.creatable,
            versions: found.versions().into_iter().map(version).collect(),
        },
        field: found.fields.last().map(|last| field(found, last, false)),
        fields: below(found, recursive),
        checks: found.checks_within().into_iter().map(check).collect(),
        rules: super::rules(found)
            .into_iter()
            .map(|rule| Rule {
                id: rule.id,
                severity: rule.severity.as_str(),
                summary: rule.summary,
                fields: found.fields_of(rule).collect(),
            })
            .collect(),
    };
    if let Ok(text) = serde_json::to_string_pretty(&answer) {
        out.push_str(&text);
        out.push('\n');
    }
}

fn minor(minor: u8) -> Option<String> {
    (minor > 1).then(|| format!("1.{minor}"))
}

fn version(info: &'static KindInfo) -> Version {
    Version {
        api_version: info.api_version(),
        served_by: served_by(info),
        on_by_default: info.on_by_default && info.ty.is_some(),
        deprecated: minor(info.deprecated),
        removed: minor(info.removed),
        instead: instead(info),
    }
}

fn below(found: &Explained, recursive: bool) -> Vec<Field> {
    let children = found.children();
    let fields = children
        .iter()
        .filter_map(|child| Some(field(child, child.fields.last()?, recursive)));
    fields.collect()
}

fn field(found: &Explained, info: &FieldInfo, recursive: bool) -> Field {
    let (_, newest) = crate::schema::COVERED;
    let goes_on = recursive && found.inner().is_some() && !comes_back(found);
    Field {
        path: found.path(),
        name: info.name,
        ty: info.ty.to_string(),
        required: found.is_required(),
        since: format!("1.{}", info.versions.0),
        until: (info.versions.1 < newest).then(|| format!("1.{}", info.versions.1)),
        list: info.list,
        values: found.values(),
        refers_to: refers_to(found),
        checks: found
            .checks()
            .into_iter()
            .chain(found.checks_around())
            .map(check)
            .collect(),
        fields: goes_on.then(|| below(found, true)),
    }
}

fn check(said: Said) -> Check {
    Check {
        field: said.field,
        text: said.text,
        when: said.when,
        why: said.why,
        error: said.error,
        rule: said.rule,
        since: said.versions.0.and_then(minor),
        until: said.versions.1.and_then(minor),
    }
}
