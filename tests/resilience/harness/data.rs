//! Many instruments with short histories, so that there is always one that no client has asked for
//! yet.

use std::process::Command;

use super::{cluster::Cluster, programs::run, server::PROGRAM};

/// Instruments in the database.
pub const INSTRUMENTS: usize = 400;

/// The first ones are asked again and again, the others once each.
pub const WARM: usize = 5;

impl Cluster {
    /// A running cluster with all data.
    pub fn with_data() -> Self {
        let cluster = Self::start_new();
        cluster.fill();
        cluster
    }

    pub fn migrate(&self) {
        run(Command::new(PROGRAM).env_clear().args(["migrate", "--database-url", &self.url()]));
    }

    /// Migrates, and writes every instrument with 250 days of candles.
    pub fn fill(&self) {
        self.migrate();
        let instruments = format!(
            "INSERT INTO instrument (symbol, first_date, last_date, candle_count, revision) \
             SELECT 'S' || n, '2024-01-01', date '2024-01-01' + 249, 250, 1 \
             FROM generate_series(0, {INSTRUMENTS} - 1) AS n"
        );
        let candles = "INSERT INTO candle \
             SELECT id, date '2024-01-01' + day, 10, 12, 9, 11, 1000 \
             FROM instrument, generate_series(0, 249) AS day";
        let catalog = "UPDATE catalog SET revision = 1";
        // What import would leave to the daemon is done here, so that no plan changes in a test.
        self.sql(&format!("BEGIN; {instruments}; {candles}; {catalog}; COMMIT; ANALYZE"));
    }
}

/// What a chart asks of an instrument.
pub fn question(number: usize) -> String {
    format!("{{ instrument(symbol: \"S{number}\") {{ series(last: 1) {{ close }} }} }}")
}

/// One of the few instruments that were asked before.
pub fn warm(number: usize) -> String {
    question(number % WARM)
}

/// An instrument that no other number below some 400 has.
pub fn cold(number: usize) -> String {
    question(WARM + number % (INSTRUMENTS - WARM))
}
