//! A real pgbouncer in transaction mode: two statements of a client may meet two connections.

use std::{
    fs,
    process::{Child, Stdio},
};

use tempfile::TempDir;

use super::{
    cluster::{Cluster, PASSWORD, ROLE, url_at},
    programs::{as_owner, folder, free_port, named_by, signal, wait_for_port},
};

pub struct Pgbouncer {
    pub port: u16,
    process: Child,
    _folder: TempDir,
}

impl Pgbouncer {
    /// In front of a cluster, with so many connections to it.
    pub fn before(cluster: &Cluster, connections: u32) -> Self {
        let (folder, port) = (folder(), free_port());
        let path = |name: &str| folder.path().join(name);
        fs::write(path("users"), format!("\"{ROLE}\" \"{PASSWORD}\"\n")).unwrap();
        let configuration = include_str!("pgbouncer.ini")
            .replace("CLUSTER", &cluster.port.to_string())
            .replace("PORT", &port.to_string())
            .replace("FOLDER", folder.path().to_str().unwrap())
            .replace("CONNECTIONS", &connections.to_string());
        fs::write(path("pgbouncer.ini"), configuration).unwrap();
        let mut command = as_owner(&named_by("PGBOUNCER"));
        command.arg("-q").arg(path("pgbouncer.ini")).stdout(Stdio::null()).stderr(Stdio::null());
        let process = command.spawn().unwrap();
        let pgbouncer = Self { port, process, _folder: folder };
        wait_for_port(port);
        pgbouncer
    }

    /// The address of the role's database.
    pub fn url(&self) -> String {
        url_at(self.port)
    }
}

impl Drop for Pgbouncer {
    fn drop(&mut self) {
        signal("-TERM", &[self.process.id()]);
        let _ = self.process.wait();
    }
}
