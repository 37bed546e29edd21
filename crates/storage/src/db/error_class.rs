//! What errors of the database mean: log in again, ask another server, or come back later.

use std::sync::Arc;

use sea_orm::{DbErr, RuntimeErr, sqlx};

use crate::Error;

/// The kind of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ErrorClass {
    /// The database refuses the login; perhaps the password has changed.
    Login,
    /// The database is down, or has no room.
    Away,
    /// It is a standby and takes no writes.
    ReadOnly,
    /// The statement took too long, or another process cancelled it.
    Canceled,
    /// Any other error.
    Other,
}

impl ErrorClass {
    pub(super) fn of(error: &Error) -> Self {
        let Error::Unavailable(error) = error else { return Self::Other };
        error.downcast_ref().map_or(Self::Away, Self::of_orm)
    }

    fn of_orm(error: &DbErr) -> Self {
        match error {
            DbErr::Conn(RuntimeErr::SqlxError(error))
            | DbErr::Exec(RuntimeErr::SqlxError(error))
            | DbErr::Query(RuntimeErr::SqlxError(error)) => Self::of_driver(error),
            DbErr::ConnectionAcquire(_) => Self::Away,
            _ => Self::Other,
        }
    }

    /// By SQLSTATE, PostgreSQL's documentation, appendix A.
    pub(super) fn of_driver(error: &sqlx::Error) -> Self {
        use sqlx::Error::{Database, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed};
        match error {
            Database(error) => match error.code().as_deref() {
                Some("25006") => Self::ReadOnly,
                Some("57014") => Self::Canceled,
                // A standby had to choose between the query and replication, or another session
                // holds a lock.
                Some("40001" | "55P03") => Self::Away,
                Some(code) if code.starts_with("28") => Self::Login,
                Some(code) if ["08", "53", "57P"].iter().any(|class| code.starts_with(class)) => {
                    Self::Away
                }
                _ => Self::Other,
            },
            // What breaks off in the wrong place is not understood either.
            Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed => Self::Away,
            _ => Self::Other,
        }
    }
}

impl Error {
    /// What the error means, for clients, which may not see the database's own message.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match ErrorClass::of(self) {
            ErrorClass::Login => "the database refuses the login",
            ErrorClass::Away => "the database does not answer",
            ErrorClass::ReadOnly => "the database takes no writes",
            ErrorClass::Canceled => "the database takes too long",
            ErrorClass::Other => "the database cannot be used; the server's log says why",
        }
    }
}

/// Whether the table does not exist.
pub(super) fn is_missing_table(error: &DbErr) -> bool {
    let DbErr::Query(RuntimeErr::SqlxError(error)) = error else { return false };
    let sqlx::Error::Database(error) = &**error else { return false };
    // SQLite has one code for many mistakes.
    error.code().as_deref() == Some("42P01") || error.message().starts_with("no such table")
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let class = ErrorClass::of_orm(&error);
        let error = Arc::new(error.into());
        match class {
            ErrorClass::Other => Self::Internal(error),
            _ => Self::Unavailable(error),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Arc::new(error).into()
    }
}

impl From<Arc<sqlx::Error>> for Error {
    fn from(error: Arc<sqlx::Error>) -> Self {
        DbErr::Conn(RuntimeErr::SqlxError(error)).into()
    }
}
