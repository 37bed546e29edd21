//! Which media type the client wants.

use axum::http::{HeaderMap, header};
use headers_accept::Accept;
use mediatype::{MediaType, names};

/// A media type that the server can answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Media {
    /// `application/json`, the default.
    Json,
    /// `application/graphql-response+json`, whose status tells whether there is data.
    GraphqlResponse,
    /// A page for people.
    Html,
}

const JSON: MediaType<'_> = MediaType::new(names::APPLICATION, names::JSON);
const GRAPHQL_RESPONSE: MediaType<'_> = MediaType::from_parts(
    names::APPLICATION,
    mediatype::Name::new_unchecked("graphql-response"),
    Some(names::JSON),
    &[],
);
const HTML: MediaType<'_> = MediaType::new(names::TEXT, names::HTML);

impl Media {
    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// What the client likes best, by the weights of `Accept`; `None` if it likes nothing that
    /// there is. JSON if it does not say, or not intelligibly.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        let values: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let Ok(accept) = values.join(",").parse::<Accept>() else {
            return Some(Self::Json);
        };
        if accept.media_types().next().is_none() {
            return Some(Self::Json);
        }
        let available =
            [(JSON, Self::Json), (GRAPHQL_RESPONSE, Self::GraphqlResponse), (HTML, Self::Html)];
        let best = accept.negotiate(available.iter().map(|(media_type, _)| media_type))?;
        available.iter().find(|(media_type, _)| media_type == best).map(|(_, media)| *media)
    }
}

/// Whether the body is `application/json`, in UTF-8 if it says.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(Ok(media_type)) = content_type.map(MediaType::parse) else {
        return false;
    };
    let utf8 = |charset: mediatype::Value<'_>| charset.unquoted_str().eq_ignore_ascii_case("utf-8");
    media_type.essence() == JSON
        && mediatype::ReadParams::get_param(&media_type, names::CHARSET).is_none_or(utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: Option<Media>) {
        let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
        assert_eq!(Media::accepted(&headers), expected, "{accept}");
    }

    #[test]
    fn the_best_accepted_type_wins() {
        use Media::{GraphqlResponse, Html, Json};
        assert_eq!(Media::accepted(&HeaderMap::new()), Some(Json));
        check("*/*", Some(Json));
        check("application/*", Some(Json));
        check("application/json", Some(Json));
        check("application/graphql-response+json", Some(GraphqlResponse));
        check("application/graphql-response+json, application/json", Some(GraphqlResponse));
        check("application/graphql-response+json;q=0.5, application/json", Some(Json));
        check("application/json;q=0.9, application/graphql-response+json", Some(GraphqlResponse));
        check("application/json; charset=utf-8", Some(Json));
        check("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Some(Html));
        check("image/png", None);
        check("application/json;q=0", None);
        check("garbage", Some(Json));
    }

    #[test]
    fn only_json_in_utf_8_is_a_body() {
        for (content_type, expected) in [
            ("application/json", true),
            ("application/json; charset=utf-8", true),
            ("Application/JSON;charset=\"UTF-8\"", true),
            ("application/json; charset=iso-8859-1", false),
            ("text/plain", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("json", false),
        ] {
            let value = content_type.parse().unwrap();
            let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value)]);
            assert_eq!(is_json(&headers), expected, "{content_type}");
        }
        assert!(!is_json(&HeaderMap::new()));
    }
}
