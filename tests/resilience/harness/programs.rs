//! The programs around the server: where they are, as whom they run, and ports for them.

use std::{
    env,
    fs::Permissions,
    net::{TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// Where `tests/resilience.sh` found a program, by the name of its variable.
#[track_caller]
pub fn named_by(variable: &str) -> PathBuf {
    let path = env::var_os(variable).filter(|path| !path.is_empty());
    path.unwrap_or_else(|| panic!("{variable} is not set: run tests/resilience.sh")).into()
}

/// One of PostgreSQL's programs: the clients may be elsewhere than the server.
pub fn postgres(program: &str) -> PathBuf {
    let beside_the_server = named_by("PG_BIN").join(program);
    if beside_the_server.exists() { beside_the_server } else { program.into() }
}

/// A folder that goes away with the test, and that those programs can use which refuse to be root.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    if is_root() {
        run(Command::new("chown").arg(owner()).arg(folder.path()));
    }
    folder
}

/// A program as the owner of such a folder.
pub fn as_owner(program: &Path) -> Command {
    let mut command;
    if is_root() {
        command = Command::new("runuser");
        command.args(["-u", owner(), "--"]).arg(program);
    } else {
        command = Command::new(program);
    }
    // The folder that the tests run in may be closed to the owner.
    command.current_dir("/");
    command
}

/// Whom the folders of `folder` belong to.
pub fn owner() -> &'static str {
    let known = Command::new("id").args(["-un", "postgres"]).output().unwrap().status.success();
    if known { "postgres" } else { "nobody" }
}

pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Runs a program to its end, which must be a good one; gives what it printed.
#[track_caller]
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    out.into_owned()
}

/// Sends a signal to processes that this test has started.
pub fn signal(signal: &str, processes: &[u32]) {
    let processes = processes.iter().map(ToString::to_string);
    let _ = Command::new("kill").arg(signal).args(processes).output().unwrap();
}

/// A free port of 127.0.0.1.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until a program listens on a port of 127.0.0.1.
#[track_caller]
pub fn wait_for_port(port: u16) {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < Duration::from_secs(20), "no program listens on port {port}");
        sleep(Duration::from_millis(20));
    }
}
