//! A real nginx with the configuration of docker/nginx, in front of servers of whose health it
//! knows nothing.

use std::{
    fs::{self, File},
    process::{Child, Command},
};

use serde_json::Value;
use tempfile::TempDir;

use super::programs::{folder, free_port, named_by, signal, wait_for_port};

const TEMPLATE: &str = include_str!("../../../docker/nginx/nginx.conf.template");

/// What the container's environment says.
pub struct Settings {
    /// The load balancers that are believed; the tests are on 127.0.0.1.
    pub load_balancer_network: &'static str,
    pub requests_per_s: u32,
    pub requests_burst: u32,
}

impl Default for Settings {
    /// nginx trusts no proxy, and waits for nothing.
    fn default() -> Self {
        Self {
            load_balancer_network: "192.0.2.0/24",
            requests_per_s: 10_000,
            requests_burst: 1_000,
        }
    }
}

pub struct Nginx {
    /// Host and port.
    pub address: String,
    folder: TempDir,
    process: Child,
}

impl Nginx {
    /// Starts nginx in front of servers at these addresses.
    pub fn before(servers: &[&str], settings: &Settings) -> Self {
        let (folder, port) = (folder(), free_port());
        fs::write(folder.path().join("nginx.conf"), configuration(port, servers, settings))
            .unwrap();
        let log = |name| File::create(folder.path().join(name)).unwrap();
        let process = Command::new(named_by("NGINX"))
            .arg("-p")
            .arg(folder.path())
            .args(["-c", "nginx.conf", "-e", "stderr"])
            .stdout(log("access.log"))
            .stderr(log("error.log"))
            .spawn()
            .unwrap();
        let nginx = Self { address: format!("127.0.0.1:{port}"), folder, process };
        wait_for_port(port);
        nginx
    }

    /// Requests that were cut off: nginx had sent them to a replica, and the connection ended. One
    /// that ends while it is made has lost nothing: every proxy then turns to another replica.
    pub fn cut_off(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("error.log")).unwrap();
        let cut = |line: &&str| {
            let ended = line.contains("prematurely closed") || line.contains("reset by peer");
            ended && !line.contains("while connecting to upstream")
        };
        log.lines().filter(cut).map(ToOwned::to_owned).collect()
    }

    /// What the access log says of each request.
    pub fn log(&self) -> Vec<Value> {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        signal("-TERM", &[self.process.id()]);
        let _ = self.process.wait();
    }
}

/// The template as the container's start fills it in, on a port of its own.
fn configuration(port: u16, servers: &[&str], settings: &Settings) -> String {
    const UPSTREAM: &str = "${CANDLEQL_UPSTREAM}";
    let line = TEMPLATE.lines().find(|line| line.contains(UPSTREAM)).unwrap();
    // nginx makes as many of this line where a name has several addresses.
    let lines: Vec<String> = servers.iter().map(|server| line.replace(UPSTREAM, server)).collect();
    let mut text = TEMPLATE.replace(line, &lines.join("\n"));
    for (name, value) in [
        ("listen 8000;", format!("listen 127.0.0.1:{port};")),
        ("${CANDLEQL_LOAD_BALANCER_NETWORK}", settings.load_balancer_network.to_owned()),
        ("${CANDLEQL_REQUESTS_PER_S}", settings.requests_per_s.to_string()),
        ("${CANDLEQL_REQUESTS_BURST}", settings.requests_burst.to_string()),
        ("${CANDLEQL_MAX_BODY_BYTES}", "1048576".to_owned()),
    ] {
        assert!(text.contains(name), "the template has no {name}");
        text = text.replace(name, &value);
    }
    assert!(
        !text.contains("${CANDLEQL_"),
        "the template has a variable that the test does not set:\n{text}"
    );
    text
}
