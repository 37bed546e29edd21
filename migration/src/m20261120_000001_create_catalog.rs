//! The catalogue: a single row whose revision every import raises.
//!
//! Raising it takes the row's lock until the import commits, so that imports follow one another
//! and the order of revisions is the order of commits.

use sea_orm_migration::{prelude::*, schema::big_integer};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[derive(DeriveIden)]
enum Catalog {
    Table,
    Id,
    Revision,
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table(Catalog::Table)
                    .col(ColumnDef::new(Catalog::Id).integer().not_null().primary_key())
                    .col(big_integer(Catalog::Revision))
                    .to_owned(),
            )
            .await?;
        let only_row = Query::insert()
            .into_table(Catalog::Table)
            .columns([Catalog::Id, Catalog::Revision])
            .values_panic([1.into(), 0_i64.into()])
            .to_owned();
        manager.execute(only_row).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(Catalog::Table).to_owned()).await
    }
}
