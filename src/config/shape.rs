//! What `kubeproof.yaml` may hold: the one table that the reader, the JSON Schema, `kubeproof config` and the
//! documentation are made from.

/// A key of a mapping.
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether it must be there.
    pub required: bool,
    /// What it says, in one or two sentences.
    pub about: &'static str,
}

/// What a value may be.
#[derive(Clone, Copy)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A version of Kubernetes that is known.
    KubeVersion,
    /// The id of a rule, or a category.
    Rule,
    /// A path of a file or folder.
    Path,
    /// A pattern as in gitignore.
    Glob,
    /// A name in which `*` stands for any text.
    Name,
    /// `Kind` of the core group, or `group/Kind`.
    Kind,
    /// What other objects name: `Secret`, `ConfigMap` …
    Target,
    /// A path of fields.
    Field,
    /// A list; of words and names a single one may stand for a list of it.
    List(&'static Shape),
    /// A mapping with these keys.
    Map(&'static [Key]),
    /// A mapping from rules and categories to severities.
    Severities,
    /// A mapping from rules to mappings of their options.
    Options,
}

/// What `severity` gives to a rule.
pub const SEVERITIES: &[&str] = &["error", "warning", "info", "off"];

const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        name,
        shape,
        required: false,
        about,
    }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key {
        required: true,
        ..key(name, shape, about)
    }
}

/// The keys of the file.
pub const KEYS: &[Key] = &[
    key(
        "kube-version",
        Shape::KubeVersion,
        "The version of Kubernetes to judge by.",
    ),
    key(
        "select",
        Shape::List(&Shape::Rule),
        "Run only these rules or categories.",
    ),
    key(
        "ignore",
        Shape::List(&Shape::Rule),
        "Leave out these rules or categories; a rule's own name outweighs its category's.",
    ),
    key(
        "severity",
        Shape::Severities,
        "The severity of rules or categories, whatever their pages say; `off` leaves them out.",
    ),
    key("rules", Shape::Options, "Options of single rules, by id."),
    key(
        "exclude",
        Shape::List(&Shape::Glob),
        "Files and folders to leave out, in the language of gitignore, seen from the folder of this file. They are \
         left out even where the command line names them.",
    ),
    key(
        "per-path",
        Shape::List(&Shape::Map(PER_PATH)),
        "What holds for some files only; of several entries that fit, the later one outweighs.",
    ),
    key(
        "inventory",
        Shape::List(&Shape::Path),
        "Files with what a cluster has, as `kubectl get secrets,configmaps -A -o json` prints it: what stands in \
         them exists. Paths start at the folder of this file.",
    ),
    key(
        "index",
        Shape::List(&Shape::Path),
        "Files and folders to read for what they define only: nothing in them is reported.",
    ),
    key(
        "crds",
        Shape::List(&Shape::Path),
        "Files and folders to take CustomResourceDefinitions from besides: nothing in them is reported.",
    ),
    key(
        "complete",
        Shape::Bool,
        "The files are all there is: a name that nothing defines is an error.",
    ),
    key(
        "references",
        Shape::List(&Shape::Map(REFERENCES)),
        "Fields of your own kinds that name other objects, or make them.",
    ),
    key(
        "exists",
        Shape::List(&Shape::Map(EXISTS)),
        "Names that exist although no file defines them.",
    ),
    key(
        "baseline",
        Shape::Path,
        "A file of known findings, as `--write-baseline` writes it: they are neither shown nor counted.",
    ),
    key(
        "fail-on",
        Shape::Word(&["error", "warning", "info"]),
        "The least severity that makes the exit code 1.",
    ),
    key("format", Shape::Word(FORMATS), "How to print the findings."),
];

/// The formats of a report.
pub const FORMATS: &[&str] = &[
    "text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown",
];

const PER_PATH: &[Key] = &[
    required(
        "paths",
        Shape::List(&Shape::Glob),
        "The files that this holds for, in the language of gitignore, seen from the folder of this file.",
    ),
    key(
        "select",
        Shape::List(&Shape::Rule),
        "Of the rules that run, run only these there.",
    ),
    key(
        "ignore",
        Shape::List(&Shape::Rule),
        "Leave out these rules or categories there.",
    ),
    key("severity", Shape::Severities, "Severities that hold there."),
];

const REFERENCES: &[Key] = &[
    required(
        "kind",
        Shape::Kind,
        "The kind that has the field: `Kind` of the core group, or `group/Kind`.",
    ),
    key(
        "uses",
        Shape::Target,
        "What the field names, and what must exist therefore.",
    ),
    key(
        "makes",
        Shape::Target,
        "What the object makes under the name in the field.",
    ),
    required(
        "at",
        Shape::Field,
        "The field with the name, from the object: `spec.credentials.secretName`; `[]` stands for the items of a \
         list, `*` for the values of a map.",
    ),
    key(
        "namespace",
        Shape::Field,
        "The field with the namespace in which the name counts, or `any`. Otherwise it is the object's own.",
    ),
    key(
        "keys",
        Shape::List(&Shape::Field),
        "Fields with the keys that are used of what is named, or that have the keys made.",
    ),
    key(
        "optional",
        Shape::Field,
        "A field that, when true, says that the name need not exist.",
    ),
];

const EXISTS: &[Key] = &[
    required("kind", Shape::Target, "What exists: `Secret`, `ConfigMap` …"),
    key(
        "namespace",
        Shape::Name,
        "The namespace, in which `*` stands for any text; without one, any namespace.",
    ),
    required("name", Shape::Name, "The name, in which `*` stands for any text."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_says_what_it_is_about() {
        fn look(keys: &[Key]) {
            for key in keys {
                assert!(
                    key.about.ends_with('.') || key.about.ends_with('…'),
                    "{}",
                    key.name
                );
                let shape = match key.shape {
                    Shape::List(item) => *item,
                    own => own,
                };
                if let Shape::Map(keys) = shape {
                    look(keys);
                }
            }
        }
        look(KEYS);
    }
}
