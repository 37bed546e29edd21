//! Any text as a document: what stands between it and the execution must refuse it or let it pass,
//! and is not hurt. What costs little is executed too.
//!
//! A `%` ends the document; JSON follows, its variables, and after another one an operation's name.

#![no_main]

use std::sync::LazyLock;

use async_graphql::{Request, Variables};
use candleql::graphql::engine::answer::Wanted;
use candleql_fuzz::{
    answer::{self, Stopwatch},
    server::Server,
};
use libfuzzer_sys::fuzz_target;

/// Largest cost of what is executed.
const MAX_COST: usize = 1_000;

static SERVER: LazyLock<Server> = LazyLock::new(Server::small);

fuzz_target!(|input: &[u8]| {
    let input = String::from_utf8_lossy(input);
    let mut parts = input.splitn(3, '%');
    let mut request = Request::new(parts.next().unwrap_or_default());
    let variables = parts.next().and_then(|json| serde_json::from_str(json).ok());
    request = request.variables(Variables::from_json(variables.unwrap_or_default()));
    request.operation_name = parts.next().map(str::to_owned);
    let stopwatch = Stopwatch::start();
    let answer = SERVER.runtime.block_on(async {
        match SERVER.api.prepare(request).await {
            Ok(prepared) if prepared.cost() > MAX_COST => None,
            Ok(prepared) => Some(prepared.run("fuzz", Wanted { cost: true, age: false }).await),
            Err(answer) => Some(answer),
        }
    });
    stopwatch.check();
    if let Some(answer) = answer {
        answer::check(&answer.json);
    }
});
