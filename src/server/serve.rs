//! Serving: the server accepts connections until a signal tells it to end and clients have had time
//! to notice.

use std::{
    future::pending,
    io,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use axum::Router;
use config::HttpSettings;
use metrics::Gauge;
use socket2::SockRef;
use telemetry::metrics::HTTP_CONNECTIONS;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tracing::{debug, info, warn};

use super::connection::{Connections, Peer};
use crate::server::{
    lifecycle::Lifecycle,
    signals::{SIGTERM, Signals},
};

/// The number of open connections.
static CONNECTIONS: LazyLock<Gauge> = LazyLock::new(|| HTTP_CONNECTIONS.gauge(&[]));

/// How much of an answer may wait in the system's buffers. At the least speed, a client takes half
/// of it within the time that it may pause.
const MAX_UNSENT_BYTES: u32 = 131_072;

/// How long to wait when the process lacks a resource, such as file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves until SIGTERM or SIGINT. After SIGTERM the server drains: it goes on for a grace period,
/// while its health check and its answers already report the end. Then it finishes the requests in
/// flight. A further signal skips the rest of the grace. A signal after the grace ends everything
/// at once, as does the limit, which counts from the first signal.
///
/// Listens to signals from this call on, and accepts connections from the first poll of the
/// returned future.
pub fn serve(
    listener: TcpListener,
    router: Router,
    lifecycle: Arc<Lifecycle>,
    settings: HttpSettings,
) -> anyhow::Result<impl Future<Output = ()>> {
    let signals = Signals::listen()?;
    Ok(serve_until(signals, listener, router, lifecycle, settings))
}

async fn serve_until(
    mut signals: Signals,
    listener: TcpListener,
    router: Router,
    lifecycle: Arc<Lifecycle>,
    settings: HttpSettings,
) {
    let connections = Connections::new(router, Arc::clone(&lifecycle), &settings);
    let name = accept_until(signals.next(), &listener, &connections).await;
    let began = Instant::now();
    lifecycle.drains();
    let grace = settings.drain_grace.min(settings.shutdown_timeout);
    if name == SIGTERM && !grace.is_zero() {
        info!("{name}: draining for {} ms", grace.as_millis());
        let drained = timeout(grace, signals.next());
        if let Ok(name) = accept_until(drained, &listener, &connections).await {
            info!("{name}: finishing what is in flight");
        } else {
            info!("finishing what is in flight");
        }
    } else {
        info!("{name}: finishing what is in flight");
    }
    accept_last(listener, &connections);
    tokio::select! {
        biased;
        () = connections.finish() => {}
        name = signals.next() => warn!("{name}: ending at once"),
        () = sleep(settings.shutdown_timeout.saturating_sub(began.elapsed())) => {
            warn!("requests in flight took too long");
        }
    }
}

/// Accepts connections and serves them until the event happens.
async fn accept_until<T>(
    event: impl Future<Output = T>,
    listener: &TcpListener,
    connections: &Connections,
) -> T {
    let mut event = pin!(event);
    loop {
        tokio::select! {
            happened = event.as_mut() => return happened,
            (stream, address, slot) = accept(listener, connections.slots()) => {
                start(stream, address, slot, connections);
            }
        }
    }
}

/// Accepts the connections that the system has accepted already, as far as there is room: their
/// clients may have sent requests, and would see a reset. Then the server accepts no more
/// connections.
fn accept_last(listener: TcpListener, connections: &Connections) {
    // The runtime may not know yet of the waiting connections; the listener does.
    let Ok(listener) = listener.into_std() else { return };
    while let Ok(slot) = Arc::clone(connections.slots()).try_acquire_owned() {
        match listener.accept() {
            Ok((stream, address)) => {
                let stream =
                    stream.set_nonblocking(true).and_then(|()| TcpStream::from_std(stream));
                if let Ok(stream) = stream {
                    start(stream, address, slot, connections);
                }
            }
            Err(error) if is_of_the_connection(&error) => {}
            Err(_) => return,
        }
    }
}

/// Serves a connection, which keeps its slot until its end.
fn start(
    stream: TcpStream,
    address: SocketAddr,
    slot: OwnedSemaphorePermit,
    connections: &Connections,
) {
    // The socket sends answers at once, and its buffers hold no more than a slow client takes in a
    // few seconds. A socket without these options still works.
    let _ = stream.set_nodelay(true);
    let _ = SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES);
    let serving = connections.serve(stream, Peer(address.ip().to_canonical()));
    CONNECTIONS.increment(1.0);
    tokio::spawn(async move {
        serving.await;
        CONNECTIONS.decrement(1.0);
        drop(slot);
    });
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    let Ok(slot) = Arc::clone(slots).acquire_owned().await else { return pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, address)) => return (stream, address, slot),
            Err(error) if is_of_the_connection(&error) => debug!(%error, "a connection broke"),
            Err(error) => {
                warn!(%error, "cannot accept connections");
                sleep(ACCEPT_AGAIN).await;
            }
        }
    }
}

/// Whether the error concerns only the connection that the listener was about to accept.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
