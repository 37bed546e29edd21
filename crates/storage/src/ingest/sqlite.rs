//! Writes rows to SQLite, many per statement; it prepares the statement once.

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use super::InstrumentRow;
use crate::{db::Session, volume};

/// Rows of one statement. More do not make it faster.
const ROWS_PER_STATEMENT: usize = 100;

const INSERT: &str = "INSERT INTO candle \
                      (instrument_id, date, open, high, low, close, volume, adjusted_close, \
                      fractional_volume) VALUES ";

const REPLACE: &str = " ON CONFLICT (instrument_id, date) DO UPDATE SET open = excluded.open, \
                       high = excluded.high, low = excluded.low, close = excluded.close, \
                       volume = excluded.volume, \
                       fractional_volume = excluded.fractional_volume, \
                       adjusted_close = coalesce(excluded.adjusted_close, adjusted_close)";

/// Inserts rows that the table lacks.
pub(super) async fn insert(session: &Session, rows: &[InstrumentRow]) -> anyhow::Result<()> {
    write(session, rows, "").await
}

/// Replaces rows of the table. A row without an adjusted close keeps the stored one.
pub(super) async fn update(session: &Session, rows: &[InstrumentRow]) -> anyhow::Result<()> {
    write(session, rows, REPLACE).await
}

async fn write(session: &Session, rows: &[InstrumentRow], on_conflict: &str) -> anyhow::Result<()> {
    for rows in rows.chunks(ROWS_PER_STATEMENT) {
        let places = vec!["(?, ?, ?, ?, ?, ?, ?, ?, ?)"; rows.len()].join(", ");
        let sql = format!("{INSERT}{places}{on_conflict}");
        let values = rows.iter().flat_map(values);
        let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        session.execute_raw(statement).await?;
    }
    Ok(())
}

fn values((instrument_id, row): &InstrumentRow) -> [Value; 9] {
    let ohlcv = &row.ohlcv;
    let (volume, fractional_volume) = volume::columns(ohlcv.volume);
    [
        (*instrument_id).into(),
        ohlcv.time.day().into(),
        ohlcv.open.into(),
        ohlcv.high.into(),
        ohlcv.low.into(),
        ohlcv.close.into(),
        volume.into(),
        row.adjusted_close.into(),
        fractional_volume.into(),
    ]
}
