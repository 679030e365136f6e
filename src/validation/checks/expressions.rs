//! Expressions in CEL: the server compiles them, and so does [`crate::cel`].

use crate::cel::{Compiled, Env, Simple, Type, compile};
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::manifest::mask::HIDDEN;
use crate::validation::constraints::{fault, is_set};

/// Longer expressions of audit annotations are refused for their length.
const AUDIT_LENGTH: usize = 5 * 1024;

/// What an expression gives, unless it has a fault, which is reported. Blank ones are another check's.
fn judge<'t>(field: &Field<'_, 't>, env: &mut Env<'t>, trim: bool, cx: &mut Cx<'t>) -> Option<Compiled> {
    let text = field.text()?;
    let code = if trim { text.trim() } else { &text };
    if code.trim().is_empty() || cx.is_unrendered(code) {
        return None;
    }
    match compile(code, env) {
        Ok(compiled) => compiled,
        Err(found) => {
            let before = code.get(..found.at as usize).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            // A Secret's value may stand here by an alias.
            let hidden = field.value().is_none_or(|value| &*cx.shown(value) == HIDDEN);
            let message = match (hidden, line) {
                (true, _) => "the expression does not compile".to_string(),
                (false, 1) => format!(
                    "the expression does not compile: {} (at character {column})",
                    found.message
                ),
                _ => format!(
                    "the expression does not compile: {} (in its line {line}, at character {column})",
                    found.message
                ),
            };
            let help = match found.meant.filter(|_| !hidden) {
                Some(name) => format!("did you mean `{name}`?"),
                None => "the server compiles expressions before it takes the object: mend it".into(),
            };
            fault(cx, field, ErrorType::Invalid, message).help(help);
            None
        }
    }
}

/// What a rule of a schema costs, where it compiles.
#[derive(Default)]
pub(super) struct Rule {
    pub compiles: bool,
    pub cost: u64,
    pub message_cost: u64,
}

/// Reports an expression that gives something else than `wanted`. The cost of one that does not.
fn gives<'t>(
    field: &Field<'_, 't>,
    env: &mut Env<'t>,
    trim: bool,
    wanted: &[Type],
    cx: &mut Cx<'t>,
) -> Option<u64> {
    let compiled = judge(field, env, trim, cx)?;
    if !wanted.contains(&compiled.kind) {
        wrong_type(field, &compiled.kind, wanted, cx);
        return None;
    }
    Some(compiled.cost)
}

fn wrong_type<'t>(field: &Field<'_, 't>, kind: &Type, wanted: &[Type], cx: &mut Cx<'t>) {
    let names: Vec<String> = wanted.iter().map(|kind| format!("`{kind}`")).collect();
    let names = names.join(" or ");
    let message = match kind.is_dyn() {
        true => format!(
            "the type of what the expression gives is not known before it runs, but {names} is needed"
        ),
        false => format!("the expression gives `{kind}` where {names} is needed"),
    };
    let help = match kind.is_dyn() {
        true => "compare what it gives, or convert it: `… == true`, `string(…)`".to_string(),
        false => format!("write an expression that gives {names}"),
    };
    fault(cx, field, ErrorType::Invalid, message).help(help);
}

fn match_conditions<'t>(list: &Field<'_, 't>, env: &mut Env<'t>, cx: &mut Cx<'t>) {
    for condition in list.items() {
        gives(&condition.child("expression"), env, true, &[Type::BOOL], cx);
    }
}

/// When a webhook is called.
pub fn webhook_conditions<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let minor = cx.kube().minor();
    match_conditions(field, &mut Env::admission(minor).with_authorizer(), cx);
}

/// The expressions of an admission policy.
pub fn policy<'t>(spec: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let params = is_set(&spec.child("paramKind"), true);
    let minor = cx.kube().minor();
    let env = || match params {
        true => Env::admission(minor).with_params(),
        false => Env::admission(minor),
    };
    let conditions = spec.child("matchConditions");
    if conditions.is_filled() {
        match_conditions(&conditions, &mut env().with_authorizer(), cx);
    }
    let mut variables: Vec<(String, Type)> = Vec::new();
    let composed = spec.child("variables").is_filled();
    for variable in spec.child("variables").items() {
        let mut env = env().with_authorizer().with_variables(variables.clone());
        let compiled = judge(&variable.child("expression"), &mut env, false, cx);
        let kind = compiled.map_or(Type::DYN, |compiled| plain(compiled.kind));
        let name = variable.child("name").text().unwrap_or_default();
        // The server stores no variable without an expression.
        if variable
            .child("expression")
            .text()
            .is_none_or(|text| !text.trim().is_empty())
        {
            variables.push((name.into_owned(), kind));
        }
    }
    let composed_env = |env: Env<'t>| match composed {
        true => env.with_variables(variables.clone()),
        false => env,
    };
    let validations = spec.child("validations");
    if validations.is_filled() {
        let mut for_test = composed_env(env().with_authorizer());
        let mut for_message = composed_env(env());
        for validation in validations.items() {
            gives(
                &validation.child("expression"),
                &mut for_test,
                false,
                &[Type::BOOL],
                cx,
            );
            let message = validation.child("messageExpression");
            gives(&message, &mut for_message, false, &[Type::STRING], cx);
        }
    }
    let annotations = spec.child("auditAnnotations");
    if annotations.is_filled() {
        let mut env = composed_env(env().with_authorizer());
        for annotation in annotations.items() {
            let expression = annotation.child("valueExpression");
            if expression
                .text()
                .is_none_or(|text| text.trim().len() <= AUDIT_LENGTH)
            {
                let wanted = [Type::STRING, Type::Is(Simple::Null)];
                gives(&expression, &mut env, true, &wanted, cx);
            }
        }
    }
    let mutations = spec.child("mutations");
    if mutations.is_filled() {
        let mut env = composed_env(env().with_authorizer()).with_patches();
        for mutation in mutations.items() {
            let (field, wanted) = match mutation.child("patchType").text().as_deref() {
                Some("ApplyConfiguration") => ("applyConfiguration", Type::Patch("Object".into())),
                Some("JSONPatch") => ("jsonPatch", Type::Patch("JSONPatch".into()).list()),
                _ => continue,
            };
            gives(
                &mutation.child(field).child("expression"),
                &mut env,
                true,
                &[wanted],
                cx,
            );
        }
    }
}

/// What a variable's type is to other expressions: lists, maps and what has no parts are known.
fn plain(kind: Type) -> Type {
    match kind {
        Type::List(of) => plain(Type::clone(&of)).list(),
        Type::Map(key, value) => {
            Type::Map(plain(Type::clone(&key)).into(), plain(Type::clone(&value)).into())
        }
        Type::Is(Simple::Opaque(_) | Simple::Type) => Type::DYN,
        Type::Is(_) => kind,
        _ => Type::DYN,
    }
}

/// Which devices.
pub(super) fn device_selector<'t>(field: &Field<'_, 't>, cx: &mut Cx<'t>) {
    if field.text().is_some_and(|text| text.trim().is_empty()) {
        fault(
            cx,
            field,
            ErrorType::Invalid,
            "the expression is empty, so it selects nothing",
        )
        .help("write one, such as `device.driver == 'gpu.example.com'`");
        return;
    }
    let mut env = Env::device(cx.kube().minor());
    gives(field, &mut env, false, &[Type::BOOL, Type::Is(Simple::Any)], cx);
}

/// A rule of a CustomResourceDefinition's schema, and the expression of its message. `old`: whether what was there
/// before can be told.
pub(super) fn schema_rule<'t>(
    rule: &Field<'_, 't>,
    kind: &Type,
    env: &mut Env<'t>,
    old: bool,
    cx: &mut Cx<'t>,
) -> Rule {
    let before = rule.child("optionalOldSelf");
    let old_kind = match before.bool() {
        Some(true) => kind.clone().optional(),
        _ => kind.clone(),
    };
    env.forget();
    env.declare("self", kind.clone());
    env.declare("oldSelf", old_kind);
    let expression = rule.child("rule");
    let count = cx.count();
    let compiled = judge(&expression, env, false, cx);
    if let Some(compiled) = &compiled
        && compiled.kind != Type::BOOL
    {
        wrong_type(&expression, &compiled.kind, &[Type::BOOL], cx);
    }
    let compiles = cx.count() == count;
    let uses_old = match &compiled {
        Some(compiled) => compiled.old && compiles,
        // Nothing is known of it.
        None if compiles => {
            return Rule {
                compiles,
                ..Rule::default()
            };
        }
        None => false,
    };
    let mut costs = (
        compiled.filter(|_| compiles).map_or(0, |compiled| compiled.cost),
        0,
    );
    if compiles {
        let message = rule.child("messageExpression");
        costs.1 = gives(&message, env, false, &[Type::STRING], cx).unwrap_or(0);
    }
    if uses_old && !old {
        let message = "`oldSelf` cannot be used here: within a list that is no map, or an atomic map, the server cannot tell what was there before";
        fault(cx, &expression, ErrorType::Invalid, message)
            .help("move the rule up to the list or map, or set `x-kubernetes-list-type: map` with its keys");
    } else if !uses_old && before.is_set() {
        let message = "`optionalOldSelf` says how the rule gets `oldSelf`, but the rule does not use it";
        fault(cx, &before, ErrorType::Invalid, message).help("remove it");
    }
    Rule {
        compiles,
        cost: costs.0,
        message_cost: costs.1,
    }
}
