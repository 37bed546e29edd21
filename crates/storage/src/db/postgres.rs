//! PostgreSQL in production: replicas that lag, passwords that change, servers that fail.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use config::DatabaseSettings;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, TransactionTrait, metric,
    sqlx::postgres::PgConnectOptions,
};
use tokio::time::timeout;

use super::{
    PoolSize, ReadQuery, Session,
    credentials::{Credentials, Version},
    endpoint::{Endpoint, Role},
    error_class::ErrorClass,
    found, options,
    secrets::Secret,
};
use crate::Error;

pub(super) struct Postgres {
    reader: Option<Endpoint>,
    writer: Endpoint,
    /// The login, if it comes from a secret.
    credentials: Option<Credentials>,
    /// Every read ends within this time, with an answer or an error.
    patience: Duration,
    is_pooled: bool,
}

impl Postgres {
    pub(super) fn open(
        settings: &DatabaseSettings,
        observe: impl Fn(&metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) -> anyhow::Result<Self> {
        let secret = settings.database_secret_id.as_deref().map(Secret::new);
        let writer = match &secret {
            Some(_) => options::of_settings(settings)?,
            None => options::of_url(&settings.database_url, settings)?,
        };
        let reader = settings.database_reader_url.as_ref();
        let reader = reader.map(|url| options::of_url(url, settings)).transpose()?;
        let has_login = secret.is_none();
        let endpoint = |role, options: &PgConnectOptions| {
            Endpoint::new(role, options.clone(), settings, has_login, observe.clone())
        };
        let postgres = Self {
            reader: reader.as_ref().map(|options| endpoint(Role::Reader, options)),
            writer: endpoint(Role::Writer, &writer),
            credentials: None,
            patience: settings.database_statement_timeout + settings.database_acquire_timeout,
            is_pooled: settings.database_pooler,
        };
        let Some(secret) = secret else { return Ok(postgres) };
        let settings = settings.clone();
        let endpoints = (postgres.writer.clone(), postgres.reader.clone().zip(reader));
        let credentials = Credentials::new(secret, move |login| {
            let (endpoint, reader) = &endpoints;
            let options = options::with_login(writer.clone(), &login, &settings)?;
            endpoint.set_options(options, &settings);
            if let Some((endpoint, options)) = reader {
                let options = options.clone().username(&login.username).password(&login.password);
                endpoint.set_options(options, &settings);
            }
            Ok(())
        });
        Ok(Self { credentials: Some(credentials), ..postgres })
    }

    pub(super) fn is_pooled(&self) -> bool {
        self.is_pooled
    }

    /// The server for writes.
    pub(super) fn writer(&self) -> &Endpoint {
        &self.writer
    }

    /// Reads from the replica if its answer is as good.
    pub(super) async fn read<R: ReadQuery>(&self, read: &R) -> Result<R::Output, Error> {
        self.patiently(|| self.read_somewhere(read)).await
    }

    pub(super) async fn begin(&self) -> Result<Session, Error> {
        self.patiently(async || Ok(self.writer.begin().await?)).await
    }

    /// A session for an import. Tables grow during the import, while PostgreSQL plans with old
    /// statistics, or with those of its daemon, which sees none of the new rows. It would read all
    /// instruments for each row, to look for the row's one. Every search has an index.
    pub(super) async fn begin_import(&self) -> Result<Session, Error> {
        self.patiently(async || {
            let session = self.writer.begin_as(true).await?;
            session.execute_unprepared("SET LOCAL enable_seqscan = off").await?;
            Ok(session)
        })
        .await
    }

    pub(super) async fn begin_named(&self) -> Result<DatabaseTransaction, Error> {
        self.patiently(async || Ok(self.writer.orm().begin().await?)).await
    }

    /// Tries, and tries again with a new login if the database refuses the old one.
    async fn patiently<T, F: Future<Output = Result<T, Error>>>(
        &self,
        attempt: impl Fn() -> F,
    ) -> Result<T, Error> {
        let trying = async {
            loop {
                let login = self.login().await;
                let result = attempt().await;
                match (&self.credentials, &result) {
                    (Some(credentials), Err(error))
                        if ErrorClass::of(error) == ErrorClass::Login =>
                    {
                        credentials.refuse(login);
                    }
                    _ => return result,
                }
            }
        };
        timeout(self.patience, trying).await.unwrap_or_else(|_| {
            let limit = self.patience.as_millis();
            let error = format!("no answer within {limit} ms, or the login is refused");
            Err(unavailable(error))
        })
    }

    /// The login to try with, once a try makes sense. Open connections need none.
    async fn login(&self) -> Version {
        let Some(credentials) = &self.credentials else { return 0 };
        if credentials.newest() > 0 && self.pool_size().idle > 0 {
            return credentials.newest();
        }
        credentials.usable().await
    }

    async fn read_somewhere<R: ReadQuery>(&self, read: &R) -> Result<R::Output, Error> {
        if let Some(reader) = self.reader.as_ref().filter(|reader| !reader.is_avoided())
            && let Some(found) = self.read_from_replica(reader, read).await
        {
            return found;
        }
        self.writer.read(read).await.and_then(found)
    }

    /// Reads from the replica; none if the database itself should answer. An address may stand for
    /// several replicas, of which one goes silent while others answer. So the read gets half of the
    /// time.
    async fn read_from_replica<R: ReadQuery>(
        &self,
        reader: &Endpoint,
        read: &R,
    ) -> Option<Result<R::Output, Error>> {
        let read = timeout(self.patience / 2, reader.read(read)).await;
        let error = match read.unwrap_or_else(|_| Err(unavailable("the replica takes too long"))) {
            Ok(Some(value)) => return Some(Ok(value)),
            Ok(None) => {
                tracing::debug!("the replica is behind; asking the database");
                return None;
            }
            Err(error) => error,
        };
        match ErrorClass::of(&error) {
            // The database itself would take as long.
            ErrorClass::Canceled => return Some(Err(error)),
            ErrorClass::Away => reader.avoid(),
            ErrorClass::Login => {
                reader.avoid();
                if let Some(credentials) = &self.credentials {
                    credentials.refuse(credentials.newest());
                }
            }
            ErrorClass::ReadOnly | ErrorClass::Other => {}
        }
        let error = error.with_causes();
        tracing::warn!(error, "cannot read from the replica; asking the database");
        None
    }

    /// Waits until one of the servers for reads answers.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        if let Some(reader) = &self.reader
            && reader.ping().await.is_ok()
        {
            return Ok(());
        }
        let answer = self.writer.ping().await;
        if let (Some(credentials), Err(error)) = (&self.credentials, &answer)
            && ErrorClass::of(error) == ErrorClass::Login
        {
            credentials.refuse(credentials.newest());
        }
        answer
    }

    /// Notes what an error says about the server for writes. After a failover, the open connections
    /// lead to a server that is a standby now.
    pub(super) fn note(&self, error: &Error) {
        if ErrorClass::of(error) == ErrorClass::ReadOnly {
            tracing::warn!("the database is read-only; opening new connections");
            self.writer.retire();
        }
    }

    pub(super) fn pool_size(&self) -> PoolSize {
        let writer = PoolSize::from(self.writer.pool());
        self.reader.iter().fold(writer, |sum, reader| sum + reader.pool().into())
    }

    pub(super) async fn close(&self) {
        for endpoint in self.reader.iter().chain([&self.writer]) {
            endpoint.close().await;
        }
    }
}

fn unavailable(why: impl Into<String>) -> Error {
    Error::Unavailable(Arc::new(anyhow!(why.into())))
}
