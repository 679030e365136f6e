//! From the configuration and the command line to the settings of each file.

use super::{Config, Value, severity, texts};
use crate::catalogue::RULES;
use crate::diagnostic::Severity;
use crate::settings::{RuleSet, Settings};
use crate::version::KubeVersion;

/// What the command line says; it outweighs the configuration.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// Run only these rules or categories.
    pub select: Vec<String>,
    /// Leave out these rules or categories.
    pub ignore: Vec<String>,
    /// The version of Kubernetes to judge by.
    pub kube: Option<KubeVersion>,
}

/// One source of wishes, of those that are asked one after the other.
#[derive(Default)]
struct Layer<'c> {
    select: Vec<&'c str>,
    ignore: Vec<&'c str>,
    severity: Vec<(&'c str, Option<Severity>)>,
}

impl<'c> Layer<'c> {
    fn new(map: &'c Value) -> Layer<'c> {
        let severities = map.get("severity").into_iter().flat_map(Value::entries);
        Layer {
            select: texts(map, "select").collect(),
            ignore: texts(map, "ignore").collect(),
            severity: severities
                .filter_map(|(rule, _, word)| Some((rule.as_str(), severity(word.text()?))))
                .collect(),
        }
    }

    /// Switches rules on and off: categories, or rules by their own names.
    fn switch(&self, exact: bool, rules: &mut RuleSet) {
        let fits = |name: &str| name.contains('/') == exact;
        for name in self.select.iter().filter(|name| fits(name)) {
            rules.set(name, true);
        }
        for (name, severity) in self.severity.iter().filter(|(name, _)| fits(name)) {
            // Whoever gives a severity to what was switched off for a wider reason wants it to run.
            if severity.is_none() || exact {
                rules.set(name, severity.is_some());
            }
        }
        for name in self.ignore.iter().filter(|name| fits(name)) {
            rules.set(name, false);
        }
    }
}

/// The settings of the files to which the given entries under `per-path` apply; `base` has what neither the
/// command line nor the configuration says.
pub fn settings(base: &Settings, wishes: &Wishes, config: Option<&Config>, paths: &[u16]) -> Settings {
    let top = config.map(|config| Layer::new(&config.top)).unwrap_or_default();
    let paths: Vec<Layer<'_>> = paths
        .iter()
        .filter_map(|path| config?.per_path.get(usize::from(*path)))
        .map(|(_, entry)| Layer::new(entry))
        .collect();
    let asked = Layer {
        select: wishes.select.iter().map(String::as_str).collect(),
        ignore: wishes.ignore.iter().map(String::as_str).collect(),
        severity: Vec::new(),
    };
    let top = Layer {
        // Who selects on the command line means only that.
        select: if asked.select.is_empty() {
            top.select
        } else {
            Vec::new()
        },
        ..top
    };
    let narrowed = !asked.select.is_empty() || !top.select.is_empty();
    let mut rules = if narrowed {
        RuleSet::none()
    } else {
        base.rules.clone()
    };
    for exact in [false, true] {
        top.switch(exact, &mut rules);
        for path in &paths {
            let only_off = Layer {
                select: Vec::new(),
                ignore: path.ignore.clone(),
                severity: path.severity.clone(),
            };
            only_off.switch(exact, &mut rules);
        }
        asked.switch(exact, &mut rules);
    }
    for path in paths.iter().filter(|path| !path.select.is_empty()) {
        let mut only = RuleSet::none();
        for name in &path.select {
            only.set(name, true);
        }
        rules.restrict(&only);
    }
    let mut severities = vec![None; RULES.len()];
    let mut any = false;
    for exact in [false, true] {
        for layer in [&top].into_iter().chain(&paths) {
            for (name, severity) in layer
                .severity
                .iter()
                .filter(|(name, _)| name.contains('/') == exact)
            {
                for (rule, own) in RULES.iter().zip(&mut severities) {
                    if severity.is_some() && (rule.id == *name || rule.category == *name) {
                        *own = *severity;
                        any = true;
                    }
                }
            }
        }
    }
    Settings {
        kube: wishes
            .kube
            .or_else(|| config?.kube_version())
            .unwrap_or(base.kube),
        rules,
        severities: any.then(|| severities.into()),
        options: config.map(Config::options).unwrap_or_default(),
        ..base.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Rule;
    use crate::source;

    fn config(text: &str) -> Config {
        Config::read(&source::decode(text.as_bytes().to_vec())).expect("a sound file")
    }

    fn wishes(select: &[&str], ignore: &[&str]) -> Wishes {
        let owned = |names: &[&str]| names.iter().map(|name| name.to_string()).collect();
        Wishes {
            select: owned(select),
            ignore: owned(ignore),
            kube: None,
        }
    }

    /// Which of three rules run: two of one category and one of another.
    fn runs(config: Option<&Config>, wishes: &Wishes, path: &str) -> String {
        let paths = config
            .map(|config| config.paths_that_fit(path))
            .unwrap_or_default();
        let settings = settings(&Settings::default(), wishes, config, &paths);
        ["ingress/host-is-ip", "ingress/no-rules", "secret/bad-base64"]
            .iter()
            .map(|id| {
                let has = settings.rules.has(Rule::find(id).expect("a rule"));
                if has { '+' } else { '-' }
            })
            .collect()
    }

    #[test]
    fn the_more_exact_name_and_the_later_source_outweigh() {
        let none = wishes(&[], &[]);
        for (text, select, ignore, path, expected) in [
            ("{}", &[][..], &[][..], "a", "+++"),
            ("ignore: ingress", &[], &[], "a", "--+"),
            ("select: ingress", &[], &[], "a", "++-"),
            (
                "{select: [ingress/no-rules], ignore: [ingress]}",
                &[],
                &[],
                "a",
                "-+-",
            ),
            (
                "{select: [ingress], ignore: [ingress/no-rules]}",
                &[],
                &[],
                "a",
                "+--",
            ),
            ("severity: {ingress: off}", &[], &[], "a", "--+"),
            (
                "severity: {ingress: off, ingress/no-rules: info}",
                &[],
                &[],
                "a",
                "-++",
            ),
            ("ignore: secret", &["secret"], &[], "a", "--+"),
            ("ignore: secret/bad-base64", &["secret"], &[], "a", "---"),
            (
                "ignore: secret/bad-base64",
                &["secret/bad-base64"],
                &[],
                "a",
                "--+",
            ),
            ("select: secret", &["ingress"], &[], "a", "++-"),
            ("select: secret", &[], &["secret"], "a", "---"),
            ("per-path: [{paths: x/, ignore: ingress}]", &[], &[], "a", "+++"),
            ("per-path: [{paths: x/, ignore: ingress}]", &[], &[], "x/a", "--+"),
            ("per-path: [{paths: x/, select: ingress}]", &[], &[], "x/a", "++-"),
            (
                "{select: secret, per-path: [{paths: x/, select: ingress}]}",
                &[],
                &[],
                "x/a",
                "---",
            ),
            (
                "per-path: [{paths: x/, ignore: ingress}]",
                &["ingress"],
                &[],
                "x/a",
                "++-",
            ),
            (
                "{severity: {ingress/no-rules: off}, per-path: [{paths: x/, severity: {ingress/no-rules: info}}]}",
                &[],
                &[],
                "x/a",
                "+++",
            ),
        ] {
            let wishes = wishes(select, ignore);
            assert_eq!(
                runs(Some(&config(text)), &wishes, path),
                expected,
                "{text} {wishes:?} {path}"
            );
        }
        assert_eq!(runs(None, &none, "a"), "+++");
    }

    #[test]
    fn severities_are_looked_up_by_rule() {
        let config = config(
            "{severity: {ingress: info, ingress/no-rules: error}, per-path: [{paths: x/, severity: {ingress: warning}}]}",
        );
        let of = |path: &str, id: &str| {
            let paths = config.paths_that_fit(path);
            let settings = settings(&Settings::default(), &Wishes::default(), Some(&config), &paths);
            let rule = Rule::find(id).expect("a rule");
            settings.severities.expect("some")[rule.0 as usize]
        };
        assert_eq!(of("a", "ingress/host-is-ip"), Some(Severity::Info));
        assert_eq!(of("x/a", "ingress/host-is-ip"), Some(Severity::Warning));
        assert_eq!(of("x/a", "ingress/no-rules"), Some(Severity::Error));
        assert_eq!(of("a", "secret/bad-base64"), None);
    }
}
