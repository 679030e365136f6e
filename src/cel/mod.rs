//! CEL, the language of the expressions in policies, selectors of devices and CustomResourceDefinitions: whether
//! the server would compile one, the type of what it gives, what it may cost, and what the rules of definitions say
//! of an object.
//!
//! The functions are declared in `schemas/cel.txt`. What is doubtful passes.

mod ast;
mod calls;
mod check;
mod cost;
mod declare;
mod lexer;
mod literals;
mod macros;
mod members;
mod parse;
mod run;
#[cfg(test)]
mod tests;
mod types;

use std::borrow::Cow;

pub(crate) use cost::{max_elements, most_often};
pub(crate) use declare::unescaped;
pub use declare::{Env, Struct};
pub(crate) use parse::RESERVED;
pub use run::{Collection, Memo, Program, Stop, Tree, Val, run};
pub use types::{Simple, Type};

use types::Sig;

/// Longer expressions are not judged.
const LENGTH: usize = 20_000;

/// Why an expression does not compile.
#[derive(Debug)]
pub struct Fault {
    /// Where, in bytes from the start of the expression.
    pub at: u32,
    /// What is wrong.
    pub message: Cow<'static, str>,
    /// A name much like one that is not there.
    pub meant: Option<String>,
}

impl Fault {
    fn new(at: u32, message: impl Into<Cow<'static, str>>) -> Self {
        Fault {
            at,
            message: message.into(),
            meant: None,
        }
    }
}

/// One declared way to call a function.
struct Overload {
    name: &'static str,
    member: bool,
    arguments: &'static [Sig],
    result: Sig,
    /// Whether it leaves a type open.
    generic: bool,
    /// The first minor version of Kubernetes that has it.
    since: u8,
    /// Where it is declared: everywhere, when empty.
    library: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/cel.rs"));

/// What an expression gives, or why it does not compile. `Ok(None)`: it cannot be told here.
pub fn compile(source: &str, env: &mut Env<'_>) -> Result<Option<Compiled>, Fault> {
    if source.len() > LENGTH {
        return Ok(None);
    }
    let (nodes, top) = match parse::parse(source, env.bind) {
        Ok(parsed) => parsed,
        Err(parse::Stop::Fault(fault)) => return Err(*fault),
        Err(parse::Stop::Unknown) => return Ok(None),
    };
    let old = nodes
        .iter()
        .any(|node| matches!(node.expr, ast::Expr::Ident("oldSelf")));
    let Some((kind, kinds)) = check::Checker::new(&nodes, env).run(top)? else {
        return Ok(None);
    };
    let cost = |of_self| cost::of(&nodes, &kinds, top, of_self, env.minor);
    let cost = env.of_self.map_or(0, cost);
    Ok(Some(Compiled { kind, old, cost }))
}

/// What an expression is.
pub struct Compiled {
    /// The type of what it gives.
    pub kind: Type,
    /// Whether it looks at `oldSelf`.
    pub old: bool,
    /// What the server takes it to cost at the most: this or more. Told only of rules of schemas.
    pub cost: u64,
}
