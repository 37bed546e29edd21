//! Settings that limit what a request may ask for.

use clap::{
    Args,
    builder::{FalseyValueParser, TypedValueParser},
    value_parser,
};

/// What a request may ask for.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitSettings {
    /// Largest cost of a request: the number of cells in its answer, and for each indicator the
    /// rows of the history x (1 + the largest integer argument / 100).
    #[arg(long, env = "CANDLEQL_MAX_COST", default_value_t = 2_000_000)]
    pub max_cost: usize,
    /// Largest cost of all long requests together, until the server has sent their answers. Further
    /// long requests wait. Each unit of cost takes up to 50 bytes.
    #[arg(long, env = "CANDLEQL_MAX_COST_IN_FLIGHT", default_value_t = 6_000_000)]
    pub max_cost_in_flight: usize,
    /// Most tokens of a document: names, numbers, texts, punctuation.
    #[arg(long, env = "CANDLEQL_MAX_TOKENS", default_value_t = 8_000)]
    pub max_tokens: usize,
    /// Longest name or alias in a document, in bytes. Every row of an answer repeats an alias.
    #[arg(long, env = "CANDLEQL_MAX_NAME_BYTES", default_value_t = 128)]
    pub max_name_bytes: usize,
    /// Longest text in quotes in a document, in bytes. Clients send longer texts in variables.
    #[arg(long, env = "CANDLEQL_MAX_TEXT_BYTES", default_value_t = 4_096)]
    pub max_text_bytes: usize,
    /// Most levels of brackets in a document, at most 64.
    #[arg(long, env = "CANDLEQL_MAX_NESTING", default_value_t = 64,
          value_parser = up_to(64))]
    pub max_nesting: usize,
    /// Most levels of fields and fragments, at most 60. Each spread of a fragment is a level.
    #[arg(long, env = "CANDLEQL_MAX_DEPTH", default_value_t = 60,
          value_parser = up_to(60))]
    pub max_depth: usize,
    /// Most selections of a document. The selections of a fragment count each time that a document
    /// spreads it.
    #[arg(long, env = "CANDLEQL_MAX_SELECTIONS", default_value_t = 8_000)]
    pub max_selections: usize,
    /// Most fields with an alias in one selection set, fragments included.
    #[arg(long, env = "CANDLEQL_MAX_ALIASES", default_value_t = 100)]
    pub max_aliases: usize,
    /// Most fields of a query's root, fragments included.
    #[arg(long, env = "CANDLEQL_MAX_ROOT_FIELDS", default_value_t = 100)]
    pub max_root_fields: usize,
    /// Most directives on one field, fragment, variable or operation.
    #[arg(long, env = "CANDLEQL_MAX_DIRECTIVES", default_value_t = 10)]
    pub max_directives: usize,
    /// Longest text of the variables, in bytes. The server copies a variable wherever a document
    /// names it.
    #[arg(long, env = "CANDLEQL_MAX_VARIABLES_BYTES", default_value_t = 65_536)]
    pub max_variables_bytes: usize,
    /// Refuse queries about the schema, and suggest no names in errors.
    #[arg(long, env = "CANDLEQL_NO_INTROSPECTION", value_parser = FalseyValueParser::new())]
    pub no_introspection: bool,
}

/// A number from 1 to the limit, beyond which the stack could overflow.
fn up_to(largest: u64) -> impl TypedValueParser<Value = usize> {
    value_parser!(u64)
        .range(1..=largest)
        .map(|number| usize::try_from(number).unwrap_or(usize::MAX))
}
