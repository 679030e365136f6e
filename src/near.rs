//! Near misses: the name that a slip of the pen was meant for.

/// The nearest of some names: equal but for case, or so few letters off that it is surely meant.
pub fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let mut best: Option<(usize, &str)> = None;
    let mut tie = false;
    let wrong_letters = letters(wrong);
    for name in names {
        if name.eq_ignore_ascii_case(wrong) {
            return Some(name);
        }
        // One slip in a short word, two in a longer one.
        let allowed = match wrong.len().min(name.len()) {
            0..=2 => 0,
            3..=5 => 1,
            _ => 2,
        };
        if wrong.len().abs_diff(name.len()) > allowed {
            continue;
        }
        // Every slip brings at most one letter in and takes one away. Counting those is quick.
        let letters = letters(name);
        let extra = (wrong_letters & !letters).count_ones();
        let missing = (letters & !wrong_letters).count_ones();
        if extra.max(missing) as usize > allowed {
            continue;
        }
        let distance = strsim::osa_distance(wrong, name);
        if distance > allowed {
            continue;
        }
        match best {
            Some((d, _)) if d < distance => {}
            Some((d, known)) if d == distance => tie |= known != name,
            _ => (best, tie) = (Some((distance, name)), false),
        }
    }
    best.filter(|_| !tie).map(|(_, name)| name)
}

/// The bytes of a text as a set, folded into 64 bits.
fn letters(text: &str) -> u64 {
    text.bytes().fold(0, |set, byte| set | 1 << (byte & 63))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let near = |wrong, names: &[&'static str]| nearest(wrong, names.iter().copied());
        assert_eq!(near("stringdata", &["data", "stringData"]), Some("stringData"));
        assert_eq!(near("replica", &["replicas", "selector"]), Some("replicas"));
        assert_eq!(near("tempalte", &["template"]), Some("template"));
        assert_eq!(near("env", &["end", "name"]), Some("end"));
        assert_eq!(near("ab", &["ac"]), None, "two letters say too little");
        assert_eq!(near("host", &["hosts", "post"]), None, "two are as near");
        assert_eq!(near("command", &["comment"]), Some("comment"));
        assert_eq!(near("volumes", &["containers"]), None);
    }
}
