//! Which media type the client wants.

use std::cmp::Reverse;

use axum::http::{HeaderMap, header};
use mediatype::{MediaType, MediaTypeList, Name, ReadParams, names};

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
    Name::new_unchecked("graphql-response"),
    Some(names::JSON),
    &[],
);
const HTML: MediaType<'_> = MediaType::new(names::TEXT, names::HTML);

impl Media {
    /// The media types of data, in the server's order of preference.
    pub(super) const DATA: &[Self] = &[Self::Json, Self::GraphqlResponse];

    /// The same, and a page for clients that prefer one.
    pub(super) const DATA_OR_PAGE: &[Self] = &[Self::Json, Self::GraphqlResponse, Self::Html];

    fn media_type(self) -> MediaType<'static> {
        match self {
            Self::Json => JSON,
            Self::GraphqlResponse => GRAPHQL_RESPONSE,
            Self::Html => HTML,
        }
    }

    /// The value of `Content-Type`.
    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// The available media type that the client prefers, by the weights of `Accept` (RFC 9110,
    /// section 12.5.1); among equals, the one that it names first. `None` if the client accepts
    /// none. JSON if the header is absent or broken.
    pub(super) fn accepted(headers: &HeaderMap, available: &[Self]) -> Option<Self> {
        let values: Vec<&str> = headers
            .get_all(header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let accept = values.join(",");
        let Ok(ranges) = MediaTypeList::new(&accept).collect::<Result<Vec<MediaType>, _>>() else {
            return Some(Self::Json);
        };
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        let weigh = |media: Self| {
            let media_type = media.media_type();
            let (position, range) = ranges
                .iter()
                .enumerate()
                .max_by_key(|(_, range)| specificity(range, &media_type))?;
            let quality = specificity(range, &media_type).map_or(0, |_| per_mille(range));
            (quality > 0).then_some((quality, Reverse(position), media))
        };
        // Of equals, `max_by_key` takes the last: here the server's favourite.
        let weighed = available.iter().copied().rev().filter_map(weigh);
        let best = weighed.max_by_key(|&(quality, position, _)| (quality, position));
        best.map(|(.., media)| media)
    }
}

/// How exactly a range of `Accept` names a media type; `None` if it does not.
fn specificity(range: &MediaType<'_>, media_type: &MediaType<'_>) -> Option<u8> {
    if range.ty == names::_STAR {
        return Some(0);
    }
    if range.ty != media_type.ty {
        return None;
    }
    if range.subty == names::_STAR {
        return Some(1);
    }
    (range.essence() == *media_type && is_utf8(range)).then_some(2)
}

/// The weight of a range, in thousandths.
fn per_mille(range: &MediaType<'_>) -> u16 {
    let quality =
        range.get_param(names::Q).and_then(|quality| quality.as_str().parse::<f32>().ok());
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
    let per_mille = (quality.unwrap_or(1.0).clamp(0.0, 1.0) * 1000.0).round() as u16;
    per_mille
}

/// Whether the media type is in UTF-8, or does not say.
fn is_utf8(media_type: &MediaType<'_>) -> bool {
    media_type
        .get_param(names::CHARSET)
        .is_none_or(|charset| charset.unquoted_str().eq_ignore_ascii_case("utf-8"))
}

/// Whether the body is `application/json`, in UTF-8 if it says.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(Ok(media_type)) = content_type.map(MediaType::parse) else {
        return false;
    };
    media_type.essence() == JSON && is_utf8(&media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(accept: &str, expected: Option<Media>) {
        let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
        assert_eq!(Media::accepted(&headers, Media::DATA_OR_PAGE), expected, "{accept}");
    }

    #[test]
    fn the_best_accepted_type_wins() {
        use Media::{GraphqlResponse, Html, Json};
        assert_eq!(Media::accepted(&HeaderMap::new(), Media::DATA), Some(Json));
        check("*/*", Some(Json));
        check("application/*", Some(Json));
        check("application/json", Some(Json));
        check("application/graphql-response+json", Some(GraphqlResponse));
        check("application/graphql-response+json, application/json", Some(GraphqlResponse));
        check("application/graphql-response+json;q=0.5, application/json", Some(Json));
        check("application/json;q=0.9, application/graphql-response+json", Some(GraphqlResponse));
        check("application/json; charset=utf-8", Some(Json));
        check("application/json;charset=UTF-8;q=0.7, text/html;q=0.1", Some(Json));
        check("application/graphql-response+json; charset=utf-8", Some(GraphqlResponse));
        check("application/json; charset=utf-16", None);
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
