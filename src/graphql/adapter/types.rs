//! Adds types to the schema, and describes the schema.

use async_graphql::{
    OutputType,
    registry::{
        CacheControl, Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType,
        MetaTypeName, Registry,
    },
};

/// A field to add to an object.
pub(in crate::graphql) struct Field {
    pub(in crate::graphql) name: String,
    pub(in crate::graphql) description: String,
    /// The type in GraphQL's notation: `Line`, `[Float]!`.
    pub(in crate::graphql) ty: String,
    pub(in crate::graphql) arguments: Vec<Argument>,
}

/// An argument of such a field.
pub(in crate::graphql) struct Argument {
    pub(in crate::graphql) name: String,
    pub(in crate::graphql) description: String,
    pub(in crate::graphql) ty: String,
    /// The default, in the form of a query.
    pub(in crate::graphql) default: String,
}

/// An object or an interface of the schema.
pub(in crate::graphql) struct Object {
    pub(in crate::graphql) name: String,
    pub(in crate::graphql) fields: Vec<ObjectField>,
}

/// A field of such an object.
pub(in crate::graphql) struct ObjectField {
    pub(in crate::graphql) name: String,
    /// The type without its brackets and exclamation marks.
    pub(in crate::graphql) of: String,
    pub(in crate::graphql) is_list: bool,
    /// The arguments and their types, without exclamation marks.
    #[cfg(test)]
    pub(in crate::graphql) arguments: Vec<(String, String)>,
}

/// Whether the schema has a type.
fn has(registry: &Registry, name: &str) -> bool {
    registry.types.contains_key(name)
}

/// Adds fields to an object of the schema; `false` if it has them already.
pub(in crate::graphql) fn add_fields(
    registry: &mut Registry,
    object: &str,
    fields: Vec<Field>,
) -> bool {
    let Some(MetaType::Object { fields: present, .. }) = registry.types.get_mut(object) else {
        return false;
    };
    if fields.first().is_none_or(|field| present.contains_key(&field.name)) {
        return false;
    }
    debug_assert!(fields[1..].iter().all(|field| !present.contains_key(&field.name)));
    present.extend(fields.into_iter().map(|field| (field.name.clone(), meta_field(field))));
    true
}

/// Adds the fields of an ordinary object to another object of the schema, unless it has them. They
/// follow its fields without arguments.
pub(in crate::graphql) fn add_fields_of<T: OutputType>(registry: &mut Registry, object: &str) {
    T::create_type_info(registry);
    let Some(MetaType::Object { fields: added, .. }) = registry.types.remove(&*T::type_name())
    else {
        return;
    };
    let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(object) else { return };
    for (name, field) in added {
        let place = fields.values().take_while(|field| field.args.is_empty()).count();
        if !fields.contains_key(&name) {
            fields.shift_insert(place, name, field);
        }
    }
}

/// Adds an object, unless the schema has it.
pub(in crate::graphql) fn add_object(
    registry: &mut Registry,
    name: String,
    description: String,
    fields: Vec<Field>,
) {
    let object = |name: &String| MetaType::Object {
        name: name.clone(),
        description: Some(description),
        fields: fields.into_iter().map(|field| (field.name.clone(), meta_field(field))).collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.entry(name).or_insert_with_key(object);
}

/// Adds an enum with a name and a description per value, unless the schema has it.
pub(in crate::graphql) fn add_enum<T>(
    registry: &mut Registry,
    name: &str,
    description: &str,
    values: impl Iterator<Item = (String, String)>,
) {
    if has(registry, name) {
        return;
    }
    let value = |(name, description): (String, String)| {
        let value = MetaEnumValue {
            name: name.clone(),
            description: Some(description),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name, value)
    };
    let meta = MetaType::Enum {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        enum_values: values.map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    };
    registry.types.insert(name.to_owned(), meta);
}

/// The objects and interfaces below a root, without those of introspection.
pub(in crate::graphql) fn objects<Root: OutputType>() -> Vec<Object> {
    let mut registry = Registry::default();
    Root::create_type_info(&mut registry);
    let objects = registry.types.values().filter_map(|of| match of {
        MetaType::Object { name, fields, .. } | MetaType::Interface { name, fields, .. } => {
            Some((name, fields))
        }
        _ => None,
    });
    let field = |field: &MetaField| ObjectField {
        name: field.name.clone(),
        of: MetaTypeName::concrete_typename(&field.ty).to_owned(),
        is_list: field.ty.starts_with('['),
        #[cfg(test)]
        arguments: field
            .args
            .values()
            .map(|argument| (argument.name.clone(), argument.ty.trim_end_matches('!').to_owned()))
            .collect(),
    };
    objects
        .map(|(name, fields)| Object {
            name: name.clone(),
            fields: fields.values().map(field).collect(),
        })
        .collect()
}

fn meta_field(field: Field) -> MetaField {
    let arguments = field.arguments.into_iter();
    MetaField {
        name: field.name,
        description: Some(field.description),
        args: arguments.map(|given| (given.name.clone(), meta_argument(given))).collect(),
        ty: field.ty,
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn meta_argument(argument: Argument) -> MetaInputValue {
    MetaInputValue {
        name: argument.name,
        description: Some(argument.description),
        ty: argument.ty,
        deprecation: Deprecation::NoDeprecated,
        default_value: Some(argument.default),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}
