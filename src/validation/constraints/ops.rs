//! The vocabulary of constraints: rows, tests and conditions.

use super::Format;
use crate::context::Cx;
use crate::diagnostic::ErrorType;
use crate::manifest::Field;

/// One line of a constraint file: a field of a struct, and its tests in order.
pub struct Row {
    /// From the struct to the field; empty is the struct itself.
    pub path: &'static [Step],
    /// Whether the field is a pointer in Go: set means present and not null, even when it is zero.
    pub pointer: bool,
    /// Fields that the struct must have for the row to say anything, as a mask of their bits.
    pub needs: u64,
    /// The tests; after one that fails the rest of the row is not run, as in the server's `if … else if`.
    pub tests: &'static [Test],
}

/// One step of a path.
pub enum Step {
    /// A field, and the id of its name; `u16::MAX` for one that no type has.
    Name(&'static str, u16),
    /// Each item of a list.
    Items,
    /// Each value of a map.
    Values,
    /// The struct, list or map around.
    Up,
}

/// One test of a row.
pub struct Test {
    /// What is tested.
    pub op: Op,
    /// When: all must hold.
    pub when: &'static [Cond],
    /// Where the fault is reported, from the struct; at the field itself when `None`.
    pub at: Option<&'static [Step]>,
    /// First minor version that makes the test.
    pub since: u8,
    /// Last minor version that makes it.
    pub until: u8,
    /// Why, in a few words that go after the message; may be empty.
    pub why: &'static str,
    /// What to do, where the test's own help does not say it; may be empty.
    pub mend: &'static str,
}

/// A condition on another field.
pub struct Cond {
    /// How many structs, lists and maps to go up from the row's struct first.
    pub up: u8,
    /// From there to the field.
    pub path: &'static [Step],
    /// See [`Row::pointer`].
    pub pointer: bool,
    /// What must hold of it.
    pub is: Is,
}

/// What a condition demands.
pub enum Is {
    /// Present and not zero (a pointer: not null).
    Set,
    /// The contrary.
    Unset,
    /// One of these texts; "" stands for unset.
    Equal(&'static [&'static str]),
    /// None of these texts.
    Not(&'static [&'static str]),
}

/// What a test does.
pub enum Op {
    /// Required: the field must be set.
    Required,
    /// Forbidden: the field must not be set.
    Forbidden,
    /// Invalid: the field must not be set.
    Invalid,
    /// What the server fills in when the field is not set; later tests and conditions see it.
    Default(&'static str),
    /// NotSupported: any other text.
    OneOf(&'static [&'static str]),
    /// Invalid: a number outside.
    Range(i64, i64),
    /// TooLong: more bytes.
    MaxLength(i64),
    /// TooMany: more items.
    MaxItems(i64),
    /// Invalid: a quantity below.
    QuantityMin(i64),
    /// Invalid: a text that is not of the format, once for each fault.
    Format(Format),
    /// Invalid at the map: keys that are not of the format.
    Keys(Format),
    /// Duplicate: an item of a list that equals an earlier one.
    Unique,
    /// Duplicate: an item whose fields equal those of an earlier one; reported at the last of the fields.
    UniqueBy(&'static [&'static str]),
    /// Forbidden: each of the fields that is set after the first.
    AtMostOneOf(&'static [&'static str]),
    /// The same, and Required when none is set.
    ExactlyOneOf(&'static [&'static str]),
    /// Required: none of the fields is set.
    AtLeastOneOf(&'static [&'static str]),
    /// Anything else: a function that reports by itself, and what it demands in words.
    Check(for<'p, 't> fn(&Field<'p, 't>, &mut Cx<'t>), &'static &'static str),
    /// Reports the error whenever the test's conditions hold.
    Refuse(ErrorType),
    /// Invalid: any other text, "" included.
    Known(&'static [&'static str]),
    /// As [`Op::Format`], of an unset text too.
    EvenEmpty(Format),
    /// Exactly one of the fields, each with the name that the server reports it by (`""`: not at all). The
    /// fields after the first are not looked into.
    Union(&'static [(&'static str, &'static str)]),
    /// As [`Op::UniqueBy`], of items without any of the fields too.
    UniqueEvenEmptyBy(&'static [&'static str]),
    /// As [`Op::UniqueEvenEmptyBy`], reported at the item.
    UniqueItemsBy(&'static [&'static str]),
    /// Invalid: more bytes.
    MaxLengthInvalid(i64),
    /// Invalid: a number that is no mode of a file.
    FileMode,
    /// The server's paths to what is in the field name it otherwise.
    Printed(&'static str),
    /// The field is a struct and no pointer in Go: it is looked into even when it is missing.
    Value,
    /// NotSupported: any other text, "" included.
    Supported(&'static [&'static str]),
    /// Required: a text with nothing but blanks.
    NotBlank,
    /// Invalid: a list that has this text and others.
    Alone(&'static str),
    /// Not refused, but deprecated: the field, or these texts of it.
    Deprecated(&'static [&'static str]),
    /// Not refused, but what it was for is gone: the field, or these texts of it.
    Removed(&'static [&'static str]),
    /// Not refused, but nothing heeds it: the field, or these texts of it.
    NoEffect(&'static [&'static str]),
    /// Not refused, but a second item with the same values of these fields, by which appliers merge the list.
    MergedBy(&'static [MergeKey]),
    /// What is in the field is not looked into when the function says so of the row's struct.
    Skip(for<'p, 't> fn(&Field<'p, 't>, &Cx<'t>) -> bool),
}

/// A field that tells the items of a list apart, and what the server fills in for it (`""`: nothing).
pub type MergeKey = (&'static str, &'static str);
