//! The picture for Graphviz.

use std::fmt::Write as _;

use super::{Node, Picture, Relation, Standing};

/// Prints the picture in the language of Graphviz.
pub fn dot(picture: &Picture<'_>, out: &mut String) {
    out.push_str(
        "digraph kubeproof {\n  rankdir=LR;\n  \
         node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6f8\", color=\"#8a94a3\", \
         fontname=\"Helvetica\", fontsize=11];\n  \
         edge [color=\"#8a94a3\", fontname=\"Helvetica\", fontsize=9];\n",
    );
    let mut open = "";
    for (at, node) in picture.nodes.iter().enumerate() {
        if node.namespace != open {
            if !open.is_empty() {
                out.push_str("  }\n");
            }
            open = node.namespace;
            // Writing into a String cannot fail.
            let _ = writeln!(
                out,
                "  subgraph \"cluster_{at}\" {{\n    label={};\n    style=\"rounded\";\n    color=\"#c8ced6\";",
                quoted(open)
            );
        }
        let indent = if open.is_empty() { "  " } else { "    " };
        let _ = writeln!(
            out,
            "{indent}n{at} [label={}{}];",
            quoted(&format!("{}\n{}", node.kind, name(node))),
            look(node)
        );
    }
    if !open.is_empty() {
        out.push_str("  }\n");
    }
    for (edge, count) in picture.merged() {
        let label = match edge.relation {
            Relation::Uses => String::new(),
            other => other.word().to_string(),
        };
        let label = match (label.is_empty(), count) {
            (true, 1) => String::new(),
            (true, count) => format!("{count}×"),
            (false, 1) => label,
            (false, count) => format!("{label} {count}×"),
        };
        let label = match picture.lacking(edge) {
            Some(lacking) if label.is_empty() => lacking,
            Some(lacking) => format!("{label} {lacking}"),
            None => label,
        };
        let mut says: Vec<String> = Vec::new();
        if !label.is_empty() {
            says.push(format!("label={}", quoted(&label)));
        }
        says.push(format!(
            "tooltip={}",
            quoted(&format!("{} {}", picture.at(&edge.spot), edge.field))
        ));
        if edge.breaks() {
            says.push("color=\"#d1242f\", fontcolor=\"#d1242f\", penwidth=2".to_string());
        } else if edge.optional {
            says.push("style=dashed".to_string());
        } else if edge.relation != Relation::Uses {
            says.push("style=dotted".to_string());
        }
        let _ = writeln!(out, "  n{} -> n{} [{}];", edge.from, edge.to, says.join(", "));
    }
    out.push_str("}\n");
}

fn name(node: &Node<'_>) -> String {
    node.shown_name()
}

fn look(node: &Node<'_>) -> &'static str {
    match node.standing {
        Standing::Defined => "",
        Standing::Made => ", style=\"rounded,filled,dashed\"",
        Standing::Assumed => ", style=\"rounded,dashed\", fontcolor=\"#57606a\"",
        Standing::Missing => {
            ", style=\"rounded,filled,dashed\", fillcolor=\"#ffebe9\", color=\"#d1242f\", fontcolor=\"#d1242f\""
        }
    }
}

/// A string of the language: a backslash would start an escape of labels, and control characters are shown.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (i, line) in text.split('\n').enumerate() {
        if i > 0 {
            out.push_str("\\n");
        }
        for c in crate::report::printable(line).chars() {
            if matches!(c, '"' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out.push('"');
    out
}
