//! The candles of one instrument at one frequency, as rows and as columns, with every indicator
//! as a field.
//!
//! A GraphQL type of two halves: [`SeriesFields`] has the fields that are written by hand, and
//! [`Series`] adds those that come from the table of indicators.

use std::sync::Arc;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Object, OutputType, Positioned, ServerResult,
    Value, parser::types::Field, registry::Registry, resolver_utils::resolve_container,
};

use super::{
    candle::CandleRows,
    enums::Frequency,
    indicator::{self, CandlestickPattern, PatternMatch, patterns},
    scalars::{Date, Volume},
    series_window::SeriesWindow,
    table_enum::Named,
};
use crate::graphql::json::{CellList, Price, RowList};

#[derive(Debug)]
pub struct Series(pub(super) Arc<SeriesWindow>);

impl OutputType for Series {
    fn type_name() -> std::borrow::Cow<'static, str> {
        SeriesFields::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = SeriesFields::create_type_info(registry);
        indicator::add_fields(registry, &Self::type_name(), indicator::ParentType::Series);
        name
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl ContainerType for Series {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match SeriesFields(&self.0).resolve_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => indicator::resolve(ctx, &self.0, None).await,
        }
    }
}

/// The fields that do not come from the table.
struct SeriesFields<'a>(&'a SeriesWindow);

impl<'a> SeriesFields<'a> {
    fn prices(&self, column: &'a [f64]) -> CellList<'a, Option<f64>> {
        let cells = &column[self.0.range.clone()];
        CellList::new(move || cells.iter().copied().map(Price))
    }
}

/// Candles of one instrument at one frequency, oldest first: as rows (`candles`), or as columns of
/// equal length. Every indicator is a field; it is computed over the whole stored history at this
/// frequency, so that its values do not depend on the window.
#[Object(name = "Series")]
impl<'a> SeriesFields<'a> {
    /// The number of candles.
    async fn length(&self) -> usize {
        self.0.range.len()
    }

    /// How often a candle begins.
    async fn frequency(&self) -> Frequency {
        self.0.shown.timeframe().frequency().into()
    }

    /// How many days, weeks, months, quarters or years make a candle.
    async fn interval(&self) -> i32 {
        self.0.shown.timeframe().interval()
    }

    /// The candles as rows.
    async fn candles(&self) -> RowList<CandleRows<'a>> {
        RowList(CandleRows(self.0))
    }

    /// The first calendar day of each period, whether or not it was a trading day.
    async fn period_start(&self) -> CellList<'a, Date> {
        let times = self.0.times();
        CellList::new(move || times.iter().map(|time| Date(time.day())))
    }

    /// The last calendar day of each period, whether or not it was a trading day.
    async fn period_end(&self) -> CellList<'a, Date> {
        let (times, timeframe) = (self.0.times(), self.0.shown.timeframe());
        CellList::new(move || times.iter().map(move |time| Date(timeframe.period_end(*time))))
    }

    /// The first price of each period.
    async fn open(&self) -> CellList<'a, Option<f64>> {
        self.prices(&self.0.shown.prices().open)
    }

    /// The highest price of each period.
    async fn high(&self) -> CellList<'a, Option<f64>> {
        self.prices(&self.0.shown.prices().high)
    }

    /// The lowest price of each period.
    async fn low(&self) -> CellList<'a, Option<f64>> {
        self.prices(&self.0.shown.prices().low)
    }

    /// The last price of each period.
    async fn close(&self) -> CellList<'a, Option<f64>> {
        self.prices(&self.0.shown.prices().close)
    }

    /// The number of shares or units traded in each period, which may have a fraction.
    async fn volume(&self) -> CellList<'a, Volume> {
        let cells = &self.0.shown.volume()[self.0.range.clone()];
        CellList::new(move || cells.iter().copied().map(Volume))
    }

    /// The number of trading days in each period; 0 where `fill` made the candle.
    async fn trading_days(&self) -> CellList<'a, u32> {
        let cells = &self.0.shown.trading_days()[self.0.range.clone()];
        CellList::new(move || cells.iter().copied())
    }

    /// The candlestick patterns that TA-Lib recognises, oldest first: only the candles that
    /// complete one.
    async fn patterns(
        &self,
        #[graphql(desc = "Only these patterns. By default all.")] only: Option<
            Vec<Named<CandlestickPattern>>,
        >,
    ) -> RowList<Vec<PatternMatch>> {
        RowList(patterns::matches(self.0, only.as_deref()))
    }
}
