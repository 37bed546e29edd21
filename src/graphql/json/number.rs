//! Writes numbers, which takes most of an answer's time.

/// The factor that makes a price an integer.
const SCALE: u32 = 10_000;

/// Prices from here to [`TOO_LARGE`] may be decimals of eight digits. Smaller numbers have an
/// exponent in their text.
const SMALLEST: f64 = 0.001;
const TOO_LARGE: f64 = 9_999.5;

/// The text of a number below 10,000, the first digit in the lowest byte, and its length in the
/// highest one.
type Text = u64;

/// As whole parts: without leading zeros, and with a point behind that does not count.
static WHOLES: [Text; SCALE as usize] = texts(true);

/// As fractions: four digits, of which trailing zeros do not count.
static FRACTIONS: [Text; SCALE as usize] = texts(false);

#[allow(clippy::large_stack_arrays)] // there is no stack when it is computed
const fn texts(are_wholes: bool) -> [Text; SCALE as usize] {
    let mut texts = [0; SCALE as usize];
    let mut number = 0;
    while number < SCALE {
        let digits = [number / 1000, number / 100 % 10, number / 10 % 10, number % 10];
        let (mut start, mut end) = (0, digits.len());
        while are_wholes && start < 3 && digits[start] == 0 {
            start += 1;
        }
        while !are_wholes && end > 1 && digits[end - 1] == 0 {
            end -= 1;
        }
        let mut text = (end - start) as u64;
        text <<= 8 * (3 + start);
        text |= b'.' as u64;
        let mut position = digits.len();
        while position > start {
            position -= 1;
            text = text << 8 | (b'0' as u64 + digits[position] as u64);
        }
        texts[number as usize] = text;
        number += 1;
    }
    texts
}

/// The length of a text, without a point behind it.
#[allow(clippy::cast_possible_truncation)]
fn len(text: Text) -> usize {
    (text >> 56) as usize
}

/// Appends a finite number as the shortest text that reads as the same number.
pub(super) fn write_real(number: f64, text: &mut Vec<u8>) {
    text.extend_from_slice(zmij::Buffer::new().format_finite(number).as_bytes());
}

/// The same, and faster for a number that is likely to have few digits.
///
/// If `x` is the double that is nearest to `m / 10^4` and `m` has eight digits, then no shorter
/// decimal has the same nearest double, and no other one below 16 digits: the digits of `m` are the
/// text.
#[inline]
pub(super) fn write_price(price: f64, text: &mut Vec<u8>) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 10 and 10^8
    let scaled = (price * f64::from(SCALE) + 0.5) as u32;
    #[allow(clippy::float_cmp)] // equality is the proof
    if (SMALLEST..TOO_LARGE).contains(&price) && unscaled(scaled) == price {
        let whole = WHOLES[(scaled / SCALE) as usize];
        let fraction = FRACTIONS[(scaled % SCALE) as usize];
        push(text, whole.to_le_bytes(), len(whole) + 1);
        push(text, fraction.to_le_bytes(), len(fraction));
    } else {
        write_real(price, text);
    }
}

/// The double nearest to a number below 10^8 divided by [`SCALE`]: a division, by two
/// multiplications that are faster. The first one is exact, and the second one's error is too small
/// to matter, as a test proves for every number.
fn unscaled(number: u32) -> f64 {
    /// The inverse, of 26 bits.
    const INVERSE: f64 = f64::from_bits(0.0001_f64.to_bits() & !0x7ff_ffff);
    /// The rest of the inverse.
    const REST: f64 = (1.0 - INVERSE * SCALE as f64) / SCALE as f64;
    let number = f64::from(number);
    number * INVERSE + number * REST
}

/// Appends a whole number.
#[inline]
pub(in crate::graphql) fn write_whole(number: i64, text: &mut Vec<u8>) {
    match u32::try_from(number) {
        Ok(number @ ..SCALE) => {
            let whole = WHOLES[number as usize];
            push(text, whole.to_le_bytes(), len(whole));
        }
        Ok(number @ ..100_000_000) => {
            let whole = WHOLES[(number / SCALE) as usize];
            push(text, whole.to_le_bytes(), len(whole));
            push(text, FRACTIONS[(number % SCALE) as usize].to_le_bytes(), 4);
        }
        _ => text.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// Appends the first bytes of an array: a copy of a fixed length is faster than one that fits.
#[inline]
pub(super) fn push<const N: usize>(text: &mut Vec<u8>, bytes: [u8; N], len: usize) {
    let end = text.len() + len;
    text.extend_from_slice(&bytes);
    text.truncate(end);
}

/// The two digits of a number below 100.
#[allow(clippy::cast_possible_truncation)]
pub(super) fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(number: f64) {
        for write in [write_real, write_price] {
            let mut text = Vec::new();
            write(number, &mut text);
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text, serde_json::to_string(&number).unwrap());
        }
    }

    #[test]
    fn numbers_at_the_edges_are_written_as_serde_json_does() {
        #[rustfmt::skip]
        let numbers = [
            0.0, -0.0, 1.0, 10.0, 0.1, 0.001, 0.000_999_999, 1e-7,
            1e-8, 0.5, 163.0, 162.8465, 9_999_999.0, 9_999_999.999_999_99, 1e7, 1e15,
            1e16, 1e17, 1.1, 1e-300, 5e-324, 1e300, 0.3, 0.1 + 0.2,
            9_999.0, 9_999.499_9, 9_999.5, 9_999.999_9, 10_000.0, 0.0011, 2.0 / 3.0, 100.000_000_01,
            100.000_000_001, 1_234_567.123_456_78, f64::MAX, f64::MIN_POSITIVE, f64::EPSILON,
        ];
        for number in numbers {
            for number in [number, number.next_up(), number.next_down()] {
                if number.is_finite() {
                    check(number);
                    check(-number);
                }
            }
        }
    }

    #[test]
    fn the_faster_division_is_exact() {
        for number in 0..100_000_000_u32 {
            let same = unscaled(number).to_bits() == (f64::from(number) / 1e4).to_bits();
            assert!(same, "{number}");
        }
    }

    #[test]
    fn whole_numbers_are_written_as_serde_json_does() {
        let powers = (0..19).flat_map(|power| {
            let number = 10_i64.pow(power);
            [number - 1, number, number + 1, number / 10 * 7]
        });
        for number in powers.chain([i64::MAX, i64::MIN, -1, 20_304_050, 99_990_000]) {
            let mut text = Vec::new();
            write_whole(number, &mut text);
            assert_eq!(String::from_utf8(text).unwrap(), number.to_string());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn decimals_are_written_as_serde_json_does(digits in any::<u64>(), decimals in 0..12_i32) {
            for limit in [1_000, 100_000_000, 1_000_000_000_000_000, u64::MAX] {
                #[allow(clippy::cast_precision_loss)]
                check((digits % limit) as f64 / 10_f64.powi(decimals));
            }
        }

        #[test]
        fn any_number_is_written_as_serde_json_does(bits in any::<u64>()) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            check(number);
        }
    }
}
