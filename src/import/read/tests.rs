//! What [`read()`] makes of texts: rows, problems, refusals.

use super::*;

/// Everything that is told, one text each.
#[derive(Default)]
struct Told(Vec<String>);

impl Sink for Told {
    fn row(&mut self, line: u64, symbol: &str, row: PriceRow) -> anyhow::Result<()> {
        let candles::OhlcvRow { date, open, high, low, close, volume } = row.ohlcv;
        let adjusted = row.adjusted_close.map(|price| format!(" {price}")).unwrap_or_default();
        self.0.push(format!(
            "{line}: {symbol} {date} {open} {high} {low} {close} {volume}{adjusted}"
        ));
        Ok(())
    }

    fn bad(&mut self, problem: Problem) {
        self.0.push(problem.to_string());
    }

    fn empty(&mut self, line: u64) {
        self.0.push(format!("{line}: empty"));
    }

    fn rounded(&mut self) {
        self.0.push("rounded".to_owned());
    }

    fn describe(&mut self, symbol: &str, about: &About) {
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

#[track_caller]
fn check_refused(name: &str, text: impl AsRef<[u8]>, expected: &str) {
    let error = told(name, text.as_ref(), &options()).unwrap_err();
    assert!(error.starts_with(expected), "{error}\nis not\n{expected}");
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
    let allowed = ReadOptions { allow_future_dates: true, allow_epoch: true, ..options() };
    let rows = plain("A,1970-01-01,1,1,1,1,1\nA,2099-01-01,1,1,1,1,1\n");
    assert_eq!(told("-", rows.as_bytes(), &allowed).unwrap().len(), 2);
}

#[test]
fn what_is_no_value_is_empty_and_what_is_no_integer_is_rounded() {
    check(
        &format!(
            "{WEB},Adj Close\n2024-01-02,null,null,null,null,null,null\n,,,,,,\n2024-01-03,-,N/A,NaN,,0,\n2024-01-04,1,1,1,1,2.5,-0.5\n2024-01-05,1,1,1,1,2.0,null\n"
        ),
        &[
            "2: empty",
            "3: empty",
            "4: empty",
            "rounded",
            "5: A 2024-01-04 1 1 1 1 3 -0.5",
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
            "A About { name: Some(\"Alpha, Inc.\"), exchange: None, currency: Some(\"USD\") }",
            "3: A 2024-01-03 1 1 1 1 1",
            "4: B 2024-01-03 1 1 1 1 1",
        ],
    );
}

#[test]
fn headers_are_taken_seriously() {
    let refused = |text: &str, expected: &str| check_refused("A.csv", text, expected);
    refused("", "the input is empty");
    refused(&plain(""), "the input has a header but no rows");
    refused(
        "symbol,date,open,high,low,close\n",
        &format!("line 1: the header has no column volume; it needs {PLAIN}"),
    );
    refused(
        &format!("{PLAIN},sector\n"),
        &format!("line 1: unknown column \"sector\"; known are {PLAIN} and adjusted_close"),
    );
    refused(&format!("{PLAIN},date\n"), "line 1: the column date stands twice");
    refused(
        "\nDate,Foo\n1,2\n",
        "line 2: unknown header \"Date,Foo\"; known layouts are plain, yahoo,",
    );
    refused(
        "Exceeded the daily hits limit",
        "this is no table but a message: \"Exceeded the daily hits limit\"",
    );
    let forced = ReadOptions { format: Some(Format::Nasdaq), ..options() };
    let error = told("A.csv", plain(ROW).as_bytes(), &forced).unwrap_err();
    assert!(
        error.starts_with(
            "--format nasdaq does not fit: line 1: the header has no column close/last"
        ),
        "{error}"
    );
}

#[test]
fn inputs_are_refused_as_a_whole_by_what_they_are() {
    let utf16: Vec<u8> = plain(ROW).encode_utf16().flat_map(u16::to_le_bytes).collect();
    check_refused("A.csv", [&b"\xff\xfe"[..], &utf16].concat(), "the text is UTF-16");
    check_refused("A.csv", utf16, "cannot read the input: byte 2 is NUL");
    let late = format!("{}\0", plain(&ROW.repeat(100_000)));
    check_refused("A.csv", &late, &format!("cannot read the input: byte {} is NUL", late.len()));
    let field = plain(&format!("A,{},1,1,1,1,1\n", "9".repeat(2_000_000)));
    check_refused("A.csv", field, "line 2: a row of more than 1048576 bytes");
    let quote = plain(&format!("\"A,2024-01-02,1,1,1,1,1\n{}", ROW.repeat(100_000)));
    check_refused("A.csv", quote, "line ");
}

#[test]
fn the_symbol_comes_from_rows_file_or_user() {
    let text = format!("{WEB}\n2024-01-02,1,1,1,1,1\n");
    check_refused(
        "prices.csv",
        &text,
        "neither the rows nor the file's name say the symbol; say --symbol",
    );
    let named = |symbol: &str| ReadOptions { symbol: Some(symbol.to_owned()), ..options() };
    let row = |symbol: &str| Ok(vec![format!("2: {symbol} 2024-01-02 1 1 1 1 1")]);
    assert_eq!(told("aapl.us.txt", text.as_bytes(), &options()), row("AAPL"));
    assert_eq!(told("aapl.us.txt", text.as_bytes(), &named("brk-b")), row("BRK-B"));
    let one = plain("a,2024-01-02,1,1,1,1,1\n");
    assert_eq!(told("-", one.as_bytes(), &named("b")), row("B"));
    let two = format!("{one}C,2024-01-02,1,1,1,1,1\n");
    let error = told("-", two.as_bytes(), &named("B")).unwrap_err();
    assert_eq!(error, "line 3: --symbol B is one symbol, but the input has \"a\" and \"C\"");
    let error = told("-", two.as_bytes(), &named("B B")).unwrap_err();
    assert!(error.starts_with("--symbol \"B B\" is not 1 to 32"), "{error}");
}

#[test]
fn a_date_of_two_readings_is_decided_by_another_or_refused() {
    let rows = |dates: &[&str]| {
        let row = |date: &&str| format!("{date},1,1,1,1,1\n");
        format!("{WEB}\n{}", dates.iter().map(row).collect::<String>())
    };
    let days = ["2: A 2024-04-03 1 1 1 1 1", "3: A 2024-04-15 1 1 1 1 1"];
    check(&rows(&["03/04/2024", "15/04/2024"]), &days);
    check(&rows(&["04/03/2024", "04/15/2024"]), &days);
    check(&rows(&["04.04.2024"]), &["2: A 2024-04-04 1 1 1 1 1"]);
    let open = rows(&["03/04/2024", "04/04/2024"]);
    check_refused(
        "A.csv",
        &open,
        "\"03/04/2024\" may be day or month first, and so may all dates of the input; say --date-format %d/%m/%Y or --date-format %m/%d/%Y",
    );
    let told_how = ReadOptions { date_format: Some("%m/%d/%Y".to_owned()), ..options() };
    assert_eq!(told("A.csv", open.as_bytes(), &told_how).unwrap()[0], "2: A 2024-03-04 1 1 1 1 1");
    // Decided after more than the first look, but not after any number of rows.
    let many = rows(&["03/04/2024"].repeat(100_000));
    assert_eq!(
        told("A.csv", format!("{many}15/04/2024,1,1,1,1,1\n").as_bytes(), &options()).unwrap()[0],
        days[0]
    );
    check_refused(
        "A.csv",
        rows(&["03/04/2024"].repeat(500_000)),
        "\"03/04/2024\" may be day or month first, and so may all dates at the input's beginning",
    );
}

#[test]
fn only_daily_data_is_taken() {
    let daily = "only daily data can be imported, for now";
    check_refused(
        "A.csv",
        "Datetime,Open,High,Low,Close,Volume\n2024-01-02 09:30:00-05:00,1,1,1,1,1\n",
        &format!("line 2: \"2024-01-02 09:30:00-05:00\" has a time of the day; {daily}"),
    );
    let stooq = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nA.US,";
    check_refused(
        "-",
        format!("{stooq}5,20240102,153500,1,1,1,1,1,0\n"),
        "line 2: \"5\" is a period of other than a day (D); only",
    );
    check_refused(
        "-",
        format!("{stooq}D,20240102,153500,1,1,1,1,1,0\n"),
        "line 2: \"153500\" is a time of the day; only",
    );
    let kline = "1704067200000,1,1,1,1,1,1704153599999,1,1,1,1,0\n";
    check_refused("BTCUSDT-1h-2024-01.csv", kline, &format!("candles of 1h: {daily}"));
    check_refused(
        "BTCUSDT.csv",
        kline.replace("1704153599999", "1704671999999"),
        "line 1: \"1704671999999\" is the end of a candle of more than a day",
    );
    check_refused(
        "BTCUSDT.csv",
        format!("{kline}{}", kline.replace("17040672", "17040708")),
        "line 2: \"1704070800000\" has a time of the day",
    );
    let polygon = "ticker,volume,open,close,high,low,window_start,transactions\nA,1,1,1,1,1,";
    check_refused(
        "-",
        format!("{polygon}1704205800000000000,1\n"),
        "line 2: \"1704205800000000000\" has a time of the day",
    );
}
