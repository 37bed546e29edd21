//! A request's body: read within limits, or left, and then taken off the connection.

use std::time::Duration;

use axum::{
    body::{Body, Bytes, HttpBody},
    http::{HeaderMap, header},
};
use config::HttpSettings;
use http_body_util::BodyExt;
use tokio::time::timeout;

use super::media::is_json;
use crate::error::{Code, Refusal};

/// A body that may not have been read to its end.
pub(super) struct RequestBody {
    body: Body,
    is_read: bool,
    is_asked_for: bool,
}

impl RequestBody {
    pub(super) fn new(body: Body) -> Self {
        Self { is_read: body.is_end_stream(), is_asked_for: false, body }
    }

    /// The whole body, if it is JSON and arrives in time.
    pub(super) async fn read(
        &mut self,
        headers: &HeaderMap,
        settings: &HttpSettings,
    ) -> Result<Bytes, Refusal> {
        check_form(headers)?;
        let limit = settings.read_timeout;
        let whole = timeout(limit, self.read_whole(headers, settings.max_body_bytes)).await;
        whole.unwrap_or_else(|_| {
            let message = format!("the body did not arrive within {} ms", limit.as_millis());
            Err(Refusal::new(Code::RequestTimeout, message))
        })
    }

    /// Whether the client may go on to send it: there is no telling then where the next request
    /// begins.
    pub(super) fn has_rest(&self) -> bool {
        !self.is_read
    }

    /// Whether the client was given leave to send it.
    pub(super) fn was_asked_for(&self) -> bool {
        self.is_asked_for
    }

    /// Takes what a client goes on to send, for a while: many read their answer only then, and a
    /// connection closed on unread data might take the answer with it.
    pub(super) async fn discard(mut self, limit: Duration) {
        let rest = async { while let Some(Ok(_)) = self.body.frame().await {} };
        let _ = timeout(limit, rest).await;
    }

    async fn read_whole(&mut self, headers: &HeaderMap, limit: usize) -> Result<Bytes, Refusal> {
        let too_large = || {
            let message = format!("the body is larger than the limit of {limit} bytes");
            Refusal::new(Code::PayloadTooLarge, message)
        };
        let length: Option<u64> =
            headers.get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok()?.parse().ok());
        if length.is_some_and(|length| length > limit as u64) {
            return Err(too_large());
        }
        self.is_asked_for = true;
        let mut whole = Vec::new();
        while let Some(frame) = self.body.frame().await {
            let frame = frame
                .map_err(|_| Refusal::new(Code::BadRequest, "the body did not arrive whole"))?;
            // The other kind are trailers.
            let Ok(chunk) = frame.into_data() else { continue };
            if whole.len() + chunk.len() > limit {
                return Err(too_large());
            }
            if whole.is_empty() && length == Some(chunk.len() as u64) {
                self.is_read = true;
                return Ok(chunk);
            }
            whole.extend_from_slice(&chunk);
        }
        self.is_read = true;
        Ok(whole.into())
    }
}

/// A body in another form is refused before it is read: a compressed one could be a bomb, and a
/// form could come from any site's page.
fn check_form(headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |message| Err(Refusal::new(Code::UnsupportedMediaType, message));
    if !is_json(headers) {
        return refuse("the body's Content-Type must be application/json, in UTF-8");
    }
    let is_plain = |coding: &[u8]| coding.eq_ignore_ascii_case(b"identity");
    if headers.get_all(header::CONTENT_ENCODING).iter().any(|it| !is_plain(it.as_bytes())) {
        return refuse("the body must not be compressed");
    }
    Ok(())
}
