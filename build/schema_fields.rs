//! Packs embedded.txt, old-fields.txt and admitted.txt: what there is to know of fields besides their types.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::{Tables, intern, lines};

/// The fields of a type, each with what is filled in and what becomes of empty values, as code.
pub(super) type Admitted = BTreeMap<usize, BTreeMap<String, (String, String)>>;

impl Tables {
    pub(super) fn embed(&mut self, schemas: &Path, index: &BTreeMap<String, usize>) {
        for (shown, line) in lines(&schemas.join("embedded.txt")) {
            let mut words = line.split(' ');
            let (Some(ty), Some(name)) = (words.next(), words.next()) else {
                panic!("{shown}: expected GROUP/TYPE NAME FIELD…");
            };
            let ty = *index.get(ty).unwrap_or_else(|| panic!("{shown}: no type `{ty}`"));
            let embedded = intern(&mut self.embedded, name);
            let words: Vec<&str> = words.collect();
            let (all, named) = match words.split_first() {
                Some((&"*", but)) => (
                    true,
                    but.iter()
                        .map(|word| word.strip_prefix('-').unwrap_or(word))
                        .collect(),
                ),
                _ => (false, words),
            };
            let rows = &mut self.fields[self.types[ty].first..self.types[ty].end];
            for word in &named {
                assert!(
                    rows.iter().any(|row| row.name == **word),
                    "{shown}: no field `{word}`"
                );
            }
            for row in rows
                .iter_mut()
                .filter(|row| all != named.contains(&row.name.as_str()))
            {
                row.embedded = embedded;
            }
        }
    }

    pub(super) fn old_fields(&mut self, schemas: &Path, index: &BTreeMap<String, usize>) {
        for (shown, line) in lines(&schemas.join("old-fields.txt")) {
            let mut words = line.splitn(3, ' ');
            let (Some(name), Some(field), Some(hint)) = (words.next(), words.next(), words.next()) else {
                panic!("{shown}: expected GROUP/TYPE FIELD what to write instead");
            };
            let ty = *index
                .get(name)
                .unwrap_or_else(|| panic!("{shown}: no type `{name}`"));
            let rows = &self.fields[self.types[ty].first..self.types[ty].end];
            assert!(
                rows.iter().all(|row| row.name != field),
                "{shown}: `{name}` has a field `{field}`"
            );
            self.old_fields.insert((ty, field.to_string()), hint.to_string());
        }
    }

    pub(super) fn admitted(&mut self, schemas: &Path, index: &BTreeMap<String, usize>) {
        let mut current = None;
        for (shown, line) in lines(&schemas.join("admitted.txt")) {
            let Some(row) = line.strip_prefix("  ") else {
                let ty = index
                    .get(&line)
                    .unwrap_or_else(|| panic!("{shown}: no type `{line}`"));
                assert!(
                    self.admitted.insert(*ty, BTreeMap::new()).is_none(),
                    "{shown}: `{line}` stands twice"
                );
                current = Some(*ty);
                continue;
            };
            let ty = current.unwrap_or_else(|| panic!("{shown}: a field comes after its type"));
            let (name, words) = row
                .split_once(' ')
                .unwrap_or_else(|| panic!("{shown}: expected FIELD WORD…"));
            let rows = &self.fields[self.types[ty].first..self.types[ty].end];
            assert!(
                rows.iter().any(|row| row.name == name),
                "{shown}: the type has no field `{name}`"
            );
            let (mut fills, mut empty) = ("Nothing".to_string(), "Open");
            for word in words.split(' ') {
                match word {
                    "keeps" => empty = "Kept",
                    "drops" => empty = "Dropped",
                    "?" => fills = "Something".to_string(),
                    "{}" => fills = "Struct".to_string(),
                    "true" | "false" => fills = format!("Bool({word})"),
                    text if text.starts_with('"') && text.ends_with('"') => fills = format!("Text({text})"),
                    number if number.parse::<i64>().is_ok() => fills = format!("Int({number})"),
                    _ => panic!("{shown}: `{word}` is none of the words"),
                }
            }
            let new = (fills, empty.to_string());
            let fields = self.admitted.entry(ty).or_default();
            assert!(
                fields.insert(name.to_string(), new).is_none(),
                "{shown}: `{name}` stands twice"
            );
        }
    }

    /// By type, by name.
    pub(super) fn emit_admitted(&self, out: &mut String) {
        out.push_str("static ADMITTED: &[(u16, &[Admitted])] = &[\n");
        for (ty, fields) in &self.admitted {
            let _ = write!(out, "({ty}, &[");
            for (name, (fills, empty)) in fields {
                let _ = write!(
                    out,
                    "Admitted {{ name: {name:?}, fills: Fills::{fills}, empty: Empty::{empty} }}, "
                );
            }
            out.push_str("]),\n");
        }
        out.push_str("];\n");
    }
}
