//! PostgreSQL in production: replicas that lag, passwords that change, servers that go away.

use std::{sync::Arc, time::Duration};

use anyhow::anyhow;
use futures_util::future::select_ok;
use sea_orm::{DatabaseTransaction, TransactionTrait, metric};
use tokio::time::timeout;

use super::{
    PoolSize, Read, Session,
    credentials::{Credentials, Version},
    endpoint::{Endpoint, Role},
    fault::Fault,
    found, options,
};
use crate::{config::DatabaseSettings, error::Error, secrets::Secret};

pub(super) struct Postgres {
    reader: Option<Endpoint>,
    writer: Endpoint,
    /// Where the login comes from a secret.
    credentials: Option<Credentials>,
    /// Within this, a read has been answered or is given up, whatever it waits for.
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
            Some(_) => options::of_settings(settings),
            None => options::of_url(&settings.database_url, settings)?,
        };
        let reader = settings.database_reader_url.as_ref();
        let reader = reader.map(|url| options::of_url(url, settings)).transpose()?;
        let endpoint = |role, options: &_| {
            Endpoint::new(role, Clone::clone(options), settings, observe.clone())
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

    pub(super) fn writer(&self) -> &Endpoint {
        &self.writer
    }

    /// Reads from the replica if that is as good.
    pub(super) async fn read<R: Read>(&self, read: &R) -> Result<R::Output, Error> {
        self.patiently(|| self.read_somewhere(read)).await
    }

    pub(super) async fn begin(&self) -> Result<Session, Error> {
        self.patiently(async || Ok(self.writer.begin().await?)).await
    }

    pub(super) async fn begin_named(&self) -> Result<DatabaseTransaction, Error> {
        self.patiently(async || Ok(self.writer.orm().begin().await?)).await
    }

    /// Tries, and once more with a new login where the old one is refused.
    async fn patiently<T, F: Future<Output = Result<T, Error>>>(
        &self,
        attempt: impl Fn() -> F,
    ) -> Result<T, Error> {
        let trying = async {
            loop {
                let login = match &self.credentials {
                    Some(credentials) => credentials.usable().await,
                    None => 0,
                };
                let result = attempt().await;
                if !self.is_refused(login, result.as_ref().err()) {
                    return result;
                }
            }
        };
        timeout(self.patience, trying).await.unwrap_or_else(|_| {
            let limit = self.patience.as_millis();
            let error =
                anyhow!("the database took longer than {limit} ms, or its login is refused");
            Err(Error::DatabaseUnavailable(Arc::new(error)))
        })
    }

    /// Whether a new login may help; one is fetched then.
    fn is_refused(&self, login: Version, error: Option<&Error>) -> bool {
        let Some(credentials) = &self.credentials else { return false };
        match error.map(Fault::of) {
            None => credentials.accept(login),
            Some(Fault::Login) => credentials.refuse(login),
            Some(_) => return false,
        }
        error.is_some()
    }

    async fn read_somewhere<R: Read>(&self, read: &R) -> Result<R::Output, Error> {
        if let Some(reader) = self.reader.as_ref().filter(|reader| !reader.is_avoided()) {
            match reader.read(read).await {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => tracing::debug!("the replica is behind; asking the database"),
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::from(error));
                    tracing::warn!(error, "cannot read from the replica; asking the database");
                    reader.avoid();
                }
            }
        }
        self.writer.read(read).await.and_then(found)
    }

    /// Asks the servers that are read from whether one of them lives.
    pub(super) async fn ping(&self) -> Result<(), Error> {
        let login = self.credentials.as_ref().map_or(0, Credentials::newest);
        let endpoints = self.reader.iter().chain([&self.writer]);
        let answer = select_ok(endpoints.map(|endpoint| Box::pin(endpoint.ping()))).await;
        let answer = answer.map(|((), _)| ());
        self.is_refused(login, answer.as_ref().err());
        answer
    }

    /// Notes what an error of the writer says about it: after a failover, the connections that are open
    /// lead to what is a standby now.
    pub(super) fn note(&self, error: &Error) {
        if Fault::of(error) == Fault::ReadOnly {
            tracing::warn!("the database takes no writes: its connections are opened anew");
            self.writer.retire();
        }
    }

    pub(super) fn pool_size(&self) -> PoolSize {
        let pools = self.reader.iter().chain([&self.writer]).map(Endpoint::pool);
        let (open, idle) =
            pools.fold((0, 0), |(open, idle), pool| (open + pool.size(), idle + pool.num_idle()));
        PoolSize::of(open, idle)
    }

    pub(super) async fn close(&self) {
        for endpoint in self.reader.iter().chain([&self.writer]) {
            endpoint.close().await;
        }
    }
}
