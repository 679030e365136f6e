//! Single values of `kubeproof.yaml`: whether a text is what its place takes, and what was meant if not.

use std::str::FromStr;

use super::globs;
use super::shape::Shape;
use crate::catalogue::RULES;
use crate::catalogue::suggest::instead_of;
use crate::graph;
use crate::quote::quote;
use crate::version::KubeVersion;

/// What a shape of a scalar takes, in words.
pub(super) fn wanted(shape: Shape) -> &'static str {
    match shape {
        Shape::KubeVersion => "a version of Kubernetes such as 1.36",
        Shape::Rule => "a rule or category",
        Shape::Path => "a path",
        Shape::Glob => "a pattern as in gitignore",
        Shape::Kind => "a kind such as `Secret` or `networking.k8s.io/Ingress`",
        Shape::Field => "a path of fields such as `spec.secretName`",
        Shape::Word(_) => "one word",
        _ => "a name",
    }
}

pub(super) type Judgement = Result<(), (String, String)>;

/// Whether a text is what its shape takes; if not, what is wrong and what to do.
pub(super) fn judge(shape: Shape, text: &str, name: &str) -> Judgement {
    let no = |message: String, help: &str| Err((message, help.to_string()));
    match shape {
        Shape::Word(words) => {
            if words.contains(&text) {
                return Ok(());
            }
            let message = format!("{} takes {}, not {}", quote(name), or(words), quote(text));
            let near = words
                .iter()
                .find(|word| strsim::osa_distance(word, &text.to_lowercase()) < 3);
            let help = near.map(|near| format!("did you mean `{near}`?"));
            Err((message, help.unwrap_or_default()))
        }
        Shape::KubeVersion => KubeVersion::from_str(text).map(|_| ()).map_err(|_| {
            let (oldest, newest) = (KubeVersion::OLDEST, KubeVersion::NEWEST);
            let message = format!(
                "kubeproof does not know Kubernetes {}, only {oldest} to {newest}",
                quote(text)
            );
            (message, String::new())
        }),
        Shape::Rule => {
            if RULES.iter().any(|rule| rule.id == text || rule.category == text) {
                return Ok(());
            }
            Err((
                format!("there is no rule or category {}", quote(text)),
                instead_of(text),
            ))
        }
        Shape::Glob => globs::judge(text).map_err(|(message, help)| (message, help.to_string())),
        Shape::Path | Shape::Name if text.trim().is_empty() => no(
            format!("{} has an empty entry", quote(name)),
            "remove it, or fill it in",
        ),
        Shape::Path | Shape::Name => Ok(()),
        Shape::Kind => {
            let (group, kind) = text.rsplit_once('/').unwrap_or(("", text));
            let name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
            let sound = !kind.is_empty()
                && kind.chars().all(|c| c.is_ascii_alphanumeric())
                && group.chars().all(name)
                && !text.starts_with('/');
            if sound {
                return Ok(());
            }
            no(
                format!("{} is no kind", quote(text)),
                "write `Kind` for the core group, `group/Kind` for others, without the version",
            )
        }
        Shape::Target => {
            let table = graph::standard();
            if table.target(text).is_some() {
                return Ok(());
            }
            let known = table.targets.iter().map(|target| table.str(*target));
            Err((
                format!("kubeproof does not follow references to {}", quote(text)),
                nearest(text, known),
            ))
        }
        Shape::Field => {
            let odd = |c: char| c.is_whitespace() || c.is_control() || "#,|=".contains(c);
            if !text.is_empty() && !text.contains(odd) {
                return Ok(());
            }
            no(
                format!("{} is no path of fields", quote(text)),
                "write it as the API does: `spec.template.spec.volumes[].secret.secretName`",
            )
        }
        _ => Ok(()),
    }
}

/// `did you mean …?`, or what there is.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str> + Clone) -> String {
    let short: String = name.chars().take(60).flat_map(char::to_lowercase).collect();
    let far = |known: &str| strsim::osa_distance(&short, &known.to_lowercase());
    match known.clone().min_by_key(|known| far(known)) {
        Some(near) if far(near) <= 1 + short.chars().count() / 4 => format!("did you mean `{near}`?"),
        _ => {
            let known: Vec<String> = known.map(|known| format!("`{known}`")).collect();
            format!("there are {}", known.join(", "))
        }
    }
}

/// `` `a`, `b` or `c` ``.
fn or(words: &[&str]) -> String {
    let shown: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => shown.join(""),
    }
}
