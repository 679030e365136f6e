//! A path of a kustomization that leads nowhere.

use crate::diagnostic::{Edit, Severity};
use crate::manifest::kustomization::{self, There, Use};
use crate::manifest::{Document, Skip};
use crate::rules::{Check, Cx, quote};
use crate::yaml::tree::{COOK, PROPS};
use crate::yaml::{Kind, Node, Style};

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let absent = cx.absent;
    let Some(root) = document
        .root
        .filter(|_| document.skip == Some(Skip::Kustomization))
    else {
        return;
    };
    if absent.is_empty() {
        return;
    }
    kustomization::visit(root, &mut |what, node, path| {
        if let Some(found) = absent.iter().find(|absent| absent.path == path) {
            report(what, node, &path, &found.there, cx);
        }
    });
}

fn report<'t>(what: Use, node: Node<'t>, path: &str, there: &There, cx: &mut Cx<'t>) {
    let named = quote(path);
    let near = match there {
        There::Named => return,
        // A generator takes all files of a folder.
        There::Folder if what == Use::Source => return,
        There::Folder => {
            let text = format!(
                "the folder {named} has no kustomization, so that kustomize takes nothing from it and fails"
            );
            let help = "add a `kustomization.yaml` there that lists its files, or list them here";
            cx.report(node.span(), text).help(help);
            return;
        }
        There::Nothing(near) => near,
    };
    if path.contains('*') {
        let text = format!("kustomize takes no patterns; it looks for a file {named} and fails");
        cx.report(node.span(), text).help("name each file");
        return;
    }
    let is_made = what == Use::Source && near.is_none();
    let text = match is_made {
        true => format!(
            "there is no {named} beside this kustomization; unless something makes it before, the build fails"
        ),
        false => format!("there is no {named} here, so that kustomize fails and builds nothing"),
    };
    let report = cx.report(node.span(), text);
    let report = match near {
        Some(near) => report.help(format!("did you mean {}?", quote(near))),
        None => report.help("add the file, or remove the line"),
    };
    let report = match near.as_deref().and_then(|near| rename(node, path, near)) {
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
