//! Documents that clients send again and again: parsed and checked once.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_graphql::{
    Name, ServerError,
    parser::{
        parse_query,
        types::{ExecutableDocument, OperationDefinition},
    },
};
use moka::future::Cache;

use super::{budget, json};
use crate::error::Code;

/// Memory for documents, in bytes, by the estimate that follows.
const MAX_BYTES: u64 = 6_000_000;

/// Bytes of a parsed document, beside those that its text is the measure of.
const OVERHEAD: usize = 1_000;

/// Bytes of a parsed document for each byte of its text.
const BYTES_PER_BYTE: usize = 40;

/// A document within the budget.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) parsed: ExecutableDocument,
    /// Whether the answer's trees have to be merged: see [`json::merge`].
    pub(super) merges: bool,
    has_variables: bool,
    valid: AtomicBool,
}

/// Why a document is not executed.
pub(super) struct Unfit(pub(super) Box<ServerError>, pub(super) Code);

impl Document {
    fn read(text: &str) -> Result<Self, Unfit> {
        let unfit = |error, code| Unfit(Box::new(error), code);
        let over_budget = |message| ServerError::new(message, None);
        budget::check_nesting(text)
            .map_err(|message| unfit(over_budget(message), Code::ParseFailed))?;
        let parsed = parse_query(text).map_err(|error| unfit(error.into(), Code::ParseFailed))?;
        budget::check_expansion(&parsed)
            .map_err(|message| unfit(over_budget(message), Code::ValidationFailed))?;
        let mut operations = parsed.operations.iter();
        Ok(Self {
            merges: json::merge::is_needed(&parsed),
            has_variables: operations
                .any(|(_, operation)| !operation.node.variable_definitions.is_empty()),
            valid: AtomicBool::new(false),
            parsed,
        })
    }

    /// The operation with a name, or the only one.
    pub(super) fn operation(&self, name: Option<&str>) -> Option<&OperationDefinition> {
        let mut operations = self.parsed.operations.iter();
        let named = |known: Option<&Name>| name.is_none() || known.map(Name::as_str) == name;
        operations.find(|(known, _)| named(*known)).map(|(_, operation)| &operation.node)
    }

    /// Whether the document passed the validation, and would pass it with any variables.
    pub(super) fn is_valid(&self) -> bool {
        self.valid.load(Ordering::Relaxed)
    }

    /// Remembers that the validation passed. The values of variables are a part of it.
    pub(super) fn passed(&self) {
        self.valid.store(!self.has_variables, Ordering::Relaxed);
    }
}

/// The documents that were asked for lately.
pub(super) struct Documents(Cache<String, Arc<Document>>);

impl Documents {
    pub(super) fn new() -> Self {
        let weigh = |text: &String, _: &Arc<Document>| {
            u32::try_from(OVERHEAD + BYTES_PER_BYTE * text.len()).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(MAX_BYTES).weigher(weigh).build())
    }

    /// The document with a text, read unless it is there.
    pub(super) async fn get(&self, text: &str) -> Result<Arc<Document>, Unfit> {
        if let Some(document) = self.0.get(text).await {
            return Ok(document);
        }
        let document = Arc::new(Document::read(text)?);
        self.0.insert(text.to_owned(), Arc::clone(&document)).await;
        Ok(document)
    }
}
