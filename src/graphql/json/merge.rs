//! Finds documents in which one response key selects objects twice: the writer must merge their
//! trees.

use std::collections::HashSet;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
};

/// Whether a response key with a selection of its own stands twice somewhere, with all fragments
/// expanded. The answer may be yes even if a directive removes one of the two.
pub(in crate::graphql) fn is_needed(document: &ExecutableDocument) -> bool {
    document
        .operations
        .iter()
        .any(|(_, operation)| repeats_a_key(document, &operation.node.selection_set.node))
}

fn repeats_a_key(document: &ExecutableDocument, set: &SelectionSet) -> bool {
    let mut fields = Vec::new();
    collect(document, set, &mut fields);
    let mut keys: HashSet<&Name> = HashSet::with_capacity(fields.len());
    fields.iter().any(|field| !keys.insert(&field.response_key().node))
        || fields.iter().any(|field| repeats_a_key(document, &field.selection_set.node))
}

/// The fields with selections of their own, also those of fragments.
fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a Field>,
) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) if field.node.selection_set.node.items.is_empty() => {}
            Selection::Field(field) => fields.push(&field.node),
            Selection::InlineFragment(fragment) => {
                collect(document, &fragment.node.selection_set.node, fields);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &fragment.node.selection_set.node, fields);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    #[track_caller]
    fn check(document: &str, expected: bool) {
        assert_eq!(is_needed(&parse_query(document).unwrap()), expected, "{document}");
    }

    #[test]
    fn only_objects_under_one_key_need_merging() {
        check("{ a { b c } d { b c } }", false);
        check("{ a { b b } }", false);
        check("{ a { b } a { c } }", true);
        check("{ x: a { b } a { c } }", false);
        check("{ x: a { b } x: a { c } }", true);
        check("{ a { b { c } ... { b { d } } } }", true);
        check("{ a { ...f b { d } } } fragment f on T { b { c } }", true);
        check("{ a { ...f ...g } } fragment f on T { b { c } } fragment g on T { e { c } }", false);
        check("query A { a { b } } query B { a { b } a { c } }", true);
    }
}
