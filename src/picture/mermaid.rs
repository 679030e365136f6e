//! The picture for Mermaid, as GitHub and GitLab draw it in Markdown.

use std::fmt::Write as _;

use super::{Picture, Relation, Standing};
use crate::report::printable;

/// Prints the picture as a flowchart.
pub fn mermaid(picture: &Picture<'_>, out: &mut String) {
    out.push_str("flowchart LR\n");
    let mut open = "";
    for (at, node) in picture.nodes.iter().enumerate() {
        if node.namespace != open {
            if !open.is_empty() {
                out.push_str("  end\n");
            }
            open = node.namespace;
            // Writing into a String cannot fail.
            let _ = writeln!(out, "  subgraph ns{at}[\"{}\"]", label(open));
        }
        let indent = if open.is_empty() { "  " } else { "    " };
        let class = match node.standing {
            Standing::Defined => "",
            Standing::Made => ":::made",
            Standing::Assumed => ":::assumed",
            Standing::Missing => ":::missing",
        };
        let _ = writeln!(
            out,
            "{indent}n{at}[\"{}<br/>{}\"]{class}",
            label(node.kind),
            label(&node.shown_name())
        );
    }
    if !open.is_empty() {
        out.push_str("  end\n");
    }
    let mut broken: Vec<String> = Vec::new();
    for (i, (edge, count)) in picture.merged().into_iter().enumerate() {
        let mut says = match edge.relation {
            Relation::Uses => String::new(),
            other => other.word().to_string(),
        };
        if count > 1 {
            let space = if says.is_empty() { "" } else { " " };
            let _ = write!(says, "{space}{count}×");
        }
        if let Some(lacking) = picture.lacking(edge) {
            let space = if says.is_empty() { "" } else { " " };
            says = format!("\"{says}{space}{}\"", label(&lacking));
        }
        let solid = edge.relation == Relation::Uses && !edge.optional;
        let arrow = if solid { "-->" } else { "-.->" };
        let says = match says.is_empty() {
            true => says,
            false => format!("|{says}|"),
        };
        let _ = writeln!(out, "  n{} {arrow}{says} n{}", edge.from, edge.to);
        if edge.breaks() {
            broken.push(i.to_string());
        }
    }
    out.push_str(
        "  classDef made stroke-dasharray:4\n  \
         classDef assumed stroke-dasharray:4,color:#57606a\n  \
         classDef missing fill:#ffebe9,stroke:#d1242f,stroke-dasharray:4,color:#d1242f\n",
    );
    if !broken.is_empty() {
        let _ = writeln!(
            out,
            "  linkStyle {} stroke:#d1242f,stroke-width:2px",
            broken.join(",")
        );
    }
}

/// A text inside a quoted label: everything that Mermaid, Markdown or HTML could take for their own is written by
/// its number.
fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in printable(text).chars() {
        if c.is_alphanumeric() || matches!(c, '-' | '.' | ' ' | '/' | ':' | '(' | ')') {
            out.push(c);
        } else {
            let _ = write!(out, "#{};", u32::from(c));
        }
    }
    out
}
