//! Dashboard and alerts name only metrics of the server.

use std::{collections::BTreeSet, fs};

use candleql::error::Code;
use serde_json::Value;

use crate::{app::repository, metrics::Observed};

const DASHBOARD: &str = "docker/grafana/dashboards/candleql.json";
const ALERTS: &str = "docker/prometheus/alerts.yml";

/// Prometheus' own metrics of its targets.
const OF_PROMETHEUS: &str = "up";

/// Words of `PromQL` that are not metrics; functions stand before their arguments.
const WORDS: [&str; 5] = ["and", "bool", "offset", "or", "unless"];

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).unwrap()
}

/// The expressions of the dashboard's panels.
fn of_dashboard() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&read(DASHBOARD)).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let targets = panels.iter().flat_map(|panel| panel["targets"].as_array().unwrap());
    targets.map(|target| target["expr"].as_str().unwrap().to_owned()).collect()
}

/// The expressions of the alerts.
fn of_alerts() -> Vec<String> {
    let text = read(ALERTS);
    let alerts = text.lines().filter(|line| line.contains("- alert:")).count();
    let expressions = text.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let expressions: Vec<String> = expressions.map(str::to_owned).collect();
    assert_eq!(expressions.len(), alerts, "each alert has its expression on one line");
    expressions
}

/// The metrics that an expression of `PromQL` names.
fn metrics(expression: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut rest = expression;
    while let Some(next) = rest.chars().next() {
        let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
        if !is_of_name(next) {
            rest = match next {
                '{' => after(rest, '}'),
                '[' => after(rest, ']'),
                _ => &rest[next.len_utf8()..],
            };
            continue;
        }
        let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        rest = behind.trim_start();
        let is_function = ["(", "by ", "without "].iter().any(|next| rest.starts_with(next));
        if matches!(word, "by" | "without" | "on" | "ignoring") {
            // Labels.
            rest = after(rest, ')');
        } else if !is_function && !next.is_ascii_digit() && !WORDS.contains(&word) {
            names.insert(word.to_owned());
        }
    }
    names
}

fn after(text: &str, end: char) -> &str {
    text.split_once(end).unwrap_or_else(|| panic!("no {end} in {text}")).1
}

#[test]
fn metrics_are_found_in_expressions() {
    for (expression, expected) in [
        ("up{job=\"a_b\"} == 0", &["up"][..]),
        (
            "sum by (le, code) (rate(a_total{code=~\"X|Y\"}[5m])) / on (b) c > 0.8",
            &["a_total", "c"],
        ),
        ("histogram_quantile(0.99, sum(rate(d_bucket[$__rate_interval])))", &["d_bucket"]),
        ("a >= ignoring (state) b_max and topk(3, c) or d offset 5m", &["a", "b_max", "c", "d"]),
    ] {
        let expected = expected.iter().map(ToString::to_string).collect();
        assert_eq!(metrics(expression), expected, "{expression}");
    }
}

#[tokio::test]
async fn every_metric_that_is_named_exists() {
    let observed = Observed::start(&[]).await;
    observed.server.query("{ instrument(symbol: \"AMZN\") { series { close } } }");
    observed.server.query("{ instrument(symbol: \"NONE\") { lastDate } }");
    let mut told = observed.metrics().names();
    told.insert(OF_PROMETHEUS.to_owned());
    let (dashboard, alerts) = (of_dashboard(), of_alerts());
    assert!(dashboard.len() >= 12 && alerts.len() >= 8, "{dashboard:?} {alerts:?}");
    for expression in dashboard.iter().chain(&alerts) {
        let metrics = metrics(expression);
        assert!(!metrics.is_empty(), "{expression} names no metric");
        for metric in metrics {
            assert!(told.contains(&metric), "{metric} does not exist: {expression}");
        }
    }
}

#[test]
fn every_code_that_is_named_exists() {
    let mut named = 0;
    for expression in of_dashboard().iter().chain(&of_alerts()) {
        let Some((_, codes)) = expression.split_once("code=") else { continue };
        let codes = codes.trim_start_matches('~').trim_start_matches('"');
        for code in codes.split_once('"').unwrap().0.split('|') {
            named += 1;
            assert!(Code::ALL.iter().any(|known| known.info().name == code), "{code}");
        }
    }
    assert!(named > 0);
}
