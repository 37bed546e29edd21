//! The tables of the pages are what the program has.

use std::{collections::BTreeSet, fs};

use candleql::error::Code;
use candles::Frequency;
use clap::{Arg, CommandFactory};
use config::Cli;
use pretty_assertions::assert_eq;

use super::{Page, pages};
use crate::app::{TestApp, repository};

/// Asserts that a page shows these rows, in any order, and each once.
#[track_caller]
fn check_rows(mut shown: Vec<String>, mut rows: Vec<String>) {
    let table = rows.join("\n");
    shown.sort();
    rows.sort();
    assert_eq!(shown, rows, "the table should be:\n{table}");
}

/// Every argument of every command, each once.
fn arguments() -> Vec<Arg> {
    let mut arguments: Vec<Arg> = Vec::new();
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments() {
            if !arguments.iter().any(|it| it.get_long() == argument.get_long()) {
                arguments.push(argument.clone());
            }
        }
    }
    arguments
}

fn help(argument: &Arg) -> String {
    argument.get_help().unwrap().to_string().replace('\n', " ")
}

#[test]
fn settings() {
    let mut rows = Vec::new();
    for argument in arguments() {
        let Some(variable) = argument.get_env() else { continue };
        let default = argument.get_default_values().iter().map(|value| value.to_string_lossy());
        let default = default.filter(|value| !value.is_empty());
        let default = default.map(|value| format!("`{value}`")).collect::<Vec<_>>().join(" ");
        let (flag, variable) = (argument.get_long().unwrap(), variable.to_string_lossy());
        rows.push(format!("| `--{flag}` | `{variable}` | {default} | {} |", help(&argument)));
    }
    assert!(rows.len() > 50, "{rows:#?}");
    let page = Page::read("docs/settings.md");
    check_rows(page.rows("| `--"), rows);
    let of_every_day = page.text.split("## ").nth(1).unwrap();
    let of_every_day = of_every_day.lines().filter(|line| line.starts_with("| `--")).count();
    assert_eq!(of_every_day, 10, "the ten settings of every day come first");
}

#[test]
fn options_of_imports() {
    let command = Cli::command();
    let import = command.find_subcommand("import").unwrap();
    let own = import.get_arguments().filter(|it| it.get_env().is_none());
    let rows = own.filter_map(|it| Some(format!("| `--{}` | {} |", it.get_long()?, help(it))));
    check_rows(Page::read("docs/import.md").rows("| `--"), rows.collect());
}

/// The page's rows end with a remedy, which the program does not have. Rows of fields have no status:
/// it is always 200.
#[test]
fn codes() {
    let page = Page::read("docs/errors.md");
    let (_, of_fields) = page.text.split_once("\n## Fields without an answer\n").unwrap();
    let row = |code: &Code| {
        let info = code.info();
        let is_of_field = of_fields.contains(&format!("\n| `{}` |", info.name));
        let status = if is_of_field { String::new() } else { format!(" {} |", info.http_status) };
        format!("| `{}` |{status} {} |", info.name, info.meaning)
    };
    let shown = page.rows("| `");
    let without_remedy = |row: &String| {
        let (row, remedy) = row.strip_suffix(" |").unwrap().rsplit_once(" | ").unwrap();
        assert!(remedy.ends_with('.'), "{remedy}");
        format!("{row} |")
    };
    let shown = shown.iter().map(without_remedy).collect();
    check_rows(shown, Code::ALL.iter().map(row).collect());
}

#[test]
fn layouts() {
    let mut rows: Vec<String> = Vec::new();
    let (mut name_and_title, mut header) = (String::new(), String::new());
    let formats = reader::formats();
    let mut lines = formats.lines().take_while(|line| !line.is_empty()).peekable();
    while let Some(line) = lines.next() {
        let cell = line.trim();
        if !line.starts_with(' ') {
            let (name, title) = cell.split_once(": ").unwrap();
            name_and_title = format!("`{name}` | {title}");
        } else if !cell.starts_with("and possibly ") {
            cell.clone_into(&mut header);
        }
        let is_last = lines.peek().is_none_or(|next| !next.starts_with(' '));
        if is_last {
            let also = cell.strip_prefix("and possibly ").map(|also| format!("`{also}`"));
            let also = also.unwrap_or_default();
            rows.push(format!("| {name_and_title} | `{header}` | {also} |"));
        }
    }
    assert!(rows.len() >= 15, "{rows:#?}");
    check_rows(Page::read("docs/import.md").table("| layout |"), rows);
}

#[test]
fn frequencies() {
    let page = Page::read("docs/periods.md");
    for frequency in Frequency::ALL {
        let rows = page.rows(&format!("| `{frequency}` |"));
        let limit = format!("| {} |", frequency.max_interval());
        assert!(matches!(&rows[..], [row] if row.ends_with(&limit)), "{frequency}: {rows:?}");
    }
}

#[tokio::test]
async fn indicators() {
    let app = TestApp::empty().await;
    let data = app.data("{ indicatorCatalog { group field } }").await;
    let catalogue = data["indicatorCatalog"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let groups: BTreeSet<String> = catalogue.iter().map(|it| text(&it["group"])).collect();
    let row = |group: &String| {
        let of_group = catalogue.iter().filter(|it| it["group"] == **group);
        let fields: BTreeSet<String> = of_group.map(|it| text(&it["field"])).collect();
        let fields = fields.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>();
        format!("| `{group}` | {} |", fields.join(", "))
    };
    let shown = Page::read("docs/indicators.md").table("| group |");
    check_rows(shown, groups.iter().map(row).collect());
}

/// The variables of nginx' image and their defaults, as its Dockerfile sets them.
fn nginx_variables() -> Vec<(String, String)> {
    let dockerfile = fs::read_to_string(repository("docker/nginx/Dockerfile")).unwrap();
    let words = dockerfile.split_whitespace().filter(|word| word.starts_with("CANDLEQL_"));
    let words = words.filter_map(|word| word.split_once('='));
    words.map(|(name, default)| (name.to_owned(), default.to_owned())).collect()
}

#[test]
fn variables_of_nginx() {
    let page = Page::read("docs/small-deployment.md");
    let rows = page.rows("| `CANDLEQL_");
    let variables = nginx_variables();
    assert_eq!(rows.len(), variables.len());
    for (row, (name, default)) in rows.iter().zip(variables) {
        assert!(row.starts_with(&format!("| `{name}` | `{default}` | ")), "{row}");
    }
}

/// Flags of other programs that the pages name.
const OF_OTHERS: [&str; 4] = ["platform", "profile", "read-only", "stop-timeout"];

#[test]
fn every_setting_that_a_page_names_is_there() {
    let arguments = arguments();
    let flags: Vec<&str> = arguments.iter().filter_map(Arg::get_long).chain(OF_OTHERS).collect();
    let variables = arguments.iter().filter_map(|it| it.get_env()?.to_str());
    let mut variables: BTreeSet<String> = variables.map(str::to_owned).collect();
    variables.extend(nginx_variables().into_iter().map(|(name, _)| name));
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let name = |text: &str| text.chars().take_while(|c| is_of_name(*c)).collect::<String>();
    let mut named = 0;
    for page in pages() {
        for part in page.text.split("CANDLEQL_").skip(1) {
            let variable = format!("CANDLEQL_{}", name(part));
            assert!(variables.contains(&variable), "{}: {variable}", page.path);
            named += 1;
        }
        for part in page.text.split("`--").skip(1) {
            let flag = name(part);
            assert!(flags.contains(&&*flag), "{}: --{flag}", page.path);
            named += 1;
        }
    }
    assert!(named > 100, "{named} are named");
}
