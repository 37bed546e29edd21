//! One output of an indicator over the candles of a series.
//!
//! Like `Series`, this GraphQL type has two halves: fields that stand in this file, and fields that
//! come from the table.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContainerType, Context, Object, OutputType, ServerResult, SimpleObject, Value,
};
use candles::indicator::Column;

use super::register::{ParentType, add_fields};
use crate::graphql::{
    adapter::{Registry, TableObject},
    json::{Cell, CellList, RowList, Rows},
    schema::{request_context::Call, scalars::Date, series_window::SeriesWindow},
};

/// One output of a computed function, in a window.
#[derive(Debug, Clone)]
pub(in crate::graphql) struct Line {
    pub(super) view: Arc<SeriesWindow>,
    pub(super) call: Arc<Call>,
    /// The position among the function's outputs.
    pub(super) output: usize,
}

/// A value and the candle that it belongs to.
#[derive(Debug, Clone, SimpleObject)]
pub(in crate::graphql) struct Point {
    /// The first calendar day of the candle's period.
    period_start: Date,
    /// The value.
    value: f64,
}

#[derive(Clone, Copy)]
pub(in crate::graphql) enum PointColumn {
    PeriodStart,
    Value,
}

impl Rows for Vec<Point> {
    type Object = Point;
    type Column = PointColumn;

    fn column(name: &str) -> Option<PointColumn> {
        match name {
            "periodStart" => Some(PointColumn::PeriodStart),
            "value" => Some(PointColumn::Value),
            _ => None,
        }
    }

    fn len(&self) -> usize {
        Vec::len(self)
    }

    fn write(&self, row: usize, column: PointColumn, text: &mut Vec<u8>) {
        match column {
            PointColumn::PeriodStart => self[row].period_start.write(text),
            PointColumn::Value => self[row].value.write(text),
        }
    }

    fn objects(&self) -> Vec<Point> {
        self.clone()
    }
}

impl Line {
    fn values(&self) -> impl Iterator<Item = Option<f64>> {
        self.view.values(self.column())
    }

    fn column(&self) -> &Column {
        &self.call.outputs[self.output]
    }
}

impl TableObject for Line {
    fn type_name() -> Cow<'static, str> {
        LineFields::type_name()
    }

    fn register(registry: &mut Registry) {
        LineFields::create_type_info(registry);
        add_fields(registry, &Self::type_name(), ParentType::Line);
    }

    async fn field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        match LineFields(self).resolve_field(ctx).await? {
            Some(value) => Ok(Some(value)),
            None => super::resolve(ctx, &self.view, Some(self)).await,
        }
    }
}

/// The fields that do not come from the table.
struct LineFields<'a>(&'a Line);

/// One value per candle of the series. A value is null while the indicator warms up, where `fill`
/// made the candle, and where the result is not a number.
///
/// Every indicator that reads one price is also a field of `Line`, which computes it on this line
/// from its first value on: `rsi { sma(timePeriod: 9) { values } }`. A null in the middle of a line
/// may make every later value of an indicator on it null.
#[Object(name = "Line")]
impl<'a> LineFields<'a> {
    /// One value per candle, oldest first; null where the line has none.
    async fn values(&self) -> CellList<'a, Option<f64>> {
        let line = self.0;
        CellList::new(move || line.values())
    }

    /// The candles that have a value, oldest first, each with its date.
    async fn points(&self) -> RowList<Vec<Point>> {
        let times = self.0.view.times().iter();
        let points = times.zip(self.0.values()).filter_map(|(time, value)| {
            Some(Point { period_start: Date(time.day()), value: value? })
        });
        RowList(points.collect())
    }

    /// The last value that is not null; null if the line has no value.
    async fn last(&self) -> Option<f64> {
        self.0.values().flatten().last()
    }

    /// The number of candles in the instrument's history before the first value. A function without
    /// a real result, such as `acos` of prices, has no value even after them.
    async fn lookback(&self) -> usize {
        self.0.call.lookback
    }

    /// The number of candles by which a chart draws the line ahead, or behind if below 0. The
    /// server does not shift the values.
    async fn display_shift(&self) -> i32 {
        self.0.call.shifts[self.0.output]
    }
}
