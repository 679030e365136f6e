//! Where names stand: the rows of `schemas/references.txt` in the form in which they are looked up.
//!
//! Everything here is plain numbers into shared pools, so that `build.rs` can print it as statics and a
//! table that a user has added rows to can be made at run time by the same compiler ([`super::compile`]).

use std::borrow::Cow;

/// A text in [`Table::text`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Str {
    /// First byte.
    pub at: u32,
    /// Length in bytes.
    pub len: u16,
}

/// A run of rows in one of the pools.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Run {
    /// The first.
    pub start: u16,
    /// One past the last.
    pub end: u16,
}

impl Run {
    /// No rows.
    pub const EMPTY: Run = Run { start: 0, end: 0 };

    /// Whether it has no rows.
    pub const fn is_empty(self) -> bool {
        self.start >= self.end
    }
}

/// What can be named: `Secret`, `ConfigMap`, `IngressClass` …
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Target(pub u16);

/// A row, as an index into [`Table::rows`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RowId(pub u16);

/// One step of a path below some node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Seg {
    /// The value of this key.
    Key(Str),
    /// Each item of a list.
    Items,
    /// Each value of a map with free keys.
    Values,
    /// Each key of a map with free keys, as a value.
    Keys,
}

/// A path below the node that a row stands at, or below the object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Path {
    /// Whether it starts at the object's root.
    pub root: bool,
    /// Its steps, in [`Table::segs`].
    pub segs: Run,
}

/// A piece of a name that is put together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part {
    /// Fixed text.
    Fixed(Str),
    /// The value of the first of these paths that is set, in [`Table::paths`].
    Field(Run),
}

/// When a row holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cond {
    /// The field asked.
    pub path: Path,
    /// The values that fit, in [`Table::strs`]; none given: any value that is set. `-` is "not set".
    pub values: Run,
    /// Whether a fit makes the row hold (`if`) or not (`unless`).
    pub wanted: bool,
}

/// What a row says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The field names what must exist.
    Uses,
    /// The object makes what is named.
    Makes,
    /// Which keys the object itself has.
    Own,
    /// The map at the row's field holds labels of what is named.
    Labels,
    /// The map at the row's field selects what is named by its labels.
    Selects,
}

/// Where the things named by one [`Target`] live.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Scope {
    /// They are in no namespace.
    pub cluster: bool,
    /// Clusters come with some, so that a name which nothing defines says nothing.
    pub ambient: bool,
}

/// How the value of a naming field is to be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// It is the name.
    Plain,
    /// `name` or `namespace/name`.
    Namespaced,
    /// It is itself JSON or YAML, and the name stands at this path in it.
    Inside(Run),
    /// It is itself YAML, in which texts stand for keys of Secrets: `$name:key`.
    Keyed,
    /// The same for texts that stand for keys of the Secret of this name: `$key`.
    KeysOf(Str),
}

/// When things break once what is named is gone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Breaks {
    /// At once, or at the controller's next look.
    Now,
    /// When a pod starts the next time.
    OnRestart,
    /// When an image is pulled the next time, if it is private.
    OnPull,
    /// When it is asked to do more than it has done: a volume is made, a certificate runs out.
    OnNextUse,
    /// It does not fail: a default steps in, such as an Ingress controller's own certificate.
    FallsBack,
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// What it says.
    pub role: Role,
    /// What is named.
    pub target: Target,
    /// The path as written in the table: from the object, or from the type it is a part of.
    pub path: Str,
    /// The name's pieces, in [`Table::parts`].
    pub name: Run,
    /// How the name is read.
    pub reading: Reading,
    /// Of arguments, the flags that the name stands behind, in [`Table::strs`]; none: the field is no list of those.
    pub flags: Run,
    /// Fields with the namespace, in [`Table::paths`]: the first that is set holds, else the object's own.
    pub namespace: Run,
    /// Whether the name stands for any namespace.
    pub any_namespace: bool,
    /// Fields that name the keys used, or that have the keys made, in [`Table::paths`].
    pub keys: Run,
    /// Fields with what only some users take for a key, in [`Table::paths`].
    pub aliases: Run,
    /// Keys that are always used or made, in [`Table::strs`].
    pub fixed_keys: Run,
    /// The keys made are known only where these hold, in [`Table::conds`].
    pub keys_if: Run,
    /// The field that, when true, says the name need not exist.
    pub optional: Option<Path>,
    /// When the row holds, in [`Table::conds`].
    pub conds: Run,
    /// When its user breaks.
    pub breaks: Breaks,
    /// Whether the Secret is used as a TLS certificate with its key.
    pub tls: bool,
    /// Whether the name need not exist: it counts only for what a deletion breaks.
    pub loose: bool,
    /// Whether what is made is made again after it was deleted.
    pub remakes: bool,
    /// Whether it is then made with other values than it had.
    pub renews: bool,
    /// Whether the user puts its keys into what it names; without keys: whichever.
    pub adds: bool,
    /// Of labels of pods: whether these end once their work is done.
    pub passing: bool,
    /// Of labels of pods, the field with their spec; of what selects pods, the one with its list of ports.
    pub ports: Option<Path>,
}

/// A node of the tries that objects are walked with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Steps below named keys, in [`Table::children`].
    pub children: Run,
    /// The step below each item of a list; 0 for none.
    pub items: u16,
    /// The step below each value of a map; 0 for none.
    pub values: u16,
    /// Steps below keys that fit a pattern, at any depth, in [`Table::children`].
    pub deep: Run,
    /// Rows that stand here, in [`Table::at`].
    pub rows: Run,
    /// Types that are part of the object here, as steps, in [`Table::embeds`].
    pub embeds: Run,
}

/// The most fields that may be named at one place, so that a walk needs no allocation.
pub const MAX_CHILDREN: usize = 32;

/// What is known of a kind of object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KindRow {
    /// Its group; "" is the core group.
    pub group: Str,
    /// Its kind.
    pub kind: Str,
    /// What it is itself, if others name it.
    pub target: Option<Target>,
    /// The row with its own keys.
    pub own: Option<RowId>,
    /// Where walking it starts; 0 when nothing in it names anything.
    pub step: u16,
}

/// The compiled table.
#[derive(Clone, Debug)]
pub struct Table {
    /// All texts.
    pub text: Cow<'static, str>,
    /// What can be named.
    pub targets: Cow<'static, [Str]>,
    /// Where they live; in the order of `targets`.
    pub scopes: Cow<'static, [Scope]>,
    /// Names that every cluster, or every namespace, has; a `*` at the end stands for any text.
    pub given: Cow<'static, [(Target, Str)]>,
    /// Kinds, sorted by group and kind; the kind `*` stands for those described nowhere else.
    pub kinds: Cow<'static, [KindRow]>,
    /// All rows.
    pub rows: Cow<'static, [Row]>,
    /// The tries; 0 is none.
    pub steps: Cow<'static, [Step]>,
    /// Keys and the steps below them.
    pub children: Cow<'static, [(Str, u16)]>,
    /// Rows at steps.
    pub at: Cow<'static, [RowId]>,
    /// Types at steps.
    pub embeds: Cow<'static, [u16]>,
    /// Pieces of names.
    pub parts: Cow<'static, [Part]>,
    /// Paths.
    pub paths: Cow<'static, [Path]>,
    /// Steps of paths.
    pub segs: Cow<'static, [Seg]>,
    /// Conditions.
    pub conds: Cow<'static, [Cond]>,
    /// Texts in lists.
    pub strs: Cow<'static, [Str]>,
}

fn run<T>(pool: &[T], run: Run) -> &[T] {
    pool.get(run.start as usize..run.end as usize).unwrap_or_default()
}

impl Table {
    /// The text behind a [`Str`].
    pub fn str(&self, s: Str) -> &str {
        let at = s.at as usize;
        self.text.get(at..at + s.len as usize).unwrap_or_default()
    }

    /// A row.
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[id.0 as usize]
    }

    /// What is named, in words: `Secret`.
    pub fn target_name(&self, target: Target) -> &str {
        self.targets
            .get(target.0 as usize)
            .map_or("", |name| self.str(*name))
    }

    /// The target of this name.
    pub fn target(&self, name: &str) -> Option<Target> {
        let at = self.targets.iter().position(|t| self.str(*t) == name)?;
        Some(Target(at as u16))
    }

    /// Whether every cluster, or every namespace, has it.
    pub fn is_given(&self, target: Target, name: &str) -> bool {
        self.given.iter().any(|(t, n)| {
            *t == target
                && match self.str(*n).strip_suffix('*') {
                    Some(start) => name.starts_with(start),
                    None => self.str(*n) == name,
                }
        })
    }

    /// A row by which an object is copied into all namespaces.
    pub(super) fn copier(&self, target: Target) -> Option<RowId> {
        let copies =
            |row: &Row| row.role == Role::Makes && row.target == target && row.any_namespace && !row.remakes;
        self.rows.iter().position(copies).map(|at| RowId(at as u16))
    }

    /// Where what is named lives.
    pub fn scope(&self, target: Target) -> Scope {
        self.scopes.get(target.0 as usize).copied().unwrap_or_default()
    }

    /// What is known of a kind.
    pub fn kind(&self, group: &str, kind: &str) -> Option<&KindRow> {
        self.kinds
            .binary_search_by(|row| (self.str(row.group), self.str(row.kind)).cmp(&(group, kind)))
            .ok()
            .map(|i| &self.kinds[i])
    }

    pub(super) fn step(&self, step: u16) -> &Step {
        &self.steps[step as usize]
    }

    pub(super) fn children(&self, r: Run) -> &[(Str, u16)] {
        run(&self.children, r)
    }

    pub(super) fn at(&self, r: Run) -> &[RowId] {
        run(&self.at, r)
    }

    pub(super) fn embeds(&self, r: Run) -> &[u16] {
        run(&self.embeds, r)
    }

    pub(super) fn parts(&self, r: Run) -> &[Part] {
        run(&self.parts, r)
    }

    pub(super) fn paths(&self, r: Run) -> &[Path] {
        run(&self.paths, r)
    }

    pub(super) fn segs(&self, r: Run) -> &[Seg] {
        run(&self.segs, r)
    }

    pub(super) fn conds(&self, r: Run) -> &[Cond] {
        run(&self.conds, r)
    }

    /// Texts in a list.
    pub fn strs(&self, r: Run) -> impl Iterator<Item = &str> {
        run(&self.strs, r).iter().map(|s| self.str(*s))
    }
}
