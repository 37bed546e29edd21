//! Transactions through a pooler.
//!
//! A pooler in transaction mode gives each transaction any of its connections, on which other
//! clients may have prepared statements of the same names. The ORM's driver names every statement;
//! here the same driver runs them without names. A transaction keeps its connection to its end, so
//! it finds its statements again.

use std::sync::Arc;

use async_stream::try_stream;
use futures_util::{Stream, TryStreamExt};
use sea_orm::{
    DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    sqlx::{
        self, AssertSqlSafe, PgPool, Postgres, Transaction, postgres::PgQueryResult, query::Query,
        query_with, raw_sql,
    },
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::Mutex;

pub(super) struct PoolerTransaction(Mutex<Transaction<'static, Postgres>>);

impl PoolerTransaction {
    pub(super) async fn begin(pool: &PgPool) -> Result<Self, DbErr> {
        Ok(Self(Mutex::new(pool.begin().await.map_err(failed)?)))
    }

    pub(super) async fn commit(self) -> Result<(), DbErr> {
        self.0.into_inner().commit().await.map_err(failed)
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        self.0.into_inner().rollback().await.map_err(failed)
    }

    pub(super) async fn execute(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut connection = self.0.lock().await;
        Ok(unnamed(statement).execute(&mut **connection).await.map_err(failed)?.into())
    }

    pub(super) async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let mut connection = self.0.lock().await;
        let done = raw_sql(AssertSqlSafe(sql)).execute(&mut **connection).await;
        let done: PgQueryResult = done.map_err(failed)?;
        Ok(done.into())
    }

    pub(super) async fn copy_in(
        &self,
        statement: &str,
        messages: impl Iterator<Item = Vec<u8>>,
    ) -> Result<(), DbErr> {
        let mut connection = self.0.lock().await;
        let mut copy = connection.copy_in_raw(statement).await.map_err(failed)?;
        for message in messages {
            copy.send(message).await.map_err(failed)?;
        }
        copy.finish().await.map_err(failed).map(drop)
    }

    pub(super) async fn query_one(
        &self,
        statement: Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        let mut connection = self.0.lock().await;
        let row = unnamed(statement).fetch_optional(&mut **connection).await.map_err(failed)?;
        Ok(row.map(QueryResult::from))
    }

    pub(super) async fn query_all(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.stream(statement).try_collect().await
    }

    pub(super) fn stream(
        &self,
        statement: Statement,
    ) -> impl Stream<Item = Result<QueryResult, DbErr>> + Send {
        try_stream! {
            let mut connection = self.0.lock().await;
            let mut rows = unnamed(statement).fetch(&mut **connection);
            while let Some(row) = rows.try_next().await.map_err(failed)? {
                yield QueryResult::from(row);
            }
        }
    }
}

fn unnamed(statement: Statement) -> Query<'static, Postgres, SqlxValues> {
    let values = SqlxValues(statement.values.unwrap_or(Values(Vec::new())));
    // The ORM built the text, and values are bound to it.
    query_with(AssertSqlSafe(statement.sql), values).persistent(false)
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}
