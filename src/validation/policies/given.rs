//! What expressions are given besides the object.

use std::borrow::Cow;
use std::rc::Rc;

use super::Policies;
use super::ask::{Case, Given};
use super::value::{Around, Namespace, Value};
use crate::cel::Val;
use crate::graph::Policing;
use crate::schema;

impl<'v> Case<'v> {
    /// What is known of the request.
    pub(super) fn request<'a>(&'a self) -> Given<'a> {
        let text = |text: &'a str| Val::Str(Cow::Borrowed(text));
        let map = |entries: Vec<(&'static str, Given<'a>)>| {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (Val::Str(Cow::Borrowed(key)), value));
            Val::Map(Rc::new(entries.collect()))
        };
        let kind = || {
            map(vec![
                ("group", text(&self.group)),
                ("version", text(&self.version)),
                ("kind", text(&self.kind)),
            ])
        };
        let resource = || {
            map(vec![
                ("group", text(&self.group)),
                ("version", text(&self.version)),
                // That of a custom resource that nothing defines is a guess.
                (
                    "resource",
                    self.is_namespaced.map_or(Val::Open, |_| text(&self.resource)),
                ),
            ])
        };
        let is_namespace = (&*self.group, &*self.kind) == ("", "Namespace");
        let namespace = match (self.around.namespace, &self.name) {
            (Namespace::Named(name), _) => text(name),
            (_, Some(name)) if is_namespace => text(name),
            _ => Val::Open,
        };
        let mut known = vec![
            ("operation", text("CREATE")),
            ("kind", kind()),
            ("requestKind", kind()),
            ("resource", resource()),
            ("requestResource", resource()),
            ("name", self.name.as_deref().map_or(Val::Open, text)),
            ("userInfo", Val::Open),
            ("dryRun", Val::Open),
            ("options", Val::Open),
            ("uid", Val::Open),
        ];
        // Left out where it is empty.
        if is_namespace || self.around.namespace != Namespace::None {
            known.push(("namespace", namespace));
        }
        map(known)
    }

    pub(super) fn namespace_object<'a>(
        &'a self,
        policies: &'a Policies<'_>,
        policing: &'a Policing<'_>,
        around: &'a Around<'v>,
    ) -> Given<'a> {
        let name = match self.around.namespace {
            Namespace::None => return Val::Null,
            Namespace::Named(name) => name,
            Namespace::Open => return Val::Open,
        };
        let mut spaces = policies.spaces(name, self.subject.file, policing);
        match (spaces.next(), spaces.next()) {
            (Some(space), None) if space.is_sure => {
                let ty = schema::kind("", "v1", "Namespace").and_then(|info| info.ty);
                Val::Tree(Value::object(space.root, ty, around))
            }
            _ => Val::Open,
        }
    }
}
