//! What the server's sessions do on a cluster, and what can be done to them.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Stdio},
};

use super::cluster::{Cluster, ROLE};

impl Cluster {
    /// How many sessions the role has.
    pub fn sessions(&self) -> usize {
        let sql = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = '{ROLE}'");
        self.sql(&sql).parse().unwrap()
    }

    /// Ends all sessions of the role.
    pub fn kill_sessions(&self) {
        self.sql(&format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = '{ROLE}'"
        ));
    }

    /// How many of the role's statements are at work on the candles, or wait for them.
    pub fn queries_of_candles(&self) -> usize {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE usename = '{ROLE}' AND state = 'active' AND query LIKE '%\"candle\"%'"
        );
        self.sql(&sql).parse().unwrap()
    }

    /// How many statements of the role have read candles so far.
    pub fn reads_of_candles(&self) -> usize {
        let reads = |line: &&str| line.contains(ROLE) && line.contains("FROM \"candle\"");
        self.log().lines().filter(reads).count()
    }

    /// Locks the candles, so that readers wait until the caller drops the lock.
    pub fn lock_candles(&self) -> Lock {
        let mut psql = self.psql(ROLE);
        let mut process = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let statements = "BEGIN;\nLOCK TABLE candle IN ACCESS EXCLUSIVE MODE;\n\\echo locked\n";
        process.stdin.as_mut().unwrap().write_all(statements.as_bytes()).unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "locked\n");
        Lock(process)
    }
}

/// A session that holds a lock.
pub struct Lock(Child);

impl Drop for Lock {
    fn drop(&mut self) {
        // The end of its input is the end of the session.
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
