//! The candles of one instrument at one frequency, as rows and as columns, with every indicator
//! as a field.
//!
//! A GraphQL type of two halves: [`SeriesFields`] has the fields that are written by hand, and
//! [`WindowedSeries`] adds those that come from the table of indicators.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{ContainerType, Context, Object, OutputType, ServerResult, Value};

use super::{
    candle::CandleRows,
    enums::Frequency,
    indicator::{self, CandlestickPattern, PatternMatch, PatternsArguments, patterns},
    scalars::{Date, Long},
    series_window::SeriesWindow,
    table_enum::Named,
};
use crate::graphql::{
    adapter::{AsObject, Registry, TableObject},
    json::{CellList, Price, RowList},
};

/// A series, as the schema takes it.
pub type Series = AsObject<WindowedSeries>;

#[derive(Debug)]
pub struct WindowedSeries(pub(super) Arc<SeriesWindow>);

impl TableObject for WindowedSeries {
    fn type_name() -> Cow<'static, str> {
        SeriesFields::type_name()
    }

    fn register(registry: &mut Registry) {
        SeriesFields::create_type_info(registry);
        indicator::add_fields(registry, &Self::type_name(), indicator::ParentType::Series);
    }

    async fn field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
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
        let starts = self.0.period_starts();
        CellList::new(move || starts.iter().copied().map(Date))
    }

    /// The last calendar day of each period, whether or not it was a trading day.
    async fn period_end(&self) -> CellList<'a, Date> {
        let (starts, timeframe) = (self.0.period_starts(), self.0.shown.timeframe());
        CellList::new(move || starts.iter().map(move |start| Date(timeframe.period_end(*start))))
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

    /// The number of shares or units traded in each period.
    async fn volume(&self) -> CellList<'a, Long> {
        let cells = &self.0.shown.volume()[self.0.range.clone()];
        CellList::new(move || cells.iter().copied().map(Long))
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
        RowList(patterns::matches(self.0, &PatternsArguments { only }.request()))
    }
}
