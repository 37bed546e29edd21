//! Writes rows to PostgreSQL by COPY in its binary format, which the server need not parse.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;

use super::InstrumentRow;
use crate::{db::Session, volume};

/// Rows of one message, some 90 bytes each.
const ROWS_PER_MESSAGE: usize = 8192;

/// The beginning of a binary COPY: a signature, no flags, no extension.
const BEGIN: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// The end of a binary COPY.
const END: [u8; 2] = (-1_i16).to_be_bytes();

const COLUMNS: &str = "instrument_id, date, open, high, low, close, volume, adjusted_close, \
                       fractional_volume";

/// Days from PostgreSQL's first one to that of chrono's count: 2000-01-01.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();

/// Inserts rows that the table lacks.
pub(super) async fn insert(session: &Session, rows: &[InstrumentRow]) -> anyhow::Result<()> {
    copy(session, "candle", rows).await
}

/// Replaces rows of the table. A row without an adjusted close keeps the stored one.
pub(super) async fn update(session: &Session, rows: &[InstrumentRow]) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let make = "CREATE TEMPORARY TABLE IF NOT EXISTS changed_candle (LIKE candle) ON COMMIT DROP";
    session.execute_unprepared(make).await?;
    copy(session, "changed_candle", rows).await?;
    let update = "UPDATE candle SET open = new.open, high = new.high, low = new.low, \
                  close = new.close, volume = new.volume, \
                  fractional_volume = new.fractional_volume, \
                  adjusted_close = COALESCE(new.adjusted_close, candle.adjusted_close) \
                  FROM changed_candle AS new \
                  WHERE candle.instrument_id = new.instrument_id AND candle.date = new.date";
    session.execute_unprepared(update).await?;
    session.execute_unprepared("TRUNCATE changed_candle").await?;
    Ok(())
}

async fn copy(session: &Session, table: &str, rows: &[InstrumentRow]) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = format!("COPY {table} ({COLUMNS}) FROM STDIN (FORMAT binary)");
    let messages = rows.chunks(ROWS_PER_MESSAGE).enumerate().map(|(number, rows)| {
        let mut message = Vec::with_capacity(rows.len() * 100 + BEGIN.len());
        if number == 0 {
            message.extend_from_slice(BEGIN);
        }
        for row in rows {
            write(&mut message, row);
        }
        message
    });
    let messages = messages.chain([END.to_vec()]);
    session.copy_in(&statement, messages).await?;
    Ok(())
}

/// A row: the number of its columns, then each with its length.
fn write(message: &mut Vec<u8>, (instrument_id, row): &InstrumentRow) {
    let ohlcv = &row.ohlcv;
    message.extend_from_slice(&9_i16.to_be_bytes());
    put(message, instrument_id.to_be_bytes());
    let days = (ohlcv.time.day() - EPOCH).num_days();
    // Dates have years of four digits.
    put(message, i32::try_from(days).unwrap_or_default().to_be_bytes());
    for price in [ohlcv.open, ohlcv.high, ohlcv.low, ohlcv.close] {
        put(message, price.to_be_bytes());
    }
    let (volume, fractional_volume) = volume::columns(ohlcv.volume);
    put(message, volume.to_be_bytes());
    for number in [row.adjusted_close, fractional_volume] {
        match number {
            Some(number) => put(message, number.to_be_bytes()),
            None => message.extend_from_slice(&(-1_i32).to_be_bytes()),
        }
    }
}

fn put<const BYTES: usize>(message: &mut Vec<u8>, value: [u8; BYTES]) {
    let length = i32::try_from(BYTES).unwrap_or_default();
    message.extend_from_slice(&length.to_be_bytes());
    message.extend_from_slice(&value);
}
