//! Operations by their names. Clients choose the names, so metrics and traces distinguish only some
//! of them.

use std::{collections::HashMap, fmt, sync::Arc};

use async_graphql::parser::types::OperationType;
use metrics::Histogram;
use parking_lot::RwLock;
use telemetry::metrics::REQUEST_DURATION;

/// Most names that the metrics distinguish. Each is some twenty lines of `/metrics`.
const MAX_NAMES: usize = 100;

/// What a request asks to run, as far as the server knows it.
#[derive(Debug, Clone)]
pub(super) struct Operation {
    pub(super) kind: Option<OperationType>,
    /// The name in the document.
    pub(super) name: Option<Arc<str>>,
    meter: Arc<Meter>,
}

/// How long the operations of one name took.
#[derive(Debug)]
struct Meter {
    is_of_one_name: bool,
    duration: Histogram,
}

/// The names that the metrics distinguish: those of the operations that the server first answered
/// without an error. Further names are `other`, and so are requests that the server refuses before
/// it knows their operation. Operations without a name are `anonymous`.
pub(super) struct OperationMetrics {
    named: RwLock<HashMap<Arc<str>, Arc<Meter>>>,
    anonymous: Arc<Meter>,
    other: Arc<Meter>,
}

impl OperationMetrics {
    pub(super) fn new() -> Self {
        let named = RwLock::default();
        Self { named, anonymous: Meter::new("anonymous", false), other: Meter::new("other", false) }
    }

    /// An operation that the server does not know yet.
    pub(super) fn unknown(&self) -> Operation {
        Operation { kind: None, name: None, meter: Arc::clone(&self.other) }
    }

    /// The operation of a request that may run.
    pub(super) fn find(&self, kind: OperationType, name: Option<&str>) -> Operation {
        let meter = match name {
            None => Some(Arc::clone(&self.anonymous)),
            Some(name) => self.named.read().get(name).cloned(),
        };
        let meter = meter.unwrap_or_else(|| Arc::clone(&self.other));
        Operation { kind: Some(kind), name: name.map(Into::into), meter }
    }

    /// Distinguishes the operation from now on, if there is room for its name. The operation
    /// exists, since the server has answered it without an error.
    pub(super) fn learn(&self, operation: &mut Operation) {
        let Some(name) = &operation.name else { return };
        if operation.meter.is_of_one_name || self.named.read().len() >= MAX_NAMES {
            return;
        }
        let mut named = self.named.write();
        if named.len() < MAX_NAMES || named.contains_key(name) {
            let meter = named.entry(Arc::clone(name)).or_insert_with(|| Meter::new(name, true));
            operation.meter = Arc::clone(meter);
        }
    }
}

impl Operation {
    /// How long operations of this name took.
    pub(super) fn duration(&self) -> &Histogram {
        &self.meter.duration
    }
}

impl Meter {
    fn new(label: &str, is_of_one_name: bool) -> Arc<Self> {
        Arc::new(Self { is_of_one_name, duration: REQUEST_DURATION.histogram(&[label]) })
    }
}

/// The name of the operation's span, by OpenTelemetry's conventions for GraphQL.
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.kind, self.name.as_ref().filter(|_| self.meter.is_of_one_name)) {
            (None, _) => f.write_str("GraphQL Operation"),
            (Some(kind), None) => kind.fmt(f),
            (Some(kind), Some(name)) => write!(f, "{kind} {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_so_many_names_are_told_apart_and_only_of_what_was_answered() {
        let operations = OperationMetrics::new();
        let find = |name: Option<&str>| operations.find(OperationType::Query, name);
        assert_eq!(operations.unknown().to_string(), "GraphQL Operation");
        assert_eq!(find(None).to_string(), "query");
        assert_eq!(find(Some("Chart")).to_string(), "query", "it was never answered");
        for number in 0..10 * MAX_NAMES {
            let mut operation = find(Some(&format!("Name{number}")));
            operations.learn(&mut operation);
            let known = format!("query Name{number}");
            let expected = if number < MAX_NAMES { &known } else { "query" };
            assert_eq!(operation.to_string(), expected);
        }
        assert_eq!(operations.named.read().len(), MAX_NAMES);
        assert_eq!(find(Some("Name7")).to_string(), "query Name7");
        assert_eq!(find(Some("Name7777")).name.as_deref(), Some("Name7777"), "the log has it");
    }
}
