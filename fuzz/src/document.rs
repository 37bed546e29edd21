//! Documents of the schema's grammar: real fields, nested as the schema has them, with arguments,
//! aliases, directives, variables and fragments; some with a fault, some of a size that is refused.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value as Json};

use crate::{schema, value::rarely, writer::Writer};

/// What is put into documents that are not to be right.
const PIECES: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "$v0",
    "...",
    "... on Line",
    "!",
    ":",
    "=",
    "@skip(if: true)",
    "@include(if: $v0)",
    "\"",
    "\"\"\"",
    "\\",
    "#",
    "\n",
    ",",
    "\u{feff}",
    "é",
    "null",
    "-",
    "1e9",
    "query",
    "mutation",
    "subscription",
    "fragment f on Query { __typename }",
    "__typename",
    "a:",
];

/// A document, and what goes with it.
#[derive(Debug, Default)]
pub struct Document {
    pub text: String,
    pub variables: Map<String, Json>,
    pub operation_name: Option<String>,
}

/// A document for a request of any kind.
pub fn generate(u: &mut Unstructured) -> Result<Document> {
    let mut writer = Writer::new(u);
    writer.set("Query", 0)?;
    let mut document = writer.finish()?;
    if rarely(u, 4)? {
        for _ in 0..u.int_in_range(1..=3)? {
            mutate(u, &mut document.text)?;
        }
    }
    Ok(document)
}

/// A document that asks for one field of `Series`, with arguments for all that lies on the way.
pub fn of_one_field(u: &mut Unstructured) -> Result<Document> {
    let fields = &schema::object("Series").unwrap().fields;
    let field = u.choose(fields)?;
    let mut writer = Writer::new(u);
    let root = &schema::object("Query").unwrap().fields;
    let is_instrument = writer.u.ratio(7, 8)?;
    let root = match root.iter().find(|field| field.name == "instrument") {
        Some(instrument) if is_instrument => instrument,
        _ => writer.u.choose(root)?,
    };
    writer.text += "{ ";
    writer.name_and_arguments(root)?;
    match root.of.as_str() {
        "Instrument" => {
            let fields = &schema::object("Instrument").unwrap().fields;
            let series = fields.iter().find(|field| field.name == "series").unwrap();
            writer.text += "{ symbol ";
            writer.name_and_arguments(series)?;
            writer.text += "{ length ";
            writer.name_and_arguments(field)?;
            writer.leaves(&field.of);
            writer.text += "} } ";
        }
        of => writer.leaves(of),
    }
    writer.text += "} ";
    writer.finish()
}

/// Takes out, doubles or adds a piece somewhere.
fn mutate(u: &mut Unstructured, text: &mut String) -> Result<()> {
    let at = place(u, text)?;
    let until = (at + u.int_in_range(1..=40)?).min(text.len());
    let until = (until..=text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(at);
    match u.int_in_range(0..=3)? {
        0 => text.replace_range(at..until, ""),
        1 => {
            let times = if rarely(u, 8)? { u.int_in_range(2..=200)? } else { 1 };
            let piece = text[at..until].repeat(times);
            text.insert_str(at, &piece);
        }
        2 => {
            let times = if rarely(u, 8)? { u.int_in_range(2..=200)? } else { 1 };
            text.insert_str(at, &u.choose(PIECES)?.repeat(times));
        }
        _ => text.insert(at, u.arbitrary()?),
    }
    Ok(())
}

/// A place in a text where a character begins.
fn place(u: &mut Unstructured, text: &str) -> Result<usize> {
    let at = u.int_in_range(0..=text.len())?;
    Ok((at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(0))
}
