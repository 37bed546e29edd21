//! Inputs that [`read()`] refuses as a whole, and its choice where there are several readings.

use super::*;

#[track_caller]
fn check_refused(name: &str, text: impl AsRef<[u8]>, expected: &str) {
    let error = told(name, text.as_ref(), &options()).unwrap_err();
    assert!(error.starts_with(expected), "{error}\nis not\n{expected}");
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
        "this is a message, not a table: \"Exceeded the daily hits limit\"",
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
    check(
        &plain(",2024-01-02,1,1,1,1,1\n"),
        &["line 2: column symbol: \"\" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -"],
    );
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
    let daily = "candleql imports only daily data";
    check_refused(
        "A.csv",
        "Datetime,Open,High,Low,Close,Volume\n2024-01-02 09:30:00-05:00,1,1,1,1,1\n",
        &format!("line 2: \"2024-01-02 09:30:00-05:00\" has a time of the day; {daily}"),
    );
    let stooq = "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\nA.US,";
    check_refused(
        "-",
        format!("{stooq}5,20240102,153500,1,1,1,1,1,0\n"),
        "line 2: \"5\" is a period of other than a day (D); candleql imports only daily data",
    );
    check_refused(
        "-",
        format!("{stooq}D,20240102,153500,1,1,1,1,1,0\n"),
        "line 2: \"153500\" is a time of the day; candleql imports only daily data",
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
