//! The address of the client.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{HeaderMap, request::Parts};
use ipnet::IpNet;

use crate::server::Peer;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The client's address: the other end of the connection or, if that is a trusted proxy, the newest
/// address in `X-Forwarded-For` that is not a trusted proxy. Any client could have written the
/// addresses before it.
pub(super) fn client_ip(request: &Parts, trusted: &[IpNet]) -> IpAddr {
    // Only requests that did not come over a connection have no peer.
    let peer = request.extensions.get().map_or(Ipv4Addr::UNSPECIFIED.into(), |Peer(peer)| *peer);
    behind_proxies(peer, &request.headers, trusted)
}

fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    let mut client = peer;
    let values = headers.get_all(FORWARDED_FOR).into_iter().rev();
    let mut hops = values.flat_map(|value| value.as_bytes().rsplit(|byte| *byte == b','));
    while is_trusted(&client) {
        match hops.next().and_then(address) {
            Some(address) => client = address.to_canonical(),
            // The proxy wrote something else than an address, or nothing.
            None => break,
        }
    }
    client
}

/// An address, of which some proxies also write the port.
fn address(hop: &[u8]) -> Option<IpAddr> {
    let hop = str::from_utf8(hop).ok()?.trim();
    let bare = hop.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(hop);
    bare.parse().or_else(|_| hop.parse::<SocketAddr>().map(|it| it.ip())).ok()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_trusted_proxies_are_believed() {
        const PROXIES: &[&str] = &["10.0.0.0/8", "127.0.0.1/32", "fd00::/8"];
        let trusted: Vec<IpNet> = PROXIES.iter().map(|it| it.parse().unwrap()).collect();
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("127.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4, 198.51.100.1, 10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4", "198.51.100.1", "10.1.2.3"], "198.51.100.1"),
            ("127.0.0.1", &["198.51.100.1, nonsense, 10.1.2.3"], "10.1.2.3"),
            ("127.0.0.1", &[], "127.0.0.1"),
            ("127.0.0.1", &["10.9.9.9"], "10.9.9.9"),
            ("fd00::1", &["2001:db8::7"], "2001:db8::7"),
            ("127.0.0.1", &["[2001:db8::7], 10.1.2.3"], "2001:db8::7"),
            // What is no text hides nothing.
            ("127.0.0.1", &["1.2.3.4", "é, 198.51.100.1"], "198.51.100.1"),
            ("127.0.0.1", &["1.2.3.4", "é"], "127.0.0.1"),
            ("127.0.0.1", &["[2001:db8::7]:4711, 10.1.2.3:80"], "2001:db8::7"),
            ("127.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append(FORWARDED_FOR, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            let client = behind_proxies(peer.parse().unwrap(), &headers, &trusted);
            assert_eq!(client, expected.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }
}
