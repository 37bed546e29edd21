//! Instruments: what is known of each symbol, and the counts that imports keep.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, date, integer, pk_auto, string, string_null},
};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Instrument {
    Table,
    Id,
    Symbol,
    Name,
    Exchange,
    Currency,
    FirstDate,
    LastDate,
    CandleCount,
    Revision,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Instrument::Table)
                    .col(pk_auto(Instrument::Id))
                    .col(string(Instrument::Symbol).unique_key())
                    .col(string_null(Instrument::Name))
                    .col(string_null(Instrument::Exchange))
                    .col(string_null(Instrument::Currency))
                    .col(date(Instrument::FirstDate).null())
                    .col(date(Instrument::LastDate).null())
                    .col(integer(Instrument::CandleCount))
                    .col(big_integer(Instrument::Revision))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Instrument::Table).to_owned()).await
    }
}
