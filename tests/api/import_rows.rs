//! Rows and files that `candleql import` refuses, skips, or counts.

use std::{fmt::Write as _, io::Write as _};

use crate::import_program::{HEADER, Program};

/// Two files with 25 bad rows among good ones, two of them contradictions.
fn write_bad_files(program: &Program) {
    program.rows(
        "a.csv",
        "A,2024-01-02,1,1,1,1,1\nA,2024-01-03,1,oops,1,1,1\nA,2024-01-02,2,2,2,2,1\n\
         A,2024-01-04,1,1,1,1,many\n\n?,2024-01-05,1,1,1,1,1\nA,2024-01-05,1,1,1,1,1\n",
    );
    let mut rows = "A,2024-01-02,1,1,1,1,7\nB,2024-01-02,1,1,1,9,1\nB,2024-01-03,1,1\n".to_owned();
    for _ in 0..18 {
        rows.push_str("B,2024-01-32,1,1,1,1,1\n");
    }
    program.rows("b.csv", &(rows + "B,2024-02-01,1,1,1,1,1\n"));
}

#[tokio::test]
async fn the_first_twenty_bad_rows_are_named_in_their_order_and_nothing_is_written() {
    let program = Program::new().await;
    program.rows("c.csv", "A,2023-12-29,1,1,1,1,1\n");
    program.say("import c.csv");
    write_bad_files(&program);
    let mut expected = "error: nothing was imported: 25 bad rows\n\
         \x20 a.csv line 3: column high: \"oops\" is not a number\n\
         \x20 a.csv line 4: A 2024-01-02 stands twice, with different values\n\
         \x20 a.csv line 5: column volume: \"many\" is not a number\n\
         \x20 a.csv line 7: column symbol: \"?\" is not 1 to 32 of the characters A-Z 0-9 . ^ = _ -\n\
         \x20 b.csv line 2: A 2024-01-02 stands twice, with different values\n\
         \x20 b.csv line 3: close 9 is outside low 1 to high 1\n\
         \x20 b.csv line 4: 4 cells, but the header has 7\n"
        .to_owned();
    for line in 5..18 {
        let _ = writeln!(
            expected,
            "  b.csv line {line}: column date: \"2024-01-32\" is not a date like 2024-01-31"
        );
    }
    assert_eq!(program.refuse("import a.csv b.csv").await, expected + "  and 5 more\n");
}

#[tokio::test]
async fn bad_rows_are_left_out_if_asked_and_counted() {
    let program = Program::new().await;
    write_bad_files(&program);
    assert_eq!(
        program.say("import --skip-bad-rows a.csv b.csv"),
        "A: 2 new, 0 changed, 0 unchanged; holds 2024-01-02 to 2024-01-05\n\
         B: 1 new, 0 changed, 0 unchanged; holds 2024-02-01 to 2024-02-01\n\
         2 symbols: 3 new, 0 changed, 0 unchanged, 25 bad rows skipped\n"
    );
    let stored = ["A 2024-01-02 1 1 1 1 1 -", "A 2024-01-05 1 1 1 1 1 -"];
    assert_eq!(program.stored().await[..2], stored);

    program.rows("bad.csv", "A,2024-01-02,1,1,1,x,1\n");
    let error = program.refuse("import --skip-bad-rows bad.csv").await;
    assert_eq!(error, "error: nothing was imported: there is no row to import\n");
}

#[tokio::test]
async fn equal_rows_are_one_and_rows_without_values_are_counted() {
    let program = Program::new().await;
    program.rows(
        "a.csv",
        "A,2024-01-02,1,1,1,1,1\nA,2024-01-02,1.0,1,1,1,1\nA,2024-01-03,,,,,\n\
         A,2024-01-04,null,null,null,null,0\nA,2024-01-05,1,1,1,1,1.5\na,2024-01-08,1,1,1,1,2.4\n",
    );
    program.rows("b.csv", "A,2024-01-02,1,1,1,1,1\n");
    assert_eq!(
        program.say("import a.csv b.csv"),
        "A: 3 new, 0 changed, 0 unchanged; holds 2024-01-02 to 2024-01-08\n\
         1 symbol: 3 new, 0 changed, 0 unchanged, 2 empty rows skipped\n"
    );
    let stored =
        ["A 2024-01-02 1 1 1 1 1 -", "A 2024-01-05 1 1 1 1 1.5 -", "A 2024-01-08 1 1 1 1 2.4 -"];
    assert_eq!(program.stored().await, stored);
}

#[tokio::test]
async fn a_quote_that_is_never_closed_is_named_by_the_line_where_it_stands() {
    let program = Program::new().await;
    program.rows(
        "a.csv",
        "A,2024-01-02,1,1,1,1,1\nA,\"2024-01-03,1,1,1,1,1\nA,2024-01-04,1,1,1,1,1\n",
    );
    assert_eq!(
        program.refuse("import a.csv").await,
        "error: nothing was imported: 1 bad row\n  a.csv line 3: 2 cells, but the header has 7; the \
         input ends in the middle of this line\n"
    );
}

#[tokio::test]
async fn one_is_counted_as_one() {
    let program = Program::new().await;
    program.rows("a.csv", "A,2024-01-02,1,1,1,1,1\nA,2024-01-03,,,,,\nA,x,1,1,1,1,1\n");
    assert!(program.say("import --skip-bad-rows a.csv").ends_with(
        "\n1 symbol: 1 new, 0 changed, 0 unchanged, 1 empty row skipped, 1 bad row skipped\n"
    ));
}

/// The file begins with so many good rows that the import has sent some of them to the database.
#[tokio::test]
async fn a_file_that_is_refused_takes_all_others_with_it() {
    let program = Program::new().await;
    let mut rows = HEADER.to_owned();
    for row in 0..80_000 {
        let price = f64::from(row).sqrt() + 1.0;
        let _ = writeln!(rows, "S{row},2024-01-02,1,{price},1,1,1");
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(rows.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    program.write("cut.csv.gz", &gzip[..gzip.len() - 1000]);
    program.write("page.csv", "<!DOCTYPE html>\n<html>Sorry</html>\n");
    program.write("empty.csv", "");
    program.write("header.csv", HEADER);
    program.rows("good.csv", "A,2024-01-02,1,1,1,1,1\n");
    program.rows("better.csv", "A,2024-01-03,1,1,1,1,1\n");
    for (name, reason) in [
        ("cut.csv.gz", "the gzip data ends in the middle; fetch the file again"),
        ("page.csv", "this is a web page, not data: \"<!DOCTYPE html>\""),
        ("empty.csv", "the input is empty"),
        ("header.csv", "the input has a header but no rows"),
        ("none.csv", "No such file or directory (os error 2)"),
    ] {
        let error = program.refuse(&format!("import good.csv {name} better.csv")).await;
        assert!(error.starts_with("error: nothing was imported: "), "{error}");
        assert!(error.contains(name) && error.ends_with(&format!("{reason}\n")), "{error}");
        let skipping = format!("import --skip-bad-rows good.csv {name} better.csv");
        assert_eq!(program.refuse(&skipping).await, error);
    }
}

#[tokio::test]
async fn volumes_that_do_not_fit_are_refused() {
    let program = Program::new().await;
    let max = i64::MAX;
    program.rows("fits.csv", &format!("A,2024-01-02,1,1,1,1,{max}\nB,2024-01-02,1,1,1,1,1\n"));
    program.say("import fits.csv");
    program.rows("more.csv", "B,2024-01-03,1,1,1,1,1\nA,2024-01-03,1,1,1,1,1024\n");
    let expected = "error: nothing was imported: A: its volumes sum up to 9223372036854775808; the \
                    limit is 9223372036854775807 for all days together\n";
    assert_eq!(program.refuse("import more.csv").await, expected);
    assert_eq!(program.refuse("import --dry-run more.csv").await, expected);
    assert_eq!(program.refuse("import --skip-bad-rows more.csv").await, expected);
    // Deleted and replaced rows do not count.
    program.say("import --replace more.csv");
    program.rows("other.csv", &format!("A,2024-01-03,1,1,1,1,{max}\n"));
    program.say("import other.csv");
    program.rows("other.csv", "A,2024-01-03,1,1,1,1,2\n");
    program.say("import other.csv");

    program.rows("huge.csv", "A,2024-01-04,1,1,1,1,9223372036854775808\n");
    assert_eq!(
        program.refuse("import huge.csv").await,
        "error: nothing was imported: 1 bad row\n  huge.csv line 2: column volume: \
         \"9223372036854775808\" is above the largest volume, 9223372036854775807\n"
    );
}
