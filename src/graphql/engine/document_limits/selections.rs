//! A document as a tree: its selections, and those of a fragment for each spread.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, OperationDefinition, Selection, SelectionSet},
};
use config::LimitSettings;

use super::exceeded;
use crate::error::{Code, Refusal};

/// Refuses a document that is too large, too deep or too wide, or whose fragments spread
/// themselves.
pub(in crate::graphql) fn check_document(
    document: &ExecutableDocument,
    limits: &LimitSettings,
) -> Result<(), Refusal> {
    let mut walk = Walk { document, limits, fragments: HashMap::new() };
    let mut selections = 0;
    for (_, operation) in document.operations.iter() {
        selections = walk.operation(&operation.node)?.selections.saturating_add(selections);
    }
    walk.check_selections(selections)?;
    // The validation also walks fragments that no operation spreads.
    for (name, fragment) in &document.fragments {
        walk.check_directives(&fragment.node.directives)?;
        walk.fragment(name, 1)?;
    }
    Ok(())
}

/// The extent of a selection set.
#[derive(Clone, Copy, Default)]
struct Extent {
    selections: usize,
    /// Fields of the set itself.
    fields: usize,
    /// Fields of the set with an alias.
    aliases: usize,
    /// Levels below it.
    depth: usize,
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    limits: &'a LimitSettings,
    /// The known extents of fragments; the walk visits each once. `None` marks a fragment under
    /// way.
    fragments: HashMap<&'a Name, Option<Extent>>,
}

impl<'a> Walk<'a> {
    fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Extent, Refusal> {
        self.check_directives(&operation.directives)?;
        for variable in &operation.variable_definitions {
            self.check_directives(&variable.node.directives)?;
        }
        let extent = self.set(&operation.selection_set.node, 0)?;
        let limit = self.limits.max_root_fields;
        if extent.fields > limit {
            let what = "the operation's root fields";
            return Err(exceeded(Code::RootFieldLimit, what, extent.fields, limit));
        }
        Ok(extent)
    }

    /// The extent of a selection set at a level. The result is within the limits.
    fn set(&mut self, set: &'a SelectionSet, level: usize) -> Result<Extent, Refusal> {
        self.check_depth(level)?;
        let mut extent = Extent::default();
        for Positioned { node: selection, .. } in &set.items {
            self.check_directives(selection.directives())?;
            let (inside, is_field) = match selection {
                Selection::Field(field) => {
                    self.check_introspection(&field.node.name.node)?;
                    extent.fields += 1;
                    extent.aliases += usize::from(field.node.alias.is_some());
                    (self.set(&field.node.selection_set.node, level + 1)?, true)
                }
                Selection::InlineFragment(fragment) => {
                    (self.set(&fragment.node.selection_set.node, level + 1)?, false)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node, level + 1)?, false)
                }
            };
            if !is_field {
                extent.fields += inside.fields;
                extent.aliases += inside.aliases;
            }
            extent.selections = extent.selections.saturating_add(1 + inside.selections);
            extent.depth = extent.depth.max(1 + inside.depth);
            // The check is immediate, because larger numbers may overflow.
            self.check_selections(extent.selections)?;
        }
        let limit = self.limits.max_aliases;
        if extent.aliases > limit {
            let what = "the aliases in one selection set";
            return Err(exceeded(Code::AliasLimit, what, extent.aliases, limit));
        }
        Ok(extent)
    }

    fn fragment(&mut self, name: &'a Name, level: usize) -> Result<Extent, Refusal> {
        match self.fragments.get(name) {
            Some(Some(extent)) => {
                self.check_depth(level + extent.depth)?;
                return Ok(*extent);
            }
            Some(None) => {
                let message = format!("the fragment {name} spreads itself");
                return Err(Refusal::new(Code::ValidationFailed, message));
            }
            None => {}
        }
        // The validation refuses a spread of an unknown fragment.
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Extent::default());
        };
        self.fragments.insert(name, None);
        let extent = self.set(&fragment.node.selection_set.node, level)?;
        self.fragments.insert(name, Some(extent));
        Ok(extent)
    }

    /// The library would silently omit the fields that it must not show.
    fn check_introspection(&self, field: &str) -> Result<(), Refusal> {
        if self.limits.no_introspection && matches!(field, "__schema" | "__type") {
            let message = format!("the server refuses queries about its schema: {field}");
            return Err(Refusal::new(Code::IntrospectionDisabled, message));
        }
        Ok(())
    }

    fn check_selections(&self, selections: usize) -> Result<(), Refusal> {
        let limit = self.limits.max_selections;
        if selections > limit {
            let what =
                "the document's selections, with those of fragments wherever they are spread,";
            return Err(exceeded(Code::SelectionLimit, what, selections, limit));
        }
        Ok(())
    }

    fn check_depth(&self, depth: usize) -> Result<(), Refusal> {
        let limit = self.limits.max_depth;
        if depth > limit {
            let what = "the levels of the document's fields and fragments";
            return Err(exceeded(Code::DepthLimit, what, depth, limit));
        }
        Ok(())
    }

    fn check_directives(&self, directives: &[Positioned<Directive>]) -> Result<(), Refusal> {
        let limit = self.limits.max_directives;
        if directives.len() > limit {
            let what = "the directives in one place";
            return Err(exceeded(Code::DirectiveLimit, what, directives.len(), limit));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use config::{Cli, Command};

    #[track_caller]
    fn check(document: &str, expected: Result<(), (Code, &str)>) {
        let cli = Cli::parse_from(["candleql", "serve"]);
        let Command::Serve(settings) = cli.command else { panic!("another command") };
        let document = async_graphql::parser::parse_query(document).unwrap();
        let refusal = check_document(&document, &settings.limits).err();
        let actual = refusal.as_ref().map(|it| (it.code, it.message.as_str()));
        assert_eq!(actual, expected.err());
    }

    /// Fragments that each spread the next one several times.
    fn bomb(levels: usize, spreads: usize) -> String {
        let level = |level: usize| {
            let next = format!("...f{} ", level + 1).repeat(spreads);
            format!("fragment f{level} on Query {{ {next} }} ")
        };
        let levels: String = (0..levels).map(level).collect::<Vec<_>>().concat();
        format!(
            "{{ q {{ ...f0 }} }} {levels} fragment f{} on Query {{ a }}",
            levels.matches("fragment").count()
        )
    }

    #[test]
    fn fragments_count_each_time_they_are_spread() {
        const TOO_MANY: &str = "the document's selections, with those of fragments wherever they \
                                are spread, are 8001; the limit is 8000";
        check("{ a b { c ...f } } fragment f on T { d ... on U { e } }", Ok(()));
        check(&bomb(12, 1), Ok(()));
        check(&bomb(11, 2), Ok(()));
        let fields = "a ".repeat(80);
        let wide = |last: usize| {
            let rest = "b ".repeat(last);
            let spreads = "c { ...f } ".repeat(97);
            format!("{{ d {{ {spreads} {rest} }} }} fragment f on T {{ {fields} }}")
        };
        check(&wide(45), Ok(()));
        check(&wide(46), Err((Code::SelectionLimit, TOO_MANY)));
        for (levels, spreads) in [(10, 10), (24, 2), (50, 3)] {
            let document = async_graphql::parser::parse_query(bomb(levels, spreads)).unwrap();
            let cli = Cli::parse_from(["candleql", "serve"]);
            let Command::Serve(settings) = cli.command else { panic!("another command") };
            let refusal = check_document(&document, &settings.limits).unwrap_err();
            assert_eq!(refusal.code, Code::SelectionLimit);
        }
        let cycle = "the fragment f spreads itself";
        let cycle = Err((Code::ValidationFailed, cycle));
        check("{ ...f } fragment f on T { g { ...f } }", cycle);
        check("{ a } fragment f on T { g { ...f } }", cycle);
        check("{ ...missing }", Ok(()));
    }

    #[test]
    fn fields_and_fragments_nest_to_a_limit() {
        const TOO_DEEP: &str =
            "the levels of the document's fields and fragments are 61; the limit is 60";
        let deep = |levels: usize| "{ a ".repeat(levels) + &"}".repeat(levels);
        check(&deep(60), Ok(()));
        check(&deep(61), Err((Code::DepthLimit, TOO_DEEP)));
        check(&bomb(57, 1), Ok(()));
        check(&bomb(58, 1), Err((Code::DepthLimit, TOO_DEEP)));
        // A known extent counts again for each spread.
        let twice = |levels: usize| {
            let deeper = "{ a ".repeat(levels) + "{ ...f }" + &"}".repeat(levels);
            format!("{{ ...f b {deeper} }} fragment f on T {}", deep(30))
        };
        check(&twice(28), Ok(()));
        check(&twice(29), Err((Code::DepthLimit, TOO_DEEP)));
    }

    #[test]
    fn aliases_root_fields_and_directives_have_limits() {
        const ALIASES: &str = "the aliases in one selection set are 101; the limit is 100";
        const FIELDS: &str = "the operation's root fields are 101; the limit is 100";
        const DIRECTIVES: &str = "the directives in one place are 11; the limit is 10";
        let aliases = |from: usize, to: usize| {
            (from..to).map(|n| format!("a{n}: b ")).collect::<Vec<_>>().concat()
        };
        check(&format!("{{ a {{ {} }} }}", aliases(0, 100)), Ok(()));
        check(&format!("{{ a {{ {} }} }}", aliases(0, 101)), Err((Code::AliasLimit, ALIASES)));
        let apart = |n: usize| {
            let (here, there) = (aliases(0, 60), aliases(60, n));
            format!("{{ a {{ {here} ...f }} }} fragment f on T {{ ... {{ {there} }} }}")
        };
        check(&apart(100), Ok(()));
        check(&apart(101), Err((Code::AliasLimit, ALIASES)));
        check(&format!("{{ {} }}", "a ".repeat(100)), Ok(()));
        check(&format!("{{ {} }}", "a ".repeat(101)), Err((Code::RootFieldLimit, FIELDS)));
        let (ten, eleven) = ("@d ".repeat(10), "@d ".repeat(11));
        check(
            &format!(
                "query($v: V {ten}) {ten} {{ a {ten} ...f {ten} }} fragment f on T {ten} {{ a }}"
            ),
            Ok(()),
        );
        for document in [
            format!("{{ a {eleven} }}"),
            format!("{{ ...f {eleven} }} fragment f on T {{ a }}"),
            format!("{{ ... {eleven} {{ a }} }}"),
            format!("{{ ...f }} fragment f on T {eleven} {{ a }}"),
            format!("query {eleven} {{ a }}"),
            format!("query($v: V {eleven}) {{ a }}"),
        ] {
            check(&document, Err((Code::DirectiveLimit, DIRECTIVES)));
        }
    }
}
