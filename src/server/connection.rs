//! One connection: requests one after the other, until either side ends it.

use std::{net::IpAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, header},
    response::Response,
};
use config::HttpSettings;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulConnection,
};
use tokio::{
    net::TcpStream,
    sync::{Semaphore, watch},
    time::sleep,
};
use tower::Service;
use tracing::debug;

use super::socket_activity::{Limits, MonitoredStream, SocketActivity};
use crate::server::lifecycle::Lifecycle;

/// Longest head of a request, and longest read ahead of a body, in bytes. A URL may hold a
/// document.
const MAX_BUFFER_BYTES: usize = 65_536;

/// How long a client that connected shortly before the end may take to send its request, which may
/// be on its way.
const LAST_MOMENT: Duration = Duration::from_millis(200);

/// The address at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub IpAddr);

/// What all connections share.
pub(super) struct Connections {
    router: Router,
    lifecycle: Arc<Lifecycle>,
    limits: Limits,
    /// Tells each connection to finish its requests in flight. Each open connection listens.
    finish: watch::Sender<()>,
}

impl Connections {
    pub(super) fn new(router: Router, lifecycle: Arc<Lifecycle>, settings: &HttpSettings) -> Self {
        Self {
            router,
            lifecycle,
            limits: Limits {
                idle: settings.idle_timeout,
                slow: settings.read_timeout,
                slots: Arc::new(Semaphore::new(settings.max_connections as usize)),
            },
            finish: watch::Sender::new(()),
        }
    }

    /// The room for connections.
    pub(super) fn slots(&self) -> &Arc<Semaphore> {
        &self.limits.slots
    }

    /// Finishes the requests in flight, closes every other connection, and waits until none is
    /// open.
    pub(super) async fn finish(&self) {
        self.finish.send_replace(());
        self.finish.closed().await;
    }

    /// Serves a connection until either side ends it.
    pub(super) fn serve(
        &self,
        stream: TcpStream,
        peer: Peer,
    ) -> impl Future<Output = ()> + Send + 'static {
        let activity = Arc::new(SocketActivity::new());
        let (router, lifecycle) = (self.router.clone(), Arc::clone(&self.lifecycle));
        let service = {
            let activity = Arc::clone(&activity);
            service_fn(move |mut request: Request<Incoming>| {
                activity.request_begins();
                request.extensions_mut().insert(peer);
                // A router is always ready.
                let answer = router.clone().call(request.map(Body::new));
                let (activity, lifecycle) = (Arc::clone(&activity), Arc::clone(&lifecycle));
                async move {
                    let answer = answer.await.map(|answer| announce_end(answer, &lifecycle));
                    activity.answer_begins();
                    answer
                }
            })
        };
        let socket = TokioIo::new(MonitoredStream { stream, activity: Arc::clone(&activity) });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_buf_size(MAX_BUFFER_BYTES)
            .serve_connection(socket, service);
        let limits = self.limits.clone();
        let mut finish = self.finish.subscribe();
        async move {
            tokio::select! {
                served = until_finished(connection, &activity, &mut finish) => {
                    if let Err(error) = served {
                        debug!(%error, "a connection ended badly");
                    }
                }
                why = activity.overdue(limits) => debug!("closed a connection: {why}"),
            }
        }
    }
}

/// Once the end is near, a connection takes no further request.
fn announce_end(mut answer: Response, lifecycle: &Lifecycle) -> Response {
    if lifecycle.is_draining() {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// Serves a connection until the client is done. Once the server finishes, it only answers the
/// request in flight.
async fn until_finished<C: GracefulConnection>(
    connection: C,
    activity: &SocketActivity,
    finish: &mut watch::Receiver<()>,
) -> Result<(), C::Error> {
    let mut connection = pin!(connection);
    tokio::select! {
        served = connection.as_mut() => return served,
        _ = finish.changed() => {}
    }
    if !activity.was_asked() {
        tokio::select! {
            served = connection.as_mut() => return served,
            () = sleep(LAST_MOMENT) => {}
        }
    }
    if !activity.was_asked() {
        return Ok(());
    }
    // Closes the connection at once if it waits for a further request.
    connection.as_mut().graceful_shutdown();
    connection.await
}
