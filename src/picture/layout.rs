//! Where things stand on the page: computed here, once, so that the page only has to draw.
//!
//! Each namespace is a panel. In it, what hangs together stands in columns, from what takes requests over what
//! runs to what is read; what hangs together with nothing stands in a grid below. Panels fill shelves.

use super::{Node, Picture};

/// Width and height of a node, and the room between two.
pub const NODE: (f32, f32) = (216.0, 44.0);
const GAP: (f32, f32) = (88.0, 14.0);
/// Room inside a panel: at its sides, and at its top for the title.
const PAD: f32 = 28.0;
const TITLE: f32 = 64.0;
/// Room between panels.
const APART: f32 = 72.0;
/// The most nodes in a column.
const TALL: usize = 24;
/// What more than so many read would tie together what has nothing else in common: it stands alone.
const HUB: usize = 9;

/// A namespace's panel.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Panel {
    /// Its first node and one past the last: nodes are sorted by namespace.
    pub nodes: (u32, u32),
    /// Left, top, width, height.
    pub area: [f32; 4],
}

/// Where everything stands.
#[derive(Clone, Default, Debug)]
pub struct Layout {
    /// The upper left corner of each node.
    pub at: Vec<(f32, f32)>,
    /// The panels.
    pub panels: Vec<Panel>,
}

/// Things of a size, placed in shelves: gives the places and the size of all.
fn shelves(sizes: &[(f32, f32)], width: f32, gap: f32) -> (Vec<(f32, f32)>, (f32, f32)) {
    let (mut x, mut y, mut tall, mut wide) = (0.0_f32, 0.0_f32, 0.0_f32, 0.0_f32);
    let mut out = Vec::with_capacity(sizes.len());
    for (w, h) in sizes {
        if x > 0.0 && x + w > width {
            (x, y, tall) = (0.0, y + tall + gap, 0.0);
        }
        out.push((x, y));
        wide = wide.max(x + w);
        x += w + gap;
        tall = tall.max(*h);
    }
    (out, (wide, y + tall))
}

/// The width at which things of these sizes take a picture of pleasant shape.
fn pleasant(sizes: &[(f32, f32)], gap: f32) -> f32 {
    let area: f32 = sizes.iter().map(|(w, h)| (w + gap) * (h + gap)).sum();
    let widest = sizes.iter().map(|(w, _)| *w).fold(0.0, f32::max);
    // Shelves are not filled to their ends.
    ((area * 1.7).sqrt() + widest / 2.0).max(widest)
}

/// Places everything.
pub fn layout(picture: &Picture<'_>) -> Layout {
    let mut beside: Vec<Vec<u32>> = vec![Vec::new(); picture.nodes.len()];
    let mut read = vec![0_usize; picture.nodes.len()];
    for (edge, _) in picture.merged() {
        read[edge.to as usize] += 1;
    }
    for edge in &picture.edges {
        let (Some(a), Some(b)) = (picture.node(edge.from), picture.node(edge.to)) else {
            continue;
        };
        let is_hub = read[edge.to as usize] > HUB && rank(b) > 2;
        if a.namespace == b.namespace && edge.from != edge.to && !is_hub {
            beside[edge.from as usize].push(edge.to);
            beside[edge.to as usize].push(edge.from);
        }
    }
    let mut out = Layout {
        at: vec![(0.0, 0.0); picture.nodes.len()],
        panels: Vec::new(),
    };
    let mut start = 0;
    for group in picture.nodes.chunk_by(|a, b| a.namespace == b.namespace) {
        let end = start + group.len() as u32;
        let (w, h) = panel(picture, &beside, (start, end), &mut out.at);
        out.panels.push(Panel {
            nodes: (start, end),
            area: [0.0, 0.0, w, h],
        });
        start = end;
    }
    // Tall ones first, so that shelves are filled well; what is in no namespace stays last.
    let mut order: Vec<usize> = (0..out.panels.len()).collect();
    let is_none = |i: usize| {
        let first = out.panels[i].nodes.0;
        picture.node(first).is_none_or(|node| node.namespace.is_empty())
    };
    order.sort_by(|a, b| {
        let height = |i: &usize| out.panels[*i].area[3];
        is_none(*a)
            .cmp(&is_none(*b))
            .then(height(b).total_cmp(&height(a)))
            .then(a.cmp(b))
    });
    let size = |i: &usize| (out.panels[*i].area[2], out.panels[*i].area[3]);
    let sizes: Vec<(f32, f32)> = order.iter().map(size).collect();
    let (places, _) = shelves(&sizes, pleasant(&sizes, APART), APART);
    for (i, (x, y)) in order.into_iter().zip(places) {
        let panel = &mut out.panels[i];
        (panel.area[0], panel.area[1]) = (x, y);
        let (from, to) = panel.nodes;
        for at in &mut out.at[from as usize..to as usize] {
            (at.0, at.1) = (at.0 + x, at.1 + y);
        }
    }
    out
}

/// Places the nodes of one namespace, and gives the size of its panel.
fn panel(
    picture: &Picture<'_>,
    beside: &[Vec<u32>],
    (start, end): (u32, u32),
    at: &mut [(f32, f32)],
) -> (f32, f32) {
    let mut seen = vec![false; (end - start) as usize];
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut alone: Vec<u32> = Vec::new();
    for first in start..end {
        if std::mem::replace(&mut seen[(first - start) as usize], true) {
            continue;
        }
        let mut group = vec![first];
        let mut next = 0;
        while let Some(&node) = group.get(next) {
            next += 1;
            for &other in &beside[node as usize] {
                if !std::mem::replace(&mut seen[(other - start) as usize], true) {
                    group.push(other);
                }
            }
        }
        match group.len() {
            1 => alone.push(first),
            _ => groups.push(group),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut sizes: Vec<(f32, f32)> = Vec::with_capacity(groups.len());
    for group in &mut groups {
        sizes.push(columns(picture, beside, group, at));
    }
    let gap = GAP.1 * 3.0;
    let cell = (NODE.0 + GAP.1, NODE.1 + GAP.1);
    let grid = (cell.0 * cell.1 * alone.len() as f32 * 1.7).sqrt();
    let width = pleasant(&sizes, gap).max(grid).max(NODE.0);
    let (places, (mut wide, mut tall)) = shelves(&sizes, width, gap);
    for (group, (x, y)) in groups.iter().zip(places) {
        for node in group {
            let at = &mut at[*node as usize];
            *at = (at.0 + x + PAD, at.1 + y + TITLE);
        }
    }
    if !alone.is_empty() {
        let top = if groups.is_empty() { 0.0 } else { tall + gap };
        let across = ((width + GAP.1) / cell.0).floor().max(1.0) as usize;
        alone.sort_by_key(|node| picture.node(*node).map(|node| rank(node)));
        for (i, node) in alone.iter().enumerate() {
            let (x, y) = ((i % across) as f32 * cell.0, top + (i / across) as f32 * cell.1);
            at[*node as usize] = (x + PAD, y + TITLE);
            wide = wide.max(x + NODE.0);
            tall = tall.max(y + NODE.1);
        }
    }
    (wide + 2.0 * PAD, tall + TITLE + PAD)
}

/// Places nodes that hang together in columns, and gives the size.
fn columns(
    picture: &Picture<'_>,
    beside: &[Vec<u32>],
    group: &mut [u32],
    at: &mut [(f32, f32)],
) -> (f32, f32) {
    group.sort_by_key(|node| (picture.node(*node).map(rank), *node));
    let mut ranks: Vec<Vec<u32>> = group
        .chunk_by(|a, b| picture.node(*a).map(rank) == picture.node(*b).map(rank))
        .map(<[u32]>::to_vec)
        .collect();
    // Each column in the order of what it is joined to, there and back.
    let mut place = crate::hash::HashMap::<u32, f32>::default();
    for column in &ranks {
        number(column, &mut place);
    }
    for sweep in 0..4 {
        let count = ranks.len();
        for i in 0..count {
            let i = if sweep % 2 == 0 { i } else { count - 1 - i };
            let middle = |node: &u32| {
                let own: Vec<f32> = beside[*node as usize]
                    .iter()
                    .filter_map(|other| place.get(other).copied())
                    .collect();
                match own.is_empty() {
                    true => 0.5,
                    false => own.iter().sum::<f32>() / own.len() as f32,
                }
            };
            let mut sorted: Vec<(f32, u32)> = ranks[i].iter().map(|node| (middle(node), *node)).collect();
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            ranks[i] = sorted.into_iter().map(|(_, node)| node).collect();
            number(&ranks[i], &mut place);
        }
    }
    let tallest = ranks
        .iter()
        .map(|column| column.len().min(tall(column.len())))
        .max();
    let height = tallest.unwrap_or_default() as f32 * (NODE.1 + GAP.1) - GAP.1;
    let mut x = 0.0;
    for column in &ranks {
        for part in column.chunks(tall(column.len())) {
            let own = part.len() as f32 * (NODE.1 + GAP.1) - GAP.1;
            for (i, node) in part.iter().enumerate() {
                let y = (height - own) / 2.0 + i as f32 * (NODE.1 + GAP.1);
                at[*node as usize] = (x, y.round());
            }
            x += NODE.0 + GAP.1 * 2.0;
        }
        x += GAP.0 - GAP.1 * 2.0;
    }
    (x - GAP.0, height)
}

/// How many nodes of a long column stand above each other.
fn tall(len: usize) -> usize {
    TALL.max((len as f32 * 3.0).sqrt().ceil() as usize)
}

/// Where each node of a column stands, from 0 to 1.
fn number(column: &[u32], place: &mut crate::hash::HashMap<u32, f32>) {
    for (i, node) in column.iter().enumerate() {
        place.insert(*node, (i as f32 + 0.5) / column.len() as f32);
    }
}

/// The column of a kind: who takes requests or watches, Services, what runs, what it reads, what makes that.
pub fn rank(node: &Node<'_>) -> u8 {
    match node.kind {
        "Service"
        | "PodDisruptionBudget"
        | "HorizontalPodAutoscaler"
        | "VerticalPodAutoscaler"
        | "ScaledObject"
        | "ServiceMonitor"
        | "PodMonitor"
        | "NetworkPolicy" => 1,
        "Ingress"
        | "IngressRoute"
        | "HTTPRoute"
        | "GRPCRoute"
        | "TCPRoute"
        | "TLSRoute"
        | "Gateway"
        | "VirtualService"
        | "APIService"
        | "MutatingWebhookConfiguration"
        | "ValidatingWebhookConfiguration"
        | "CronJob"
        | "RoleBinding"
        | "ClusterRoleBinding" => 0,
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Pod"
        | "Job"
        | "Rollout" => 2,
        "ServiceAccount" | "PersistentVolumeClaim" | "Role" | "ClusterRole" | "SecretProviderClass" => 3,
        "Secret" | "ConfigMap" | "IngressClass" | "StorageClass" | "PersistentVolume" => 4,
        "ExternalSecret"
        | "SealedSecret"
        | "Certificate"
        | "VaultStaticSecret"
        | "VaultDynamicSecret"
        | "ClusterExternalSecret"
        | "Kustomization" => 5,
        "SecretStore" | "ClusterSecretStore" | "Issuer" | "ClusterIssuer" | "VaultAuth" => 6,
        _ => 2,
    }
}
