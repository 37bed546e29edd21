//! A real nginx in front of two replicas, which knows nothing of their health.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::programs::{folder, free_port, named_by, signal, wait_for_port};

pub struct Nginx {
    /// Host and port.
    pub address: String,
    folder: TempDir,
    process: Child,
}

impl Nginx {
    /// Starts nginx in front of servers at these ports.
    pub fn before(ports: [u16; 2]) -> Self {
        let (folder, port) = (folder(), free_port());
        let configuration = include_str!("nginx.conf")
            .replace("PORT", &port.to_string())
            .replace("FIRST", &ports[0].to_string())
            .replace("SECOND", &ports[1].to_string());
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).unwrap();
        let mut command = Command::new(named_by("NGINX"));
        command.arg("-p").arg(folder.path()).arg("-c").arg(file);
        command.arg("-e").arg(folder.path().join("error.log"));
        let process = command.stderr(Stdio::null()).spawn().unwrap();
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

    /// How many requests nginx has answered, and how many of them it has asked more than once.
    pub fn answered(&self) -> (usize, usize) {
        let log = fs::read_to_string(self.folder.path().join("access.log")).unwrap();
        (log.lines().count(), log.lines().filter(|line| line.contains(',')).count())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        signal("-TERM", &[self.process.id()]);
        let _ = self.process.wait();
    }
}
