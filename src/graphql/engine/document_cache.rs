//! Parsed documents in memory: the server parses and validates a repeated document once.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Name, ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition},
    },
};
use config::LimitSettings;
use moka::future::Cache;
use telemetry::traces;
use tracing::debug_span;

use super::{
    document_limits,
    validation::{self, Hints},
    variables,
};
use crate::{
    error::{Code, Refusal},
    graphql::json,
};

/// A byte order mark, which some editors write. GraphQL ignores it, but the parser does not.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Memory for documents, in bytes, by the following estimate.
const MAX_BYTES: u64 = 6_000_000;

/// Bytes of a parsed document, beside those that grow with its text.
const OVERHEAD: usize = 1_000;

/// Bytes of a parsed document for each byte of its text.
const BYTES_PER_BYTE: usize = 40;

/// A valid document within the limits.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// Whether the writer must merge the answer's trees: see [`json::merge`].
    pub(super) merges: bool,
    /// How often the document names each variable.
    pub(super) variable_uses: HashMap<Name, usize>,
}

/// Why the server does not execute a document.
pub(super) enum DocumentError {
    /// It has errors at some places.
    At(Vec<ServerError>, Code),
    /// It exceeds a limit.
    Refused(Refusal),
}

impl From<Refusal> for DocumentError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Document {
    fn read(text: &str, limits: &LimitSettings) -> Result<Self, DocumentError> {
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        document_limits::check_text(text, limits)?;
        let parsed = parse_query(text)
            .map_err(|error| DocumentError::At(vec![error.into()], Code::ParseFailed))?;
        document_limits::check_document(&parsed, limits)?;
        validation::check(&parsed, Hints(!limits.no_introspection))
            .map_err(|errors| DocumentError::At(errors, Code::ValidationFailed))?;
        Ok(Self {
            merges: json::merge::is_needed(&parsed),
            variable_uses: variables::uses(&parsed),
            parsed,
        })
    }

    /// The operation with a name, or the only one, and the name that it has.
    pub(super) fn operation(
        &self,
        name: Option<&str>,
    ) -> Option<(Option<&str>, &OperationDefinition)> {
        let operations = self.parsed.operations.iter();
        let mut named = operations.map(|(known, operation)| (known.map(Name::as_str), operation));
        let found = named.find(|(known, _)| name.is_none() || *known == name);
        found.map(|(known, operation)| (known, &operation.node))
    }
}

/// The documents that clients have sent lately.
pub(super) struct DocumentCache {
    known: Cache<String, Arc<Document>>,
    limits: LimitSettings,
}

impl DocumentCache {
    pub(super) fn new(limits: LimitSettings) -> Self {
        let weigh = |text: &String, _: &Arc<Document>| {
            u32::try_from(OVERHEAD + BYTES_PER_BYTE * text.len()).unwrap_or(u32::MAX)
        };
        Self { known: Cache::builder().max_capacity(MAX_BYTES).weigher(weigh).build(), limits }
    }

    /// The document of a text, from memory or parsed now.
    pub(super) async fn get(&self, text: &str) -> Result<Arc<Document>, DocumentError> {
        if let Some(document) = self.known.get(text).await {
            return Ok(document);
        }
        let document = debug_span!(target: traces::TARGET, "parse")
            .in_scope(|| Document::read(text, &self.limits))
            .map(Arc::new)?;
        self.known.insert(text.to_owned(), Arc::clone(&document)).await;
        Ok(document)
    }
}
