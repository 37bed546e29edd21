//! The universe: every instrument, in memory, kept current by revisions.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use anyhow::Context;
use candles::Symbol;
use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use super::similar_symbols;
use crate::{
    Error,
    db::{ReadQuery, Session},
    entity::{
        instrument::{self, Column},
        revision,
    },
};

/// An instrument without its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instrument {
    pub(super) id: i32,
    /// The epoch of the universe that it belongs to.
    pub(super) epoch: u32,
    pub(super) revision: i64,
    /// The unique ticker symbol.
    pub symbol: Symbol,
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
    /// The number of daily candles.
    pub candle_count: usize,
}

impl Instrument {
    fn new(row: instrument::Model, epoch: u32) -> Result<Self, Error> {
        let symbol = Symbol::parse(&row.symbol)
            .with_context(|| format!("instrument {} has a symbol that no import writes", row.id))
            .map_err(Error::internal)?;
        Ok(Self {
            id: row.id,
            epoch,
            revision: row.revision,
            symbol,
            name: row.name,
            exchange: row.exchange,
            currency: row.currency,
            first_date: row.first_date,
            last_date: row.last_date,
            candle_count: usize::try_from(row.candle_count).unwrap_or_default(),
        })
    }

    /// Whether the symbol or the name contains a text in small letters.
    fn contains(&self, search: &str) -> bool {
        self.symbol.to_lowercase().contains(search)
            || self.name.as_ref().is_some_and(|name| name.to_lowercase().contains(search))
    }
}

/// Which instruments a page holds.
#[derive(Debug, Clone)]
pub struct PageQuery {
    /// Only instruments whose symbol or name contains this, in any case.
    pub search: Option<String>,
    /// Only instruments with one of these symbols.
    pub symbols: Option<Vec<Symbol>>,
    /// Only instruments whose symbol is greater.
    pub after: Option<Symbol>,
    /// Only instruments whose symbol is smaller.
    pub before: Option<Symbol>,
    /// How many, and from which end.
    pub take: Take,
}

/// The end from which a page is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The first n.
    First(usize),
    /// The last n.
    Last(usize),
}

/// Instruments in ascending order of their symbols.
#[derive(Debug, Clone)]
pub struct Page {
    /// The instruments.
    pub instruments: Vec<Arc<Instrument>>,
    /// Whether the query matches instruments before the page.
    pub has_previous: bool,
    /// Whether the query matches instruments after the page.
    pub has_next: bool,
    /// How many instruments the query matches, on whichever page.
    pub total: usize,
}

/// The instruments as of a revision.
#[derive(Debug, Clone, Default)]
pub struct Universe {
    /// How often the database has gone back in time. Its revisions may come again after that.
    epoch: u32,
    revision: i64,
    instruments: BTreeMap<Symbol, Arc<Instrument>>,
}

impl ReadQuery for Universe {
    type Output = Option<Self>;

    /// The universe with the changes since this one; none without changes, for which one statement
    /// is enough.
    async fn read(&self, session: &Session) -> Result<Option<Option<Self>>, Error> {
        // Read before the rows: they are at least as new.
        let row = revision::Entity::find_by_id(revision::ONLY_ID).one(session).await?;
        let revision = row.map_or(0, |row| row.revision);
        if revision == self.revision {
            return Ok(Some(None));
        }
        let is_older = revision < self.revision;
        if is_older && session.is_replica() {
            return Ok(None);
        }
        let changed = instrument::Entity::find().filter(Column::Revision.gt(self.revision));
        let epoch = self.epoch + u32::from(is_older);
        let mut next = Self { epoch, revision, instruments: self.instruments.clone() };
        next.extend(changed.all(session).await?)?;
        let count = instrument::Entity::find().count(session).await?;
        // An operator may have put in an older copy of the database, or rows may be gone; only the
        // whole table tells which.
        if is_older || next.instruments.len() as u64 != count {
            next.instruments.clear();
            next.extend(instrument::Entity::find().all(session).await?)?;
        }
        Ok(Some(Some(next)))
    }
}

impl Universe {
    fn extend(&mut self, rows: Vec<instrument::Model>) -> Result<(), Error> {
        for row in rows {
            let instrument = Instrument::new(row, self.epoch)?;
            self.instruments.insert(instrument.symbol.clone(), Arc::new(instrument));
        }
        Ok(())
    }

    /// How many instruments there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.instruments.len()
    }

    /// Whether there are no instruments.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.instruments.is_empty()
    }

    /// A number that every import raises.
    #[must_use]
    pub fn revision(&self) -> i64 {
        self.revision
    }

    /// How often the database has gone back in time, as after a restore of an older copy.
    #[must_use]
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The instrument with a symbol.
    #[must_use]
    pub fn get(&self, symbol: &Symbol) -> Option<&Arc<Instrument>> {
        self.instruments.get(symbol)
    }

    /// A few symbols similar to an unknown one.
    #[must_use]
    pub fn similar(&self, symbol: &Symbol) -> Vec<Symbol> {
        similar_symbols::similar(symbol, &self.instruments)
    }

    /// A page of the instruments in the order of their symbols.
    #[must_use]
    pub fn page(&self, query: &PageQuery) -> Page {
        let search = query.search.as_deref().map(str::to_lowercase);
        let symbols: Option<HashSet<&Symbol>> =
            query.symbols.as_ref().map(|symbols| symbols.iter().collect());
        let matches = |instrument: &&Arc<Instrument>| {
            search.as_deref().is_none_or(|search| instrument.contains(search))
                && symbols.as_ref().is_none_or(|known| known.contains(&instrument.symbol))
        };
        let all: Vec<&Arc<Instrument>> = self.instruments.values().filter(matches).collect();
        let start =
            query.after.as_ref().map_or(0, |after| all.partition_point(|i| i.symbol <= *after));
        let end = query
            .before
            .as_ref()
            .map_or(all.len(), |before| all.partition_point(|i| i.symbol < *before))
            .max(start);
        let (start, end) = match query.take {
            Take::First(size) => (start, end.min(start.saturating_add(size))),
            Take::Last(size) => (start.max(end.saturating_sub(size)), end),
        };
        Page {
            instruments: all[start..end].iter().map(|instrument| Arc::clone(instrument)).collect(),
            has_previous: start > 0,
            has_next: end < all.len(),
            total: all.len(),
        }
    }
}
