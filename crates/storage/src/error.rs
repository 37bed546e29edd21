//! Why the database gave no answer.

use std::sync::Arc;

/// Why the database gave no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The database does not answer; a later try may help.
    #[error("the database does not answer; try again in a few seconds")]
    Unavailable(#[source] Arc<anyhow::Error>),
    /// A fault of the server; only its log says which.
    #[error("{0:#}")]
    Internal(Arc<anyhow::Error>),
}

impl Error {
    /// A fault of the server.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(Arc::new(error.into()))
    }

    /// The error with all its causes, for the log.
    #[must_use]
    pub fn with_causes(&self) -> String {
        format!("{:#}", anyhow::Error::from(self.clone()))
    }
}
