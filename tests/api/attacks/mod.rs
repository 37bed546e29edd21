//! Attacks on the program over sockets. Each attack gets a clear error at once or, if it takes its
//! time, its connection closed in time. No other client notices.

mod bodies;
mod connections;
mod documents;
mod slow;

use std::{
    fs,
    time::{Duration, Instant},
};

use crate::{
    client::{Client, Reply, get},
    database::TestDatabase,
    server::Server,
};

/// How long an error may take.
const AT_ONCE: Duration = Duration::from_secs(2);

/// How long a health check may take, whatever else goes on.
const HEALTHY: Duration = Duration::from_secs(1);

/// The memory that the server may hold after an attack.
const MAX_RESIDENT_BYTES: u64 = 256 * 1024 * 1024;

/// A server over the bundled data.
struct Target {
    server: Server,
    _database: TestDatabase,
}

impl Target {
    async fn start(flags: &[&str]) -> Self {
        // The test does not read the log: a line per request would fill the pipe.
        const QUIET: [&str; 2] = ["--log", "candleql=info,candleql::http=warn"];
        let database = TestDatabase::bundled().await;
        let url = &database.settings.database_url;
        Self { server: Server::start(url, &[&QUIET, flags].concat()), _database: database }
    }

    fn connect(&self) -> Client {
        Client::connect(&self.server.address)
    }

    /// Sends bytes; their answer must come at once.
    #[track_caller]
    fn ask(&self, request: &[u8]) -> Reply {
        let started = Instant::now();
        let mut client = self.connect();
        client.send(request).unwrap();
        let reply = client.reply().unwrap();
        let took = started.elapsed();
        assert!(took < AT_ONCE, "{took:?}: {}", reply.body);
        reply
    }

    /// Checks that an attack gets an error at once and that the server goes on.
    #[track_caller]
    fn check(&self, attack: &str, request: &[u8], status: u16, code: &str) -> Reply {
        let reply = self.ask(request);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{attack}: {reply:?}");
        assert!(reply.body.len() < 20_000, "{attack}: {} bytes", reply.body.len());
        self.check_health();
        reply
    }

    #[track_caller]
    fn check_health(&self) {
        let started = Instant::now();
        let reply = self.ask(&get("/_healthcheck"));
        let took = started.elapsed();
        assert!(reply.status == 200 && took < HEALTHY, "{took:?}: {reply:?}");
    }

    /// Checks that an attack left nothing behind.
    #[track_caller]
    fn check_unharmed(&self) {
        self.check_health();
        let bytes = self.resident_bytes().unwrap_or_default();
        assert!(bytes < MAX_RESIDENT_BYTES, "the server holds {bytes} bytes");
    }

    /// The memory of the process; only Linux tells it like this.
    fn resident_bytes(&self) -> Option<u64> {
        let path = format!("/proc/{}/status", self.server.process.id());
        let status = fs::read_to_string(path).ok()?;
        let value = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let kilobytes: u64 = value.trim().strip_suffix(" kB").unwrap().parse().unwrap();
        Some(kilobytes * 1024)
    }
}

/// Some texts, each made of its number.
fn each(n: usize, text: impl Fn(usize) -> String) -> String {
    (0..n).map(text).collect::<Vec<_>>().concat()
}
