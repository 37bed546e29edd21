//! A real nginx in front of two replicas, which knows nothing of their health.

use std::{
    fs,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

use super::programs::{folder, free_port, named_by, signal};

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
        let servers: String =
            ports.iter().map(|port| format!("server 127.0.0.1:{port} max_fails=0;\n")).collect();
        let configuration = format!(
            "daemon off;\nworker_processes 1;\npid nginx.pid;\nerror_log error.log info;\n\
             events {{ worker_connections 1024; }}\n\
             http {{\n\
             log_format tries '$status $upstream_status $upstream_connect_time $request_time';\n\
             access_log access.log tries;\n\
             client_body_temp_path body;\nproxy_temp_path proxy;\nfastcgi_temp_path fastcgi;\n\
             uwsgi_temp_path uwsgi;\nscgi_temp_path scgi;\n\
             upstream replicas {{ {servers} keepalive 32; }}\n\
             server {{\n\
             listen 127.0.0.1:{port};\n\
             location / {{\n\
             proxy_pass http://replicas;\n\
             proxy_http_version 1.1;\nproxy_set_header Connection '';\n\
             # Queries change nothing, so that another replica may be asked again: one that has\n\
             # just begun to listen says 503 until it is ready.\n\
             proxy_next_upstream error timeout http_503 non_idempotent;\n\
             }}\n}}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        fs::write(&file, configuration).unwrap();
        let mut command = Command::new(named_by("NGINX"));
        command.arg("-p").arg(folder.path()).arg("-c").arg(file);
        command.arg("-e").arg(folder.path().join("error.log"));
        let process = command.stderr(Stdio::null()).spawn().unwrap();
        let nginx = Self { address: format!("127.0.0.1:{port}"), folder, process };
        super::programs::wait_for_port(port);
        nginx
    }

    /// Answers that were cut off: nginx had sent a request to a replica, and the connection ended.
    pub fn cut_off(&self) -> Vec<String> {
        let log = fs::read_to_string(self.folder.path().join("error.log")).unwrap();
        let cut =
            |line: &&str| line.contains("prematurely closed") || line.contains("reset by peer");
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
