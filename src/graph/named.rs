//! Which field of which kind names what: for explaining the table to people.

use super::standard::STANDARD;
use super::table::{Part, Role, Row, Seg, Step};

/// What the field at a path of a kind names: `Secret` for `spec.tls.secretName` of an Ingress. Lists and maps on the
/// way are looked through. With each, whether a certificate with its key is wanted.
pub fn named_at(group: &str, kind: &str, path: &[&str]) -> Vec<(&'static str, bool)> {
    let Some(start) = STANDARD.kind(group, kind).map(|row| row.step) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut steps = closed(vec![start]);
    // A row stands at some struct above the field, and its name leads down from there.
    for depth in 0..path.len() {
        let rest = path.get(depth..).unwrap_or_default();
        let rows = steps
            .iter()
            .flat_map(|step| STANDARD.at(step.rows))
            .map(|id| STANDARD.row(*id));
        found.extend(
            rows.filter(|row| row.role == Role::Uses && leads_to(row, rest))
                .map(|row| (STANDARD.target_name(row.target), row.tls)),
        );
        let below = steps.iter().flat_map(|step| {
            let children = STANDARD.children(step.children).iter();
            children.filter(|(key, _)| rest.first().is_some_and(|name| STANDARD.str(*key) == *name))
        });
        steps = closed(below.map(|(_, step)| *step).collect());
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether a row takes its name from the field at the end of a path.
fn leads_to(row: &Row, path: &[&str]) -> bool {
    let fields = STANDARD.parts(row.name).iter().filter_map(|part| match part {
        Part::Field(paths) => Some(*paths),
        Part::Fixed(_) => None,
    });
    fields.flat_map(|paths| STANDARD.paths(paths)).any(|field| {
        let keys = STANDARD.segs(field.segs).iter().filter_map(|seg| match seg {
            Seg::Key(key) => Some(STANDARD.str(*key)),
            _ => None,
        });
        !field.root && keys.eq(path.iter().copied())
    })
}

/// The steps, and those into lists, maps and embedded types; each once.
fn closed(mut at: Vec<u16>) -> Vec<&'static Step> {
    let mut next = 0;
    while let Some(&step) = at.get(next) {
        next += 1;
        let row = STANDARD.step(step);
        let embeds = STANDARD.embeds(row.embeds).iter().copied();
        for more in embeds.chain([row.items, row.values]) {
            if more != 0 && !at.contains(&more) {
                at.push(more);
            }
        }
    }
    at.retain(|step| *step != 0);
    at.into_iter().map(|step| STANDARD.step(step)).collect()
}

#[cfg(test)]
mod tests {
    use super::named_at;

    #[test]
    fn fields_that_name_objects_are_found() {
        let at = |group, kind, path: &str| {
            let path: Vec<&str> = path.split('.').collect();
            named_at(group, kind, &path)
        };
        assert_eq!(
            at("networking.k8s.io", "Ingress", "spec.tls.secretName"),
            [("Secret", true)]
        );
        assert_eq!(
            at("apps", "Deployment", "spec.template.spec.volumes.configMap.name"),
            [("ConfigMap", false)]
        );
        assert_eq!(
            at("", "Pod", "spec.serviceAccountName"),
            [("ServiceAccount", false)]
        );
        assert_eq!(at("", "Pod", "spec.nodeName"), []);
        assert_eq!(at("", "NoSuchKind", "spec"), []);
    }
}
