//! Comments that keep findings back: `# kubeproof: ignore[ingress/host-is-ip] the proxy expects it`.
//!
//! Where a comment stands says what it covers: behind something, its line; on a line of its own, the node below;
//! at the head of a document, the document. `ignore-file[…]` at the head of a file covers the file. All of that
//! is settled while the tree is at hand, so that findings made later, between files, need spans only.

use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::engine::Settings;
use crate::manifest::File;
use crate::rules::suggest::{instead_of, nearest};
use crate::rules::{Check, Emitter, RULES, Rule, RuleId, ids, quote};
use crate::source::Span;
use crate::yaml::tree::NodeId;
use crate::yaml::{Chunk, Kind, Style, Tree};

/// More names than this in one file are an attack on the time that is spent on them.
const MOST: usize = 1024;

/// The suppressions of one file.
#[derive(Debug, Default)]
pub struct Suppressions {
    list: Vec<Suppression>,
    /// What is wrong with those that are written wrongly.
    faults: Vec<Diagnostic>,
}

/// One comment.
#[derive(Debug)]
struct Suppression {
    comment: Span,
    names: Vec<Name>,
    /// Where the names stand, those included that are none.
    places: Vec<Span>,
    scope: Scope,
    document: u32,
    /// Whether all that it covers was judged, so that it can be told to be of no use.
    judged: bool,
    /// Whether it covers a kind that a CustomResourceDefinition outside of the run may describe.
    custom: bool,
    /// What to delete to be rid of it, unless that would change what is around it.
    removal: Option<Span>,
}

/// A rule or a category that a comment names.
#[derive(Debug)]
struct Name {
    what: Named,
    span: Span,
    used: bool,
}

#[derive(Clone, Copy, Debug)]
enum Named {
    Rule(RuleId),
    Category(&'static str),
}

impl Named {
    fn find(name: &str) -> Option<Named> {
        let category = || RULES.iter().find(|rule| rule.category == name);
        Rule::find(name)
            .map(Named::Rule)
            .or_else(|| Some(Named::Category(category()?.category)))
    }

    fn covers(self, rule: RuleId) -> bool {
        match self {
            Named::Rule(own) => own == rule,
            Named::Category(category) => rule.rule().category == category,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Named::Rule(rule) => rule.rule().id,
            Named::Category(category) => category,
        }
    }

    /// Whether all that it names was looked for, so that it would have been found; `custom`, in objects whose
    /// kind may not be known.
    fn is_decided(self, settings: &Settings, custom: bool) -> bool {
        let decided = |(id, rule): (u16, &Rule)| {
            let open = match rule.emitter {
                Emitter::Check(Check::Run(_)) => settings.partial,
                Emitter::Schema => custom,
                _ => false,
            };
            !self.covers(RuleId(id)) || (settings.rules.has(RuleId(id)) && !open)
        };
        (0..).zip(RULES).all(decided)
    }
}

/// What a comment covers.
#[derive(Clone, Copy, Debug)]
enum Scope {
    /// The line that it stands on: what starts or ends there.
    Line(Span),
    /// The node below it.
    Node(Span),
    /// Its document.
    Document(u32),
    /// The file.
    File,
    /// Nothing: there is nothing below it.
    Nothing,
}

impl Scope {
    fn covers(self, own: u32, span: Span) -> bool {
        match self {
            Scope::Line(line) => {
                (line.start <= span.start && span.start <= line.end)
                    || (line.start < span.end && span.end <= line.end)
            }
            Scope::Node(node) => node.contains(span),
            Scope::Document(document) => own == document,
            Scope::File => true,
            Scope::Nothing => false,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Scope::Line(_) => "on this line",
            Scope::Node(_) => "in what follows",
            Scope::Document(_) => "in this document",
            Scope::File => "in this file",
            Scope::Nothing => "here, where nothing follows",
        }
    }
}

impl Suppressions {
    /// Reads the comments of a file. `None` where none is meant for kubeproof.
    pub fn read(file: &File<'_>, settings: &Settings) -> Option<Box<Suppressions>> {
        let mut found = Box::<Suppressions>::default();
        // The place of each that covers the node below, to be found in one pass: (chunk, offset, in the list).
        let mut below = Vec::new();
        let mut said = 0;
        for &comment in &file.tree.comments {
            let Some(order) = order(file.text, comment) else {
                continue;
            };
            let chunk = chunk_of(file.tree, comment);
            let Some(document) = file.tree.chunks.get(chunk) else {
                continue;
            };
            let reader = Reader {
                file,
                settings,
                comment,
                document: document.document,
            };
            said += 1 + order.rest.bytes().filter(|b| *b == b',').count();
            if said > MOST {
                let help = "name categories, or suppress for whole documents";
                let fault = reader.malformed("the file names more rules than kubeproof reads (1,024)", help);
                found.faults.extend(fault);
                break;
            }
            let Some((names, places)) = reader.names(order, &mut found.faults) else {
                continue;
            };
            let scope = reader.scope(order, chunk, &mut found.faults);
            let Some(scope) = scope else { continue };
            if let Scope::Node(node) = scope {
                below.push((chunk, node.start, found.list.len()));
            }
            found.list.push(Suppression {
                comment,
                names,
                places,
                scope,
                document: document.document,
                judged: reader.is_judged(scope),
                custom: reader.is_custom(scope),
                removal: removal(file, comment),
            });
        }
        while let Some(&(chunk, ..)) = below.last() {
            let first = below.partition_point(|(other, ..)| *other < chunk);
            let these = below.split_off(first);
            nodes_below(file, chunk, &these, &mut found.list);
        }
        (!found.list.is_empty() || !found.faults.is_empty()).then_some(found)
    }

    /// Takes the findings that are covered out of `found`.
    pub fn take(&mut self, found: &mut Vec<Diagnostic>) -> Vec<Diagnostic> {
        let mut taken = Vec::new();
        let mut kept = Vec::with_capacity(found.len());
        for finding in found.drain(..) {
            if self.cover(finding.rule, finding.document, finding.span) {
                taken.push(finding);
            } else {
                kept.push(finding);
            }
        }
        *found = kept;
        taken
    }

    /// Whether what a rule finds at a place is kept back; what keeps it back is of use then.
    pub fn cover(&mut self, rule: RuleId, document: u32, span: Span) -> bool {
        let mut covered = false;
        for one in &mut self.list {
            // All that cover it are of use, not the first alone: which one is needless is for people to say.
            if one.scope.covers(document, span) {
                for name in one.names.iter_mut().filter(|name| name.what.covers(rule)) {
                    name.used = true;
                    covered = true;
                }
            }
        }
        covered
    }

    /// What is wrong with the comments themselves.
    pub fn faults(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.faults)
    }

    /// The comments, or names in them, that kept nothing back, when all is done.
    pub fn unused(&self, settings: &Settings) -> Vec<Diagnostic> {
        let mut out = Vec::new();
        if !settings.rules.has(ids::SUPPRESSION_UNUSED) {
            return out;
        }
        for one in self.list.iter().filter(|one| one.judged) {
            let idle = |name: &&Name| !name.used && name.what.is_decided(settings, one.custom);
            // A name that is misspelt is to be mended, not to be removed with the others.
            let all = one.names.iter().filter(idle).count() == one.places.len();
            for name in one.names.iter().filter(idle) {
                let message = format!(
                    "no `{}` is found {}: the suppression is of no use now, and would hide a mistake made later",
                    name.what.text(),
                    one.scope.words()
                );
                let (span, removed, title) = if all {
                    (one.comment, one.removal, "remove the suppression")
                } else {
                    let removed = Some(one.without(name.span));
                    (name.span, removed, "remove the name from the suppression")
                };
                out.push(Diagnostic {
                    help: Some(title.to_string()),
                    fix: removed.map(|span| Fix {
                        title: title.to_string(),
                        safe: true,
                        edits: vec![Edit {
                            span,
                            text: String::new(),
                        }],
                    }),
                    ..finding(ids::SUPPRESSION_UNUSED, one.document, span, message)
                });
                if all {
                    break; // one comment, one finding
                }
            }
        }
        out
    }
}

impl Suppression {
    /// What to delete to be rid of one of several names: with the comma before it, or the one after the first.
    fn without(&self, own: Span) -> Span {
        let before = self.places.iter().rfind(|place| place.end <= own.start);
        let after = self.places.iter().find(|place| place.start >= own.end);
        match (before, after) {
            (Some(before), _) => Span::new(before.end, own.end),
            (None, Some(after)) => Span::new(own.start, after.start),
            (None, None) => own,
        }
    }
}

fn finding(rule: RuleId, document: u32, span: Span, message: String) -> Diagnostic {
    Diagnostic {
        rule,
        severity: rule.rule().severity,
        message,
        help: None,
        label: None,
        span,
        related: Vec::new(),
        refusal: None,
        fix: None,
        document,
        object: None,
    }
}

/// What a comment tells kubeproof.
#[derive(Clone, Copy)]
struct Order<'t> {
    /// `ignore`, or what stands in its place.
    word: &'t str,
    /// Whether `kubeproof:` stands before it, letter by letter.
    addressed: bool,
    /// What follows the word.
    rest: &'t str,
    /// Where `rest` starts.
    at: u32,
}

/// The order in a comment that starts with `# kubeproof:`, or nearly so where it cannot mean anything else.
fn order(text: &str, comment: Span) -> Option<Order<'_>> {
    const NAME: &str = "kubeproof";
    let said = text.get(comment.range())?.trim_start_matches('#').trim_start();
    let (name, after) = said.split_at_checked(NAME.len())?;
    if !name.eq_ignore_ascii_case(NAME) {
        return None;
    }
    let behind_colon = after.strip_prefix(':');
    let after = behind_colon.unwrap_or(after).trim_start();
    let end = after
        .find(|c: char| !c.is_ascii_alphabetic() && c != '-')
        .unwrap_or(after.len());
    let (word, rest) = after.split_at_checked(end)?;
    let addressed = name == NAME && behind_colon.is_some();
    let certain = matches!(word, "ignore" | "ignore-file") && rest.trim_start().starts_with('[');
    (addressed || certain).then(|| Order {
        addressed,
        word,
        rest,
        at: comment.end - rest.len() as u32,
    })
}

/// The document that a comment belongs to; one behind `---` belongs to what follows.
fn chunk_of(tree: &Tree, comment: Span) -> usize {
    let chunk = tree.chunks.partition_point(|chunk| chunk.span.end < comment.end);
    chunk.min(tree.chunks.len().saturating_sub(1))
}

/// Reads one comment.
struct Reader<'f, 't> {
    file: &'f File<'t>,
    settings: &'f Settings,
    comment: Span,
    document: u32,
}

impl Reader<'_, '_> {
    fn fault(&self, rule: RuleId, span: Span, message: String, help: String) -> Option<Diagnostic> {
        self.settings.rules.has(rule).then(|| Diagnostic {
            help: Some(help),
            ..finding(rule, self.document, span, message)
        })
    }

    fn malformed(&self, what: &str, help: &str) -> Option<Diagnostic> {
        let message = format!("this comment suppresses nothing: {what}");
        self.fault(
            ids::SUPPRESSION_MALFORMED,
            self.comment,
            message,
            help.to_string(),
        )
    }

    /// The rules that the comment names, where it holds, and where all that it names stands.
    fn names(&self, order: Order<'_>, faults: &mut Vec<Diagnostic>) -> Option<(Vec<Name>, Vec<Span>)> {
        const FORM: &str = "write `# kubeproof: ignore[category/rule] reason`";
        if !order.addressed {
            faults.extend(self.malformed("it does not start with `# kubeproof:`", FORM));
            return None;
        }
        if !matches!(order.word, "ignore" | "ignore-file") {
            if looks_like_ignore(order) {
                let what = format!("{} is not `ignore` or `ignore-file`", quote(order.word));
                faults.extend(self.malformed(&what, FORM));
            }
            return None;
        }
        let inner = order.rest.trim_start();
        let open = order.at + (order.rest.len() - inner.len()) as u32 + 1;
        let Some((inside, reason)) = inner.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
            faults.extend(self.malformed("the rules it is about are not named in brackets", FORM));
            return None;
        };
        let (mut names, mut places) = (Vec::new(), Vec::new());
        let mut at = open;
        for part in inside.split(',') {
            let own = part.trim();
            let start = at + (part.len() - part.trim_start().len()) as u32;
            let span = Span::new(start, start + own.len() as u32);
            at += part.len() as u32 + 1;
            if !own.is_empty() {
                places.push(span);
            }
            match Named::find(own) {
                Some(what) => names.push(Name {
                    what,
                    span,
                    used: false,
                }),
                None if own.is_empty() => {
                    faults.extend(self.malformed("a rule's name is missing in the brackets", FORM));
                }
                None => faults.extend(self.unknown(own, span)),
            }
        }
        if names.is_empty() {
            return None;
        }
        if !reason.chars().any(char::is_alphanumeric) {
            let message = "this suppression gives no reason, so it does not hold: \
                           nobody could tell later whether it still should"
                .to_string();
            let help = format!(
                "write why behind the bracket: `# kubeproof: {}[…] reason`",
                order.word
            );
            faults.extend(self.fault(ids::SUPPRESSION_NO_REASON, self.comment, message, help));
            // Whoever switches that rule off wants it to hold.
            if self.settings.rules.has(ids::SUPPRESSION_NO_REASON) {
                return None;
            }
        }
        Some((names, places))
    }

    fn unknown(&self, name: &str, span: Span) -> Option<Diagnostic> {
        let message = format!(
            "there is no rule or category {}, so nothing is suppressed by that name",
            quote(name)
        );
        let mut fault = self.fault(ids::SUPPRESSION_UNKNOWN_RULE, span, message, instead_of(name))?;
        if let [only] = *nearest(name) {
            fault.fix = Some(Fix {
                title: format!("write `{only}`"),
                safe: false,
                edits: vec![Edit {
                    span,
                    text: only.to_string(),
                }],
            });
        }
        Some(fault)
    }

    /// What the comment covers, by where it stands.
    fn scope(&self, order: Order<'_>, chunk: usize, faults: &mut Vec<Diagnostic>) -> Option<Scope> {
        let (text, chunks) = (self.file.text, &self.file.tree.chunks);
        let line = line_of(text, self.comment.start);
        let before = text.get(line.start as usize..self.comment.start as usize)?;
        let before = before.trim_start_matches('\u{feff}').trim();
        // The next document that says anything, from here on.
        let next = chunks.get(chunk..).unwrap_or_default();
        let next = next.iter().find(|chunk| has_content(chunk));
        let at_head = matches!(before, "" | "---")
            && next.is_none_or(|next| starts_after(self.file.tree, next, self.comment.end));
        if order.word == "ignore-file" {
            let first = chunks.iter().find(|chunk| has_content(chunk));
            let same = |a: Option<&Chunk>, b: Option<&Chunk>| match (a, b) {
                (Some(a), Some(b)) => std::ptr::eq(a, b),
                (None, None) => true,
                _ => false,
            };
            if at_head && same(next, first) {
                return Some(Scope::File);
            }
            faults.extend(self.malformed(
                "`ignore-file` does not stand at the head of the file",
                "move it above everything else in the file, or write `ignore` for what stands here",
            ));
            return None;
        }
        Some(match next {
            _ if !matches!(before, "" | "---") => Scope::Line(line),
            None => Scope::Nothing,
            Some(next) if at_head => Scope::Document(next.document),
            // To be narrowed down to the node.
            Some(_) => Scope::Node(Span::new(self.comment.end, self.comment.end)),
        })
    }

    /// The documents of a scope.
    fn documents(&self, scope: Scope) -> impl Iterator<Item = &crate::manifest::Document<'_>> {
        let document = match scope {
            Scope::File => None,
            Scope::Document(document) => Some(document),
            _ => Some(self.document),
        };
        let documents = self.file.documents.iter();
        documents.filter(move |d| document.is_none_or(|document| d.chunk.document == document))
    }

    /// Whether a scope has objects of kinds that are not built in.
    fn is_custom(&self, scope: Scope) -> bool {
        self.documents(scope)
            .filter_map(|d| {
                let objects = d.objects.start as usize..d.objects.end as usize;
                self.file.objects.get(objects)
            })
            .flatten()
            .any(|object| crate::schema::known(object.group(), object.version(), &object.kind).is_none())
    }

    /// Whether all that a scope covers was judged: a template or a document with an error was not.
    fn is_judged(&self, scope: Scope) -> bool {
        self.documents(scope).all(|d| {
            d.chunk.error.is_none() && d.skip.is_none_or(|skip| skip == crate::manifest::Skip::Empty)
        })
    }
}

fn has_content(chunk: &Chunk) -> bool {
    chunk.root.is_some() || chunk.error.is_some()
}

/// Whether a document's content starts behind an offset.
fn starts_after(tree: &Tree, chunk: &Chunk, at: u32) -> bool {
    let root = chunk.root.and_then(|root| tree.nodes.get(root as usize));
    root.map_or(chunk.span.start, |root| root.start) >= at
}

/// Whether somebody who wrote this meant to suppress something: other tools have other words.
fn looks_like_ignore(order: Order<'_>) -> bool {
    const WORDS: [&str; 7] = [
        "ignore",
        "ignore-file",
        "disable",
        "skip",
        "suppress",
        "allow",
        "noqa",
    ];
    order.rest.trim_start().starts_with('[')
        || order.word.len() < 30
            && WORDS.iter().any(|word| {
                strsim::osa_distance(&order.word.to_ascii_lowercase(), word)
                    <= usize::from(word.len() > 5) * 2
            })
}

/// The line around an offset, without its break.
fn line_of(text: &str, at: u32) -> Span {
    let bytes = text.as_bytes();
    let at = (at as usize).min(bytes.len());
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |newline| newline + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |newline| at + newline);
    Span::new(start as u32, end as u32)
}

/// What to delete with a comment: its whole line where it stands alone, else the blanks before it too. `None` where
/// that would give the blank lines below it to a block scalar above it that keeps them (`|+`).
fn removal(file: &File<'_>, comment: Span) -> Option<Span> {
    let text = file.text;
    let line = line_of(text, comment.start);
    let before = text
        .get(line.start as usize..comment.start as usize)
        .unwrap_or_default();
    let content = before.trim_end().len() as u32;
    if content > 0 {
        return Some(Span::new(line.start + content, comment.end));
    }
    let next = (line.end + 1).min(text.len() as u32);
    // Other comments may go as well.
    let below = text.get(next as usize..).unwrap_or_default().lines();
    let mut below = below.map(str::trim).skip_while(|line| line.starts_with('#'));
    let uncovers = below.next().is_some_and(str::is_empty) && follows_kept_lines(file, line.start);
    (!uncovers).then(|| Span::new(line.start, next))
}

/// Whether the last thing before an offset is a block scalar that keeps its blank lines.
fn follows_kept_lines(file: &File<'_>, at: u32) -> bool {
    let nodes = &file.tree.nodes;
    let end = nodes.partition_point(|node| node.start < at);
    let scalar = nodes[..end].iter().rfind(|node| node.kind == Kind::Scalar);
    scalar.is_some_and(|node| {
        let header = file.text.get(node.start as usize..node.end as usize);
        let header = header.and_then(|source| source.lines().next());
        matches!(node.style, Style::Literal | Style::Folded) && header.is_some_and(|line| line.contains('+'))
    })
}

/// Finds the node below each of a document's comments, all in one pass over its nodes.
fn nodes_below(file: &File<'_>, chunk: usize, wanted: &[(usize, u32, usize)], list: &mut [Suppression]) {
    let Some(chunk) = file.tree.chunks.get(chunk) else {
        return;
    };
    let mut wanted = wanted.iter().peekable();
    // The collections around the node: where each ends, its kind, and how many children were met.
    let mut around: Vec<(NodeId, Kind, u32)> = Vec::new();
    for id in chunk.root.unwrap_or(chunk.nodes_end)..chunk.nodes_end {
        let Some(node) = file.tree.nodes.get(id as usize) else {
            return;
        };
        while around.last().is_some_and(|(end, ..)| *end <= id) {
            around.pop();
        }
        let mut place = None;
        if let Some((_, kind, met)) = around.last_mut() {
            place = Some((*kind, met.is_multiple_of(2)));
            *met += 1;
        }
        while let Some((_, at, index)) = wanted.next_if(|(_, at, _)| *at <= node.start) {
            if let Some(one) = list.get_mut(*index) {
                let end = end_of(file.tree, id, place).max(*at);
                one.scope = Scope::Node(Span::new(*at, line_of(file.text, end).end));
            }
        }
        if matches!(node.kind, Kind::Map | Kind::Seq) {
            around.push((node.next, node.kind, 0));
        }
    }
    for (_, _, index) in wanted {
        if let Some(one) = list.get_mut(*index) {
            one.scope = Scope::Nothing;
        }
    }
}

/// Where the node ends that people see below a comment: of a mapping in block style, which starts where its
/// first key does, the first entry; of a key its value.
fn end_of(tree: &Tree, id: NodeId, place: Option<(Kind, bool)>) -> u32 {
    let node = |id: NodeId| tree.nodes.get(id as usize);
    let Some(own) = node(id) else { return 0 };
    let is_value = matches!(place, Some((Kind::Map, false)));
    let last = match (place, own.kind) {
        (Some((Kind::Map, true)), _) => node(own.next),
        (_, Kind::Map) if is_value && own.style == Style::Plain => {
            node(id + 1).and_then(|key| node(key.next))
        }
        (_, Kind::Seq) if is_value && own.style == Style::Plain => node(id + 1),
        _ => Some(own),
    };
    last.map_or(own.end, |last| last.end)
}
