//! The program as an operator runs it: a process, its log, its signals.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{JoinHandle, sleep, spawn},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    client::{Client, Outcome},
    data::{WARM, warm},
    programs::signal,
};

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_candleql");

/// What a server says at once; its address follows.
const LISTENS: &str = "candleql listens on http://";

/// How long a server may take to say what it always says.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running `candleql serve`, killed when the test is over.
pub struct Server {
    /// Host and port.
    pub address: String,
    process: Child,
    log: Arc<Mutex<Vec<String>>>,
    reading: Option<JoinHandle<()>>,
    client: Client,
}

impl Server {
    /// Starts a server on a free port and waits until it is ready.
    #[track_caller]
    pub fn start(flags: &[&str]) -> Self {
        let server = Self::launch(flags, &[]);
        server.wait_for_line("candleql serves http://", PATIENCE);
        server
    }

    /// Starts a server with environment variables, and waits only until it listens.
    #[track_caller]
    pub fn launch(flags: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(PROGRAM);
        // The port of metrics is the same one for every server of a machine.
        command.env_clear().env("CANDLEQL_ADMIN_LISTEN", "off");
        command.envs(environment.iter().copied()).arg("serve");
        if !flags.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let mut process = command.args(flags).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (stderr, lines) = (BufReader::new(process.stderr.take().unwrap()), Arc::clone(&log));
        let reading = spawn(move || {
            stderr.lines().map_while(Result::ok).for_each(|line| lines.lock().unwrap().push(line));
        });
        let mut server = Self {
            address: String::new(),
            process,
            log,
            reading: Some(reading),
            client: Client::new(),
        };
        let line = server.wait_for_line(LISTENS, PATIENCE);
        line.split_once(LISTENS).unwrap().1.clone_into(&mut server.address);
        server
    }

    /// Waits for a line of the log that has a text.
    #[track_caller]
    pub fn wait_for_line(&self, text: &str, limit: Duration) -> String {
        let started = Instant::now();
        loop {
            // Whether it ended is asked before the log is read, so that no last line is missed.
            let ended = self.reading.as_ref().is_some_and(JoinHandle::is_finished);
            let line = self.log.lock().unwrap().iter().find(|line| line.contains(text)).cloned();
            if let Some(line) = line {
                return line;
            }
            let waits = !ended && started.elapsed() < limit;
            assert!(waits, "the log has no {text:?}; ended: {ended}\n{}", self.log());
            sleep(Duration::from_millis(5));
        }
    }

    /// Everything that was logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().join("\n")
    }

    /// Asks a document.
    pub async fn ask(&self, document: &str) -> Outcome {
        self.client.ask(&self.address, document).await
    }

    /// The answer to a document.
    #[track_caller]
    pub fn data(&self, document: &str) -> impl Future<Output = Value> {
        let answer = self.client.answer(&self.address, document);
        async {
            let (_, body) = answer.await.unwrap();
            serde_json::from_slice(&body).unwrap()
        }
    }

    /// Asks for the few instruments that then need no database any more.
    pub async fn warm_up(&self) {
        for number in 0..WARM {
            assert_eq!(self.ask(&warm(number)).await, Outcome::Data);
        }
    }

    /// Whether it lives: the status of `/healthz`.
    pub async fn lives(&self) -> bool {
        self.client.get(&self.address, "/healthz").await.0 == 200
    }

    /// Whether it is ready: status and body of `/_healthcheck`.
    pub async fn health(&self) -> (u16, Value) {
        self.client.get(&self.address, "/_healthcheck").await
    }

    /// Whether it is ready, in two words: the status of `/_healthcheck`, and what its body says.
    pub async fn readiness(&self) -> String {
        let (status, body) = self.health().await;
        format!("{status} {}", body["status"].as_str().unwrap_or_default())
    }

    pub fn signal(&self, name: &str) {
        signal(name, &[self.process.id()]);
    }

    pub fn has_ended(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    /// Waits for the end; gives the status, and how long that took.
    #[track_caller]
    pub fn wait(&mut self, limit: Duration) -> (ExitStatus, Duration) {
        let started = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                // The log is whole when this returns.
                self.reading.take().map(JoinHandle::join);
                return (status, started.elapsed());
            }
            assert!(started.elapsed() < limit, "still there after {limit:?}\n{}", self.log());
            sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            // Those of requests are too many to be read.
            let log = self.log();
            let of_a_request =
                |line: &&str| line.contains("DEBUG request{") || line.contains(": answered ");
            let lines: Vec<&str> = log.lines().filter(|line| !of_a_request(line)).collect();
            let last = &lines[lines.len().saturating_sub(40)..];
            eprintln!("the end of the log of {}:\n{}", self.address, last.join("\n"));
        }
    }
}
