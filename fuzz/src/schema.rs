//! The schema's types, read from its document, for the generators of documents.

use std::{collections::HashMap, sync::LazyLock};

use async_graphql::parser::{
    parse_schema,
    types::{self, BaseType, TypeKind, TypeSystemDefinition},
};

/// What the library adds to every schema.
const INTROSPECTION: &str = "
    type Meta { __schema: __Schema! __type(name: String!): __Type __typename: String! }
    type __Schema { types: [__Type!]! queryType: __Type! directives: [__Directive!]! }
    type __Type {
        kind: String! name: String description: String fields(includeDeprecated: Boolean): [__Field!]
        interfaces: [__Type!] possibleTypes: [__Type!] inputFields: [__InputValue!] ofType: __Type
        enumValues(includeDeprecated: Boolean): [__EnumValue!] specifiedByURL: String
    }
    type __Field { name: String! args: [__InputValue!]! type: __Type! isDeprecated: Boolean! }
    type __InputValue { name: String! type: __Type! defaultValue: String }
    type __EnumValue { name: String! isDeprecated: Boolean! }
    type __Directive { name: String! locations: [String!]! args: [__InputValue!]! }
";

/// An object, an interface or an enum; scalars are no entries.
#[derive(Debug, Default)]
pub struct Type {
    /// The fields of an object or an interface.
    pub fields: Vec<Field>,
    /// The objects of an interface, by their names.
    pub objects: Vec<String>,
    /// An enum's values.
    pub values: Vec<String>,
}

#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub arguments: Vec<Argument>,
    /// The name of its type, or of its list's items.
    pub of: String,
}

#[derive(Debug)]
pub struct Argument {
    pub name: String,
    /// The type as documents write it, such as `[String!]`.
    pub written: String,
    /// The name of its type, or of its list's items.
    pub of: String,
    pub is_list: bool,
    pub is_required: bool,
}

static TYPES: LazyLock<HashMap<String, Type>> = LazyLock::new(|| {
    let document = parse_schema(candleql::graphql::sdl() + INTROSPECTION).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    let mut known: HashMap<String, Type> = HashMap::new();
    for types::TypeDefinition { name, kind, .. } in types {
        if let TypeKind::Object(object) = &kind {
            for interface in &object.implements {
                let interface = known.entry(interface.node.to_string()).or_default();
                interface.objects.push(name.node.to_string());
            }
        }
        let Type { fields, values, .. } = read(kind);
        let entry = known.entry(name.node.to_string()).or_default();
        (entry.fields, entry.values) = (fields, values);
    }
    known
});

/// The type with a name, unless it is a scalar.
pub fn get(name: &str) -> Option<&'static Type> {
    TYPES.get(name).filter(|known| !(known.fields.is_empty() && known.values.is_empty()))
}

/// The type with a name, if fields can be asked of it.
pub fn object(name: &str) -> Option<&'static Type> {
    get(name).filter(|known| !known.fields.is_empty())
}

fn read(kind: TypeKind) -> Type {
    match kind {
        TypeKind::Object(object) => {
            let fields = object.fields.into_iter().map(|field| field.node);
            Type { fields: fields.map(read_field).collect(), ..Type::default() }
        }
        TypeKind::Interface(interface) => {
            let fields = interface.fields.into_iter().map(|field| field.node);
            Type { fields: fields.map(read_field).collect(), ..Type::default() }
        }
        TypeKind::Enum(kind) => {
            let values = kind.values.into_iter().map(|value| value.node.value.to_string());
            Type { values: values.collect(), ..Type::default() }
        }
        _ => Type::default(),
    }
}

fn read_field(field: types::FieldDefinition) -> Field {
    let arguments = field.arguments.into_iter().map(|argument| {
        let written = &argument.node.ty.node;
        Argument {
            name: argument.node.name.node.to_string(),
            of: innermost(written),
            is_list: matches!(written.base, BaseType::List(_)),
            is_required: !written.nullable,
            written: written.to_string(),
        }
    });
    Field {
        name: field.name.node.to_string(),
        arguments: arguments.collect(),
        of: innermost(&field.ty.node),
    }
}

fn innermost(written: &types::Type) -> String {
    match &written.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(items) => innermost(items),
    }
}
