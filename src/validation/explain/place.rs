//! Where a struct stands in an object: what is above it decides which conditions can hold there, and how they read.

use super::words;
use crate::schema::{FieldInfo, KindInfo, Shape, TypeId};
use crate::validation::constraints::{Cond, Is, Step};
use crate::version::KubeVersion;

/// One struct, list or map on the way from the object to a field.
struct Level {
    /// The type, if it is a struct.
    ty: Option<TypeId>,
    /// The path from the object.
    path: String,
}

/// The way from an object down to a field.
pub(super) struct Place {
    kind: &'static KindInfo,
    kube: KubeVersion,
    levels: Vec<Level>,
}

/// Whether a condition can hold at a place.
pub(super) enum Truth {
    /// It does whatever the object holds.
    Always,
    /// It cannot.
    Never,
    /// It depends, in words.
    When(String),
}

impl Place {
    /// The way along these fields.
    pub(super) fn new(kind: &'static KindInfo, fields: &[FieldInfo], kube: KubeVersion) -> Place {
        let mut levels = vec![Level {
            ty: kind.ty,
            path: String::new(),
        }];
        let mut path = String::new();
        for field in fields {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(field.name);
            let mut ty = field.ty;
            loop {
                let (inner, suffix) = match ty.shape() {
                    Shape::List(inner) => (Some(inner), "[]"),
                    Shape::Map(inner) => (Some(inner), ".*"),
                    _ => (None, ""),
                };
                levels.push(Level {
                    ty: match ty.shape() {
                        Shape::Struct(id) => Some(id),
                        _ => None,
                    },
                    path: path.clone(),
                });
                let Some(inner) = inner else { break };
                path.push_str(suffix);
                ty = inner;
            }
        }
        Place { kind, kube, levels }
    }

    /// The structs on the way, outermost first: their level and type.
    pub(super) fn structs(&self) -> impl Iterator<Item = (usize, TypeId)> {
        self.levels
            .iter()
            .enumerate()
            .filter_map(|(at, level)| Some((at, level.ty?)))
    }

    /// Whether a path from a struct leads to a number.
    pub(super) fn is_number(&self, base: usize, path: &[Step]) -> bool {
        let mut ty = self.levels.get(base).and_then(|level| level.ty);
        let mut shape = None;
        for name in words::names(path) {
            let Some(field) = ty.and_then(|ty| ty.field(name, self.kube)) else {
                return false;
            };
            ty = field.ty.innermost();
            shape = Some(field.ty.shape());
        }
        matches!(shape, Some(Shape::Int32 | Shape::Int64 | Shape::Float))
    }

    /// A condition of a row that stands at a level.
    pub(super) fn cond(&self, cond: &Cond, base: usize) -> Truth {
        let level = base
            .checked_sub(cond.up as usize)
            .and_then(|at| Some((at, self.levels.get(at)?)));
        let Some((at, level)) = level else {
            return of_text("", &cond.is);
        };
        let names = words::names(cond.path);
        let Some(root) = level.ty else {
            return self.phrase(cond, at, base, false);
        };
        if at == 0 && names == ["kind"] {
            return of_text(self.kind.kind, &cond.is);
        }
        if at == 0 && names == ["apiVersion"] {
            return of_text(&self.kind.api_version(), &cond.is);
        }
        let mut ty = Some(root);
        let mut boolean = false;
        for name in &names {
            // What stands in a list or map of unknown things is not followed.
            let Some(holder) = ty else { break };
            let Some(field) = holder.field(name, self.kube) else {
                return of_text("", &cond.is);
            };
            boolean = field.ty.shape() == Shape::Bool;
            ty = field.ty.innermost();
        }
        self.phrase(cond, at, base, boolean)
    }

    fn phrase(&self, cond: &Cond, at: usize, base: usize, boolean: bool) -> Truth {
        let own = words::path(cond.path);
        let above = self.levels.get(at).map_or("", |level| &level.path);
        let name = match (at == base, above.is_empty() || own.is_empty()) {
            (true, _) => own,
            (false, true) => format!("{above}{own}"),
            (false, false) => format!("{above}.{own}"),
        };
        Truth::When(match &cond.is {
            Is::Set if boolean && !cond.pointer => format!("`{name}` is true"),
            Is::Unset if boolean && !cond.pointer => format!("`{name}` is not true"),
            Is::Set => format!("`{name}` is set"),
            Is::Unset => format!("`{name}` is not set"),
            Is::Equal(texts) => format!("`{name}` is {}", words::values(texts)),
            Is::Not([""]) => format!("`{name}` is set"),
            Is::Not(texts) if texts.contains(&"") => {
                let others: Vec<&str> = texts.iter().copied().filter(|text| !text.is_empty()).collect();
                format!("`{name}` is set, but not {}", words::values(&others))
            }
            Is::Not(texts) => format!("`{name}` is not {}", words::values(texts)),
        })
    }
}

/// A condition on a text that is known.
fn of_text(text: &str, is: &Is) -> Truth {
    let holds = match is {
        Is::Set => !text.is_empty(),
        Is::Unset => text.is_empty(),
        Is::Equal(texts) => texts.contains(&text),
        Is::Not(texts) => !texts.contains(&text),
    };
    if holds { Truth::Always } else { Truth::Never }
}
