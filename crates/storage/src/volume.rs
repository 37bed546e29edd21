//! A volume in the table `candle`: a column of integers, and one of fractions beside it.
//!
//! Older programs know only the integers. They read the rounded volume, and may overwrite it
//! without changing the fraction.

use candles::MAX_VOLUME;

/// The values of both columns for a volume: the nearest integer, and the volume itself if it has a
/// fraction.
pub(crate) fn columns(volume: f64) -> (i64, Option<f64>) {
    let rounded = volume.round();
    #[allow(clippy::cast_possible_truncation)] // volumes lie below 2^63
    let integer = rounded as i64;
    #[allow(clippy::float_cmp)] // only a whole number equals its rounding
    (integer, (rounded != volume).then_some(volume))
}

/// The volume of both columns. If the fraction does not round to the integer, an older program has
/// overwritten the integer, which then is right.
pub(crate) fn volume(integer: i64, fractional: Option<f64>) -> f64 {
    match fractional {
        Some(volume) if columns(volume).0 == integer => volume,
        #[allow(clippy::cast_precision_loss)] // beyond 2^53 the nearest f64 stands for it
        _ => (integer as f64).min(MAX_VOLUME),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: f64, integer: i64, fractional: Option<f64>) {
        assert_eq!(columns(written), (integer, fractional));
        assert_eq!(volume(integer, fractional).to_bits(), written.to_bits());
    }

    #[test]
    fn volumes_come_back_as_they_were_written() {
        check(0.0, 0, None);
        check(12_345.0, 12_345, None);
        check(0.4, 0, Some(0.4));
        check(0.5, 1, Some(0.5));
        check(2.5, 3, Some(2.5));
        check(0.000_123, 0, Some(0.000_123));
        check(4_503_599_627_370_495.5, 4_503_599_627_370_496, Some(4_503_599_627_370_495.5));
        check(9_007_199_254_740_992.0, 9_007_199_254_740_992, None);
        check(MAX_VOLUME, 9_223_372_036_854_774_784, None);
    }

    #[track_caller]
    fn check_overwritten(integer: i64, fractional: f64, expected: f64) {
        assert_eq!(volume(integer, Some(fractional)).to_bits(), expected.to_bits());
    }

    #[test]
    fn an_integer_that_an_older_program_has_overwritten_holds() {
        check_overwritten(7, 2.5, 7.0);
        check_overwritten(2, 2.5, 2.0);
        check_overwritten(5, f64::NAN, 5.0);
    }

    #[test]
    fn integers_that_only_older_programs_wrote_are_volumes() {
        assert_eq!(volume(i64::MAX, None).to_bits(), MAX_VOLUME.to_bits());
        assert_eq!(
            volume(9_007_199_254_740_993, None).to_bits(),
            9_007_199_254_740_992.0_f64.to_bits()
        );
    }
}
