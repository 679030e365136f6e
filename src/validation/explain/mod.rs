//! What `kubeproof explain` says about kinds and fields: `ingress.spec.rules.host`.

mod place;
mod words;

pub use words::Said;

use super::constraints::{Op, Row, rows};
use crate::catalogue::{RULES, Rule};
use crate::near::nearest;
use crate::quote::quote;
use crate::schema::suggest::stability;
use crate::schema::{FieldInfo, KindInfo, Shape, Ty, TypeId, kinds, versions_of};
use crate::version::KubeVersion;
use place::Place;

/// A kind, or a field of it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The kind that the path starts from.
    pub kind: &'static KindInfo,
    /// The fields on the way; none for the kind itself.
    pub fields: Vec<FieldInfo>,
    /// The version of Kubernetes that is explained.
    pub kube: KubeVersion,
}

impl Explained {
    /// The struct at the end of the path, lists and maps looked through, if there is one.
    pub fn inner(&self) -> Option<TypeId> {
        match self.fields.last() {
            Some(field) => field.ty.innermost(),
            None => self.kind.ty,
        }
    }

    /// The path from the object, lists and maps marked: `spec.containers[].ports`.
    pub fn path(&self) -> String {
        let mut out = String::new();
        for (i, field) in self.fields.iter().enumerate() {
            if i > 0 {
                out.push('.');
            }
            out.push_str(field.name);
            if i + 1 < self.fields.len() {
                out.push_str(&marks(field.ty));
            }
        }
        out
    }

    /// All versions of the kind that are known, the most stable first.
    pub fn versions(&self) -> Vec<&'static KindInfo> {
        let mut all: Vec<_> = versions_of(self.kind.group, self.kind.kind).iter().collect();
        // The same kind may stand, or have stood, in another group: Ingress in `extensions`.
        all.extend(
            kinds()
                .iter()
                .filter(|info| info.kind == self.kind.kind && info.group != self.kind.group),
        );
        all.sort_by_key(|info| {
            let (level, major, minor) = stability(info.version);
            (
                info.group != self.kind.group,
                std::cmp::Reverse((level, major, minor)),
            )
        });
        all
    }

    /// What the server checks of the field at the end of the path; none for the kind itself.
    pub fn checks(&self) -> Vec<Said> {
        let place = Place::new(self.kind, &self.fields, self.kube);
        let mut out: Vec<Said> = self
            .rows(&place, 0..=0)
            .into_iter()
            .flat_map(|(level, row)| words::row(row, level, &place, self.kube.minor(), true))
            .collect();
        for said in &mut out {
            said.field.clear();
        }
        out
    }

    /// What the server checks of the structs around the field in words that name it.
    pub fn checks_around(&self) -> Vec<Said> {
        let names = self.names();
        let Some((last, above)) = names.split_last() else {
            return Vec::new();
        };
        let name = format!("`{last}`");
        // Names that many structs have mean something only beside that of the field around.
        let general = matches!(*last, "key" | "kind" | "name" | "namespace" | "type" | "value");
        let holder = above.last().map_or(String::new(), |holder| format!("`{holder}`"));
        let place = Place::new(self.kind, &self.fields, self.kube);
        let rows = self.rows(&place, 1..=3).into_iter();
        rows.flat_map(|(level, row)| words::row(row, level, &place, self.kube.minor(), false))
            .filter(|said| said.text.contains(&name) && (!general || said.text.contains(&holder)))
            .collect()
    }

    /// The rows of all structs on the way that lead to the field, or to what is so many fields above it; with the
    /// level of their struct.
    fn rows(&self, place: &Place, above: std::ops::RangeInclusive<usize>) -> Vec<(usize, &'static Row)> {
        let wanted = self.names();
        let mut out = Vec::new();
        let mut depth = 0;
        for (level, ty) in place.structs() {
            let Some(below) = wanted.get(depth..).filter(|below| !below.is_empty()) else {
                break;
            };
            out.extend(rows(ty).iter().map(|row| (level, row)).filter(|(_, row)| {
                let names = words::names(row.path);
                let ends = below.len().checked_sub(names.len());
                ends.is_some_and(|ends| above.contains(&ends)) && below.starts_with(&names)
            }));
            depth = self.depth_of_next(depth);
        }
        out
    }

    /// How many fields lead to the next struct below one that so many lead to.
    fn depth_of_next(&self, depth: usize) -> usize {
        let rest = self.fields.get(depth..).unwrap_or_default();
        let step = rest.iter().position(|field| field.ty.innermost().is_some());
        depth + step.map_or(rest.len(), |step| step + 1)
    }

    /// What the server checks in the struct at the end of the path: of itself, its fields, and further down.
    pub fn checks_within(&self) -> Vec<Said> {
        let Some(ty) = self.inner() else { return Vec::new() };
        let place = Place::new(self.kind, &self.fields, self.kube);
        let Some((level, _)) = place.structs().last() else {
            return Vec::new();
        };
        rows(ty)
            .iter()
            .flat_map(|row| words::row(row, level, &place, self.kube.minor(), false))
            .collect()
    }

    /// The fields of the struct at the end of the path.
    pub fn children(&self) -> Vec<Explained> {
        let fields = self.inner().into_iter().flat_map(|ty| ty.fields(self.kube));
        let child = |field| {
            let mut below = self.clone();
            below.fields.push(field);
            below
        };
        fields.map(child).collect()
    }

    /// The fields that the struct at the end of the path has in other versions only.
    pub fn elsewhere(&self) -> Vec<FieldInfo> {
        let Some(ty) = self.inner() else { return Vec::new() };
        ty.all_fields()
            .filter(|field| ty.field(field.name, self.kube).is_none())
            .collect()
    }

    /// The texts that the field may hold, where the server knows them all; none when any will do.
    pub fn values(&self) -> &'static [&'static str] {
        let place = Place::new(self.kind, &self.fields, self.kube);
        let rows = self.rows(&place, 0..=0);
        let mut tests = rows
            .iter()
            .flat_map(|(_, row)| row.tests)
            .filter(|test| test.when.is_empty())
            .filter(|test| (test.since..=test.until).contains(&self.kube.minor()));
        tests
            .find_map(|test| match test.op {
                Op::OneOf(words) | Op::Supported(words) | Op::Known(words) => Some(words),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// Whether the field is required: by the published schema, or by a check that always holds.
    pub fn is_required(&self) -> bool {
        let always = |said: &Said| said.text == "required" && said.when.is_empty();
        self.fields.last().is_some_and(|field| field.required) || self.checks().iter().any(always)
    }

    /// The rules with a page that are about the field, or of the kind itself all that are about it alone.
    pub fn rules(&self) -> Vec<&'static Rule> {
        let path = self.names().join(".");
        let full = self.full_kind();
        let about = |rule: &&Rule| {
            if rule.on == ["run"] {
                return self.fields_of(rule).any(|field| lies_at(field, &path));
            }
            if path.is_empty() {
                return rule.on.contains(&&*full);
            }
            let general = rule.on.iter().all(|on| matches!(*on, "*" | "document"));
            (general || rule.on.contains(&&*full)) && self.fields_of(rule).any(|field| lies_at(field, &path))
        };
        RULES.iter().filter(about).collect()
    }

    /// The fields of the kind that a rule is about. One on a whole run is on no kind: its fields begin with theirs.
    pub fn fields_of(&self, rule: &Rule) -> impl Iterator<Item = &'static str> + use<> {
        let start = match rule.on {
            ["run"] => self.full_kind() + ".",
            _ => String::new(),
        };
        let fields = rule.fields.iter();
        fields.filter_map(move |field| field.strip_prefix(&*start))
    }

    fn full_kind(&self) -> String {
        match self.kind.group {
            "" => self.kind.kind.to_string(),
            group => format!("{group}/{}", self.kind.kind),
        }
    }

    /// The names of the fields on the way.
    pub fn names(&self) -> Vec<&'static str> {
        self.fields.iter().map(|field| field.name).collect()
    }
}

/// Whether a field is the one at a path, one below it, or the one that it stands in. The empty path is the object.
fn lies_at(field: &str, path: &str) -> bool {
    let below = field.strip_prefix(path);
    below.is_some_and(|rest| rest.is_empty() || path.is_empty() || rest.starts_with('.'))
        || path.rsplit_once('.').is_some_and(|(parent, _)| parent == field)
}

/// `[]` for each list, `.*` for each map around what a type holds.
fn marks(ty: Ty) -> String {
    match ty.shape() {
        Shape::List(inner) => format!("[]{}", marks(inner)),
        Shape::Map(inner) => format!(".*{}", marks(inner)),
        _ => String::new(),
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
    if name.is_empty() {
        return Err("no kind is named; write it as for kubectl: `deploy`, `ingress.spec.rules`".into());
    }
    let kind = find_kind(name, api_version, kube)?;
    let mut found = Explained {
        kind,
        fields: Vec::new(),
        kube,
    };
    for step in steps {
        let step = without_index(step);
        if step.is_empty() {
            return Err("a field's name is empty: write `KIND.FIELD.FIELD`".into());
        }
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

/// A step as findings write it, `rules[0]`, or as this command does, `rules[]`, without its index.
fn without_index(step: &str) -> &str {
    match step.split_once('[') {
        Some((name, index)) if is_index(index) => name,
        _ => step,
    }
}

fn is_index(rest: &str) -> bool {
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    rest.strip_suffix(']')
        .is_some_and(|rest| rest.split("][").all(digits))
}

fn find_kind(name: &str, api_version: Option<&str>, kube: KubeVersion) -> Result<&'static KindInfo, String> {
    let served = || {
        kinds()
            .iter()
            .filter(|info| info.serves(kube))
            .filter(|info| api_version.is_none_or(|wanted| info.api_version() == wanted))
    };
    let named_before = |info: &&KindInfo| {
        [info.kind, info.plural]
            .iter()
            .chain(info.short_names)
            .any(|word| word.eq_ignore_ascii_case(name))
            || (info.plural.is_empty() && format!("{}s", info.kind).eq_ignore_ascii_case(name))
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
    // A kind that another version has is worth more than a near miss.
    let elsewhere = kinds()
        .iter()
        .filter(|info| api_version.is_none_or(|wanted| info.api_version() == wanted))
        .filter(named_before)
        .max_by_key(|info| (info.ty.is_some(), stability(info.version)));
    if let Some(info) = elsewhere {
        return Err(not_served(info, kube));
    }
    let other_version = kinds().iter().filter(|info| info.serves(kube)).filter(named);
    if let (Some(wanted), Some(info)) = (
        api_version,
        other_version.max_by_key(|info| stability(info.version)),
    ) {
        return Err(format!(
            "Kubernetes {kube} has no {} in {}; it is in `{}`",
            info.kind,
            quote(wanted),
            info.api_version()
        ));
    }
    let place = api_version.map_or_else(String::new, |wanted| format!(" in {}", quote(wanted)));
    let meant = nearest(name, served().map(|info| info.kind)).map(|near| format!("; did you mean `{near}`?"));
    Err(format!(
        "Kubernetes {kube} has no kind {}{place}{}",
        quote(name),
        meant.unwrap_or_default()
    ))
}

/// Why a kind that is known cannot be explained for a version.
fn not_served(info: &KindInfo, kube: KubeVersion) -> String {
    let name = format!("{} of `{}`", info.kind, info.api_version());
    if info.ty.is_some() {
        return format!(
            "Kubernetes {kube} does not serve {name}; choose a version that does with `--kube-version`: 1.{}{}",
            info.since,
            if info.until > info.since {
                format!(" to 1.{}", info.until)
            } else {
                String::new()
            }
        );
    }
    let gone = match info.removed {
        0 | 1 => "is gone since long ago".to_string(),
        removed => format!("was removed in Kubernetes 1.{removed}"),
    };
    let instead = match (info.use_api_version, info.note) {
        ("", "") => String::new(),
        ("", note) => format!("; {note}"),
        (version, _) => format!("; use {} of `{version}`", info.use_kind),
    };
    format!("{name} {gone}{instead}")
}
