//! Compression: chooses a form of the answer that the client can read, and makes it.

use std::io::{self, Write};

use axum::http::{HeaderMap, header};
use flate2::write::GzEncoder;

/// Answers up to this length stay uncompressed: they fit into a packet anyway.
const MIN_BYTES: usize = 1024;

/// A form of a body (RFC 9110, section 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Encoding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

impl Encoding {
    /// The server's favourites first. zstd costs the least time for its size, but stands last: some
    /// clients say that they read it and then fail, and those that read only it say so.
    const COMPRESSED: [Self; 3] = [Self::Brotli, Self::Gzip, Self::Zstd];

    /// The value of `Content-Encoding`; the identity has none.
    pub(super) fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The form that the client prefers by `Accept-Encoding` (RFC 9110, section 12.5.3). A client
    /// without the header gets the identity, and so does a client that refuses every form: better
    /// than no answer.
    pub(super) fn accepted(headers: &HeaderMap) -> Self {
        Self::best_of(&Self::COMPRESSED, headers)
    }

    /// The same among the available forms, in the server's order of preference.
    pub(super) fn best_of(offered: &[Self], headers: &HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter();
        let codings: Vec<(&str, f32)> =
            values.filter_map(|value| value.to_str().ok()).flat_map(weighted).collect();
        let weight = |name: &str| {
            let named = |name: &str| {
                codings.iter().find(|(coding, _)| coding.eq_ignore_ascii_case(name)).map(|c| c.1)
            };
            named(name).or_else(|| named("*")).unwrap_or_default()
        };
        // Of equals, `max_by` takes the last.
        let weighed = offered.iter().rev().filter_map(|it| Some((*it, weight(it.name()?))));
        let best = weighed.max_by(|(_, a), (_, b)| a.total_cmp(b));
        let identity = codings.iter().find(|(coding, _)| coding.eq_ignore_ascii_case("identity"));
        match best {
            Some((best, weight))
                if weight > 0.0 && identity.is_none_or(|(_, identity)| weight >= *identity) =>
            {
                best
            }
            _ => Self::Identity,
        }
    }

    /// The form for a body of a length.
    pub(super) fn for_length(self, bytes: usize) -> Self {
        if bytes > MIN_BYTES { self } else { Self::Identity }
    }

    /// The body in this form.
    pub(super) fn encode(self, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::with_capacity(body.len() / 3);
        match self {
            Self::Identity => text.extend_from_slice(body),
            Self::Gzip => {
                let mut encoder = GzEncoder::new(text, flate2::Compression::default());
                encoder.write_all(body)?;
                text = encoder.finish()?;
            }
            Self::Brotli => {
                /// Quality 4 of 11 is where brotli is about as fast as gzip's default.
                const QUALITY: u32 = 4;
                const WINDOW_BITS: u32 = 22;
                let buffer = 4096;
                brotli::CompressorWriter::new(&mut text, buffer, QUALITY, WINDOW_BITS)
                    .write_all(body)?;
            }
            Self::Zstd => text = zstd::bulk::compress(body, zstd::DEFAULT_COMPRESSION_LEVEL)?,
        }
        text.shrink_to_fit();
        Ok(text)
    }
}

/// The codings of a header's value, each with its weight.
fn weighted(value: &str) -> impl Iterator<Item = (&str, f32)> {
    value.split(',').map(|item| {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
        (coding, weight.map_or(1.0, |weight| weight.parse().unwrap_or_default()))
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_client_gets_the_form_that_it_likes_best() {
        for (values, expected) in [
            (vec![], Encoding::Identity),
            (vec![""], Encoding::Identity),
            (vec!["gzip"], Encoding::Gzip),
            (vec!["gzip, deflate, br, zstd"], Encoding::Brotli),
            (vec!["zstd, gzip"], Encoding::Gzip),
            (vec!["zstd, gzip;q=0.9"], Encoding::Zstd),
            (vec!["zstd"], Encoding::Zstd),
            (vec!["gzip, deflate, br"], Encoding::Brotli),
            (vec!["gzip", "br"], Encoding::Brotli),
            (vec!["GZIP;Q=1, br;q=0.5"], Encoding::Gzip),
            (vec!["zstd;q=0.1, gzip ; q=0.9"], Encoding::Gzip),
            (vec!["gzip;q=0"], Encoding::Identity),
            (vec!["gzip;q=0.000, br;q=0"], Encoding::Identity),
            (vec!["*"], Encoding::Brotli),
            (vec!["*, br;q=0"], Encoding::Gzip),
            (vec!["*, br;q=0, gzip;q=0"], Encoding::Zstd),
            (vec!["*;q=0, gzip"], Encoding::Gzip),
            (vec!["identity, gzip;q=0.5"], Encoding::Identity),
            (vec!["identity;q=0.5, gzip"], Encoding::Gzip),
            (vec!["identity, *;q=0.1"], Encoding::Identity),
            (vec!["deflate, compress"], Encoding::Identity),
            (vec!["gzip;q=much"], Encoding::Identity),
        ] {
            let mut headers = HeaderMap::new();
            for value in &values {
                headers.append(header::ACCEPT_ENCODING, HeaderValue::from_static(value));
            }
            assert_eq!(Encoding::accepted(&headers), expected, "{values:?}");
        }
    }
}
