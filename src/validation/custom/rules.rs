//! The rules of a schema (`x-kubernetes-validations`), run on what an object has. Those that compare with what was
//! there before do not hold for a new object.

use std::borrow::Cow;
use std::sync::OnceLock;

use memchr::memmem;

use super::definition::Version;
use super::place::{Part, Place};
use super::schema::Schema;
use super::typed::{Shape, Typed};
use super::validate::{Fault, Validator};
use crate::catalogue::ids;
use crate::cel::{self, Memo, Program, Stop, Tree, Val};
use crate::cut::{begin, cut};
use crate::diagnostic::ErrorType;
use crate::yaml::{Node, Scalar};

/// What a schema says of itself and, below, of its parts.
const WORD: &str = "x-kubernetes-validations";
/// As many steps are made for an object, and no deeper in it. The server has a bound as well, much further out.
const MOST: u32 = 1_000_000;
const DEEPEST: u32 = 60;
/// The version from which on rules may say that nothing was there before.
const OPTIONAL_OLD_SELF: u8 = 30;

/// The rules of a schema, and where there are more.
#[derive(Default)]
pub(super) struct Rules<'c> {
    own: Vec<Rule<'c>>,
    /// The declared fields that have some.
    fields: Vec<Cow<'c, str>>,
    items: bool,
    additional: bool,
}

/// One rule.
struct Rule<'c> {
    node: Node<'c>,
    program: OnceLock<Option<Program>>,
    message: OnceLock<Option<Program>>,
    /// What it says of itself, for messages: its own, and its beginning.
    words: OnceLock<(String, String)>,
}

/// Where in its text a definition speaks of rules.
#[derive(Default)]
pub(super) struct Marks(Vec<u32>);

impl Marks {
    /// Looks through a schema.
    pub(super) fn of(schema: Node<'_>) -> Marks {
        let start = schema.span().start;
        let found = memmem::find_iter(schema.source().as_bytes(), WORD);
        Marks(found.map(|at| start + at as u32).collect())
    }

    /// Whether a part of the schema may have rules.
    fn any_in(&self, part: Node<'_>) -> bool {
        let span = part.span();
        let next = self.0.partition_point(|at| *at < span.start);
        self.0.get(next).is_some_and(|at| *at < span.end)
    }
}

impl<'c> Rules<'c> {
    /// The rules in a schema and below; `None`: there are none.
    pub(super) fn of(schema: &Schema<'c>, marks: &Marks) -> Option<Box<Rules<'c>>> {
        let node = schema.node?;
        if !marks.any_in(node) {
            return None;
        }
        let own = node.get(WORD).into_iter().flat_map(|list| list.items());
        let fields = schema.properties.iter();
        let below = |name: &str| node.get(name).is_some_and(|part| marks.any_in(part));
        Some(Box::new(Rules {
            own: own
                .map(|node| Rule {
                    node,
                    program: OnceLock::new(),
                    message: OnceLock::new(),
                    words: OnceLock::new(),
                })
                .collect(),
            fields: fields
                .filter(|property| marks.any_in(property.node()))
                .map(|property| property.name.clone())
                .collect(),
            items: below("items"),
            additional: below("additionalProperties"),
        }))
    }
}

impl<'c> Schema<'c> {
    /// Whether there are rules in it or below.
    pub(super) fn has_rules(&self, marks: &Marks) -> bool {
        let below = |schema: Option<&Schema<'c>>| schema.is_some_and(|schema| schema.has_rules(marks));
        self.rules(marks).is_some_and(|rules| {
            !rules.own.is_empty()
                || rules.fields.iter().any(|name| below(self.property(name)))
                || (rules.items && below(self.item()))
                || (rules.additional && below(self.additional_schema()))
        })
    }
}

impl Rule<'_> {
    fn text(&self, name: &str) -> Cow<'_, str> {
        let text = self.node.get(name).and_then(|node| node.str());
        text.unwrap_or_default()
    }

    fn is_optional(&self) -> bool {
        let value = self.node.get("optionalOldSelf").and_then(|node| node.scalar());
        value == Some(Scalar::Bool(true))
    }

    fn program(&self) -> Option<&Program> {
        let make = || Program::new(&self.text("rule"), &["self", "oldSelf"]);
        self.program.get_or_init(make).as_ref()
    }

    fn message_program(&self) -> Option<&Program> {
        let make = || match &*self.text("messageExpression") {
            "" => None,
            text => Program::new(text, &["self", "oldSelf"]),
        };
        self.message.get_or_init(make).as_ref()
    }

    /// Its message, and the rule in backquotes, each on one line. Many items may break one rule.
    fn words(&self) -> &(String, String) {
        self.words.get_or_init(|| {
            let message = one_line(&cut(&self.text("message"), MOST_WORDS));
            (message, in_short(&self.text("rule")))
        })
    }

    fn message(&self) -> &str {
        &self.words().0
    }

    fn short(&self) -> &str {
        &self.words().1
    }

    fn reason(&self) -> ErrorType {
        match &*self.text("reason") {
            "FieldValueRequired" => ErrorType::Required,
            "FieldValueForbidden" => ErrorType::Forbidden,
            "FieldValueDuplicate" => ErrorType::Duplicate,
            _ => ErrorType::Invalid,
        }
    }
}

/// Runs the rules of a version of a definition on an object.
pub(super) fn check<'t>(
    root: Node<'t>,
    version: &Version<'_>,
    schema: &Schema<'_>,
    validator: &mut Validator<'_, 't>,
) {
    let marks = version.marks();
    if schema.rules(marks).is_none() {
        return;
    }
    let mut walker = Walker {
        marks,
        memo: Memo::default(),
        left: MOST,
        status: !version.has_status,
        validator,
    };
    walker.all(root, Shape::Object(schema), schema, &Place::root(root));
}

/// Runs the rules of a schema on its default.
pub(super) fn check_default<'t>(
    default: Node<'t>,
    schema: &Schema<'t>,
    place: &Place<'_, 't>,
    validator: &mut Validator<'_, 't>,
) {
    let Some(node) = schema.node else { return };
    let mut walker = Walker {
        marks: &Marks::of(node),
        memo: Memo::default(),
        left: MOST,
        status: true,
        validator,
    };
    walker.all(default, Shape::of(schema), schema, place);
}

/// `self` and `oldSelf`, and room for the variables of macros.
fn variables<'v, T: Tree<'v>>(it: Val<'v, T>) -> Vec<Val<'v, T>> {
    let mut variables = Vec::with_capacity(6);
    variables.extend([it, Val::NONE]);
    variables
}

struct Walker<'w, 'k, 't, 'v, 'c> {
    validator: &'w mut Validator<'k, 't>,
    memo: Memo<'v, Typed<'v, 'c>>,
    marks: &'w Marks,
    left: u32,
    /// What the object says of its own status counts.
    status: bool,
}

impl<'v, 'c: 'v> Walker<'_, '_, '_, 'v, 'c> {
    fn all(&mut self, node: Node<'v>, shape: Shape<'v, 'c>, schema: &'v Schema<'c>, place: &Place<'_, 'v>) {
        let placeholders = self.validator.cx.fills_in();
        let whole = Typed {
            node,
            shape,
            placeholders,
        };
        self.value(whole, schema, place, DEEPEST);
    }

    /// A value and what is below it. Schemas that only restrict others (`allOf` and its like) have no rules.
    fn value(&mut self, value: Typed<'v, 'c>, schema: &'v Schema<'c>, place: &Place<'_, 'v>, depth: u32) {
        let Some(rules) = schema.rules(self.marks) else {
            return;
        };
        let node = value.node;
        if depth == 0 || self.left == 0 || node.is_null() {
            return;
        }
        self.left -= 1;
        // What a default brings stands in no text of the object.
        let own = |part: Node<'v>| place.value.filter(|here| *here == node).map(|_| part);
        for rule in &rules.own {
            self.rule(rule, value, schema, place);
        }
        for name in &rules.fields {
            let Some(inner) = schema.property(name) else {
                continue;
            };
            if place.is_root() && name == "status" && !self.status {
                continue;
            }
            if let Some(found) = value.declared(name, inner) {
                let here = place.below(Part::Name(name));
                self.value(found, inner, &here, depth - 1);
            }
        }
        if rules.additional
            && let Some(inner) = schema.additional_schema()
        {
            for (name, key, found) in value.free(inner) {
                let here = Place {
                    up: Some(place),
                    part: Part::Key(&name),
                    key: own(key),
                    value: own(found.node),
                };
                self.value(found, inner, &here, depth - 1);
            }
        }
        if rules.items
            && let Some(inner) = schema.item()
        {
            for (i, item) in (0..).zip(value.items()) {
                let here = Place {
                    up: Some(place),
                    part: Part::Index(i),
                    key: None,
                    value: own(item.node),
                };
                self.value(item, inner, &here, depth - 1);
            }
        }
    }

    fn rule(&mut self, rule: &'v Rule<'c>, value: Typed<'v, 'c>, schema: &Schema<'_>, place: &Place<'_, '_>) {
        let Some(program) = rule.program() else { return };
        let optional = || rule.is_optional() && self.validator.cx.kube().minor() >= OPTIONAL_OLD_SELF;
        if program.old && !optional() {
            return;
        }
        let Ok(it) = value.read() else { return };
        match cel::run(program, variables(it.clone()), &mut self.memo, &mut self.left) {
            Ok(Val::Bool(false)) => {
                if self.validator.counts_only(ids::SCHEMA_VALIDATION_RULE) {
                    return;
                }
                let message = rule
                    .message_program()
                    .filter(|_| self.may_tell(value.node))
                    .map(|message| cel::run(message, variables(it), &mut self.memo, &mut self.left));
                match message {
                    Some(Ok(Val::Str(text))) if !text.trim().is_empty() => {
                        self.broken(rule, &one_line(&cut(&text, MOST_WORDS)), schema, place);
                    }
                    _ => self.broken(rule, rule.message(), schema, place),
                }
            }
            Err(Stop::Fails(why)) => {
                if self.validator.counts_only(ids::SCHEMA_VALIDATION_RULE) {
                    return;
                }
                // The reason may quote what the rule was given.
                let why = match self.may_tell(value.node) {
                    true => format!(": {why}"),
                    false => String::new(),
                };
                let text = format!(
                    "a rule of the definition comes to nothing for {}{why}; the API server refuses the object",
                    self.validator.subject(place)
                );
                let help = format!("the rule is {}", rule.short());
                self.report(ErrorType::Invalid, place, text, Some(help));
            }
            _ => {}
        }
    }

    /// Whether a message may be made of a value: an expression may do anything with what must not be shown, so that
    /// nobody would know it again.
    fn may_tell(&self, node: Node<'_>) -> bool {
        let cx = &self.validator.cx;
        !cx.is_masked(node.span()) && cx.file.hidden().is_empty()
    }

    fn broken(&mut self, rule: &Rule<'_>, message: &str, schema: &Schema<'_>, place: &Place<'_, '_>) {
        let field = rule.text("fieldPath");
        let names = names(&field, schema);
        let what = self.validator.subject(place);
        let (said, help) = match message.trim_end_matches('.') {
            "" => (format!(", {}", rule.short()), None),
            message => (
                format!(": {message}"),
                Some(format!("the rule is {}", rule.short())),
            ),
        };
        let text = format!("{what} breaks a rule of its definition{said}; the API server refuses the object");
        let kind = rule.reason();
        self.at(place, &names, &mut |walker, here| {
            walker.report(kind, here, text.clone(), help.clone());
        });
    }

    /// Goes to a field below, as far as it is there.
    fn at(
        &mut self,
        place: &Place<'_, '_>,
        names: &[(bool, String)],
        then: &mut dyn FnMut(&mut Self, &Place<'_, '_>),
    ) {
        match names.split_first() {
            None => then(self, place),
            Some(((key, name), rest)) => {
                let part = if *key { Part::Key(name) } else { Part::Name(name) };
                self.at(&place.below(part), rest, then);
            }
        }
    }

    fn report(&mut self, kind: ErrorType, place: &Place<'_, '_>, text: String, help: Option<String>) {
        let path = match place.is_root() {
            true => self.validator.no_path(),
            // Keys of maps stand in brackets.
            false => self.validator.bracketed(place),
        };
        self.validator.say(Fault {
            rule: ids::SCHEMA_VALIDATION_RULE,
            kind,
            span: place.span(),
            path,
            text,
            help,
        });
    }
}

/// Longer rules are cut.
const LONG: usize = 200;
/// Of longer texts of a definition only the beginning is looked at, since many findings may tell it. A server takes
/// messages of 2,048 characters.
pub(in crate::validation) const MOST_WORDS: usize = 8 << 10;

/// The beginning of an expression, in backquotes.
pub(in crate::validation) fn in_short(expression: &str) -> String {
    let text = one_line(begin(expression, MOST_WORDS));
    match text.char_indices().nth(LONG) {
        Some((end, _)) => format!("`{}…`", text.get(..end).unwrap_or_default()),
        None => format!("`{text}`"),
    }
}

/// Words of a definition, on one line.
pub(in crate::validation) fn one_line(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let text: String = printable.collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The steps of `.spec.items['a.b']`; whether a step is a key of a free map, however it is written. They end where the
/// schema knows no further: definitions that nobody judged may say anything.
fn names(path: &str, schema: &Schema<'_>) -> Vec<(bool, String)> {
    let mut names = Vec::new();
    let mut schema = Some(schema);
    let mut rest = path;
    while let (Some(here), false) = (schema, rest.is_empty() || names.len() >= DEEPEST as usize) {
        let name = if let Some(quoted) = rest.strip_prefix("['") {
            let end = quoted.find("']").unwrap_or(quoted.len());
            rest = quoted.get(end + 2..).unwrap_or_default();
            quoted.get(..end).unwrap_or_default().replace("\\'", "'")
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            // At least one character, so that `[0]`, which is no step, is passed as well.
            let end = name.char_indices().skip(1).find(|(_, c)| matches!(c, '.' | '['));
            let end = end.map_or(name.len(), |(at, _)| at);
            rest = name.get(end..).unwrap_or_default();
            name.get(..end).unwrap_or_default().to_string()
        };
        let property = here.property(&name);
        schema = property.or(here.additional_schema());
        if schema.is_some() {
            names.push((property.is_none(), name));
        }
    }
    names
}
