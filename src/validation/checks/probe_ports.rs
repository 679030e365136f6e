//! Ports that probes and hooks name.

use crate::catalogue::ids;
use crate::context::Cx;
use crate::manifest::Field;
use crate::near::nearest;
use crate::quote::quote;

/// The port of a probe or hook, which the kubelet looks for in the same container.
pub fn named<'t>(handler: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(container) = handler.parent() else { return };
    let container = match container.name() {
        "lifecycle" => container.parent(),
        _ => Some(container),
    };
    let Some(container) = container else { return };
    for way in ["httpGet", "tcpSocket"] {
        let way = handler.child(way);
        let port = way.child("port");
        // A number is no name, and text of figures is a number to the kubelet, too.
        let Some(text) = port.value().and_then(|value| value.str()) else {
            continue;
        };
        if cx.is_unrendered(&text) || !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            continue;
        }
        let ports = container.child("ports");
        let names: Vec<_> = ports
            .items()
            .map(|port| port.child("name").text().unwrap_or_default())
            .collect();
        if names.iter().any(|name| *name == text || cx.is_unrendered(name)) {
            continue;
        }
        let message = format!(
            "the container has no port called {}, so this fails each time",
            quote(&text)
        );
        let near = nearest(&text, names.iter().map(|name| &**name));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "give the number, or name a port of the container so".to_string(),
        };
        cx.report_as(ids::POD_UNKNOWN_PORT_NAME, port.place(), message)
            .help(help);
    }
}
