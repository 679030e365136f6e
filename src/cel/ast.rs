//! The tree of an expression: nodes in one list, each with its place in the text.

use std::borrow::Cow;

/// A node's number.
pub type Id = u32;

/// A node.
pub struct Node<'s> {
    /// Where it stands, for messages: the operator of an operation, the start of anything else.
    pub at: u32,
    /// What it is.
    pub expr: Expr<'s>,
}

/// An element of a list, or a value of a map or message, that may be optional.
pub struct Element {
    /// The value.
    pub value: Id,
    /// `?` stands before it.
    pub optional: bool,
}

/// What a node is.
pub enum Expr<'s> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool,
    /// A whole number.
    Int,
    /// One with `u` behind it.
    Uint,
    /// A number with a fraction or exponent.
    Double,
    /// A text, as it reads.
    Str(Cow<'s, str>),
    /// A text of bytes.
    Bytes,
    /// A name.
    Ident(&'s str),
    /// `a.b`, `a.?b`
    Select {
        /// `a`
        operand: Id,
        /// `b`
        field: &'s str,
        /// With `?`.
        optional: bool,
    },
    /// `has(a.b)`, of the selection.
    Has(Id),
    /// `f(x)`, `a.f(x)`, and operators: `_+_(a, b)`.
    Call {
        /// The name of the function.
        name: &'s str,
        /// `a`, of a call on something.
        target: Option<Id>,
        /// The arguments.
        arguments: Vec<Id>,
    },
    /// `a && b && c`, or with `||`: a chain, which would be a deep tree otherwise.
    Chain(&'static str, Vec<Id>),
    /// `[a, b]`
    List(Vec<Element>),
    /// `{a: b}`
    Map(Vec<(Id, Element)>),
    /// `Name{field: value}`
    Message(String, Vec<(&'s str, Element)>),
    /// A macro that goes over a list or map.
    Comprehension {
        /// Which.
        kind: Over,
        /// The list or map.
        range: Id,
        /// The names of the variables; the second may be missing.
        variables: (&'s str, Option<&'s str>),
        /// What is tested of each item.
        filter: Option<Id>,
        /// What is made of each item.
        result: Option<Id>,
    },
    /// `cel.bind(name, value, in)`
    Bind(&'s str, Id, Id),
    /// `optional.optMap(name, in)`; `true` for `optFlatMap`.
    OptionalMap(Id, &'s str, Id, bool),
}

/// What a macro makes of a list or map.
#[derive(Clone, Copy, PartialEq)]
pub enum Over {
    /// `all`, `exists`: a boolean.
    Test,
    /// `exists_one`: a boolean.
    One,
    /// `map`, `transformList`: a list of results.
    List,
    /// `filter`: the items that pass.
    Filter,
    /// `sortBy`: the items.
    Sort,
    /// `transformMap`: a map of the same keys.
    Map,
    /// `transformMapEntry`: a map of what results.
    Entries,
}
