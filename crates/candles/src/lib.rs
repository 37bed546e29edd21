//! OHLCV columns, frequencies, resampling and indicators: the arithmetic of candleql.
//!
//! Pure functions over columns. This crate does no I/O, is not async, reads no clock and uses
//! nothing else of the workspace. In reading order:
//!
//! 1. [`Ohlcv`]: the stored daily rows of one instrument, in columns, checked once.
//! 2. [`Timeframe`]: a [`Frequency`] times an interval, and the only arithmetic with [`Time`].
//! 3. [`Candles`]: the rows as daily candles, resampled to a timeframe, with gaps filled if a
//!    caller asks for it ([`Fill`]).
//! 4. [`Window`]: which candles a query selects.
//! 5. [`indicator`]: every function of TA-Lib over candles, or over another one's output.
//!
//! A [`Symbol`] names an instrument.
//!
//! ```
//! use candles::{Candles, Frequency, Ohlcv, OhlcvRow, Time, Timeframe};
//! use chrono::NaiveDate;
//!
//! let mut rows = Ohlcv::default();
//! for (day, close) in [(2, 10.0), (3, 11.0), (9, 12.0)] {
//!     let time = Time::of_day(NaiveDate::from_ymd_opt(2024, 1, day).unwrap());
//!     let (open, high, low) = (close, close + 1.0, close - 1.0);
//!     rows.push(OhlcvRow { time, open, high, low, close, volume: 100.5 })?;
//! }
//! let weekly = Candles::from(rows).resample(Timeframe::new(Frequency::Weekly, 1)?);
//! assert_eq!(weekly.prices().close, [11.0, 12.0]);
//! assert_eq!(weekly.volume(), [201.0, 100.5]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod candles;
mod fill;
mod frequency;
pub mod indicator;
mod ohlcv;
mod price_row;
mod source;
mod symbol;
mod time;
mod window;
mod with_all;

pub use candles::{Candles, Prices};
pub use fill::Fill;
pub use frequency::{Frequency, InvalidInterval, Timeframe};
pub use ohlcv::{InvalidRow, MAX_DATE, MAX_VOLUME, MIN_DATE, Ohlcv, OhlcvRow};
pub use price_row::{InstrumentMetadata, PriceRow};
pub use source::PriceSource;
pub use symbol::{InvalidSymbol, Symbol};
pub use ta_lib;
pub use time::Time;
pub use window::{InvalidWindow, Window};
