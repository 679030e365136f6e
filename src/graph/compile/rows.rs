//! The rows of a table: `uses`, `makes`, `labels`, `selects` and `keys`, with the words behind them.

use super::super::table::*;
use super::steps::{Raw, split};
use super::{Compiler, Done, push, small};

impl Compiler {
    pub(super) fn row(&mut self, role: Role, target: &str, path: &str, rest: &[&str]) -> Done {
        let target = self.target(target)?;
        let shown = self.str(path)?;
        let (base, name) = self.place(path)?;
        let mut row = bare(role, target, shown, name);
        self.attributes(&mut row, rest)?;
        let id = RowId(small(self.rows.len())?);
        self.rows.push(row);
        for step in self.block()? {
            let at = self.insert(step, &base)?;
            self.tries[at as usize].rows.push(id);
        }
        Ok(())
    }

    /// Where a row stands, and how the name is put together there.
    fn place(&mut self, path: &str) -> Done<(Vec<Raw>, Run)> {
        if let Some(fixed) = path.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
            let fixed = self.str(fixed)?;
            return Ok((Vec::new(), push(&mut self.parts, [Part::Fixed(fixed)])?));
        }
        if path.contains('{') {
            return Ok((Vec::new(), self.template(path)?));
        }
        let (base, below) = match path.split_once(':') {
            Some((base, below)) => (split(base)?, split(below)?),
            None => {
                let mut base = split(path)?;
                let last = match base.last() {
                    Some(Raw::Key(_) | Raw::Keys) => base.pop(),
                    _ => None,
                };
                (base, last.into_iter().collect())
            }
        };
        let field = self.path(false, &below)?;
        let field = push(&mut self.paths, [field])?;
        Ok((base, push(&mut self.parts, [Part::Field(field)])?))
    }

    fn attributes(&mut self, row: &mut Row, words: &[&str]) -> Done {
        let (mut conds, mut keys_if) = (Vec::new(), Vec::new());
        for word in words {
            let (key, value) = word.split_once('=').unwrap_or((*word, ""));
            match key {
                "if" | "unless" => conds.push(self.cond(value, key == "if")?),
                "keys-if" | "keys-unless" => keys_if.push(self.cond(value, key == "keys-if")?),
                "ns" if value == "any" => row.any_namespace = true,
                "ns" => row.namespace = self.path_list(value, '|')?,
                "key" | "keys" => row.keys = self.path_list(value, ',')?,
                "aliases" => row.aliases = self.path_list(value, ',')?,
                "fixed-keys" => row.fixed_keys = self.str_list(value)?,
                "optional" => row.optional = Some(self.relative(value)?),
                "breaks" => {
                    row.breaks = match value {
                        "now" => Breaks::Now,
                        "on-restart" => Breaks::OnRestart,
                        "on-pull" => Breaks::OnPull,
                        "on-next-use" => Breaks::OnNextUse,
                        "falls-back" => Breaks::FallsBack,
                        _ => {
                            return Err(format!(
                                "`breaks` is now, on-restart, on-pull or falls-back, not `{value}`"
                            ));
                        }
                    }
                }
                "read" if value == "ns/name" => row.reading = Reading::Namespaced,
                "read" if value == "$name:key" => row.reading = Reading::Keyed,
                "keys-of" => row.reading = Reading::KeysOf(self.str(value)?),
                "flag" => row.flags = self.str_list(value)?,
                "in-text" => {
                    let path = split(value)?;
                    row.reading = Reading::Inside(self.path(false, &path)?.segs);
                }
                "tls" => row.tls = true,
                "loose" => row.loose = true,
                "remakes" if matches!(value, "" | "other") => {
                    row.remakes = true;
                    row.renews = value == "other";
                }
                "adds" => row.adds = true,
                "passing" => row.passing = true,
                "ports" => row.ports = Some(self.relative(value)?),
                _ => return Err(format!("unknown word `{word}`")),
            }
        }
        row.conds = push(&mut self.conds, conds)?;
        row.keys_if = push(&mut self.conds, keys_if)?;
        Ok(())
    }

    /// `keys PATH…`: where the block's objects have their own keys.
    pub(super) fn own(&mut self, words: &[&str]) -> Done {
        let target = self
            .block_kinds
            .first()
            .and_then(|kind| self.kinds.get(kind)?.target)
            .ok_or("`keys` needs a kind that is declared with `target`")?;
        let (attributes, paths): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.contains('='));
        let paths = paths.join(",");
        let mut row = bare(Role::Own, target, self.str("metadata.name")?, Run::EMPTY);
        row.keys = self.path_list(&paths, ',')?;
        self.attributes(&mut row, &attributes)?;
        let id = RowId(small(self.rows.len())?);
        self.rows.push(row);
        for kind in &self.block_kinds {
            if let Some(entry) = self.kinds.get_mut(kind) {
                entry.own = Some(id);
            }
        }
        Ok(())
    }

    /// `path`, `path:a,b`: a condition.
    fn cond(&mut self, text: &str, wanted: bool) -> Done<Cond> {
        // A colon inside brackets belongs to a key.
        let from = text.rfind(']').map_or(0, |at| at + 1);
        let (path, values) = match text[from..].find(':') {
            Some(at) => (&text[..from + at], self.str_list(&text[from + at + 1..])?),
            None => (text, Run::EMPTY),
        };
        let path = self.relative(path)?;
        Ok(Cond { path, values, wanted })
    }

    /// `text{path|path}text`
    fn template(&mut self, text: &str) -> Done<Run> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (field, after) = after.split_once('}').ok_or("a `{` is not closed")?;
            if !before.is_empty() {
                parts.push(Part::Fixed(self.str(before)?));
            }
            parts.push(Part::Field(self.path_list(field, '|')?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Fixed(self.str(rest)?));
        }
        push(&mut self.parts, parts)
    }

    fn path_list(&mut self, text: &str, separator: char) -> Done<Run> {
        let paths: Vec<Path> = text
            .split(separator)
            .map(|path| self.relative(path))
            .collect::<Done<_>>()?;
        push(&mut self.paths, paths)
    }

    /// `a.b` below the row's place, `/a.b` below the object.
    fn relative(&mut self, text: &str) -> Done<Path> {
        let below = text.strip_prefix('/');
        let path = split(below.unwrap_or(text))?;
        self.path(below.is_some(), &path)
    }

    fn path(&mut self, root: bool, raw: &[Raw]) -> Done<Path> {
        let mut segs = Vec::with_capacity(raw.len());
        for raw in raw {
            segs.push(match raw {
                Raw::Key(key) => Seg::Key(self.str(key)?),
                Raw::Items => Seg::Items,
                Raw::Values => Seg::Values,
                Raw::Keys => Seg::Keys,
                Raw::Deep(_) => return Err("`**` stands only in a row's own path".into()),
            });
        }
        let segs = push(&mut self.segs, segs)?;
        Ok(Path { root, segs })
    }

    fn str_list(&mut self, text: &str) -> Done<Run> {
        let strs: Vec<Str> = text.split(',').map(|s| self.str(s)).collect::<Done<_>>()?;
        push(&mut self.strs, strs)
    }
}

/// A row that says nothing but what it is and where it stands.
fn bare(role: Role, target: Target, path: Str, name: Run) -> Row {
    Row {
        role,
        target,
        path,
        name,
        reading: Reading::Plain,
        flags: Run::EMPTY,
        namespace: Run::EMPTY,
        any_namespace: false,
        keys: Run::EMPTY,
        aliases: Run::EMPTY,
        fixed_keys: Run::EMPTY,
        keys_if: Run::EMPTY,
        optional: None,
        conds: Run::EMPTY,
        breaks: Breaks::Now,
        tls: false,
        loose: false,
        remakes: false,
        renews: false,
        adds: false,
        passing: false,
        ports: None,
    }
}
