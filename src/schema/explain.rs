//! What `kubeproof explain` says about kinds and fields: `ingress.spec.rules.host`.

use super::suggest::{nearest, stability};
use super::{FieldInfo, KindInfo, TypeId, kinds};
use crate::rules::quote;
use crate::version::KubeVersion;

/// A kind, or a field of it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The kind that the path starts from.
    pub kind: &'static KindInfo,
    /// The fields on the way; none for the kind itself.
    pub fields: Vec<FieldInfo>,
}

impl Explained {
    /// The struct at the end of the path, lists and maps looked through, if there is one.
    pub fn inner(&self) -> Option<TypeId> {
        match self.fields.last() {
            Some(field) => field.ty.innermost(),
            None => self.kind.ty,
        }
    }
}

/// Finds what a path names: `[GROUP/VERSION/]KIND[.FIELD…]`. The kind may be its plural or a short name, in
/// any case; without a version the most stable one that is served counts. An error says what is wrong.
pub fn explain(path: &str, kube: KubeVersion) -> Result<Explained, String> {
    let (api_version, rest) = match path.rsplit_once('/') {
        Some((api_version, rest)) => (Some(api_version), rest),
        None => (None, path),
    };
    let mut steps = rest.split('.');
    let name = steps.next().unwrap_or_default();
    let kind = find_kind(name, api_version, kube)?;
    let mut found = Explained {
        kind,
        fields: Vec::new(),
    };
    for step in steps {
        let step = step.trim_end_matches("[]");
        let holder = found.inner();
        let field = holder.and_then(|ty| ty.field(step, kube));
        match (holder, field) {
            (_, Some(field)) => found.fields.push(field),
            (None, None) => {
                let last = found.fields.last().map_or(name, |field| field.name);
                return Err(format!("{} has no fields", quote(last)));
            }
            (Some(ty), None) => {
                let names = ty.fields(kube).map(|field| field.name);
                let meant = nearest(step, names).map(|near| format!("; did you mean `{near}`?"));
                return Err(format!(
                    "{} has no field {} in Kubernetes {kube}{}",
                    ty.short_name(),
                    quote(step),
                    meant.unwrap_or_default()
                ));
            }
        }
    }
    Ok(found)
}

fn find_kind(name: &str, api_version: Option<&str>, kube: KubeVersion) -> Result<&'static KindInfo, String> {
    let served = || {
        kinds()
            .iter()
            .filter(|info| info.serves(kube))
            .filter(|info| api_version.is_none_or(|wanted| info.api_version() == wanted))
    };
    let named = |info: &&KindInfo| {
        [info.kind, info.plural]
            .iter()
            .chain(info.short_names)
            .any(|word| word.eq_ignore_ascii_case(name))
    };
    if let Some(info) = served()
        .filter(named)
        .max_by_key(|info| (stability(info.version), std::cmp::Reverse(info.group)))
    {
        return Ok(info);
    }
    let place = api_version.map_or_else(String::new, |wanted| format!(" in {}", quote(wanted)));
    let meant = nearest(name, served().map(|info| info.kind)).map(|near| format!("; did you mean `{near}`?"));
    Err(format!(
        "Kubernetes {kube} has no kind {}{place}{}",
        quote(name),
        meant.unwrap_or_default()
    ))
}
