//! Any values as arguments of a query for one field, as constants and as variables, executed; and
//! any texts as dates and symbols.

#![no_main]

use std::sync::LazyLock;

use arbitrary::{Result, Unstructured};
use async_graphql::{Request, Variables};
use candleql::graphql::schema::parse_day;
use candleql_fuzz::{
    answer::{self, Stopwatch},
    document,
    server::Server,
    value,
};
use candles::Symbol;
use libfuzzer_sys::fuzz_target;

static SERVER: LazyLock<Server> = LazyLock::new(Server::small);

fuzz_target!(|input: &[u8]| {
    // Bytes that run out become zeros; nothing else fails.
    let _ = run(&mut Unstructured::new(input));
});

fn run(u: &mut Unstructured) -> Result<()> {
    check_date(&value::date(u)?);
    check_symbol(&value::text(u)?);
    let document = document::of_one_field(u)?;
    let mut request =
        Request::new(document.text).variables(Variables::from_json(document.variables.into()));
    request.operation_name = document.operation_name;
    let stopwatch = Stopwatch::start();
    let answer = SERVER.runtime.block_on(SERVER.api.execute(request, "fuzz"));
    stopwatch.check();
    answer::check(&answer.json);
    Ok(())
}

/// What is a date is the only way to write it, and what is none would be another or no day.
fn check_date(text: &str) {
    match parse_day(text) {
        Some(date) => assert_eq!(date.to_string(), text),
        None => {
            let lenient = text.parse::<chrono::NaiveDate>();
            assert!(lenient.is_err() || lenient.unwrap().to_string() != text, "{text:?}");
        }
    }
}

/// What is a symbol is one in capitals.
fn check_symbol(text: &str) {
    let Ok(symbol) = Symbol::parse(text) else { return };
    assert!(symbol.eq_ignore_ascii_case(text), "{text:?}");
    assert!((1..=Symbol::MAX_CHARS).contains(&symbol.len()), "{text:?}");
    assert_eq!(Symbol::parse(&symbol), Ok(symbol.clone()));
}
