//! Which object a finding is about, where lines tell little: what a tool renders goes through a pipe and is seen by
//! nobody, and Helm names the template of each object.

use super::{FileReport, printable};
use crate::diagnostic::Diagnostic;
use crate::engine::ObjectInfo;

/// As much of a document is searched for the name of its template.
const HEAD: usize = 1_000;

/// Longer ones are cut: kind, namespace and name of what a server takes are shorter.
const LONGEST: usize = 400;

/// `Deployment web/shop, from shop/templates/deployment.yaml`; `None` where the place of the finding tells all.
pub(super) fn object_of(file: &FileReport, finding: &Diagnostic) -> Option<String> {
    let object = match finding.object {
        Some(at) => file.objects.get(at as usize),
        // What is found in a List itself is in none of its items.
        None => file
            .objects
            .iter()
            .find(|one| one.document == finding.document && one.item.is_none()),
    }?;
    let described = || {
        let text = object.describe();
        match text.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", printable(&text[..end])),
            None => printable(&text).into_owned(),
        }
    };
    match template(file, object) {
        Some(template) => Some(format!("{}, from {template}", described())),
        None => is_passing(&file.name).then(described),
    }
}

/// The same behind a message.
pub(super) fn of_object(file: &FileReport, finding: &Diagnostic) -> String {
    object_of(file, finding)
        .map(|object| format!(" ({object})"))
        .unwrap_or_default()
}

/// Whether a name stands for what is gone once it is read.
fn is_passing(name: &str) -> bool {
    name == "<stdin>"
        || ["/dev/fd/", "/dev/stdin", "/proc/self/fd/"]
            .iter()
            .any(|start| name.starts_with(start))
}

/// The template that Helm's comment above an object names. Of any other comment nothing is told: in a Secret it may
/// hold what must not be shown.
fn template<'f>(file: &'f FileReport, object: &ObjectInfo) -> Option<&'f str> {
    let text = file.source.as_deref()?.text().get(object.span.range())?;
    let head = text.get(..HEAD).unwrap_or(text);
    let mut lines = head
        .lines()
        .take_while(|line| line.is_empty() || line.starts_with('#'));
    let path = lines.find_map(|line| line.strip_prefix("# Source: "))?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'/');
    let within = ["/templates/", "/crds/"]
        .iter()
        .any(|folder| path.contains(folder));
    (within && path.bytes().all(plain)).then_some(path)
}
