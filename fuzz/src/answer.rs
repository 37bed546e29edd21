//! What every answer of the API must be.

use std::time::Duration;

use candleql::error::Code;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, de::IgnoredAny};

/// Most errors of an answer.
const MAX_ERRORS: usize = 20;

/// Most characters of an error's message: 300, and the dots that stand for the rest.
const MAX_MESSAGE_CHARS: usize = 303;

/// Longest time for an answer, of all threads together. Instrumented code takes several times as
/// long as the server's.
const MAX_TIME: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    data: Option<IgnoredAny>,
    #[serde(default)]
    errors: Vec<Error>,
    #[serde(rename = "extensions")]
    _extensions: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Error {
    message: String,
    extensions: Extensions,
}

#[derive(Deserialize)]
struct Extensions {
    code: String,
}

/// Panics unless the body is an answer of GraphQL, and no fault of the server.
#[track_caller]
pub fn check(body: &[u8]) {
    let text = std::str::from_utf8(body).unwrap();
    let answer: Answer =
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(answer.data.is_some() || !answer.errors.is_empty(), "{text}");
    assert!(answer.errors.len() <= MAX_ERRORS, "{text}");
    for Error { message, extensions: Extensions { code } } in &answer.errors {
        let known = Code::ALL.iter().find(|known| known.info().name == code);
        let Some(known) = known else { panic!("no such code: {text}") };
        let status = known.info().http_status;
        assert!(status < 500 || *known == Code::ExecutionTimeout, "{text}");
        assert!(message.chars().count() <= MAX_MESSAGE_CHARS, "{text}");
        assert!(!message.is_empty(), "{text}");
    }
}

/// The time that this process has been busy, however busy the machine is. libFuzzer's own limit
/// finds a request that waits without end.
pub struct Stopwatch(Duration);

impl Stopwatch {
    /// Begins to count.
    pub fn start() -> Self {
        Self(busy())
    }

    /// Panics if an answer took too long.
    #[track_caller]
    pub fn check(&self) {
        let took = busy().saturating_sub(self.0);
        assert!(took < MAX_TIME, "the answer took {took:?}");
    }
}

fn busy() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ProcessCPUTime)).unwrap()
}
