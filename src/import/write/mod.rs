//! The write path: rows are compared with what is stored as they come in, and the difference is
//! written, all in one transaction.
//!
//! Its first statement raises the catalogue's revision and thereby takes the lock that serialises
//! imports, so that the order of revisions is the order of commits, and nobody changes what was
//! compared.

mod instruments;
mod postgres;
mod sqlite;

use std::collections::HashMap;

use anyhow::Context;
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect, sea_query::Expr,
};

use self::instruments::Known;
use super::{
    PriceRow, batch::Batch, days, problems::Problems, read::Problem, report::SymbolReport,
};
use crate::{
    db::{Database, Read, Session},
    entity::{candle, catalog, instrument},
    error::Error,
};

/// Rows that are written together.
const FLUSH: usize = 65_536;

/// Days that are deleted by one statement.
const DELETED_PER_STATEMENT: usize = 1000;

/// A row of an instrument.
type Stored = (i32, PriceRow);

/// Reads whether nothing was ever imported, and nothing is there.
pub(super) struct IsNew;

impl Read for IsNew {
    type Output = bool;

    async fn read(&self, session: &Session) -> Result<Option<bool>, Error> {
        Ok(Some(is_new(session).await?))
    }
}

/// Whether nothing was ever imported, and nothing is there.
pub(super) async fn is_new(session: &Session) -> Result<bool, DbErr> {
    let catalog = catalog::Entity::find_by_id(catalog::ONLY_ID).one(session).await?;
    let never_imported = catalog.is_some_and(|catalog| catalog.revision == 0);
    Ok(never_imported && instrument::Entity::find().one(session).await?.is_none())
}

/// Begins an import: no other one runs until its session ends.
pub(super) async fn begin(db: &Database) -> anyhow::Result<(Session, i64)> {
    let session = db.begin_import().await?;
    let revision = next_revision(&session).await?;
    Ok((session, revision))
}

/// Raises the catalogue's revision.
pub(super) async fn next_revision(session: &Session) -> anyhow::Result<i64> {
    catalog::Entity::update_many()
        .col_expr(catalog::Column::Revision, Expr::col(catalog::Column::Revision).add(1))
        .filter(catalog::Column::Id.eq(catalog::ONLY_ID))
        .exec(session)
        .await?;
    let catalog = catalog::Entity::find_by_id(catalog::ONLY_ID).one(session).await?;
    Ok(catalog.context("the table catalog has lost its row")?.revision)
}

/// Takes an instrument out, and gives the number of its candles.
pub(super) async fn remove(session: &Session, symbol: &str) -> anyhow::Result<u64> {
    let instrument = match crate::symbol::parse(symbol) {
        Some(symbol) => {
            let found = instrument::Entity::find().filter(instrument::Column::Symbol.eq(symbol));
            found.one(session).await?
        }
        None => None,
    };
    let instrument =
        instrument.with_context(|| format!("no instrument has the symbol {symbol:?}"))?;
    let candles =
        candle::Entity::delete_many().filter(candle::Column::InstrumentId.eq(instrument.id));
    let candles = candles.exec(session).await?;
    instrument::Entity::delete_by_id(instrument.id).exec(session).await?;
    Ok(candles.rows_affected)
}

/// Writes what differs from the stored rows.
pub(super) struct Writer<'a> {
    session: &'a Session,
    revision: i64,
    /// The places of symbols in `known`.
    places: HashMap<String, usize>,
    known: Vec<Known>,
    new: Vec<Stored>,
    changed: Vec<Stored>,
    problems: Problems,
}

impl<'a> Writer<'a> {
    pub(super) fn new(session: &'a Session, revision: i64) -> Self {
        Self {
            session,
            revision,
            places: HashMap::new(),
            known: Vec::new(),
            new: Vec::new(),
            changed: Vec::new(),
            problems: Problems::default(),
        }
    }

    /// Takes some rows.
    pub(super) async fn take(&mut self, batch: Batch) -> anyhow::Result<()> {
        let places = self.places_of(&batch.symbols).await?;
        for (place, about) in &batch.about {
            self.known[places[*place]].describe(about);
        }
        for batched in &batch.rows {
            let known = &mut self.known[places[batched.symbol]];
            match known.note(&batched.row) {
                days::Known::New => self.new.push((known.id(), batched.row)),
                days::Known::Changed => self.changed.push((known.id(), batched.row)),
                days::Known::Unchanged | days::Known::Twice => {}
                days::Known::Contradicted => {
                    let (symbol, date) = (known.symbol(), batched.row.ohlcv.date);
                    let reason = format!("{symbol} {date} stands twice, with different values");
                    let problem = Problem { line: batched.line, column: None, value: None, reason };
                    self.problems.add(batched.file, problem);
                }
            }
        }
        if self.new.len() + self.changed.len() >= FLUSH { self.flush().await } else { Ok(()) }
    }

    /// Writes what is left, deletes what did not come in if asked, and says what was done, and
    /// whether it is worth a commit.
    pub(super) async fn finish(
        mut self,
        replace: bool,
    ) -> anyhow::Result<(Vec<SymbolReport>, Problems, bool)> {
        self.flush().await?;
        if replace {
            for place in 0..self.known.len() {
                let deleted = self.known[place].take_unseen();
                self.delete(self.known[place].id(), &deleted).await?;
            }
        }
        for known in self.known.iter().filter(|known| known.may_overflow()) {
            self.check_volume(known).await?;
        }
        let any = self.update_instruments().await?;
        let mut reports: Vec<SymbolReport> = self.known.iter().filter_map(Known::report).collect();
        reports.sort_by(|a, b| a.symbol.cmp(&b.symbol));
        Ok((reports, self.problems, any))
    }

    async fn flush(&mut self) -> anyhow::Result<()> {
        if self.session.get_database_backend() == DbBackend::Postgres {
            postgres::insert(self.session, &self.new).await?;
            postgres::update(self.session, &self.changed).await?;
        } else {
            sqlite::insert(self.session, &self.new).await?;
            sqlite::update(self.session, &self.changed).await?;
        }
        self.new.clear();
        self.changed.clear();
        Ok(())
    }

    async fn delete(&self, id: i32, days: &[NaiveDate]) -> anyhow::Result<()> {
        for days in days.chunks(DELETED_PER_STATEMENT) {
            candle::Entity::delete_many()
                .filter(candle::Column::InstrumentId.eq(id))
                .filter(candle::Column::Date.is_in(days.iter().copied()))
                .exec(self.session)
                .await?;
        }
        Ok(())
    }

    /// Makes sure that the sum of all volumes fits, so that no candle's can overflow.
    async fn check_volume(&self, known: &Known) -> anyhow::Result<()> {
        let volumes: Vec<i64> = candle::Entity::find()
            .select_only()
            .column(candle::Column::Volume)
            .filter(candle::Column::InstrumentId.eq(known.id()))
            .into_tuple()
            .all(self.session)
            .await?;
        let sum: i128 = volumes.into_iter().map(i128::from).sum();
        anyhow::ensure!(
            sum <= i128::from(i64::MAX),
            "{}: its volumes sum up to {sum}; the limit is {} for all days together",
            known.symbol(),
            i64::MAX
        );
        Ok(())
    }
}
