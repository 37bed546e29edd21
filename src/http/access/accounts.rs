//! When each client's account will be full again, in memory that does not grow, and without ever
//! forgetting a debt.
//!
//! The table is a count-min sketch with conservative updates (Estan and Varghese, 2002). A client
//! has one cell in each of four rows, chosen by a hash that outsiders cannot foresee, and others
//! may have the same cells. Each cell is at least as late as the account of every client that has
//! it, so that the earliest of the four is never too early; it is too late only where others that
//! owe something meet the client in all four. Among a thousand such clients that happens to one in
//! five billion, among a hundred thousand to one in a hundred. Where millions owe at once, clients
//! share accounts.

use std::{
    array::from_fn,
    hash::{BuildHasher, Hash, RandomState},
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// Parts of the table, each with a lock of its own.
const SHARDS: usize = 1 << 4;
const ROWS: usize = 4;
/// Cells of a row, in all shards together 2 MB.
pub(super) const COLUMNS: usize = 1 << 14;

pub(super) struct Accounts {
    hasher: RandomState,
    begin: Instant,
    columns: usize,
    /// Nanoseconds after the begin, row after row.
    shards: [Mutex<Vec<u64>>; SHARDS],
}

impl Accounts {
    /// Full accounts. `columns` is at most [`COLUMNS`].
    pub(super) fn new(begin: Instant, columns: usize) -> Self {
        let shards = from_fn(|_| Mutex::new(vec![0; ROWS * columns]));
        Self { hasher: RandomState::new(), begin, columns, shards }
    }

    /// Lets `spend` see when the client's account will be full again, and say when it will be after
    /// that, which is later; or fail, and leave it.
    pub(super) fn update<E>(
        &self,
        client: &impl Hash,
        spend: impl FnOnce(Instant) -> Result<Instant, E>,
    ) -> Result<(), E> {
        // Four bits choose the shard and fourteen each cell: sixty of the sixty-four.
        let mut hash = self.hasher.hash_one(client);
        let mut draw = |of: usize, bits: usize| {
            #[allow(clippy::cast_possible_truncation)] // any bits of the hash will do
            let drawn = hash as usize % of;
            hash >>= bits;
            drawn
        };
        let mut cells = self.shards[draw(SHARDS, 4)].lock();
        let cells_of_client: [usize; ROWS] =
            from_fn(|row| row * self.columns + draw(self.columns, 14));
        let full_again = cells_of_client.iter().map(|cell| cells[*cell]).min().unwrap_or(0);
        let full_again = spend(self.begin + Duration::from_nanos(full_again))?;
        let full_again = full_again.saturating_duration_since(self.begin).as_nanos();
        let full_again = u64::try_from(full_again).unwrap_or(u64::MAX);
        for cell in cells_of_client {
            cells[cell] = cells[cell].max(full_again);
        }
        Ok(())
    }
}
