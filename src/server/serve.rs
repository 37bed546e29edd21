//! Serving: connections are accepted until the process is told to stop and those who send requests
//! had time to notice.

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

/// How many are open.
static CONNECTIONS: LazyLock<Gauge> = LazyLock::new(|| HTTP_CONNECTIONS.gauge(&[]));

/// How much of an answer may wait in the system's buffers: at the least speed, half of it goes
/// within the time that a client may take nothing.
const MAX_UNSENT_BYTES: u32 = 131_072;

/// How long to wait for what a process has too little of, such as file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves until SIGTERM or SIGINT. After SIGTERM it drains: it goes on for a grace period, while its
/// health check and its answers already say that it ends. Then it finishes what is in flight. A
/// further signal skips what is left of the grace, and one after it ends everything at once, as does
/// the limit, which counts from the first.
///
/// Signals are listened to from this call on, connections from the first poll of what it returns.
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

/// Accepts connections and serves them, until something else happens.
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

/// Accepts whom the system has let in already, as far as there is room: they may have asked, and
/// would be reset. Then nobody is let in any more.
fn accept_last(listener: TcpListener, connections: &Connections) {
    // The runtime may not know yet of those who wait; the listener does.
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
    // Answers leave at once, and what waits in the system's buffers is no more than a slow client
    // takes in a few seconds; a socket that cannot do that still works.
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

/// Whether only the connection that would have been accepted is broken.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
