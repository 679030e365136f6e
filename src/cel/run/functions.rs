//! The functions that are run, by name.

use super::addresses::IpKind;
use super::formats::{self, Test};
use super::times::TimePart;
use super::value::{Tree, Val};
use super::{Out, Stop, addresses, lists, numbers, quantities, strings, times, urls, versions};

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
    FormatOf(Test),
    FormatNamed,
    HasValue,
    Host,
    HostName,
    IndexOf,
    Int,
    Ip,
    IpKind(IpKind),
    IsCanonical,
    IsCidr,
    IsGreaterThan,
    IsInteger,
    IsIp,
    IsLessThan,
    IsQuantity,
    IsSemver,
    IsSorted,
    IsUrl,
    Join,
    Last,
    LastIndexOf,
    LowerAscii,
    Major,
    Masked,
    Matches,
    Max,
    Min,
    Minor,
    Minus,
    None,
    Of,
    Or,
    OrValue,
    Patch,
    Path,
    Plus,
    Port,
    PrefixLength,
    Quantity,
    Query,
    Range,
    Replace,
    Reverse,
    Scheme,
    Semver,
    SetsContains,
    SetsEquivalent,
    SetsIntersects,
    Sign,
    Size,
    Slice,
    Sort,
    Split,
    StartsWith,
    String,
    Substring,
    Sum,
    Timestamp,
    TimePart(TimePart),
    Trim,
    Type,
    UpperAscii,
    Url,
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
        "sub" => Function::Minus,
        "ip" => Function::Ip,
        "isIP" => Function::IsIp,
        "family" => Function::Family,
        "ip.isCanonical" => Function::IsCanonical,
        "isUnspecified" => Function::IpKind(IpKind::Unspecified),
        "isLoopback" => Function::IpKind(IpKind::Loopback),
        "isLinkLocalMulticast" => Function::IpKind(IpKind::LinkLocalMulticast),
        "isLinkLocalUnicast" => Function::IpKind(IpKind::LinkLocalUnicast),
        "isGlobalUnicast" => Function::IpKind(IpKind::GlobalUnicast),
        "cidr" => Function::Cidr,
        "isCIDR" => Function::IsCidr,
        "containsIP" => Function::ContainsIp,
        "containsCIDR" => Function::ContainsCidr,
        "masked" => Function::Masked,
        "prefixLength" => Function::PrefixLength,
        "format.named" => Function::FormatNamed,
        "semver" => Function::Semver,
        "isSemver" => Function::IsSemver,
        "major" => Function::Major,
        "minor" => Function::Minor,
        "patch" => Function::Patch,
        "url" => Function::Url,
        "isURL" => Function::IsUrl,
        "getScheme" => Function::Scheme,
        "getHost" => Function::Host,
        "getHostname" => Function::HostName,
        "getPort" => Function::Port,
        "getEscapedPath" => Function::Path,
        "getQuery" => Function::Query,
        "lists.range" => Function::Range,
        "sort" => Function::Sort,
        "type" => Function::Type,
        "validate" => Function::Validate,
        _ => {
            return name
                .strip_prefix("format.")
                .and_then(formats::named)
                .map(Function::FormatOf);
        }
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
        (Function::HasValue | Function::Value, [Val::Optional(Some(value))]) if value.surely().is_err() => {
            Err(Stop::Unknown)
        }
        (Function::HasValue, [Val::Optional(value)]) => Ok(Val::Bool(value.is_some())),
        (Function::Value, [Val::Optional(Some(value))]) => match &**value {
            Val::Open => Err(Stop::Unknown),
            value => Ok(value.clone()),
        },
        (Function::Value, [Val::Optional(None)]) => super::fails("an optional value is missing"),
        (Function::FormatOf(test), []) => Ok(Val::Format(test)),
        (Function::FormatNamed, [Val::Str(name)]) => {
            Ok(formats::named(name).map_or(Val::NONE, |test| Val::some(Val::Format(test))))
        }
        (Function::Validate, [Val::Format(test), Val::Str(text)]) => match test(text) {
            Some(true) => Ok(Val::NONE),
            // What the server has to say about it is in its own words.
            Some(false) => Ok(Val::some(Val::Open)),
            None => Err(Stop::Unknown),
        },
        (Function::Type, [of]) => of.type_name().map(Val::Type).ok_or(Stop::Unknown),
        (Function::Duration | Function::Timestamp | Function::TimePart(_), [of]) => times::call(function, of),
        (Function::TimePart(part), [of, Val::Str(zone)]) => times::in_zone(part, of, zone),
        (
            Function::Url
            | Function::IsUrl
            | Function::Scheme
            | Function::Host
            | Function::HostName
            | Function::Port
            | Function::Path
            | Function::Query,
            [of],
        ) => urls::call(function, of),
        (
            Function::Semver
            | Function::IsSemver
            | Function::Major
            | Function::Minor
            | Function::Patch
            | Function::IsGreaterThan
            | Function::IsLessThan
            | Function::CompareTo,
            [Val::Version(_) | Val::Str(_), ..],
        ) => versions::call(function, arguments),
        (Function::Range, [Val::Int(end)]) => lists::range(*end),
        (
            Function::Ip
            | Function::IpKind(_)
            | Function::IsCanonical
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
        (Function::Bool | Function::Int | Function::Double | Function::String, _) => {
            numbers::call(function, arguments)
        }
        (
            Function::Quantity
            | Function::IsQuantity
            | Function::Sign
            | Function::IsInteger
            | Function::AsInteger
            | Function::IsGreaterThan
            | Function::IsLessThan
            | Function::CompareTo
            | Function::Minus
            | Function::Plus,
            _,
        ) => quantities::call(function, arguments),
        (_, [Val::Str(text), rest @ ..]) => strings::call(function, text, rest),
        (_, [of, rest @ ..]) => lists::call(function, of, rest),
        _ => Err(Stop::Unknown),
    }
}
