//! The candles of one instrument at one frequency, as rows and as columns, with every indicator
//! as a field.
//!
//! A GraphQL type of three parts: [`SeriesFields`] has the fields that are written by hand, and
//! [`Series`] adds the columns of [`candle`] and the fields that come from the table of indicators.

use std::sync::Arc;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, Object, OutputType, Positioned, ServerResult,
    Value, parser::types::Field, registry::Registry, resolver_utils::resolve_container,
};

use super::{
    candle::{self, CandleColumns, CandleRows},
    enums::Frequency,
    indicator::{self, CandlestickPattern, PatternMatch, patterns},
    series_window::SeriesWindow,
    table_enum::Named,
};
use crate::graphql::json::RowList;

#[derive(Debug)]
pub struct Series(pub(super) Arc<SeriesWindow>);

impl OutputType for Series {
    fn type_name() -> std::borrow::Cow<'static, str> {
        SeriesFields::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        let name = SeriesFields::create_type_info(registry);
        candle::add_columns(registry, &Self::type_name());
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
