//! The one walk over a document: operations with the fragments that they spread, fields,
//! directives.

use std::collections::HashSet;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        Directive, ExecutableDocument, Field, FragmentSpread, InlineFragment, OperationDefinition,
        OperationType, Selection, SelectionSet, TypeCondition,
    },
};

use super::{
    arguments::{Arguments, Owner},
    report::{Hints, Report},
    variables::Variables,
};
use crate::graphql::adapter::{TypeDefinition, TypeSystem, innermost};

/// A walk over a document. It visits a fragment once for each operation that spreads it, since the
/// variables are the operation's. The report drops the errors that this repeats.
pub(super) struct Walk<'a> {
    types: &'a TypeSystem,
    hints: Hints,
    report: Report,
    /// The variables of the operation that is walked.
    variables: Variables<'a>,
    document: &'a ExecutableDocument,
    /// The fragments that the operation has spread so far.
    spread: HashSet<&'a str>,
    /// The fragments that some operation spreads.
    used: HashSet<&'a str>,
}

/// The type of the current selection; none where the document is wrong. The walk then reports
/// nothing more there.
type On<'a> = Option<&'a TypeDefinition>;

impl<'a> Walk<'a> {
    pub(super) fn new(
        types: &'a TypeSystem,
        document: &'a ExecutableDocument,
        hints: Hints,
    ) -> Self {
        Self {
            types,
            hints,
            report: Report::default(),
            variables: Variables::default(),
            document,
            spread: HashSet::new(),
            used: HashSet::new(),
        }
    }

    /// Walks the whole document and reports its errors.
    pub(super) fn document(mut self) -> Report {
        // The walk follows the order of the text: a map has another order each time.
        let mut operations: Vec<_> = self.document.operations.iter().collect();
        operations.sort_by_key(|(_, operation)| operation.pos);
        for (name, operation) in operations {
            self.operation(name, operation);
        }
        let mut unused: Vec<_> = self.document.fragments.iter().collect();
        unused.retain(|(name, _)| !self.used.contains(name.as_str()));
        unused.sort_by_key(|(_, fragment)| fragment.pos);
        for (name, fragment) in unused {
            self.report.add(fragment.pos, || format!("the fragment {name} is not used"));
        }
        self.report
    }

    fn operation(&mut self, name: Option<&'a Name>, at: &'a Positioned<OperationDefinition>) {
        let operation = &at.node;
        let definitions = &operation.variable_definitions;
        self.variables =
            Variables::define(name, definitions, self.types, self.hints, &mut self.report);
        for definition in definitions {
            self.directives(&definition.node.directives, "VARIABLE_DEFINITION");
        }
        self.spread.clear();
        let location = match operation.ty {
            OperationType::Query => "QUERY",
            OperationType::Mutation => "MUTATION",
            OperationType::Subscription => "SUBSCRIPTION",
        };
        self.directives(&operation.directives, location);
        // The execution refuses kinds of operations that the schema does not have: a mutation that
        // comes by GET gets the status 405 first.
        self.set(&operation.selection_set.node, self.types.root(operation.ty));
        self.variables.report_unused(&mut self.report);
    }

    fn set(&mut self, set: &'a SelectionSet, on: On<'a>) {
        for Positioned { node: selection, .. } in &set.items {
            match selection {
                Selection::Field(field) => self.field(field, on),
                Selection::FragmentSpread(spread) => self.spread(spread, on),
                Selection::InlineFragment(fragment) => self.inline(fragment, on),
            }
        }
    }

    fn field(&mut self, at: &'a Positioned<Field>, on: On<'a>) {
        let Positioned { node: field, pos } = at;
        let name = &field.name.node;
        let definition = on.and_then(|on| on.fields.get(name.as_str()));
        if let (Some(on), None) = (on, definition) {
            let hints = self.hints;
            self.report.add(*pos, || {
                let near = hints.did_you_mean(name, on.fields.keys().map(String::as_str));
                format!("{} has no field {name}{near}", on.name)
            });
        }
        let parent = on.map_or("", |on| on.name.as_str());
        let taken = definition.map(|it| it.arguments.as_slice());
        self.arguments().check(&field.arguments, taken, Owner::Field { parent, name }, *pos);
        self.directives(&field.directives, "FIELD");
        let of = definition.and_then(|it| self.types.get(innermost(&it.ty)));
        let selects = !field.selection_set.node.items.is_empty();
        match of {
            Some(of) if of.is_composite() && !selects => self.report.add(*pos, || {
                format!("{parent}.{name} is of type {}: select fields of it in braces", of.name)
            }),
            Some(of) if !of.is_composite() && selects => self.report.add(*pos, || {
                format!("{parent}.{name} is of type {}, which has no fields to select", of.name)
            }),
            _ => {}
        }
        self.set(&field.selection_set.node, of.filter(|of| of.is_composite()));
    }

    fn inline(&mut self, at: &'a Positioned<InlineFragment>, on: On<'a>) {
        let Positioned { node: fragment, pos } = at;
        self.directives(&fragment.directives, "INLINE_FRAGMENT");
        let within = match &fragment.type_condition {
            None => on,
            Some(condition) => {
                let of = self.condition(condition);
                self.check_overlap(on, of, *pos);
                of
            }
        };
        self.set(&fragment.selection_set.node, within);
    }

    fn spread(&mut self, at: &'a Positioned<FragmentSpread>, on: On<'a>) {
        let Positioned { node: spread, pos } = at;
        let name = &spread.fragment_name.node;
        self.directives(&spread.directives, "FRAGMENT_SPREAD");
        let Some(fragment) = self.document.fragments.get(name) else {
            let (hints, document) = (self.hints, self.document);
            self.report.add(*pos, || {
                let near = hints.did_you_mean(name, document.fragments.keys().map(Name::as_str));
                format!("there is no fragment {name}{near}")
            });
            return;
        };
        let fragment = &fragment.node;
        let of = self.types.get(&fragment.type_condition.node.on.node);
        self.check_overlap(on, of.filter(|of| of.is_composite()), *pos);
        self.used.insert(name);
        if self.spread.insert(name) {
            let of = self.condition(&fragment.type_condition);
            self.directives(&fragment.directives, "FRAGMENT_DEFINITION");
            self.set(&fragment.selection_set.node, of);
        }
    }

    /// The type of a fragment.
    fn condition(&mut self, condition: &Positioned<TypeCondition>) -> On<'a> {
        let Positioned { node: name, pos } = &condition.node.on;
        let (types, hints) = (self.types, self.hints);
        let of = types.get(name);
        match of {
            Some(of) if of.is_composite() => return Some(of),
            Some(_) => self
                .report
                .add(*pos, || format!("a fragment cannot be on {name}, which has no fields")),
            None => self.report.add(*pos, || {
                let composite = types.types().filter(|of| of.is_composite());
                let near = hints.did_you_mean(name, composite.map(|of| of.name.as_str()));
                format!("there is no type {name}{near}")
            }),
        }
        None
    }

    fn check_overlap(&mut self, on: On<'_>, of: On<'_>, pos: Pos) {
        if let (Some(on), Some(of)) = (on, of)
            && !on.overlaps(of)
        {
            self.report.add(pos, || {
                format!("a fragment on {} cannot stand in {}: no object is both", of.name, on.name)
            });
        }
    }

    fn directives(&mut self, directives: &'a [Positioned<Directive>], location: &'static str) {
        for (index, Positioned { node: directive, pos }) in directives.iter().enumerate() {
            let name = &directive.name.node;
            let (types, hints) = (self.types, self.hints);
            let definition = types.directive(name);
            match definition {
                None => self.report.add(*pos, || {
                    let near = hints.did_you_mean(name, types.directives_at(location));
                    format!("there is no directive @{name}{near}")
                }),
                Some(it) if !it.locations.iter().any(|known| known == location) => self
                    .report
                    .add(*pos, || format!("the directive @{name} cannot stand on {location}")),
                Some(it) if !it.is_repeatable => {
                    let before = &directives[..index];
                    if before.iter().any(|before| before.node.name.node == *name) {
                        self.report.add(*pos, || {
                            format!("the directive @{name} stands more than once in one place")
                        });
                    }
                }
                Some(_) => {}
            }
            let taken = definition.map(|it| it.arguments.as_slice());
            self.arguments().check(&directive.arguments, taken, Owner::Directive(name), *pos);
        }
    }

    fn arguments(&mut self) -> Arguments<'a, '_> {
        Arguments {
            types: self.types,
            hints: self.hints,
            variables: &mut self.variables,
            report: &mut self.report,
        }
    }
}
