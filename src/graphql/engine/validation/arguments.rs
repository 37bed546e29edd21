//! The arguments of a field or a directive (specification, sections 5.4 and 5.6).

use std::fmt;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{BaseType, Type},
};
use async_graphql_value::Value;

use super::{
    report::{Hints, Report, shown},
    values::{Form, fits, remedy},
    variables::{Place, Variables},
};
use crate::graphql::adapter::{ArgumentDefinition, TypeSystem};

/// The rules of arguments, with what they need of the walk.
pub(super) struct Arguments<'a, 'w> {
    pub(super) types: &'a TypeSystem,
    pub(super) hints: Hints,
    pub(super) variables: &'w mut Variables<'a>,
    pub(super) report: &'w mut Report,
}

/// A field or directive with arguments, in the words of an error.
#[derive(Clone, Copy)]
pub(super) enum Owner<'a> {
    /// A field of a type.
    Field { parent: &'a str, name: &'a str },
    /// A directive.
    Directive(&'a str),
}

impl fmt::Display for Owner<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { parent, name } => write!(f, "{parent}.{name}"),
            Self::Directive(name) => write!(f, "the directive @{name}"),
        }
    }
}

/// An argument in the document.
#[derive(Clone, Copy)]
struct Given<'a> {
    name: &'a str,
    owner: Owner<'a>,
    /// Where its value begins.
    pos: Pos,
}

impl<'a> Arguments<'a, '_> {
    /// Checks the arguments that a document gives to a field or a directive. `taken` are those that
    /// the schema declares; none for a field that the schema does not have.
    pub(super) fn check(
        &mut self,
        given: &'a [(Positioned<Name>, Positioned<Value>)],
        taken: Option<&'a [ArgumentDefinition]>,
        owner: Owner<'a>,
        pos: Pos,
    ) {
        for (index, (name, value)) in given.iter().enumerate() {
            let argument = Given { name: &name.node, owner, pos: value.pos };
            let definition =
                taken.and_then(|taken| taken.iter().find(|it| it.name == name.node.as_str()));
            if let Some(taken) = taken {
                if definition.is_none() {
                    self.report_unknown(name, taken, owner);
                } else if given[..index].iter().any(|(before, _)| before.node == name.node) {
                    self.report.add(name.pos, || {
                        format!("{owner} is given its argument {} more than once", name.node)
                    });
                }
            }
            let place = definition.map(|it| Place { ty: &it.ty, has_default: it.has_default });
            self.value(&value.node, place, argument);
        }
        for needed in taken.into_iter().flatten().filter(|it| !it.ty.nullable && !it.has_default) {
            if !given.iter().any(|(name, _)| name.node.as_str() == needed.name) {
                self.report.add(pos, || {
                    format!("{owner} needs its argument {}: {}", needed.name, needed.ty)
                });
            }
        }
    }

    fn report_unknown(
        &mut self,
        name: &Positioned<Name>,
        taken: &[ArgumentDefinition],
        owner: Owner<'_>,
    ) {
        let hints = self.hints;
        self.report.add(name.pos, || {
            let near = hints.did_you_mean(&name.node, taken.iter().map(|it| it.name.as_str()));
            format!("{owner} has no argument {}{near}", name.node)
        });
    }

    /// Checks a value of an argument, or a part of it, and notes its variables.
    fn value(&mut self, value: &'a Value, place: Option<Place<'a>>, argument: Given<'a>) {
        match value {
            Value::Variable(name) => {
                self.variables.stands(name, argument.pos, place, self.report);
            }
            Value::List(items) => {
                let of = place.and_then(|place| items_of(place.ty));
                if place.is_some() && of.is_none() {
                    self.check_literal(value, place, argument);
                }
                let item = of.map(|ty| Place { ty, has_default: false });
                for value in items {
                    self.value(value, item, argument);
                }
            }
            Value::Object(fields) => {
                self.check_literal(value, place, argument);
                for value in fields.values() {
                    self.value(value, None, argument);
                }
            }
            _ => self.check_literal(value, place, argument),
        }
    }

    fn check_literal(&mut self, value: &Value, place: Option<Place<'_>>, argument: Given<'_>) {
        let Some(Place { ty, .. }) = place else { return };
        let (types, hints) = (self.types, self.hints);
        if fits(types, ty, value.into(), Form::Literal) {
            return;
        }
        let Given { name, owner, pos } = argument;
        self.report.add(pos, || {
            let remedy = remedy(types, ty, value.into(), Form::Literal, hints);
            format!("the argument {name} of {owner} is {}{remedy}", shown(value))
        });
    }
}

/// The type of a list's items; none if the type is no list.
fn items_of(ty: &Type) -> Option<&Type> {
    match &ty.base {
        BaseType::List(items) => Some(items),
        BaseType::Named(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::graphql::engine::validation::tests::{
        check_invalid, check_valid, check_with, given, series,
    };

    #[test]
    fn arguments_are_known_given_once_and_there_if_needed() {
        check_invalid(
            "{ instrument(symbl: \"A\") { symbol } }",
            &[
                "Query.instrument needs its argument symbol: String!",
                "Query.instrument has no argument symbl; did you mean symbol?",
            ],
        );
        check_with(
            false,
            "{ instrument(symbol: \"A\", symbl: \"A\") { symbol } }",
            &["Query.instrument has no argument symbl"],
        );
        check_invalid(
            "{ instrument(symbol: \"A\", symbol: \"A\") { symbol } }",
            &["Query.instrument is given its argument symbol more than once"],
        );
        check_invalid("{ __typename(a: 1) }", &["Query.__typename has no argument a"]);
        check_invalid(
            "{ instruments(first: 1, second: $a) { __typename } }",
            &["Query.instruments has no argument second", "variable $a is not defined"],
        );
    }

    #[test]
    fn literals_are_of_the_wanted_type() {
        for right in [
            "frequency: WEEKLY",
            "frequency: null, interval: null",
            "interval: -2147483648",
            "from: \"2024-02-29\"",
        ] {
            check_valid(&given("", right));
        }
        let frequencies = "DAILY, WEEKLY, MONTHLY, QUARTERLY, ANNUAL";
        let unquoted = format!("; Frequency takes a name without quotes: {frequencies}");
        let int = "; Int takes a whole number from -2147483648 to 2147483647";
        let date = "; Date takes a calendar day in quotes, like \"2024-01-31\"";
        for (argument, value, remedy) in [
            ("frequency", "\"WEEKLY\"", unquoted.as_str()),
            ("frequency", "HOURLY", &format!("; Frequency has only {frequencies}")),
            ("frequency", "true", &unquoted),
            ("interval", "1.5", int),
            ("interval", "\"1\"", int),
            ("interval", "2147483648", int),
            ("interval", "-2147483649", int),
            ("interval", "[1]", int),
            ("interval", "{a: 1}", int),
            ("from", "\"2023-02-29\"", date),
            ("from", "20230228", date),
        ] {
            let expected =
                format!("the argument {argument} of Instrument.series is {value}{remedy}");
            check_invalid(&given("", &format!("{argument}: {value}")), &[&expected]);
        }
        check_with(
            false,
            &given("", "frequency: HOURLY"),
            &["the argument frequency of Instrument.series is HOURLY; Frequency has no such value"],
        );
    }

    #[test]
    fn null_and_whole_numbers_fit_where_the_specification_says() {
        check_invalid(
            "{ instrument(symbol: null) { symbol } }",
            &["the argument symbol of Query.instrument is null; String! takes no null"],
        );
        check_valid(&series("", "bbands(nbDevUp: 2) { upperBand { last } }"));
        check_invalid(
            &series("", "bbands(nbDevUp: \"2\") { upperBand { last } }"),
            &["the argument nbDevUp of Series.bbands is \"2\"; Float takes a number"],
        );
    }

    #[test]
    fn lists_hold_values_of_their_items_and_one_value_stands_for_a_list() {
        let symbols = |value: &str| format!("{{ instruments(symbols: {value}) {{ __typename }} }}");
        for right in ["[\"A\"]", "\"A\"", "[]", "null"] {
            check_valid(&symbols(right));
        }
        let not = "the argument symbols of Query.instruments is";
        for (value, wrong) in [("[1]", "1"), ("[[\"A\"]]", "[\"A\"]"), ("5", "5")] {
            let expected = format!("{not} {wrong}; String takes a text in quotes");
            check_invalid(&symbols(value), &[&expected]);
        }
        check_invalid(&symbols("[null]"), &[&format!("{not} null; String! takes no null")]);
    }
}
