//! The instruments of an import: found or made, and brought up to date at the end.

use std::collections::HashMap;

use anyhow::Context;
use candles::{InstrumentMetadata, OhlcvRow, PriceRow, Symbol, Time};
use chrono::NaiveDate;
use futures_util::TryStreamExt;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::OnConflict,
};

use super::{
    Ingest, SymbolReport,
    row_diff::{RowDiff, StoredDays},
};
use crate::{
    entity::{
        candle::{self, Column},
        instrument,
    },
    volume,
};

/// Instruments of one statement; engines take some 32,000 parameters.
const PER_STATEMENT: usize = 500;

/// Instruments whose histories one statement reads.
const HISTORIES_PER_STATEMENT: usize = 100;

/// A candle as it is read: faster than with names.
type Row = (i32, NaiveDate, f64, f64, f64, f64, i64, Option<f64>, Option<f64>);

/// An instrument of the import.
pub(super) struct IngestedInstrument {
    symbol: Symbol,
    model: instrument::Model,
    days: StoredDays,
    new: usize,
    changed: usize,
    unchanged: usize,
    deleted: usize,
    /// Name, exchange and currency as they are stored.
    stored_metadata: [Option<String>; 3],
    /// The sum of all volumes or more.
    volume: i128,
}

impl IngestedInstrument {
    fn new(symbol: Symbol, model: instrument::Model) -> Self {
        let rows = usize::try_from(model.candle_count).unwrap_or_default();
        let days = StoredDays::with_capacity(rows);
        let stored_metadata = metadata(&model).map(Clone::clone);
        let (new, changed, unchanged, deleted) = (0, 0, 0, 0);
        Self { symbol, model, days, new, changed, unchanged, deleted, stored_metadata, volume: 0 }
    }

    pub(super) fn id(&self) -> i32 {
        self.model.id
    }

    pub(super) fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// Compares a row with what is known, and counts it.
    pub(super) fn note(&mut self, row: &PriceRow) -> RowDiff {
        let known = self.days.note(row);
        match known {
            RowDiff::New => self.new += 1,
            RowDiff::Changed => self.changed += 1,
            RowDiff::Unchanged => self.unchanged += 1,
            RowDiff::Repeated | RowDiff::Contradicted => {}
        }
        if matches!(known, RowDiff::New | RowDiff::Changed) {
            self.volume += i128::from(volume::columns(row.ohlcv.volume).0);
        }
        known
    }

    pub(super) fn describe(&mut self, metadata: &InstrumentMetadata) {
        let model = &mut self.model;
        for (stored, said) in [
            (&mut model.name, &metadata.name),
            (&mut model.exchange, &metadata.exchange),
            (&mut model.currency, &metadata.currency),
        ] {
            if said.is_some() && stored != said {
                stored.clone_from(said);
            }
        }
    }

    pub(super) fn take_unseen(&mut self) -> Vec<NaiveDate> {
        let unseen = self.days.take_unseen();
        self.deleted = unseen.len();
        unseen
    }

    pub(super) fn may_overflow(&self) -> bool {
        self.volume > i128::from(i64::MAX)
    }

    pub(super) fn report(&self) -> Option<SymbolReport> {
        let (first_date, last_date) = self.days.span()?;
        Some(SymbolReport {
            symbol: self.symbol.clone(),
            new: self.new,
            changed: self.changed,
            unchanged: self.unchanged,
            deleted: self.deleted,
            first_date,
            last_date,
        })
    }

    fn is_changed(&self) -> bool {
        let is_described = metadata(&self.model) != self.stored_metadata.each_ref();
        self.new + self.changed + self.deleted > 0 || is_described
    }
}

impl Ingest {
    /// The places of symbols among the known ones. Those that are not known yet are read, with their
    /// days, or made.
    pub(super) async fn positions_of(&mut self, symbols: &[Symbol]) -> anyhow::Result<Vec<usize>> {
        let is_unknown = |symbol: &&Symbol| !self.positions.contains_key(*symbol);
        let unknown: Vec<Symbol> = symbols.iter().filter(is_unknown).cloned().collect();
        for symbols in unknown.chunks(PER_STATEMENT) {
            let mut models = self.find(symbols).await?;
            if models.len() < symbols.len() {
                self.make(symbols.iter().filter(|symbol| !models.contains_key(&***symbol))).await?;
                models = self.find(symbols).await?;
            }
            let begin = self.instruments.len();
            for symbol in symbols {
                let model =
                    models.remove(&**symbol).with_context(|| format!("{symbol} is lost"))?;
                self.positions.insert(symbol.clone(), self.instruments.len());
                self.instruments.push(IngestedInstrument::new(symbol.clone(), model));
            }
            self.read_days(begin).await?;
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

    /// Reads the days of the instruments from a place on.
    async fn read_days(&mut self, begin: usize) -> anyhow::Result<()> {
        let stored = |known: &IngestedInstrument| known.model.candle_count > 0;
        let ids: HashMap<i32, usize> = (begin..self.instruments.len())
            .filter(|place| stored(&self.instruments[*place]))
            .map(|place| (self.instruments[place].id(), place))
            .collect();
        let all: Vec<i32> = ids.keys().copied().collect();
        for some in all.chunks(HISTORIES_PER_STATEMENT) {
            let mut rows = candle::Entity::find()
                .select_only()
                .columns([Column::InstrumentId, Column::Date, Column::Open, Column::High])
                .columns([Column::Low, Column::Close, Column::Volume, Column::AdjustedClose])
                .column(Column::FractionalVolume)
                .filter(Column::InstrumentId.is_in(some.iter().copied()))
                .order_by_asc(Column::InstrumentId)
                .order_by_asc(Column::Date)
                .into_tuple::<Row>()
                .stream(&self.session)
                .await?;
            while let Some((
                id,
                date,
                open,
                high,
                low,
                close,
                integer,
                adjusted_close,
                fractional,
            )) = rows.try_next().await?
            {
                let known = &mut self.instruments[ids[&id]];
                known.volume += i128::from(integer);
                let (time, volume) = (Time::of_day(date), volume::volume(integer, fractional));
                let ohlcv = OhlcvRow { time, open, high, low, close, volume };
                known.days.push_stored(&PriceRow { ohlcv, adjusted_close });
            }
        }
        Ok(())
    }

    /// Brings up to date what is known of the instruments that changed; tells whether any did.
    pub(super) async fn update_instruments(&self) -> anyhow::Result<bool> {
        let changed: Vec<_> = self.instruments.iter().filter(|known| known.is_changed()).collect();
        for some in changed.chunks(PER_STATEMENT) {
            let rows =
                some.iter().map(|known| self.updated(known)).collect::<Result<Vec<_>, _>>()?;
            instrument::Entity::insert_many(rows)
                .on_conflict(replace())
                .exec_without_returning(&self.session)
                .await?;
        }
        Ok(!changed.is_empty())
    }

    fn updated(&self, known: &IngestedInstrument) -> anyhow::Result<instrument::ActiveModel> {
        let (first, last) = known.days.span().unzip();
        Ok(instrument::ActiveModel {
            first_date: Set(first),
            last_date: Set(last),
            candle_count: Set(i32::try_from(known.days.len())?),
            revision: Set(self.revision),
            id: Set(known.id()),
            symbol: Set(known.model.symbol.clone()),
            name: Set(known.model.name.clone()),
            exchange: Set(known.model.exchange.clone()),
            currency: Set(known.model.currency.clone()),
        })
    }
}

fn metadata(model: &instrument::Model) -> [&Option<String>; 3] {
    [&model.name, &model.exchange, &model.currency]
}

/// An instrument that is there is brought up to date.
fn replace() -> OnConflict {
    use instrument::Column::{
        CandleCount, Currency, Exchange, FirstDate, Id, LastDate, Name, Revision,
    };
    let columns = [Name, Exchange, Currency, FirstDate, LastDate, CandleCount, Revision];
    OnConflict::column(Id).update_columns(columns).to_owned()
}
