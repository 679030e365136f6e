//! Packs the text under `schemas/` into static tables that are read in place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

#[path = "constraints.rs"]
mod constraints;
#[path = "schema_fields.rs"]
mod fields;
#[path = "hash.rs"]
mod hash;
#[path = "schema_kinds.rs"]
mod kinds;
#[path = "schema_text.rs"]
mod text;

use kinds::{KindRow, KindWords};

/// Writes `OUT_DIR/schema.rs`, which `src/schema/table.rs` includes.
pub fn pack(root: &Path, out: &Path) {
    println!("cargo::rerun-if-changed=schemas");
    println!("cargo::rerun-if-changed=build");
    let schemas = root.join("schemas");
    let tables = Tables::new(&schemas);
    let files = constraints::read(&schemas.join("constraints"));
    let words = lines(&schemas.join("checks.txt"))
        .into_iter()
        .map(|(shown, line)| match line.split_once(' ') {
            Some((function, words)) => (function.to_string(), words.to_string()),
            None => panic!("{shown}: expected MODULE::FUNCTION WORDS"),
        })
        .collect();
    let names = tables.field_names();
    let rows = constraints::emit(
        &files,
        &words,
        tables.types.len(),
        &|name| tables.type_index(name),
        &|name| names.binary_search(&name).ok(),
    );
    let reach = tables.emit_reach(&rows);
    fs::write(out.join("schema.rs"), tables.emit() + &reach).expect("OUT_DIR can be written");
    fs::write(out.join("constraints.rs"), rows).expect("OUT_DIR can be written");
}

/// Lines that say something, with their number.
fn lines(path: &Path) -> Vec<(String, String)> {
    let content = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    content
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
        .map(|(i, line)| (format!("{}:{}", path.display(), i + 1), line.to_string()))
        .collect()
}

struct TypeRow {
    group: String,
    name: String,
    since: u8,
    until: u8,
    kind: bool,
    first: usize,
    end: usize,
}

struct FieldRow {
    name: String,
    ty: usize,
    required: bool,
    list: usize,
    since: u8,
    until: u8,
    embedded: usize,
}

struct Tables {
    versions: (u8, u8),
    types: Vec<TypeRow>,
    fields: Vec<FieldRow>,
    exprs: Vec<(u8, usize, usize)>,
    /// Interned words; index 0 is "".
    lists: Vec<String>,
    embedded: Vec<String>,
    kinds: Vec<KindRow>,
    words: BTreeMap<(String, String), KindWords>,
    old_fields: BTreeMap<(usize, String), String>,
    admitted: fields::Admitted,
}

/// Scalars, in the order of their tags; `List`, `Map`, `Struct` and `Either` follow.
const SCALARS: [&str; 11] = [
    "string",
    "bool",
    "int32",
    "int64",
    "float",
    "bytes",
    "time",
    "microtime",
    "quantity",
    "int-or-string",
    "any",
];
const LIST: u8 = 11;
const MAP: u8 = 12;
const STRUCT: u8 = 13;
const EITHER: u8 = 14;

impl Tables {
    /// The index of the type `group/v1.Name`.
    fn type_index(&self, name: &str) -> Option<usize> {
        let (group, name) = name.split_once('/')?;
        self.types
            .iter()
            .position(|ty| ty.group == group && ty.name == name)
    }

    /// The names of all fields; the index of one is its id.
    fn field_names(&self) -> Vec<&str> {
        let names: BTreeSet<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
        names.into_iter().collect()
    }

    /// Which types hold a constraint, themselves or deeper down: all others need no walk.
    fn emit_reach(&self, rows: &str) -> String {
        let offsets: Vec<usize> = rows
            .split_once("= &[")
            .and_then(|(_, rest)| rest.split_once(']'))
            .map(|(list, _)| list.split(", ").filter_map(|n| n.parse().ok()).collect())
            .unwrap_or_default();
        let mut reach: Vec<bool> = offsets.windows(2).map(|pair| pair[0] < pair[1]).collect();
        loop {
            let mut changed = false;
            for (index, ty) in self.types.iter().enumerate() {
                let holds = reach[index]
                    || self.fields[ty.first..ty.end]
                        .iter()
                        .any(|field| self.leads(field.ty, &reach));
                changed |= holds != reach[index];
                reach[index] = holds;
            }
            if !changed {
                break;
            }
        }
        let leads: Vec<bool> = (0..self.exprs.len())
            .map(|expr| self.leads(expr, &reach))
            .collect();
        format!(
            "/// By type expression: whether a type within has constraints.\npub(super) static REACHES: &[bool] = &{leads:?};\n"
        )
    }

    fn leads(&self, expr: usize, reach: &[bool]) -> bool {
        let (tag, a, b) = self.exprs[expr];
        match tag {
            LIST | MAP => self.leads(a, reach),
            STRUCT => reach[a],
            EITHER => self.leads(a, reach) || self.leads(b, reach),
            _ => false,
        }
    }

    fn new(schemas: &Path) -> Tables {
        let range = fs::read_to_string(schemas.join("versions.txt")).expect("schemas/versions.txt");
        let versions = text::versions(&range);
        let mut groups = groups(&schemas.join("types"), versions);
        groups.extend(self::groups(&schemas.join("tools"), versions));
        let mut tables = Tables {
            versions,
            types: Vec::new(),
            fields: Vec::new(),
            exprs: Vec::new(),
            lists: vec![String::new()],
            embedded: vec![String::new()],
            kinds: Vec::new(),
            words: BTreeMap::new(),
            old_fields: BTreeMap::new(),
            admitted: BTreeMap::new(),
        };
        let mut index = BTreeMap::new();
        for (group, types) in &groups {
            for name in types.keys() {
                index.insert(format!("{group}/{name}"), index.len());
            }
        }
        for (group, types) in &groups {
            for (name, ty) in types {
                tables.push_type(group, name, ty, &index);
            }
        }
        tables.embed(schemas, &index);
        tables.kinds(schemas);
        tables.old_fields(schemas, &index);
        tables.admitted(schemas, &index);
        tables
    }

    fn push_type(&mut self, group: &str, name: &str, ty: &text::Type, index: &BTreeMap<String, usize>) {
        let first = self.fields.len();
        for (field, rows) in &ty.fields {
            for row in rows {
                let expr = self.expr(group, &row.ty, index);
                let list = intern(&mut self.lists, row.list.as_deref().unwrap_or(""));
                let embedded = match field.as_str() {
                    "apiVersion" | "kind" if ty.kind => intern(&mut self.embedded, "TypeMeta"),
                    _ => 0,
                };
                self.fields.push(FieldRow {
                    name: field.clone(),
                    ty: expr,
                    required: row.required,
                    list,
                    since: row.since,
                    until: row.until,
                    embedded,
                });
            }
        }
        self.types.push(TypeRow {
            group: group.to_string(),
            name: name.to_string(),
            since: ty.since,
            until: ty.until,
            kind: ty.kind,
            first,
            end: self.fields.len(),
        });
    }

    /// The index of a type expression: `string`, `[]v1.EnvVar`, `map[string]quantity`, `bool|v1.X`.
    fn expr(&mut self, group: &str, expr: &str, index: &BTreeMap<String, usize>) -> usize {
        let row = if let Some((a, b)) = expr.split_once('|') {
            (EITHER, self.expr(group, a, index), self.expr(group, b, index))
        } else if let Some(item) = expr.strip_prefix("[]") {
            (LIST, self.expr(group, item, index), 0)
        } else if let Some(value) = expr.strip_prefix("map[string]") {
            (MAP, self.expr(group, value, index), 0)
        } else if let Some(tag) = SCALARS.iter().position(|scalar| *scalar == expr) {
            (tag as u8, 0, 0)
        } else {
            let full = if expr.contains('/') {
                expr.to_string()
            } else {
                format!("{group}/{expr}")
            };
            let ty = index
                .get(&full)
                .unwrap_or_else(|| panic!("schemas/types/{group}.txt: no type `{full}`"));
            (STRUCT, *ty, 0)
        };
        match self.exprs.iter().position(|known| *known == row) {
            Some(i) => i,
            None => {
                self.exprs.push(row);
                self.exprs.len() - 1
            }
        }
    }

    /// Adds a type's hash table: by name the first of a field's rows. The end of the table.
    fn slot_fields(&self, ty: &TypeRow, slots: &mut Vec<u16>) -> usize {
        let start = slots.len();
        // At most half full, and never without an empty slot, at which a search ends.
        let size = ((ty.end - ty.first) * 2).next_power_of_two().max(2);
        slots.resize(start + size, u16::MAX);
        for row in ty.first..ty.end {
            let name = &self.fields[row].name;
            if row > ty.first && self.fields[row - 1].name == *name {
                continue;
            }
            let mut slot = hash::name_hash(name.as_bytes()) as usize & (size - 1);
            while slots[start + slot] != u16::MAX {
                slot = (slot + 1) & (size - 1);
            }
            slots[start + slot] = row as u16;
        }
        slots.len()
    }

    fn emit(&self) -> String {
        let field_names = self.field_names();
        let mut strings: BTreeSet<&str> = field_names.iter().copied().collect();
        strings.extend(self.types.iter().map(|t| t.name.as_str()));
        // Field names first, in their order, so that comparing ids compares names.
        let mut ids: BTreeMap<&str, usize> = field_names.iter().enumerate().map(|(i, n)| (*n, i)).collect();
        let mut all = field_names.clone();
        for name in strings {
            if !ids.contains_key(name) {
                ids.insert(name, all.len());
                all.push(name);
            }
        }
        let mut out = String::from("// Made by build/schema.rs from schemas/.\n");
        let mut offsets = vec![0];
        let mut pool = String::new();
        for name in &all {
            pool.push_str(name);
            offsets.push(pool.len());
        }
        let _ = writeln!(
            out,
            "pub(super) const OLDEST: u8 = {};\npub(super) const NEWEST: u8 = {};",
            self.versions.0, self.versions.1
        );
        for (constant, group, name, what) in [
            ("OBJECT_META", "meta", "v1.ObjectMeta", "The type of `metadata`."),
            (
                "POD_TEMPLATE",
                "core",
                "v1.PodTemplateSpec",
                "What workloads make pods of.",
            ),
            (
                "KUSTOMIZATION",
                "kustomize.config.k8s.io",
                "v1beta1.Kustomization",
                "What kustomize reads.",
            ),
        ] {
            let of_it = |ty: &TypeRow| ty.group == group && ty.name == name;
            let at = self.types.iter().position(of_it);
            let _ = writeln!(
                out,
                "/// {what}\npub(crate) const {constant}: TypeId = TypeId({});",
                at.unwrap_or_else(|| panic!("schemas/ has no type {group}/{name}"))
            );
        }
        let _ = writeln!(out, "static POOL: &str = {pool:?};");
        let _ = writeln!(out, "static OFFSETS: [u32; {}] = {offsets:?};", offsets.len());
        let slots = (field_names.len() * 3).next_power_of_two();
        let mut table = vec![u16::MAX; slots];
        for (id, name) in field_names.iter().enumerate() {
            let mut slot = hash::name_hash(name.as_bytes()) as usize & (slots - 1);
            while table[slot] != u16::MAX {
                slot = (slot + 1) & (slots - 1);
            }
            table[slot] = id as u16;
        }
        let _ = writeln!(out, "static NAME_SLOTS: [u16; {slots}] = {table:?};");
        let groups: Vec<&str> = self
            .types
            .iter()
            .map(|t| t.group.as_str())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let shown: Vec<&str> = groups.iter().map(|g| core(g)).collect();
        let _ = writeln!(out, "static GROUPS: [&str; {}] = {shown:?};", groups.len());
        let mut slots = Vec::new();
        let _ = writeln!(out, "static TYPES: [TypeRow; {}] = [", self.types.len());
        for t in &self.types {
            let group = groups
                .iter()
                .position(|g| *g == t.group)
                .expect("all groups stand there");
            let width = self.fields[t.first..t.end]
                .iter()
                .map(|f| &f.name)
                .collect::<BTreeSet<_>>()
                .len();
            assert!(width <= 128, "{}/{} has more than 128 fields", t.group, t.name);
            let _ = writeln!(
                out,
                "TypeRow {{ name: {}, group: {group}, since: {}, until: {}, kind: {}, first: {}, end: {}, slots: {}, slots_end: {} }},",
                ids[t.name.as_str()],
                t.since,
                t.until,
                t.kind,
                t.first,
                t.end,
                slots.len(),
                self.slot_fields(t, &mut slots)
            );
        }
        let _ = writeln!(out, "];\nstatic FIELD_SLOTS: [u16; {}] = {slots:?};", slots.len());
        let _ = writeln!(out, "static FIELDS: [FieldRow; {}] = [", self.fields.len());
        for f in &self.fields {
            let _ = writeln!(
                out,
                "FieldRow {{ name: {}, ty: {}, since: {}, until: {}, required: {}, list: {}, embedded: {} }},",
                ids[f.name.as_str()],
                f.ty,
                f.since,
                f.until,
                f.required,
                f.list,
                f.embedded
            );
        }
        let _ = writeln!(out, "];\nstatic EXPRS: [ExprRow; {}] = [", self.exprs.len());
        for (tag, a, b) in &self.exprs {
            let _ = writeln!(out, "ExprRow {{ tag: {tag}, a: {a}, b: {b} }},");
        }
        let _ = writeln!(out, "];\nstatic LISTS: &[&str] = &{:?};", self.lists);
        let _ = writeln!(out, "static EMBEDDED: &[&str] = &{:?};", self.embedded);
        self.emit_kinds(&mut out);
        let _ = writeln!(out, "static OLD_FIELDS: &[(u16, &str, &str)] = &[");
        for ((ty, field), hint) in &self.old_fields {
            let _ = writeln!(out, "({ty}, {field:?}, {hint:?}),");
        }
        out.push_str("];\n");
        self.emit_admitted(&mut out);
        out
    }
}

/// The group as objects name it: the core group has no name.
fn core(group: &str) -> &str {
    if group == "core" { "" } else { group }
}

fn groups(folder: &Path, (oldest, newest): (u8, u8)) -> text::Groups {
    let mut groups = text::Groups::new();
    for entry in fs::read_dir(folder).expect("a folder of types").flatten() {
        let path = entry.path();
        let group = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let content = fs::read_to_string(&path).expect("a file of types can be read");
        let types = text::read(&path.display().to_string(), &content, oldest, newest);
        groups.insert(group, types);
    }
    groups
}

fn intern(words: &mut Vec<String>, word: &str) -> usize {
    match words.iter().position(|known| known == word) {
        Some(i) => i,
        None => {
            words.push(word.to_string());
            words.len() - 1
        }
    }
}
