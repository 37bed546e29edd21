//! `candleql serve`: a server from its start to its end.

use std::{
    future::pending,
    io::ErrorKind::AddrInUse,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result};
use config::{AdminListen, HttpSettings, ServeSettings};
use storage::{Database, keys::Keys, store::Store};
use tokio::{net::TcpListener, task::JoinSet, time::timeout};

use super::startup::Startup;
use crate::{
    http, http_client,
    server::{self, lifecycle::Lifecycle},
};

/// The default address for operators.
const DEFAULT_ADMIN_LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9464);

/// How long the end may wait for the database and for the receiver of traces.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

pub(super) async fn serve(mut settings: ServeSettings) -> Result<()> {
    let otlp_endpoint = settings.telemetry.otlp_endpoint.as_deref().filter(|url| !url.is_empty());
    let otlp = otlp_endpoint.map(|url| Ok::<_, anyhow::Error>((url, http_client::client()?)));
    let telemetry = telemetry::init(&settings.log, otlp.transpose()?)?;
    let address = settings.http.listen.address;
    // Each connection is a file descriptor, and many systems allow a process only a thousand at
    // first.
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(files) => limit_connections(&mut settings.http, files),
        Err(error) => tracing::warn!(%error, "cannot raise the limit of open files"),
    }
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    let db = Database::connect(&settings.database).await?;
    let interval = settings.store.poll_interval;
    let keys = settings.access.require_api_key.then(|| Keys::new(db.clone(), interval));
    let store = Store::new(db.clone(), &settings.store);
    let _admin = serve_admin(settings.http.admin_listen, &store).await?;
    let lifecycle = Lifecycle::begin();
    let router = http::router(Arc::clone(&store), keys.clone(), Arc::clone(&lifecycle), &settings)?;
    let startup = Startup { db: db.clone(), store, keys, lifecycle: Arc::clone(&lifecycle) };
    let serving = server::serve(listener, router, lifecycle, settings.http)?;
    tracing::info!("candleql listens on http://{address}");
    let starting = async {
        startup.run(&settings.start).await?;
        tracing::info!("candleql serves http://{address}/graphql");
        pending().await
    };
    tokio::select! {
        () = serving => {}
        failed = starting => return failed,
    }
    // A request that a client gave up may still hold a connection.
    let closing = timeout(CLOSE_TIMEOUT, db.close());
    let (closed, ()) = tokio::join!(closing, telemetry.finish(CLOSE_TIMEOUT));
    let Ok(closed) = closed else {
        tracing::warn!("requests did not return the database's connections in time");
        return Ok(());
    };
    closed.context("cannot close the database")
}

/// Serves the operators until the returned value is dropped.
async fn serve_admin(AdminListen(address): AdminListen, store: &Arc<Store>) -> Result<JoinSet<()>> {
    let mut tasks = JoinSet::new();
    let Some(address) = address else { return Ok(tasks) };
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        // The address is the default, and another server of this machine uses it.
        Err(error) if error.kind() == AddrInUse && address == DEFAULT_ADMIN_LISTEN => {
            tracing::warn!("no metrics: {address} is in use; --admin-listen names another address");
            return Ok(tasks);
        }
        Err(error) => {
            return Err(error).with_context(|| format!("cannot listen on {address} for operators"));
        }
    };
    tracing::info!("metrics are at http://{}/metrics", listener.local_addr()?);
    tasks.spawn(http::serve_admin(listener, Arc::clone(store))?);
    Ok(tasks)
}

/// Leaves files for the database and other uses.
fn limit_connections(settings: &mut HttpSettings, files: u64) {
    const RESERVE: u64 = 256;
    let most = files.saturating_sub(RESERVE).max(files / 2);
    if u64::from(settings.max_connections) > most {
        tracing::warn!("at most {most} connections: the system lets a process open {files} files");
        settings.max_connections = u32::try_from(most).unwrap_or(u32::MAX);
    }
}
