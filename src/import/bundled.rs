//! The data set that comes with the program; `data/README.md` has its source and licence.

/// Daily prices of six stocks, 2013-01-02 to 2023-09-21, in the plain layout.
pub(super) const STOCKS_DAILY: &[u8] = include_bytes!("../../data/stocks_daily.csv");
