//! Days as vendors write them.

use chrono::{
    Datelike, NaiveDate, NaiveTime,
    format::{Item, Parsed, StrftimeItems, parse},
};

use super::{
    epoch,
    records::text,
    row_error::{DateError, quoted},
};

/// The form of a file's dates.
#[derive(Debug, Clone)]
pub(super) enum DateForm {
    /// `2024-01-31`, also with slashes or dots, and with a time of midnight.
    YearFirst,
    /// `20240131`.
    Digits,
    /// `31/01/2024`, also with dots or dashes, and with single digits.
    DayFirst,
    /// `01/31/2024`, likewise.
    MonthFirst,
    /// Seconds, milliseconds, microseconds or nanoseconds since 1970.
    Epoch,
    /// A form in chrono's notation, with its parts.
    Written(String, Vec<Item<'static>>),
}

/// What a cell tells about the form of dates in its file.
#[derive(Debug)]
pub(super) enum Shape {
    /// This form, and no other.
    Sure(DateForm),
    /// Day first or month first, and whether both give the same day.
    Open { is_same: bool },
}

/// Forms with names of months.
const NAMED: [&str; 4] = ["%b %d, %Y", "%d-%b-%Y", "%d %b %Y", "%d. %b %Y"];

impl DateForm {
    /// A form in chrono's notation.
    pub fn written(form: &str) -> Option<Self> {
        let items = StrftimeItems::new(form).parse_to_owned().ok()?;
        Some(Self::Written(form.to_owned(), items))
    }

    /// Reads a cell.
    #[inline]
    pub fn read(&self, cell: &[u8]) -> Result<NaiveDate, DateError> {
        match self {
            Self::YearFirst => year_first(cell),
            Self::Digits => digits(cell).ok_or(DateError::NotADate),
            Self::DayFirst => year_last(cell, |day, month| (day, month)),
            Self::MonthFirst => year_last(cell, |month, day| (day, month)),
            Self::Epoch => epoch::read(cell),
            Self::Written(_, items) => written(&text(cell), items),
        }
    }

    /// The name of what a refused cell should be.
    pub fn expected(&self) -> String {
        match self {
            Self::YearFirst => "a date like 2024-01-31".to_owned(),
            Self::Digits => "a date like 20240131".to_owned(),
            Self::DayFirst => "a date like 31/01/2024".to_owned(),
            Self::MonthFirst => "a date like 01/31/2024".to_owned(),
            Self::Epoch => "a time since 1970 in digits".to_owned(),
            Self::Written(form, _) => format!("a date of the form {}", quoted(form)),
        }
    }
}

/// Which forms a cell fits.
pub(super) fn shape(cell: &[u8]) -> Option<Shape> {
    let form = if year_first(cell) != Err(DateError::NotADate) {
        DateForm::YearFirst
    } else if digits(cell).is_some() {
        DateForm::Digits
    } else {
        let day_first = DateForm::DayFirst.read(cell);
        let month_first = DateForm::MonthFirst.read(cell);
        let no = Err(DateError::NotADate);
        match (day_first == no, month_first == no) {
            (false, true) => DateForm::DayFirst,
            // No vendor writes the month first before a dot.
            (false, false) if cell.contains(&b'.') => DateForm::DayFirst,
            (false, false) => return Some(Shape::Open { is_same: day_first == month_first }),
            (true, false) => DateForm::MonthFirst,
            (true, true) => {
                let forms = NAMED.iter().filter_map(|form| DateForm::written(form));
                return forms.into_iter().find(|form| form.read(cell) != no).map(Shape::Sure);
            }
        }
    };
    Some(Shape::Sure(form))
}

fn number(bytes: &[u8]) -> Option<u32> {
    let is_number = (1..=4).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit);
    is_number.then(|| bytes.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

fn day(year: &[u8], month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(i32::try_from(number(year)?).ok()?, month, day)
}

#[inline]
fn year_first(cell: &[u8]) -> Result<NaiveDate, DateError> {
    let [y1, y2, y3, y4, separator, m1, m2, second, d1, d2, time @ ..] = cell else {
        return Err(DateError::NotADate);
    };
    if separator != second || !matches!(separator, b'-' | b'/' | b'.') {
        return Err(DateError::NotADate);
    }
    let date = number(&[*m1, *m2])
        .zip(number(&[*d1, *d2]))
        .and_then(|(month, date)| day(&[*y1, *y2, *y3, *y4], month, date));
    midnight(time)?;
    date.ok_or(DateError::NotADate)
}

fn digits(cell: &[u8]) -> Option<NaiveDate> {
    let (year, rest) = cell.split_at_checked(4)?;
    let (month, date) = rest.split_at_checked(2)?;
    if date.len() != 2 {
        return None;
    }
    day(year, number(month)?, number(date)?)
}

fn year_last(cell: &[u8], order: fn(u32, u32) -> (u32, u32)) -> Result<NaiveDate, DateError> {
    let end = cell.iter().position(|byte| matches!(byte, b' ' | b'T')).unwrap_or(cell.len());
    let (date, time) = cell.split_at(end);
    let separator = date.iter().find(|byte| matches!(byte, b'/' | b'.' | b'-'));
    let separator = separator.ok_or(DateError::NotADate)?;
    let mut parts = date.split(|byte| byte == separator);
    let (Some(first), Some(second), Some(year), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(DateError::NotADate);
    };
    if year.len() != 4 || first.len() > 2 || second.len() > 2 {
        return Err(DateError::NotADate);
    }
    let read = || {
        let (date, month) = order(number(first)?, number(second)?);
        day(year, month, date)
    };
    midnight(time)?;
    read().ok_or(DateError::NotADate)
}

/// Whether a time behind a date is none or midnight: in the zone it names, or in New York if it
/// names UTC. So `2024-01-02 00:00:00-05:00` and `2024-01-02T05:00:00Z` are days.
#[inline]
fn midnight(time: &[u8]) -> Result<(), DateError> {
    let [b' ' | b'T', h1, h2, b':', m1, m2, rest @ ..] = time else {
        return if time.is_empty() { Ok(()) } else { Err(DateError::NotADate) };
    };
    let seconds = rest.iter().take_while(|byte| matches!(byte, b':' | b'.' | b'0'..=b'9')).count();
    let (seconds, zone) = rest.split_at(seconds);
    let is_zone = zone.len() <= 6
        && zone.iter().all(|byte| {
            matches!(byte, b' ' | b'Z' | b'U' | b'T' | b'C' | b'+' | b'-' | b':' | b'0'..=b'9')
        });
    if ![h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) || !is_zone {
        return Err(DateError::NotADate);
    }
    let is_utc = matches!(zone.trim_ascii(), b"Z" | b"UTC" | b"+00:00" | b"+0000" | b"-00:00");
    let hour_of_day = match [*h1, *h2] {
        [b'0', b'0'] => true,
        [b'0', b'4' | b'5'] => is_utc,
        _ => false,
    };
    let is_whole_hour =
        [*m1, *m2] == *b"00" && !seconds.iter().any(|byte| matches!(byte, b'1'..=b'9'));
    if hour_of_day && is_whole_hour { Ok(()) } else { Err(DateError::Intraday) }
}

fn written(cell: &str, items: &[Item<'static>]) -> Result<NaiveDate, DateError> {
    let mut parsed = Parsed::new();
    parse(&mut parsed, cell, items.iter()).map_err(|_| DateError::NotADate)?;
    let date = parsed.to_naive_date().map_err(|_| DateError::NotADate)?;
    match parsed.to_naive_time() {
        Ok(time) if time != NaiveTime::MIN => Err(DateError::Intraday),
        _ if date.year() > 9999 => Err(DateError::NotADate),
        _ => Ok(date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(form: &DateForm, cell: &str, expected: &str) {
        assert_eq!(format!("{:?}", form.read(cell.as_bytes())), expected, "{cell:?}");
    }

    #[test]
    fn a_day_may_come_with_midnight() {
        for cell in [
            "2024-01-02",
            "2024/01/02",
            "2024-01-02 00:00",
            "2024-01-02 00:00:00-05:00",
            "2024-01-02T00:00:00.000Z",
            "2024-01-02 05:00:00+00:00",
            "2024-01-02 00:00:00 UTC",
        ] {
            check(&DateForm::YearFirst, cell, "Ok(2024-01-02)");
        }
        for cell in [
            "2024-01-02 09:30:00",
            "2024-01-02T00:00:01Z",
            "2024-01-02 05:00:00-05:00",
            "2024-01-02 04:00",
        ] {
            check(&DateForm::YearFirst, cell, "Err(Intraday)");
        }
        for cell in [
            "",
            "2024-1-2",
            "2023-02-29",
            "2024-01/02",
            "2024-01-02x",
            "+024-01-02",
            "2024-01-02 noon",
        ] {
            check(&DateForm::YearFirst, cell, "Err(NotADate)");
        }
    }

    #[test]
    fn other_forms_are_as_strict() {
        check(&DateForm::Digits, "20240131", "Ok(2024-01-31)");
        check(&DateForm::Digits, "2024131", "Err(NotADate)");
        check(&DateForm::DayFirst, "31.1.2024", "Ok(2024-01-31)");
        check(&DateForm::DayFirst, "31/01/24", "Err(NotADate)");
        check(&DateForm::MonthFirst, "1/31/2024", "Ok(2024-01-31)");
        check(&DateForm::MonthFirst, "1/31/2024 16:00:00", "Err(Intraday)");
        check(&DateForm::MonthFirst, "31/01/2024", "Err(NotADate)");
        let written = DateForm::written("%d-%b-%y").unwrap();
        check(&written, "31-Jan-24", "Ok(2024-01-31)");
        check(&written, "2024-01-31", "Err(NotADate)");
        check(&DateForm::written("%Y%m%d %H%M").unwrap(), "20240131 0930", "Err(Intraday)");
        assert!(DateForm::written("%Q").is_none());
    }

    #[test]
    fn shapes_tell_forms() {
        for (cell, expected) in [
            ("2024-01-02", "Some(Sure(YearFirst))"),
            ("20240102", "Some(Sure(Digits))"),
            ("03.04.2024", "Some(Sure(DayFirst))"),
            ("13/04/2024", "Some(Sure(DayFirst))"),
            ("04-13-2024", "Some(Sure(MonthFirst))"),
            ("03/04/2024", "Some(Open { is_same: false })"),
            ("4/4/2024", "Some(Open { is_same: true })"),
            ("soon", "None"),
        ] {
            assert_eq!(format!("{:?}", shape(cell.as_bytes())), expected);
        }
        assert!(
            matches!(shape(b"Jan 02, 2024"), Some(Shape::Sure(DateForm::Written(form, _))) if form == NAMED[0])
        );
    }
}
