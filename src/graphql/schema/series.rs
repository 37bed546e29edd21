//! The candles of one instrument at one frequency, as rows and as columns, with every indicator
//! as a field.
//!
//! This GraphQL type has three parts: [`SeriesFields`] has the fields of this file, and
//! [`WindowedSeries`] adds the columns of candles and the indicators from the table.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{ContainerType, Context, Object, OutputType, ServerResult, Value};

use super::{
    candle::{CandleColumns, CandleRows},
    enums::Frequency,
    indicator::{self, CandlestickPattern, PatternMatch, PatternsArguments, patterns},
    series_window::SeriesWindow,
    table_enum::Named,
};
use crate::graphql::{
    adapter::{AsObject, Registry, TableObject, add_fields_of},
    json::RowList,
};

/// A series as a GraphQL type.
pub type Series = AsObject<WindowedSeries>;

#[derive(Debug)]
pub struct WindowedSeries(pub(super) Arc<SeriesWindow>);

impl TableObject for WindowedSeries {
    fn type_name() -> Cow<'static, str> {
        SeriesFields::type_name()
    }

    fn register(registry: &mut Registry) {
        SeriesFields::create_type_info(registry);
        add_fields_of::<CandleColumns<'_>>(registry, &Self::type_name());
        indicator::add_fields(registry, &Self::type_name(), indicator::ParentType::Series);
    }

    async fn field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if let Some(value) = SeriesFields(&self.0).resolve_field(ctx).await? {
            return Ok(Some(value));
        }
        if let Some(column) = CandleColumns(&self.0).resolve_field(ctx).await? {
            return Ok(Some(column));
        }
        indicator::resolve(ctx, &self.0, None).await
    }
}

/// The fields that do not come from the table.
struct SeriesFields<'a>(&'a SeriesWindow);

/// Candles of one instrument at one frequency, oldest first: as rows (`candles`), or as columns of
/// equal length.
///
/// Every indicator is a field. The server computes it over the whole stored history at this
/// frequency, so `from`, `to` and `last` do not change its values.
#[Object(name = "Series")]
impl<'a> SeriesFields<'a> {
    /// The number of candles.
    async fn length(&self) -> usize {
        self.0.range.len()
    }

    /// The length of a candle's period.
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

    /// The candlestick patterns that TA-Lib recognises, oldest first. The list has only candles
    /// that complete a pattern.
    async fn patterns(
        &self,
        #[graphql(desc = "Only these patterns; all by default.")] only: Option<
            Vec<Named<CandlestickPattern>>,
        >,
    ) -> RowList<Vec<PatternMatch>> {
        RowList(patterns::matches(self.0, &PatternsArguments { only }.request()))
    }
}
