//! Compiles the text of `schemas/references.txt` into a [`Table`]. `build.rs` runs it on that file; rows that
//! a user adds go through it at run time. The head of that file describes the language.

mod rows;
mod steps;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use self::steps::{Raw, split};
use super::table::*;

/// What is wrong in a line of the text, and the line's number from 1.
pub type Fault = (usize, String);

/// Compiles the text of a table.
///
/// # Errors
/// Names every line that cannot be read, and why.
pub fn compile(text: &str) -> Result<Table, Vec<Fault>> {
    compile_onto("", text)
}

/// Compiles the text of a table together with one that is known to be in order, which it adds to.
///
/// # Errors
/// Names every line of the text that cannot be read, and why.
pub fn compile_onto(base: &str, text: &str) -> Result<Table, Vec<Fault>> {
    let mut compiler = Compiler::default();
    compiler.tries.push(Trie::default()); // 0 is "none"
    let mut faults = Vec::new();
    compiler.read(base, &mut faults);
    compiler.block.clear();
    compiler.block_kinds.clear();
    compiler.read(text, &mut faults);
    if faults.is_empty() {
        compiler.finish().map_err(|fault| vec![(0, fault)])
    } else {
        Err(faults)
    }
}

/// A node of a trie that is being built.
#[derive(Default)]
struct Trie {
    children: BTreeMap<String, u16>,
    items: u16,
    values: u16,
    deep: BTreeMap<String, u16>,
    rows: Vec<RowId>,
    embeds: Vec<u16>,
}

#[derive(Default)]
struct KindEntry {
    target: Option<Target>,
    own: Option<RowId>,
    step: u16,
}

#[derive(Default)]
struct Compiler {
    text: String,
    known: HashMap<String, Str>,
    targets: Vec<Str>,
    scopes: Vec<Scope>,
    given: Vec<(Target, Str)>,
    kinds: BTreeMap<(String, String), KindEntry>,
    types: BTreeMap<String, u16>,
    /// Where the rows of the current block stand: the kinds' and types' first steps.
    block: Vec<u16>,
    /// The kinds of the current block; none in a type's.
    block_kinds: Vec<(String, String)>,
    rows: Vec<Row>,
    tries: Vec<Trie>,
    parts: Vec<Part>,
    paths: Vec<Path>,
    segs: Vec<Seg>,
    conds: Vec<Cond>,
    strs: Vec<Str>,
}

type Done<T = ()> = Result<T, String>;

impl Compiler {
    fn read(&mut self, text: &str, faults: &mut Vec<Fault>) {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split(" #").next().unwrap_or_default().trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Err(fault) = self.line(line) {
                faults.push((number, fault));
            }
        }
    }

    fn line(&mut self, line: &str) -> Done {
        let mut words = line.split_whitespace();
        let verb = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        match (verb, rest.as_slice()) {
            ("target", [name, "=", kinds @ ..]) if !kinds.is_empty() => self.declare(name, kinds),
            ("cluster", targets) if !targets.is_empty() => self.scope(targets, |scope| scope.cluster = true),
            ("ambient", targets) if !targets.is_empty() => self.scope(targets, |scope| scope.ambient = true),
            ("given", [target, name]) => {
                let target = self.target(target)?;
                let name = self.str(name)?;
                self.given.push((target, name));
                Ok(())
            }
            ("type", [name]) => {
                let step = self.new_step()?;
                self.block = vec![step];
                self.block_kinds.clear();
                match self.types.insert((*name).to_string(), step) {
                    None => Ok(()),
                    Some(_) => Err(format!("the type `{name}` is described twice")),
                }
            }
            ("kind", kinds) if !kinds.is_empty() => self.kinds(kinds),
            ("has", [name, path]) => self.has(name, path),
            ("uses", [target, path, rest @ ..]) => self.row(Role::Uses, target, path, rest),
            ("makes", [target, path, rest @ ..]) => self.row(Role::Makes, target, path, rest),
            ("labels", [target, path, rest @ ..]) => self.row(Role::Labels, target, path, rest),
            ("selects", [target, path, rest @ ..]) => self.row(Role::Selects, target, path, rest),
            ("keys", rest) if !rest.is_empty() => self.own(rest),
            _ => Err(format!(
                "`{verb}` is not followed by what it needs, or no word of this table"
            )),
        }
    }

    fn declare(&mut self, name: &str, kinds: &[&str]) -> Done {
        // A user may add kinds to what is known.
        let target = match self.target(name) {
            Ok(known) => known,
            Err(_) => {
                let name = self.str(name)?;
                self.targets.push(name);
                self.scopes.push(Scope::default());
                Target(small(self.targets.len() - 1)?)
            }
        };
        for kind in kinds {
            self.kinds.entry(group_kind(kind)).or_default().target = Some(target);
        }
        Ok(())
    }

    fn scope(&mut self, targets: &[&str], set: fn(&mut Scope)) -> Done {
        for target in targets {
            let target = self.target(target)?;
            set(&mut self.scopes[target.0 as usize]);
        }
        Ok(())
    }

    fn target(&self, name: &str) -> Done<Target> {
        let at = self.targets.iter().position(|t| self.text_of(*t) == name);
        at.map(|at| Target(at as u16))
            .ok_or_else(|| format!("`{name}` is not declared with `target`"))
    }

    fn text_of(&self, s: Str) -> &str {
        &self.text[s.at as usize..s.at as usize + s.len as usize]
    }

    fn kinds(&mut self, kinds: &[&str]) -> Done {
        self.block.clear();
        self.block_kinds.clear();
        for kind in kinds {
            let key = group_kind(kind);
            let known = self.kinds.get(&key).map_or(0, |entry| entry.step);
            let step = if known == 0 { self.new_step()? } else { known };
            self.kinds.entry(key.clone()).or_default().step = step;
            self.block.push(step);
            self.block_kinds.push(key);
        }
        Ok(())
    }

    fn new_step(&mut self) -> Done<u16> {
        self.tries.push(Trie::default());
        small(self.tries.len() - 1)
    }

    /// `has TYPE path`: the type is a part of the block's objects there.
    fn has(&mut self, name: &str, path: &str) -> Done {
        let of = *self
            .types
            .get(name)
            .ok_or_else(|| format!("the type `{name}` is not described above"))?;
        let path = split(path)?;
        for step in self.block()? {
            if step == of {
                return Err(format!("`{name}` cannot be a part of itself"));
            }
            let at = self.insert(step, &path)?;
            self.tries[at as usize].embeds.push(of);
        }
        Ok(())
    }

    fn block(&self) -> Done<Vec<u16>> {
        if self.block.is_empty() {
            return Err("no `kind` or `type` line above".into());
        }
        Ok(self.block.clone())
    }

    /// The step at the end of a path below a step.
    fn insert(&mut self, mut step: u16, path: &[Raw]) -> Done<u16> {
        for raw in path {
            let trie = &self.tries[step as usize];
            let known = match raw {
                Raw::Key(key) => trie.children.get(key).copied().unwrap_or(0),
                Raw::Deep(key) => trie.deep.get(key).copied().unwrap_or(0),
                Raw::Items => trie.items,
                Raw::Values => trie.values,
                Raw::Keys => return Err("`keys()` can only end a path".into()),
            };
            let next = if known == 0 { self.new_step()? } else { known };
            let trie = &mut self.tries[step as usize];
            match raw {
                Raw::Key(key) => _ = trie.children.insert(key.clone(), next),
                Raw::Deep(key) => _ = trie.deep.insert(key.clone(), next),
                Raw::Items => trie.items = next,
                Raw::Values | Raw::Keys => trie.values = next,
            }
            step = next;
        }
        Ok(step)
    }

    fn str(&mut self, text: &str) -> Done<Str> {
        if let Some(known) = self.known.get(text) {
            return Ok(*known);
        }
        let at = u32::try_from(self.text.len()).map_err(|_| "the table is too long")?;
        let len = small(text.len())?;
        self.text.push_str(text);
        self.known.insert(text.to_string(), Str { at, len });
        Ok(Str { at, len })
    }

    fn finish(mut self) -> Done<Table> {
        let (mut steps, mut children, mut at, mut embeds) = (vec![], vec![], vec![], vec![]);
        for trie in std::mem::take(&mut self.tries) {
            let mut below = |compiler: &mut Compiler, named: &BTreeMap<String, u16>| {
                if named.len() > MAX_CHILDREN {
                    return Err(format!("more than {MAX_CHILDREN} fields at one place"));
                }
                let named: Vec<(Str, u16)> = named
                    .iter()
                    .map(|(key, step)| Ok((compiler.str(key)?, *step)))
                    .collect::<Done<_>>()?;
                push(&mut children, named)
            };
            steps.push(Step {
                children: below(&mut self, &trie.children)?,
                items: trie.items,
                values: trie.values,
                deep: below(&mut self, &trie.deep)?,
                rows: push(&mut at, trie.rows)?,
                embeds: push(&mut embeds, trie.embeds)?,
            });
        }
        let mut kinds = Vec::with_capacity(self.kinds.len());
        for ((group, kind), entry) in std::mem::take(&mut self.kinds) {
            kinds.push(KindRow {
                group: self.str(&group)?,
                kind: self.str(&kind)?,
                target: entry.target,
                own: entry.own,
                step: entry.step,
            });
        }
        Ok(Table {
            text: Cow::Owned(self.text),
            targets: Cow::Owned(self.targets),
            scopes: Cow::Owned(self.scopes),
            given: Cow::Owned(self.given),
            kinds: Cow::Owned(kinds),
            rows: Cow::Owned(self.rows),
            steps: Cow::Owned(steps),
            children: Cow::Owned(children),
            at: Cow::Owned(at),
            embeds: Cow::Owned(embeds),
            parts: Cow::Owned(self.parts),
            paths: Cow::Owned(self.paths),
            segs: Cow::Owned(self.segs),
            conds: Cow::Owned(self.conds),
            strs: Cow::Owned(self.strs),
        })
    }
}

/// `group/Kind`, or `Kind` of the core group.
fn group_kind(text: &str) -> (String, String) {
    let (group, kind) = text.split_once('/').unwrap_or(("", text));
    (group.to_string(), kind.to_string())
}

fn small(n: usize) -> Done<u16> {
    u16::try_from(n).map_err(|_| "the table is too long".to_string())
}

fn push<T>(pool: &mut Vec<T>, items: impl IntoIterator<Item = T>) -> Done<Run> {
    let start = small(pool.len())?;
    pool.extend(items);
    let end = small(pool.len())?;
    Ok(Run { start, end })
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn faults_name_their_lines() {
        let faults = |text: &str| -> Vec<usize> {
            let head = "target Secret = Secret\n";
            compile(&format!("{head}{text}"))
                .err()
                .unwrap_or_default()
                .iter()
                .map(|(line, _)| *line)
                .collect()
        };
        assert!(faults("kind Pod\n  uses Secret spec.x.name key=key\n").is_empty());
        for (text, line) in [
            ("  uses Secret spec.x", 2),                        // nothing above to belong to
            ("kind Pod\n  uses Sekret spec.x", 3),              // no such target
            ("kind Pod\n  uses Secret spec..x", 3),             // an empty step
            ("kind Pod\n  uses Secret spec.x[y", 3),            // an open bracket
            ("kind Pod\n  uses Secret spec.**", 3),             // nothing to look for at any depth
            ("kind Pod\n  uses Secret spec.x key=a.**.b", 3),   // any depth beside the name
            ("kind Pod\n  uses Secret spec.x breaks=soon", 3),  // no such time
            ("kind Pod\n  uses Secret spec.x names=y", 3),      // no such word
            ("kind Pod\n  makes Secret {metadata.name-x", 3),   // an open brace
            ("kind Pod\n  has Container spec.containers[]", 3), // no such type
            ("type A\n  has A a", 3),                           // a part of itself
            ("type A\ntype A", 3),                              // twice
            ("kind Pod\n  keys data.keys()", 3),                // not declared
            ("kind Pod\n  devours Secret spec.x", 3),           // no such verb
        ] {
            assert_eq!(faults(text), [line], "{text}");
        }
    }

    #[test]
    fn the_text_and_the_statics_are_one() {
        let text = include_str!("../../../schemas/references.txt");
        let compiled = compile(text).expect("the table is in order");
        assert_eq!(format!("{compiled:?}"), format!("{:?}", crate::graph::standard()));
    }
}
