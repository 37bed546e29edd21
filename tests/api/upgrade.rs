//! A migrated database of an older program serves both programs.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use storage::entity::candle::{self, Column};

use crate::{
    app::{TestApp, repository},
    database::{TestDatabase, cluster_url, execute},
};

/// The columns that the program of commit 9461ae7 writes.
const COLUMNS: &str = "instrument_id, date, open, high, low, close, volume, adjusted_close";

/// The instrument PARTS.
const ID: i32 = 2;

async fn migrated() -> TestApp {
    let database = TestDatabase::of_9461ae7().await;
    let db = database.connect().await;
    assert_eq!(db.migrations().await.unwrap().pending.len(), 1);
    db.migrate().await.unwrap();
    TestApp::over(database, &[]).await
}

async fn volumes(app: &TestApp) -> Value {
    let data = app.data(r#"{ instrument(symbol: "PARTS") { series { volume } } }"#).await;
    data["instrument"]["series"]["volume"].clone()
}

#[tokio::test]
async fn a_migrated_database_answers_as_the_older_program_did() {
    let app = migrated().await;
    let answers = std::fs::read(repository("tests/api/fixtures/9461ae7/answers.json")).unwrap();
    let answers: Vec<Value> = serde_json::from_slice(&answers).unwrap();
    assert!(answers.len() >= 5);
    for answer in answers {
        let query = answer["query"].as_str().unwrap();
        assert_eq!(app.data(query).await, answer["data"], "{query}");
    }
}

#[tokio::test]
async fn a_file_that_the_older_program_imported_changes_fractions_alone() {
    let app = migrated().await;
    let report = app.import(&repository("tests/api/fixtures/9461ae7/old.csv")).await.unwrap();
    let counts = report.symbols.iter().map(|it| (&*it.symbol, it.new, it.changed, it.unchanged));
    assert_eq!(
        counts.collect::<Vec<_>>(),
        [("HUGE", 0, 0, 1), ("PARTS", 0, 3, 0), ("WHOLE", 0, 0, 3)]
    );
    assert_eq!(volumes(&app).await, json!([2.5, 0.4, 1234.75]));
}

/// The nearest f64 below 2^63 stands for a volume that no f64 below it can hold.
#[tokio::test]
async fn the_largest_integer_of_the_older_program_is_a_volume() {
    let app = migrated().await;
    let data = app.data(r#"{ instrument(symbol: "HUGE") { series { volume } } }"#).await;
    assert_eq!(data["instrument"]["series"]["volume"], json!([9_223_372_036_854_774_784_u64]));
}

/// The volumes as the older program reads them.
async fn read_as_before(app: &TestApp) -> Vec<i64> {
    let session = app.db.begin_write().await.unwrap();
    let rows = candle::Entity::find()
        .select_only()
        .columns([Column::InstrumentId, Column::Date])
        .columns([Column::Open, Column::High, Column::Low, Column::Close, Column::Volume])
        .filter(Column::InstrumentId.eq(ID))
        .order_by_asc(Column::Date)
        .into_tuple::<(i32, chrono::NaiveDate, f64, f64, f64, f64, i64)>();
    let rows = rows.all(&session).await.unwrap();
    rows.into_iter().map(|row| row.6).collect()
}

/// Inserts a row as the program of commit 9461ae7 does.
async fn insert_as_before(app: &TestApp, date: &str, volume: i64) {
    let session = app.db.begin_import().await.unwrap();
    if cluster_url().is_some() {
        let row = format!("{ID}\t{date}\t1\t1\t1\t1\t{volume}\t\\N\n");
        let copy = format!("COPY candle ({COLUMNS}) FROM STDIN");
        session.copy_in(&copy, [row.into_bytes()].into_iter()).await.unwrap();
    } else {
        let insert = format!(
            "INSERT INTO candle ({COLUMNS}) VALUES ({ID}, '{date}', 1, 1, 1, 1, {volume}, NULL)"
        );
        session.execute_unprepared(&insert).await.unwrap();
    }
    session.commit().await.unwrap();
}

/// Replaces a row as the program of commit 9461ae7 does.
async fn replace_as_before(app: &TestApp, date: &str, volume: i64) {
    let session = app.db.begin_import().await.unwrap();
    let row = format!("({ID}, '{date}', 1, 1, 1, 1, {volume}, NULL)");
    let statements = match session.get_database_backend() {
        DbBackend::Postgres => vec![
            "CREATE TEMPORARY TABLE IF NOT EXISTS changed_candle (LIKE candle) ON COMMIT DROP"
                .to_owned(),
            format!("INSERT INTO changed_candle ({COLUMNS}) VALUES {row}"),
            "UPDATE candle SET open = new.open, high = new.high, low = new.low, \
             close = new.close, volume = new.volume, \
             adjusted_close = COALESCE(new.adjusted_close, candle.adjusted_close) \
             FROM changed_candle AS new \
             WHERE candle.instrument_id = new.instrument_id AND candle.date = new.date"
                .to_owned(),
        ],
        _ => vec![format!(
            "INSERT INTO candle ({COLUMNS}) VALUES {row} \
             ON CONFLICT (instrument_id, date) DO UPDATE SET open = excluded.open, \
             high = excluded.high, low = excluded.low, close = excluded.close, \
             volume = excluded.volume, \
             adjusted_close = coalesce(excluded.adjusted_close, adjusted_close)"
        )],
    };
    for statement in statements {
        session.execute_unprepared(&statement).await.unwrap();
    }
    session.commit().await.unwrap();
}

#[tokio::test]
async fn the_older_program_goes_on_reading_and_writing() {
    let app = migrated().await;
    app.import_rows("PARTS,2024-01-02,1,2,0.5,1.5,2.5\nPARTS,2024-01-09,1,1,1,1,7.25\n")
        .await
        .unwrap();
    assert_eq!(read_as_before(&app).await, [3, 0, 1235, 7]);
    assert_eq!(volumes(&app).await, json!([2.5, 0, 1235, 7.25]));

    insert_as_before(&app, "2024-01-10", 4).await;
    replace_as_before(&app, "2024-01-09", 9).await;
    execute(&app.db, "UPDATE catalog SET revision = revision + 1").await;
    let update = format!(
        "UPDATE instrument SET revision = (SELECT revision FROM catalog), candle_count = 5, \
         last_date = '2024-01-10' WHERE id = {ID}"
    );
    execute(&app.db, &update).await;
    app.store.refresh().await.unwrap();
    assert_eq!(read_as_before(&app).await, [3, 0, 1235, 9, 4]);
    assert_eq!(volumes(&app).await, json!([2.5, 0, 1235, 9, 4]));
}
