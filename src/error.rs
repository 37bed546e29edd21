//! Errors, and the one table of their codes.
//!
//! The resolvers return [`Error`]; a request that is never executed is a [`Refusal`]. `graphql` and
//! `http` turn both into answers. Commands and `import` use `anyhow`: only people read what they
//! say.
//!
//! If GraphQL clients already know a code by a name (Apollo's), the table uses that name.

use std::fmt;

use candles::{InvalidInterval, InvalidWindow, Symbol};

use crate::suggestion::did_you_mean;

/// A row of the table of codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// What `extensions.code` says.
    pub name: &'static str,
    /// HTTP status of an answer without data under `application/graphql-response+json`. Answers
    /// with data are 200, and so are well-formed requests under `application/json`.
    pub http_status: u16,
    /// Whether the client may see the message; else it is logged, and the client gets its number.
    pub visible: bool,
    /// What the code means, for the table of docs/errors.md.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($(#[doc = $meaning:literal] $code:ident = $name:literal, $http_status:literal, visible: $visible:literal;)*) => {
        /// What went wrong, for programs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $code,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$code,)*];

            /// The code's row in the table.
            #[must_use]
            pub const fn info(self) -> CodeInfo {
                match self {
                    $(Self::$code => CodeInfo {
                        name: $name,
                        http_status: $http_status,
                        visible: $visible,
                        meaning: $meaning.trim_ascii(),
                    },)*
                }
            }
        }
    };
}

codes! {
    /// The request is not a GraphQL request: broken JSON, no `query`, or a batch.
    BadRequest = "BAD_REQUEST", 400, visible: true;
    /// The document breaks the grammar of GraphQL.
    ParseFailed = "GRAPHQL_PARSE_FAILED", 400, visible: true;
    /// The document does not fit the schema, or a variable its type.
    ValidationFailed = "GRAPHQL_VALIDATION_FAILED", 400, visible: true;
    /// An argument is outside its range, or contradicts another.
    BadUserInput = "BAD_USER_INPUT", 400, visible: true;
    /// The server refuses queries about its schema.
    IntrospectionDisabled = "INTROSPECTION_DISABLED", 400, visible: true;
    /// The document has more tokens than the limit.
    TokenLimit = "TOKEN_LIMIT_EXCEEDED", 400, visible: true;
    /// A name or an alias of the document is longer than the limit.
    NameLimit = "NAME_LIMIT_EXCEEDED", 400, visible: true;
    /// A text in quotes of the document is longer than the limit.
    TextLimit = "TEXT_LIMIT_EXCEEDED", 400, visible: true;
    /// The document's brackets nest deeper than the limit.
    NestingLimit = "NESTING_LIMIT_EXCEEDED", 400, visible: true;
    /// The document's fields and fragments nest deeper than the limit.
    DepthLimit = "DEPTH_LIMIT_EXCEEDED", 400, visible: true;
    /// The document expands to more selections than the limit.
    SelectionLimit = "SELECTION_LIMIT_EXCEEDED", 400, visible: true;
    /// A selection set has more aliases than the limit.
    AliasLimit = "ALIAS_LIMIT_EXCEEDED", 400, visible: true;
    /// An operation has more root fields than the limit.
    RootFieldLimit = "ROOT_FIELD_LIMIT_EXCEEDED", 400, visible: true;
    /// One place of the document has more directives than the limit.
    DirectiveLimit = "DIRECTIVE_LIMIT_EXCEEDED", 400, visible: true;
    /// The variables are longer than the limit.
    VariablesLimit = "VARIABLES_LIMIT_EXCEEDED", 400, visible: true;
    /// The request would compute or return more than the limit.
    CostLimit = "COST_LIMIT_EXCEEDED", 400, visible: true;
    /// The server does not know the document with this hash; the client sends both once.
    PersistedQueryNotFound = "PERSISTED_QUERY_NOT_FOUND", 404, visible: true;
    /// The server keeps no documents by their hash.
    PersistedQueryNotSupported = "PERSISTED_QUERY_NOT_SUPPORTED", 400, visible: true;
    /// The server answers only the documents of its manifest, which lacks this one.
    PersistedQueryNotInList = "PERSISTED_QUERY_NOT_IN_LIST", 403, visible: true;
    /// The request has no key or token, or one that is not valid.
    Unauthenticated = "UNAUTHENTICATED", 401, visible: true;
    /// A page of another site sent the request, and the server's settings do not allow it.
    CrossSite = "CROSS_SITE_REQUEST", 403, visible: true;
    /// No instrument has the symbol.
    UnknownSymbol = "UNKNOWN_SYMBOL", 404, visible: true;
    /// No page has the path.
    NotFound = "NOT_FOUND", 404, visible: true;
    /// The path does not know the HTTP method.
    MethodNotAllowed = "METHOD_NOT_ALLOWED", 405, visible: true;
    /// The client accepts no media type that the server can answer with.
    NotAcceptable = "NOT_ACCEPTABLE", 406, visible: true;
    /// The body did not arrive in time.
    RequestTimeout = "REQUEST_TIMEOUT", 408, visible: true;
    /// The body is larger than the limit.
    PayloadTooLarge = "PAYLOAD_TOO_LARGE", 413, visible: true;
    /// The body is not `application/json`, or it is compressed.
    UnsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE", 415, visible: true;
    /// The client has spent more than its rate; `Retry-After` says when to come back.
    RateLimited = "RATE_LIMITED", 429, visible: true;
    /// A fault of the server.
    Internal = "INTERNAL_SERVER_ERROR", 500, visible: false;
    /// The server is starting and cannot answer yet; trying again helps.
    Starting = "STARTING", 503, visible: true;
    /// The database does not answer; trying again helps.
    DatabaseUnavailable = "DATABASE_UNAVAILABLE", 503, visible: true;
    /// The server does not have the issuer's public keys yet; trying again helps.
    IdentityProviderUnavailable = "IDENTITY_PROVIDER_UNAVAILABLE", 503, visible: true;
    /// The answer took longer than the limit.
    ExecutionTimeout = "EXECUTION_TIMEOUT", 503, visible: true;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.info().name)
    }
}

/// A set of codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Codes(u64);

const _: () = assert!(Code::ALL.len() <= u64::BITS as usize, "a set of codes has a bit for each");

impl Codes {
    /// Adds a code.
    pub fn insert(&mut self, code: Code) {
        self.0 |= 1 << code as u32;
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The codes, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Code> {
        Code::ALL.iter().copied().filter(move |code| self.0 & 1 << *code as u32 != 0)
    }
}

impl From<Code> for Codes {
    fn from(code: Code) -> Self {
        Self(1 << code as u32)
    }
}

impl fmt::Display for Codes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, code) in self.iter().enumerate() {
            write!(f, "{}{code}", if position > 0 { "," } else { "" })?;
        }
        Ok(())
    }
}

/// Why the server does not execute a request.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The error's code.
    pub code: Code,
    /// Text for people: the value, the limit, the remedy.
    pub message: String,
    /// Seconds after which asking again may help.
    pub retry_after_s: Option<u64>,
}

impl Refusal {
    /// A refusal that lasts.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_s: None }
    }
}

/// Why a field has no answer.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No instrument has the symbol.
    #[error(
        "no instrument has the symbol {symbol:?};{} `instruments(search:)` lists those there are",
        question(.similar)
    )]
    UnknownSymbol {
        /// The symbol.
        symbol: String,
        /// Symbols that instruments have and that are similar.
        similar: Vec<Symbol>,
    },
    /// An id that the server has not given.
    #[error("{0:?} is not an id that the field `id` gives; `instrument(symbol:)` takes symbols")]
    Id(String),
    /// An interval out of range.
    #[error(transparent)]
    Interval(#[from] InvalidInterval),
    /// A window that means nothing.
    #[error(transparent)]
    Window(#[from] InvalidWindow),
    /// A parameter of an indicator out of its range, or refused by TA-Lib.
    #[error("{0}")]
    Parameter(String),
    /// A page that is too large, negative, or taken from both ends.
    #[error("{0}")]
    Page(String),
    /// The database gave no answer.
    #[error(transparent)]
    Storage(#[from] storage::Error),
}

/// A question for one of some symbols, in the middle of a sentence.
fn question(symbols: &[Symbol]) -> String {
    did_you_mean(symbols).map_or_else(String::new, |question| format!(" {question}"))
}

impl Error {
    /// The error's code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::UnknownSymbol { .. } => Code::UnknownSymbol,
            Self::Id(_)
            | Self::Interval(_)
            | Self::Window(_)
            | Self::Parameter(_)
            | Self::Page(_) => Code::BadUserInput,
            Self::Storage(storage::Error::Unavailable(_)) => Code::DatabaseUnavailable,
            Self::Storage(storage::Error::Internal(_)) => Code::Internal,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_have_names_of_their_own_and_statuses_of_errors() {
        let names: HashSet<_> = Code::ALL.iter().map(|code| code.info().name).collect();
        assert_eq!(names.len(), Code::ALL.len());
        for code in Code::ALL {
            assert!((400..600).contains(&code.info().http_status), "{code}");
            assert!(code.info().name.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{code}");
        }
    }

    #[test]
    fn a_set_of_codes_holds_each_once_in_the_order_of_the_table() {
        let mut codes = Codes::default();
        assert!(codes.is_empty());
        for code in [Code::ExecutionTimeout, Code::UnknownSymbol, Code::UnknownSymbol] {
            codes.insert(code);
        }
        assert_eq!(codes.to_string(), "UNKNOWN_SYMBOL,EXECUTION_TIMEOUT");
        for code in Code::ALL {
            assert_eq!(Codes::from(*code).iter().collect::<Vec<_>>(), [*code]);
        }
    }

    #[test]
    fn an_unknown_symbol_is_named_with_those_that_are_similar() {
        let message = |similar: &[&str]| {
            let similar = similar.iter().map(|it| Symbol::parse(it).unwrap()).collect();
            Error::UnknownSymbol { symbol: "BRK".to_owned(), similar }.to_string()
        };
        let (head, tail) = (
            "no instrument has the symbol \"BRK\";",
            "`instruments(search:)` lists those there are",
        );
        assert_eq!(message(&[]), format!("{head} {tail}"));
        let two = message(&["BRK-A", "BRK-B"]);
        assert_eq!(two, format!("{head} did you mean BRK-A or BRK-B? {tail}"));
    }

    #[test]
    fn only_faults_of_the_server_are_masked() {
        let masked: Vec<_> = Code::ALL.iter().filter(|code| !code.info().visible).collect();
        assert_eq!(masked, [&Code::Internal]);
    }
}
