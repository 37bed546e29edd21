//! Dates as text: `YYYY-MM-DD` and nothing else.

use chrono::NaiveDate;

/// Reads a calendar day of the years 0000 to 9999. chrono's own parser also takes spaces, signs
/// and single digits.
#[must_use]
pub fn parse(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let strict = bytes.len() == 10
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if strict { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_calendar_days_are_dates() {
        for good in ["2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"] {
            assert_eq!(parse(good).map(|date| date.to_string()).as_deref(), Some(good));
        }
        for bad in [
            "",
            " 2024-01-02",
            "2024-01-02 ",
            "2024-1-2",
            "-001-01-01",
            "+2024-01-0",
            "2024-02-30",
            "2024-13-01",
            "2024/01/02",
            "20240102",
            "2024-01-02T00:00:00",
            "２024-01-0",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
    }
}
