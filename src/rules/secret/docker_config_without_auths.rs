//! Registry credentials in the format of the other type: the kubelet finds none in them.

use super::content::json;
use super::docker_config_missing::TYPES;
use super::{Object, kind_of, value};
use crate::rules::{Check, Cx};

/// Binds the rule to its page.
pub const CHECK: Check = Check::Object(check);

fn check<'t>(secret: &Object<'t>, cx: &mut Cx<'t>) {
    let Some(kind) = kind_of(secret, cx) else { return };
    let Some((_, key)) = TYPES.into_iter().find(|(name, _)| *name == kind) else {
        return;
    };
    let Some(value) = value(secret, key).filter(|value| !value.is_unrendered(cx)) else {
        return;
    };
    let Some(bytes) = value.bytes() else { return };
    let Ok(members) = json::members(&bytes) else {
        return;
    };
    // Go takes the names of fields in any case.
    let auths = members
        .iter()
        .any(|&(start, end)| bytes[start..end].eq_ignore_ascii_case(b"\"auths\""));
    if key == ".dockercfg" && auths {
        cx.report(
            value.place(),
            "this is the format of `.dockerconfigjson`, with `auths`: under type `kubernetes.io/dockercfg` \
             the kubelet takes `auths` for the name of a registry and finds no credentials",
        )
        .help("use type `kubernetes.io/dockerconfigjson` and the key `.dockerconfigjson`");
    } else if key == ".dockerconfigjson" && !auths && !members.is_empty() {
        cx.report(
            value.place(),
            "`.dockerconfigjson` has no `auths`, the only part of it that the kubelet reads: images are \
             pulled without credentials",
        )
        .help("put the registries under `auths`: `{\"auths\": {\"registry.example.com\": {…}}}`");
    }
}
