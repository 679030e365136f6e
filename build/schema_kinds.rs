//! Packs kinds.txt, removed.txt and served.txt: what there is to know of a kind besides its type.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use super::{Tables, core, lines, text};

pub(super) struct KindRow {
    group: String,
    kind: String,
    version: String,
    ty: Option<usize>,
    since: u8,
    until: u8,
    deprecated: u8,
    removed: u8,
    used: (String, String),
    note: String,
    on: bool,
    creatable: bool,
}

/// What kinds.txt says: plural, scope, names, short names.
pub(super) struct KindWords {
    shown: String,
    plural: String,
    namespaced: bool,
    names: Vec<(u8, &'static str)>,
    short: Vec<String>,
}

impl Tables {
    pub(super) fn kinds(&mut self, schemas: &Path) {
        for (shown, line) in lines(&schemas.join("kinds.txt")) {
            let words: Vec<&str> = line.split(' ').collect();
            let (&[group, kind, plural, scope, names], rest) = words
                .split_first_chunk::<5>()
                .unwrap_or_else(|| panic!("{shown}: expected GROUP KIND PLURAL SCOPE NAMES [SHORT]"));
            let words = KindWords {
                plural: plural.to_string(),
                namespaced: match scope {
                    "namespaced" => true,
                    "cluster" => false,
                    _ => panic!("{shown}: scope `{scope}`"),
                },
                names: names.split(',').map(|part| name_format(&shown, part)).collect(),
                short: rest
                    .first()
                    .into_iter()
                    .flat_map(|s| s.split(','))
                    .map(Into::into)
                    .collect(),
                shown,
            };
            self.words.insert((group.to_string(), kind.to_string()), words);
        }
        let served: BTreeMap<String, String> = lines(&schemas.join("served.txt"))
            .into_iter()
            .map(|(shown, line)| match line.rsplit_once(' ') {
                Some((what, word @ ("on" | "off" | "read-only"))) => (what.to_string(), word.to_string()),
                _ => panic!("{shown}: expected GROUP/VERSION [KIND] on|off|read-only"),
            })
            .collect();
        let word = |group: &str, version: &str, kind: &str| {
            let said = |key: String| served.get(&key).map(String::as_str);
            let stable = !version.contains("alpha") && !version.contains("beta");
            said(format!("{group}/{version} {kind}"))
                .or_else(|| said(format!("{group}/{version}")))
                .unwrap_or(if stable { "on" } else { "off" })
        };
        let mut rows: BTreeMap<(String, String, String), KindRow> = BTreeMap::new();
        let mut with_types = BTreeSet::new();
        for (ty, row) in self.types.iter().enumerate().filter(|(_, row)| row.kind) {
            let (version, kind) = row.name.split_once('.').expect("VERSION.KIND");
            with_types.insert((row.group.clone(), kind.to_string()));
            assert!(
                self.words.contains_key(&(row.group.clone(), kind.to_string())),
                "schemas/kinds.txt: no line `{} {kind}`, which types/ has as a kind",
                row.group
            );
            let key = (row.group.clone(), kind.to_string(), version.to_string());
            rows.insert(
                key.clone(),
                KindRow {
                    group: key.0,
                    kind: key.1,
                    version: key.2,
                    ty: Some(ty),
                    since: row.since,
                    until: row.until,
                    deprecated: 0,
                    removed: if row.until < self.versions.1 {
                        row.until + 1
                    } else {
                        0
                    },
                    used: Default::default(),
                    note: String::new(),
                    on: word(&row.group, version, kind) != "off",
                    creatable: word(&row.group, version, kind) != "read-only",
                },
            );
        }
        for ((group, kind), words) in &self.words {
            assert!(
                with_types.contains(&(group.clone(), kind.clone())),
                "{}: types/ has no kind `{kind}` in {group}",
                words.shown
            );
        }
        for (shown, line) in lines(&schemas.join("removed.txt")) {
            removed(&shown, &line, self.versions, &mut rows);
        }
        self.kinds = rows.into_values().collect();
        // In the order in which they are looked up.
        self.kinds.sort_by(|a, b| {
            (core(&a.group), &a.kind, &a.version).cmp(&(core(&b.group), &b.kind, &b.version))
        });
    }

    pub(super) fn emit_kinds(&self, out: &mut String) {
        let _ = writeln!(out, "static KINDS: [KindInfo; {}] = [", self.kinds.len());
        for k in &self.kinds {
            let words = self.words.get(&(k.group.clone(), k.kind.clone()));
            let names = words.map_or(String::from("&[]"), |w| {
                let rows: Vec<String> = w
                    .names
                    .iter()
                    .map(|(until, format)| format!("({until}, NameFormat::{format})"))
                    .collect();
                format!("&[{}]", rows.join(", "))
            });
            let scope = words.map_or("None", |w| {
                if w.namespaced {
                    "Some(Scope::Namespaced)"
                } else {
                    "Some(Scope::Cluster)"
                }
            });
            let short: &[String] = words.map_or(&[], |w| &w.short);
            let _ = writeln!(
                out,
                "KindInfo {{ group: {:?}, version: {:?}, kind: {:?}, ty: {}, since: {}, until: {}, deprecated: {}, removed: {}, use_api_version: {:?}, use_kind: {:?}, note: {:?}, on_by_default: {}, creatable: {}, plural: {:?}, scope: {scope}, short_names: &{short:?}, names: {names} }},",
                core(&k.group),
                k.version,
                k.kind,
                k.ty.map_or("None".into(), |ty| format!("Some(TypeId({ty}))")),
                k.since,
                k.until,
                k.deprecated,
                k.removed,
                k.used.0,
                k.used.1,
                k.note,
                k.on,
                k.creatable,
                words.map_or("", |w| &w.plural),
            );
        }
        out.push_str("];\n");
    }
}

/// `dns1035-label..1.35` → (35, `Dns1035Label`).
fn name_format(shown: &str, part: &str) -> (u8, &'static str) {
    let (word, until) = match part.split_once("..") {
        Some((word, until)) => (
            word,
            text::minor(until).unwrap_or_else(|| panic!("{shown}: bad version")),
        ),
        None => (part, u8::MAX),
    };
    let format = match word {
        "dns-subdomain" => "DnsSubdomain",
        "dns-label" => "DnsLabel",
        "dns1035-label" => "Dns1035Label",
        "path-segment" => "PathSegment",
        "config-key" => "ConfigKey",
        "ip-address" => "IpAddress",
        "group-resource" => "GroupResource",
        "none" => "Unnamed",
        _ => panic!("{shown}: unknown name format `{word}`"),
    };
    (until, format)
}

/// Adds one line of removed.txt.
fn removed(
    shown: &str,
    line: &str,
    versions: (u8, u8),
    rows: &mut BTreeMap<(String, String, String), KindRow>,
) {
    let (line, note) = line.split_once(" note=").unwrap_or((line, ""));
    let (line, used) = line.split_once(" use=").unwrap_or((line, ""));
    let mut words = line.split(' ');
    let (Some(api_version), Some(kinds)) = (words.next(), words.next()) else {
        panic!("{shown}: expected GROUP/VERSION KIND");
    };
    let (mut deprecated, mut gone) = (0, 0);
    for word in words {
        let minor = |v| text::minor(v).unwrap_or_else(|| panic!("{shown}: bad version"));
        match word.split_once('=') {
            None if word == "removed" => gone = 1,
            Some(("deprecated", v)) => deprecated = minor(v),
            Some(("removed", v)) => gone = minor(v),
            _ => panic!("{shown}: unknown word `{word}`"),
        }
    }
    let (group, version) = api_version.split_once('/').unwrap_or(("core", api_version));
    for kind in kinds.split(',') {
        let key = (group.to_string(), kind.to_string(), version.to_string());
        let row = rows.entry(key.clone()).or_insert_with(|| KindRow {
            group: key.0,
            kind: key.1,
            version: key.2,
            ty: None,
            since: 0,
            until: 0,
            deprecated: 0,
            removed: 0,
            used: Default::default(),
            note: String::new(),
            on: true,
            creatable: true,
        });
        match row.ty {
            // Where types/ and this file both know the end, they must agree.
            Some(_) => assert!(
                gone == row.removed,
                "{shown}: types/ has {kind} until 1.{}",
                row.until
            ),
            None => assert!(
                gone > 0 && gone <= versions.0,
                "{shown}: types/ should have {kind}"
            ),
        }
        row.deprecated = deprecated;
        row.removed = gone;
        row.note = note.to_string();
        if let Some((api_version, other)) = used.split_once(' ') {
            row.used = (api_version.to_string(), other.to_string());
        } else if !used.is_empty() {
            row.used = (used.to_string(), kind.to_string());
        }
    }
}
