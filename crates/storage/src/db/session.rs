//! A session with the database, for reads and writes of entities.

use std::pin::Pin;

use futures_util::{StreamExt, stream::BoxStream};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, Statement, StreamTrait,
};

use super::{cancel_on_drop::CancelOnDrop, pooler_transaction::PoolerTransaction};

/// Runs statements one after the other: in one transaction, except for reads of an embedded
/// database.
pub struct Session {
    pub(super) kind: Kind,
    is_replica: bool,
    /// Cancels the current statement if the caller drops a reading session before its end.
    pub(super) on_drop: Option<CancelOnDrop>,
}

pub(super) enum Kind {
    Connection(DatabaseConnection),
    Transaction(DatabaseTransaction),
    Pooler(PoolerTransaction),
}

impl Session {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, is_replica: false, on_drop: None }
    }

    pub(super) fn of_replica(self) -> Self {
        Self { is_replica: true, ..self }
    }

    /// Whether the session may read older data than the database itself has.
    #[must_use]
    pub fn is_replica(&self) -> bool {
        self.is_replica
    }

    /// Sends the data of a PostgreSQL COPY statement. Only sessions of imports can.
    pub async fn copy_in(
        &self,
        statement: &str,
        messages: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), DbErr> {
        let Kind::Pooler(transaction) = &self.kind else {
            return Err(DbErr::Custom("this session cannot copy".to_owned()));
        };
        transaction.copy_in(statement, messages).await
    }

    /// Commits the transaction.
    pub async fn commit(self) -> Result<(), DbErr> {
        match self.kind {
            Kind::Connection(_) => Ok(()),
            Kind::Transaction(transaction) => transaction.commit().await,
            Kind::Pooler(transaction) => transaction.commit().await,
        }
    }

    /// Rolls the transaction back.
    pub async fn rollback(self) -> Result<(), DbErr> {
        match self.kind {
            Kind::Connection(_) => Ok(()),
            Kind::Transaction(transaction) => transaction.rollback().await,
            Kind::Pooler(transaction) => transaction.rollback().await,
        }
    }

    /// Ends a session that has only read, in the background.
    pub(super) fn end(mut self) {
        if let Some(on_drop) = self.on_drop.take() {
            on_drop.disarm();
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Session {
    fn get_database_backend(&self) -> DbBackend {
        match &self.kind {
            Kind::Connection(connection) => ConnectionTrait::get_database_backend(connection),
            Kind::Transaction(transaction) => ConnectionTrait::get_database_backend(transaction),
            Kind::Pooler(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.kind {
            Kind::Connection(connection) => connection.execute_raw(statement).await,
            Kind::Transaction(transaction) => transaction.execute_raw(statement).await,
            Kind::Pooler(transaction) => transaction.execute(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.kind {
            Kind::Connection(connection) => connection.execute_unprepared(sql).await,
            Kind::Transaction(transaction) => transaction.execute_unprepared(sql).await,
            Kind::Pooler(transaction) => transaction.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.kind {
            Kind::Connection(connection) => connection.query_one_raw(statement).await,
            Kind::Transaction(transaction) => transaction.query_one_raw(statement).await,
            Kind::Pooler(transaction) => transaction.query_one(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.kind {
            Kind::Connection(connection) => connection.query_all_raw(statement).await,
            Kind::Transaction(transaction) => transaction.query_all_raw(statement).await,
            Kind::Pooler(transaction) => transaction.query_all(statement).await,
        }
    }
}

type Rows<'a> = BoxStream<'a, Result<QueryResult, DbErr>>;

impl StreamTrait for Session {
    type Stream<'a> = Rows<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(self)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Rows<'a>, DbErr>> + 'a + Send>> {
        Box::pin(async move {
            Ok(match &self.kind {
                Kind::Connection(connection) => connection.stream_raw(statement).await?.boxed(),
                Kind::Transaction(transaction) => transaction.stream_raw(statement).await?.boxed(),
                Kind::Pooler(transaction) => transaction.stream(statement).boxed(),
            })
        })
    }
}
