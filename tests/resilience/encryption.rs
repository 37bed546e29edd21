//! The way to the database is encrypted, and the server knows whom it talks to.

use std::{path::Path, process::Command};

use crate::harness::{
    cluster::{Cluster, PASSWORD, ROLE},
    server::{PROGRAM, Server},
    tls::Certificates,
};

fn url(cluster: &Cluster, host: &str) -> String {
    format!("postgres://{ROLE}:{PASSWORD}@{host}:{}/{ROLE}", cluster.port)
}

/// Whether the sessions that there are came by TLS.
fn is_encrypted(cluster: &Cluster) -> bool {
    let sql = format!(
        "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE usename = '{ROLE}'"
    );
    match cluster.sql(&sql).as_str() {
        "t" => true,
        "f" => false,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_can_ask_for_as_much_as_it_wants() {
    let certificates = Certificates::for_localhost();
    let cluster = Cluster::with_tls(&certificates);
    cluster.fill();
    let root = certificates.root.to_str().unwrap();
    for (host, flags, encrypted) in [
        ("localhost", &["verify-full", "--database-tls-root", root][..], true),
        ("127.0.0.1", &["verify-ca", "--database-tls-root", root], true),
        ("127.0.0.1", &["require"], true),
        ("127.0.0.1", &["prefer"], true),
        ("127.0.0.1", &["disable"], false),
    ] {
        let url = url(&cluster, host);
        let server = Server::start(&[&["--database-url", &url, "--database-tls"], flags].concat());
        server.warm_up().await;
        assert_eq!(is_encrypted(&cluster), encrypted, "{flags:?}");
    }
}

/// What a command says when it must not trust the database.
fn refusal(cluster: &Cluster, host: &str, root: &Path) -> String {
    let mut migrate = Command::new(PROGRAM);
    migrate.env_clear().args(["migrate", "--database-url", &url(cluster, host)]);
    migrate.args(["--database-tls", "verify-full", "--database-tls-root"]).arg(root);
    let output = migrate.output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_show_who_it_is_is_refused() {
    let certificates = Certificates::for_localhost();
    let cluster = Cluster::with_tls(&certificates);
    for (host, root) in [
        ("localhost", certificates.other_root.as_path()),
        ("127.0.0.1", certificates.root.as_path()),
    ] {
        let error = refusal(&cluster, host, root);
        assert!(error.contains("certificate"), "{error}");
        assert!(!error.contains(PASSWORD), "{error}");
    }
    let missing = refusal(&cluster, "localhost", Path::new("/no/such/root.crt"));
    assert!(missing.contains("/no/such/root.crt"), "{missing}");
    assert_eq!(cluster.sessions(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_encryption_is_refused_when_it_is_required() {
    let certificates = Certificates::for_localhost();
    let cluster = Cluster::start_new();
    let error = refusal(&cluster, "localhost", &certificates.root);
    assert!(error.to_lowercase().contains("tls"), "{error}");
}
