//! The catalogue's single row.

use sea_orm::entity::prelude::*;

/// The key of the only row.
pub const ONLY_ID: i32 = 1;

/// A row of the table `catalog`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "catalog")]
pub struct Model {
    /// Always [`ONLY_ID`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Raised by every import that changes anything; 0 before the first.
    pub revision: i64,
}

/// None that a query uses.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
