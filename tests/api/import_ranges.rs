//! An import reads the stored rows of the incoming days, and no others.

use std::{collections::BTreeMap, fmt::Write as _};

use candles::{OhlcvRow, PriceRow, Symbol, Time};
use chrono::{Days, NaiveDate};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use storage::{
    entity::candle::{self, Column},
    ingest::{Batch, BatchRow, Ingest, Origin, SymbolReport},
};

use crate::{app::TestApp, database::cluster_url};

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2004, 1, 1).unwrap() + Days::new(number)
}

/// The statements of an import that read candles.
async fn reads(app: &TestApp, rows: &str) -> Vec<String> {
    app.statements();
    app.import_rows(rows).await.unwrap();
    let mut statements = app.statements();
    statements.retain(|sql| sql.starts_with("SELECT") && sql.contains(r#"FROM "candle""#));
    statements
}

#[tokio::test]
async fn a_day_at_the_end_of_twenty_years_reads_no_other() {
    let app = TestApp::empty().await;
    let mut rows = String::new();
    for number in 0..5_000 {
        writeln!(rows, "A,{},1,1,1,1,7", day(number)).unwrap();
    }
    app.import_rows(&rows).await.unwrap();

    let is_sum = |sql: &String| sql.contains("SUM(");
    let appended = reads(&app, &format!("A,{},1,1,1,1,7\n", day(5_000))).await;
    // The observer of statements does not see those of imports into PostgreSQL.
    let is_observed = cluster_url().is_none();
    assert!(!is_observed || (appended.len() == 1 && is_sum(&appended[0])), "{appended:?}");

    let again = reads(&app, &format!("A,{},1,1,1,1,7\n", day(5_000))).await;
    assert!(!is_observed || (again.len() == 1 && again[0].contains("BETWEEN")), "{again:?}");

    let report = app.import_rows(&format!("A,{},1,1,1,1,8\n", day(9))).await.unwrap();
    let SymbolReport { new, changed, first_date, last_date, .. } = report.symbols[0];
    assert_eq!((new, changed, first_date, last_date), (0, 1, day(0), day(5_000)));
    let data = app.data(r#"{ instrument(symbol: "A") { series { length } } }"#).await;
    assert_eq!(data["instrument"]["series"]["length"], 5_001);
}

/// The same numbers at each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

type Stored = BTreeMap<(Symbol, NaiveDate), f64>;

/// A row of a symbol, whose prices and volume are the number.
fn row(date: NaiveDate, number: f64) -> PriceRow {
    let (time, price) = (Time::of_day(date), number + 1.0);
    let ohlcv =
        OhlcvRow { time, open: price, high: price, low: price, close: price, volume: number };
    PriceRow { ohlcv, adjusted_close: None }
}

fn batch(rows: &[(Symbol, NaiveDate, f64)]) -> Batch {
    let mut batch = Batch::default();
    for (symbol, date, number) in rows {
        let known = batch.symbols.iter().position(|it| it == symbol);
        let place = known.unwrap_or_else(|| {
            batch.symbols.push(symbol.clone());
            batch.symbols.len() - 1
        });
        let origin = Origin { part: 0, line: 0 };
        batch.rows.push(BatchRow { symbol: place, origin, row: row(*date, *number) });
    }
    batch
}

/// The effect of an import on the stored rows, and its report on each symbol.
fn expected(
    stored: &mut Stored,
    rows: &[(Symbol, NaiveDate, f64)],
    replace: bool,
) -> (Vec<SymbolReport>, u64) {
    let mut seen = Stored::new();
    let mut counts: BTreeMap<Symbol, [usize; 4]> = BTreeMap::new();
    let mut contradictions = 0;
    for (symbol, date, number) in rows {
        let count = counts.entry(symbol.clone()).or_default();
        let key = (symbol.clone(), *date);
        if let Some(before) = seen.get(&key) {
            contradictions += u64::from(before.to_bits() != number.to_bits());
            continue;
        }
        seen.insert(key.clone(), *number);
        let kind = match stored.insert(key, *number) {
            None => 0,
            Some(before) if before.to_bits() != number.to_bits() => 1,
            Some(_) => 2,
        };
        count[kind] += 1;
    }
    let mut reports = Vec::new();
    for (symbol, mut count) in counts {
        if replace {
            let all = stored.len();
            stored.retain(|key, _| key.0 != symbol || seen.contains_key(key));
            count[3] = all - stored.len();
        }
        let [new, changed, unchanged, deleted] = count;
        let mut days = stored.keys().filter(|key| key.0 == symbol).map(|key| key.1);
        let first_date = days.next().unwrap();
        let last_date = days.next_back().unwrap_or(first_date);
        reports.push(SymbolReport {
            symbol,
            new,
            changed,
            unchanged,
            deleted,
            first_date,
            last_date,
        });
    }
    (reports, contradictions)
}

async fn check_stored(app: &TestApp, stored: &Stored) {
    let session = app.db.begin_write().await.unwrap();
    for instrument in app.store.universe().page(&all()).instruments {
        let rows = candle::Entity::find().order_by_asc(Column::Date);
        let id = storage::entity::instrument::Entity::find()
            .filter(storage::entity::instrument::Column::Symbol.eq(&*instrument.symbol))
            .one(&session)
            .await
            .unwrap()
            .unwrap()
            .id;
        let rows = rows.filter(Column::InstrumentId.eq(id)).all(&session).await.unwrap();
        let expected: Vec<(NaiveDate, f64)> = stored
            .iter()
            .filter(|(key, _)| key.0 == instrument.symbol)
            .map(|(key, number)| (key.1, number + 1.0))
            .collect();
        let actual: Vec<_> = rows.iter().map(|row| (row.date, row.close)).collect();
        assert_eq!(actual, expected);
        assert_eq!(instrument.candle_count, expected.len());
        assert_eq!(instrument.first_date, expected.first().map(|row| row.0));
        assert_eq!(instrument.last_date, expected.last().map(|row| row.0));
    }
}

fn all() -> storage::store::PageQuery {
    storage::store::PageQuery {
        search: None,
        symbols: None,
        after: None,
        before: None,
        take: storage::store::Take::First(100),
    }
}

#[tokio::test]
async fn batches_in_any_order_do_what_all_rows_together_do() {
    let app = TestApp::empty().await;
    let symbols: Vec<Symbol> = ["A", "B", "C"].iter().map(|text| text.parse().unwrap()).collect();
    let (mut random, mut stored) = (Random(7), Stored::new());
    for round in 0..120 {
        let replace = random.below(4) == 0;
        let mut ingest = Ingest::begin(&app.db).await.unwrap();
        let mut rows = Vec::new();
        for _ in 0..=random.below(5) {
            let mut some = Vec::new();
            // Days around a random one.
            let (begin, width) = (random.below(60), 1 + random.below(12));
            for _ in 0..random.below(9) {
                let symbol = symbols[usize::try_from(random.below(3)).unwrap()].clone();
                let number = [0.5, 1.0, 2.0][usize::try_from(random.below(3)).unwrap()];
                some.push((symbol, day(begin + random.below(width)), number));
            }
            ingest.take(batch(&some)).await.unwrap();
            rows.extend(some);
        }
        let finished = ingest.finish(replace).await.unwrap();
        let mut next = stored.clone();
        let (reports, contradictions) = expected(&mut next, &rows, replace);
        assert_eq!(finished.symbols, reports, "round {round}");
        assert_eq!(finished.contradictions_total, contradictions, "round {round}");
        if random.below(5) == 0 {
            finished.roll_back().await.unwrap();
        } else {
            finished.commit().await.unwrap();
            stored = next;
        }
        app.store.refresh().await.unwrap();
        check_stored(&app, &stored).await;
    }
    assert!(stored.len() > 50, "{}", stored.len());
}
