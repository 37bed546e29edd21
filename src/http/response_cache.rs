//! Responses in memory: a repeated request gets the same bytes, as long as the data behind them has
//! not changed.

use std::{
    num::NonZero,
    sync::{Arc, LazyLock},
    thread::available_parallelism,
};

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
};
use metrics::{Counter, Gauge};
use moka::future::Cache;
use storage::store::Universe;
use telemetry::{
    metrics::{CACHE_BYTES, CACHE_HITS, CACHE_MISSES},
    traces,
};
use tokio::{sync::Semaphore, task::spawn_blocking};
use tracing::{Instrument, debug_span};
use twox_hash::XxHash3_128;

use super::{encoding::Encoding, operation_metrics::Operation, request_record::RequestRecord};
use crate::graphql::{engine::answer::Room, schema::Reads};

/// An answer takes at most a quarter of the cache.
const LARGEST_SHARE: u64 = 4;

/// Bytes of an answer beside its text.
const OVERHEAD: usize = 512;

/// The key of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct CacheKey {
    pub(super) document: String,
    pub(super) operation_name: Option<String>,
    /// JSON, as the client wrote it.
    pub(super) variables: String,
    /// The form in which the client wants the answer.
    pub(super) encoding: Encoding,
}

/// A body, ready to send.
#[derive(Debug, Clone)]
pub(super) struct ResponseBody {
    pub(super) bytes: Bytes,
    pub(super) encoding: Encoding,
    /// Names the content, whatever its form, if the answer lasts. Replicas with the same data agree
    /// on it.
    pub(super) etag: Option<HeaderValue>,
    /// Seconds after which the client may try again, if something was unavailable.
    pub(super) retry_after_s: Option<u64>,
    /// The share that the answer takes of the memory for long answers, until the server has sent
    /// it.
    room: Option<Arc<Room>>,
}

impl ResponseBody {
    /// An answer that may differ the next time.
    pub(super) fn plain(json: Vec<u8>) -> Self {
        Self {
            bytes: json.into(),
            encoding: Encoding::Identity,
            etag: None,
            retry_after_s: None,
            room: None,
        }
    }

    /// An answer that stays the same until the data changes.
    pub(super) fn lasting(mut json: Vec<u8>) -> Self {
        json.shrink_to_fit();
        Self { etag: Some(etag(&json)), ..Self::plain(json) }
    }

    /// The same, with the time to come back.
    pub(super) fn retry_after(self, retry_after_s: Option<u64>) -> Self {
        Self { retry_after_s, ..self }
    }

    /// The same, which holds its share until the server has sent it.
    pub(super) fn taking(self, room: Option<Room>) -> Self {
        Self { room: room.map(Arc::new), ..self }
    }

    /// The bytes, which give the room back when the last of them is sent.
    pub(super) fn into_bytes(self) -> Bytes {
        match self.room {
            None => self.bytes,
            Some(room) => Bytes::from_owner(Guarded { bytes: self.bytes, _room: room }),
        }
    }

    /// The same body in a form that the client prefers, if compression pays.
    pub(super) async fn encoded(mut self, encoding: Encoding) -> Self {
        let encoding = encoding.for_length(self.bytes.len());
        if encoding == Encoding::Identity {
            return self;
        }
        let plain = self.bytes.clone();
        // Never closed.
        let Ok(turn) = COMPRESSING.acquire().await else { return self };
        let room = self.room.clone();
        let compress = move || {
            let _until_done = (turn, room);
            encoding.encode(&plain)
        };
        let span = debug_span!(target: traces::TARGET, "compress");
        match spawn_blocking(compress).instrument(span).await {
            Ok(Ok(bytes)) => {
                self.bytes = bytes.into();
                self.encoding = encoding;
            }
            failed => tracing::error!(?failed, "cannot compress an answer"),
        }
        self
    }
}

/// If the client leaves during a compression, the compression goes on. No more of them run than
/// there are processors.
static COMPRESSING: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, NonZero::get)));

struct Guarded {
    bytes: Bytes,
    _room: Arc<Room>,
}

impl AsRef<[u8]> for Guarded {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[derive(Debug)]
struct CachedResponse {
    body: ResponseBody,
    reads: Reads,
    operation: Option<Operation>,
    cost: Option<usize>,
}

/// The cache's hits, misses and bytes.
static HITS: LazyLock<Counter> = LazyLock::new(|| CACHE_HITS.counter(&["answers"]));
static MISSES: LazyLock<Counter> = LazyLock::new(|| CACHE_MISSES.counter(&["answers"]));
static BYTES: LazyLock<Gauge> = LazyLock::new(|| CACHE_BYTES.gauge(&["answers"]));

/// The answers that the server has given lately.
pub(super) struct ResponseCache(Cache<CacheKey, Arc<CachedResponse>>);

impl ResponseCache {
    pub(super) fn new(cache_bytes: u64) -> Self {
        let weigh = |question: &CacheKey, answer: &Arc<CachedResponse>| {
            let operation = question.operation_name.as_ref().map_or(0, String::len);
            let text = question.document.len() + question.variables.len() + operation;
            u32::try_from(OVERHEAD + text + answer.body.bytes.len()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(cache_bytes).weigher(weigh).build())
    }

    /// Whether there is room for any.
    pub(super) fn are_kept(&self) -> bool {
        self.0.policy().max_capacity() != Some(0)
    }

    /// The answer to a repeated request, if a new answer would be the same. The record then holds
    /// the earlier request's facts.
    pub(super) async fn get(
        &self,
        question: &CacheKey,
        now: &Universe,
        record: &mut RequestRecord,
    ) -> Option<ResponseBody> {
        let answer = self.0.get(question).await.filter(|answer| answer.reads.are_current(now));
        let Some(answer) = answer else {
            MISSES.increment(1);
            return None;
        };
        HITS.increment(1);
        record.operation.clone_from(&answer.operation);
        record.cost = answer.cost;
        record.is_kept = true;
        Some(answer.body.clone())
    }

    /// Keeps an answer, unless it would push out too many others.
    pub(super) async fn keep(
        &self,
        question: CacheKey,
        body: ResponseBody,
        reads: Reads,
        record: &RequestRecord,
    ) {
        let capacity = self.0.policy().max_capacity().unwrap_or_default();
        if body.bytes.len() as u64 > capacity / LARGEST_SHARE {
            return;
        }
        // The cache accounts for the kept body.
        let body = ResponseBody { room: None, ..body };
        let (operation, cost) = (record.operation.clone(), record.cost);
        self.0.insert(question, Arc::new(CachedResponse { body, reads, operation, cost })).await;
        // Else it would hold some dozens more for a moment, long as they may be.
        self.0.run_pending_tasks().await;
        #[allow(clippy::cast_precision_loss)] // memory is far below 2^52 bytes
        BYTES.set(self.0.weighted_size() as f64);
    }
}

/// The weak entity tag of an answer: a hash of its JSON.
fn etag(json: &[u8]) -> HeaderValue {
    let tag = format!("W/\"{:032x}\"", XxHash3_128::oneshot(json));
    // Digits and quotes are fit for a header.
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether `If-None-Match` names the entity tag (RFC 9110, section 13.1.2).
pub(super) fn matches(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(etag) = etag.to_str() else { return false };
    let values = headers.get_all(header::IF_NONE_MATCH).iter();
    let mut tags = values.filter_map(|value| value.to_str().ok()).flat_map(|it| it.split(','));
    tags.any(|tag| tag.trim() == "*" || opaque(tag) == opaque(etag))
}

#[cfg(test)]
mod tests {
    use std::sync::Weak;

    use super::*;

    #[tokio::test]
    async fn hardly_more_is_held_than_there_is_room_for() {
        const BYTES: usize = 100_000;
        const ROOM_FOR: usize = 10;
        let answers = ResponseCache::new((ROOM_FOR * (BYTES + 1_000)) as u64);
        let mut bodies: Vec<Weak<Vec<u8>>> = Vec::new();
        let mut most = 0;
        for number in 0..50 * ROOM_FOR {
            let bytes = Arc::new(vec![b' '; BYTES]);
            bodies.push(Arc::downgrade(&bytes));
            let question = CacheKey {
                document: format!("{{ number{number} }}"),
                operation_name: None,
                variables: String::new(),
                encoding: Encoding::Identity,
            };
            let body = ResponseBody {
                bytes: Bytes::from_owner(SharedBytes(bytes)),
                ..ResponseBody::plain(Vec::new())
            };
            answers.keep(question, body, Reads::default(), &RequestRecord::default()).await;
            most = most.max(bodies.iter().filter(|body| body.strong_count() > 0).count());
        }
        // A body that the cache has just dropped may still be in memory.
        assert!((ROOM_FOR..=ROOM_FOR + 5).contains(&most), "{most}");
    }

    struct SharedBytes(Arc<Vec<u8>>);

    impl AsRef<[u8]> for SharedBytes {
        fn as_ref(&self) -> &[u8] {
            &self.0
        }
    }
}
