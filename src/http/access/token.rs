//! Tokens: JWTs (RFC 7519) of one issuer, signed with one of its published keys.

use anyhow::Context;
use config::JwtSettings;
use jsonwebtoken::{TokenData, Validation, decode, decode_header, errors::ErrorKind};
use serde::Deserialize;

use super::{jwks::PublicKeys, unauthenticated};
use crate::error::Refusal;

/// Decides which tokens the server believes.
pub(super) struct Tokens {
    issuer: String,
    audience: String,
    keys: PublicKeys,
}

/// The claims that a token needs, beside its issuer and times.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    #[serde(default)]
    aud: Option<Audience>,
    /// Cognito's access tokens have this instead of `aud`.
    #[serde(default)]
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Tokens {
    /// The rules for tokens, if the settings have an issuer.
    pub(super) fn new(settings: &JwtSettings) -> anyhow::Result<Option<Self>> {
        let Some((issuer, audience)) =
            settings.jwt_issuer.clone().zip(settings.jwt_audience.clone())
        else {
            return Ok(None);
        };
        let usual = || format!("{}/.well-known/jwks.json", issuer.trim_end_matches('/'));
        let url = settings.jwt_jwks_url.clone().unwrap_or_else(usual);
        let keys =
            PublicKeys::at(&url).with_context(|| format!("{url:?} is not a URL of public keys"))?;
        Ok(Some(Self { issuer, audience, keys }))
    }

    /// The subject of a token.
    pub(super) async fn subject(&self, token: &str) -> Result<String, Refusal> {
        let header = decode_header(token).map_err(|_| unauthenticated("the token is not a JWT"))?;
        let key = self.keys.get(header.kid.as_deref()).await?;
        let mut validation = Validation::default();
        validation.algorithms.clone_from(&key.algorithms);
        validation.set_issuer(&[&self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.validate_nbf = true;
        // Below, because it has more than one form.
        validation.validate_aud = false;
        let TokenData { claims, .. } = decode::<Claims>(token, &key.key, &validation)
            .map_err(|error| unauthenticated(reason(error.kind())))?;
        if !claims.is_for(&self.audience) {
            return Err(unauthenticated("the token is for another audience"));
        }
        Ok(claims.sub)
    }
}

impl Claims {
    fn is_for(&self, audience: &str) -> bool {
        match (&self.aud, &self.client_id) {
            (Some(Audience::One(one)), _) => one == audience,
            (Some(Audience::Many(many)), _) => many.iter().any(|it| it == audience),
            (None, Some(client)) => client == audience,
            (None, None) => false,
        }
    }
}

/// Why the server does not believe a token, in words that tell its owner what to do.
fn reason(error: &ErrorKind) -> &'static str {
    match error {
        ErrorKind::ExpiredSignature => "the token has expired",
        ErrorKind::ImmatureSignature => "the token is not valid yet",
        ErrorKind::InvalidIssuer => "the token is of another issuer",
        ErrorKind::InvalidSignature => "the token's signature is not its issuer's",
        ErrorKind::InvalidAlgorithm | ErrorKind::InvalidAlgorithmName => {
            "the token's algorithm is not its key's"
        }
        _ => "the token is not valid, or lacks exp, iss or sub",
    }
}
