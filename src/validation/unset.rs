//! What templates of Go print where a value is not set: whatever is wrong with it, that is why.

use crate::context::Cx;

const HELP: &str = "Helm and other templates print this for a value that is not set: set it, or give it a default in the \
                    template";

/// Says so beside what was found since there were `from` findings.
pub fn tell(from: usize, cx: &mut Cx<'_>) {
    let text = &cx.file.text;
    for finding in cx.found.get_mut(from..).unwrap_or_default() {
        let marked = text.get(finding.span.range()).unwrap_or_default();
        if marked.contains("<no value>") || marked.trim_matches(['"', '\'']) == "<nil>" {
            finding.help = Some(HELP.into());
        }
    }
}
