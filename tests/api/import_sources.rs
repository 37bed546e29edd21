//! The inputs of `candleql import`, and the flags that say how to read them.

use std::{
    fs,
    io::{Cursor, Write},
};

use crate::{
    import_program::{HEADER, Program, succeeded},
    server::{candleql, text},
};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// An archive of one table.
fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(bytes).unwrap();
    zip.finish().unwrap().into_inner()
}

fn row(symbol: &str) -> String {
    format!("{HEADER}{symbol},2024-01-02,1,1,1,1,1\n")
}

/// The symbols with rows.
async fn symbols(program: &Program) -> String {
    let stored = program.stored().await;
    stored.iter().map(|row| row.split(' ').next().unwrap()).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn files_folders_patterns_archives_and_the_standard_input_are_read() {
    let program = Program::new().await;
    fs::create_dir_all(program.folder.path().join("in/below")).unwrap();
    for (name, bytes) in [
        ("in/a.csv", row("A").into_bytes()),
        ("in/b.txt", row("B").into_bytes()),
        ("in/c.csv.gz", gzip(row("C").as_bytes())),
        ("in/d.zip", zip("inner/d.csv", row("D").as_bytes())),
        ("in/below/e.csv", row("E").into_bytes()),
        ("in/notes.md", b"no table".to_vec()),
        ("e.csv", row("F").into_bytes()),
        ("g.csv", row("G").into_bytes()),
    ] {
        program.write(name, bytes);
    }
    for (words, input, expected) in [
        ("import e.csv g.csv", "", "F G"),
        ("import in/*.csv", "", "A F G"),
        ("import in/c.csv.gz", "", "A C F G"),
        ("import in/d.zip", "", "A C D F G"),
        ("import in", "", "A B C D E F G"),
        ("import e.csv - g.csv", &*row("H"), "A B C D E F G H"),
    ] {
        program.feed(words, input.as_bytes());
        assert_eq!(symbols(&program).await, expected, "{words}");
    }
    program.feed("import -", &gzip(row("I").as_bytes()));
    program.feed("import --symbol J -", b"Date,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1\n");
    assert_eq!(symbols(&program).await, "A B C D E F G H I J");

    let error = program.refuse("import in/*.tsv").await;
    assert!(error.ends_with("in/*.tsv: no file fits the pattern\n"), "{error}");
    let error = program.refuse("import -").await;
    assert!(error.ends_with("-: the input is empty\n"), "{error}");
}

#[tokio::test]
async fn the_symbol_and_the_layout_can_be_said() {
    let program = Program::new().await;
    program.write("prices.csv", "Date,Open,High,Low,Close,Volume\n2024-01-02,1,1,1,1,1\n");
    let error = program.refuse("import prices.csv").await;
    assert!(error.ends_with("say the symbol; say --symbol\n"), "{error}");
    program.say("import --symbol brk-b prices.csv");
    assert_eq!(program.stored().await, ["BRK-B 2024-01-02 1 1 1 1 1 -"]);
    let error = program.refuse("import --symbol A/B prices.csv").await;
    assert!(error.contains("--symbol \"A/B\" is not 1 to 32 of the characters"), "{error}");

    program.rows("two.csv", "A,2024-01-02,1,1,1,1,1\nB,2024-01-02,1,1,1,1,1\n");
    let error = program.refuse("import --symbol C two.csv").await;
    assert!(
        error.contains("--symbol C is one symbol, but the input has \"A\" and \"B\""),
        "{error}"
    );
    let error = program.refuse("import --format tiingo two.csv").await;
    assert!(
        error.contains("--format tiingo does not fit: line 1: the header has no column"),
        "{error}"
    );
    program.say("import --format plain two.csv");
    assert_eq!(symbols(&program).await, "A B BRK-B");
}

#[tokio::test]
async fn dates_can_be_explained_and_allowed() {
    let program = Program::new().await;
    program.rows("dates.csv", "A,03/04/2024,1,1,1,1,1\n");
    let error = program.refuse("import dates.csv").await;
    assert!(error.contains("\"03/04/2024\" may be day or month first"), "{error}");
    program.say("import --date-format %d/%m/%Y dates.csv");
    assert_eq!(program.stored().await, ["A 2024-04-03 1 1 1 1 1 -"]);
    program.say("import --replace --date-format %m/%d/%Y dates.csv");
    assert_eq!(program.stored().await, ["A 2024-03-04 1 1 1 1 1 -"]);

    for (date, flag) in [("2999-01-01", "--allow-future-dates"), ("1970-01-01", "--allow-epoch")] {
        program.rows("odd.csv", &format!("B,{date},1,1,1,1,1\n"));
        let error = program.refuse("import odd.csv").await;
        assert!(error.contains(&format!("odd.csv line 2: column date: \"{date}\"")), "{error}");
        assert!(error.ends_with(&format!("{flag} takes it\n")), "{error}");
        program.say(&format!("import {flag} odd.csv"));
    }
    let stored = ["B 1970-01-01 1 1 1 1 1 -", "B 2999-01-01 1 1 1 1 1 -"];
    assert_eq!(program.stored().await[1..], stored);
}

/// Without any database: the program prints the list before it opens one.
#[test]
fn the_layouts_are_listed() {
    let folder = tempfile::tempdir().unwrap();
    let list = succeeded(&candleql(folder.path(), &["import", "--formats"]));
    assert!(list.starts_with("plain: plain, one row per symbol and day\n"), "{list}");
    assert!(
        list.contains("\nyahoo: Yahoo Finance\n    Date,Open,High,Low,Close,Adj Close,Volume\n")
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    for arguments in [&["import"][..], &["import", "--bundled", "a.csv"]] {
        let output = candleql(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
    }
}
