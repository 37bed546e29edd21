//! The limit for an instrument's total volume: programs that add integers must not overflow.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, sea_query::Expr};

use super::{Ingest, ingested_instrument::IngestedInstrument};
use crate::entity::candle::{self, Column};

/// Instruments whose volumes one statement adds up.
const PER_STATEMENT: usize = 500;

/// Sums of f64 up to here are surely below the limit, whatever their rounding.
const SURELY_FITS: f64 = 9.2e18;

impl Ingest {
    /// Makes sure that the sum of each instrument's volumes fits, so that no candle's can overflow.
    pub(super) async fn check_volumes(&self) -> anyhow::Result<()> {
        let unread = |known: &&IngestedInstrument| known.has_new_volumes() && known.unread() > 0;
        let unread = self.instruments.iter().filter(unread);
        let unread: Vec<i32> = unread.map(IngestedInstrument::id).collect();
        let mut sums = HashMap::new();
        for ids in unread.chunks(PER_STATEMENT) {
            sums.extend(self.rough_sums(ids).await?);
        }
        for instrument in &self.instruments {
            let rough = sums.get(&instrument.id());
            if rough.map_or_else(|| instrument.may_overflow(), |sum| *sum > SURELY_FITS) {
                self.check_volume(instrument).await?;
            }
        }
        Ok(())
    }

    /// The sums of volumes from the database, in f64.
    async fn rough_sums(&self, ids: &[i32]) -> anyhow::Result<Vec<(i32, f64)>> {
        let volume = Expr::col(Column::Volume).cast_as("double precision");
        let sums = candle::Entity::find()
            .select_only()
            .column(Column::InstrumentId)
            .column_as(volume.sum(), "volume")
            .filter(Column::InstrumentId.is_in(ids.iter().copied()))
            .group_by(Column::InstrumentId);
        Ok(sums.into_tuple().all(&self.session).await?)
    }

    async fn check_volume(&self, instrument: &IngestedInstrument) -> anyhow::Result<()> {
        let volumes: Vec<i64> = candle::Entity::find()
            .select_only()
            .column(Column::Volume)
            .filter(Column::InstrumentId.eq(instrument.id()))
            .into_tuple()
            .all(&self.session)
            .await?;
        let sum: i128 = volumes.into_iter().map(i128::from).sum();
        anyhow::ensure!(
            sum <= i128::from(i64::MAX),
            "{}: its volumes sum up to {sum}; the limit is {} for all days together",
            instrument.symbol(),
            i64::MAX
        );
        Ok(())
    }
}
