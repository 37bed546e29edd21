//! Servers as processes of their own.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use super::settings;

/// What stands before the address where a server listens, in its log.
pub const LISTENS: &str = "serves http://";

/// A process that serves, ended when dropped.
pub struct Server {
    pub address: String,
    process: Child,
}

impl Server {
    /// Starts a program and waits until it says where it listens; the rest of its log is dropped.
    pub fn start(program: &mut Command) -> Self {
        let mut process = program.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while log.read_line(&mut line).unwrap() > 0 {
            if let Some((_, rest)) = line.split_once(LISTENS) {
                let address = rest.trim().split('/').next().unwrap().to_owned();
                std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
                return Self { address, process };
            }
            line.clear();
        }
        panic!("{program:?} ended: {}", process.wait().unwrap());
    }

    /// A line of the system's account of the process, in megabytes: `VmRSS` is resident memory,
    /// `VmHWM` the most that it ever was.
    pub fn megabytes(&self, account: &str) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(account)).unwrap();
        let line = line.trim_start_matches(':');
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program, serving the database in a folder.
pub fn candleql(folder: &Path, flags: &[&str]) -> Server {
    let database = settings(folder).database.database_url;
    Server::start(
        Command::new(env!("CARGO_BIN_EXE_candleql"))
            .env_clear()
            // Metrics are counted, as they would be.
            .env("CANDLEQL_ADMIN_LISTEN", "127.0.0.1:0")
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", &database])
            .args(flags),
    )
}
