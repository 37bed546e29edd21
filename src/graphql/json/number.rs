//! Writing numbers. Most of an answer's time goes into this.

/// What makes a price an integer.
const SCALE: f64 = 10_000.0;

/// Prices from here to [`TOO_LARGE`] may be decimals of eight digits. Smaller numbers have an
/// exponent in their text.
const SMALLEST: f64 = 0.001;
const TOO_LARGE: f64 = 9_999.5;

/// Appends a finite number as the shortest text that reads as the same number.
pub(super) fn write_real(number: f64, text: &mut Vec<u8>) {
    let mut buffer = zmij::Buffer::new();
    let bytes = buffer.format_finite(number).as_bytes();
    // Two copies of a fixed length are faster than one that fits.
    match (bytes.len() <= 24, bytes.first_chunk::<16>(), bytes.last_chunk::<8>()) {
        (true, Some(first), Some(last)) => {
            push(text, *first, bytes.len() - last.len());
            text.extend_from_slice(last);
        }
        _ => text.extend_from_slice(bytes),
    }
}

/// The same, and faster for a number that is likely to have few digits.
///
/// If `x` is the double that is nearest to `m / 10^4` and `m` has eight digits, then no shorter
/// decimal has the same nearest double, and no other one below 16 digits: the digits of `m` are the
/// text. The division that proves it is exact by IEEE 754.
pub(super) fn write_price(price: f64, text: &mut Vec<u8>) {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // between 10 and 10^8
    let scaled = (price * SCALE + 0.5) as u32;
    #[allow(clippy::float_cmp)] // equality is the proof
    if (SMALLEST..TOO_LARGE).contains(&price) && f64::from(scaled) / SCALE == price {
        let digits = eight_digits(scaled);
        let [whole, fraction] = [digits & 0xffff_ffff, digits >> 32];
        // At least one digit stands on each side of the point.
        let leading = (whole.trailing_zeros() / 8).min(3);
        let trailing = (fraction.leading_zeros() / 8 - 4).min(3);
        let point = u64::from(b'.') << 32;
        let whole = (ascii(whole) & 0xffff_ffff | point) >> (8 * leading);
        push(text, whole.to_le_bytes(), 5 - leading as usize);
        push(text, ascii(fraction).to_le_bytes(), 4 - trailing as usize);
    } else {
        write_real(price, text);
    }
}

/// Appends a whole number.
pub(super) fn write_whole(number: i64, text: &mut Vec<u8>) {
    match u32::try_from(number) {
        Ok(small @ 0..100_000_000) => {
            let digits = eight_digits(small);
            let leading = (digits.trailing_zeros() / 8).min(7);
            push(text, (ascii(digits) >> (8 * leading)).to_le_bytes(), 8 - leading as usize);
        }
        _ => text.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

/// Appends the first bytes of some: a copy of a fixed length is faster than one that fits.
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

fn ascii(digits: u64) -> u64 {
    digits | u64::from_le_bytes([b'0'; 8])
}

/// The digits of a number below 10^8, the first one in the lowest byte. All at once: halves, then
/// quarters, then digits stand beside each other, and a multiplication and a shift divide them all
/// by 100 or by 10.
fn eight_digits(number: u32) -> u64 {
    let halves = u64::from(number / 10_000) | u64::from(number % 10_000) << 32;
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let quarters = hundreds | (halves - 100 * hundreds) << 16;
    let tens = ((quarters * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | (quarters - 10 * tens) << 8
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
