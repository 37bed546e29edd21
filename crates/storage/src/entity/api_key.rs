//! API keys.

use sea_orm::entity::prelude::*;

/// A row of the table `api_key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Counts up.
    #[sea_orm(primary_key)]
    pub id: i32,
    /// The part of the key that is no secret.
    #[sea_orm(unique)]
    pub key_id: String,
    /// The holder of the key.
    pub name: String,
    /// SHA-256 of the whole key, in hexadecimal digits.
    pub hash: String,
    /// The time of creation.
    pub created_at: DateTimeUtc,
    /// The time of revocation; none while the key is valid.
    pub revoked_at: Option<DateTimeUtc>,
}

/// None that a query uses.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
