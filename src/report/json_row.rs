//! A finding as JSON, written straight out: most of what programs read is such rows, and half of each are the same
//! names of members.

use super::json::{Memory, ObjectRow, PlaceRow, RefusalRow, Row, SpanRow};

impl Row<'_> {
    /// Writes the row as its derived `Serialize` would.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let start = out.len();
        member(out, "{\"rule\":", self.rule);
        member(out, ",\"severity\":", self.severity);
        member(out, ",\"message\":", self.message);
        optional(out, ",\"help\":", self.help);
        member(out, ",\"file\":", self.file);
        number(out, ",\"document\":", self.document);
        if let Some(item) = self.item {
            number(out, ",\"item\":", item);
        }
        if let Some(object) = &self.object {
            object.write(out);
        }
        self.span.write(out);
        optional(out, ",\"label\":", self.label);
        out.extend_from_slice(b",\"related\":");
        any(out, &self.related);
        if let Some(refusal) = &self.refusal {
            refusal.write(out);
        }
        if let Some(fix) = &self.fix {
            out.extend_from_slice(b",\"fix\":");
            any(out, fix);
        }
        out.push(b'}');
        debug_assert_eq!(
            out.get(start..).map(String::from_utf8_lossy),
            serde_json::to_string(self).ok().map(Into::into),
        );
    }
}

impl ObjectRow<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        member(out, ",\"object\":{\"apiVersion\":", self.api_version);
        member(out, ",\"kind\":", self.kind);
        optional(out, ",\"namespace\":", self.namespace);
        optional(out, ",\"name\":", self.name);
        out.push(b'}');
    }
}

impl SpanRow {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"span\":{\"start\":");
        self.start.write(out);
        out.extend_from_slice(b",\"end\":");
        self.end.write(out);
        out.push(b'}');
    }
}

impl PlaceRow {
    fn write(&self, out: &mut Vec<u8>) {
        number(out, "{\"offset\":", self.offset);
        number(out, ",\"line\":", self.line);
        number(out, ",\"column\":", self.column);
        out.push(b'}');
    }
}

impl RefusalRow<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        member(out, ",\"refusal\":{\"stage\":", self.stage);
        member(out, ",\"type\":", &self.r#type);
        member(out, ",\"field\":", self.field);
        out.push(b'}');
    }
}

/// A member with its name and what stands before it.
fn member(out: &mut Vec<u8>, before: &str, text: &str) {
    out.extend_from_slice(before.as_bytes());
    // All bytes are looked at together, which is faster than to stop at the first.
    let escaped = text
        .bytes()
        .fold(false, |found, b| found | (b < 0x20) | (b == b'"') | (b == b'\\'));
    if escaped {
        any(out, text);
    } else {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
}

fn optional(out: &mut Vec<u8>, before: &str, text: Option<&str>) {
    if let Some(text) = text {
        member(out, before, text);
    }
}

fn number(out: &mut Vec<u8>, before: &str, number: u32) {
    out.extend_from_slice(before.as_bytes());
    any(out, &number);
}

fn any(out: &mut Vec<u8>, value: &(impl serde::Serialize + ?Sized)) {
    // Structs of strings and numbers always serialise, and memory takes whatever is written.
    _ = serde_json::to_writer(Memory(out), value);
}
