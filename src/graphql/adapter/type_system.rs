//! The type system of the schema for the validation: types, fields, arguments and directives by
//! name, with those of introspection.

use std::{borrow::Cow, cell::Cell, collections::HashMap};

use async_graphql::{
    ContextSelectionSet, ObjectType, OutputType, Positioned, SchemaBuilder, ServerResult,
    SubscriptionType, Value,
    parser::types::{self, BaseType, OperationType, Type},
    registry::{MetaDirective, MetaField, MetaInputValue, MetaType, Registry},
};

/// Every type and every directive of a schema.
#[derive(Default)]
pub(in crate::graphql) struct TypeSystem {
    types: HashMap<String, TypeDefinition>,
    directives: HashMap<String, DirectiveDefinition>,
    query: String,
    mutation: Option<String>,
    subscription: Option<String>,
}

/// A type.
pub(in crate::graphql) struct TypeDefinition {
    pub(in crate::graphql) name: String,
    pub(in crate::graphql) kind: Kind,
    /// The fields that a client can select.
    pub(in crate::graphql) fields: HashMap<String, FieldDefinition>,
}

/// The kind of the type.
pub(in crate::graphql) enum Kind {
    Scalar,
    /// The values' names, in the order of the schema.
    Enum(Vec<String>),
    Object,
    /// An interface or a union: the names of its objects.
    Abstract(Vec<String>),
}

/// A field of an object or an interface.
pub(in crate::graphql) struct FieldDefinition {
    pub(in crate::graphql) ty: Type,
    pub(in crate::graphql) arguments: Vec<ArgumentDefinition>,
}

/// An argument of a field or a directive.
pub(in crate::graphql) struct ArgumentDefinition {
    pub(in crate::graphql) name: String,
    pub(in crate::graphql) ty: Type,
    pub(in crate::graphql) has_default: bool,
}

/// A directive.
pub(in crate::graphql) struct DirectiveDefinition {
    /// Where the directive may stand, in the words of the specification, such as `FIELD`.
    pub(in crate::graphql) locations: Vec<String>,
    pub(in crate::graphql) is_repeatable: bool,
    pub(in crate::graphql) arguments: Vec<ArgumentDefinition>,
}

/// The type system of a schema builder.
pub(in crate::graphql) fn type_system<Query, Mutation, Subscription>(
    builder: SchemaBuilder<Query, Mutation, Subscription>,
) -> TypeSystem
where
    Query: ObjectType + 'static,
    Mutation: ObjectType + 'static,
    Subscription: SubscriptionType + 'static,
{
    drop(builder.register_output_type::<Witness>());
    SEEN.take().unwrap_or_default()
}

/// The name of a type, or of its list's items.
pub(in crate::graphql) fn innermost(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(items) => innermost(items),
    }
}

impl TypeSystem {
    /// The type with a name.
    pub(in crate::graphql) fn get(&self, name: &str) -> Option<&TypeDefinition> {
        self.types.get(name)
    }

    /// Every type.
    pub(in crate::graphql) fn types(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.types.values()
    }

    /// The root type of an operation; none if the schema has no such operations.
    pub(in crate::graphql) fn root(&self, of: OperationType) -> Option<&TypeDefinition> {
        let name = match of {
            OperationType::Query => Some(&self.query),
            OperationType::Mutation => self.mutation.as_ref(),
            OperationType::Subscription => self.subscription.as_ref(),
        };
        self.get(name?)
    }

    /// The directive with a name.
    pub(in crate::graphql) fn directive(&self, name: &str) -> Option<&DirectiveDefinition> {
        self.directives.get(name)
    }

    /// The names of the directives that may stand at a location.
    pub(in crate::graphql) fn directives_at(&self, location: &str) -> impl Iterator<Item = &str> {
        let may_stand = move |directive: &DirectiveDefinition| {
            directive.locations.iter().any(|known| known == location)
        };
        let directives = self.directives.iter().filter(move |(_, it)| may_stand(it));
        directives.map(|(name, _)| name.as_str())
    }

    fn of(registry: &Registry) -> Self {
        let types = registry.types.iter();
        let directives = registry.directives.iter();
        Self {
            types: types.map(|(name, of)| (name.clone(), type_definition(of))).collect(),
            directives: directives
                .map(|(name, directive)| (name.clone(), directive_definition(directive)))
                .collect(),
            query: registry.query_type.clone(),
            mutation: registry.mutation_type.clone(),
            subscription: registry.subscription_type.clone(),
        }
    }
}

impl TypeDefinition {
    /// Whether an argument can have the type.
    pub(in crate::graphql) fn is_input(&self) -> bool {
        matches!(self.kind, Kind::Scalar | Kind::Enum(_))
    }

    /// Whether the type has fields to select.
    pub(in crate::graphql) fn is_composite(&self) -> bool {
        !self.is_input()
    }

    /// Whether one object can be of both types.
    pub(in crate::graphql) fn overlaps(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Abstract(ours), Kind::Abstract(theirs)) => {
                ours.iter().any(|name| theirs.contains(name))
            }
            (Kind::Abstract(objects), _) => objects.contains(&other.name),
            (_, Kind::Abstract(objects)) => objects.contains(&self.name),
            _ => self.name == other.name,
        }
    }
}

thread_local! {
    /// The registry that the witness saw last.
    static SEEN: Cell<Option<TypeSystem>> = const { Cell::new(None) };
}

/// A type that receives the whole registry when a builder registers it. Before a request runs, the
/// library shows the registry to nothing else.
struct Witness;

impl OutputType for Witness {
    fn type_name() -> Cow<'static, str> {
        "Witness".into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        SEEN.set(Some(TypeSystem::of(registry)));
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _: &ContextSelectionSet<'_>,
        _: &Positioned<types::Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Null)
    }
}

fn type_definition(of: &MetaType) -> TypeDefinition {
    let kind = match of {
        // The schema has no input objects. The validation has no rule for a scalar of such a name,
        // and a test would find one.
        MetaType::Scalar { .. } | MetaType::InputObject { .. } => Kind::Scalar,
        MetaType::Enum { enum_values, .. } => Kind::Enum(enum_values.keys().cloned().collect()),
        MetaType::Object { .. } => Kind::Object,
        MetaType::Interface { possible_types, .. } | MetaType::Union { possible_types, .. } => {
            Kind::Abstract(possible_types.iter().cloned().collect())
        }
    };
    let fields = of.fields().into_iter().flatten();
    let mut fields: HashMap<_, _> =
        fields.map(|(name, field)| (name.clone(), field_definition(field))).collect();
    if matches!(kind, Kind::Object | Kind::Abstract(_)) {
        let ty = written("String!");
        fields.insert("__typename".to_owned(), FieldDefinition { ty, arguments: Vec::new() });
    }
    TypeDefinition { name: of.name().to_owned(), kind, fields }
}

fn field_definition(field: &MetaField) -> FieldDefinition {
    FieldDefinition {
        ty: written(&field.ty),
        arguments: field.args.values().map(argument_definition).collect(),
    }
}

fn argument_definition(argument: &MetaInputValue) -> ArgumentDefinition {
    ArgumentDefinition {
        name: argument.name.clone(),
        ty: written(&argument.ty),
        has_default: argument.default_value.is_some(),
    }
}

fn directive_definition(directive: &MetaDirective) -> DirectiveDefinition {
    DirectiveDefinition {
        locations: directive.locations.iter().map(|location| format!("{location:?}")).collect(),
        is_repeatable: directive.is_repeatable,
        arguments: directive.args.values().map(argument_definition).collect(),
    }
}

/// Parses a type. The library wrote the text, so it is always valid.
fn written(ty: &str) -> Type {
    let unreadable =
        || Type { base: BaseType::Named(async_graphql::Name::new(ty)), nullable: true };
    Type::new(ty).unwrap_or_else(unreadable)
}
