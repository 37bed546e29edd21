//! The write path: one transaction that compares the input with what is stored, symbol by symbol.
//!
//! Its first statement raises the catalogue's revision and thereby takes the lock that serialises
//! imports, so that the order of revisions is the order of commits.

use std::collections::BTreeMap;

use anyhow::Context;
use candles::{Ohlcv, OhlcvRow};
use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    sea_query::{Expr, OnConflict},
};

use super::{PriceRow, PriceRows, Report, SymbolReport};
use crate::{
    db::{Database, Read, Session},
    entity::{candle, catalog, instrument},
    error::Error,
};

/// Rows of one INSERT statement; eight parameters each, and engines take some 32,000.
const ROWS_PER_STATEMENT: usize = 1000;

type Days = BTreeMap<NaiveDate, PriceRow>;

/// Writes what differs from the stored rows, and raises the revision of the instruments that it
/// changed. If nothing differs, nothing is written.
pub(super) async fn write(db: &Database, rows: &PriceRows) -> anyhow::Result<Report> {
    let transaction = db.begin_write().await?;
    let revision = next_revision(&transaction).await?;
    write_rows(transaction, rows, revision).await
}

/// Reads whether nothing was ever imported, and nothing is there.
pub(super) struct IsNew;

impl Read for IsNew {
    type Output = bool;

    async fn read(&self, session: &Session) -> Result<Option<bool>, Error> {
        let catalog = catalog::Entity::find_by_id(catalog::ONLY_ID).one(session).await?;
        let never_imported = catalog.is_some_and(|catalog| catalog.revision == 0);
        Ok(Some(never_imported && instrument::Entity::find().one(session).await?.is_none()))
    }
}

/// The same as [`write()`] if [`IsNew`] still says so once other imports are locked out.
pub(super) async fn write_if_new(
    db: &Database,
    rows: &PriceRows,
) -> anyhow::Result<Option<Report>> {
    let transaction = db.begin_write().await?;
    if IsNew.read(&transaction).await? != Some(true) {
        return Ok(None);
    }
    let revision = next_revision(&transaction).await?;
    write_rows(transaction, rows, revision).await.map(Some)
}

async fn write_rows(
    transaction: Session,
    rows: &PriceRows,
    revision: i64,
) -> anyhow::Result<Report> {
    let mut report = Report::default();
    for (symbol, days) in rows {
        let written = write_symbol(&transaction, symbol, days, revision).await;
        report.symbols.push(written.with_context(|| symbol.clone())?);
    }
    if report.symbols.iter().any(|symbol| symbol.new + symbol.changed > 0) {
        transaction.announce().await?;
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(report)
}

async fn next_revision(transaction: &Session) -> anyhow::Result<i64> {
    catalog::Entity::update_many()
        .col_expr(catalog::Column::Revision, Expr::col(catalog::Column::Revision).add(1))
        .filter(catalog::Column::Id.eq(catalog::ONLY_ID))
        .exec(transaction)
        .await?;
    let catalog = catalog::Entity::find_by_id(catalog::ONLY_ID).one(transaction).await?;
    Ok(catalog.context("the table catalog has lost its row")?.revision)
}

async fn write_symbol(
    transaction: &Session,
    symbol: &str,
    days: &Days,
    revision: i64,
) -> anyhow::Result<SymbolReport> {
    let instrument = find_or_insert(transaction, symbol, revision).await?;
    let mut all_days = stored_days(transaction, instrument.id).await?;
    let (mut new, mut changed) = (0, 0);
    let mut differing = Vec::new();
    for (&date, row) in days {
        let stored = all_days.get(&date);
        // A file without adjusted closes says nothing about them: the stored ones stay.
        let adjusted_close = row.adjusted_close.or(stored.and_then(|row| row.adjusted_close));
        let row = PriceRow { adjusted_close, ..*row };
        match stored {
            Some(stored) if *stored == row => continue,
            Some(_) => changed += 1,
            None => new += 1,
        }
        differing.push(candle_row(instrument.id, &row));
        all_days.insert(date, row);
    }
    let span = Span::check(&all_days)?;
    if !differing.is_empty() {
        upsert(transaction, &differing).await?;
        let mut instrument = instrument.into_active_model();
        instrument.first_date = Set(Some(span.first_date));
        instrument.last_date = Set(Some(span.last_date));
        instrument.candle_count = Set(i32::try_from(all_days.len())?);
        instrument.revision = Set(revision);
        instrument.update(transaction).await?;
    }
    Ok(SymbolReport {
        symbol: symbol.to_owned(),
        new,
        changed,
        unchanged: days.len() - new - changed,
        first_date: span.first_date,
        last_date: span.last_date,
    })
}

async fn find_or_insert(
    transaction: &Session,
    symbol: &str,
    revision: i64,
) -> anyhow::Result<instrument::Model> {
    let stored = instrument::Entity::find()
        .filter(instrument::Column::Symbol.eq(symbol))
        .one(transaction)
        .await?;
    if let Some(stored) = stored {
        return Ok(stored);
    }
    let new = instrument::ActiveModel {
        symbol: Set(symbol.to_owned()),
        candle_count: Set(0),
        revision: Set(revision),
        ..Default::default()
    };
    Ok(new.insert(transaction).await?)
}

async fn stored_days(transaction: &Session, id: i32) -> anyhow::Result<Days> {
    let rows =
        candle::Entity::find().filter(candle::Column::InstrumentId.eq(id)).all(transaction).await?;
    let day = |row: candle::Model| {
        let candle::Model { date, open, high, low, close, volume, adjusted_close, .. } = row;
        let ohlcv = OhlcvRow { date, open, high, low, close, volume };
        (date, PriceRow { ohlcv, adjusted_close })
    };
    Ok(rows.into_iter().map(day).collect())
}

fn candle_row(instrument_id: i32, row: &PriceRow) -> candle::ActiveModel {
    let OhlcvRow { date, open, high, low, close, volume } = row.ohlcv;
    let adjusted_close = row.adjusted_close;
    candle::Model { instrument_id, date, open, high, low, close, volume, adjusted_close }.into()
}

async fn upsert(transaction: &Session, rows: &[candle::ActiveModel]) -> anyhow::Result<()> {
    use candle::Column::{AdjustedClose, Close, Date, High, InstrumentId, Low, Open, Volume};
    let replace = OnConflict::columns([InstrumentId, Date])
        .update_columns([Open, High, Low, Close, Volume, AdjustedClose])
        .to_owned();
    for statement in rows.chunks(ROWS_PER_STATEMENT) {
        candle::Entity::insert_many(statement.iter().cloned())
            .on_conflict(replace.clone())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(())
}

/// The first and last day of an instrument.
struct Span {
    first_date: NaiveDate,
    last_date: NaiveDate,
}

impl Span {
    /// Makes sure that the store will be able to load the whole history.
    fn check(days: &Days) -> anyhow::Result<Self> {
        let mut history = Ohlcv::default();
        for row in days.values() {
            history.push(row.ohlcv)?;
        }
        let (Some(&first_date), Some(&last_date)) =
            (history.dates().first(), history.dates().last())
        else {
            anyhow::bail!("there are no rows");
        };
        Ok(Self { first_date, last_date })
    }
}
