//! Candles: one row per instrument and trading day, exactly as imported.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, date, double, double_null, integer},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Candle {
    Table,
    InstrumentId,
    Date,
    Open,
    High,
    Low,
    Close,
    Volume,
    AdjustedClose,
}

#[derive(DeriveIden)]
enum Instrument {
    Table,
    Id,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Candle::Table)
                    .col(integer(Candle::InstrumentId))
                    .col(date(Candle::Date))
                    .col(double(Candle::Open))
                    .col(double(Candle::High))
                    .col(double(Candle::Low))
                    .col(double(Candle::Close))
                    .col(big_integer(Candle::Volume))
                    .col(double_null(Candle::AdjustedClose))
                    .primary_key(Index::create().col(Candle::InstrumentId).col(Candle::Date))
                    .foreign_key(
                        ForeignKey::create()
                            .from(Candle::Table, Candle::InstrumentId)
                            .to(Instrument::Table, Instrument::Id)
                            .on_delete(ForeignKeyAction::Cascade),
                    )
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Candle::Table).to_owned()).await
    }
}
