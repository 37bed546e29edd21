//! Asks a server on this machine whether it lives, for containers without a shell.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::{Context, ensure};
use http_body_util::Empty;
use hyper::{StatusCode, body::Bytes};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::time::timeout;

/// How long the server may take. `/healthz` waits for nothing, and the container's runtime does not
/// wait longer.
const LIMIT: Duration = Duration::from_secs(2);

/// Asks `/healthz` of the server at the listen address. Any status but 200 is an error.
pub async fn ask(listen: SocketAddr) -> anyhow::Result<()> {
    let url = format!("http://{}/healthz", reachable(listen));
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
    let answer = timeout(LIMIT, client.get(url.parse()?)).await;
    let answer = answer.with_context(|| format!("no answer within {LIMIT:?} from {url}"))?;
    let status = answer.with_context(|| format!("no answer from {url}"))?.status();
    ensure!(status == StatusCode::OK, "{url} answers {status}");
    Ok(())
}

/// A server that listens on every address answers at the machine's own one.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_means_the_machines_own() {
        let check = |listen: &str, expected: &str| {
            assert_eq!(reachable(listen.parse().unwrap()).to_string(), expected);
        };
        check("0.0.0.0:8080", "127.0.0.1:8080");
        check("[::]:8080", "[::1]:8080");
        check("192.0.2.1:80", "192.0.2.1:80");
    }
}
