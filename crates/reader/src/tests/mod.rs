//! How [`read()`] reads texts: rows and problems.

mod refusals;

use super::*;

/// Everything that the sink receives, one text each.
#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn row(&mut self, line: u64, symbol: &Symbol, row: PriceRow) -> anyhow::Result<()> {
        let candles::OhlcvRow { time, open, high, low, close, volume } = row.ohlcv;
        let adjusted = row.adjusted_close.map(|price| format!(" {price}")).unwrap_or_default();
        self.0.push(format!(
            "{line}: {symbol} {time} {open} {high} {low} {close} {volume}{adjusted}"
        ));
        Ok(())
    }

    fn bad(&mut self, problem: RowError) {
        self.0.push(problem.to_string());
    }

    fn empty(&mut self, line: u64) {
        self.0.push(format!("{line}: empty"));
    }

    fn describe(&mut self, symbol: &Symbol, about: &InstrumentMetadata) {
        self.0.push(format!("{symbol} {about:?}"));
    }
}

fn options() -> ReadOptions {
    ReadOptions::new(NaiveDate::from_ymd_opt(2024, 6, 30).unwrap())
}

fn told(name: &str, text: &[u8], options: &ReadOptions) -> Result<Vec<String>, String> {
    let mut told = Told::default();
    let input = Input { name: name.to_owned(), bytes: Box::new(text) };
    read(input, options, &mut told).map_err(|error| format!("{error:#}"))?;
    Ok(told.0)
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(told("A.csv", text.as_bytes(), &options()).unwrap(), expected, "{text:?}");
}

const PLAIN: &str = "symbol,date,open,high,low,close,volume";
const WEB: &str = "Date,Open,High,Low,Close,Volume";
const ROW: &str = "AMZN,2024-01-02,10,12,9,11,100\n";

fn plain(rows: &str) -> String {
    format!("{PLAIN}\n{rows}")
}

#[test]
fn order_case_byte_order_mark_line_ends_and_delimiter_do_not_matter() {
    let lf = plain(ROW);
    let spread = "Volume, Close,LOW,high,open,date,Symbol\n100,11,9,12,10,2024-01-02,amzn\n";
    for same in [
        format!("\u{feff}{lf}"),
        lf.replace('\n', "\r\n"),
        lf.replace(',', ";"),
        lf.replace(',', "\t"),
        lf.replace(',', "|"),
        spread.to_owned(),
        lf.trim_end().to_owned(),
    ] {
        check(&same, &["2: AMZN 2024-01-02 10 12 9 11 100"]);
    }
}

#[test]
fn every_bad_row_is_told_with_line_column_value_and_reason() {
    let rows = "AMZN,2024-01-02,10,12,9,11,100\n\
                AMZN,2024-01-03,10,x,9,11,100\n\
                AMZN,2024-01-04,10,12,9\n\
                AMZN,2024-01-05,8,12,9,11,100\n\
                AMZN,2023-02-29,10,12,9,11,100\n\
                AMZN,2024-01-05,10,12,nan,11,100\n\
                AMZN,2024-01-05,10,12,0,11,100\n\
                AMZN,2024-01-05,,12,9,11,100\n\
                AMZN,2024-01-05,10,12,9,11,-1\n\
                AMZN,2024-01-05,10,12,9,11,9223372036854775808\n\
                A B,2024-01-05,10,12,9,11,100\n\
                AMZN,1970-01-01,10,12,9,11,100\n\
                AMZN,2024-07-01,10,12,9,11,100\n\
                AMZN,2024-07-02,10,12,9,11,100\n\
                AMZN,2024-01-08,10,12";
    check(
        &plain(rows),
        &[
            "2: AMZN 2024-01-02 10 12 9 11 100",
            "line 3: column high: \"x\" is not a number",
            "line 4: 5 cells, but the header has 7",
            "line 5: open 8 is outside low 9 to high 12",
            "line 6: column date: \"2023-02-29\" is not a date like 2024-01-31",
            "line 7: column low: \"nan\" is not a price above 0",
            "line 8: column low: \"0\" is not a price above 0",
            "line 9: column open: \"\" is not a number",
            "line 10: volume -1 is negative",
            "line 11: column volume: \"9223372036854775808\" is above the largest volume, \
             9223372036854775807",
            "line 12: column symbol: \"A B\" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -",
            "line 13: column date: \"1970-01-01\" is the day that missing dates become; \
             --allow-epoch takes it",
            "14: AMZN 2024-07-01 10 12 9 11 100",
            "line 15: column date: \"2024-07-02\" is after tomorrow, 2024-07-01; \
             --allow-future-dates takes it",
            "line 16: 4 cells, but the header has 7; the input ends in the middle of this line",
        ],
    );
}

#[test]
fn dates_that_are_mostly_wrong_can_be_allowed() {
    let allowed = ReadOptions { allow_future_dates: true, allow_epoch: true, ..options() };
    let rows = plain("A,1970-01-01,1,1,1,1,1\nA,2099-01-01,1,1,1,1,1\n");
    assert_eq!(told("-", rows.as_bytes(), &allowed).unwrap().len(), 2);
}

#[test]
fn what_is_no_value_is_empty_and_fractions_of_volumes_stay() {
    check(
        &format!(
            "{WEB},Adj Close\n2024-01-02,null,null,null,null,null,null\n,,,,,,\n2024-01-03,-,N/A,NaN,,0,\n2024-01-04,1,1,1,1,2.5,-0.5\n2024-01-05,1,1,1,1,2.0,null\n"
        ),
        &[
            "2: empty",
            "3: empty",
            "4: empty",
            "5: A 2024-01-04 1 1 1 1 2.5 -0.5",
            "6: A 2024-01-05 1 1 1 1 2",
        ],
    );
}

#[test]
fn instruments_are_described_when_that_changes() {
    let text = format!(
        "{PLAIN},name,currency\nA,2024-01-02,1,1,1,1,1,\"Alpha, Inc.\",USD\n\
         A,2024-01-03,1,1,1,1,1,\"Alpha, Inc.\",USD\nB,2024-01-03,1,1,1,1,1,,\n"
    );
    check(
        &text,
        &[
            "2: A 2024-01-02 1 1 1 1 1",
            "A InstrumentMetadata { name: Some(\"Alpha, Inc.\"), exchange: None, currency: Some(\"USD\") }",
            "3: A 2024-01-03 1 1 1 1 1",
            "4: B 2024-01-03 1 1 1 1 1",
        ],
    );
}
