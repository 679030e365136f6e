//! What the walk reports: mismatches, malformed texts, unknown fields, each with the server's own answer.

use super::decode::{Decoder, Misplaced, Strictness};
use super::elsewhere::elsewhere;
use super::keys::told;
use super::path::{Part, Place};
use super::read_by::ReadBy;
use super::{constraints, message};
use crate::catalogue::ids;
use crate::context::Reach;
use crate::diagnostic::{Edit, ErrorType, Report, RuleId, Severity, Stage};
use crate::edit;
use crate::formats::{scalars, times};
use crate::quote::enumerated;
use crate::schema::suggest::{self, Unknown};
use crate::schema::{Shape, TypeId};
use crate::source::Span;
use crate::yaml::{Entry, Kind, Node, Scalar, Style};

impl<'a> Decoder<'_, 'a> {
    pub(super) fn unknown_field(&mut self, ty: TypeId, at: &Place<'_, 'a>, entry: Entry<'a>, key: &str) {
        if self.strictness == Strictness::Off || entry.key.key_text().is_none() || self.cx.is_unrendered(key)
        {
            return;
        }
        // What SOPS encrypted is decrypted, and its own key removed, before it is applied.
        if key == "sops" && at.up.is_none() && !self.cx.settings.no_skip {
            return;
        }
        let path = at.full();
        let field = joined(path.clone(), key);
        let kube = self.cx.kube();
        let known = match suggest::unknown_field(ty, key, kube) {
            // `port: 80` is no slip of `ports`, which is a list.
            Unknown::Near(near)
                if ty
                    .field(near, kube)
                    .is_some_and(|field| !fits(field.ty.shape(), entry.value)) =>
            {
                suggest::below(ty, key, kube).map_or(Unknown::Near(near), Unknown::Below)
            }
            known => known,
        };
        let lenient = self.strictness == Strictness::Lenient;
        let text = message::unknown_field(self.reader, ty, entry.key, &known, lenient);
        let fix = match &known {
            Unknown::Near(near) => {
                let means_it = |other: &str| matches!(suggest::unknown_field(ty, other, kube), Unknown::Near(meant) if meant == *near);
                let shape = ty.field(near, kube).map(|field| field.ty.shape());
                let fits = shape.is_none_or(|shape| fits(shape, entry.value));
                respelling(at.value, entry, key, near, means_it).filter(|_| fits)
            }
            _ => None,
        };
        let elsewhere = matches!(known, Unknown::Nothing)
            .then(|| elsewhere(key, entry, at, kube))
            .flatten();
        let place = match (&known, &elsewhere) {
            (Unknown::Below(below), _) => Some(joined(at.full(), below)),
            (_, Some(elsewhere)) => Some(elsewhere.field.clone()),
            _ => None,
        };
        let place = place.filter(|_| !lenient);
        // Where people hear of it.
        let first = place.as_ref().and_then(|place| self.told_with(place, at.value));
        let told = first.unwrap_or_else(|| entry.key.span());
        let meant = match (&known, &elsewhere) {
            (Unknown::Near(near), _) => Some(joined(path, near)),
            (Unknown::Below(below), _) => Some(first_missing(at.value, path, below)),
            // An advice names the field first.
            (Unknown::Old(hint), _) => hint
                .split('`')
                .nth(1)
                .map(|field| first_missing(at.value, path, field)),
            (_, Some(elsewhere)) => Some(elsewhere.field.clone()),
            _ if ty.short_name() == "LabelSelector" => Some(joined(path, "matchLabels")),
            _ if ty.short_name() == "EnvVar" => Some(joined(path, "name")),
            _ => None,
        };
        // Which item of a list is meant is not known.
        // What is there by itself is judged by itself.
        let meant = meant.filter(|field| !field.contains("[]") && !is_there(at, field));
        if let Some(field) = meant {
            self.cx.cause(told, Reach::Holder, || field);
        }
        if let Some(holder) = place.as_deref().and_then(|place| place.rsplit_once('.'))
            && elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.in_empty)
        {
            self.cx.cause(told, Reach::Itself, || holder.0.to_string());
        }
        self.unwrapped(ty, at, entry, key);
        let is_sure = elsewhere.is_some() || !matches!(known, Unknown::Nothing);
        let help = message::unknown_field_help(ty, key, &known, elsewhere, at, self.cx.kube());
        let stage = self.stage(ErrorType::UnknownField);
        let (rule, span) = (self.reader.unknown_field(), entry.key.span());
        let mut report = self.cx.report_as(rule, span, text).help(help);
        if let Some((title, safe, edits)) = fix {
            report = report.fix(title, safe, edits);
        }
        if lenient || (self.reader == ReadBy::Kustomize && !is_sure) {
            // A later kustomize may have the field.
            report.severity(Severity::Warning);
        } else if self.reader == ReadBy::Server {
            report.refusal_at(stage, ErrorType::UnknownField, field);
        }
        match (first, place) {
            (Some(first), _) => self.tell_as_well(first, entry.key),
            (None, Some(place)) => self.note_misplaced(&place, at.value),
            (None, None) => {}
        }
    }

    /// The place of the finding that tells of a field as well, which belongs to where the last one does.
    fn told_with(&self, place: &str, map: Node<'a>) -> Option<Span> {
        let last = self.misplaced.as_ref().filter(|last| last.map == map.id())?;
        let same = place
            .rsplit_once('.')
            .is_some_and(|(holder, _)| holder == last.holder);
        let first = self.cx.found.get(last.finding).filter(|_| same)?;
        Some(first.span)
    }

    /// Fields of one mapping that belong to one place are one slip: all but the first follow from it.
    fn tell_as_well(&mut self, first: Span, key: Node<'a>) {
        let Some(last) = &mut self.misplaced else { return };
        if let Some(own) = self.cx.found.last_mut() {
            own.follows = Some(first);
        }
        if last.others.len() < MOST_OTHERS
            && let Some(finding) = self.cx.found.get_mut(last.finding)
        {
            last.others.push(told(key));
            let others = enumerated(&last.others, "and");
            let verb = if last.others.len() == 1 { "does" } else { "do" };
            finding.help = Some(format!("{}; so {verb} {others}", last.help));
        }
    }

    /// Notes where the field belongs that was told last.
    fn note_misplaced(&mut self, place: &str, map: Node<'a>) {
        if let Some((holder, _)) = place.rsplit_once('.')
            && let Some((own, before)) = self.cx.found.split_last()
        {
            self.misplaced = Some(Misplaced {
                map: map.id(),
                holder: holder.into(),
                finding: before.len(),
                help: own.help.clone().unwrap_or_default(),
                others: Vec::new(),
            });
        }
    }

    /// The fields of a `spec` that the kind does not have are its own fields.
    fn unwrapped(&mut self, ty: TypeId, at: &Place<'_, 'a>, entry: Entry<'a>, key: &str) {
        if key != "spec" || at.up.is_some() {
            return;
        }
        for inner in entry.value.entries() {
            let name = inner.key.key_text().unwrap_or_default();
            if ty.field(&name, self.cx.kube()).is_some() {
                self.cx
                    .cause(entry.key.span(), Reach::Holder, || name.into_owned());
            }
        }
    }

    pub(super) fn mismatch(&mut self, at: &Place<'_, 'a>) {
        let scalar = at.value.scalar();
        if let Some(Scalar::Str(text)) = &scalar
            && self.cx.is_unrendered(text)
        {
            return;
        }
        let field = at.of_types(self.minor >= 35);
        let plain = at.value.raw().style == Style::Plain && at.value.tag().is_empty();
        if at.shape == Shape::String && plain && !at.value.is_json() && scalar.is_some() {
            return self.implicit_typing(at, scalar, field);
        }
        let wrong = message::mismatch(self.cx, self.reader, at, scalar.as_ref());
        let is_old_patch = self.reader == ReadBy::Kustomize && is_old_patch(at);
        let mut report = self.report(
            self.reader.wrong_type(),
            at,
            wrong.text,
            ErrorType::TypeMismatch,
            field,
        );
        if let Some(help) = wrong.help {
            report = report.help(help);
        }
        if is_old_patch {
            let help = "write `- path: FILE`; up to version 4 kustomize took the name alone";
            report = report.help(help).severity(Severity::Warning);
        }
        if let Some(edits) = wrong.edits {
            report.fix("remove the quotes", true, edits);
        }
    }

    /// A bare `yes`, `0644` or `1.10` where the field wants a string.
    fn implicit_typing(&mut self, at: &Place<'_, 'a>, scalar: Option<Scalar<'a>>, field: String) {
        let text = message::implicit_typing(self.cx, self.reader, at, scalar);
        let (rule, span) = (self.reader.implicit_typing(), at.value.resolved().span());
        // What would be wrong in quotes as well was meant otherwise.
        let instead = match (at.up.map(|up| up.shape), at.part) {
            (Some(Shape::Struct(ty)), Part::Field(own)) => {
                let source = at.value.resolved().source();
                let is_port = ty.short_name() == "ServiceBackendPort" && own.name() == "name";
                match is_port && !self.cx.is_masked(at.value.span()) {
                    true => Some(format!("write `number: {source}`, or the name of the port")),
                    false => constraints::instead_of(ty, own.name(), source, self.cx.kube()),
                }
            }
            _ => None,
        };
        let report = self.report(rule, at, text, ErrorType::TypeMismatch, field);
        if let Some(instead) = instead {
            report.help(instead);
            return;
        }
        let report = report.help("quote the value");
        // What an alias stands for may be meant as it is elsewhere.
        if at.value.raw().kind != Kind::Alias {
            report.fix("quote the value", true, edit::quote(span));
        }
    }

    pub(super) fn base64(&mut self, at: &Place<'_, 'a>, text: &str) {
        if self.skip_base64 || self.cx.is_unrendered(text) {
            return;
        }
        if let Some(offset) = scalars::base64_fault(text.as_bytes()) {
            let text = message::base64(at, text, offset);
            self.report(ids::SCHEMA_TYPE, at, text, ErrorType::Base64, String::new())
                .help("encode the bytes as standard base64 with padding: `base64 -w0 FILE`");
        }
    }

    pub(super) fn time(&mut self, at: &Place<'_, 'a>, text: &str, micro: bool) {
        if times::is_time(text, micro) || self.cx.is_unrendered(text) {
            return;
        }
        let (text, help) = message::time(self.cx, at, micro);
        self.report(ids::SCHEMA_TYPE, at, text, ErrorType::TimeFormat, String::new())
            .help(help);
    }

    pub(super) fn quantity(&mut self, at: &Place<'_, 'a>, text: &str) {
        let Some(fault) = scalars::quantity_fault(text) else {
            return;
        };
        if self.cx.is_unrendered(text) {
            return;
        }
        let (text, help) = message::quantity(self.cx, at, text, fault);
        self.report(ids::SCHEMA_TYPE, at, text, ErrorType::Quantity, String::new())
            .help(help);
    }

    pub(super) fn report(
        &mut self,
        rule: RuleId,
        at: &Place<'_, 'a>,
        text: String,
        kind: ErrorType,
        field: String,
    ) -> Report<'_> {
        let stage = self.stage(kind);
        // Nobody knows what was meant to be there.
        self.cx.cause(at.span(), Reach::Field, || at.full());
        let report = self.cx.report_as(rule, at.span(), text);
        match self.reader {
            ReadBy::Server => report.refusal_at(stage, kind, field),
            ReadBy::Kustomize => report,
        }
    }

    pub(super) fn stage(&self, kind: ErrorType) -> Stage {
        if self.in_list { Stage::Client } else { kind.stage() }
    }
}

/// Whether a text is the name of a patch, as old kustomizations list them.
fn is_old_patch(at: &Place<'_, '_>) -> bool {
    let is_item = matches!(at.part, Part::Index(_)) && matches!(at.value.scalar(), Some(Scalar::Str(_)));
    is_item && at.up.is_some_and(|list| list.part.is_field("patches"))
}

/// So many fields are named that belong to one place with another.
const MOST_OTHERS: usize = 16;

/// Whether the object that a place is in has something at a path.
fn is_there(at: &Place<'_, '_>, path: &str) -> bool {
    /// To count further takes too long.
    const MOST: usize = 1_000;
    let root = std::iter::successors(Some(at), |place| place.up).last();
    let mut node = root.map(|root| root.value);
    for step in path.split('.') {
        let mut parts = step.split('[');
        let name = parts.next().unwrap_or_default();
        node = node.and_then(|node| node.get(name));
        for index in parts {
            let index: usize = index.trim_end_matches(']').parse().unwrap_or(MOST);
            if index >= MOST {
                return true;
            }
            node = node.and_then(|node| node.items().nth(index));
        }
    }
    node.is_some_and(|node| !node.is_null())
}

/// A field of what is at a path.
pub(super) fn joined(mut path: String, field: &str) -> String {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(field);
    path
}

/// The first field on the way to another one that is not there; of lists, the list.
fn first_missing(from: Node<'_>, mut path: String, way: &str) -> String {
    let mut at = Some(from);
    for step in way.split('.') {
        let name = step.trim_end_matches("[]");
        path = joined(path, name);
        at = at.and_then(|node| node.get(name)).filter(|node| !node.is_null());
        if at.is_none() || name != step {
            break;
        }
    }
    path
}

/// Whether a value has the form of what belongs there: a word is no list of words.
fn fits(shape: Shape, value: Node<'_>) -> bool {
    let value = value.resolved();
    value.is_null()
        || match shape {
            Shape::List(_) => value.is_seq(),
            Shape::Struct(_) | Shape::Map(_) => value.is_map(),
            Shape::Any | Shape::Either(..) => true,
            _ => !value.is_seq() && !value.is_map(),
        }
}

/// The fix that writes the field which an entry is meant for. There is none where two entries would then have one
/// name, since one of them would be lost: the field is there already, or another slip is meant for it too.
pub(super) fn respelling(
    map: Node<'_>,
    entry: Entry<'_>,
    key: &str,
    near: &str,
    means_it: impl Fn(&str) -> bool,
) -> Option<(String, bool, Vec<Edit>)> {
    let own = entry.key.span();
    let contested = map.entries().any(|other| {
        other.key.span() != own && (other.key.key_text()).is_some_and(|text| text == near || means_it(&text))
    });
    let edit = edit::rename_key(entry.key, near).filter(|_| !contested)?;
    // Only a difference in case is certain to be what the author meant.
    let safe = near.eq_ignore_ascii_case(key);
    Some((format!("write `{near}`"), safe, vec![edit]))
}
