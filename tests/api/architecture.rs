//! The invariants of ARCHITECTURE.md, read from the source.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::app::repository;

/// Most lines of a file; a longer one says why in its head, in a line with "Long because".
const MAX_LINES: usize = 300;

fn rust_files(folder: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(&repository(folder), &mut files);
    assert!(!files.is_empty(), "{folder} has no Rust files");
    files
}

/// Code without comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// Asserts that within `folder` only the files under `allowed` name the crate or module.
#[track_caller]
fn check_named_only_in(name: &str, folder: &str, allowed: &[&str]) {
    let mut named = 0;
    for path in rust_files(folder) {
        let code = code(&path);
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        if !words.any(|word| word == name) {
            continue;
        }
        named += 1;
        let relative =
            path.strip_prefix(repository(folder)).unwrap().to_string_lossy().into_owned();
        assert!(
            allowed.iter().any(|allowed| relative.starts_with(allowed)),
            "{folder}/{relative} names {name}; only {allowed:?} may"
        );
    }
    assert!(allowed.is_empty() || named > 0, "no file names {name}: is the rule still needed?");
}

/// The dependencies of a crate of the workspace, without those of its tests.
fn dependencies(folder: &str) -> Vec<String> {
    let manifest = fs::read_to_string(repository(folder).join("Cargo.toml")).unwrap();
    let sections = manifest.split("\n[").filter(|section| {
        let title = section.lines().next().unwrap_or_default();
        title.ends_with("dependencies]")
            && !title.contains("dev-")
            && !title.starts_with("workspace")
    });
    let lines = sections.flat_map(|section| section.lines().skip(1));
    lines
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .filter(|name| !name.is_empty() && !name.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// Every crate of the workspace.
const CRATES: [&str; 7] = [
    ".",
    "crates/candles",
    "crates/config",
    "crates/reader",
    "crates/storage",
    "crates/telemetry",
    "migration",
];

#[test]
fn every_crate_is_looked_at() {
    let crates = fs::read_dir(repository("crates")).unwrap().count();
    assert_eq!(crates + 2, CRATES.len());
}

/// Cargo sees to it that a crate names only what it depends on.
#[test]
fn only_one_crate_depends_on_the_orm_the_web_framework_and_the_exporters() {
    for (dependency, allowed) in [
        ("sea-orm", &["crates/storage"][..]),
        ("sea-orm-migration", &["migration"]),
        ("migration", &["crates/storage"]),
        ("aws-sdk-secretsmanager", &["crates/storage"]),
        ("axum", &["."]),
        ("opentelemetry", &["crates/telemetry"]),
        ("opentelemetry_sdk", &["crates/telemetry"]),
        ("tracing-opentelemetry", &["crates/telemetry"]),
        ("metrics-exporter-prometheus", &["crates/telemetry"]),
        ("tracing-appender", &["crates/telemetry"]),
        ("csv-core", &["crates/reader"]),
        ("zip", &["crates/reader"]),
        ("indicatif", &["."]),
        ("ta-lib", &["crates/candles"]),
        // The storage has its DataLoader.
        ("async-graphql", &[".", "crates/storage"]),
    ] {
        let dependents = CRATES
            .iter()
            .filter(|folder| dependencies(folder).iter().any(|name| name == dependency));
        assert_eq!(dependents.copied().collect::<Vec<_>>(), allowed, "{dependency}");
    }
}

#[test]
fn only_the_api_layers_name_async_graphql_and_axum() {
    check_named_only_in("async_graphql", "src", &["graphql/", "http/"]);
    for path in rust_files("crates/storage/src") {
        let code = code(&path).replace("async_graphql::dataloader::", "");
        assert!(
            !code.contains("async_graphql"),
            "{} names more than the DataLoader",
            path.display()
        );
    }
    check_named_only_in("axum", "src", &["http/", "server/"]);
}

/// Parts that the library hides from its documentation may change in its next version.
#[test]
fn only_the_adapter_names_what_async_graphql_hides() {
    for name in [
        "registry",
        "resolver_utils",
        "query_env",
        "schema_env",
        "execute_data",
        "with_selection_set",
        "set_error_path",
        "param_value",
        "Binary",
    ] {
        for path in rust_files("src") {
            // A file may pass a registry on.
            let code = code(&path).replace("registry: &mut Registry", "");
            let code = code.replace("(registry", "(").replace("registry,", ",");
            let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
            let is_adapter = path.starts_with(repository("src/graphql/adapter"));
            let named = words.any(|word| word == name);
            assert!(is_adapter || !named, "{} names {name}", path.display());
        }
    }
}

#[test]
fn migrations_never_name_entities() {
    check_named_only_in("entity", "migration/src", &[]);
    check_named_only_in("candleql", "migration/src", &[]);
}

#[test]
fn entities_are_never_serialised() {
    for path in rust_files("crates/storage/src/entity") {
        assert!(!code(&path).contains("Serialize"), "{}", path.display());
    }
}

#[test]
fn candles_does_no_io_is_not_async_and_reads_no_clock() {
    for path in rust_files("crates/candles/src") {
        let code = code(&path);
        for word in
            ["async ", "std::fs", "std::io", "std::net", "std::time", "Utc::", "Local::", "tokio"]
        {
            assert!(!code.contains(word), "{} has {word:?}", path.display());
        }
    }
    assert_eq!(dependencies("crates/candles"), ["chrono", "ta-lib", "thiserror"]);
}

/// The schema's code takes functions from the table; only tests name them.
#[test]
fn no_indicator_is_named() {
    let names: Vec<&str> =
        candles::ta_lib::abstract_api::FUNCS.iter().map(|info| info.name).collect();
    for path in rust_files("src/graphql") {
        let code = code(&path);
        let code = code.split("#[cfg(test)]").next().unwrap();
        for text in code.split('"').skip(1).step_by(2) {
            assert!(!names.contains(&text), "{} names {text}", path.display());
        }
    }
}

#[test]
fn sql_text_stands_only_in_db_and_the_write_path() {
    let statements = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "CREATE ", "COPY "];
    let allowed = [repository("crates/storage/src/db"), repository("crates/storage/src/ingest")];
    let is_allowed = |path: &PathBuf| allowed.iter().any(|allowed| path.starts_with(allowed));
    let files = ["src", "crates"].into_iter().flat_map(rust_files);
    for path in files.filter(|path| !is_allowed(path)) {
        let code = code(&path);
        for statement in statements {
            assert!(!code.contains(statement), "{} has SQL text", path.display());
        }
    }
}

#[test]
fn files_are_short_or_say_why_not() {
    for folder in ["src", "migration/src", "crates", "tests"] {
        for path in rust_files(folder) {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().count();
            let head: Vec<&str> = text.lines().take_while(|line| line.starts_with("//!")).collect();
            let reason = head.iter().any(|line| line.contains("Long because"));
            assert!(lines <= MAX_LINES || reason, "{} has {lines} lines", path.display());
            assert!(!head.is_empty(), "{} does not say what it is for", path.display());
        }
    }
}

#[test]
fn what_is_named_to_make_is_in_the_makefile() {
    let makefile = fs::read_to_string(repository("Makefile")).unwrap();
    let mut named = 0;
    for files in ["*.md", "docs/*.md", ".pre-commit-config.yaml", ".github/**/*.yml"] {
        for path in glob::glob(repository(files).to_str().unwrap()).unwrap() {
            let path = path.unwrap();
            let text = fs::read_to_string(&path).unwrap();
            for (at, _) in text.match_indices("make ") {
                let is_command =
                    ["`", "run: ", "entry: ", "\n"].iter().any(|it| text[..at].ends_with(it));
                let words =
                    text[at..].trim_start_matches("make -C .. ").trim_start_matches("make ");
                let word: String =
                    words.chars().take_while(|it| it.is_ascii_lowercase() || *it == '-').collect();
                if is_command {
                    named += 1;
                    let rule = format!("\n{word}:");
                    assert!(makefile.contains(&rule), "{}: make {word}", path.display());
                }
            }
        }
    }
    assert!(named > 20, "{named} are named");
}
