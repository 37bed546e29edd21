//! Instruments.

use sea_orm::entity::prelude::*;

/// A row of the table `instrument`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instrument")]
pub struct Model {
    /// The key that candles refer to.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// The unique ticker symbol, in capitals.
    #[sea_orm(unique)]
    pub symbol: String,
    /// The company's or product's name.
    pub name: Option<String>,
    /// The exchange where it is listed.
    pub exchange: Option<String>,
    /// The currency of its prices.
    pub currency: Option<String>,
    /// Date of the oldest candle.
    pub first_date: Option<Date>,
    /// Date of the newest candle.
    pub last_date: Option<Date>,
    /// Number of candles.
    pub candle_count: i32,
    /// The catalogue's revision when this instrument last changed.
    pub revision: i64,
}

/// None that a query uses.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
