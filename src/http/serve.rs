//! Serving: connections are accepted until the process is told to stop, and none may hold what it
//! does not use.

use std::{future::pending, io, sync::Arc, time::Duration};

use anyhow::Context;
use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use socket2::SockRef;
use tokio::{
    net::{TcpListener, TcpStream},
    signal::unix::{Signal, SignalKind, signal},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::sleep,
};
use tracing::{debug, info, warn};

use super::{connection, peer::Peer};
use crate::config::HttpSettings;

/// How much of an answer may wait in the system's buffers: at the least speed, half of it goes
/// within the time that a client may take nothing.
const MAX_UNSENT_BYTES: u32 = 131_072;

/// How long to wait for what a process has too little of, such as file descriptors.
const ACCEPT_AGAIN: Duration = Duration::from_millis(100);

/// Serves until SIGTERM or SIGINT, then finishes what is in flight, within a limit; a second signal
/// ends it at once.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: HttpSettings,
) -> anyhow::Result<()> {
    let mut signals = Signals::listen()?;
    let connections = GracefulShutdown::new();
    let slots = Arc::new(Semaphore::new(settings.max_connections as usize));
    let settings = Arc::new(settings);
    let name = loop {
        tokio::select! {
            name = signals.next() => break name,
            (stream, peer, slot) = accept(&listener, &slots) => {
                let (router, settings) = (router.clone(), Arc::clone(&settings));
                let serving = connection::serve(stream, peer, router, &settings, &connections, &slots);
                tokio::spawn(async move {
                    serving.await;
                    drop(slot);
                });
            }
        }
    };
    info!("{name}: finishing what is in flight");
    drop(listener);
    tokio::select! {
        () = connections.shutdown() => {}
        name = signals.next() => warn!("{name}: ending at once"),
        () = sleep(settings.shutdown_timeout) => warn!("requests in flight took too long"),
    }
    Ok(())
}

/// The next connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Peer, OwnedSemaphorePermit) {
    let Ok(slot) = Arc::clone(slots).acquire_owned().await else { return pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                // Answers leave at once, and what waits in the system's buffers is no more than a slow
                // client takes in a few seconds; a socket that cannot do that still works.
                let _ = stream.set_nodelay(true);
                let _ = SockRef::from(&stream).set_tcp_notsent_lowat(MAX_UNSENT_BYTES);
                return (stream, Peer(address.ip().to_canonical()), slot);
            }
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

/// The signals that end the program.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("cannot listen for signals");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) -> &'static str {
        tokio::select! {
            Some(()) = self.terminate.recv() => "SIGTERM",
            Some(()) = self.interrupt.recv() => "SIGINT",
            else => pending().await,
        }
    }
}
