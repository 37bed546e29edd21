//! The only way to write prices: an ingest compares incoming rows with the stored ones and writes
//! the difference, all in one transaction.
//!
//! [`Ingest::begin`] raises the revision and so takes the lock of writers. The order of revisions
//! is the order of commits, and no other writer changes rows after the comparison. [`Ingest::take`]
//! takes rows, [`Ingest::finish`] reports what they change, and [`Finished::commit`] commits that.
//! An ingest dropped before the commit changes nothing.
//!
//! An ingest knows neither files nor terminals: a row's [`Origin`] is two numbers of the caller's
//! choice, which the ingest returns with a contradiction.

mod day_range;
mod ingested_instrument;
mod instruments;
mod postgres;
mod remove;
mod report;
mod row_diff;
mod sqlite;
mod total_volume;

use std::collections::HashMap;

use anyhow::Context;
use candles::{InstrumentMetadata, PriceRow, Symbol};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, QueryFilter,
    sea_query::Expr,
};

use self::{ingested_instrument::IngestedInstrument, row_diff::RowDiff};
use crate::{
    Error,
    db::{Database, ReadQuery, Session},
    entity::{candle, instrument, revision},
};

pub use self::{
    remove::remove,
    report::{RowCounts, SymbolReport},
};

/// Rows per write.
const FLUSH: usize = 65_536;

/// Days per delete statement.
const DELETED_PER_STATEMENT: usize = 1000;

/// A row of an instrument.
type InstrumentRow = (i32, PriceRow);

/// Some rows.
#[derive(Debug, Default)]
pub struct Batch {
    /// The symbols of the rows, each once.
    pub symbols: Vec<Symbol>,
    /// The rows, in any order.
    pub rows: Vec<BatchRow>,
    /// The source's facts about instruments, by the position of their symbols.
    pub metadata: Vec<(usize, InstrumentMetadata)>,
}

/// A row with its place in the source.
#[derive(Debug, Clone, Copy)]
pub struct BatchRow {
    /// The position of its symbol in the batch.
    pub symbol: usize,
    /// The place of the row in the source.
    pub origin: Origin,
    /// The row's prices.
    pub row: PriceRow,
}

/// The place of a row in its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The number of the part, such as a file.
    pub part: usize,
    /// The place in that part, such as a line.
    pub line: u64,
}

/// A row whose day came before in the same ingest, with other values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Where the later row stands.
    pub origin: Origin,
    /// The symbol.
    pub symbol: Symbol,
    /// The day.
    pub date: NaiveDate,
}

/// Reads whether the database has never had a row.
struct IsNew;

impl ReadQuery for IsNew {
    type Output = bool;

    async fn read(&self, session: &Session) -> Result<Option<bool>, Error> {
        Ok(Some(is_new(session).await?))
    }
}

/// Whether the database has never had a row, and has none now.
async fn is_new(session: &Session) -> Result<bool, DbErr> {
    let row = revision::Entity::find_by_id(revision::ONLY_ID).one(session).await?;
    let never_written = row.is_some_and(|row| row.revision == 0);
    Ok(never_written && instrument::Entity::find().one(session).await?.is_none())
}

/// Raises the revision.
async fn next_revision(session: &Session) -> anyhow::Result<i64> {
    revision::Entity::update_many()
        .col_expr(revision::Column::Revision, Expr::col(revision::Column::Revision).add(1))
        .filter(revision::Column::Id.eq(revision::ONLY_ID))
        .exec(session)
        .await?;
    let row = revision::Entity::find_by_id(revision::ONLY_ID).one(session).await?;
    Ok(row.context("the table catalog has lost its row")?.revision)
}

/// A transaction that compares rows with the stored ones and writes the difference.
pub struct Ingest {
    session: Session,
    revision: i64,
    /// The positions of symbols in `instruments`.
    positions: HashMap<Symbol, usize>,
    instruments: Vec<IngestedInstrument>,
    new: Vec<InstrumentRow>,
    changed: Vec<InstrumentRow>,
    contradictions: Vec<Contradiction>,
    contradictions_total: u64,
}

/// Contradictions in the report; the ingest counts further ones.
const MAX_CONTRADICTIONS: usize = 20;

/// The result of an ingest before its commit.
pub struct Finished {
    session: Session,
    /// What it does to each symbol, in the order of the symbols.
    pub symbols: Vec<SymbolReport>,
    /// The first contradictions.
    pub contradictions: Vec<Contradiction>,
    /// How many contradictions there are.
    pub contradictions_total: u64,
    /// Whether anything differs from the stored rows.
    pub is_change: bool,
}

impl Finished {
    /// Commits the change and tells servers about it.
    pub async fn commit(self) -> Result<(), Error> {
        if !self.is_change {
            return self.roll_back().await;
        }
        self.session.announce().await?;
        Ok(self.session.commit().await?)
    }

    /// Rolls the change back.
    pub async fn roll_back(self) -> Result<(), Error> {
        Ok(self.session.rollback().await?)
    }
}

impl Ingest {
    /// Begins an ingest; no other one runs until it ends.
    pub async fn begin(db: &Database) -> anyhow::Result<Self> {
        Self::in_session(db.begin_import().await?).await
    }

    /// Begins an ingest if the database has never had a row. It checks again once it has locked out
    /// other writers.
    pub async fn begin_if_new(db: &Database) -> anyhow::Result<Option<Self>> {
        if !db.read(&IsNew).await? {
            return Ok(None);
        }
        let session = db.begin_import().await?;
        if !is_new(&session).await? {
            return Ok(None);
        }
        Self::in_session(session).await.map(Some)
    }

    async fn in_session(session: Session) -> anyhow::Result<Self> {
        let revision = next_revision(&session).await?;
        Ok(Self {
            session,
            revision,
            positions: HashMap::new(),
            instruments: Vec::new(),
            new: Vec::new(),
            changed: Vec::new(),
            contradictions: Vec::new(),
            contradictions_total: 0,
        })
    }

    /// Takes some rows.
    pub async fn take(&mut self, batch: Batch) -> anyhow::Result<()> {
        let positions = self.positions_of(&batch.symbols).await?;
        self.read_days(&positions, &batch.rows).await?;
        for (symbol, metadata) in &batch.metadata {
            self.instruments[positions[*symbol]].describe(metadata);
        }
        for BatchRow { symbol, origin, row } in batch.rows {
            let instrument = &mut self.instruments[positions[symbol]];
            match instrument.note(&row) {
                RowDiff::New => self.new.push((instrument.id(), row)),
                RowDiff::Changed => self.changed.push((instrument.id(), row)),
                RowDiff::Unchanged | RowDiff::Repeated => {}
                RowDiff::Contradicted => {
                    self.contradictions_total += 1;
                    if self.contradictions.len() < MAX_CONTRADICTIONS {
                        let (symbol, date) = (instrument.symbol().clone(), row.ohlcv.time.day());
                        self.contradictions.push(Contradiction { origin, symbol, date });
                    }
                }
            }
        }
        if self.new.len() + self.changed.len() >= FLUSH { self.flush().await } else { Ok(()) }
    }

    /// Writes the rest, and reports the changes of all rows. With `replace`, it deletes the stored
    /// rows of the symbols that did not come in.
    pub async fn finish(mut self, replace: bool) -> anyhow::Result<Finished> {
        self.flush().await?;
        if replace {
            for position in 0..self.instruments.len() {
                self.delete_unseen(position).await?;
            }
        }
        self.check_volumes().await?;
        let is_change = self.update_instruments().await?;
        let mut symbols: Vec<SymbolReport> =
            self.instruments.iter().filter_map(IngestedInstrument::report).collect();
        symbols.sort_by(|a, b| a.symbol.cmp(&b.symbol));
        let Self { session, contradictions, contradictions_total, .. } = self;
        Ok(Finished { session, symbols, contradictions, contradictions_total, is_change })
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        if self.session.get_database_backend() == DbBackend::Postgres {
            postgres::insert(&self.session, &self.new).await?;
            postgres::update(&self.session, &self.changed).await?;
        } else {
            sqlite::insert(&self.session, &self.new).await?;
            sqlite::update(&self.session, &self.changed).await?;
        }
        self.new.clear();
        self.changed.clear();
        Ok(())
    }

    /// Deletes the stored rows of an instrument that did not come in: those that it has read one by
    /// one, the others by the range around which they lie.
    async fn delete_unseen(&mut self, position: usize) -> anyhow::Result<()> {
        let unseen = self.instruments[position].take_unseen();
        let instrument = &self.instruments[position];
        let mut deleted = 0;
        for days in unseen.chunks(DELETED_PER_STATEMENT) {
            let days = candle::Column::Date.is_in(days.iter().copied());
            deleted += self.delete(instrument.id(), days.into()).await?;
        }
        if instrument.unread() > 0 {
            let outside = instrument.read_range().map_or_else(Condition::all, |read| {
                let (first, last) = (read.first, read.last);
                Condition::any()
                    .add(candle::Column::Date.lt(first))
                    .add(candle::Column::Date.gt(last))
            });
            deleted += self.delete(instrument.id(), outside).await?;
        }
        self.instruments[position].set_deleted(usize::try_from(deleted)?);
        Ok(())
    }

    async fn delete(&self, id: i32, rows: Condition) -> anyhow::Result<u64> {
        let deleted = candle::Entity::delete_many()
            .filter(candle::Column::InstrumentId.eq(id))
            .filter(rows)
            .exec(&self.session)
            .await?;
        Ok(deleted.rows_affected)
    }
}
