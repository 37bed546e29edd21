//! Whether fields with the same name in the answer can merge (specification, section 5.3.2).
//!
//! All fields that may be of one object must be the same field with the same arguments, and the
//! same holds for their selections together. Fields of two different objects never meet, so only
//! the shapes of their values must agree.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned,
    parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type},
};
use async_graphql_value::Value;

use super::report::Report;
use crate::graphql::adapter::{FieldDefinition, Kind, TypeDefinition, TypeSystem, innermost};

/// Checks a document without errors in the walk. The document has few selections, even with those
/// of a fragment counted for each spread. The check looks at each selection at most once per level
/// above it: an interface's fields select nothing, so no selection belongs to many objects.
pub(super) fn check(types: &TypeSystem, document: &ExecutableDocument, report: &mut Report) {
    let mut operations: Vec<_> = document.operations.iter().collect();
    operations.sort_by_key(|(_, operation)| operation.pos);
    let mut merge = Merge { types, document, report };
    for (_, Positioned { node: operation, .. }) in operations {
        if let Some(root) = types.root(operation.ty) {
            merge.sets(&[(&operation.selection_set.node, root)], Same::Fields);
        }
    }
}

/// What fields with one name in the answer must have in common.
#[derive(Clone, Copy)]
enum Same {
    /// The field, the arguments, and the shape.
    Fields,
    /// The shape alone.
    Shapes,
}

/// A selection set and the type that it is on.
type Set<'a> = (&'a SelectionSet, &'a TypeDefinition);

/// A field, and its definition in the schema.
#[derive(Clone, Copy)]
struct Selected<'a> {
    field: &'a Positioned<Field>,
    parent: &'a TypeDefinition,
    definition: &'a FieldDefinition,
}

impl<'a> Selected<'a> {
    fn key(&self) -> &'a str {
        &self.field.node.response_key().node
    }

    fn is_of_an_object(&self) -> bool {
        matches!(self.parent.kind, Kind::Object)
    }
}

struct Merge<'a, 'r> {
    types: &'a TypeSystem,
    document: &'a ExecutableDocument,
    report: &'r mut Report,
}

impl<'a> Merge<'a, '_> {
    /// Checks the selections of some sets together.
    fn sets(&mut self, sets: &[Set<'a>], same: Same) {
        let (mut fields, mut spread) = (Vec::new(), HashSet::new());
        for set in sets {
            self.collect(*set, &mut fields, &mut spread);
        }
        fields.sort_by_key(Selected::key);
        for group in fields.chunk_by(|a, b| a.key() == b.key()) {
            self.group(group, same);
        }
    }

    /// The fields of a set and of the fragments in it.
    fn collect(
        &self,
        (set, on): Set<'a>,
        fields: &mut Vec<Selected<'a>>,
        spread: &mut HashSet<&'a str>,
    ) {
        for Positioned { node: selection, .. } in &set.items {
            match selection {
                Selection::Field(field) => {
                    if let Some(definition) = on.fields.get(field.node.name.node.as_str()) {
                        fields.push(Selected { field, parent: on, definition });
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on =
                        condition.and_then(|it| self.types.get(&it.node.on.node)).unwrap_or(on);
                    self.collect((&fragment.node.selection_set.node, on), fields, spread);
                }
                Selection::FragmentSpread(it) => {
                    let name = &it.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name).map(|it| &it.node);
                    if let Some(fragment) = fragment.filter(|_| spread.insert(name))
                        && let Some(on) = self.types.get(&fragment.type_condition.node.on.node)
                    {
                        self.collect((&fragment.selection_set.node, on), fields, spread);
                    }
                }
            }
        }
    }

    /// Checks fields with one name in the answer.
    fn group(&mut self, group: &[Selected<'a>], same: Same) {
        self.check_shapes(group);
        let mut parents: Vec<&str> = group
            .iter()
            .filter(|field| field.is_of_an_object())
            .map(|field| field.parent.name.as_str())
            .collect();
        parents.sort_unstable();
        parents.dedup();
        match (same, parents.as_slice()) {
            (Same::Shapes, _) => self.below(group, Same::Shapes),
            (Same::Fields, [] | [_]) => {
                self.check_fields(group);
                self.below(group, Same::Fields);
            }
            (Same::Fields, parents) => {
                for parent in parents {
                    let of_it = |it: &Selected<'_>| {
                        !it.is_of_an_object() || it.parent.name.as_str() == *parent
                    };
                    let fields: Vec<_> = group.iter().copied().filter(of_it).collect();
                    self.check_fields(&fields);
                    self.below(&fields, Same::Fields);
                }
                self.below(group, Same::Shapes);
            }
        }
    }

    /// Checks the selections of fields together.
    fn below(&mut self, fields: &[Selected<'a>], same: Same) {
        let sets = fields.iter().filter_map(|it| {
            let set = &it.field.node.selection_set.node;
            let of = self.types.get(innermost(&it.definition.ty))?;
            (!set.items.is_empty()).then_some((set, of))
        });
        let sets: Vec<_> = sets.collect();
        if !sets.is_empty() {
            self.sets(&sets, same);
        }
    }

    /// Checks that the fields are the same, with the same arguments.
    fn check_fields(&mut self, fields: &[Selected<'a>]) {
        let [first, others @ ..] = fields else { return };
        for other in others {
            let (a, b) = (&first.field.node, &other.field.node);
            if a.name.node != b.name.node {
                self.refuse(
                    first,
                    other,
                    &format!("the fields {} and {}", a.name.node, b.name.node),
                );
            } else if !has_same_arguments(a, b) {
                let what = format!("two fields {} with different arguments", a.name.node);
                self.refuse(first, other, &what);
            }
        }
    }

    /// Checks that the fields give values of one shape.
    fn check_shapes(&mut self, fields: &[Selected<'a>]) {
        let [first, others @ ..] = fields else { return };
        for other in others {
            let (a, b) = (&first.definition.ty, &other.definition.ty);
            if !self.has_same_shape(a, b) {
                self.refuse(first, other, &format!("two fields of the types {a} and {b}"));
            }
        }
    }

    fn refuse(&mut self, first: &Selected<'_>, other: &Selected<'_>, what: &str) {
        let key = first.key();
        self.report.add_between(&[first.field.pos, other.field.pos], || {
            format!("{key} cannot be {what} at once: give one an alias")
        });
    }

    fn has_same_shape(&self, a: &Type, b: &Type) -> bool {
        let is_composite =
            |name: &str| self.types.get(name).is_some_and(TypeDefinition::is_composite);
        a.nullable == b.nullable
            && match (&a.base, &b.base) {
                (BaseType::List(a), BaseType::List(b)) => self.has_same_shape(a, b),
                (BaseType::Named(a), BaseType::Named(b)) => {
                    a == b || is_composite(a) && is_composite(b)
                }
                _ => false,
            }
    }
}

fn has_same_arguments(a: &Field, b: &Field) -> bool {
    let has = |(name, value): &(Positioned<Name>, Positioned<Value>)| {
        b.get_argument(&name.node).is_some_and(|other| other.node == value.node)
    };
    a.arguments.len() == b.arguments.len() && a.arguments.iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graphql::engine::validation::{
        tests::{check_invalid, check_valid, series},
        types,
    };

    #[test]
    fn one_name_in_the_answer_is_one_field() {
        const DIFFERENT: &str = "a cannot be the fields open and close at once: give one an alias";
        for right in ["close close", "a: close ... { a: close }", "a: open b: open"] {
            check_valid(&series("", right));
        }
        for wrong in [
            "a: open a: close",
            "a: open ... on Series { a: close }",
            "a: open ... { ... { a: close } }",
        ] {
            check_invalid(&series("", wrong), &[DIFFERENT]);
        }
        let spread = format!("{} fragment f on Series {{ a: close }}", series("", "a: open ...f"));
        check_invalid(&spread, &[DIFFERENT]);
        // Fields of one name select together.
        check_invalid(
            &series("", "sma { a: last } sma { a: values }"),
            &[
                "a cannot be two fields of the types Float and [Float]! at once: give one an alias",
                "a cannot be the fields last and values at once: give one an alias",
            ],
        );
    }

    #[test]
    fn one_name_in_the_answer_has_the_same_arguments() {
        check_valid(&series("", "rsi(timePeriod: 9) { last } rsi(timePeriod: 9) { values }"));
        check_valid(&series(
            "($a: Int)",
            "kdj(fastKPeriod: $a, slowKPeriod: 2) { k { last } } \
             kdj(slowKPeriod: 2, fastKPeriod: $a) { k { last } }",
        ));
        for (first, second) in [
            ("rsi", "rsi(timePeriod: 9)"),
            ("rsi(timePeriod: 9)", "rsi(timePeriod: 8)"),
            ("rsi(timePeriod: 9)", "rsi(source: HIGH)"),
            ("rsi(timePeriod: 9)", "rsi(timePeriod: null)"),
        ] {
            check_invalid(
                &series("", &format!("{first} {{ last }} {second} {{ last }}")),
                &[
                    "rsi cannot be two fields rsi with different arguments at once: give one an alias",
                ],
            );
        }
    }

    /// [`merge`] counts on it.
    #[test]
    fn the_fields_of_an_interface_select_nothing() {
        for of in types().types().filter(|of| matches!(of.kind, Kind::Abstract(_))) {
            for (name, field) in &of.fields {
                let is_composite = types().get(innermost(&field.ty)).unwrap().is_composite();
                assert!(!is_composite, "{}.{name}", of.name);
            }
        }
    }
}
