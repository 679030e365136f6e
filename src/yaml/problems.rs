//! What can be wrong with a document, in our words.

use super::tree::{ErrorClass, SyntaxError};
use crate::source::Span;

/// A kind of reading error: what is wrong and what to do about it.
#[derive(Clone, Copy)]
pub(super) struct Problem {
    message: &'static str,
    help: &'static str,
    class: ErrorClass,
}

impl Problem {
    /// The error at a place.
    pub(super) fn at(self, start: usize, end: usize) -> SyntaxError {
        SyntaxError {
            span: Span::new(start as u32, end.max(start) as u32),
            message: self.message,
            help: self.help,
            class: self.class,
        }
    }

    /// Whether `error` is of this kind.
    pub(super) fn is(self, error: &SyntaxError) -> bool {
        self.message == error.message
    }
}

macro_rules! problems {
    ($($class:ident $name:ident: $message:literal, $help:literal;)*) => {
        $(pub(super) const $name: Problem = Problem {
            message: $message,
            help: $help,
            class: ErrorClass::$class,
        };)*
    };
}

problems! {
    // The text itself.
    Syntax TOO_LARGE: "this file is too large to be read",
        "split it: kubectl and the API server take far smaller documents";
    Syntax UNDECODABLE: "these bytes cannot be decoded as text",
        "save the file as UTF-8";
    Syntax FORBIDDEN_CHARACTER: "YAML does not allow this control character",
        "remove it, or write it as an escape such as \"\\x1b\" in double quotes";

    // Indentation and structure.
    Syntax CANNOT_START: "no value can start with this character",
        "quote the value";
    Syntax TAB_INDENTS: "a tab cannot indent YAML",
        "indent with spaces";
    Syntax TAB_IN_PLAIN: "a tab stands where this value's next line must be indented with spaces",
        "indent with spaces";
    Syntax TAB_IN_BLOCK: "a tab stands where this block scalar must be indented with spaces",
        "indent with spaces";
    Syntax ITEM_NOT_ALLOWED: "a list item cannot start here",
        "put the `- ` on its own line, or quote the value if the `-` is part of it";
    Syntax KEY_NOT_ALLOWED: "a `? ` key cannot start here",
        "put it on its own line, or quote the value";
    Syntax VALUE_NOT_ALLOWED: "a second `: ` on one line, or a mapping that is indented like the rest of a value",
        "quote the value if the `: ` is part of it, or mend the indentation";
    Syntax NO_COLON: "this line is no `key: value`, and the value above has ended",
        "add the `:`, or indent the line if it continues the value above";
    Syntax EXPECTED_KEY: "a key of the mapping is expected here",
        "mend the indentation: keys of one mapping start in one column";
    Syntax EXPECTED_ITEM: "a `- ` item of the list is expected here",
        "mend the indentation: items of one list start in one column";
    Syntax EXPECTED_VALUE: "a value is expected here",
        "add a value, or quote it if this character is part of it";
    Syntax TOO_DEEP: "the document is nested more than 10000 levels deep",
        "flatten it: kubectl stops at 10000 levels";

    // Flow style.
    Syntax EXPECTED_COMMA_OR_BRACKET: "`,` or `]` is expected here",
        "separate the items with commas and close the list with `]`";
    Syntax UNCLOSED_BRACKET: "this bracket is never closed",
        "close it";
    Syntax EXPECTED_COMMA_OR_BRACE: "`,` or `}` is expected here",
        "separate the entries with commas and close the mapping with `}`";

    // Scalars.
    Syntax UNCLOSED_QUOTE: "this quote is never closed",
        "close the quote";
    Syntax MARKER_IN_QUOTES: "a document marker stands inside a quoted value",
        "indent the line, or write the value as a block scalar";
    Syntax UNKNOWN_ESCAPE: "double quotes do not know this escape",
        "write `\\\\` for a backslash, or use single quotes";
    Syntax BAD_HEX: "this escape needs more hexadecimal digits",
        "write \\xHH, \\uHHHH or \\UHHHHHHHH; for a backslash write `\\\\`, or use single quotes";
    Syntax BAD_CODE_POINT: "this escape is no Unicode character; YAML knows no surrogate pairs",
        "write the character itself, or \\UHHHHHHHH";
    Syntax BLOCK_HEADER: "only an indentation digit, `-`, `+` or a comment may follow `|` or `>`",
        "move the text to the next line and indent it";
    Syntax BLOCK_INDENT_ZERO: "a block scalar cannot be indented by 0",
        "use a digit from 1 to 9, or none";

    // Anchors, aliases, tags, directives.
    Syntax BAD_ANCHOR: "`&` and `*` must be followed by a name of letters, digits, `-` and `_`",
        "quote the value if the character is part of it";
    Syntax UNKNOWN_ANCHOR: "no anchor of this name stands above in this document",
        "define it with `&`, or quote the value if the `*` is part of it";
    Syntax SELF_ALIAS: "this alias stands inside the value that it names",
        "move the alias out of the anchored value";
    Syntax EXCESSIVE_ALIASING: "the aliases of this document expand to far too much; kubectl refuses it",
        "write the values out, or use fewer aliases";
    Syntax BAD_TAG: "this tag is malformed",
        "quote the value if the `!` is part of it";
    Syntax UNKNOWN_TAG_HANDLE: "this tag uses a handle that nothing defines",
        "quote the value if the `!` is part of it";
    Syntax TAG_MISMATCH: "the value is not of the type that its tag names",
        "change the value or remove the tag";
    Syntax BAD_BINARY: "the value tagged `!!binary` is not base64",
        "encode it with padding, or remove the tag";
    Syntax MERGE_NEEDS_MAP: "`<<` merges a mapping, or a list of mappings, and nothing else",
        "name a mapping, or quote the key if it is meant to be the text <<";
    Syntax BAD_DIRECTIVE: "this directive is malformed",
        "remove the line";
    Syntax UNKNOWN_DIRECTIVE: "kubectl knows no such directive",
        "remove the line, or quote the value if the `%` is part of it";
    Syntax WRONG_VERSION: "kubectl reads YAML 1.1 and refuses any other version",
        "remove the %YAML line";
    Syntax DIRECTIVE_NEEDS_DOCUMENT: "kubectl cuts the file at `---` first, so this directive stands alone and is refused",
        "remove the line";

    // What parses and cannot become JSON.
    Key NULL_KEY: "a mapping key cannot be null",
        "quote the key";
    Key LARGE_KEY: "this number is too large for a mapping key",
        "quote the key";
    Key COLLECTION_KEY: "a mapping key cannot be a mapping or a list",
        "quote it; an unquoted `{{ … }}` reads as a mapping inside a mapping";
    Number NOT_FINITE: "JSON has no infinity and no NaN, so kubectl cannot send this value",
        "quote the value if it is meant as text";
    Number NUMBER_OUT_OF_RANGE: "this number is too large",
        "quote the value if it is meant as text";

    // Between documents.
    Separator TEXT_AFTER_SEPARATOR: "only a comment may follow `---` on its line; kubectl cannot split the file here",
        "move the text to the next line";

    // JSON.
    Syntax JSON_EXPECTED_VALUE: "a JSON value is expected here",
        "write a string, number, object, list, true, false or null";
    Syntax JSON_EXPECTED_KEY: "a JSON object's key must be a string in double quotes",
        "quote the key, and leave no comma after the last entry";
    Syntax JSON_EXPECTED_COLON: "`:` is expected after the key",
        "add the colon";
    Syntax JSON_EXPECTED_COMMA: "`,` or the closing bracket is expected here",
        "separate the entries with commas and close the bracket";
    Syntax JSON_STRING: "a JSON string cannot hold a raw control character or line break",
        "write it as an escape such as \\n";
    Syntax JSON_ESCAPE: "JSON does not know this escape",
        "write `\\\\` for a backslash";
    Syntax JSON_END: "the file ends within a JSON value",
        "close the open bracket or quote";
}

impl SyntaxError {
    /// Whether bytes that are no text are what is wrong.
    pub fn is_encoding(&self) -> bool {
        UNDECODABLE.is(self)
    }

    /// Whether something else stands where the next key or item of a collection is expected.
    pub fn expects_entry(&self) -> bool {
        [EXPECTED_KEY, EXPECTED_ITEM]
            .iter()
            .any(|problem| problem.is(self))
    }

    /// Whether something else stands where brackets go on or are closed.
    pub fn expects_comma(&self) -> bool {
        [EXPECTED_COMMA_OR_BRACKET, EXPECTED_COMMA_OR_BRACE]
            .iter()
            .any(|problem| problem.is(self))
    }

    /// Whether a `: ` stands where no key can be.
    pub fn is_stray_colon(&self) -> bool {
        VALUE_NOT_ALLOWED.is(self)
    }

    /// Whether a line stands where a key does, and has no `: `.
    pub fn lacks_colon(&self) -> bool {
        NO_COLON.is(self)
    }

    /// Whether a character stands where no value can start with it.
    pub fn cannot_start(&self) -> bool {
        CANNOT_START.is(self)
    }

    /// Whether more than a comment follows `---`.
    pub fn follows_separator(&self) -> bool {
        TEXT_AFTER_SEPARATOR.is(self)
    }

    /// Whether something that is no name follows a `&` or a `*`.
    pub fn is_bad_anchor(&self) -> bool {
        BAD_ANCHOR.is(self)
    }

    /// Whether a tab where only spaces can indent is what is wrong.
    pub fn is_tab(&self) -> bool {
        [TAB_INDENTS, TAB_IN_PLAIN, TAB_IN_BLOCK]
            .iter()
            .any(|problem| problem.is(self))
    }
}
