//! Amounts that the API server takes, and nobody means.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::edit;
use crate::formats::quantity;
use crate::manifest::Field;
use crate::quote::quote;

/// No program and no file system makes do with less.
const FEW_BYTES: u64 = 1 << 20;
/// Hardly any machine has more.
const MANY_CPUS: u64 = 250;

/// Bytes that lack their unit, and CPUs that lack their `m` or have a unit of bytes.
pub fn plausible<'t>(amounts: &Field<'_, 't>, cx: &mut Cx<'t>) {
    for amount in amounts.entries() {
        let name = amount.name();
        let Some(text) = quantity::text(&amount) else {
            continue;
        };
        let text = text.trim();
        let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = text.get(number.len()..).unwrap_or_default();
        let Ok(count) = number.parse::<u64>() else {
            continue;
        };
        let (message, meant) = match (name, suffix) {
            (_, _) if count == 0 => continue,
            ("memory" | "ephemeral-storage" | "storage", "") if count < FEW_BYTES => (
                format!(
                    "{} of {} is as many bytes, with which nothing runs",
                    quote(text),
                    quote(name)
                ),
                format!("{count}Mi"),
            ),
            ("cpu", "") if count >= MANY_CPUS => (
                format!(
                    "{} of `cpu` is as many CPUs, which hardly any node has",
                    quote(text)
                ),
                format!("{count}m"),
            ),
            ("cpu", "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei") => (
                format!(
                    "{} of `cpu` is more CPUs than there are: the unit is one of bytes",
                    quote(text)
                ),
                format!("{count}m"),
            ),
            _ => continue,
        };
        let report = cx
            .report_as(ids::POD_IMPLAUSIBLE_AMOUNT, amount.place(), message)
            .help(format!("did you mean `{meant}`?"));
        let edit = amount.value().and_then(|node| edit::replace_scalar(node, &meant));
        if let Some(edit) = edit {
            report.fix(format!("write `{meant}`"), false, vec![edit]);
        }
    }
}
