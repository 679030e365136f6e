//! Security contexts of containers.

use std::collections::HashMap;

use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::validation::constraints::fault;

use super::containers::{LISTS, is_of_pod, judged};

/// `allowPrivilegeEscalation: false` beside what allows everything.
pub fn escalation<'t>(context: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let escalation = context.child("allowPrivilegeEscalation");
    if !escalation.is_set() || escalation.bool() != Some(false) {
        return;
    }
    let span = escalation.place();
    let mut tell = |other: &str| {
        let message = format!("`allowPrivilegeEscalation: false` contradicts {other}");
        fault(cx, context, ErrorType::Invalid, message)
            .at(span)
            .help("remove one of them");
    };
    if context.child("privileged").bool() == Some(true) {
        tell("`privileged: true`");
    }
    let capabilities = context.child("capabilities");
    for capability in capabilities.child("add").items() {
        if capability.text().as_deref() == Some("CAP_SYS_ADMIN") {
            tell("capability `CAP_SYS_ADMIN`");
        }
    }
}

/// The text of a credential specification of Windows.
pub fn credential_spec<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if !spec.is_set() {
        return;
    }
    let length = spec.text().map_or(1, |text| text.len());
    if length == 0 || length > 64 * 1024 {
        let message = format!("`gmsaCredentialSpec` has {length} bytes, but it must have 1 to 65536");
        fault(cx, spec, ErrorType::Invalid, message).help("remove it, or put the specification's JSON there");
    }
}

/// A user of Windows: `USER` or `DOMAIN\USER`.
pub fn windows_user<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(text) = judged(field, cx).filter(|_| field.is_set()) else {
        return;
    };
    for reason in user_faults(&text) {
        let message = format!("`runAsUserName` {reason}");
        fault(cx, field, ErrorType::Invalid, message)
            .help("use a name such as `ContainerUser` or `DOMAIN\\user`");
    }
}

fn user_faults(text: &str) -> Vec<&'static str> {
    if text.is_empty() {
        return vec!["may not be empty"];
    }
    if text.bytes().any(|b| b.is_ascii_control()) {
        return vec!["may not have control characters"];
    }
    let (domain, user) = match text.split_once('\\') {
        Some((_, user)) if user.contains('\\') => return vec!["may have one backslash at the most"],
        Some((domain, user)) => (Some(domain), user),
        None => (None, text),
    };
    let mut faults = Vec::new();
    if let Some(domain) = domain {
        if domain.len() >= 256 {
            faults.push("has a domain of more than 255 characters");
        }
        if !is_netbios(domain) && !is_dns(domain) {
            faults.push("has a domain that is neither a NetBIOS nor a DNS name");
        }
    }
    if user.is_empty() {
        faults.push("has no user after the backslash");
    } else if user.len() > 104 {
        faults.push("has a user of more than 104 characters");
    }
    if !user.is_empty() && user.bytes().all(|b| matches!(b, b'.' | b' ')) {
        faults.push("has a user of dots and spaces only");
    }
    if user.contains([
        '"', '/', '\\', ':', ';', '|', '=', ',', '+', '*', '?', '<', '>', '@', '[', ']',
    ]) {
        faults.push("has a character in its user that Windows does not allow there");
    }
    faults
}

fn is_netbios(domain: &str) -> bool {
    let length = domain.chars().count();
    (1..=15).contains(&length)
        && !domain.starts_with('.')
        && !domain.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|'])
}

fn is_dns(domain: &str) -> bool {
    domain.split('.').all(|label| {
        let bytes = label.as_bytes();
        bytes.len() <= 63
            && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
            && bytes.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    })
}

/// A kind of profile that old annotations of a pod name, too.
struct Profile {
    field: &'static str,
    /// Before the container's name.
    annotation: &'static str,
    /// What stands for the container runtime's own profile.
    default: &'static [&'static str],
    /// Whether a container without a profile has the pod's.
    inherited: bool,
}

const PROFILES: [Profile; 2] = [
    Profile {
        field: "appArmorProfile",
        annotation: "container.apparmor.security.beta.kubernetes.io/",
        default: &["runtime/default"],
        inherited: true,
    },
    Profile {
        field: "seccompProfile",
        annotation: "container.seccomp.security.alpha.kubernetes.io/",
        default: &["runtime/default", "docker/default"],
        inherited: false,
    },
];

/// The annotation that names the seccomp profile of all containers of a pod.
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// Old annotations of a pod or template say the same as the fields that replaced them.
pub fn annotations<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(holder) = spec.parent() else { return };
    let metadata = holder.child("metadata");
    let annotations = metadata.child("annotations");
    let (mut named, mut seccomp) = ([false; PROFILES.len()], false);
    for entry in annotations.entries() {
        let name = entry.name();
        seccomp |= name == SECCOMP_POD;
        for (named, profile) in named.iter_mut().zip(&PROFILES) {
            *named |= name.starts_with(profile.annotation);
        }
    }
    let [apparmor, containers] = &PROFILES;
    if seccomp {
        let context = spec.child("securityContext");
        let field = context.child(containers.field);
        compare(containers, &field, &field, &annotations.key(SECCOMP_POD), cx);
    }
    if named[1] {
        compare_all(containers, spec, &annotations, cx);
    }
    if named[0] && spec.child("os").child("name").text().as_deref() != Some("windows") {
        compare_all(apparmor, spec, &annotations, cx);
    }
}

fn compare_all<'t>(profile: &Profile, spec: &Field<'_, 't>, annotations: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let named: HashMap<_, _> = annotations
        .entries()
        .filter_map(|entry| Some((entry.key_node()?.key_text()?, entry)))
        .filter_map(|(key, entry)| Some((key.strip_prefix(profile.annotation)?.to_string(), entry)))
        .collect();
    let pods = spec.child("securityContext");
    let pods = pods.child(profile.field);
    let of_pod = is_of_pod(spec);
    for list in LISTS {
        let list = spec.child(list);
        for container in list.items() {
            let context = container.child("securityContext");
            let own = context.child(profile.field);
            let Some(annotation) = container.child("name").text().and_then(|name| named.get(&*name)) else {
                continue;
            };
            if own.is_set() {
                compare(profile, &own, &own, annotation, cx);
            } else if profile.inherited
                && !(of_pod && annotation.text().is_some_and(|text| becomes_field(&text)))
            {
                compare(profile, &pods, &own, annotation, cx);
            }
        }
    }
}

/// Whether the server makes a container's AppArmor profile of the annotation, if the container of a Pod has none.
fn becomes_field(annotation: &str) -> bool {
    matches!(annotation, "unconfined" | "runtime/default")
        || annotation
            .strip_prefix("localhost/")
            .is_some_and(|file| !file.is_empty() && file.trim() == file && file.len() <= 4095)
}

/// Whether an annotation says the same as the profile in `source`; if not, that is reported at `shown`.
fn compare<'t>(
    profile: &Profile,
    source: &Field<'_, 't>,
    shown: &Field<'_, 't>,
    annotation: &Field<'_, 't>,
    cx: &mut Cx<'t>,
) {
    if !source.is_set() {
        return;
    }
    let Some(text) = judged(annotation, cx).filter(|_| annotation.is_set()) else {
        return;
    };
    let file = source.child("localhostProfile");
    if judged(&file, cx).is_none() {
        return;
    }
    let wrong = match source.child("type").text().as_deref() {
        Some("Unconfined") if text != "unconfined" => "type",
        Some("RuntimeDefault") if !profile.default.contains(&&*text) => "type",
        Some("Localhost") => match text.strip_prefix("localhost/") {
            None => "type",
            Some(path) if !file.is_set() || file.text().as_deref() != Some(path) => "localhostProfile",
            Some(_) => return,
        },
        _ => return,
    };
    let message = format!("the annotation `{}` says otherwise", annotation.name());
    let span = source.child(wrong).place();
    let other = annotation.place();
    fault(cx, &shown.child(wrong), ErrorType::Forbidden, message)
        .at(span)
        .help("remove the annotation, which the field replaces")
        .related(other, "the annotation");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_users_have_as_many_faults_as_the_server_counts() {
        for good in ["user", "DOMAIN\\user", "a.example.com\\user", "my domain\\u ser."] {
            assert!(user_faults(good).is_empty(), "{good}");
        }
        for (bad, count) in [
            ("", 1),
            ("a\tb", 1),
            ("a\\b\\c", 1),
            ("domain\\", 1),
            ("...", 1),
            (".d\\u", 1),
            ("a:b\\x/y", 2),
            ("u@d", 1),
        ] {
            assert_eq!(user_faults(bad).len(), count, "{bad}");
        }
        assert_eq!(user_faults(&"u".repeat(105)).len(), 1);
        assert_eq!(user_faults(&format!("{}\\u", "d.".repeat(128))).len(), 2);
    }
}
