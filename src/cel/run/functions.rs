//! The functions that are run, by name.

use super::times::TimePart;
use super::value::{Tree, Val};
use super::{Out, Stop, addresses, lists, numbers, strings, times};
use crate::names;

/// A function. A receiver is its first argument, and what it does hangs on the arguments' types.
#[derive(Clone, Copy)]
pub(super) enum Function {
    AsInteger,
    Bool,
    CharAt,
    Cidr,
    CompareTo,
    Contains,
    ContainsCidr,
    ContainsIp,
    Distinct,
    Double,
    Duration,
    Dyn,
    EndsWith,
    Family,
    Find,
    FindAll,
    First,
    Flatten,
    Format,
    FormatOf(fn(&str) -> Vec<&'static str>),
    HasValue,
    IndexOf,
    Int,
    Ip,
    IsCidr,
    IsGreaterThan,
    IsInteger,
    IsIp,
    IsLessThan,
    IsQuantity,
    IsSorted,
    Join,
    Last,
    LastIndexOf,
    LowerAscii,
    Masked,
    Matches,
    Max,
    Min,
    None,
    Of,
    Or,
    OrValue,
    Plus,
    PrefixLength,
    Quantity,
    Replace,
    Reverse,
    SetsContains,
    SetsEquivalent,
    SetsIntersects,
    Sign,
    Size,
    Slice,
    Split,
    StartsWith,
    String,
    Substring,
    Sum,
    Timestamp,
    TimePart(TimePart),
    Trim,
    UpperAscii,
    Validate,
    Value,
}

/// The function of a name; `None`: it is not run here.
pub(super) fn named(name: &str) -> Option<Function> {
    Some(match name {
        "size" => Function::Size,
        "contains" => Function::Contains,
        "startsWith" => Function::StartsWith,
        "endsWith" => Function::EndsWith,
        "matches" => Function::Matches,
        "find" => Function::Find,
        "findAll" => Function::FindAll,
        "charAt" => Function::CharAt,
        "indexOf" => Function::IndexOf,
        "lastIndexOf" => Function::LastIndexOf,
        "lowerAscii" => Function::LowerAscii,
        "upperAscii" => Function::UpperAscii,
        "replace" => Function::Replace,
        "split" => Function::Split,
        "substring" => Function::Substring,
        "trim" => Function::Trim,
        "format" => Function::Format,
        "join" => Function::Join,
        "isSorted" => Function::IsSorted,
        "max" => Function::Max,
        "min" => Function::Min,
        "sum" => Function::Sum,
        "slice" => Function::Slice,
        "flatten" => Function::Flatten,
        "distinct" => Function::Distinct,
        "reverse" => Function::Reverse,
        "first" => Function::First,
        "last" => Function::Last,
        "sets.contains" => Function::SetsContains,
        "sets.equivalent" => Function::SetsEquivalent,
        "sets.intersects" => Function::SetsIntersects,
        "optional.of" => Function::Of,
        "optional.none" => Function::None,
        "hasValue" => Function::HasValue,
        "value" => Function::Value,
        "or" => Function::Or,
        "orValue" => Function::OrValue,
        "dyn" => Function::Dyn,
        "bool" => Function::Bool,
        "int" => Function::Int,
        "double" => Function::Double,
        "string" => Function::String,
        "duration" => Function::Duration,
        "timestamp" => Function::Timestamp,
        "getFullYear" => Function::TimePart(TimePart::Year),
        "getMonth" => Function::TimePart(TimePart::Month),
        "getDate" => Function::TimePart(TimePart::Date),
        "getDayOfMonth" => Function::TimePart(TimePart::DayOfMonth),
        "getDayOfWeek" => Function::TimePart(TimePart::DayOfWeek),
        "getDayOfYear" => Function::TimePart(TimePart::DayOfYear),
        "getHours" => Function::TimePart(TimePart::Hours),
        "getMinutes" => Function::TimePart(TimePart::Minutes),
        "getSeconds" => Function::TimePart(TimePart::Seconds),
        "quantity" => Function::Quantity,
        "isQuantity" => Function::IsQuantity,
        "sign" => Function::Sign,
        "isInteger" => Function::IsInteger,
        "asInteger" => Function::AsInteger,
        "isGreaterThan" => Function::IsGreaterThan,
        "isLessThan" => Function::IsLessThan,
        "compareTo" => Function::CompareTo,
        "add" => Function::Plus,
        "ip" => Function::Ip,
        "isIP" => Function::IsIp,
        "family" => Function::Family,
        "cidr" => Function::Cidr,
        "isCIDR" => Function::IsCidr,
        "containsIP" => Function::ContainsIp,
        "containsCIDR" => Function::ContainsCidr,
        "masked" => Function::Masked,
        "prefixLength" => Function::PrefixLength,
        "format.dns1123Label" => Function::FormatOf(names::dns1123_label),
        "format.dns1123Subdomain" => Function::FormatOf(names::dns1123_subdomain),
        "format.dns1035Label" => Function::FormatOf(names::dns1035_label),
        "format.qualifiedName" => Function::FormatOf(names::qualified_name),
        "format.labelValue" => Function::FormatOf(names::label_value),
        "validate" => Function::Validate,
        _ => return None,
    })
}

/// What a function makes of its arguments.
pub(super) fn call<'v, T: Tree<'v>>(function: Function, arguments: &[Val<'v, T>]) -> Out<'v, T> {
    if arguments.iter().any(|argument| matches!(argument, Val::Open)) {
        return Err(Stop::Unknown);
    }
    match (function, arguments) {
        (Function::Size, [of]) => Ok(Val::Int(of.size()? as i64)),
        (Function::Dyn, [of]) => Ok(of.clone()),
        (Function::Of, [of]) => Ok(Val::some(of.clone())),
        (Function::None, []) => Ok(Val::NONE),
        (Function::HasValue, [Val::Optional(value)]) => Ok(Val::Bool(value.is_some())),
        (Function::Value, [Val::Optional(Some(value))]) => match &**value {
            Val::Open => Err(Stop::Unknown),
            value => Ok(value.clone()),
        },
        (Function::Value, [Val::Optional(None)]) => super::fails("an optional value is missing"),
        (Function::Or, [Val::Optional(None), other]) => Ok(other.clone()),
        (Function::Or, [value @ Val::Optional(Some(_)), _]) => Ok(value.clone()),
        (Function::OrValue, [Val::Optional(value), other]) => {
            Ok(value.as_deref().cloned().unwrap_or_else(|| other.clone()))
        }
        (Function::FormatOf(faults), []) => Ok(Val::Format(faults)),
        (Function::Validate, [Val::Format(faults), Val::Str(text)]) => match faults(text).is_empty() {
            true => Ok(Val::NONE),
            // What the server has to say about it is in its own words.
            false => Ok(Val::some(Val::Open)),
        },
        (Function::Duration | Function::Timestamp | Function::TimePart(_), [of]) => times::call(function, of),
        (
            Function::Ip
            | Function::IsIp
            | Function::Family
            | Function::Cidr
            | Function::IsCidr
            | Function::ContainsIp
            | Function::ContainsCidr
            | Function::Masked
            | Function::PrefixLength,
            _,
        ) => addresses::call(function, arguments),
        (
            Function::Bool
            | Function::Int
            | Function::Double
            | Function::String
            | Function::Quantity
            | Function::IsQuantity
            | Function::Sign
            | Function::IsInteger
            | Function::AsInteger
            | Function::IsGreaterThan
            | Function::IsLessThan
            | Function::CompareTo
            | Function::Plus,
            _,
        ) => numbers::call(function, arguments),
        (_, [Val::Str(text), rest @ ..]) => strings::call(function, text, rest),
        (_, [of, rest @ ..]) => lists::call(function, of, rest),
        _ => Err(Stop::Unknown),
    }
}
