//! A candle's fields: as an object, as a cell of a row, and as a column of a series.

use std::{ops::Range, sync::Arc};

use async_graphql::Object;
use candles::Candles;

use super::{
    scalars::{Date, Volume},
    series_window::SeriesWindow,
};
use crate::graphql::json::{Cell, CellList, Price, Rows};

/// Declares each field of a candle once: its name, its descriptions (of one candle, and of a
/// column) and its value. The macro makes the candle's object, its rows and the columns of a series
/// from that.
macro_rules! candle_fields {
    ($(
        $name:tt $of_candle:tt $of_series:tt
        fn $field:ident($candles:ident, $row:ident) -> $cell:ty $value:block
    )*) => {
        /// The prices and the volume of one period. The prices are null only where `fill: NULL`
        /// made the candle.
        #[Object]
        impl Candle {$(
            #[doc = $of_candle]
            #[graphql(name = $name)]
            async fn $field(&self) -> <$cell as Cell>::Scalar {
                cells::$field(&self.candles, self.row).scalar()
            }
        )*}

        /// The fields of a series that are columns of its candles.
        #[Object]
        impl<'a> CandleColumns<'a> {$(
            #[doc = $of_series]
            #[graphql(name = $name)]
            async fn $field(&self) -> CellList<'a, <$cell as Cell>::Scalar> {
                let window: &'a SeriesWindow = self.0;
                let cell = |row| cells::$field(&window.shown, row);
                CellList::new(move || window.range.clone().map(cell))
            }
        )*}

        /// A field of a candle.
        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types)] // the names of the fields
        pub(super) enum CandleField { $($field),* }

        impl CandleField {
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$field),)*
                    _ => None,
                }
            }

            #[inline]
            fn write(self, candles: &Candles, row: usize, text: &mut Vec<u8>) {
                match self {
                    $(Self::$field => cells::$field(candles, row).write(text),)*
                }
            }
        }

        mod cells {
            use super::*;
            $(
                #[inline]
                pub(super) fn $field($candles: &Candles, $row: usize) -> $cell $value
            )*
        }
    };
}

candle_fields! {
    "periodStart"
    "The first calendar day of the period. It may be a day without trading."
    "The first calendar day of each period. It may be a day without trading."
    fn period_start(candles, row) -> Date { Date(candles.times()[row].day()) }

    "periodEnd"
    "The last calendar day of the period. It may be a day without trading."
    "The last calendar day of each period. It may be a day without trading."
    fn period_end(candles, row) -> Date {
        Date(candles.timeframe().period_end(candles.times()[row]))
    }

    "open"
    "The first price; null only where `fill: NULL` made the candle."
    "The first price of each period; null only where `fill: NULL` made the candle."
    fn open(candles, row) -> Price { Price(candles.prices().open[row]) }

    "high"
    "The highest price; null only where `fill: NULL` made the candle."
    "The highest price of each period; null only where `fill: NULL` made the candle."
    fn high(candles, row) -> Price { Price(candles.prices().high[row]) }

    "low"
    "The lowest price; null only where `fill: NULL` made the candle."
    "The lowest price of each period; null only where `fill: NULL` made the candle."
    fn low(candles, row) -> Price { Price(candles.prices().low[row]) }

    "close"
    "The last price; null only where `fill: NULL` made the candle."
    "The last price of each period; null only where `fill: NULL` made the candle."
    fn close(candles, row) -> Price { Price(candles.prices().close[row]) }

    "volume"
    "The number of shares or units that traders exchanged; it may have a fraction."
    "The number of shares or units that traders exchanged in each period; it may have a fraction."
    fn volume(candles, row) -> Volume { Volume(candles.volume()[row]) }

    "tradingDays"
    "The number of trading days; 0 where `fill` made the candle."
    "The number of trading days in each period; 0 where `fill` made the candle."
    fn trading_days(candles, row) -> u32 { candles.trading_days()[row] }
}

/// Whether a candle has a field of this name, which a series has as a column.
pub(in crate::graphql) fn is_field(name: &str) -> bool {
    CandleField::named(name).is_some()
}

/// One candle of a list.
#[derive(Debug)]
pub struct Candle {
    candles: Arc<Candles>,
    row: usize,
}

/// The candles of a window as columns.
pub(super) struct CandleColumns<'a>(pub(super) &'a SeriesWindow);

/// The candles of a window as rows.
pub(super) struct CandleRows<'a>(pub(super) &'a SeriesWindow);

impl Rows for CandleRows<'_> {
    type Object = Candle;
    type Column = CandleField;

    fn column(name: &str) -> Option<CandleField> {
        CandleField::named(name)
    }

    fn len(&self) -> usize {
        self.0.range.len()
    }

    #[inline]
    fn write(&self, row: usize, field: CandleField, text: &mut Vec<u8>) {
        field.write(&self.0.shown, self.0.range.start + row, text);
    }

    fn objects(&self) -> Vec<Candle> {
        let Range { start, end } = self.0.range;
        (start..end).map(|row| Candle { candles: Arc::clone(&self.0.shown), row }).collect()
    }
}
