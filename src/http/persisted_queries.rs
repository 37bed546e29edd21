//! Persisted queries: documents with a name. Clients store them in the server (automatic persisted
//! queries, Apollo's protocol), or a manifest lists them; then the server answers no other
//! document.

use std::{
    collections::{HashMap, HashSet},
    fs,
    sync::Arc,
};

use anyhow::Context;
use config::HttpSettings;
use moka::sync::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::graphql_request::GraphqlRequest;
use crate::error::{Code, Refusal};

/// Bytes of a document beside its text.
const OVERHEAD: usize = 256;

/// The documents with a name.
pub(super) enum PersistedQueries {
    /// By their hashes; the server drops the least used beyond a limit.
    Learned(Cache<String, Arc<str>>),
    /// No document has a name.
    Anonymous,
    /// The only documents that the server answers, by their ids or texts.
    Trusted { by_id: HashMap<String, Arc<str>>, texts: HashSet<Arc<str>> },
}

/// The forms of a manifest.
#[derive(Deserialize)]
#[serde(untagged)]
enum Manifest {
    /// Apollo's.
    Apollo { operations: Vec<Operation> },
    /// The form of GraphQL Code Generator and Relay.
    TextsById(HashMap<String, String>),
}

#[derive(Deserialize)]
struct Operation {
    id: String,
    body: String,
}

impl PersistedQueries {
    pub(super) fn new(settings: &HttpSettings) -> anyhow::Result<Self> {
        if let Some(path) = &settings.trusted_documents {
            let text = fs::read(path).with_context(|| path.display().to_string())?;
            return Self::trusted(&text).with_context(|| path.display().to_string());
        }
        if settings.persisted_queries_bytes == 0 {
            return Ok(Self::Anonymous);
        }
        let weigh = |hash: &String, text: &Arc<str>| {
            u32::try_from(OVERHEAD + hash.len() + text.len()).unwrap_or(u32::MAX)
        };
        let capacity = settings.persisted_queries_bytes;
        Ok(Self::Learned(Cache::builder().max_capacity(capacity).weigher(weigh).build()))
    }

    fn trusted(manifest: &[u8]) -> anyhow::Result<Self> {
        let manifest = serde_json::from_slice(manifest).context(
            "neither an object of documents by their ids nor a manifest in Apollo's format",
        )?;
        let by_id: HashMap<String, Arc<str>> = match manifest {
            Manifest::Apollo { operations } => {
                operations.into_iter().map(|it| (it.id, it.body.into())).collect()
            }
            Manifest::TextsById(documents) => {
                documents.into_iter().map(|(id, text)| (id, text.into())).collect()
            }
        };
        let texts = by_id.values().cloned().collect();
        Ok(Self::Trusted { by_id, texts })
    }

    /// The document of a request, by its text, its name or both.
    pub(super) fn find(&self, parameters: &mut GraphqlRequest) -> Result<String, Refusal> {
        let (text, name) = (parameters.document(), parameters.document_name()?);
        if text.is_none() && name.is_none() {
            let message = "the request has no `query`, or an empty one";
            return Err(Refusal::new(Code::BadRequest, message));
        }
        match self {
            Self::Learned(learned) => learn(learned, text, name),
            Self::Anonymous => text.ok_or_else(|| {
                // Clients know this message, and the one for an unknown hash.
                let message = "PersistedQueryNotSupported";
                Refusal::new(Code::PersistedQueryNotSupported, message)
            }),
            Self::Trusted { by_id, texts } => {
                let known = match (&text, &name) {
                    (Some(text), _) => texts.get(text.as_str()),
                    // The manifest's ids may have or lack the name of their hash.
                    (None, Some(id)) => by_id
                        .get(id)
                        .or_else(|| by_id.get(id.strip_prefix("sha256:").unwrap_or(id))),
                    (None, None) => None,
                };
                known.map(ToString::to_string).ok_or_else(|| {
                    let message = "the server answers only the documents of its manifest";
                    Refusal::new(Code::PersistedQueryNotInList, message)
                })
            }
        }
    }
}

/// Apollo's protocol: a hash alone asks for a document, a hash with its document stores it.
fn learn(
    learned: &Cache<String, Arc<str>>,
    text: Option<String>,
    hash: Option<String>,
) -> Result<String, Refusal> {
    match (text, hash) {
        (Some(text), Some(hash)) => {
            let plain = hash.strip_prefix("sha256:").unwrap_or(&hash);
            if hex::encode(Sha256::digest(&text)) != plain {
                let message = "the hash is not the SHA-256 of the `query`";
                return Err(Refusal::new(Code::BadRequest, message));
            }
            learned.insert(plain.to_owned(), text.as_str().into());
            // The cache keeps to its limit at any time.
            learned.run_pending_tasks();
            Ok(text)
        }
        (Some(text), None) => Ok(text),
        (None, hash) => {
            // GraphQL over HTTP, appendix on persisted documents: `sha256:HASH`.
            let hash = hash.as_deref().map(|hash| hash.strip_prefix("sha256:").unwrap_or(hash));
            let known = hash.and_then(|hash| learned.get(hash)).map(|text| text.to_string());
            known
                .ok_or_else(|| Refusal::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound"))
        }
    }
}
