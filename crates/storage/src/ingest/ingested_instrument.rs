//! An instrument of an ingest: its stored rows, its incoming rows, and the changes to write at the
//! end.

use candles::{InstrumentMetadata, PriceRow, Symbol};
use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;

use super::{
    SymbolReport,
    day_range::DayRange,
    row_diff::{RowDiff, StoredDays},
};
use crate::{entity::instrument, volume};

/// An instrument of the import.
pub(super) struct IngestedInstrument {
    symbol: Symbol,
    model: instrument::Model,
    /// The days that the ingest has read or that came in.
    days: StoredDays,
    /// The days whose stored rows the ingest has read; they include all incoming days.
    read_range: Option<DayRange>,
    /// The number of stored rows that the ingest has read.
    read: usize,
    /// Whether the ingest has deleted the stored rows that did not come in.
    is_replaced: bool,
    new: usize,
    changed: usize,
    unchanged: usize,
    deleted: usize,
    /// The stored name, exchange and currency.
    stored_metadata: [Option<String>; 3],
    /// The sum of all volumes that the ingest has read or that came in, or more.
    volume: i128,
}

impl IngestedInstrument {
    pub(super) fn new(symbol: Symbol, model: instrument::Model) -> Self {
        let stored_metadata = metadata(&model).map(Clone::clone);
        Self {
            symbol,
            model,
            days: StoredDays::default(),
            read_range: None,
            read: 0,
            is_replaced: false,
            new: 0,
            changed: 0,
            unchanged: 0,
            deleted: 0,
            stored_metadata,
            volume: 0,
        }
    }

    pub(super) fn id(&self) -> i32 {
        self.model.id
    }

    pub(super) fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// Compares a row with the known ones and counts it.
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

    /// The stored days, as the table `instrument` has them.
    fn stored_range(&self) -> Option<DayRange> {
        let (first, last) = self.model.first_date.zip(self.model.last_date)?;
        Some(DayRange { first, last })
    }

    /// Adds days to the range, and returns the days whose stored rows the ingest must still read.
    pub(super) fn extend_range(
        &mut self,
        days: DayRange,
    ) -> impl Iterator<Item = DayRange> + use<> {
        let (range, added) = match self.read_range {
            Some(range) => range.grown(days),
            None => (days, [Some(days), None]),
        };
        self.read_range = Some(range);
        let stored = self.stored_range();
        added.into_iter().flatten().filter_map(move |added| added.common(stored?))
    }

    /// Adds a stored row of the days in question, with its volume as an integer.
    pub(super) fn push_stored(&mut self, row: &PriceRow, volume: i64) {
        self.read += 1;
        self.volume += i128::from(volume);
        self.days.push_stored(row);
    }

    /// Ends the reading of some days.
    pub(super) fn settle(&mut self) {
        self.days.settle();
    }

    pub(super) fn read_range(&self) -> Option<DayRange> {
        self.read_range
    }

    /// How many stored rows the ingest has neither read nor deleted.
    pub(super) fn unread(&self) -> usize {
        let stored = usize::try_from(self.model.candle_count).unwrap_or_default();
        if self.is_replaced { 0 } else { stored.saturating_sub(self.read) }
    }

    pub(super) fn take_unseen(&mut self) -> Vec<NaiveDate> {
        self.days.take_unseen()
    }

    /// Notes that only the incoming rows are left of the stored ones.
    pub(super) fn set_deleted(&mut self, deleted: usize) {
        self.is_replaced = true;
        self.deleted = deleted;
    }

    pub(super) fn has_new_volumes(&self) -> bool {
        self.new + self.changed > 0
    }

    pub(super) fn may_overflow(&self) -> bool {
        self.volume > i128::from(i64::MAX)
    }

    /// The number of rows now.
    fn len(&self) -> usize {
        self.days.len() + self.unread()
    }

    /// The first and the last day now.
    fn span(&self) -> Option<DayRange> {
        let known = self.days.span();
        let stored = if self.unread() > 0 { self.stored_range() } else { None };
        known.zip(stored).map(|(known, stored)| known.joined(stored)).or(known).or(stored)
    }

    pub(super) fn report(&self) -> Option<SymbolReport> {
        let DayRange { first: first_date, last: last_date } = self.span()?;
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

    pub(super) fn is_changed(&self) -> bool {
        let is_described = metadata(&self.model) != self.stored_metadata.each_ref();
        self.new + self.changed + self.deleted > 0 || is_described
    }

    /// The row of the table `instrument` at a revision.
    pub(super) fn updated(&self, revision: i64) -> anyhow::Result<instrument::ActiveModel> {
        let (first, last) = self.span().map(|span| (span.first, span.last)).unzip();
        Ok(instrument::ActiveModel {
            first_date: Set(first),
            last_date: Set(last),
            candle_count: Set(i32::try_from(self.len())?),
            revision: Set(revision),
            id: Set(self.id()),
            symbol: Set(self.model.symbol.clone()),
            name: Set(self.model.name.clone()),
            exchange: Set(self.model.exchange.clone()),
            currency: Set(self.model.currency.clone()),
        })
    }
}

fn metadata(model: &instrument::Model) -> [&Option<String>; 3] {
    [&model.name, &model.exchange, &model.currency]
}
