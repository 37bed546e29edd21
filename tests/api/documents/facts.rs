//! Tables of facts, compared with what they describe; and a list of all tables, so that each has a
//! test or a reason.

use std::{collections::BTreeSet, fs};

use axum::http::header;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::{Page, pages};
use crate::{
    app::{TestApp, repository},
    server::Server,
};

/// What holds a table to the truth.
enum Held {
    /// A test of this folder.
    By(&'static str),
    /// Tests elsewhere that try what its rows say.
    Elsewhere(&'static str),
    /// Figures of a measurement, which no test can repeat.
    Measured(&'static str),
    /// No claim beyond the links and settings in it, which tests check on every page.
    Links,
}

use Held::{By, Elsewhere, Links, Measured};

/// Every table: its page, the beginning of its header, and what holds it.
const TABLES: [(&str, &str, Held); 32] = [
    ("README.md", "| page | holds |", By("links::every_page_is_in_the_table_of_contents")),
    ("docs/access.md", "| limit | setting |", Links),
    ("docs/caching.md", "| header | value | says |", By("facts::headers_of_answers")),
    ("docs/caching.md", "| memory | setting | keeps |", Links),
    ("docs/errors.md", "| the error |", By("statuses::errors_have_the_status_of_their_section")),
    ("docs/errors.md", "| code | status |", By("tables::codes")),
    ("docs/errors.md", "| code | meaning |", By("tables::codes")),
    ("docs/getting-started.md", "| program | version |", By("facts::versions_of_programs")),
    ("docs/getting-started.md", "| file | is |", By("facts::files_of_the_embedded_database")),
    ("docs/getting-started.md", "| the explorer on a phone |", Links),
    ("docs/import.md", "| flag | meaning |", By("tables::options_of_imports")),
    ("docs/import.md", "| layout |", By("tables::layouts")),
    ("docs/import.md", "| column | takes |", By("facts::columns_of_the_plain_layout")),
    ("docs/indicators.md", "| field | is |", By("facts::fields_of_a_line")),
    ("docs/indicators.md", "| group | fields |", By("tables::indicators")),
    ("docs/metrics.md", "| path | for | answers |", By("facts::health_checks")),
    ("docs/metrics.md", "| status | body | when |", Elsewhere("tests/api/health.rs")),
    ("docs/metrics.md", "| metric | kind |", Elsewhere("tests/api/metrics.rs")),
    ("docs/operations.md", "| what | how often |", Elsewhere("terraform/tests")),
    ("docs/operations.md", "| what | by itself |", Elsewhere("terraform/tests")),
    ("docs/operations.md", "| alarm | means |", By("facts::alarms")),
    ("docs/operations.md", "| | price |", Measured("AWS's price list")),
    ("docs/performance.md", "| 301 pairs, medians |", Measured("make bench")),
    ("docs/performance.md", "| workload |", Measured("make load")),
    ("docs/performance.md", "| `make load` |", Measured("make load")),
    ("docs/performance.md", "| | 1,000 rows/s |", Measured("make bench-import")),
    ("docs/periods.md", "| frequency |", By("tables::frequencies")),
    ("docs/periods.md", "| fill | gives |", By("facts::values_of_fill")),
    ("docs/postgresql.md", "| when |", Elsewhere("tests/resilience")),
    ("docs/small-deployment.md", "| variable | default |", By("tables::variables_of_nginx")),
    ("docs/tutorial.md", "| to | change |", Links),
    ("docs/settings.md", "| flag | variable |", By("tables::settings")),
];

/// The headers of a page's tables.
fn headers(page: &Page) -> Vec<String> {
    let lines = page.prose();
    let pairs = lines.windows(2).filter(|pair| pair[1].starts_with("| ---"));
    pairs.map(|pair| pair[0].to_owned()).collect()
}

#[test]
fn every_table_has_a_test_or_a_reason() {
    let mut found = 0;
    for page in pages() {
        for header in headers(&page) {
            let is_it = |(path, start, _): &&(&str, &str, Held)| {
                *path == page.path && header.starts_with(start)
            };
            assert!(TABLES.iter().any(|it| is_it(&it)), "{}: {header}", page.path);
            found += 1;
        }
    }
    assert!(found >= TABLES.len(), "{found} tables");
    for (path, start, held) in &TABLES {
        assert!(headers(&Page::read(path)).iter().any(|it| it.starts_with(start)), "{start}");
        match held {
            By(test) => {
                let (file, function) = test.split_once("::").unwrap();
                let source = repository(&format!("tests/api/documents/{file}.rs"));
                let source = fs::read_to_string(source).unwrap();
                assert!(source.contains(&format!("fn {function}()")), "{test}");
            }
            Elsewhere(tests) => assert!(repository(tests).exists(), "{tests}"),
            Measured(by) => assert!(!by.is_empty()),
            Links => {}
        }
    }
}

/// The first cells of a table's rows, without code marks.
fn first_cells(path: &str, header: &str) -> Vec<String> {
    let rows = Page::read(path).table(header);
    let cells =
        rows.iter().map(|row| row.split('|').nth(1).unwrap().replace('`', "").trim().to_owned());
    let cells: Vec<_> = cells.collect();
    assert!(!cells.is_empty(), "{path}: {header}");
    cells
}

#[tokio::test]
async fn headers_of_answers() {
    let uri = "/graphql?query=%7Binstruments%7BtotalCount%7D%7D";
    let app = TestApp::bundled().await;
    let answer = app.get(uri).await;
    let page = Page::read("docs/caching.md");
    assert!(answer.header(header::ETAG).starts_with("W/\""), "{}", answer.header(header::ETAG));
    for (name, value) in [("ETag", "W/\"...\""), ("Cache-Control", "no-cache")] {
        assert_eq!(page.rows(&format!("| `{name}` | `{value}` |")).len(), 1, "{name}");
    }
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-cache");
    let vary = answer.headers.get_all(header::VARY).iter().map(|it| it.to_str().unwrap());
    let vary = vary.collect::<Vec<_>>().join(", ").to_lowercase();
    assert_eq!(vary, "accept, accept-encoding");
    assert_eq!(page.rows("| `Vary` | `Accept, Accept-Encoding` |").len(), 1);
}

#[test]
fn versions_of_programs() {
    let rows = Page::read("docs/getting-started.md").rows("| [Rust]");
    let manifest = fs::read_to_string(repository("Cargo.toml")).unwrap();
    let (_, version) = manifest.split_once("rust-version = \"").unwrap();
    let minor: Vec<&str> = version.split('"').next().unwrap().split('.').take(2).collect();
    let expected = format!("| {} or later |", minor.join("."));
    assert!(rows.len() == 1 && rows[0].contains(&expected), "{rows:?}: {expected}");
}

#[test]
fn files_of_the_embedded_database() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("candleql.db").display());
    let _server = Server::start(&url, &[]);
    let files = fs::read_dir(folder.path()).unwrap();
    let made: BTreeSet<String> =
        files.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    let cells = first_cells("docs/getting-started.md", "| file | is |");
    let shown = cells.iter().flat_map(|cell| cell.split(", "));
    // A build makes the folders.
    let shown = shown.filter(|name| !name.ends_with('/')).map(str::to_owned);
    assert_eq!(shown.collect::<BTreeSet<_>>(), made);
}

#[test]
fn columns_of_the_plain_layout() {
    let formats = reader::formats();
    let plain: Vec<&str> = formats.lines().take(3).map(str::trim).collect();
    let (columns, also) = (plain[1], plain[2].strip_prefix("and possibly ").unwrap());
    let columns: BTreeSet<&str> = columns.split(',').chain(also.split(',')).collect();
    let cells = first_cells("docs/import.md", "| column | takes |");
    let named: BTreeSet<&str> = cells.iter().flat_map(|cell| cell.split(' ')).collect();
    assert_eq!(named, columns);
}

/// The names in a list of the schema.
async fn names(app: &TestApp, query: &str, list: &str) -> BTreeSet<String> {
    let data = app.data(query).await;
    let items = data["__type"][list].as_array().unwrap().clone();
    items.iter().map(|item: &Value| item["name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn fields_of_a_line() {
    let app = TestApp::empty().await;
    let mut fields = names(&app, "{ __type(name: \"Line\") { fields { name } } }", "fields").await;
    let catalogue = app.data("{ indicatorCatalog { field } }").await;
    for indicator in catalogue["indicatorCatalog"].as_array().unwrap() {
        fields.remove(indicator["field"].as_str().unwrap());
    }
    let shown = first_cells("docs/indicators.md", "| field | is |");
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), fields);
}

#[tokio::test]
async fn values_of_fill() {
    let app = TestApp::empty().await;
    let query = "{ __type(name: \"Fill\") { enumValues { name } } }";
    let values = names(&app, query, "enumValues").await;
    let cells = first_cells("docs/periods.md", "| fill | gives |");
    let shown = cells.iter().map(|cell| cell.split(',').next().unwrap().to_owned());
    assert_eq!(shown.collect::<BTreeSet<_>>(), values);
}

#[tokio::test]
async fn health_checks() {
    let app = TestApp::bundled().await;
    for path in first_cells("docs/metrics.md", "| path | for | answers |") {
        assert_eq!(app.get(&path).await.status, 200, "{path}");
    }
    assert_eq!(app.get("/_healthcheck").await.json(), json!({ "status": "ok" }));
    let page = Page::read("docs/metrics.md");
    assert_eq!(page.rows("| 200 | `{\"status\":\"ok\"}` |").len(), 1);
}

/// Every alarm that Terraform makes is on the page, and no other.
#[test]
fn alarms() {
    let mut made = BTreeSet::new();
    for file in ["main.tf", "secret_age.tf"] {
        let path = repository(&format!("terraform/modules/alarms/{file}"));
        for line in fs::read_to_string(path).unwrap().lines() {
            let line = line.trim();
            // An entry of a table of alarms, or an alarm of its own.
            if let Some(name) = line.strip_suffix(" = {").filter(|name| name.contains('-')) {
                made.insert(name.trim().to_owned());
            } else if let Some((_, name)) = line.split_once("= \"${var.name}-")
                && line.starts_with("alarm_name")
            {
                made.insert(name.trim_end_matches('"').to_owned());
            }
        }
    }
    made.extend(["latency", "faults"].map(str::to_owned));
    made.remove("${each.key}");
    let shown = first_cells("docs/operations.md", "| alarm | means |");
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), made);
}
