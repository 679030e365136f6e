//! The bodies of Cloud Secret Management Service's batch deletion, checked against its documentation.

use std::borrow::Cow;

use crate::source::{LineIndex, Span};
use crate::yaml::{self, Kind, Node, Scalar, Tree};

/// The service types that the request may name.
const INSTANCE_TYPES: [&str; 4] = ["RDS", "TaurusDB", "GaussDB", "APIG"];

/// What is wrong in a body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
    /// What is wrong and what to do.
    pub what: String,
}

/// A request to delete the secrets of an instance.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Request {
    /// `instance_id`
    pub instance_id: Option<String>,
    /// `instance_type`
    pub instance_type: Option<String>,
}

/// What the service answered.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Response {
    /// The secrets that are deleted.
    pub deleted: Vec<String>,
    /// Those that are about to be: they failed because they are pending deletion already.
    pub pending: Vec<String>,
    /// Those that stay, and why.
    pub kept: Vec<(String, String)>,
}

impl Response {
    /// The names of what is deleted or about to be.
    pub fn at_risk(&self) -> Vec<String> {
        self.deleted.iter().chain(&self.pending).cloned().collect()
    }
}

/// Reads a request.
///
/// # Errors
/// Names everything in it that the service does not document.
pub fn request(text: &str) -> Result<Request, Vec<Fault>> {
    let mut request = Request::default();
    body(text, |body, root| {
        body.fields(root, "the request", &["instance_id", "instance_type"]);
        request.instance_id = body.text(root, "instance_id", false).map(|(text, _)| text);
        if let Some((kind, node)) = body.text(root, "instance_type", false) {
            if !INSTANCE_TYPES.contains(&&*kind) {
                let near = nearest(&kind, &INSTANCE_TYPES);
                body.fault(
                    node.span(),
                    format!(
                        "`instance_type` is RDS, TaurusDB, GaussDB or APIG, not `{}`{near}",
                        kind.escape_debug()
                    ),
                );
            }
            request.instance_type = Some(kind);
        }
    })
    .map(|()| request)
}

/// Reads a response.
///
/// # Errors
/// Names everything in it that the service does not document, and numbers that do not add up.
pub fn response(text: &str) -> Result<Response, Vec<Fault>> {
    let mut response = Response::default();
    body(text, |body, root| {
        if root.get("error_code").is_some() {
            body.fault(
                root.entry("error_code")
                    .map_or(root.span(), |entry| entry.key.span()),
                "this is the answer to a request that failed, which deleted nothing; \
                 give the body of the answer with status 200",
            );
            return;
        }
        body.fields(
            root,
            "the response",
            &["total", "success_secrets", "failed_secrets"],
        );
        let total = body.total(root);
        let mut named = Vec::new();
        for item in body.list(root, "success_secrets") {
            if let Some(name) = body.name(item, item.str(), "`success_secrets` has names") {
                named.push((name.clone(), item.span()));
                response.deleted.push(name);
            }
        }
        for item in body.list(root, "failed_secrets") {
            if !item.is_map() {
                body.fault(
                    item.span(),
                    "`failed_secrets` has objects with `secret_name` and `error_msg`",
                );
                continue;
            }
            body.fields(item, "a failed secret", &["secret_name", "error_msg"]);
            let why = body
                .text(item, "error_msg", true)
                .map(|(text, _)| text)
                .unwrap_or_default();
            let Some((name, node)) = body.text(item, "secret_name", true) else {
                continue;
            };
            let Some(name) = body.name(node, Some(Cow::Owned(name)), "`secret_name` is a name") else {
                continue;
            };
            named.push((name.clone(), node.span()));
            let lower = why.to_lowercase();
            if lower.contains("csms.0107") || lower.contains("pending deletion") {
                response.pending.push(name);
            } else {
                response.kept.push((name, why));
            }
        }
        let count = body.items(root, "success_secrets") + body.items(root, "failed_secrets");
        if let Some((total, node)) = total
            && total != count as i64
        {
            body.fault(
                node.span(),
                format!(
                    "`total` is {total}, but `success_secrets` and `failed_secrets` together have {count}; \
                     the body is not whole, or was changed: save the service's answer again"
                ),
            );
        }
        let mut seen = std::collections::HashSet::new();
        for (name, span) in &named {
            if !seen.insert(name) {
                body.fault(*span, format!("`{}` is named twice", name.escape_debug()));
            }
        }
    })
    .map(|()| response)
}

/// A body while it is read.
struct Body<'t> {
    text: &'t str,
    lines: LineIndex,
    faults: Vec<Fault>,
}

fn body<'a>(text: &'a str, read: impl FnOnce(&mut Body<'a>, Node<'_>)) -> Result<(), Vec<Fault>> {
    let mut body = Body {
        text,
        lines: LineIndex::new(text),
        faults: Vec::new(),
    };
    // YAML's reader takes more than JSON; what the service sends and takes is JSON.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text.trim_start_matches('\u{feff}')) {
        let what = if error.is_eof() {
            "the body ends here, before its JSON does; save it whole"
        } else {
            "this is no JSON; give the body as it is sent or received, without headers"
        };
        return Err(vec![Fault {
            line: (error.line() as u32).max(1),
            column: (error.column() as u32).max(1),
            what: what.to_string(),
        }]);
    }
    let mut tree = Tree::default();
    yaml::parse(text, &[], &mut tree);
    let root = tree
        .chunks
        .first()
        .and_then(|chunk| Node::root(text, &tree, chunk));
    match root {
        Some(root) if root.is_map() => read(&mut body, root),
        _ => body.fault(Span::default(), "the body is no JSON object"),
    }
    if body.faults.is_empty() {
        return Ok(());
    }
    body.faults.sort_by_key(|fault| (fault.line, fault.column));
    Err(body.faults)
}

impl Body<'_> {
    fn fault(&mut self, span: Span, what: impl Into<String>) {
        let at = self.lines.position(self.text, span.start);
        self.faults.push(Fault {
            line: at.line,
            column: at.column,
            what: what.into(),
        });
    }

    /// Refuses fields that are not known, or there twice.
    fn fields(&mut self, map: Node<'_>, of: &str, known: &[&str]) {
        let mut seen = Vec::new();
        for entry in map.entries() {
            let key = entry.key.key_text().unwrap_or_default();
            if !known.contains(&&*key) {
                let near = nearest(&key, known);
                self.fault(
                    entry.key.span(),
                    format!("{of} has no field `{}`{near}", key.escape_debug()),
                );
            } else if seen.contains(&key) {
                self.fault(entry.key.span(), format!("`{key}` is there twice; keep one"));
            }
            seen.push(key);
        }
    }

    /// The field's text, when it is one.
    fn text<'t>(&mut self, map: Node<'t>, key: &str, required: bool) -> Option<(String, Node<'t>)> {
        let value = self.get(map, key, required)?;
        match value.str() {
            Some(text) => Some((text.into_owned(), value)),
            None => {
                self.fault(value.span(), format!("`{key}` is a string"));
                None
            }
        }
    }

    fn get<'t>(&mut self, map: Node<'t>, key: &str, required: bool) -> Option<Node<'t>> {
        let value = map.get(key);
        if value.is_none() && required {
            self.fault(map.span(), format!("`{key}` is missing here"));
        }
        value
    }

    fn total<'t>(&mut self, root: Node<'t>) -> Option<(i64, Node<'t>)> {
        let value = self.get(root, "total", true)?;
        match value.scalar() {
            Some(Scalar::Int(total)) if total >= 0 => Some((total, value)),
            _ => {
                self.fault(value.span(), "`total` is a whole number, 0 or more");
                None
            }
        }
    }

    /// The field's items; a list that is null or missing has none.
    fn list<'t>(&mut self, root: Node<'t>, key: &str) -> Vec<Node<'t>> {
        match root.get(key) {
            Some(value) if value.kind() == Kind::Seq => value.items().collect(),
            Some(value) if !value.is_null() => {
                self.fault(value.span(), format!("`{key}` is a list"));
                Vec::new()
            }
            _ => Vec::new(),
        }
    }

    fn items(&self, root: Node<'_>, key: &str) -> usize {
        root.get(key).map_or(0, |list| list.items().count())
    }

    fn name(&mut self, node: Node<'_>, name: Option<Cow<'_, str>>, wanted: &str) -> Option<String> {
        match name {
            Some(name) if !name.trim().is_empty() => Some(name.into_owned()),
            _ => {
                self.fault(node.span(), format!("{wanted}: strings that are not empty"));
                None
            }
        }
    }
}

fn nearest(word: &str, known: &[&str]) -> String {
    // No field is nearly as long; the bound keeps the distances cheap whatever is passed.
    let short: String = word.chars().take(40).flat_map(char::to_lowercase).collect();
    known
        .iter()
        .map(|one| (strsim::osa_distance(&short, &one.to_lowercase()), one))
        .filter(|(far, one)| *far <= one.len() / 3)
        .min()
        .map_or(String::new(), |(_, one)| format!("; did you mean `{one}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults<T>(read: Result<T, Vec<Fault>>) -> Vec<String> {
        let faults = read.err().unwrap_or_default();
        let line = |fault: &Fault| format!("{}:{}: {}", fault.line, fault.column, fault.what);
        faults.iter().map(line).collect()
    }

    #[test]
    fn the_documented_response_is_read() {
        let text = "{\n \"total\" : 3,\n \"success_secrets\" : [ \"secretName1\", \"secretName2\" ],\n \
                    \"failed_secrets\" : [ {\n \"secret_name\" : \"secretName3\",\n \"error_msg\" : \"CSMS.0107: \
                    Secret is already in the **Pending deletion** state.\"\n } ]\n}";
        let read = response(text).expect("it is in order");
        assert_eq!(read.at_risk(), ["secretName1", "secretName2", "secretName3"]);
        assert!(read.kept.is_empty());
        let kept = text.replace(
            "CSMS.0107: Secret is already in the **Pending deletion** state.",
            "no",
        );
        let read = response(&kept).expect("it is in order");
        assert_eq!(read.at_risk(), ["secretName1", "secretName2"]);
        assert_eq!(read.kept, [("secretName3".to_string(), "no".to_string())]);
        assert_eq!(
            faults(response(&text.replace("3,", "4,"))),
            [
                "2:12: `total` is 4, but `success_secrets` and `failed_secrets` together have 3; the body is not \
              whole, or was changed: save the service's answer again"
            ]
        );
    }

    #[test]
    fn responses_are_checked() {
        let all: Vec<String> = [
            "",
            "{",
            "[]",
            "total: 0",
            "{\"total\": 0}x",
            "{}",
            "{\"total\": \"0\"}",
            "{\"total\": -1}",
            "{\"total\": 0, \"sucess_secrets\": []}",
            "{\"total\": 1, \"success_secrets\": [1]}",
            "{\"total\": 1, \"success_secrets\": [\"\"]}",
            "{\"total\": 0, \"success_secrets\": {}}",
            "{\"total\": 2, \"success_secrets\": [\"a\", \"a\"]}",
            "{\"total\": 1, \"failed_secrets\": [\"a\"]}",
            "{\"total\": 1, \"failed_secrets\": [{\"error_msg\": \"x\"}]}",
            "{\"total\": 1, \"failed_secrets\": [{\"secret_name\": \"a\", \"reason\": \"x\"}]}",
            "{\"error_code\": \"CSMS.0001\", \"error_msg\": \"no\"}",
        ]
        .into_iter()
        .map(|text| format!("{text}\n    {}", faults(response(text)).join("\n    ")))
        .collect();
        insta::assert_snapshot!(all.join("\n"));
    }

    #[test]
    fn requests_are_checked() {
        assert_eq!(request("{}"), Ok(Request::default()));
        for kind in INSTANCE_TYPES {
            let text = format!("{{\"instance_id\": \"a\", \"instance_type\": \"{kind}\"}}");
            assert_eq!(
                request(&text).map(|read| read.instance_type),
                Ok(Some(kind.to_string()))
            );
        }
        assert_eq!(
            faults(request(
                "{\"instance_type\": \"rds\",\n \"instanceid\": \"a\", \"instance_id\": 1}"
            )),
            [
                "1:19: `instance_type` is RDS, TaurusDB, GaussDB or APIG, not `rds`; did you mean `RDS`?",
                "2:2: the request has no field `instanceid`; did you mean `instance_id`?",
                "2:36: `instance_id` is a string",
            ]
        );
    }
}
