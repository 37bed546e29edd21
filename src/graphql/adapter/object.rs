//! Objects with fields that a Rust type does not declare.

use std::{borrow::Cow, future::Future};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::{self, SelectionSet},
    registry::Registry,
    resolver_utils::resolve_container,
};

/// An object with some fields from a table. Its other fields can be those of an ordinary object in
/// Rust, to which [`Self::field`] and [`Self::register`] pass on.
pub(in crate::graphql) trait TableObject: Send + Sync {
    /// One name for all objects of this Rust type.
    fn type_name() -> Cow<'static, str>;

    /// The name of the object's type in the schema, if one Rust type has several. The library asks
    /// for it only while the schema has no extension.
    fn name(&self) -> Cow<'static, str> {
        Self::type_name()
    }

    /// Adds the object's type to the schema.
    fn register(registry: &mut Registry);

    /// The value of the field at the context; none if the object has no such field.
    fn field(&self, ctx: &Context<'_>) -> impl Future<Output = ServerResult<Option<Value>>> + Send;
}

/// An object of a table as a GraphQL type.
#[derive(Debug)]
pub(in crate::graphql) struct AsObject<T>(pub(in crate::graphql) T);

impl<T: TableObject> OutputType for AsObject<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<types::Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

impl<T: TableObject> ContainerType for AsObject<T> {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        self.0.field(ctx).await
    }
}

/// Answers the field at the context with an object.
pub(in crate::graphql) async fn answer<T: TableObject>(
    ctx: &Context<'_>,
    object: T,
) -> ServerResult<Value> {
    let selection = ctx.with_selection_set(&ctx.item.node.selection_set);
    AsObject(object).resolve(&selection, ctx.item).await
}

/// Answers the field at the context with null, and an error at its path.
pub(in crate::graphql) fn refuse(
    ctx: &Context<'_>,
    error: impl Into<async_graphql::Error>,
) -> Value {
    let error = error.into().into_server_error(ctx.item.pos);
    ctx.add_error(ctx.set_error_path(error));
    Value::Null
}

/// The selections of a fragment of the document.
pub(in crate::graphql) fn fragment<'a>(
    ctx: &ContextSelectionSet<'a>,
    name: &str,
) -> Option<&'a SelectionSet> {
    Some(&ctx.query_env.fragments.get(name)?.node.selection_set.node)
}
