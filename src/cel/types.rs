//! The types of values, and which stands for which.

use std::fmt;
use std::rc::Rc;

/// Types with more parts are given up.
const DEEP: u32 = 32;

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Simple {
    /// Known only when the expression runs.
    Dyn,
    /// The same, by another name.
    Any,
    /// `null`
    Null,
    /// A boolean.
    Bool,
    /// A whole number.
    Int,
    /// One without a sign.
    Uint,
    /// A number with a fraction.
    Double,
    /// A text.
    String,
    /// Bytes.
    Bytes,
    /// A point in time.
    Timestamp,
    /// A length of time.
    Duration,
    /// The type of a type.
    Type,
    /// What follows from a fault, which is told once.
    Error,
    /// A type of Kubernetes' own that only functions look into.
    Opaque(&'static str),
}

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// One without parts.
    Is(Simple),
    /// Not known yet.
    Var(u32),
    /// A list.
    List(Rc<Type>),
    /// A map.
    Map(Rc<Type>, Rc<Type>),
    /// A value that may be missing.
    Optional(Rc<Type>),
    /// A message with fields, by number.
    Struct(u32),
    /// A message made for a patch, by name: `Object.spec`.
    Patch(Rc<str>),
}

/// A type in the declaration of a function.
pub enum Sig {
    /// One without parts.
    Is(Simple),
    /// The first or second type that an overload leaves open.
    Param(u8),
    /// A list.
    List(&'static Sig),
    /// A map.
    Map(&'static Sig, &'static Sig),
    /// A value that may be missing.
    Optional(&'static Sig),
}

impl Type {
    /// Known only when the expression runs.
    pub const DYN: Type = Type::Is(Simple::Dyn);
    /// A boolean.
    pub const BOOL: Type = Type::Is(Simple::Bool);
    /// A whole number.
    pub const INT: Type = Type::Is(Simple::Int);
    /// A text.
    pub const STRING: Type = Type::Is(Simple::String);
    pub(super) const ERROR: Type = Type::Is(Simple::Error);

    /// A list of this.
    pub fn list(self) -> Type {
        Type::List(Rc::new(self))
    }

    /// A map from texts to this.
    pub fn map(self) -> Type {
        Type::Map(Rc::new(Type::STRING), Rc::new(self))
    }

    /// This, or nothing.
    pub fn optional(self) -> Type {
        Type::Optional(Rc::new(self))
    }

    /// Whether it is known only when the expression runs.
    pub fn is_dyn(&self) -> bool {
        matches!(self, Type::Is(Simple::Dyn | Simple::Any | Simple::Error))
    }

    /// How many parts it has, up to a bound.
    fn size(&self, bound: u32) -> u32 {
        let of = |parts: &[&Rc<Type>]| {
            let mut sum = 1;
            for part in parts {
                sum += part.size(bound.saturating_sub(sum));
                if sum >= bound {
                    return bound;
                }
            }
            sum
        };
        match self {
            _ if bound == 0 => 0,
            Type::List(part) | Type::Optional(part) => of(&[part]),
            Type::Map(key, value) => of(&[key, value]),
            _ => 1,
        }
    }

    /// Whether it has more parts than a person writes.
    pub fn is_huge(&self) -> bool {
        self.size(DEEP) >= DEEP
    }

    pub(super) fn is_open(&self) -> bool {
        match self {
            Type::Var(_) => true,
            Type::List(part) | Type::Optional(part) => part.is_open(),
            Type::Map(key, value) => key.is_open() || value.is_open(),
            _ => false,
        }
    }

    fn mentions(&self, var: u32) -> bool {
        match self {
            Type::Var(this) => *this == var,
            Type::List(part) | Type::Optional(part) => part.mentions(var),
            Type::Map(key, value) => key.mentions(var) || value.mentions(var),
            _ => false,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Is(Simple::Opaque(name)) => f.write_str(name),
            Type::Is(Simple::Dyn | Simple::Any | Simple::Error) | Type::Var(_) => f.write_str("any type"),
            Type::Is(simple) => f.write_str(&format!("{simple:?}").to_lowercase()),
            Type::List(part) => write!(f, "list({part})"),
            Type::Map(key, value) => write!(f, "map({key}, {value})"),
            Type::Optional(part) => write!(f, "optional({part})"),
            Type::Struct(_) => f.write_str("object"),
            Type::Patch(name) => f.write_str(name),
        }
    }
}

/// What the open types stand for.
#[derive(Default)]
pub struct Solution {
    vars: Vec<Option<Type>>,
    /// What each open type that was set stood for before, to go back.
    before: Vec<(u32, Option<Type>)>,
}

/// A state of a [`Solution`].
#[derive(Clone, Copy)]
pub struct Mark(usize, usize);

impl Solution {
    /// A new open type.
    pub fn open(&mut self) -> Type {
        self.vars.push(None);
        Type::Var(self.vars.len() as u32 - 1)
    }

    fn get(&self, var: u32) -> Option<&Type> {
        self.vars.get(var as usize)?.as_ref()
    }

    fn set(&mut self, var: u32, to: Type) {
        if let Some(slot) = self.vars.get_mut(var as usize) {
            self.before.push((var, slot.replace(to)));
        }
    }

    /// The state to go back to.
    pub fn mark(&self) -> Mark {
        Mark(self.vars.len(), self.before.len())
    }

    /// Forgets all since a mark.
    pub fn back(&mut self, to: Mark) {
        while self.before.len() > to.1
            && let Some((var, known)) = self.before.pop()
        {
            if let Some(slot) = self.vars.get_mut(var as usize) {
                *slot = known;
            }
        }
        self.vars.truncate(to.0);
    }

    /// A type with what is known of its open parts; `closed`: the rest are any type.
    pub fn fill(&self, of: &Type, closed: bool) -> Type {
        match of.is_open() {
            true => self.fill_within(of, closed, 0),
            false => of.clone(),
        }
    }

    fn fill_within(&self, of: &Type, closed: bool, depth: u32) -> Type {
        if depth > DEEP {
            return Type::DYN;
        }
        let part = |part: &Rc<Type>| Rc::new(self.fill_within(part, closed, depth + 1));
        match of {
            Type::Var(var) => match self.get(*var) {
                Some(known) => self.fill_within(known, closed, depth + 1),
                None if closed => Type::DYN,
                None => of.clone(),
            },
            Type::List(inner) => Type::List(part(inner)),
            Type::Optional(inner) => Type::Optional(part(inner)),
            Type::Map(key, value) => Type::Map(part(key), part(value)),
            _ => of.clone(),
        }
    }

    /// A declared type, with the overload's open types.
    pub fn instance(&self, sig: &Sig, open: &[Type; 2]) -> Type {
        match sig {
            Sig::Is(simple) => Type::Is(*simple),
            Sig::Param(i) => open.get(usize::from(*i)).cloned().unwrap_or(Type::DYN),
            Sig::List(part) => self.instance(part, open).list(),
            Sig::Map(key, value) => Type::Map(
                Rc::new(self.instance(key, open)),
                Rc::new(self.instance(value, open)),
            ),
            Sig::Optional(part) => self.instance(part, open).optional(),
        }
    }

    /// Whether the two can stand for each other, given what is known; what follows is noted.
    pub fn fits(&mut self, a: &Type, b: &Type) -> bool {
        let mark = self.mark();
        let fits = self.agree(a, b, 0);
        if !fits {
            self.back(mark);
        }
        fits
    }

    fn agree(&mut self, a: &Type, b: &Type, depth: u32) -> bool {
        if depth > DEEP {
            return true;
        }
        if let Type::Var(var) = b {
            let (fits, known) = self.stands_for(a, *var, b, depth);
            if fits || known {
                return fits;
            }
        }
        if let Type::Var(var) = a {
            return self.stands_for(b, *var, a, depth).0;
        }
        if a.is_dyn() || b.is_dyn() {
            return true;
        }
        let null = Type::Is(Simple::Null);
        if *a == null || *b == null {
            let other = if *a == null { b } else { a };
            return matches!(
                other,
                Type::Is(Simple::Null | Simple::Duration | Simple::Timestamp | Simple::Opaque(_))
                    | Type::Struct(_)
                    | Type::Patch(_)
                    | Type::Optional(_)
            );
        }
        match (a, b) {
            (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => {
                self.agree(a, b, depth + 1)
            }
            (Type::Map(a, x), Type::Map(b, y)) => self.agree(a, b, depth + 1) && self.agree(x, y, depth + 1),
            _ => a == b,
        }
    }

    /// Whether a type can be what an open one stands for, and whether the open one was known before.
    fn stands_for(&mut self, one: &Type, var: u32, open: &Type, depth: u32) -> (bool, bool) {
        if one == open {
            return (true, true);
        }
        if let Some(known) = self.get(var).cloned() {
            if *one == known {
                return (true, true);
            }
            let fits = self.agree(one, &known, depth + 1);
            if fits {
                let general = if is_as_general(one, &known) {
                    one.clone()
                } else {
                    known
                };
                if !self.fill(&general, false).mentions(var) {
                    self.set(var, general);
                }
            }
            return (fits, true);
        }
        if self.fill(one, false).mentions(var) {
            return (false, false);
        }
        self.set(var, one.clone());
        (true, false)
    }
}

/// Whether `a` allows for all that `b` does.
pub fn is_as_general(a: &Type, b: &Type) -> bool {
    if a.is_dyn() || matches!(a, Type::Var(_)) {
        return true;
    }
    if b.is_dyn() || matches!(b, Type::Var(_)) {
        return false;
    }
    match (a, b) {
        (Type::List(a), Type::List(b)) | (Type::Optional(a), Type::Optional(b)) => is_as_general(a, b),
        (Type::Map(a, x), Type::Map(b, y)) => is_as_general(a, b) && is_as_general(x, y),
        _ => a == b,
    }
}
