//! A PostgreSQL cluster of the test's own: started, stopped, restarted, paused, gone when dropped.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use tempfile::TempDir;

use super::{
    programs::{as_owner, folder, free_port, postgres, run, signal},
    tls::Certificates,
};

/// The role that the server connects as, and the name of its database.
pub const ROLE: &str = "candleql";

/// The role's password at first.
pub const PASSWORD: &str = "first-pass-7Qx";

pub struct Cluster {
    pub port: u16,
    folder: TempDir,
}

impl Cluster {
    /// A running cluster with the role and its database, without tables.
    pub fn start_new() -> Self {
        let cluster = Self::init();
        cluster.start();
        cluster.create_database();
        cluster
    }

    /// One that also takes connections by TLS, with a certificate for `localhost`.
    pub fn with_tls(certificates: &Certificates) -> Self {
        let cluster = Self::init();
        let [certificate, key] =
            [&certificates.certificate, &certificates.key].map(|path| path.display());
        let settings =
            format!("ssl = on\nssl_cert_file = '{certificate}'\nssl_key_file = '{key}'\n");
        cluster.configure(&settings);
        cluster.start();
        cluster.create_database();
        cluster
    }

    /// A standby that follows this cluster, running.
    pub fn standby(&self) -> Self {
        let standby = Self { port: free_port(), folder: folder() };
        let mut backup = as_owner(&postgres("pg_basebackup"));
        backup.arg("-h").arg(self.folder.path()).args(["-p", &self.port.to_string()]);
        backup.args(["-U", "postgres", "-R", "-X", "stream", "-c", "fast", "--no-sync", "-D"]);
        run(backup.arg(standby.data()));
        standby.start();
        standby
    }

    fn init() -> Self {
        let cluster = Self { port: free_port(), folder: folder() };
        let mut initdb = as_owner(&postgres("initdb"));
        initdb.args(["-U", "postgres", "-A", "trust", "--encoding=UTF8", "--locale=C"]);
        run(initdb.arg("--no-sync").arg("-D").arg(cluster.data()));
        // Superusers come by the socket, the role comes by TCP with its password.
        let access = "local all,replication postgres trust\n\
                      host all candleql 127.0.0.1/32 scram-sha-256\n";
        fs::write(cluster.data().join("pg_hba.conf"), access).unwrap();
        cluster.configure(
            "listen_addresses = '127.0.0.1'\nmax_connections = 200\nshared_buffers = 32MB\n\
             fsync = off\nfull_page_writes = off\nlog_statement = all\nlog_line_prefix = '%t %u '\n",
        );
        cluster
    }

    fn configure(&self, settings: &str) {
        let file = self.data().join("postgresql.conf");
        let before = fs::read_to_string(&file).unwrap();
        fs::write(file, before + settings).unwrap();
    }

    fn create_database(&self) {
        self.sql_in("postgres", &format!("CREATE ROLE {ROLE} LOGIN"));
        self.set_password(PASSWORD);
        self.sql_in("postgres", &format!("CREATE DATABASE {ROLE} OWNER {ROLE}"));
    }

    /// Returns when the cluster takes connections.
    pub fn start(&self) {
        let options = format!("-p {} -k {}", self.port, self.folder.path().display());
        let mut start = self.pg_ctl("start");
        start.arg("-l").arg(self.folder.path().join("log")).args(["-o", &options]);
        // A pipe would stay open for as long as the cluster runs.
        let status = start.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        assert!(status.success(), "{}", self.log());
    }

    /// How to stop: `fast` ends the sessions, `immediate` is a crash.
    pub fn stop(&self, how: &str) {
        run(self.pg_ctl("stop").args(["-m", how]));
    }

    /// Stops every process of the cluster where it is; connections stay, and hang.
    pub fn pause(&self) {
        // The first stops first, so that it starts no others meanwhile.
        let postmaster = self.postmaster();
        signal("-STOP", &[postmaster]);
        signal("-STOP", &children(postmaster));
    }

    pub fn resume(&self) {
        let postmaster = self.postmaster();
        signal("-CONT", &children(postmaster));
        signal("-CONT", &[postmaster]);
    }

    /// Changes the role's password; sessions that are open stay so.
    pub fn set_password(&self, password: &str) {
        self.sql_in("postgres", &format!("ALTER ROLE {ROLE} PASSWORD '{password}'"));
    }

    /// Runs SQL in the role's database; gives the rows, `|` between columns.
    #[track_caller]
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in(ROLE, sql)
    }

    #[track_caller]
    fn sql_in(&self, database: &str, sql: &str) -> String {
        run(self.psql(database).args(["-c", sql])).trim_end().to_owned()
    }

    /// `psql` as a superuser, without what the user has in a file.
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = Command::new(postgres("psql"));
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "postgres"]);
        psql.arg("-h").arg(self.folder.path()).args(["-p", &self.port.to_string(), "-d", database]);
        psql
    }

    /// The address of the role's database.
    pub fn url(&self) -> String {
        url_at(self.port)
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the cluster has logged, every statement among it.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn pg_ctl(&self, action: &str) -> Command {
        let mut pg_ctl = as_owner(&postgres("pg_ctl"));
        pg_ctl.args([action, "-w", "-D"]).arg(self.data());
        pg_ctl
    }

    fn postmaster(&self) -> u32 {
        let file = fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        file.lines().next().unwrap().parse().unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            self.resume();
            let _ = self.pg_ctl("stop").args(["-m", "immediate"]).output();
        }
    }
}

/// The address of the role's database where something else than the cluster listens.
pub fn url_at(port: u16) -> String {
    format!("postgres://{ROLE}:{PASSWORD}@127.0.0.1:{port}/{ROLE}")
}

fn children(parent: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| {
        let id: u32 = entry.ok()?.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        // After the name, which stands in brackets: the state, and the parent.
        let is_child = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse() == Ok(parent);
        is_child.then_some(id)
    });
    processes.collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::{net::TcpStream, time::timeout};

    use super::*;

    /// `psql` as the role by TCP, with a password and perhaps more.
    fn as_role(cluster: &Cluster, password: &str, more: &str) -> bool {
        let mut psql = Command::new(postgres("psql"));
        psql.env("PGPASSWORD", password).env("PGCONNECT_TIMEOUT", "2");
        let port = cluster.port;
        psql.arg(format!("host=127.0.0.1 port={port} dbname={ROLE} user={ROLE} {more}"));
        psql.args(["-X", "-c", "SELECT 1"]).output().unwrap().status.success()
    }

    #[test]
    fn the_role_comes_with_its_password_only() {
        let cluster = Cluster::start_new();
        assert!(as_role(&cluster, PASSWORD, ""));
        assert!(!as_role(&cluster, "wrong", ""));
        cluster.set_password("second");
        assert!(!as_role(&cluster, PASSWORD, ""));
        assert!(as_role(&cluster, "second", ""));
        for how in ["fast", "immediate"] {
            cluster.stop(how);
            assert!(!as_role(&cluster, "second", ""));
            cluster.start();
            assert!(as_role(&cluster, "second", ""));
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_paused_cluster_hangs_and_goes_on() {
        let cluster = Cluster::start_new();
        assert!(!children(cluster.postmaster()).is_empty());
        cluster.pause();
        // The system takes the connection; no program answers.
        let stream = TcpStream::connect(("127.0.0.1", cluster.port)).await.unwrap();
        stream.try_write(&[0, 0, 0, 8, 4, 210, 22, 47]).unwrap();
        let readable = timeout(Duration::from_millis(300), stream.readable()).await;
        cluster.resume();
        assert!(readable.is_err());
        assert_eq!(cluster.sql("SELECT 1"), "1");
        timeout(Duration::from_secs(2), stream.readable()).await.unwrap().unwrap();
    }

    #[test]
    fn a_standby_follows_and_does_not_write() {
        let cluster = Cluster::start_new();
        let standby = cluster.standby();
        cluster.sql("CREATE TABLE t AS SELECT 7 AS n");
        let seen = || standby.sql("SELECT count(*) FROM pg_class WHERE relname = 't'") == "1";
        for _ in 0..100 {
            if seen() {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(standby.sql("SELECT n FROM t"), "7");
        assert_eq!(standby.sql("SHOW transaction_read_only"), "on");
    }

    #[test]
    fn certificates_are_for_localhost_and_from_one_authority() {
        let certificates = Certificates::for_localhost();
        let cluster = Cluster::with_tls(&certificates);
        let connects = |mode: &str, root: &std::path::Path, host: &str| {
            let root = root.display();
            let more = format!("sslmode={mode} sslrootcert={root} host={host}");
            as_role(&cluster, PASSWORD, &more)
        };
        assert!(connects("verify-full", &certificates.root, "localhost"));
        assert!(!connects("verify-full", &certificates.other_root, "localhost"));
        assert!(!connects("verify-full", &certificates.root, "127.0.0.1"));
        assert!(connects("verify-ca", &certificates.root, "127.0.0.1"));
    }
}
