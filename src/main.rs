//! The program. Everything is in the library, which is compiled once.

use std::process::ExitCode;

use tikv_jemallocator::Jemalloc;

/// Answers are long, and come and go: the system's allocator gives their pages back each time.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    candleql::cli::main()
}
