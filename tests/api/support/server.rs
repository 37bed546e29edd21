//! The program as a process: a socket, signals, a log.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_candleql");

/// A running `candleql serve`, killed when the test is over.
pub struct Server {
    pub address: String,
    pub process: Child,
    /// The output until the server served.
    pub start: String,
    log: BufReader<std::process::ChildStderr>,
}

impl Server {
    /// Starts the server on a free port and waits until it says where it listens.
    pub fn start(database_url: &str, flags: &[&str]) -> Self {
        let process = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--database-url", database_url])
            .args(flags)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Self::wait_for(process)
    }

    /// Waits until a started server says where it listens.
    pub fn wait_for(mut process: Child) -> Self {
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let (mut start, mut line) = (String::new(), String::new());
        while log.read_line(&mut line).unwrap() > 0 {
            start += &line;
            if let Some((_, rest)) = line.split_once("candleql serves http://") {
                let address = rest.split('/').next().unwrap().to_owned();
                return Self { address, process, start, log };
            }
            line.clear();
        }
        panic!("the server ended: {}", process.wait().unwrap());
    }

    /// Posts a query and returns the body of the answer.
    pub fn query(&self, query: &str) -> Value {
        self.ask(&serde_json::json!({ "query": query }))
    }

    /// Posts a request and returns the body of the answer.
    pub fn ask(&self, request: &Value) -> Value {
        let body = request.to_string();
        let mut connection = self.send_headers(body.len());
        connection.write_all(body.as_bytes()).unwrap();
        read_answer(connection).1
    }

    /// Sends the head of a POST and leaves the connection open for the body.
    pub fn send_headers(&self, length: usize) -> TcpStream {
        let mut connection = TcpStream::connect(&self.address).unwrap();
        connection.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        write!(
            connection,
            "POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        connection
    }

    /// Sends a signal, by its name for `kill`.
    pub fn signal(&self, signal: &str) {
        send(&self.process, signal);
    }

    /// Waits until the log has a line with a text.
    pub fn wait_until_logged(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(self.log.read_line(&mut line).unwrap() > 0, "the server ended");
        }
    }

    /// Waits for the end; returns the rest of the log.
    pub fn wait(mut self) -> String {
        let mut log = String::new();
        self.log.read_to_string(&mut log).unwrap();
        assert!(self.process.wait().unwrap().success(), "{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a process a signal, by its name for `kill`.
pub fn send(process: &Child, signal: &str) {
    let id = process.id().to_string();
    assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
}

/// The program, without the settings in the environment of the tests.
pub fn program() -> Command {
    let mut program = Command::new(PROGRAM);
    // There is one such port, and there are many tests.
    program.env_clear().env("CANDLEQL_ADMIN_LISTEN", "off");
    program
}

pub fn read_answer(mut connection: TcpStream) -> (String, Value) {
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

pub fn candleql(folder: &Path, arguments: &[&str]) -> Output {
    program().args(arguments).current_dir(folder).output().unwrap()
}

pub fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}
