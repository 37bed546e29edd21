//! Certificates of the test's own: an authority, what it certifies for `localhost`, and another
//! authority that has certified nothing.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use super::programs::{folder, is_root, owner, run};

pub struct Certificates {
    /// The authority's certificate.
    pub root: PathBuf,
    /// That of an authority that the server's certificate is not from.
    pub other_root: PathBuf,
    /// The server's certificate and its key.
    pub certificate: PathBuf,
    pub key: PathBuf,
    _folder: TempDir,
}

impl Certificates {
    pub fn for_localhost() -> Self {
        let folder = folder();
        let path = |name: &str| folder.path().join(name);
        authority(&path("root"));
        authority(&path("other"));
        let names = "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n\
                     extendedKeyUsage=serverAuth\n";
        fs::write(path("names"), names).unwrap();
        let mut request = openssl(&["req", "-new", "-subj", "/CN=localhost"]);
        let request = request.arg("-keyout").arg(path("server.key"));
        run(request.arg("-out").arg(path("server.csr")));
        let mut sign = openssl(&["x509", "-req", "-days", "2", "-CAcreateserial"]);
        sign.arg("-in").arg(path("server.csr")).arg("-extfile").arg(path("names"));
        sign.arg("-CA").arg(path("root.crt")).arg("-CAkey").arg(path("root.key"));
        run(sign.arg("-out").arg(path("server.crt")));
        run(Command::new("chmod").arg("600").arg(path("server.key")));
        if is_root() {
            run(Command::new("chown").arg(owner()).arg(path("server.key")));
        }
        Self {
            root: path("root.crt"),
            other_root: path("other.crt"),
            certificate: path("server.crt"),
            key: path("server.key"),
            _folder: folder,
        }
    }
}

fn authority(path: &Path) {
    let mut request = openssl(&["req", "-x509", "-days", "2", "-subj", "/CN=candleql tests"]);
    request.args(["-addext", "basicConstraints=critical,CA:TRUE"]);
    request.args(["-addext", "keyUsage=critical,keyCertSign"]);
    request.arg("-keyout").arg(path.with_extension("key"));
    run(request.arg("-out").arg(path.with_extension("crt")));
}

/// `openssl` with new keys that have no password.
fn openssl(arguments: &[&str]) -> Command {
    let mut command = Command::new("openssl");
    command.args(arguments);
    if arguments[0] == "req" {
        command.args(["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"]);
    }
    command
}
