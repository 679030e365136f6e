//! PEM as Go reads it: blocks anywhere in the text, with or without headers, lines of any length.

use super::base64;

/// One `-----BEGIN …-----` block.
pub(crate) struct Block<'b> {
    /// What it says it holds: `CERTIFICATE`, `RSA PRIVATE KEY`.
    pub(crate) label: &'b str,
    /// Its DER bytes.
    pub(crate) der: Vec<u8>,
    /// Whether its headers say that it is encrypted.
    pub(crate) encrypted: bool,
}

impl Block<'_> {
    /// Whether it holds a private key, of whatever sort.
    pub(crate) fn is_key(&self) -> bool {
        self.label == "PRIVATE KEY" || self.label.ends_with(" PRIVATE KEY")
    }
}

/// The blocks of a text, those that do not decode left out.
///
/// A body runs to the next dashes, which must be those of its own end. So each byte is looked at once,
/// however many beginnings have no end.
pub(crate) fn blocks(text: &str) -> impl Iterator<Item = Block<'_>> {
    let mut rest = text;
    let mut line_start = true;
    std::iter::from_fn(move || {
        loop {
            let (before, after) = rest.split_once("-----BEGIN ")?;
            let alone = before.ends_with('\n') || before.is_empty() && line_start;
            (rest, line_start) = (after, false);
            let (label, body) = after.split_once("-----")?;
            let (body, end) = body.split_once("-----")?;
            let end = end.strip_prefix("END ").and_then(|end| end.strip_prefix(label));
            let Some(end) = end.and_then(|end| end.strip_prefix("-----")) else {
                continue;
            };
            rest = end;
            let ends_line = end.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
            if !alone || !(ends_line || end.trim_ascii().is_empty()) {
                continue;
            }
            if let Some(block) = block(label, body) {
                return Some(block);
            }
        }
    })
}

fn block<'b>(label: &'b str, body: &str) -> Option<Block<'b>> {
    let (mut encrypted, mut encoded) = (false, String::with_capacity(body.len()));
    for line in body.lines() {
        if line.contains(':') {
            encrypted |= line.contains("ENCRYPTED"); // `Proc-Type: 4,ENCRYPTED`
        } else {
            encoded.extend(line.chars().filter(|c| !matches!(c, ' ' | '\t')));
        }
    }
    let der = base64::decode(&encoded).ok()?;
    Some(Block {
        label,
        der,
        encrypted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_blocks_between_other_text() {
        let text = "subject=/CN=x\n-----BEGIN CERTIFICATE-----\naGVs\nbG8=\n-----END CERTIFICATE-----\n\
                    -----BEGIN RSA PRIVATE KEY-----\r\nProc-Type: 4,ENCRYPTED\r\n\r\naGk=\r\n-----END RSA PRIVATE KEY-----";
        let found: Vec<_> = blocks(text).map(|b| (b.label, b.der, b.encrypted)).collect();
        assert_eq!(
            found,
            [
                ("CERTIFICATE", b"hello".to_vec(), false),
                ("RSA PRIVATE KEY", b"hi".to_vec(), true)
            ]
        );
    }

    #[test]
    fn passes_over_what_is_broken() {
        for text in [
            "",
            "-----BEGIN CERTIFICATE-----",
            "-----BEGIN CERTIFICATE-----\naGk=\n-----END RSA-----",
            "-----BEGIN A-----\n?\n-----END A-----",
            "x -----BEGIN A-----\naGk=\n-----END A-----",
            "-----BEGIN A-----\naGk=\n-----END A----------BEGIN B-----\naGk=\n-----END B-----",
        ] {
            assert_eq!(blocks(text).count(), 0, "{text}");
        }
        let good = "-----BEGIN A-----\n?\n-----END A-----\n-----BEGIN B-----\naGk=\n-----END B-----";
        assert_eq!(blocks(good).map(|b| b.label).collect::<Vec<_>>(), ["B"]);
    }
}
