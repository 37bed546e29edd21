//! Times since 1970, as numbers.

use chrono::{DateTime, NaiveDate};

use super::row_error::DateError;

/// The day that begins at a time; its hour is midnight of UTC, or of New York in summer or winter.
pub(super) fn read(cell: &[u8]) -> Result<NaiveDate, DateError> {
    let (seconds, is_whole) = since_1970(cell).ok_or(DateError::NotADate)?;
    let is_midnight = [0, 4, 5].map(|hour| hour * 3600).contains(&(seconds % 86_400));
    if !is_midnight || !is_whole {
        return Err(DateError::Intraday);
    }
    day(cell).ok_or(DateError::NotADate)
}

/// The day of UTC in which a time since 1970 lies.
pub(super) fn day(cell: &[u8]) -> Option<NaiveDate> {
    let (seconds, _) = since_1970(cell)?;
    Some(DateTime::from_timestamp(seconds, 0)?.date_naive())
}

/// Seconds, and whether there are no parts of one. The unit shows by the size: seconds pass 1e11 in
/// the year 5138, milliseconds did in 1973.
fn since_1970(cell: &[u8]) -> Option<(i64, bool)> {
    if cell.is_empty() || !cell.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let number: i64 = std::str::from_utf8(cell).ok()?.parse().ok()?;
    let per_second = match number {
        0..100_000_000_000 => 1,
        100_000_000_000..100_000_000_000_000 => 1000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000_000,
        _ => 1_000_000_000,
    };
    Some((number / per_second, number % per_second == 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(cell: &str, expected: &str) {
        assert_eq!(format!("{:?}", read(cell.as_bytes())), expected, "{cell:?}");
    }

    #[test]
    fn the_unit_of_an_epoch_is_its_size() {
        for cell in ["1704153600", "1704153600000", "1704153600000000", "1704171600000000000"] {
            check(cell, "Ok(2024-01-02)");
        }
        // In summer, midnight of New York is at 4 o'clock.
        check("1719892800000000000", "Ok(2024-07-02)");
        check("0", "Ok(1970-01-01)");
        check("1704157200000", "Err(Intraday)");
        check("1704153600000000001", "Err(Intraday)");
        check("-1", "Err(NotADate)");
    }
}
