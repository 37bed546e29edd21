//! A client that sends any bytes, at any speed.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::net::TcpSocket;

/// How long to wait for the server before a test gives up.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection, and what came on it.
pub struct Client(pub BufReader<TcpStream>);

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// The code of the first error; empty if there is none.
    pub fn code(&self) -> String {
        let code = &self.json()["errors"][0]["extensions"]["code"];
        code.as_str().unwrap_or_default().to_owned()
    }

    /// The body; null if it is empty.
    pub fn json(&self) -> Value {
        match self.body.as_str() {
            "" => Value::Null,
            body => serde_json::from_str(body).unwrap(),
        }
    }
}

impl Client {
    pub fn connect(address: &str) -> Self {
        Self::over(TcpStream::connect(address).unwrap())
    }

    pub fn over(stream: TcpStream) -> Self {
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    /// A client with little room that has asked for whole histories, each of some 430 kB.
    pub async fn asks_for(address: &str, histories: usize) -> Self {
        let columns = "periodStart periodEnd open high low close volume tradingDays";
        let series =
            format!("instrument(symbol: \"AMZN\") {{ series {{ candles {{ {columns} }} }} }}");
        let document: Vec<String> = (0..histories).map(|n| format!("a{n}: {series} ")).collect();
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        let stream = socket.connect(address.parse().unwrap()).await.unwrap();
        let stream = stream.into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        let mut client = Self::over(stream);
        client.send(&query(&format!("{{ {} }}", document.concat()))).unwrap();
        client
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.get_mut().write_all(bytes)
    }

    /// Sends bytes again and again until the server has closed the connection.
    pub fn send_until_closed(&mut self, bytes: &[u8], pause: Duration) {
        let started = Instant::now();
        while self.send(bytes).is_ok() {
            assert!(started.elapsed() < PATIENCE, "the connection is still open");
            std::thread::sleep(pause);
        }
    }

    /// Reads one answer.
    pub fn reply(&mut self) -> io::Result<Reply> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.0.read_exact(&mut body)?;
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Ok(Reply { status, head, body: String::from_utf8(body).unwrap() })
    }

    /// Reads the rest of an answer that ends with a list of candles; fails if it is cut.
    pub fn read_to_the_end_of_answer(&mut self) {
        let mut rest = Vec::new();
        while !rest.ends_with(b"]}}}}") {
            let bytes = self.0.fill_buf().unwrap();
            assert!(!bytes.is_empty(), "closed after {} bytes", rest.len());
            rest.extend_from_slice(bytes);
            let length = bytes.len();
            self.0.consume(length);
        }
    }

    /// Waits until the server has closed the connection; returns what it sent before.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Err(error) if error.kind() != io::ErrorKind::ConnectionReset => {
                panic!("the connection is still open: {error}")
            }
            _ => rest,
        }
    }
}

/// A request with a body.
pub fn request(line: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
    let length = format!("Content-Length: {}", body.len());
    [head(line, &[headers, &[&length]].concat()), body.to_vec()].concat()
}

/// The head of a request whose status tells whether there is data.
pub fn head(line: &str, headers: &[&str]) -> Vec<u8> {
    let line = format!("{line} HTTP/1.1");
    let ours = [&line, "Host: test", "Accept: application/graphql-response+json"];
    let lines = [&ours, headers, &["\r\n"]].concat();
    lines.join("\r\n").into_bytes()
}

pub const JSON: &str = "Content-Type: application/json";

pub fn post(body: impl AsRef<[u8]>) -> Vec<u8> {
    request("POST /graphql", &[JSON], body.as_ref())
}

pub fn get(path: &str) -> Vec<u8> {
    head(&format!("GET {path}"), &[])
}

/// A document, posted.
pub fn query(document: &str) -> Vec<u8> {
    post(serde_json::json!({ "query": document }).to_string())
}

/// A document and its variables, which may be invalid JSON.
pub fn query_with(document: &str, variables: &str) -> Vec<u8> {
    post(format!("{{\"query\":{},\"variables\":{variables}}}", Value::from(document)))
}
