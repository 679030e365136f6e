//! Types that are nearly one of Kubernetes' own: nobody checks such a Secret, and nobody finds it.

use strsim::osa_distance as distance;

use super::{DATA, Object, STRING_DATA};
use crate::edit;
use crate::rules::{Check, Cx, quote};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

const TYPES: [&str; 8] = [
    "Opaque",
    "bootstrap.kubernetes.io/token",
    "kubernetes.io/basic-auth",
    "kubernetes.io/dockercfg",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/service-account-token",
    "kubernetes.io/ssh-auth",
    "kubernetes.io/tls",
];

/// Names that people give to types: the subcommands of `kubectl create secret`, and short forms.
const NICKNAMES: [(&str, &str); 6] = [
    ("generic", "Opaque"),
    ("docker-registry", "kubernetes.io/dockerconfigjson"),
    ("dockerconfig", "kubernetes.io/dockerconfigjson"),
    ("docker-config-json", "kubernetes.io/dockerconfigjson"),
    ("docker-cfg", "kubernetes.io/dockercfg"),
    ("ssh", "kubernetes.io/ssh-auth"),
];

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let root = secret.fields();
    let field = root.child("type");
    let (Some(text), Some(node)) = (field.text(), field.value()) else {
        return;
    };
    let Some(meant) = meant(&text).filter(|_| !cx.is_unrendered(&text)) else {
        return;
    };
    let loss = if meant == "Opaque" {
        "what looks for Opaque Secrets does not find it"
    } else {
        "the API server checks nothing in it, and what looks for that type does not find it"
    };
    let report = cx
        .report(
            node.span(),
            format!(
                "{} is no type of Kubernetes, but close to `{meant}`: {loss}",
                quote(&text)
            ),
        )
        .help(format!(
            "write `type: {meant}`; a type cannot be changed in place, so delete a stored Secret first"
        ));
    // A Secret that the server takes as it is may be refused under its new type, and a stored one keeps its type.
    if holds_what_it_needs(secret, meant)
        && let Some(edit) = edit::replace_scalar(node, meant)
    {
        report.fix(format!("write `{meant}`"), false, vec![edit]);
    }
}

/// Whether a Secret has what the server demands of a type.
fn holds_what_it_needs(secret: &Object<'_>, meant: &str) -> bool {
    let has = |key: &str| {
        let maps = [DATA, STRING_DATA].into_iter();
        maps.filter_map(|map| secret.root.get(map))
            .any(|map| map.get(key).is_some())
    };
    match meant {
        "kubernetes.io/tls" => has("tls.crt") && has("tls.key"),
        "kubernetes.io/dockerconfigjson" => has(".dockerconfigjson"),
        "kubernetes.io/dockercfg" => has(".dockercfg"),
        "kubernetes.io/basic-auth" => has("username") || has("password"),
        "kubernetes.io/ssh-auth" => has("ssh-privatekey"),
        "kubernetes.io/service-account-token" => {
            let annotations = secret.path(&["metadata", "annotations"]);
            annotations.is_some_and(|map| map.get("kubernetes.io/service-account.name").is_some())
        }
        _ => true,
    }
}

/// The type of Kubernetes that was meant, when the text is another one.
fn meant(text: &str) -> Option<&'static str> {
    if text.is_empty() || TYPES.contains(&text) || text.len() > 64 {
        return None;
    }
    let folded = fold(text);
    let (domain, own) = folded.rsplit_once('/').unwrap_or(("", &folded));
    let ours = |domain: &str| domain.is_empty() || distance(domain, "kubernetes.io") <= 2;
    if let Some((_, meant)) = NICKNAMES.iter().find(|(name, _)| *name == own)
        && ours(domain)
    {
        return Some(meant);
    }
    TYPES.into_iter().find(|known| {
        let known_folded = fold(known);
        let (known_domain, known_own) = known_folded.rsplit_once('/').unwrap_or(("", &known_folded));
        // A short name has many neighbours, so only longer ones may differ by a letter or two.
        let near =
            |a: &str, b: &str| distance(a, b) <= if b.len() < 8 { usize::from(b.len() > 3) } else { 2 };
        if known_domain == "bootstrap.kubernetes.io" {
            return near(domain, known_domain) && near(own, known_own);
        }
        // `tls` alone is the type; `tlss` alone may be anything.
        let bare = domain.is_empty() && !known_domain.is_empty();
        ours(domain) && (own == known_own || !bare && near(own, known_own))
    })
}

/// Lower case, without the dot of `.dockerconfigjson`, with `-` for the other ways to join words.
fn fold(text: &str) -> String {
    let text = text.trim().to_lowercase().replace(['_', ' '], "-");
    text.replace("/.", "/").trim_start_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_type_that_was_meant() {
        for (text, expected) in [
            (
                "kubernetes.io/.dockerconfigjson",
                "kubernetes.io/dockerconfigjson",
            ),
            ("kubernetes.io/dockerconfigJson", "kubernetes.io/dockerconfigjson"),
            ("opaque", "Opaque"),
            ("Opaqe", "Opaque"),
            ("kubernetes.io/opaque", "Opaque"),
            ("generic", "Opaque"),
            ("kubernetes.io/TLS", "kubernetes.io/tls"),
            ("Kubernetes.io/tls", "kubernetes.io/tls"),
            ("kubernets.io/tls", "kubernetes.io/tls"),
            ("k8s.io/ssh", "kubernetes.io/ssh-auth"),
            ("tls", "kubernetes.io/tls"),
            ("docker-registry", "kubernetes.io/dockerconfigjson"),
            ("kubernetes.io/basic_auth", "kubernetes.io/basic-auth"),
            (
                "kubernetes.io/service-account.token",
                "kubernetes.io/service-account-token",
            ),
            ("bootstrap.kubernetes.io/tokens", "bootstrap.kubernetes.io/token"),
        ] {
            let expected = (text != "k8s.io/ssh").then_some(expected);
            assert_eq!(meant(text), expected, "{text}");
        }
    }

    #[test]
    fn leaves_the_types_of_others_alone() {
        for text in [
            "",
            "Opaque",
            "kubernetes.io/tls",
            "helm.sh/release.v1",
            "kubernetes.io/rbd",
            "kubernetes.io/iscsi-chap",
            "kubernetes.io/glusterfs",
            "kubernetes.io/scaleio",
            "kubernetes.io/storageos",
            "kubernetes.io/quobyte",
            "istio.io/cacerts",
            "example.com/tls",
            "cluster.x-k8s.io/secret",
            "addons.cluster.x-k8s.io/resource-set",
            "servicecatalog.k8s.io/tls",
            "typeValue",
        ] {
            assert_eq!(meant(text), None, "{text}");
        }
    }
}
