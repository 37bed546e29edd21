//! Settings of access: which clients may ask, and how much.

use std::{net::IpAddr, ops::Deref};

use clap::{Args, builder::FalseyValueParser};
use ipnet::IpNet;

/// Which clients may ask, how much, and from which sites.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Access")]
pub struct AccessSettings {
    /// Answer only clients that give an API key (`candleql key create`) in the header `X-API-Key`,
    /// or a JWT if the server has an issuer.
    #[arg(long, env = "CANDLEQL_REQUIRE_API_KEY", value_parser = FalseyValueParser::new())]
    pub require_api_key: bool,
    #[command(flatten)]
    #[allow(missing_docs)]
    pub jwt: JwtSettings,
    /// Cost per second that a key, a token's subject or an address may spend on average; 0 sets no
    /// limit. A request costs at least 1,000.
    #[arg(long, env = "CANDLEQL_RATE_LIMIT_COST_PER_S", default_value_t = 0)]
    pub rate_limit_cost_per_s: u32,
    /// Seconds of that cost that a client may save up.
    #[arg(long, env = "CANDLEQL_RATE_LIMIT_BURST_S", default_value_t = 10,
          value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub rate_limit_burst_s: u32,
    /// Proxies whose `X-Forwarded-For` the server believes: addresses or networks (`10.0.0.0/8`),
    /// with commas between them.
    #[arg(long, env = "CANDLEQL_TRUSTED_PROXIES", default_value = "", hide_default_value = true,
          value_parser = |text: &str| list(text, network))]
    pub trusted_proxies: List<IpNet>,
    /// Other sites whose pages may send requests: origins (`https://charts.example.com`) with
    /// commas between them, or `*` for any.
    #[arg(long, env = "CANDLEQL_CORS_ORIGINS", default_value = "", hide_default_value = true,
          value_parser = |text: &str| list(text, origin))]
    pub cors_origins: List<String>,
}

/// Items with commas between them; none in an empty text.
#[derive(Debug, Clone)]
pub struct List<T>(pub Vec<T>);

impl<T> Deref for List<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

fn list<T>(text: &str, item: fn(&str) -> Result<T, String>) -> Result<List<T>, String> {
    let items = text.split(',').map(str::trim).filter(|text| !text.is_empty());
    items.map(item).collect::<Result<_, _>>().map(List)
}

/// Which tokens the server believes.
#[derive(Debug, Clone, Args)]
pub struct JwtSettings {
    /// Answer only clients that give a JWT of this issuer
    /// (`https://cognito-idp.REGION.amazonaws.com/POOL`) as `Authorization: Bearer`, or an API key
    /// if the server requires keys.
    #[arg(long, env = "CANDLEQL_JWT_ISSUER", requires = "jwt_audience")]
    pub jwt_issuer: Option<String>,
    /// The audience of the tokens: their `aud`, or the `client_id` of tokens without one (Cognito's
    /// access tokens).
    #[arg(long, env = "CANDLEQL_JWT_AUDIENCE", requires = "jwt_issuer")]
    pub jwt_audience: Option<String>,
    /// URL of the issuer's public keys; by default the issuer's `/.well-known/jwks.json`.
    #[arg(long, env = "CANDLEQL_JWT_JWKS_URL", requires = "jwt_issuer")]
    pub jwt_jwks_url: Option<String>,
}

fn network(text: &str) -> Result<IpNet, String> {
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| "neither an address nor a network such as 10.0.0.0/8".to_owned())
}

/// An origin as browsers write it: a scheme, a host, perhaps a port, and nothing else.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let is_host = |host: &str| {
        !host.is_empty() && host.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b'*')
    };
    if text == "*" || host.is_some_and(is_host) {
        return Ok(text.to_ascii_lowercase());
    }
    Err("not an origin such as https://charts.example.com, and not `*`".to_owned())
}
