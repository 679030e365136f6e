//! An anchor that is defined twice, with different values, and used after that.

use crate::manifest::Document;
use crate::rules::{Check, Cx};
use crate::source::Span;
use crate::yaml::tree::Props;

pub const CHECK: Check = Check::Document(check);

fn check<'t>(document: &Document<'t>, cx: &mut Cx<'t>) {
    let Some(root) = document.root.filter(|_| document.skip.is_none()) else {
        return;
    };
    let (text, tree) = (cx.file.text, cx.file.tree);
    let nodes = root.id()..document.chunk.nodes_end;
    let anchors: Vec<&Props> = tree
        .props_in(nodes.clone())
        .iter()
        .filter(|props| !props.anchor.is_empty())
        .collect();
    if anchors.len() < 2 {
        return;
    }
    let from = tree.aliases.partition_point(|(alias, _)| *alias < nodes.start);
    let to = tree.aliases.partition_point(|(alias, _)| *alias < nodes.end);
    let mut used: Vec<_> = tree.aliases[from..to].iter().map(|(_, target)| *target).collect();
    used.sort_unstable();

    let name = |props: &Props| text.get(props.anchor.range()).unwrap_or_default();
    let value = |props: &Props| root.with_id(props.node).source();
    let mut by_name = anchors.clone();
    by_name.sort_by_key(|props| (name(props), props.node));
    let mut found: Vec<(Span, Span)> = by_name
        .windows(2)
        .filter(|pair| name(pair[0]) == name(pair[1]) && value(pair[0]) != value(pair[1]))
        .filter(|pair| used.binary_search(&pair[1].node).is_ok())
        .map(|pair| (pair[0].anchor, pair[1].anchor))
        .collect();
    found.sort_by_key(|(_, again)| again.start);
    for (first, again) in found {
        super::about_object_at(document, again, cx);
        // Its name is not quoted: what looks like an anchor may be a password that lacks its quotes.
        cx.report(
            again,
            "this anchor is defined again with another value; aliases below mean this one, aliases above the first",
        )
        .related(first, "defined here first")
        .help("give one of the two another name");
    }
}
