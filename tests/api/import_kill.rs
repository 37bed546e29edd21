//! A killed import leaves the rows from before it, or those from after it, and nothing else.

use std::{
    fmt::Write as _,
    hash::{BuildHasher, RandomState},
    time::{Duration, Instant},
};

use chrono::NaiveDate;

use crate::{
    database::execute,
    import_program::{HEADER, Program},
};

const KILLS: u32 = 20;

const SYMBOLS: u32 = 50;

/// 70,000 rows: more than one write holds.
fn write(program: &Program, name: &str, close: f64, first_date: &str) {
    let first: NaiveDate = first_date.parse().unwrap();
    let mut rows = HEADER.to_owned();
    for (day, date) in first.iter_days().take(1400).enumerate() {
        for symbol in 0..SYMBOLS {
            let _ = writeln!(rows, "S{symbol},{date},1,9,1,{close},{day}");
        }
    }
    program.write(name, rows);
}

/// Imports a file in place of another. Returns the stored rows, the same with the original
/// revisions, and how long the import took.
async fn replace(program: &Program, name: &str) -> (String, String, Duration) {
    let begin = Instant::now();
    program.say(&format!("import --replace {name}"));
    let whole = begin.elapsed();
    let after = program.state().await;
    reset(program).await;
    (after, program.state().await, whole)
}

async fn reset(program: &Program) {
    let db = program.database.connect().await;
    for table in ["catalog", "instrument"] {
        execute(&db, &format!("UPDATE {table} SET revision = 1")).await;
    }
    db.close().await.unwrap();
}

/// Kills an import; waits until the engine has noticed.
async fn kill(program: &Program, words: &str, moment: Duration) {
    let mut import = program.start(words);
    tokio::time::sleep(moment).await;
    import.kill().unwrap();
    import.wait().unwrap();
    while program.is_locked().await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_killed_import_was_done_or_was_not() {
    let program = Program::new().await;
    // Most rows change, some are new, some go.
    write(&program, "a.csv", 2.0, "2020-01-01");
    write(&program, "b.csv", 3.0, "2020-03-01");
    program.say("import a.csv");
    let (b_after, b_before, whole) = replace(&program, "b.csv").await;
    let (a_after, a_before, _) = replace(&program, "a.csv").await;
    assert!(a_before != b_before && a_after != a_before && b_after != b_before);

    let (mut stored, mut next) = (("a.csv", &a_before, &a_after), ("b.csv", &b_before, &b_after));
    let random = RandomState::new();
    for number in 0..KILLS {
        let share = f64::from(u16::try_from(random.hash_one(number) >> 48).unwrap()) / 65_536.0;
        let moment = whole.mul_f64(share * 1.1);
        kill(&program, &format!("import --replace {}", next.0), moment).await;
        let state = program.state().await;
        if state == *next.2 {
            reset(&program).await;
            std::mem::swap(&mut stored, &mut next);
        } else {
            assert!(state == *stored.1, "killed after {moment:?} of {whole:?}");
        }
    }
    let (after, ..) = replace(&program, next.0).await;
    assert!(after == *next.2);
}
