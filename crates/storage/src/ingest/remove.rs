//! Removing instruments.

use std::collections::BTreeSet;

use anyhow::Context;
use candles::Symbol;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::next_revision;
use crate::{
    db::{Database, Session},
    entity::{candle, instrument},
};

/// Removes instruments with their candles: all of them or none. Returns the number of candles.
pub async fn remove(db: &Database, symbols: &[String]) -> anyhow::Result<u64> {
    let session = db.begin_import().await?;
    next_revision(&session).await?;
    let mut candles = 0;
    // Only ASCII: the capital of ß is SS, which is another symbol.
    let symbols: BTreeSet<String> =
        symbols.iter().map(|symbol| symbol.to_ascii_uppercase()).collect();
    for symbol in &symbols {
        candles += remove_one(&session, symbol).await.context("nothing was removed")?;
    }
    session.announce().await?;
    session.commit().await?;
    Ok(candles)
}

async fn remove_one(session: &Session, symbol: &str) -> anyhow::Result<u64> {
    let instrument = match Symbol::parse(symbol) {
        Ok(symbol) => {
            let found = instrument::Entity::find().filter(instrument::Column::Symbol.eq(&*symbol));
            found.one(session).await?
        }
        Err(_) => None,
    };
    let instrument =
        instrument.with_context(|| format!("no instrument has the symbol {symbol:?}"))?;
    let candles =
        candle::Entity::delete_many().filter(candle::Column::InstrumentId.eq(instrument.id));
    let candles = candles.exec(session).await?;
    instrument::Entity::delete_by_id(instrument.id).exec(session).await?;
    Ok(candles.rows_affected)
}
