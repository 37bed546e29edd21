//! How to reach PostgreSQL: from URLs, from settings, from a secret.

use std::fs;

use anyhow::Context;
use config::{DatabaseSettings, TlsMode};
use sea_orm::sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};
use url::Url;

use super::secrets::Login;

/// The parameters of a URL that the driver knows.
const KNOWN: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// PostgreSQL's own port.
const PORT: u16 = 5432;

/// The options of `--database-url`.
pub(super) fn of_url(url: &str, settings: &DatabaseSettings) -> anyhow::Result<PgConnectOptions> {
    // The address may hold a password, so it is not repeated.
    let mut url: Url = url.parse().context("cannot read the database's URL")?;
    let parameters: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    url.set_query(None);
    for (name, value) in parameters {
        // The driver would log an unknown parameter with its value.
        if KNOWN.contains(&name.as_str()) || name.starts_with("options[") {
            url.query_pairs_mut().append_pair(&name, &value);
        } else {
            tracing::warn!("ignoring the parameter {name} of the database's URL");
        }
    }
    let options = PgConnectOptions::from_url(&url).context("cannot read the database's URL")?;
    with_tls(options, settings)
}

/// The options of the settings, for a login from a secret. They have no login.
pub(super) fn of_settings(settings: &DatabaseSettings) -> anyhow::Result<PgConnectOptions> {
    // The driver must not read passwords from other clients' files.
    with_tls(PgConnectOptions::new_without_pgpass(), settings)
}

/// Adds the secret's login, and its other values where the settings have none.
pub(super) fn with_login(
    options: PgConnectOptions,
    login: &Login,
    settings: &DatabaseSettings,
) -> anyhow::Result<PgConnectOptions> {
    let host = settings.database_host.as_ref().or(login.host.as_ref());
    let host = host.context("neither the secret nor --database-host names the host")?;
    let name = settings.database_name.as_ref().or(login.name.as_ref());
    let name = name.context("neither the secret nor --database-name names the database")?;
    let port = settings.database_port.or(login.port).unwrap_or(PORT);
    Ok(options
        .host(host)
        .port(port)
        .database(name)
        .username(&login.username)
        .password(&login.password))
}

fn with_tls(
    mut options: PgConnectOptions,
    settings: &DatabaseSettings,
) -> anyhow::Result<PgConnectOptions> {
    if let Some(mode) = settings.database_tls {
        options = options.ssl_mode(match mode {
            TlsMode::Disable => PgSslMode::Disable,
            TlsMode::Prefer => PgSslMode::Prefer,
            TlsMode::Require => PgSslMode::Require,
            TlsMode::VerifyCa => PgSslMode::VerifyCa,
            TlsMode::VerifyFull => PgSslMode::VerifyFull,
        });
    }
    let Some(root) = &settings.database_tls_root else { return Ok(options) };
    let pem = fs::read(root);
    let pem = pem.with_context(|| format!("cannot read --database-tls-root {}", root.display()))?;
    Ok(options.ssl_root_cert_from_pem(pem))
}
