//! The instruments of an import: the ingest finds or makes them, and updates them at the end.

use std::collections::HashMap;

use anyhow::Context;
use candles::{OhlcvRow, PriceRow, Symbol, Time};
use chrono::NaiveDate;
use futures_util::TryStreamExt;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{BatchRow, Ingest, day_range::DayRange, ingested_instrument::IngestedInstrument};
use crate::{
    entity::{
        candle::{self, Column},
        instrument,
    },
    volume,
};

/// Instruments of one statement; engines take some 32,000 parameters.
const PER_STATEMENT: usize = 500;

/// Ranges of days that one statement reads from a PostgreSQL server. In SQLite a statement costs
/// little, and one of several ranges sorts what it finds.
const RANGES_PER_STATEMENT: usize = 100;

/// A candle as a tuple, which is faster to read than a struct with names.
type Row = (i32, NaiveDate, f64, f64, f64, f64, i64, Option<f64>, Option<f64>);

impl Ingest {
    /// The positions of symbols among the known ones. Reads or makes unknown instruments.
    pub(super) async fn positions_of(&mut self, symbols: &[Symbol]) -> anyhow::Result<Vec<usize>> {
        let is_unknown = |symbol: &&Symbol| !self.positions.contains_key(*symbol);
        let unknown: Vec<Symbol> = symbols.iter().filter(is_unknown).cloned().collect();
        for symbols in unknown.chunks(PER_STATEMENT) {
            let mut models = self.find(symbols).await?;
            if models.len() < symbols.len() {
                self.make(symbols.iter().filter(|symbol| !models.contains_key(&***symbol))).await?;
                models = self.find(symbols).await?;
            }
            for symbol in symbols {
                let model =
                    models.remove(&**symbol).with_context(|| format!("{symbol} is lost"))?;
                self.positions.insert(symbol.clone(), self.instruments.len());
                self.instruments.push(IngestedInstrument::new(symbol.clone(), model));
            }
        }
        Ok(symbols.iter().map(|symbol| self.positions[symbol]).collect())
    }

    async fn find(&self, symbols: &[Symbol]) -> anyhow::Result<HashMap<String, instrument::Model>> {
        let models = instrument::Entity::find()
            .filter(instrument::Column::Symbol.is_in(symbols.iter().map(|symbol| &**symbol)))
            .all(&self.session)
            .await?;
        Ok(models.into_iter().map(|model| (model.symbol.clone(), model)).collect())
    }

    async fn make(&self, symbols: impl Iterator<Item = &Symbol>) -> anyhow::Result<()> {
        let new = symbols.map(|symbol| instrument::ActiveModel {
            symbol: Set(symbol.to_string()),
            candle_count: Set(0),
            revision: Set(self.revision),
            ..Default::default()
        });
        instrument::Entity::insert_many(new).exec_without_returning(&self.session).await?;
        Ok(())
    }

    /// Reads the stored rows around the rows of a batch, unless the ingest has read them.
    ///
    /// Every row of this ingest lies within the days read before, so other imports have stored the
    /// rows that it reads later.
    pub(super) async fn read_days(
        &mut self,
        positions: &[usize],
        rows: &[BatchRow],
    ) -> anyhow::Result<()> {
        let mut wanted: Vec<Option<DayRange>> = vec![None; positions.len()];
        for BatchRow { symbol, row, .. } in rows {
            let day = DayRange::of_day(row.ohlcv.time.day());
            wanted[*symbol] = Some(wanted[*symbol].map_or(day, |range| range.joined(day)));
        }
        let mut ranges = Vec::new();
        for (&position, days) in positions.iter().zip(wanted) {
            let instrument = &mut self.instruments[position];
            let added = days.into_iter().flat_map(|days| instrument.extend_range(days));
            ranges.extend(added.map(|range| (position, range)));
        }
        let is_server = self.session.get_database_backend() == DbBackend::Postgres;
        for ranges in ranges.chunks(if is_server { RANGES_PER_STATEMENT } else { 1 }) {
            self.read_ranges(ranges).await?;
        }
        Ok(())
    }

    async fn read_ranges(&mut self, ranges: &[(usize, DayRange)]) -> anyhow::Result<()> {
        let mut ids = HashMap::new();
        let mut any = Condition::any();
        for &(position, DayRange { first, last }) in ranges {
            let id = self.instruments[position].id();
            ids.insert(id, position);
            any = any.add(Column::InstrumentId.eq(id).and(Column::Date.between(first, last)));
        }
        let mut rows = candle::Entity::find()
            .select_only()
            .columns([Column::InstrumentId, Column::Date, Column::Open, Column::High])
            .columns([Column::Low, Column::Close, Column::Volume, Column::AdjustedClose])
            .column(Column::FractionalVolume)
            .filter(any)
            .order_by_asc(Column::InstrumentId)
            .order_by_asc(Column::Date)
            .into_tuple::<Row>()
            .stream(&self.session)
            .await?;
        while let Some((id, date, open, high, low, close, integer, adjusted_close, fractional)) =
            rows.try_next().await?
        {
            let known = &mut self.instruments[ids[&id]];
            let (time, volume) = (Time::of_day(date), volume::volume(integer, fractional));
            let ohlcv = OhlcvRow { time, open, high, low, close, volume };
            known.push_stored(&PriceRow { ohlcv, adjusted_close }, integer);
        }
        for position in ids.into_values() {
            self.instruments[position].settle();
        }
        Ok(())
    }

    /// Updates the instruments that changed; returns whether any did.
    pub(super) async fn update_instruments(&self) -> anyhow::Result<bool> {
        let changed: Vec<_> = self.instruments.iter().filter(|known| known.is_changed()).collect();
        for some in changed.chunks(PER_STATEMENT) {
            let rows = some
                .iter()
                .map(|known| known.updated(self.revision))
                .collect::<Result<Vec<_>, _>>()?;
            instrument::Entity::insert_many(rows)
                .on_conflict(replace())
                .exec_without_returning(&self.session)
                .await?;
        }
        Ok(!changed.is_empty())
    }
}

/// The statement updates an existing instrument.
fn replace() -> OnConflict {
    use instrument::Column::{
        CandleCount, Currency, Exchange, FirstDate, Id, LastDate, Name, Revision,
    };
    let columns = [Name, Exchange, Currency, FirstDate, LastDate, CandleCount, Revision];
    OnConflict::column(Id).update_columns(columns).to_owned()
}
