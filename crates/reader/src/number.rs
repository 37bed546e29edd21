//! Numbers as vendors and spreadsheets write them.
//!
//! Most are digits and a point. Others have a decimal comma, signs between thousands, a currency,
//! or `K`, `M`, `B` for the zeros of a volume.

use candles::MAX_VOLUME;

use super::records::text;

/// Longest number, in bytes.
const MAX_BYTES: usize = 64;

/// Why a cell is not a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VolumeError {
    NotANumber,
    TooLarge,
}

/// Whether a cell means that there is no value.
pub(super) fn is_null(cell: &[u8]) -> bool {
    const WORDS: [&[u8]; 8] = [b"", b"-", b"--", b"null", b"n/a", b"na", b"nan", b"none"];
    cell.len() <= 4 && WORDS.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A number; also NaN and infinity, as Rust reads them.
#[inline]
pub(super) fn float(cell: &[u8], decimal: u8) -> Option<f64> {
    if decimal == b'.'
        && let Some(number) = std::str::from_utf8(cell).ok().and_then(|text| text.parse().ok())
    {
        return Some(number);
    }
    plain(&text(cell), decimal)?.parse().ok()
}

/// A volume: the f64 nearest to the cell's number.
#[inline]
pub(super) fn volume(cell: &[u8], decimal: u8) -> Result<f64, VolumeError> {
    // Numbers of so few digits are f64 exactly.
    if cell.len() <= 15 && !cell.is_empty() && cell.iter().all(u8::is_ascii_digit) {
        let number = cell.iter().fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        #[allow(clippy::cast_precision_loss)]
        return Ok(number as f64);
    }
    if decimal == b'.'
        && let Ok(number) = scaled(&text(cell), 0)
    {
        return Ok(number);
    }
    let text = text(cell);
    let (digits, zeros) = match text.char_indices().next_back() {
        Some((end, 'K' | 'k')) => (&text[..end], 3),
        Some((end, 'M' | 'm')) => (&text[..end], 6),
        Some((end, 'B' | 'b')) => (&text[..end], 9),
        _ => (&*text, 0),
    };
    let number = scaled(digits, zeros);
    if decimal == b'.' && number != Err(VolumeError::NotANumber) {
        return number;
    }
    scaled(&plain(digits, decimal).ok_or(VolumeError::NotANumber)?, zeros)
}

/// The f64 nearest to a decimal number with extra zeros.
fn scaled(text: &str, zeros: i32) -> Result<f64, VolumeError> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.parse::<i8>().map_err(|_| VolumeError::NotANumber)?)
        }
        None => (text, 0),
    };
    let digits = mantissa.strip_prefix(['-', '+']).unwrap_or(mantissa);
    let (integer, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = (integer.len() + fraction.len()).clamp(1, MAX_BYTES)
        == integer.len() + fraction.len()
        && [integer, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_number {
        return Err(VolumeError::NotANumber);
    }
    let exponent = i32::from(exponent) + zeros;
    let number: f64 =
        format!("{mantissa}e{exponent}").parse().map_err(|_| VolumeError::NotANumber)?;
    // Whole numbers of 64 bits are volumes, though the f64 nearest to the last of them is 2^63.
    let fits = number <= MAX_VOLUME || (exponent == 0 && integer.parse::<i64>().is_ok());
    // Adding 0 turns -0 into 0.
    if fits { Ok(number.min(MAX_VOLUME) + 0.0) } else { Err(VolumeError::TooLarge) }
}

/// The number with a point and nothing else: without a currency around it, and without signs
/// between thousands, which must stand where they belong.
fn plain(text: &str, decimal: u8) -> Option<String> {
    let is_around = |c: char| c.is_whitespace() || matches!(c, '$' | '€' | '£' | '¥' | '\u{80}');
    let text = text.trim_matches(is_around);
    if text.len() > MAX_BYTES {
        return None;
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits.trim_start_matches(is_around)),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (integer, fraction) = match digits.split_once(char::from(decimal)) {
        Some((integer, fraction)) => (integer, Some(fraction)),
        None => (digits, None),
    };
    let mut groups = integer.split(|c: char| {
        matches!(c, '.' | ',' | ' ' | '\'' | '’' | '\u{a0}' | '\u{202f}' | '\u{92}')
    });
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next()?;
    let mut number = format!("{sign}{first}");
    if !is_digits(first) || (integer.len() > first.len() && !(1..=3).contains(&first.len())) {
        return None;
    }
    for group in groups {
        if group.len() != 3 || !is_digits(group) {
            return None;
        }
        number.push_str(group);
    }
    if let Some(fraction) = fraction {
        if !is_digits(fraction) {
            return None;
        }
        number.push('.');
        number.push_str(fraction);
    }
    Some(number)
}

/// What a cell tells about the decimal sign of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    Sure(u8),
    /// One comma with three digits behind it: a fraction, or thousands.
    Comma,
    None,
}

/// Looks for the decimal sign.
pub(super) fn evidence(cell: &[u8]) -> Evidence {
    let is_sign = |byte: &u8| matches!(byte, b'.' | b',');
    let count = |sign: u8| cell.split(|byte| *byte == sign).count() - 1;
    let Some(last) = cell.iter().rposition(is_sign) else {
        return Evidence::None;
    };
    let other = |sign: u8| if sign == b',' { b'.' } else { b',' };
    let digits = |bytes: &[u8]| bytes.iter().filter(|byte| byte.is_ascii_digit()).count();
    let (before, sign, behind) = (&cell[..last], cell[last], &cell[last + 1..]);
    match (count(sign), count(other(sign))) {
        (1, 1..) => Evidence::Sure(sign),
        (2.., 0) => Evidence::Sure(other(sign)),
        (1, 0) if digits(behind) != 3 || digits(before) > 3 || before.trim_ascii() == b"0" => {
            Evidence::Sure(sign)
        }
        (1, 0) if sign == b',' => Evidence::Comma,
        _ => Evidence::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_float(cell: &str, decimal: char, expected: Option<f64>) {
        assert_eq!(float(cell.as_bytes(), decimal as u8), expected, "{cell:?}");
    }

    #[track_caller]
    fn check_volume(cell: &str, decimal: char, expected: Result<f64, VolumeError>) {
        assert_eq!(volume(cell.as_bytes(), decimal as u8), expected, "{cell:?}");
    }

    #[test]
    fn prices_are_read_as_written() {
        for (cell, number) in [
            ("95.455", 95.455),
            ("-0.5", -0.5),
            ("1e3", 1000.0),
            ("$1,234.50", 1234.5),
            ("1,234,567.8", 1_234_567.8),
            ("-$5", -5.0),
            ("12'345.6", 12345.6),
            ("185.63999938964844", 185.639_999_389_648_44),
        ] {
            check_float(cell, '.', Some(number));
        }
        for (cell, number) in [
            ("1.234,5", 1234.5),
            ("95,455", 95.455),
            ("1.234", 1234.0),
            ("12,50 €", 12.5),
            ("1\u{a0}234,5", 1234.5),
        ] {
            check_float(cell, ',', Some(number));
        }
        for cell in ["", "x", "1,23", "1,2345", "12,34.5", "1 2", "$", "1.2.3", "0x10", "１"] {
            check_float(cell, '.', None);
        }
        check_float("12.34", ',', None);
        check_float("1,2,3", ',', None);
        check_float(&"9".repeat(2_000_000), '.', Some(f64::INFINITY));
    }

    #[test]
    fn volumes_are_read_as_written() {
        for (cell, number) in [
            ("0", 0.0),
            ("2093900.0", 2_093_900.0),
            ("-1", -1.0),
            ("1.49", 1.49),
            ("0.1", 0.1),
            (".5", 0.5),
            ("0.00012345", 0.000_123_45),
            ("999999999999999", 999_999_999_999_999.0),
            ("9007199254740993.0", 9_007_199_254_740_992.0),
            ("32.94M", 32_940_000.0),
            ("1.2345K", 1234.5),
            ("1.1B", 1_100_000_000.0),
            ("1,234.5", 1234.5),
            ("1,234,567", 1_234_567.0),
            ("1e3", 1000.0),
            ("1.5E+06", 1_500_000.0),
            ("25e-1", 2.5),
            ("123e-99", 123e-99),
            ("0e99", 0.0),
            ("9223372036854774784", MAX_VOLUME),
            ("9223372036854775807", MAX_VOLUME),
        ] {
            check_volume(cell, '.', Ok(number));
        }
        check_volume("1.234.567", ',', Ok(1_234_567.0));
        check_volume("1.234", ',', Ok(1234.0));
        check_volume("1.234,5", ',', Ok(1234.5));
        check_volume("32,94M", ',', Ok(32_940_000.0));
        for cell in ["", "x", "1.2.3", ".", "-", "nan", "inf", "1e", "M", "--1", "é"] {
            check_volume(cell, '.', Err(VolumeError::NotANumber));
        }
        for cell in ["9223372036854775808", "1e30", "9999999999.9B", "1e99"] {
            check_volume(cell, '.', Err(VolumeError::TooLarge));
        }
    }

    #[test]
    fn a_volume_is_never_negative_zero() {
        assert!(volume(b"-0", b'.').unwrap().is_sign_positive());
        assert!(volume(b"-0.0", b'.').unwrap().is_sign_positive());
    }

    #[test]
    fn the_decimal_sign_shows() {
        for (cell, expected) in [
            ("1.234,5", Evidence::Sure(b',')),
            ("1,234.5", Evidence::Sure(b'.')),
            ("1,234,567", Evidence::Sure(b'.')),
            ("12,5", Evidence::Sure(b',')),
            ("0,125", Evidence::Sure(b',')),
            ("1234,567", Evidence::Sure(b',')),
            ("1,234", Evidence::Comma),
            ("1.234", Evidence::None),
            ("12", Evidence::None),
        ] {
            assert_eq!(evidence(cell.as_bytes()), expected, "{cell:?}");
        }
    }
}
