//! Selections of the schema's grammar, as arbitrary bytes choose them.

use std::mem;

use arbitrary::{Result, Unstructured};

use crate::{
    document::Document,
    schema::{self, Argument, Field, Type},
    value::{Value, rarely},
};

/// How deep fields nest, but for chains.
const MAX_DEPTH: usize = 9;

/// Bytes of a document after which nothing new begins.
const MAX_BYTES: usize = 8_192;

/// `Series` and `Line` begin with fields that are no indicators.
const COMMON_FIELDS: usize = 13;

struct Variable {
    /// `$v0: Int = 1`
    definition: String,
    given: Option<Value>,
}

/// Writes a document.
pub(crate) struct Writer<'a, 'b> {
    pub(crate) u: &'a mut Unstructured<'b>,
    pub(crate) text: String,
    /// By their numbers, which are their names: their types, and their texts.
    fragments: Vec<(String, String)>,
    variables: Vec<Variable>,
}

impl<'a, 'b> Writer<'a, 'b> {
    /// Nothing is written yet.
    pub(crate) fn new(u: &'a mut Unstructured<'b>) -> Self {
        Self { u, text: String::new(), fragments: Vec::new(), variables: Vec::new() }
    }

    /// The document whose selections are written.
    pub(crate) fn finish(mut self) -> Result<Document> {
        let mut document = Document::default();
        let selections = mem::take(&mut self.text);
        let is_named = rarely(self.u, 8)?;
        if is_named || !self.variables.is_empty() {
            let definitions: Vec<&str> =
                self.variables.iter().map(|variable| variable.definition.as_str()).collect();
            self.text += if is_named { "query Q" } else { "query " };
            if !definitions.is_empty() {
                self.text += &format!("({}) ", definitions.join(", "));
            }
        }
        self.text += &selections;
        if is_named && rarely(self.u, 2)? {
            document.operation_name = Some((*self.u.choose(&["Q", "R", ""])?).to_owned());
            self.text += "query R { __typename } ";
        }
        for (number, (of, text)) in self.fragments.iter().enumerate() {
            self.text += &format!("fragment f{number} on {of} {text}");
        }
        for (number, variable) in self.variables.iter().enumerate() {
            if let Some(given) = &variable.given {
                document.variables.insert(format!("v{number}"), given.json());
            }
        }
        document.text = self.text;
        Ok(document)
    }

    /// A selection set on a type, unless it has no fields.
    pub(crate) fn set(&mut self, of: &str, depth: usize) -> Result<()> {
        let Some(known) = schema::object(of) else { return Ok(()) };
        self.text += "{ ";
        for _ in 0..self.u.int_in_range(1..=4)? {
            if depth > MAX_DEPTH || self.text.len() > MAX_BYTES {
                self.text += "__typename ";
                break;
            }
            self.selection(of, known, depth)?;
        }
        self.text += "} ";
        Ok(())
    }

    fn selection(&mut self, of: &str, known: &'static Type, depth: usize) -> Result<()> {
        if !known.objects.is_empty() && self.u.ratio(3, 4)? {
            let object = self.u.choose(&known.objects)?;
            self.text += &format!("... on {object} ");
            return self.set(object, depth + 1);
        }
        match self.u.int_in_range(0..=63)? {
            52 | 53 => self.text += "__typename ",
            54 | 55 => {
                self.text += "... ";
                if self.u.ratio(3, 4)? {
                    self.text += &format!("on {of} ");
                }
                self.directives(4)?;
                self.set(of, depth + 1)?;
            }
            56..=58 => self.spread(of, depth)?,
            59 => self.repeated(known, depth)?,
            60 => self.chain(of)?,
            61 => self.text += self.u.choose(&["nothing ", "clos ", "sma { value } ", "_ "])?,
            62 => {
                let meta = &schema::object("Meta").unwrap().fields;
                let field = self.u.choose(meta)?;
                self.field(field, depth)?;
            }
            63 => self.bomb(of)?,
            _ => {
                let field = self.choose(known)?;
                self.field(field, depth)?;
            }
        }
        Ok(())
    }

    /// A field of a type: mostly one that leads to others, or that is no indicator.
    fn choose(&mut self, known: &'static Type) -> Result<&'static Field> {
        let leads =
            |field: &&Field| matches!(field.name.as_str(), "instrument" | "series" | "nodes");
        if let Some(field) = known.fields.iter().find(leads)
            && self.u.ratio(7, 8)?
        {
            return Ok(field);
        }
        let common = COMMON_FIELDS.min(known.fields.len());
        let from = if rarely(self.u, 2)? { &known.fields[..common] } else { &known.fields[..] };
        self.u.choose(from)
    }

    fn field(&mut self, field: &Field, depth: usize) -> Result<()> {
        if rarely(self.u, 6)? {
            self.text += &format!("a{}: ", self.u.int_in_range(0..=9)?);
        }
        self.name_and_arguments(field)?;
        self.directives(16)?;
        self.set(&field.of, depth + 1)
    }

    /// A field with some of its arguments.
    pub(crate) fn name_and_arguments(&mut self, field: &Field) -> Result<()> {
        self.text += &field.name;
        self.text.push(' ');
        let mut given = String::new();
        for argument in &field.arguments {
            let is_given =
                if argument.is_required { self.u.ratio(63, 64)? } else { rarely(self.u, 3)? };
            if is_given {
                let value = self.value(argument)?;
                given += &format!("{}: {value} ", argument.name);
            }
        }
        if !given.is_empty() {
            self.text += &format!("({given}) ");
        }
        Ok(())
    }

    /// An argument's value as it is written: a constant or a variable.
    fn value(&mut self, argument: &Argument) -> Result<String> {
        let value = Value::for_argument(self.u, argument)?;
        if !rarely(self.u, 4)? {
            return Ok(value.to_string());
        }
        if !self.variables.is_empty() && rarely(self.u, 8)? {
            return Ok(format!("$v{}", self.u.int_in_range(0..=self.variables.len())?));
        }
        self.variable(&argument.written, value)
    }

    fn variable(&mut self, written: &str, value: Value) -> Result<String> {
        let number = self.variables.len();
        let written = match self.u.int_in_range(0..=31)? {
            30 => {
                (*self.u.choose(&["Int", "String!", "[Date]", "[[Int!]!]", "Nothing"])?).to_owned()
            }
            31 => format!("{}!", written.trim_end_matches('!')),
            _ => written.to_owned(),
        };
        let mut definition = format!("$v{number}: {written}");
        if rarely(self.u, 6)? {
            definition += &format!(" = {value}");
        }
        let given = self.u.ratio(7, 8)?.then_some(value);
        self.variables.push(Variable { definition, given });
        Ok(format!("$v{number}"))
    }

    /// Rarely some directives.
    fn directives(&mut self, one_in: u8) -> Result<()> {
        if !rarely(self.u, one_in)? {
            return Ok(());
        }
        let times = if rarely(self.u, 16)? { self.u.int_in_range(2..=12)? } else { 1 };
        for _ in 0..times {
            let condition = match self.u.int_in_range(0..=3)? {
                0 => "true".to_owned(),
                1 | 2 => "false".to_owned(),
                _ => {
                    let value = Value::Boolean(self.u.arbitrary()?);
                    self.variable("Boolean!", value)?
                }
            };
            self.text += &match self.u.int_in_range(0..=7)? {
                0..=3 => format!("@skip(if: {condition}) "),
                4..=6 => format!("@include(if: {condition}) "),
                _ => "@unknown(a: 1) ".to_owned(),
            };
        }
        Ok(())
    }

    /// A fragment that is there, perhaps of another type, or a new one.
    fn spread(&mut self, of: &str, depth: usize) -> Result<()> {
        const MAX_FRAGMENTS: usize = 8;
        let known = self.fragments.len();
        if known > 0 && (known == MAX_FRAGMENTS || rarely(self.u, 2)?) {
            let number = self.u.int_in_range(0..=known)?;
            self.text += &format!("...f{number} ");
            return self.directives(8);
        }
        self.fragments.push((of.to_owned(), "{ __typename } ".to_owned()));
        let before = mem::take(&mut self.text);
        self.set(of, depth + 1)?;
        self.fragments[known].1 = mem::replace(&mut self.text, before);
        self.text += &format!("...f{known} ");
        self.directives(8)
    }

    /// A field many times, each with an alias of its own.
    fn repeated(&mut self, known: &'static Type, depth: usize) -> Result<()> {
        let field = self.choose(known)?;
        let times = self.u.int_in_range(2..=130)?;
        let before = mem::take(&mut self.text);
        self.name_and_arguments(field)?;
        self.set(&field.of, depth + 4)?;
        let text = mem::replace(&mut self.text, before);
        for number in 0..times {
            self.text += &format!("r{number}: {text}");
            if self.text.len() > 2 * MAX_BYTES {
                break;
            }
        }
        Ok(())
    }

    /// Indicators on indicators, or fragments in fragments.
    fn chain(&mut self, of: &str) -> Result<()> {
        let links = self.u.int_in_range(2..=70)?;
        let (link, end) = match of {
            "Series" | "Line" => (*self.u.choose(&["sma { ", "ema(timePeriod: 2) { "])?, "values "),
            "__Type" => ("ofType { ", "name "),
            _ => ("... { ", "__typename "),
        };
        self.text += &format!("{}{end}{}", link.repeat(links), "} ".repeat(links));
        Ok(())
    }

    /// Fragments that spread the next one some times each, and perhaps the first one again.
    fn bomb(&mut self, of: &str) -> Result<()> {
        let first = self.fragments.len();
        let levels = self.u.int_in_range(1..=40)?;
        let spreads = self.u.int_in_range(1..=3)?;
        for level in 1..levels {
            let text = format!("...f{} ", first + level).repeat(spreads);
            self.fragments.push((of.to_owned(), format!("{{ {text} }} ")));
        }
        let last =
            if rarely(self.u, 8)? { format!("...f{first}") } else { "__typename".to_owned() };
        self.fragments.push((of.to_owned(), format!("{{ {last} }} ")));
        self.text += &format!("...f{first} ");
        Ok(())
    }

    /// All that can be asked of a type without arguments and without end.
    pub(crate) fn leaves(&mut self, of: &str) {
        let Some(known) = schema::object(of) else { return };
        self.text += "{ ";
        if of == "Line" {
            self.text += "values last lookback displayShift points { periodStart value } ";
        } else if of == "InstrumentConnection" {
            self.text += "nodes { symbol firstDate lastDate } pageInfo { hasNextPage endCursor } ";
        } else if of == "IndicatorInfo" {
            self.text += "field ";
        } else {
            for field in &known.fields {
                self.text += &field.name;
                self.text.push(' ');
                self.leaves(&field.of);
            }
        }
        self.text += "} ";
    }
}
