//! Instruments: by symbol, and in pages.

use std::collections::HashMap;

use async_graphql::dataloader::Loader;
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, EntityTrait, ExprTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{Expr, Func, LikeExpr},
};

use crate::{
    entity::instrument::{self, Column},
    error::Error,
};

/// What is known of an instrument, without its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    pub(super) id: i32,
    pub(super) revision: i64,
    /// The unique ticker symbol, in capitals.
    pub symbol: String,
    /// The company's or product's name.
    pub name: Option<String>,
    /// The exchange where it is listed.
    pub exchange: Option<String>,
    /// The currency of its prices.
    pub currency: Option<String>,
    /// Date of the oldest candle.
    pub first_date: Option<NaiveDate>,
    /// Date of the newest candle.
    pub last_date: Option<NaiveDate>,
}

impl From<instrument::Model> for Instrument {
    fn from(row: instrument::Model) -> Self {
        Self {
            id: row.id,
            revision: row.revision,
            symbol: row.symbol,
            name: row.name,
            exchange: row.exchange,
            currency: row.currency,
            first_date: row.first_date,
            last_date: row.last_date,
        }
    }
}

/// Which instruments a page holds.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// Only instruments whose symbol or name contains this, in any case.
    pub search: Option<String>,
    /// Only instruments with one of these symbols, given in capitals.
    pub symbols: Option<Vec<String>>,
    /// Only instruments whose symbol is greater.
    pub after: Option<String>,
    /// Only instruments whose symbol is smaller.
    pub before: Option<String>,
    /// How many, and from which end.
    pub take: Take,
}

/// The end from which a page is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first n.
    First(u32),
    /// The last n.
    Last(u32),
}

/// Instruments in ascending order of their symbols.
#[derive(Debug, Clone)]
pub struct Page {
    /// The instruments.
    pub instruments: Vec<Instrument>,
    /// Whether the query matches more of them, beyond the end that the page was not taken from.
    pub has_more: bool,
}

/// Reads a page in one statement: one row more than asked for tells whether there are more.
pub(super) async fn page(db: &DatabaseConnection, query: &PageQuery) -> Result<Page, Error> {
    let select = instrument::Entity::find().filter(condition(query));
    let (select, size) = match query.take {
        Take::First(size) => (select.order_by_asc(Column::Symbol), size),
        Take::Last(size) => (select.order_by_desc(Column::Symbol), size),
    };
    let rows = select.limit(u64::from(size) + 1).all(db).await?;
    let has_more = rows.len() > size as usize;
    let mut instruments: Vec<_> =
        rows.into_iter().take(size as usize).map(Instrument::from).collect();
    if matches!(query.take, Take::Last(_)) {
        instruments.reverse();
    }
    Ok(Page { instruments, has_more })
}

fn condition(query: &PageQuery) -> Condition {
    let search = query.search.as_deref().map(|search| {
        let like = |text: &str| LikeExpr::new(contains(text)).escape('\\');
        Condition::any()
            .add(Expr::col(Column::Symbol).like(like(&search.to_uppercase())))
            .add(Func::lower(Expr::col(Column::Name)).like(like(&search.to_lowercase())))
    });
    Condition::all()
        .add_option(search)
        .add_option(query.symbols.as_ref().map(|symbols| Column::Symbol.is_in(symbols)))
        .add_option(query.after.as_ref().map(|symbol| Column::Symbol.gt(symbol)))
        .add_option(query.before.as_ref().map(|symbol| Column::Symbol.lt(symbol)))
}

/// The LIKE pattern for texts that contain `text`, whose own `%`, `_` and `\` stand for themselves.
fn contains(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Loads instruments by symbol.
pub(super) struct InstrumentLoader {
    pub(super) db: DatabaseConnection,
}

impl Loader<String> for InstrumentLoader {
    type Value = Instrument;
    type Error = Error;

    async fn load(&self, symbols: &[String]) -> Result<HashMap<String, Instrument>, Error> {
        let rows =
            instrument::Entity::find().filter(Column::Symbol.is_in(symbols)).all(&self.db).await?;
        Ok(rows.into_iter().map(|row| (row.symbol.clone(), row.into())).collect())
    }
}
