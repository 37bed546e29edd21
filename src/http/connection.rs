//! One connection: requests one after the other, and what happens when the client is slow.
//!
//! hyper has one timeout for the wait for a request and for its head. They must differ: a load
//! balancer keeps connections for a minute, while a head that trickles in for that long is an
//! attack. So the socket itself notes what happens on it, and a watch looks at the notes.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use parking_lot::Mutex;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::sleep,
};
use tower::Service;
use tracing::debug;

use super::peer::Peer;
use crate::config::HttpSettings;

/// Longest head of a request, and most that is read ahead of a body, in bytes. A URL may hold a
/// document.
const MAX_BUFFER_BYTES: usize = 65_536;

/// How often the watch looks.
const WATCH: Duration = Duration::from_secs(1);

/// Serves a connection until either side has had enough.
pub(super) fn serve(
    stream: TcpStream,
    peer: Peer,
    router: Router,
    settings: &HttpSettings,
    connections: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + 'static {
    let notes = Arc::new(Notes::new());
    let service = {
        let notes = Arc::clone(&notes);
        service_fn(move |mut request: Request<Incoming>| {
            notes.request_begins();
            request.extensions_mut().insert(peer);
            // A router is always ready.
            let answer = router.clone().call(request.map(Body::new));
            let notes = Arc::clone(&notes);
            async move {
                let answer = answer.await;
                notes.waits();
                answer
            }
        })
    };
    let socket = TokioIo::new(Noted { stream, notes: Arc::clone(&notes) });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MAX_BUFFER_BYTES)
        .serve_connection(socket, service);
    let connection = connections.watch(connection);
    let limits = Limits { idle: settings.idle_timeout, slow: settings.read_timeout };
    async move {
        tokio::select! {
            served = connection => if let Err(error) = served {
                debug!(%error, "a connection ended badly");
            },
            why = notes.overdue(limits) => debug!("closed a connection: {why}"),
        }
    }
}

/// How long a connection may go on without what is due.
#[derive(Clone, Copy)]
struct Limits {
    /// Without a request.
    idle: Duration,
    /// Without the rest of a head, or with an answer that the client does not take.
    slow: Duration,
}

/// What happens on a connection, since when.
#[derive(Clone, Copy)]
enum Phase {
    /// Nothing, or the last answer is on its way.
    Waiting(Instant),
    /// A request's head comes in.
    Head(Instant),
    /// A request is being answered, within limits of its own.
    Busy,
}

struct Notes(Mutex<State>);

struct State {
    phase: Phase,
    /// Since when the client takes nothing of what is written.
    stuck: Option<Instant>,
}

impl Notes {
    fn new() -> Self {
        Self(Mutex::new(State { phase: Phase::Waiting(Instant::now()), stuck: None }))
    }

    fn request_begins(&self) {
        self.0.lock().phase = Phase::Busy;
    }

    fn waits(&self) {
        self.0.lock().phase = Phase::Waiting(Instant::now());
    }

    fn read(&self) {
        let mut state = self.0.lock();
        if let Phase::Waiting(_) = state.phase {
            state.phase = Phase::Head(Instant::now());
        }
    }

    fn wrote(&self) {
        let mut state = self.0.lock();
        state.stuck = None;
        if let Phase::Waiting(since) = &mut state.phase {
            *since = Instant::now();
        }
    }

    fn cannot_write(&self) {
        self.0.lock().stuck.get_or_insert_with(Instant::now);
    }

    /// Waits until the client has been too slow, and says in what.
    async fn overdue(&self, limits: Limits) -> &'static str {
        let every = WATCH.min(limits.idle / 4).min(limits.slow / 4);
        loop {
            sleep(every).await;
            let state = self.0.lock();
            if state.stuck.is_some_and(|since| since.elapsed() > limits.slow) {
                return "the client takes nothing of its answer";
            }
            match state.phase {
                Phase::Waiting(since) if since.elapsed() > limits.idle => {
                    return "no request came";
                }
                Phase::Head(since) if since.elapsed() > limits.slow => {
                    return "the head of a request took too long";
                }
                _ => {}
            }
        }
    }
}

/// A socket that notes what happens on it.
struct Noted {
    stream: TcpStream,
    notes: Arc<Notes>,
}

impl Noted {
    fn note_write(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(_) => self.notes.wrote(),
            Poll::Pending => self.notes.cannot_write(),
        }
        written
    }
}

impl AsyncRead for Noted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if buffer.filled().len() > before {
            self.notes.read();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Noted {
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
