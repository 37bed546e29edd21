//! What operators see.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::{database::TestDatabase, serve::Server};

#[tokio::test]
async fn operators_see_connections_memory_and_age_on_an_address_of_their_own() {
    let database = TestDatabase::bundled().await;
    let flags = ["--admin-listen", "127.0.0.1:0"];
    let server = Server::start(&database.settings.database_url, &flags);
    server.query("{ instrument(symbol: \"AMZN\") { series(last: 1) { close } } }");
    let (_, address) = server.start.split_once("metrics are at http://").unwrap();
    let address = address.split('/').next().unwrap();
    let metrics = get(address, "/metrics");
    assert!(metrics.starts_with("HTTP/1.1 200 OK"), "{metrics}");
    let value = |name: &str| {
        let line = metrics.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name}: {metrics}")).trim().parse::<f64>().unwrap()
    };
    let connections = value("candleql_database_connections{state=\"idle\"}")
        + value("candleql_database_connections{state=\"used\"}");
    assert!((1.0..=10.0).contains(&connections), "{metrics}");
    assert!(value("candleql_cache_bytes") > 100_000.0, "{metrics}");
    assert!((0.0..60.0).contains(&value("candleql_catalogue_age_seconds")), "{metrics}");
    assert!(get(&server.address, "/metrics").starts_with("HTTP/1.1 404"), "not for everybody");
}

fn get(address: &str, path: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    connection.read_to_string(&mut text).unwrap();
    text
}
