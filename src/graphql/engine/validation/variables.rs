//! The variables of an operation: their definitions, and the places where they may stand
//! (specification, section 5.8).

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Value,
    parser::types::{BaseType, Type, VariableDefinition},
};

use super::{
    report::{Hints, Report, shown},
    values::{Form, remedy, wrong_part},
};
use crate::graphql::adapter::{TypeDefinition, TypeSystem, innermost};

/// The variables that an operation defines.
#[derive(Default)]
pub(super) struct Variables<'a> {
    operation: Option<&'a Name>,
    defined: HashMap<&'a str, Variable<'a>>,
}

struct Variable<'a> {
    definition: &'a Positioned<VariableDefinition>,
    has_input_type: bool,
    is_used: bool,
}

/// The place of a value, with the type that it needs.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) ty: &'a Type,
    /// Whether the place has a default of its own.
    pub(super) has_default: bool,
}

impl<'a> Variables<'a> {
    /// The variables of an operation. Each must have a unique name, an input type, and a default of
    /// that type.
    pub(super) fn define(
        operation: Option<&'a Name>,
        definitions: &'a [Positioned<VariableDefinition>],
        types: &TypeSystem,
        hints: Hints,
        report: &mut Report,
    ) -> Self {
        let mut defined = HashMap::new();
        for definition in definitions {
            let Positioned { node: VariableDefinition { name, var_type, .. }, pos } = definition;
            let (name, ty) = (name.node.as_str(), &var_type.node);
            let has_input_type = types.get(innermost(ty)).is_some_and(TypeDefinition::is_input);
            if has_input_type {
                check_default(definition, types, hints, report);
            } else {
                report.add(*pos, || {
                    let inputs = types.types().filter(|of| of.is_input());
                    let near = hints.did_you_mean(innermost(ty), inputs.map(|of| of.name.as_str()));
                    format!("variable ${name} has no input type: {}{near}", innermost(ty))
                });
            }
            let variable = Variable { definition, has_input_type, is_used: false };
            if defined.insert(name, variable).is_some() {
                report.add(*pos, || format!("variable ${name} is defined more than once"));
            }
        }
        Self { operation, defined }
    }

    /// Notes the place of a variable. The place's type is known if the document is right so far.
    pub(super) fn stands(
        &mut self,
        name: &'a Name,
        pos: Pos,
        place: Option<Place<'_>>,
        report: &mut Report,
    ) {
        let Some(variable) = self.defined.get_mut(name.as_str()) else {
            let by = by(self.operation);
            report.add(pos, || format!("variable ${name} is not defined{by}"));
            return;
        };
        variable.is_used = true;
        let VariableDefinition { var_type: Positioned { node: ty, .. }, default_value, .. } =
            &variable.definition.node;
        let default = default_value.as_ref().map(|default| &default.node);
        if let Some(place) = place.filter(|_| variable.has_input_type)
            && !may_stand(ty, default, place)
        {
            report.add(pos, || {
                let wanted = place.ty;
                format!(
                    "variable ${name} of type {ty} stands where {wanted} is wanted: define it as \
                     ${name}: {wanted}"
                )
            });
        }
    }

    /// Reports unused variables, except those with another error.
    pub(super) fn report_unused(&self, report: &mut Report) {
        let is_unused = |variable: &Variable<'_>| !variable.is_used && variable.has_input_type;
        for (name, variable) in self.defined.iter().filter(|(_, variable)| is_unused(variable)) {
            let by = by(self.operation);
            report.add(variable.definition.pos, || format!("variable ${name} is not used{by}"));
        }
    }
}

fn by(operation: Option<&Name>) -> String {
    operation.map_or_else(String::new, |name| format!(" by the operation {name}"))
}

fn check_default(
    definition: &Positioned<VariableDefinition>,
    types: &TypeSystem,
    hints: Hints,
    report: &mut Report,
) {
    let VariableDefinition { name, var_type, default_value, .. } = &definition.node;
    let Some(default) = default_value else { return };
    if let Some((part, ty)) = wrong_part(types, &var_type.node, &default.node, Form::Literal) {
        report.add(default.pos, || {
            let remedy = remedy(types, ty, part.into(), Form::Literal, hints);
            format!("the default of variable ${} is {}{remedy}", name.node, shown(part))
        });
    }
}

/// Whether a variable may stand at a place. A default of the variable or of the place replaces a
/// missing value, so the variable may be nullable where the place is not.
fn may_stand(ty: &Type, default: Option<&Value>, place: Place<'_>) -> bool {
    if !place.ty.nullable && ty.nullable {
        let has_value = place.has_default || default.is_some_and(|it| *it != Value::Null);
        return has_value && is_base_of(&place.ty.base, &ty.base);
    }
    is_supertype(place.ty, ty)
}

/// Whether every value of a type is also one of another type.
fn is_supertype(of: &Type, ty: &Type) -> bool {
    (of.nullable || !ty.nullable) && is_base_of(&of.base, &ty.base)
}

fn is_base_of(of: &BaseType, base: &BaseType) -> bool {
    match (of, base) {
        (BaseType::Named(of), BaseType::Named(name)) => of == name,
        (BaseType::List(of), BaseType::List(items)) => is_supertype(of, items),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::graphql::engine::validation::tests::{check_invalid, check_valid, given};

    #[test]
    fn variables_are_defined_once_used_and_have_input_types() {
        check_valid("query ($a: Boolean!) { __typename @include(if: $a) }");
        check_valid(
            "query ($a: Boolean!) { ...f } fragment f on Query { __typename @skip(if: $a) }",
        );
        check_invalid(
            "query ($a: Int, $b: Int) { instruments(first: $a) { __typename } }",
            &["variable $b is not used"],
        );
        check_invalid(
            "query A { __typename @skip(if: $a) }",
            &["variable $a is not defined by the operation A"],
        );
        check_invalid(
            "query ($a: Int, $a: Int) { instruments(first: $a) { __typename } }",
            &["variable $a is defined more than once"],
        );
        check_invalid(
            "query ($a: Strin) { instruments(search: $a) { __typename } }",
            &["variable $a has no input type: Strin; did you mean String?"],
        );
        check_invalid(
            "query ($a: [Series!]) { instruments(search: $a) { __typename } }",
            &["variable $a has no input type: Series"],
        );
        // A fragment sees the variables of the operation that spreads it.
        check_invalid(
            "query A($a: Boolean!) { ...f } query B { ...f } fragment f on Query { a: __typename \
             @skip(if: $a) b: __typename @skip(if: 1) }",
            &[
                "variable $a is not defined by the operation B",
                "the argument if of the directive @skip is 1; Boolean takes true or false",
            ],
        );
    }

    #[test]
    fn defaults_of_variables_are_of_their_types() {
        check_valid(&given("($a: Frequency = WEEKLY)", "frequency: $a"));
        check_invalid(
            &given("($a: Frequency = \"WEEKLY\")", "frequency: $a"),
            &[
                "the default of variable $a is \"WEEKLY\"; Frequency takes a name without quotes: DAILY, \
             WEEKLY, MONTHLY, QUARTERLY, ANNUAL",
            ],
        );
        check_invalid(
            "query ($a: Boolean! = null) { __typename @skip(if: $a) }",
            &["the default of variable $a is null; Boolean! takes no null"],
        );
    }

    #[test]
    fn variables_stand_where_their_type_is_wanted() {
        let symbol = |definition: &str| {
            format!("query ({definition}) {{ instrument(symbol: $a) {{ symbol }} }}")
        };
        let symbols =
            |ty: &str| format!("query ($a: {ty}) {{ instruments(symbols: $a) {{ __typename }} }}");
        for right in [
            symbol("$a: String!"),
            symbol("$a: String = \"A\""),
            symbols("[String!]"),
            symbols("[String!]!"),
            symbols("[String!] = [\"A\"]"),
            given("($a: Frequency!)", "frequency: $a"),
        ] {
            check_valid(&right);
        }
        for (document, ty, wanted) in [
            (symbol("$a: String"), "String", "String!"),
            (symbol("$a: String = null"), "String", "String!"),
            (symbol("$a: ID!"), "ID!", "String!"),
            (symbols("String"), "String", "[String!]"),
            (symbols("[String]"), "[String]", "[String!]"),
            (given("($a: String)", "frequency: $a"), "String", "Frequency"),
            (given("($a: Float)", "interval: $a"), "Float", "Int"),
            (given("($a: Int)", "from: $a"), "Int", "Date"),
            (
                "query ($a: String) { instruments(symbols: [$a]) { __typename } }".to_owned(),
                "String",
                "String!",
            ),
        ] {
            let expected = format!(
                "variable $a of type {ty} stands where {wanted} is wanted: define it as $a: {wanted}"
            );
            check_invalid(&document, &[&expected]);
        }
    }
}
