//! The picture for programs. Fields are added, never changed.

use serde::Serialize;

use super::{Picture, Spot};

#[derive(Serialize)]
struct Page<'a> {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    around: Option<u32>,
    nodes: Vec<NodeRow<'a>>,
    edges: Vec<EdgeRow<'a>>,
}

#[derive(Serialize)]
struct NodeRow<'a> {
    id: u32,
    group: &'a str,
    kind: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    namespace: &'a str,
    name: &'a str,
    state: &'static str,
    places: Vec<PlaceRow<'a>>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    file: &'a str,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct EdgeRow<'a> {
    from: u32,
    to: u32,
    relation: &'static str,
    field: &'a str,
    file: &'a str,
    line: u32,
    column: u32,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    keys: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    lacks: &'a [&'a str],
    optional: bool,
    dangling: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    meant: Option<u32>,
}

/// Prints the picture as one JSON object.
pub fn json(picture: &Picture<'_>, out: &mut String) {
    let place = |spot: &Spot| PlaceRow {
        file: picture.file(spot),
        line: spot.line,
        column: spot.column,
    };
    let page = Page {
        version: 1,
        around: picture.centre,
        nodes: (0..)
            .zip(&picture.nodes)
            .map(|(id, node)| NodeRow {
                id,
                group: node.group,
                kind: node.kind,
                namespace: node.namespace,
                name: node.name,
                state: node.standing.word(),
                places: node.spots.iter().map(place).collect(),
            })
            .collect(),
        edges: picture
            .edges
            .iter()
            .map(|edge| EdgeRow {
                from: edge.from,
                to: edge.to,
                relation: edge.relation.word(),
                field: &edge.field,
                file: picture.file(&edge.spot),
                line: edge.spot.line,
                column: edge.spot.column,
                keys: &edge.keys,
                lacks: &edge.lacks,
                optional: edge.optional,
                dangling: edge.fate.dangles(),
                meant: edge.fate.meant(),
            })
            .collect(),
    };
    // Texts and numbers always have a JSON form.
    out.push_str(&serde_json::to_string_pretty(&page).unwrap_or_default());
    out.push('\n');
}
