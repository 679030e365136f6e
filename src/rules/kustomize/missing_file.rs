//! A path of a kustomization that does not lead to what has to be there.

use crate::diagnostic::{Edit, Severity};
use crate::manifest::kustomization::{self, Wants, Wrong};
use crate::manifest::{Document, Skip};
use crate::rules::{Check, Cx, quote};
use crate::yaml::tree::{COOK, PROPS};
use crate::yaml::{Kind, Node, Style};

/// The check.
pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document
        .root
        .filter(|_| document.skip == Some(Skip::Kustomization))
    else {
        return;
    };
    if let Some(wrong) = cx.wrong_paths
        && kustomization::is_read(cx.file, document)
    {
        kustomization::named(root, |node, path, wants| {
            if let Some(wrong) = wrong.get(&path)
                && !cx.is_unrendered(&path)
            {
                report(node, &path, wants, wrong, cx);
            }
        });
    }
}

fn report<'t>(node: Node<'t>, path: &str, wants: Wants, wrong: &Wrong, cx: &mut Cx<'t>) {
    let span = node.span();
    // What was meant for a Secret's value may stand where a file is named.
    let named = match cx.is_masked(span) {
        true => "the file that is named here".to_string(),
        false => quote(path),
    };
    let near = match wrong {
        Wrong::Nothing(near) => near.as_deref(),
        Wrong::File => {
            let text =
                format!("{named} is a file, but kustomize takes only a folder here; it builds nothing");
            let help = "name the folder with its `kustomization.yaml`, or the file under `resources`";
            cx.report(span, text).help(help);
            return;
        }
        Wrong::Folder => {
            let text =
                format!("{named} is a folder, but kustomize takes only a file here; it builds nothing");
            cx.report(span, text).help("name each file");
            return;
        }
        Wrong::Bare => {
            let text = format!(
                "the folder {named} has no kustomization, so that kustomize fails and builds nothing"
            );
            let help = "add a `kustomization.yaml` there that lists its files, or list them here";
            cx.report(span, text).help(help);
            return;
        }
    };
    if path.contains('*') && !cx.is_masked(span) {
        let text = format!("kustomize takes no patterns; it looks for a file {named} and fails");
        cx.report(span, text).help("name each file");
        return;
    }
    let is_made = wants == Wants::Source && near.is_none();
    let text = match is_made {
        true => format!(
            "{named} is not there; unless something makes it before, kustomize fails and builds nothing"
        ),
        false => format!("{named} is not there, so that kustomize fails and builds nothing"),
    };
    let report = cx.report(span, text);
    let report = match near {
        Some(near) => report.help(format!("did you mean {}?", quote(near))),
        None => report.help("add the file, or remove the line"),
    };
    let report = match near.and_then(|near| rename(node, path, near)) {
        Some(edit) => report.fix("name the file that is there", false, vec![edit]),
        None => report,
    };
    if is_made {
        report.severity(Severity::Info);
    }
}

/// Writes another path, where the old one stands as it is read.
fn rename(node: Node<'_>, path: &str, near: &str) -> Option<Edit> {
    let raw = node.raw();
    let plain = raw.kind == Kind::Scalar && raw.style == Style::Plain && raw.flags & (COOK | PROPS) == 0;
    let is_plain = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'/' | b'-' | b'_');
        text.bytes().all(plain) && text.bytes().next().is_some_and(|byte| byte != b'-')
    };
    let is_whole = plain && node.source() == path && is_plain(near);
    is_whole.then(|| Edit {
        span: node.span(),
        text: near.into(),
    })
}
