//! Random values and the many ways to write one down: in block style and in brackets, with comments, quotes and line
//! breaks of every kind.

use proptest::prelude::*;
use serde_json::Value;

use crate::edit::encode;
use crate::yaml::Style;

/// A source of choices for how a document is written.
pub(super) struct Dice(pub u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn comment(&mut self) -> &'static str {
        ["", "", "", " # note: a, {b}", "  #x"][self.roll(5) as usize]
    }
}

fn scalar_text(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::String(text) => {
            let style = [Style::Plain, Style::Single, Style::Double][dice.roll(3) as usize];
            encode(text, style, false)
        }
        Value::Null => ["null", "~"][dice.roll(2) as usize].to_string(),
        other => other.to_string(),
    }
}

fn flow(value: &Value, dice: &mut Dice) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{}: {}", encode(key, Style::Plain, false), flow(value, dice)))
                .collect();
            let comma = [", ", ",\n                   ", " , "][dice.roll(3) as usize];
            format!("{{{}}}", entries.join(comma))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, dice)).collect();
            format!("[{}]", items.join(", "))
        }
        scalar => scalar_text(scalar, dice),
    }
}

/// Writes what follows `key:` or `-`, its line break included.
fn block(value: &Value, indent: usize, in_item: bool, dice: &mut Dice, out: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() && dice.roll(5) > 0 => {
            let mut first = in_item;
            if in_item {
                out.push(' ');
            } else {
                out.push_str(dice.comment());
                out.push('\n');
            }
            for (key, value) in map {
                if !first {
                    // After a `|+` a blank line would be part of the value.
                    let filler = ["", "", "", "\n", "# alone\n"][dice.roll(5) as usize];
                    out.push_str(if out.ends_with("\n\n") { "" } else { filler });
                    out.push_str(&" ".repeat(indent));
                }
                first = false;
                let style = [Style::Plain, Style::Plain, Style::Double][dice.roll(3) as usize];
                out.push_str(&encode(key, style, false));
                out.push(':');
                block(value, indent + 2 + 2 * dice.roll(2) as usize, false, dice, out);
            }
        }
        Value::Array(items) if !items.is_empty() && dice.roll(5) > 0 && !in_item => {
            out.push_str(dice.comment());
            out.push('\n');
            let indent = indent - 2 * dice.roll(2) as usize;
            for item in items {
                out.push_str(&" ".repeat(indent));
                out.push('-');
                block(item, indent + 2, true, dice, out);
            }
        }
        Value::String(text) if text.contains('\n') && !text.starts_with(['\n', ' ']) && dice.roll(2) == 0 => {
            let bare = text.trim_end_matches('\n');
            let header = match text.len() - bare.len() {
                0 => "|-",
                1 => "|",
                _ => "|+",
            };
            out.push_str(&format!(" {header}\n"));
            for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
                if !line.is_empty() {
                    out.push_str(&" ".repeat(indent));
                    out.push_str(line);
                }
                out.push('\n');
            }
        }
        Value::Null if dice.roll(2) == 0 => {
            out.push_str(dice.comment());
            out.push('\n');
        }
        other => {
            out.push(' ');
            out.push_str(&flow(other, dice));
            out.push_str(dice.comment());
            out.push('\n');
        }
    }
}

pub(super) fn document(value: &Value, dice: &mut Dice) -> String {
    match dice.roll(6) {
        0 => return serde_json::to_string_pretty(value).expect("JSON"),
        1 => return value.to_string(),
        _ => {}
    }
    let mut out = String::new();
    block(value, 0, false, dice, &mut out);
    if out.starts_with(" {") {
        // With its keys in quotes this is JSON, after which a comment would be another document.
        return flow(value, dice);
    }
    let out = out.split_once('\n').map_or("", |(_, rest)| rest).to_string();
    match dice.roll(4) {
        0 => out.replace('\n', "\r\n"),
        1 => format!("\u{feff}{out}"),
        _ => out,
    }
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        "[a-z]{1,6}",
        Just("no".to_string()),
        Just("it's # {so}: ok, [1]".to_string()),
        Just("two\nlines".to_string()),
        Just("a line\n".to_string()),
        Just("kept\n\n\n".to_string()),
        Just(String::new()),
    ];
    let leaf = prop_oneof![
        4 => text.prop_map(Value::from),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => (0..99_i64).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        prop_oneof![
            3 => map_of(inner.clone()),
            1 => prop::collection::vec(inner, 0..4).prop_map(Value::from),
        ]
    })
}

pub(super) fn map_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let key = prop_oneof![4 => "[a-h]{1,2}", 1 => Just("on".to_string()), 1 => Just("x.y/z".to_string())];
    prop::collection::btree_map(key, inner, 1..5).prop_map(|map| Value::Object(map.into_iter().collect()))
}
