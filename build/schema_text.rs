// The text format of `schemas/types/*.txt` (see `schemas/README.md`), read by the build script and read and
// written by the program `kubeproof-schemas`. Both are run by developers, so a fault ends in a panic that
// names the line.

use std::collections::BTreeMap;

/// The types of all API groups, by group.
pub type Groups = BTreeMap<String, BTreeMap<String, Type>>;

/// One type, `v1.Container`.
#[derive(Clone, Debug, Default)]
pub struct Type {
    /// Whether objects of their own have this type.
    pub kind: bool,
    /// First and last minor version that has it.
    pub since: u8,
    pub until: u8,
    /// By name; a field whose type changed has several rows.
    pub fields: BTreeMap<String, Vec<Field>>,
}

/// One field in a range of versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The type expression, `[]v1.EnvVar`.
    pub ty: String,
    pub required: bool,
    /// `set`, `atomic`, or the keys of a list that is a map: `containerPort,protocol`.
    pub list: Option<String>,
    pub since: u8,
    pub until: u8,
}

/// The first and last minor version in `schemas/versions.txt`.
pub fn versions(text: &str) -> (u8, u8) {
    let version = |word: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(word))
            .and_then(|rest| minor(rest.trim()))
            .unwrap_or_else(|| panic!("schemas/versions.txt: no line `{word} 1.NN`"))
    };
    (version("oldest "), version("newest "))
}

/// `1.36` → 36.
pub fn minor(text: &str) -> Option<u8> {
    text.strip_prefix("1.")?.parse().ok()
}

/// Reads one file of types.
pub fn read(shown: &str, text: &str, oldest: u8, newest: u8) -> BTreeMap<String, Type> {
    let mut types: BTreeMap<String, Type> = BTreeMap::new();
    let mut current: Option<String> = None;
    for (i, line) in text.lines().enumerate() {
        let fail = |why: &str| -> ! { panic!("{shown}:{}: {why}", i + 1) };
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(rest) = line.strip_prefix("type ") {
            let mut words = rest.split(' ');
            let name = words.next().unwrap_or_default().to_string();
            let mut ty = Type {
                since: oldest,
                until: newest,
                ..Type::default()
            };
            for word in words {
                match word.split_once('=') {
                    None if word == "kind" => ty.kind = true,
                    Some(("since", v)) => ty.since = minor(v).unwrap_or_else(|| fail("bad version")),
                    Some(("until", v)) => ty.until = minor(v).unwrap_or_else(|| fail("bad version")),
                    _ => fail("expected `kind`, `since=1.NN` or `until=1.NN`"),
                }
            }
            if types.insert(name.clone(), ty).is_some() {
                fail("the type stands twice");
            }
            current = Some(name);
            continue;
        }
        let Some(rest) = line.strip_prefix("  ") else {
            fail("expected `type NAME`, or a field indented by two spaces");
        };
        let Some(ty) = current.as_ref().and_then(|name| types.get_mut(name)) else {
            fail("a field before any type");
        };
        let mut words = rest.split(' ');
        let (Some(name), Some(expr)) = (words.next(), words.next()) else {
            fail("expected `NAME TYPE`");
        };
        let mut field = Field {
            ty: expr.to_string(),
            required: false,
            list: None,
            since: ty.since,
            until: ty.until,
        };
        for word in words {
            match word.split_once('=') {
                None if word == "required" => field.required = true,
                Some(("list", v)) => field.list = Some(v.to_string()),
                Some(("since", v)) => field.since = minor(v).unwrap_or_else(|| fail("bad version")),
                Some(("until", v)) => field.until = minor(v).unwrap_or_else(|| fail("bad version")),
                _ => fail("expected `required`, `list=…`, `since=1.NN` or `until=1.NN`"),
            }
        }
        ty.fields.entry(name.to_string()).or_default().push(field);
    }
    types
}
