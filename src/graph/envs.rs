//! Files of variables that a generator of a kustomization makes keys of: `envs: [db.env]`. Who reads files reads them,
//! and tells their keys here; values go nowhere.

use super::facts::{Facts, Key, Text};
use crate::source::Span;

/// A generator with such files. Its keys are known once those of all of them are.
#[derive(Clone, Debug)]
pub struct EnvFiles {
    /// What it generates, in [`Facts::definitions`].
    pub(super) definition: u32,
    /// The files, as the kustomization names them, and where.
    pub(super) paths: Vec<(Text, Span)>,
}

impl Facts {
    /// Completes the keys of what is generated with those that files hold; `read` gives the keys of a file, by its path
    /// as seen from this one, or `None` where they are not known.
    pub fn add_env_keys(&mut self, mut read: impl FnMut(&str) -> Option<Vec<String>>) {
        for generator in std::mem::take(&mut self.envs) {
            let Some(definition) = self.definitions.get(generator.definition as usize) else {
                continue;
            };
            let own = definition.keys.start as usize..definition.keys.end as usize;
            let mut keys = self.keys.get(own).unwrap_or_default().to_vec();
            let mut known = true;
            for (path, span) in generator.paths {
                let Some(found) = read(self.str(path)) else {
                    known = false;
                    break;
                };
                keys.extend(found.iter().map(|key| Key {
                    name: self.keep(key),
                    span,
                    alias: false,
                }));
            }
            if !known || keys.is_empty() {
                continue;
            }
            let start = self.next_key();
            self.keys.extend(keys);
            let end = self.next_key();
            if let Some(definition) = self.definitions.get_mut(generator.definition as usize) {
                definition.keys = start..end;
                definition.closed = true;
            }
        }
    }
}

/// The keys of a file of variables as kustomize reads it; `None` where that is not certain. A line without `=` takes its
/// value from the environment, or is part of a value that went astray: such a text is not kept.
pub fn env_keys(text: &str) -> Option<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(key_of).collect()
}

fn key_of(line: &str) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_name =
        key.bytes().next().is_some_and(|first| !first.is_ascii_digit()) && key.bytes().all(is_letter);
    is_name.then(|| key.to_string())
}

#[cfg(test)]
mod tests {
    use super::env_keys;

    #[test]
    fn keys_are_read_and_values_are_not() {
        let text = "\u{feff}# comment\nUSER=a\r\n\n  PASSWORD=b=c\nempty=\n";
        assert_eq!(
            env_keys(text),
            Some(vec!["USER".into(), "PASSWORD".into(), "empty".into()])
        );
        assert_eq!(env_keys(""), Some(Vec::new()));
        for unsure in [
            "A=b\nHOME\n",
            "A B=c\n",
            "1=a\n",
            "=a\n",
            "-----BEGIN KEY-----\nab+/\n",
        ] {
            assert_eq!(env_keys(unsure), None, "{unsure}");
        }
    }
}
