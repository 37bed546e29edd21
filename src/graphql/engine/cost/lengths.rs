//! How long the lists are that the schema and not the data makes.

/// The length of a list in introspection and in the catalogue, on average over the schema's types.
pub(super) fn usual_length(field: &str) -> usize {
    match field {
        "fields" => 8,
        "enumValues" => 2,
        _ => largest_length(field),
    }
}

/// The length of the longest such list.
pub(super) fn largest_length(field: &str) -> usize {
    match field {
        "fields" => 250,
        "types" => 70,
        "enumValues" => 61,
        "args" | "parameters" => 8,
        "directives" | "outputs" => 5,
        _ => 1,
    }
}
