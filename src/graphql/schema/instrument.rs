//! An instrument, and the way from it to its candles.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};
use storage::store;

use super::{
    OrNull,
    enums::{Fill, Frequency},
    instrument_id,
    scalars::Date,
    series::{Series, WindowedSeries},
    series_request::{self, SeriesArguments, SeriesRequest},
    series_window::SeriesWindow,
};
use crate::{error::Error, graphql::adapter::AsObject};

#[derive(Debug)]
pub struct Instrument(pub(super) Arc<store::Instrument>);

/// A stock, fund, index, currency pair or other product with daily prices.
#[Object]
impl Instrument {
    /// The id for `Query.node`. A client must not take it apart; it stays the same.
    pub(super) async fn id(&self) -> ID {
        instrument_id::of(&self.0.symbol)
    }

    /// The ticker symbol, unique, in capital letters.
    async fn symbol(&self) -> &str {
        &self.0.symbol
    }

    /// The name of the company or product; null if the data has none.
    async fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The exchange that lists the instrument; null if the data has none.
    async fn exchange(&self) -> Option<&str> {
        self.0.exchange.as_deref()
    }

    /// The currency of the prices; null if the data has none.
    async fn currency(&self) -> Option<&str> {
        self.0.currency.as_deref()
    }

    /// The first trading day in the database; null if the instrument has no candles.
    async fn first_date(&self) -> Option<Date> {
        self.0.first_date.map(Date)
    }

    /// The last trading day in the database; null if the instrument has no candles.
    async fn last_date(&self) -> Option<Date> {
        self.0.last_date.map(Date)
    }

    /// The candles at any frequency, oldest first. `from` and `to` choose every period with at
    /// least one day in that range, and `last` the newest of those. Each candle covers its whole
    /// period, also its days outside the range. If arguments contradict each other or exceed their
    /// limits, the field is null, with an error at its path.
    #[allow(clippy::too_many_arguments)]
    async fn series(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "The length of a candle's period.",
            default_with = "Some(series_request::FREQUENCY)"
        )]
        frequency: Option<Frequency>,
        #[graphql(
            desc = "How many days, weeks, months, quarters or years make a candle; at most 100 \
                    years.",
            default_with = "Some(series_request::INTERVAL)"
        )]
        interval: Option<i32>,
        #[graphql(desc = "The first day of interest. By default the first one stored.")]
        from: Option<Date>,
        #[graphql(desc = "The last day of interest. By default the last one stored.")] to: Option<
            Date,
        >,
        #[graphql(desc = "At most this many candles, the newest; at least 1.")] last: Option<i32>,
        #[graphql(
            desc = "What the series shows for periods without trading days.",
            default_with = "Some(series_request::FILL)"
        )]
        fill: Option<Fill>,
    ) -> OrNull<Series> {
        let arguments = SeriesArguments { frequency, interval, from, to, last, fill };
        Some(self.load(ctx, arguments).await)
    }
}

impl Instrument {
    async fn load(&self, ctx: &Context<'_>, arguments: SeriesArguments) -> Result<Series, Error> {
        let SeriesRequest { timeframe, window, fill } = arguments.request()?;
        let candles = super::store(ctx).series(&self.0, timeframe).await?;
        let stored = super::request_context(ctx).series(&self.0, &candles);
        let shown = SeriesWindow::new(stored, fill, window);
        Ok(AsObject(WindowedSeries(Arc::new(shown))))
    }
}
