//! What imports announce to every server.

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr,
    sqlx::{
        self,
        postgres::{PgListener, PgPoolOptions},
    },
};

use super::{Database, Engine, Session};
use crate::Error;

/// The channel on which imports announce themselves.
const CHANNEL: &str = "candleql_import";

impl Session {
    /// Announces to every server, once the transaction commits, that it has changed something. An
    /// embedded database cannot announce.
    pub async fn announce(&self) -> Result<(), DbErr> {
        if self.get_database_backend() == DbBackend::Postgres {
            self.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
        }
        Ok(())
    }
}

/// A connection that hears the announcements of imports.
pub struct Announcements {
    listener: PgListener,
    db: Database,
}

impl Announcements {
    /// Listens from now on. Only PostgreSQL can announce, and only a primary without a pooler in
    /// between.
    pub async fn listen(db: &Database) -> Result<Option<Self>, Error> {
        let Engine::Postgres(postgres) = &*db.0 else { return Ok(None) };
        if postgres.is_pooled() {
            return Ok(None);
        }
        let options = postgres.writer().pool().connect_options();
        let pool = PgPoolOptions::new().max_connections(1).connect_lazy_with((*options).clone());
        let listening = async {
            let mut listener = PgListener::connect_with(&pool).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        match listening.await {
            Ok(listener) => Ok(Some(Self { listener, db: db.clone() })),
            Err(error) => db.noted(Err(Error::from(error))),
        }
    }

    /// Waits for the next announcement, or for a new connection after the old one broke, because an
    /// announcement may be lost.
    pub async fn next(&mut self) -> Result<(), Error> {
        let heard = self.listener.try_recv().await;
        self.db.noted(heard.map(drop).map_err(Error::from))
    }
}
