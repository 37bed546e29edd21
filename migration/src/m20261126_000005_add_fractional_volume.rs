//! Volumes with a fraction, beside the column of their rounded values. Programs that do not know
//! the new column go on reading and writing the old one.

use sea_orm_migration::{prelude::*, schema::double_null};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Candle {
    Table,
    FractionalVolume,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Candle::Table)
                    .add_column(double_null(Candle::FractionalVolume))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table(Candle::Table)
                    .drop_column(Candle::FractionalVolume)
                    .to_owned(),
            )
            .await
    }
}
