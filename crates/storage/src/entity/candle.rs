//! Daily candles.

use sea_orm::entity::prelude::*;

/// A row of the table `candle`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "candle")]
pub struct Model {
    /// The instrument that was traded.
    #[sea_orm(primary_key, auto_increment = false)]
    pub instrument_id: i32,
    /// The trading day.
    #[sea_orm(primary_key, auto_increment = false)]
    pub date: Date,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price, as given.
    pub close: f64,
    /// Shares or units traded, rounded to a whole number.
    pub volume: i64,
    /// Last price adjusted for splits and dividends, where the source has it.
    pub adjusted_close: Option<f64>,
    /// Shares or units traded, if that number has a fraction.
    pub fractional_volume: Option<f64>,
}

/// None that a query uses.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
