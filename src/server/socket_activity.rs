//! Notes the activity on a connection's socket, and reports what is overdue.
//!
//! hyper has one timeout for the wait for a request and for its head. They must differ: a load
//! balancer keeps connections for a minute, while a head that trickles in for that long is an
//! attack. So the socket itself notes its activity, and a watch looks at it.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Semaphore,
    time::sleep,
};

/// How often the watch looks.
const WATCH: Duration = Duration::from_secs(1);

/// How fast a client must take its answer, in bytes per second.
const MIN_RATE: f64 = 8_192.0;

/// How long a connection may go on without the expected activity.
#[derive(Clone)]
pub(super) struct Limits {
    /// Without a further request.
    pub(super) idle: Duration,
    /// Without its first request, without the rest of a head, or with an answer that the client
    /// hardly takes.
    pub(super) slow: Duration,
    /// The room for connections: if all of it is in use, no connection may idle.
    pub(super) slots: Arc<Semaphore>,
}

impl Limits {
    fn idle(&self) -> Duration {
        if self.slots.available_permits() == 0 { self.idle.min(WATCH) } else { self.idle }
    }
}

/// The activity on a connection, and since when.
#[derive(Clone, Copy)]
enum ConnectionPhase {
    /// Nothing yet.
    New(Instant),
    /// A request's head comes in.
    Head(Instant),
    /// The server works on a request, which has limits of its own.
    Busy,
    /// The last answer is on its way, or the next request has not begun.
    Waiting(Instant),
}

/// The activity of a connection.
pub(super) struct SocketActivity(Mutex<State>);

struct State {
    phase: ConnectionPhase,
    /// Whether a request ever came.
    was_asked: bool,
    answer: SendProgress,
}

/// How the client takes an answer.
struct SendProgress {
    since: Instant,
    bytes: usize,
    /// Since when the socket accepts no more bytes, if it does not.
    stuck: Option<Instant>,
}

impl SendProgress {
    fn from_now() -> Self {
        Self { since: Instant::now(), bytes: 0, stuck: None }
    }

    /// Whether the client takes nothing for too long, or too little on average. The system's
    /// buffers count as taken.
    fn is_too_slow(&self, slow: Duration) -> bool {
        let (elapsed, Some(stuck)) = (self.since.elapsed(), self.stuck) else { return false };
        #[allow(clippy::cast_precision_loss)] // answers are far below 2^52
        let bytes = self.bytes as f64;
        stuck.elapsed() > slow || elapsed > slow && bytes < MIN_RATE * elapsed.as_secs_f64()
    }
}

impl SocketActivity {
    pub(super) fn new() -> Self {
        let phase = ConnectionPhase::New(Instant::now());
        Self(Mutex::new(State { phase, was_asked: false, answer: SendProgress::from_now() }))
    }

    pub(super) fn request_begins(&self) {
        let mut state = self.0.lock();
        state.phase = ConnectionPhase::Busy;
        state.was_asked = true;
    }

    /// Whether the head of a request ever came whole.
    pub(super) fn was_asked(&self) -> bool {
        self.0.lock().was_asked
    }

    pub(super) fn answer_begins(&self) {
        let mut state = self.0.lock();
        state.answer = SendProgress::from_now();
        state.phase = ConnectionPhase::Waiting(state.answer.since);
    }

    fn read(&self) {
        let mut state = self.0.lock();
        match state.phase {
            ConnectionPhase::New(_) => state.phase = ConnectionPhase::Head(Instant::now()),
            // While an answer is on its way, the server reads ahead.
            ConnectionPhase::Waiting(_) if state.answer.stuck.is_none() => {
                state.phase = ConnectionPhase::Head(Instant::now());
            }
            _ => {}
        }
    }

    fn wrote(&self, bytes: usize) {
        let mut state = self.0.lock();
        state.answer.bytes += bytes;
        state.answer.stuck = None;
        if let ConnectionPhase::Waiting(since) | ConnectionPhase::Head(since) = &mut state.phase {
            *since = Instant::now();
        }
    }

    fn cannot_write(&self) {
        self.0.lock().answer.stuck.get_or_insert_with(Instant::now);
    }

    /// Waits until the client is too slow, and says at what.
    pub(super) async fn overdue(&self, limits: Limits) -> &'static str {
        let every = WATCH.min(limits.idle / 4).min(limits.slow / 4);
        loop {
            sleep(every).await;
            let state = self.0.lock();
            if state.answer.is_too_slow(limits.slow) {
                return "the client hardly takes its answer";
            }
            match state.phase {
                ConnectionPhase::New(since) if since.elapsed() > limits.slow.min(limits.idle()) => {
                    return "no request came";
                }
                ConnectionPhase::Waiting(since)
                    if since.elapsed() > limits.idle() && state.answer.stuck.is_none() =>
                {
                    return "no further request came";
                }
                ConnectionPhase::Head(since) if since.elapsed() > limits.slow => {
                    return "the head of a request took too long";
                }
                _ => {}
            }
        }
    }
}

/// A socket that notes its activity.
pub(super) struct MonitoredStream {
    pub(super) stream: TcpStream,
    pub(super) activity: Arc<SocketActivity>,
}

impl MonitoredStream {
    fn note_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.activity.wrote(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.activity.cannot_write(),
        }
        written
    }
}

impl AsyncRead for MonitoredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.activity.read();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for MonitoredStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_write(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.note_write(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
