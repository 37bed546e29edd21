//! Export: writes the stored candles as a file for `candleql import`.

use std::fmt::Write;

use anyhow::{Context, anyhow};
use candles::{Candles, Frequency, Ohlcv, OhlcvRow, Symbol, Time, Timeframe};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    Error,
    db::{Database, ReadQuery, Session},
    entity::{candle, instrument},
    volume,
};

/// The header of the plain layout.
const HEADER: &str = "symbol,date,open,high,low,close,volume,adjusted_close\n";

/// Reads the history of an instrument.
struct History<'a> {
    symbol: &'a Symbol,
}

impl ReadQuery for History<'_> {
    type Output = Option<Vec<candle::Model>>;

    async fn read(&self, session: &Session) -> Result<Option<Self::Output>, Error> {
        // A replica may not have the last import yet.
        if session.is_replica() {
            return Ok(None);
        }
        let instrument =
            instrument::Entity::find().filter(instrument::Column::Symbol.eq(&**self.symbol));
        let Some(instrument) = instrument.one(session).await? else { return Ok(Some(None)) };
        let rows = candle::Entity::find()
            .filter(candle::Column::InstrumentId.eq(instrument.id))
            .order_by_asc(candle::Column::Date);
        Ok(Some(Some(rows.all(session).await?)))
    }
}

/// The history of an instrument in the plain layout of imports; at another frequency than daily,
/// its candles by the first day of each, without adjusted closes.
pub async fn export(db: &Database, symbol: &str, frequency: Frequency) -> anyhow::Result<String> {
    let symbol = Symbol::parse(symbol)
        .map_err(|_| anyhow!("the symbol {symbol:?} is not {}", Symbol::RULE))?;
    let stored = db.read(&History { symbol: &symbol }).await?;
    let stored = stored.with_context(|| {
        format!(
            "no instrument has the symbol {:?}; `instruments(search:)` lists those there are",
            &*symbol
        )
    })?;
    let mut csv = HEADER.to_owned();
    if frequency == Frequency::Daily {
        for row in stored {
            let adjusted = row.adjusted_close.map(|price| price.to_string()).unwrap_or_default();
            write(&mut csv, &symbol, ohlcv(&row), &adjusted);
        }
        return Ok(csv);
    }
    let mut history = Ohlcv::with_capacity(stored.len());
    for row in &stored {
        history.push(ohlcv(row))?;
    }
    let candles = Candles::from(history).resample(Timeframe::new(frequency, 1)?);
    let prices = candles.prices();
    for (row, &time) in candles.times().iter().enumerate() {
        let candle = OhlcvRow {
            time,
            open: prices.open[row],
            high: prices.high[row],
            low: prices.low[row],
            close: prices.close[row],
            volume: candles.volume()[row],
        };
        write(&mut csv, &symbol, candle, "");
    }
    Ok(csv)
}

fn ohlcv(row: &candle::Model) -> OhlcvRow {
    let &candle::Model { date, open, high, low, close, volume, fractional_volume, .. } = row;
    let (time, volume) = (Time::of_day(date), volume::volume(volume, fractional_volume));
    OhlcvRow { time, open, high, low, close, volume }
}

/// Writes a number with as many digits as a reader needs to get the same number.
fn write(csv: &mut String, symbol: &Symbol, row: OhlcvRow, adjusted_close: &str) {
    let OhlcvRow { time, open, high, low, close, volume } = row;
    // Writing to a text cannot fail.
    let _ = writeln!(csv, "{symbol},{time},{open},{high},{low},{close},{volume},{adjusted_close}");
}
