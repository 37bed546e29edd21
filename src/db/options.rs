//! How to reach PostgreSQL: from URLs, from settings, from a secret.

use anyhow::Context;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::{
    config::{DatabaseSettings, TlsMode},
    secrets::Login,
};

/// PostgreSQL's own port.
const PORT: u16 = 5432;

/// What `--database-url` says.
pub(super) fn of_url(url: &str, settings: &DatabaseSettings) -> anyhow::Result<PgConnectOptions> {
    // The address may hold a password, so it is not repeated.
    let options = url.parse::<PgConnectOptions>().context("cannot read the database's URL")?;
    Ok(with_tls(options, settings))
}

/// What the settings say where a secret has the login. It is without one.
pub(super) fn of_settings(settings: &DatabaseSettings) -> PgConnectOptions {
    // Nothing is taken from files and variables that other clients read.
    with_tls(PgConnectOptions::new_without_pgpass(), settings)
}

/// With the login and whatever else a secret says that the settings do not.
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

fn with_tls(mut options: PgConnectOptions, settings: &DatabaseSettings) -> PgConnectOptions {
    if let Some(mode) = settings.database_tls {
        options = options.ssl_mode(match mode {
            TlsMode::Disable => PgSslMode::Disable,
            TlsMode::Prefer => PgSslMode::Prefer,
            TlsMode::Require => PgSslMode::Require,
            TlsMode::VerifyCa => PgSslMode::VerifyCa,
            TlsMode::VerifyFull => PgSslMode::VerifyFull,
        });
    }
    match &settings.database_tls_root {
        Some(root) => options.ssl_root_cert(root),
        None => options,
    }
}
