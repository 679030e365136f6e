//! Which definitions of a name a field can mean.

use super::{Defined, Index, UseSite};
use crate::graph::by_namespace::{ByNamespace, FEW};
use crate::graph::table::Target;

impl<'r> Index<'r> {
    /// What a field names, where it can be reached from there.
    pub fn reached<'a>(&'a self, site: &'a UseSite<'r>) -> impl Iterator<Item = Defined<'r>> + 'a {
        self.reached_as(site, site.name)
    }

    /// The same under another name; in the order of the run.
    pub fn reached_as<'a>(
        &'a self,
        site: &'a UseSite<'r>,
        name: &str,
    ) -> impl Iterator<Item = Defined<'r>> + use<'a, 'r> {
        self.candidates(site, name)
            .copied()
            .filter(|d| self.compatible(site, d))
    }

    /// The definitions of a name among which are all that a field can mean.
    fn candidates<'a>(
        &'a self,
        site: &UseSite<'r>,
        name: &str,
    ) -> impl Iterator<Item = &'a Defined<'r>> + use<'a, 'r> {
        let target = site.fact.target;
        let (start, count) = self.names.get(&(target, name)).copied().unwrap_or_default();
        let is_narrowed = count > FEW && !self.is_for_all(target, site);
        let runs = is_narrowed.then(|| {
            let all = self.by_namespace.get_or_init(|| self.sorted_by_namespace());
            let namespaces = self.overlays.namespaces(site.file, site.namespace);
            all.within(start, site.namespace, namespaces)
        });
        let runs = runs.flatten();
        let all = if runs.is_some() {
            0..0
        } else {
            start..start + count
        };
        let some = runs.into_iter().flatten();
        some.chain(all).filter_map(|at| self.defined.get(at as usize))
    }

    /// Whether namespaces do not matter to a field.
    fn is_for_all(&self, target: Target, site: &UseSite<'r>) -> bool {
        self.table.scope(target).cluster || self.table.row(site.fact.row).any_namespace
    }

    fn sorted_by_namespace(&self) -> ByNamespace {
        let mut all = ByNamespace::default();
        for (start, count) in self.names.values().copied().filter(|(_, count)| *count > FEW) {
            for at in start..start + count {
                if let Some(d) = self.defined.get(at as usize) {
                    let anywhere = d.fact.row.is_some_and(|row| self.table.row(row).any_namespace);
                    let namespaces = self.overlays.namespaces(d.file, d.namespace);
                    all.add((start, at), anywhere, d.namespace, namespaces);
                }
            }
        }
        all.sort()
    }
}

#[cfg(test)]
mod tests {
    use super::{Defined, Index, UseSite};
    use crate::engine::index_file;
    use crate::graph::{Facts, Role, standard};
    use crate::manifest::Surroundings;
    use crate::source::decode;
    use crate::yaml::Tree;

    fn facts(files: &[(String, String)]) -> Vec<Facts> {
        let mut tree = Tree::default();
        let around = Surroundings::default();
        files
            .iter()
            .map(|(name, text)| {
                let source = decode(text.clone().into_bytes());
                index_file(name, &source, &mut tree, &around, Role::Checked, standard())
            })
            .collect()
    }

    /// What a field reaches when all definitions are looked through.
    fn all<'r>(index: &Index<'r>, site: &UseSite<'r>) -> Vec<Defined<'r>> {
        let named = index.named(site.fact.target, site.name).iter().copied();
        named.filter(|d| index.compatible(site, d)).collect()
    }

    fn places(found: impl IntoIterator<Item = Defined<'static>>) -> Vec<(u32, u32)> {
        let place = |d: Defined<'_>| (d.file, d.fact.span.start);
        found.into_iter().map(place).collect()
    }

    /// Folders of files that define and use one name, some with kustomizations that put them elsewhere.
    fn world() -> Vec<(String, String)> {
        let mut files = Vec::new();
        for i in 0..60 {
            let namespace = |n: usize| match n % 7 {
                0 => String::new(),
                n => format!(", namespace: n{n}"),
            };
            let text = format!(
                "{{apiVersion: v1, kind: Secret, metadata: {{name: db{}}}}}\n---\n\
                 {{apiVersion: v1, kind: Pod, metadata: {{name: p{i}{}}}, spec: {{imagePullSecrets: [{{name: db}}]}}}}\n\
                 ---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {{name: r{i}{}}}, \
                 roleRef: {{kind: ClusterRole, name: db}}, subjects: [{{kind: ServiceAccount, name: db, \
                 namespace: n{}}}]}}\n---\n{{apiVersion: v1, kind: ServiceAccount, metadata: {{name: db{}}}}}\n\
                 ---\n{{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {{name: db}}}}\n",
                namespace(i),
                namespace(i * 3 + 1),
                namespace(i * 5 + 2),
                i % 4,
                namespace(i * 2),
            );
            files.push((format!("f{}/a{i}.yaml", i % 9), text));
        }
        for (folder, namespace, resources) in [
            ("f1", "namespace: n2", "a1.yaml, a10.yaml"),
            ("f2", "namespace: other", "a2.yaml, a11.yaml, ../f1"),
            ("f3", "nameSuffix: -x", "a3.yaml, a12.yaml"),
            ("o1", "namespace: n1", "../f4/a4.yaml, ../f4/a13.yaml"),
            ("o2", "namespace: n5", "../f4/a4.yaml, ../f5/a5.yaml"),
        ] {
            let text = format!("resources: [{resources}]\n{namespace}\n");
            files.push((format!("{folder}/kustomization.yaml"), text));
        }
        // One that ends up in many namespaces.
        for i in 0..12 {
            let text = format!("resources: [../f6/a6.yaml]\nnamespace: m{i}\n");
            files.push((format!("many{i}/kustomization.yaml"), text));
        }
        files
    }

    #[test]
    fn a_field_reaches_what_it_would_if_all_were_looked_through() {
        let files: &'static [Facts] = Vec::leak(facts(&world()));
        let index = Index::new(files);
        let (mut uses, mut some) = (0, 0);
        for site in index.uses() {
            let expected = places(all(&index, &site));
            assert_eq!(
                places(index.reached(&site)),
                expected,
                "{} {}",
                site.file,
                site.namespace
            );
            uses += 1;
            let count = index.named(site.fact.target, site.name).len();
            some += usize::from(!expected.is_empty() && expected.len() < count / 2);
        }
        assert!(uses > 150 && some > 50, "{uses} {some}");
    }

    #[test]
    fn one_name_in_each_of_many_namespaces_is_found_quickly() {
        let file = |i: usize| {
            let text = format!(
                "{{apiVersion: v1, kind: Secret, metadata: {{name: db, namespace: n{i}}}}}\n---\n{{apiVersion: v1, \
                 kind: Pod, metadata: {{name: p, namespace: n{i}}}, spec: {{imagePullSecrets: [{{name: db}}]}}}}\n"
            );
            (format!("{i}.yaml"), text)
        };
        let files: Vec<(String, String)> = (0..6_000).map(file).collect();
        let facts = facts(&files);
        let index = Index::new(&facts);
        let start = std::time::Instant::now();
        let found = index
            .uses()
            .filter(|site| index.reached(site).count() == 1)
            .count();
        assert_eq!(found, 6_000);
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }
}
