//! The picture as one page for a browser: everything in it, nothing fetched, places computed here.

use serde::Serialize;

use super::layout::{self, layout};
use super::{Picture, Spot, Standing};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page draws. Texts that repeat are numbers into lists.
#[derive(Serialize)]
struct Data<'a> {
    size: (f32, f32),
    files: &'a [&'a str],
    kinds: Vec<&'a str>,
    panels: Vec<PanelRow<'a>>,
    nodes: Vec<NodeRow<'a>>,
    edges: Vec<EdgeRow<'a>>,
    centre: Option<u32>,
}

/// Namespace, left, top, width, height.
#[derive(Serialize)]
struct PanelRow<'a>(&'a str, f32, f32, f32, f32);

/// Kind, name, panel, left, top, standing, column, places.
#[derive(Serialize)]
struct NodeRow<'a>(u32, &'a str, u32, f32, f32, u8, u8, Vec<PlaceRow>);

/// File and line.
#[derive(Serialize)]
struct PlaceRow(u32, u32);

/// From, to, relation, place, field, keys, what became of it, which node was meant, which keys are not there.
#[derive(Serialize)]
struct EdgeRow<'a>(
    u32,
    u32,
    u8,
    PlaceRow,
    &'a str,
    &'a [&'a str],
    u8,
    Option<u32>,
    &'a [&'a str],
);

/// Prints the picture as a page.
pub fn html(picture: &Picture<'_>, out: &mut String) {
    let layout = layout(picture);
    let mut kinds: Vec<&str> = picture.nodes.iter().map(|node| node.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let place = |spot: &Spot| PlaceRow(spot.file, spot.line);
    let panel_of = |at: u32| {
        let after = layout.panels.partition_point(|panel| panel.nodes.0 <= at);
        after.saturating_sub(1) as u32
    };
    let data = Data {
        size: layout::NODE,
        files: &picture.files,
        panels: layout
            .panels
            .iter()
            .map(|panel| {
                let [x, y, w, h] = panel.area;
                let namespace = picture.node(panel.nodes.0).map_or("", |node| node.namespace);
                PanelRow(namespace, x, y, w, h)
            })
            .collect(),
        nodes: (0..)
            .zip(picture.nodes.iter().zip(&layout.at))
            .map(|(at, (node, (x, y)))| {
                let kind = kinds.binary_search(&node.kind).unwrap_or_default() as u32;
                let places = node.spots.iter().map(place).collect();
                let standing = match node.standing {
                    Standing::Defined => 0,
                    Standing::Made => 1,
                    Standing::Assumed => 2,
                    Standing::Missing => 3,
                };
                let rank = layout::rank(node);
                NodeRow(kind, node.name, panel_of(at), *x, *y, standing, rank, places)
            })
            .collect(),
        edges: picture
            .edges
            .iter()
            .map(|edge| {
                let fate = match (edge.fate.dangles(), edge.optional) {
                    (true, _) => 2,
                    (false, true) => 1,
                    (false, false) => 0,
                };
                EdgeRow(
                    edge.from,
                    edge.to,
                    edge.relation as u8,
                    place(&edge.spot),
                    &edge.field,
                    &edge.keys,
                    fate,
                    edge.fate.meant(),
                    &edge.lacks,
                )
            })
            .collect(),
        kinds,
        centre: picture.centre,
    };
    // Texts and numbers always have a JSON form. Inside strings, where alone a `<` can stand, its number means the
    // same, and no name can end the element.
    let json = serde_json::to_string(&data)
        .unwrap_or_default()
        .replace('<', "\\u003c");
    let mut rest = PAGE;
    for (mark, text) in [("/*STYLE*/", STYLE), ("/*DATA*/", &json), ("/*SCRIPT*/", SCRIPT)] {
        let Some((before, after)) = rest.split_once(mark) else {
            break;
        };
        out.push_str(before);
        out.push_str(text);
        rest = after;
    }
    out.push_str(rest);
}
