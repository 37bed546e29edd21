//! The plain layout: a header of `symbol,date,open,high,low,close,volume` in any order and case,
//! and optionally `adjusted_close`.

use std::{collections::btree_map::Entry, io::Read};

use anyhow::{Context, bail};
use candles::OhlcvRow;
use csv::StringRecord;

use super::{
    PriceRow, PriceRows,
    check::{self, Problems},
};

const REQUIRED: [&str; 7] = ["symbol", "date", "open", "high", "low", "close", "volume"];
const ADJUSTED_CLOSE: &str = "adjusted_close";

/// Reads and checks all rows; fails with everything that is wrong with them.
pub(super) fn read(mut input: impl Read) -> anyhow::Result<PriceRows> {
    let mut text = Vec::new();
    input.read_to_end(&mut text).context("cannot read the input")?;
    let mut csv = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_slice());
    let columns = Columns::find(csv.headers().context("line 1: cannot read the header")?)?;
    let mut rows = PriceRows::new();
    let mut problems = Problems::default();
    let mut record = StringRecord::new();
    loop {
        let problem = match csv.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let row = columns.row(&record);
                row.and_then(|(symbol, row)| add(&mut rows, &symbol, row)).err()
            }
            Err(error) => Some(match error.kind() {
                csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                    format!("{len} cells, but the header has {expected_len}")
                }
                csv::ErrorKind::Utf8 { .. } => "text is not UTF-8".to_owned(),
                _ => return Err(error).context("cannot read the input"),
            }),
        };
        if let Some(problem) = problem {
            problems.add(line_of(&text, record.position()), problem);
        }
    }
    problems.into_result()?;
    if rows.is_empty() {
        bail!("the input has a header but no rows");
    }
    Ok(rows)
}

/// The line on which a record begins. csv's own count is off behind CRLF and blank lines: it is
/// taken before they are skipped.
fn line_of(text: &[u8], position: Option<&csv::Position>) -> usize {
    let before = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let skipped = text[before..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    text[..before + skipped].split(|byte| *byte == b'\n').count()
}

/// Adds a row; the same row twice is one, but two rows for one day are a contradiction.
fn add(rows: &mut PriceRows, symbol: &str, row: PriceRow) -> Result<(), String> {
    let date = row.ohlcv.date;
    match rows.entry(symbol.to_owned()).or_default().entry(date) {
        Entry::Vacant(entry) => {
            entry.insert(row);
            Ok(())
        }
        Entry::Occupied(entry) if *entry.get() == row => Ok(()),
        Entry::Occupied(_) => Err(format!("{symbol} {date} stands twice, with different values")),
    }
}

/// Where each column stands.
struct Columns {
    required: [usize; REQUIRED.len()],
    adjusted_close: Option<usize>,
}

impl Columns {
    fn find(header: &StringRecord) -> anyhow::Result<Self> {
        let names: Vec<String> = header.iter().map(str::to_lowercase).collect();
        let position = |name: &str| names.iter().position(|column| column == name);
        let mut required = [0; REQUIRED.len()];
        for (index, name) in required.iter_mut().zip(REQUIRED) {
            *index = position(name).with_context(|| {
                format!("line 1: the header has no column {name}; it needs {}", REQUIRED.join(","))
            })?;
        }
        for (index, name) in names.iter().enumerate() {
            if !REQUIRED.contains(&name.as_str()) && name != ADJUSTED_CLOSE {
                bail!(
                    "line 1: unknown column {name:?}; known are {} and {ADJUSTED_CLOSE}",
                    REQUIRED.join(",")
                );
            }
            if position(name) != Some(index) {
                bail!("line 1: the column {name} stands twice");
            }
        }
        Ok(Self { required, adjusted_close: position(ADJUSTED_CLOSE) })
    }

    fn row(&self, record: &StringRecord) -> Result<(String, PriceRow), String> {
        let [symbol, date, open, high, low, close, volume] =
            self.required.map(|index| record.get(index).unwrap_or_default());
        let ohlcv = OhlcvRow {
            date: check::date(date)?,
            open: check::price("open", open)?,
            high: check::price("high", high)?,
            low: check::price("low", low)?,
            close: check::price("close", close)?,
            volume: check::volume(volume)?,
        };
        check::row(&ohlcv)?;
        let adjusted_close = self
            .adjusted_close
            .and_then(|index| record.get(index))
            .filter(|cell| !cell.is_empty())
            .map(|cell| check::adjusted_price(ADJUSTED_CLOSE, cell))
            .transpose()?;
        Ok((check::symbol(symbol)?, PriceRow { ohlcv, adjusted_close }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROW: &str = "AMZN,2024-01-02,10,12,9,11,100\n";

    #[track_caller]
    fn check_refused(input: &str, expected: &str) {
        let error = read(input.as_bytes()).unwrap_err();
        assert_eq!(format!("{error:#}"), expected);
    }

    fn with_header(rows: &str) -> String {
        format!("symbol,date,open,high,low,close,volume\n{rows}")
    }

    #[test]
    fn order_case_byte_order_mark_and_line_ends_do_not_matter() {
        let plain = read(with_header(ROW).as_bytes()).unwrap();
        let marked = format!("\u{feff}{}", with_header(ROW));
        let crlf = with_header(ROW).replace('\n', "\r\n");
        let spread = "Volume, Close,LOW,high,open,date,Symbol\n100,11,9,12,10,2024-01-02,amzn\n";
        for same in [marked.as_str(), crlf.as_str(), spread] {
            assert_eq!(read(same.as_bytes()).unwrap(), plain, "{same:?}");
        }
    }

    #[test]
    fn adjusted_close_is_optional_by_column_and_by_cell() {
        let input = "symbol,date,open,high,low,close,volume,adjusted_close\n\
                     A,2024-01-02,1,1,1,1,1,0.5\nA,2024-01-03,1,1,1,1,1,\n";
        let rows = read(input.as_bytes()).unwrap();
        let adjusted: Vec<_> = rows["A"].values().map(|row| row.adjusted_close).collect();
        assert_eq!(adjusted, [Some(0.5), None]);
    }

    #[test]
    fn every_bad_row_is_named_by_line() {
        let rows = "AMZN,2024-01-02,10,12,9,11,100\n\
                    AMZN,2024-01-03,10,x,9,11,100\n\
                    AMZN,2024-01-04,10,12,9\n\
                    AMZN,2024-01-05,8,12,9,11,100\n\
                    AMZN,2024-01-02,10,12,9,11,101\n";
        check_refused(
            &with_header(rows),
            "4 bad rows\n  \
             line 3: column high: \"x\" is not a number\n  \
             line 4: 5 cells, but the header has 7\n  \
             line 5: open 8 is outside low 9 to high 12\n  \
             line 6: AMZN 2024-01-02 stands twice, with different values",
        );
    }

    #[test]
    fn lines_are_counted_behind_crlf_and_blank_lines() {
        let bad = "AMZN,2024-01-03,10,x,9,11,100";
        let expected =
            |line| format!("1 bad row\n  line {line}: column high: \"x\" is not a number");
        check_refused(&with_header(&format!("{ROW}{bad}\n")).replace('\n', "\r\n"), &expected(3));
        check_refused(&with_header(&format!("\n\n{bad}")), &expected(4));
        check_refused(&with_header(&format!("{ROW}\r\n\r\n{bad}")), &expected(5));
        let quoted = "\"AMZN\",2024-01-02,10,12,9,\"11\",100";
        check_refused(&with_header(&format!("{quoted}\n{bad}\n{ROW}")), &expected(3));
    }

    #[test]
    fn twenty_problems_are_shown_and_the_rest_counted() {
        let error = read(with_header(&"bad\n".repeat(25)).as_bytes()).unwrap_err().to_string();
        assert_eq!(error.lines().count(), 22);
        assert!(error.starts_with("25 bad rows") && error.ends_with("and 5 more"), "{error}");
    }

    #[test]
    fn headers_are_taken_seriously() {
        let required = "symbol,date,open,high,low,close,volume";
        check_refused("", &format!("line 1: the header has no column symbol; it needs {required}"));
        check_refused(
            &format!("symbol,date,open,high,low,close\n{ROW}"),
            &format!("line 1: the header has no column volume; it needs {required}"),
        );
        check_refused(
            &format!("{required},sector\n"),
            &format!("line 1: unknown column \"sector\"; known are {required} and adjusted_close"),
        );
        check_refused(&format!("{required},date\n"), "line 1: the column date stands twice");
        check_refused(&with_header(""), "the input has a header but no rows");
    }

    #[test]
    fn equal_rows_are_one() {
        assert_eq!(read(with_header(&ROW.repeat(2)).as_bytes()).unwrap()["AMZN"].len(), 1);
    }
}
