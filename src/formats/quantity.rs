//! The value of a quantity: what `500m`, `1Gi` and `1e3` amount to, and which is more.

use std::borrow::Cow;

use super::scalars::{quantity_fault, trimmed_quantity};
use crate::manifest::Field;
use crate::yaml::Scalar;

const NANOS: i128 = 1_000_000_000;
/// Binary quantities end here, decimal ones do not.
const BINARY_MOST: i128 = i64::MAX as i128 * NANOS;

/// The value of a quantity, to a billionth, as the server holds it: smaller parts are rounded up.
/// Decimal values beyond 10^29 count as equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Quantity(i128);

impl Quantity {
    /// Nothing, as of a field that is not set.
    pub const ZERO: Quantity = Quantity(0);

    /// The whole number of units.
    pub const fn units(units: i64) -> Quantity {
        Quantity(units as i128 * NANOS)
    }

    /// Reads a quantity; `None` when the server cannot.
    pub fn parse(text: &str) -> Option<Quantity> {
        Parts::read(text).map(|parts| parts.value())
    }

    /// The value of a field; null is zero. `None` when there is none, or what stands there is no quantity.
    pub fn of(field: &Field<'_, '_>) -> Option<Quantity> {
        if field.value()?.is_null() {
            return Some(Quantity::ZERO);
        }
        Quantity::parse(&text(field)?)
    }

    /// Less than zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Neither more nor less than zero.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Without a fraction. What is too much to be held has none.
    pub fn is_whole(self) -> bool {
        self.0 % NANOS == 0 || self.0.abs() == i128::MAX
    }

    /// The number of units, rounded up (away from zero).
    pub fn rounded(self) -> i128 {
        let whole = self.0 / NANOS;
        if self.is_whole() {
            whole
        } else {
            whole + self.0.signum()
        }
    }

    /// The number of units in the server's 64 bits, rounded up (away from zero): what is too much for them is 0.
    pub fn in_64_bits(self) -> i64 {
        self.rounded().try_into().unwrap_or(0)
    }

    /// The number of thousandths in the server's 64 bits.
    pub fn thousandths(self) -> i64 {
        self.times(1000).in_64_bits()
    }

    /// To a thousandth, rounded up (away from zero), as the server keeps the amounts of resources.
    pub fn rounded_to_milli(self) -> Quantity {
        const MICROS: i128 = NANOS / 1000;
        let rest = self.0 % MICROS;
        let up = if rest == 0 { 0 } else { self.0.signum() * MICROS };
        Quantity((self.0 - rest).saturating_add(up))
    }

    /// A whole multiple of a quantity, which is not zero.
    pub fn is_multiple_of(self, unit: Quantity) -> bool {
        unit.0 != 0 && self.0 % unit.0 == 0
    }

    /// The sum.
    pub fn plus(self, other: Quantity) -> Quantity {
        Quantity(self.0.saturating_add(other.0))
    }

    /// The product with a whole number.
    pub fn times(self, factor: i64) -> Quantity {
        Quantity(self.0.saturating_mul(i128::from(factor)))
    }
}

/// The text of a quantity field: a string, or a number as the server receives it.
pub fn text<'t>(field: &Field<'_, 't>) -> Option<Cow<'t, str>> {
    match field.value()?.scalar()? {
        Scalar::Str(text) => Some(text),
        number => number.json_number().map(Cow::Owned),
    }
}

/// Whether a text is written, once the server has put it into its normal form, as one of `1`, `1k` … `1E`,
/// `1Ki` … `1Ei`; with `milli` as `1m` or `1`.
pub fn is_unit(text: &str, milli: bool) -> bool {
    const UNITS: [&str; 13] = [
        "1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei",
    ];
    let Some(parts) = Parts::read(text) else {
        return false;
    };
    let text = trimmed_quantity(text);
    if parts.stays_as_written(text) {
        return match milli {
            true => matches!(text, "1" | "1m"),
            false => UNITS.contains(&text),
        };
    }
    let value = parts.value();
    if value == Quantity::units(1) {
        return true;
    }
    if parts.exponent_form {
        return false;
    }
    if milli {
        return value == Quantity(NANOS / 1000);
    }
    // What is less than 1Ki is written by thousands, whatever it was written by.
    let base = if parts.binary && value >= Quantity::units(1024) {
        1024
    } else {
        1000
    };
    (1..=6).any(|power| value == Quantity::units(i64::pow(base, power)))
}

/// A quantity as the server writes it, whole thousandths at the least: `1000m` is `1`, `0.5Gi` is `512Mi`. `None`: it is
/// none, or it is not told here how it is written.
pub fn normal_form(text: &str) -> Option<String> {
    const DECIMAL: [&str; 8] = ["m", "", "k", "M", "G", "T", "P", "E"];
    const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let parts = Parts::read(text)?;
    let Quantity(nanos) = parts.value();
    let is_held = nanos.abs() < i128::MAX / 2 && !parts.exponent_form && !parts.more;
    if nanos % (NANOS / 1000) != 0 {
        return None;
    }
    let as_written = trimmed_quantity(text);
    if parts.stays_as_written(as_written) && as_written.starts_with(|c: char| matches!(c, '1'..='9')) {
        return Some(as_written.to_string());
    }
    if !is_held {
        return None;
    }
    let (mut number, mut power, base, suffixes) = match parts.binary && nanos.abs() >= 1024 * NANOS {
        true if nanos % NANOS != 0 => return None,
        true => (nanos / NANOS, 0, 1024, &BINARY[..]),
        false => (nanos / (NANOS / 1000), 0, 1000, &DECIMAL[..]),
    };
    if number == 0 {
        return Some("0".to_string());
    }
    while number % base == 0 && power + 1 < suffixes.len() {
        number /= base;
        power += 1;
    }
    Some(format!("{number}{}", suffixes.get(power)?))
}

/// Whether the server reads a quantity into a whole number of 64 bits at once, which it tells by how it is written:
/// `1k` and `1.5k` are whole, `1000m`, `1.0` and `1Pi` are not.
pub fn is_held_whole(text: &str) -> bool {
    let Some(parts) = Parts::read(text) else {
        return false;
    };
    let digits = parts.mantissa.checked_ilog10().unwrap_or(0) + 1;
    let is_short = match parts.binary {
        true => parts.ten == 0 && digits + parts.two / 10 * 3 <= 14,
        false => parts.ten >= 0 && digits <= 18,
    };
    is_short && i64::try_from(parts.value().rounded()).is_ok()
}

/// A quantity as written: a mantissa of up to 19 digits, and its powers of ten and two.
struct Parts {
    negative: bool,
    mantissa: u128,
    /// Digits beyond the mantissa were not all zero.
    more: bool,
    ten: i64,
    two: u32,
    binary: bool,
    exponent_form: bool,
}

impl Parts {
    fn read(text: &str) -> Option<Parts> {
        if quantity_fault(text).is_some() {
            return None;
        }
        let text = trimmed_quantity(text);
        let mut parts = Parts {
            negative: text.starts_with('-'),
            mantissa: 0,
            more: false,
            ten: 0,
            two: 0,
            binary: false,
            exponent_form: false,
        };
        let text = text.trim_start_matches(['-', '+']);
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let (number, suffix) = text.split_at(end);
        let mut fraction = false;
        for digit in number.bytes() {
            if digit == b'.' {
                fraction = true;
                continue;
            }
            let digit = u128::from(digit - b'0');
            if parts.mantissa < 10u128.pow(18) {
                parts.mantissa = parts.mantissa * 10 + digit;
                parts.ten -= i64::from(fraction);
            } else {
                parts.more |= digit != 0;
                parts.ten += i64::from(!fraction);
            }
        }
        match suffix {
            "" => {}
            "n" => parts.ten -= 9,
            "u" => parts.ten -= 6,
            "m" => parts.ten -= 3,
            "k" => parts.ten += 3,
            "M" => parts.ten += 6,
            "G" => parts.ten += 9,
            "T" => parts.ten += 12,
            "P" => parts.ten += 15,
            "E" => parts.ten += 18,
            _ if suffix.ends_with('i') => {
                parts.binary = true;
                let power = "KMGTPE".find(suffix.trim_end_matches('i'))? as u32 + 1;
                parts.two = power * 10;
            }
            _ => {
                parts.exponent_form = true;
                let exponent: i64 = suffix.get(1..)?.trim_start_matches('+').parse().ok()?;
                parts.ten = parts.ten.checked_add(exponent)?;
            }
        }
        Some(parts)
    }

    /// Whether the server keeps the text of a quantity for its normal form, which it does where it can tell quickly
    /// that nothing is to be put together or taken apart. Leading zeros and signs are not looked at.
    fn stays_as_written(&self, text: &str) -> bool {
        let digits = text.trim_start_matches(['-', '+']).trim_start_matches('0');
        let end = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (whole, rest) = digits.split_at(end(digits));
        let part = rest.strip_prefix('.').map_or("", |rest| &rest[..end(rest)]);
        let length = whole.len().max(1) + part.len();
        if self.binary {
            let short = whole.len().max(1) + self.two as usize / 10 * 3 <= 14;
            return part.is_empty() && short && self.mantissa & 7 != 0;
        }
        let all = format!("{whole}{part}");
        length <= 18
            && self.ten >= -9
            && self.ten % 3 == 0
            && !whole.is_empty()
            && !all.ends_with("000")
            && !all.starts_with('0')
    }

    fn value(&self) -> Quantity {
        if self.mantissa == 0 {
            return Quantity::ZERO;
        }
        // 10^19 times 2^60 fits.
        let scaled = (self.mantissa << self.two) as i128;
        let nanos = match self.ten + 9 {
            ten @ 0..39 => scaled.checked_mul(10i128.pow(ten as u32)).unwrap_or(i128::MAX),
            ten @ -38..0 => {
                let unit = 10i128.pow(ten.unsigned_abs() as u32);
                scaled / unit + i128::from(self.more || scaled % unit != 0)
            }
            ten => {
                if ten > 0 {
                    i128::MAX
                } else {
                    1
                }
            }
        };
        let nanos = if self.binary {
            nanos.min(BINARY_MOST)
        } else {
            nanos
        };
        Quantity(if self.negative { -nanos } else { nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn q(text: &str) -> Quantity {
        Quantity::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn quantities_compare_by_value() {
        for (a, b) in [
            ("1", "1000m"),
            ("1Ki", "1024"),
            ("0.5Gi", "512Mi"),
            ("1e3", "1k"),
            ("1E3", "1000.000"),
            ("1.5", "1500m"),
            (".1n", "1n"),
            ("-0", "0"),
            ("9Ei", "8Ei"),
            ("00012", "12"),
            ("100000000000000000000", "100E"),
            ("0.0000000001Gi", "0.107374183"),
        ] {
            assert_eq!(q(a), q(b), "{a} {b}");
        }
        for (less, more) in [
            ("1", "1001m"),
            ("1M", "1Mi"),
            ("-1", "0"),
            ("0", "1n"),
            ("1e-400", "2n"),
            ("7E", "1e400"),
            ("9.9e20", "1e21"),
        ] {
            assert!(q(less) < q(more), "{less} {more}");
        }
        assert_eq!(Quantity::parse("1Zi"), None);
        assert!(!q("100m").is_whole() && q("1000m").is_whole() && q("0.5Ki").is_whole());
        assert_eq!(
            (q("1.1").rounded(), q("-1.1").rounded(), q("2").rounded()),
            (2, -2, 2)
        );
        assert!(q("4Mi").is_multiple_of(q("2Mi")) && !q("3Mi").is_multiple_of(q("2Mi")));
        assert!(!q("3Mi").is_multiple_of(Quantity::ZERO));
    }

    #[test]
    fn quantities_are_written_in_one_form() {
        for (text, written) in [
            ("1", "1"),
            ("1000m", "1"),
            ("0.5", "500m"),
            ("1500m", "1500m"),
            ("1000", "1k"),
            ("1024", "1024"),
            ("1024Mi", "1Gi"),
            ("0.5Gi", "512Mi"),
            ("512Mi", "512Mi"),
            ("1023", "1023"),
            ("0.5Ki", "512"),
            ("1Ki", "1Ki"),
            ("-1024Ki", "-1Mi"),
            ("0Gi", "0"),
            ("+007", "7"),
            ("1.500", "1.500"),
            ("1e3", "1e3"),
            ("2000M", "2G"),
        ] {
            assert_eq!(normal_form(text).as_deref(), Some(written), "{text}");
        }
        for unknown in ["1000e3", "1n", "many", "1.0001Ki"] {
            assert_eq!(normal_form(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn units_are_powers_in_their_own_form() {
        for yes in [
            "1",
            "1k",
            "1000",
            "1Ki",
            "1024Ki",
            "1Ei",
            "1E",
            "1000m",
            "0.001k",
            "0.001G",
            "+1000",
            "01000",
            "+1024Ki",
            "01024Ki",
            "0.0009765625Mi",
            "1.0",
            "1.0e0",
            "10e-1",
            "1000e-3",
            "01Pi",
            "+1Pi",
            "1.0Ki",
        ] {
            assert!(is_unit(yes, false), "{yes}");
        }
        for no in [
            "0", "2", "1024", "1m", "10Mi", "01", "+1", "1e0", "1e3", "-1", "x", "1.", "1.k", "+1Ki",
        ] {
            assert!(!is_unit(no, false), "{no}");
        }
        assert!(
            is_unit("0.001", true)
                && is_unit("0.001k", true)
                && is_unit("0.1e1", true)
                && is_unit("01000m", true)
        );
        assert!(!is_unit("1.m", true) && !is_unit("1e-3", true) && !is_unit("01m", true));
        assert!(is_unit("1m", true) && is_unit("1", true) && !is_unit("1k", true));
    }
}
