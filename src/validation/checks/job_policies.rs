//! When a job counts as done before all its pods have succeeded, and what failed pods mean to it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::jobs::is_job;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;
use crate::quote::quote;
use crate::source::Span;
use crate::validation::constraints::fault;

/// When an indexed job counts as successful early.
pub fn success_policy<'t>(policy: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = policy.parent().filter(|_| policy.is_set()) else {
        return;
    };
    let rules = policy.child("rules");
    if !rules.is_filled() {
        let message = "a success policy without a rule says nothing";
        fault(cx, &rules, ErrorType::Required, message).help("add a rule, or remove `successPolicy`");
    }
    let count = rules.items().count();
    if count > 20 {
        let message = format!("`rules` has {count} items, more than 20");
        fault(cx, &rules, ErrorType::TooMany, message).help("keep 20 of them at the most");
    }
    let completions = spec.child("completions");
    let total = match completions.int() {
        Some(total) if completions.is_set() => total,
        _ if is_job(spec) && !spec.child("parallelism").is_set() => 1,
        _ => return,
    };
    for rule in rules.items() {
        success_rule(&rule, total, cx);
    }
}

fn success_rule<'t>(rule: &Field<'_, 't>, completions: i64, cx: &mut Cx<'t>) {
    let (count, indexes) = (rule.child("succeededCount"), rule.child("succeededIndexes"));
    if !count.is_set() && !indexes.is_set() {
        let message = "the rule names neither a number of indexes nor which ones";
        fault(cx, rule, ErrorType::Required, message).help("add `succeededCount` or `succeededIndexes`");
    }
    let text = indexes.text().filter(|_| indexes.is_set());
    let is_known = text.as_ref().is_none_or(|text| !cx.is_unrendered(text));
    let (mut listed, mut is_right) = (0, text.is_some());
    if let Some(text) = text.filter(|_| is_known) {
        if text.len() > 64 * 1024 {
            let message = "`succeededIndexes` has more than 65536 bytes";
            fault(cx, &indexes, ErrorType::TooLong, message).help("write runs of indexes as ranges: `0-99`");
        }
        match count_indexes(&text, completions) {
            Ok(total) => listed = total,
            Err(reason) => {
                is_right = false;
                let message = format!("{} is no list of indexes: {reason}", quote(&text));
                fault(cx, &indexes, ErrorType::Invalid, message)
                    .help("write rising indexes and ranges, such as `0,2-4,7`");
            }
        }
    }
    let Some(number) = count.int().filter(|_| count.is_set()) else {
        return;
    };
    let mut over = |bad: bool, message: String, cause: Option<Span>| {
        if bad {
            let report = fault(cx, &count, ErrorType::Invalid, message);
            report.help("use a smaller number, 0 or more").follows(cause);
        }
    };
    over(
        number < 0,
        format!("`succeededCount` is {number}, but it cannot be negative"),
        None,
    );
    over(
        number > completions,
        format!("`succeededCount` is {number}, more than the {completions} completions"),
        None,
    );
    let message = format!("`succeededCount` is {number}, more than the {listed} indexes listed");
    let too_many = indexes.is_set() && is_known && number > listed;
    over(too_many, message, (!is_right).then(|| indexes.place()));
}

/// How many indexes `1,3-5` names.
fn count_indexes(text: &str, completions: i64) -> Result<i64, String> {
    if text.is_empty() {
        return Ok(0);
    }
    let mut last = None;
    let mut total = 0;
    for interval in text.split(',') {
        let mut limits = interval.split('-');
        let (first, second) = (limits.next().unwrap_or_default(), limits.next());
        if limits.next().is_some() {
            return Err("a range has more than one `-`".to_string());
        }
        let mut read = |limit: &str| {
            let index = limit
                .parse::<i64>()
                .map_err(|_| "a part of it is no number".to_string())?;
            if index >= completions {
                return Err(format!("{index} is not below the {completions} completions"));
            }
            if last.is_some_and(|last| last >= index) {
                return Err(format!("{index} does not come after the index before it"));
            }
            last = Some(index);
            Ok(index)
        };
        let start = read(first)?;
        let end = second.map_or(Ok(start), read)?;
        total += 1 + end - start;
    }
    Ok(total)
}

/// The rules of a pod failure policy.
pub fn failure_rules<'t>(rules: &Field<'_, 't>, cx: &mut Cx<'t>) {
    let Some(spec) = rules.parent().and_then(Field::parent) else {
        return;
    };
    let template = spec.child("template");
    let pod = template.child("spec");
    let names = ["initContainers", "containers"].map(|list| {
        let list = pod.child(list);
        let names: Vec<_> = list
            .items()
            .filter_map(|container| container.child("name").text())
            .collect();
        names
    });
    let names: HashSet<Cow<'_, str>> = names.into_iter().flatten().collect();
    for rule in rules.items() {
        failure_rule(&rule, spec, &names, cx);
    }
}

fn failure_rule<'t>(
    rule: &Field<'_, 't>,
    spec: &Field<'_, 't>,
    names: &HashSet<Cow<'t, str>>,
    cx: &mut Cx<'t>,
) {
    let (codes, conditions) = (rule.child("onExitCodes"), rule.child("onPodConditions"));
    let action = rule.child("action");
    if action.text().as_deref() == Some("FailIndex") && !spec.child("backoffLimitPerIndex").is_set() {
        let message = "`FailIndex` needs a backoff limit per index";
        fault(cx, &action, ErrorType::Invalid, message).help("add `backoffLimitPerIndex`");
    }
    if codes.is_set() {
        exit_codes(&codes, names, cx);
    }
    let message = match (codes.is_set(), conditions.is_filled()) {
        (true, true) => "a rule looks at exit codes or at pod conditions, not at both",
        (false, false) => "a rule must look at exit codes or at pod conditions",
        _ => return,
    };
    fault(cx, rule, ErrorType::Invalid, message)
        .help("give the rule one of `onExitCodes` and `onPodConditions`");
}

fn exit_codes<'t>(codes: &Field<'_, 't>, names: &HashSet<Cow<'t, str>>, cx: &mut Cx<'t>) {
    let operator = codes.child("operator");
    match operator.text().as_deref() {
        Some("") => {
            let message = "`operator` is required";
            fault(cx, &operator, ErrorType::Required, message)
                .help("add `operator: In` or `operator: NotIn`");
        }
        Some("In" | "NotIn") | None => {}
        Some(other) => {
            let message = format!("`operator` does not know {}", quote(other));
            fault(cx, &operator, ErrorType::NotSupported, message).help("use `In` or `NotIn`");
        }
    }
    let container = codes.child("containerName");
    if container.is_set()
        && let Some(name) = container.text().filter(|name| !cx.is_unrendered(name))
        && !names.contains(&name)
    {
        let message = format!("no container of the template is called {}", quote(&name));
        fault(cx, &container, ErrorType::Invalid, message).help("name a container or an init container");
    }
    let values = codes.child("values");
    let count = values.items().count();
    if count == 0 {
        let message = "`values` must name at least one exit code";
        fault(cx, &values, ErrorType::Invalid, message).help("add the exit codes");
    } else if count > 255 {
        let message = format!("`values` has {count} items, more than 255");
        fault(cx, &values, ErrorType::TooMany, message).help("keep 255 of them at the most");
    }
    let mut seen = HashSet::new();
    let (mut last, mut ordered) = (None, true);
    for value in values.items() {
        let Some(code) = value.int() else { continue };
        if code == 0 && operator.text().as_deref() == Some("In") {
            let message = "0 is success, so it is no failure to list";
            fault(cx, &value, ErrorType::Invalid, message).help("remove it");
        }
        if !seen.insert(code) {
            let message = format!("{code} stands in the list already");
            fault(cx, &value, ErrorType::Duplicate, message).help("remove one of them");
        }
        ordered &= last.is_none_or(|last| last <= code);
        last = Some(code);
    }
    if !ordered {
        let message = "the exit codes must rise";
        fault(cx, &values, ErrorType::Invalid, message).help("sort them");
    }
}

#[cfg(test)]
mod tests {
    use super::count_indexes;

    #[test]
    fn counts_indexes() {
        assert_eq!(count_indexes("", 3), Ok(0));
        assert_eq!(count_indexes("0,2-4,7", 8), Ok(5));
        for no in ["8", "0,0", "2,1", "1-1", "3-2", "1-2-3", "a", "1,", "-1", "0-8"] {
            assert!(count_indexes(no, 8).is_err(), "{no}");
        }
    }
}
