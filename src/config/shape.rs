//! What a configuration may hold, taken from the types that hold it: names, forms, meanings,
//! defaults. Flags, variables, errors and the documentation all ask here.

use std::{collections::BTreeMap, fmt, sync::LazyLock};

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

use super::{
    Config,
    node::{Path, Step},
};

static CONFIG: LazyLock<Shape> = LazyLock::new(Shape::of::<Config>);

/// A key and all that is known of it.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) form: Form,
    pub(super) meaning: String,
    pub(super) default: Option<Value>,
    pub(super) example: Option<Value>,
    pub(super) is_required: bool,
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Form {
    Flag,
    Whole {
        least: u64,
    },
    Number,
    Text(Text),
    Words(Vec<String>),
    TextOrTexts,
    List(Box<Shape>),
    /// Keys that the user chooses.
    Map(Box<Shape>),
    Table(BTreeMap<String, Shape>),
}

/// What a text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Plain,
    Address,
    Duration,
    Instant,
    /// A path, or a URL.
    Location,
    Path,
    Secret,
    Size,
}

impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        self.form == other.form
    }
}

impl Shape {
    /// The whole configuration.
    pub(super) fn config() -> &'static Self {
        &CONFIG
    }

    fn of<T: JsonSchema>() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|it| it.inline_subschemas = true);
        let schema = settings.into_generator().into_root_schema_for::<T>();
        match schema.as_object() {
            Some(schema) => Self::new(schema, true),
            None => unreachable!("a struct has an object for a schema"),
        }
    }

    fn new(schema: &Map<String, Value>, is_required: bool) -> Self {
        let meaning = text(schema, "description").unwrap_or_default();
        let example = schema.get("examples").and_then(|it| it.get(0));
        Self {
            form: form(schema),
            meaning: meaning.replace('\n', " "),
            default: schema.get("default").filter(|it| !it.is_null()).cloned(),
            example: example.cloned(),
            is_required,
        }
    }

    pub(super) fn at(&self, path: &Path) -> Option<&Self> {
        let mut steps = path.0.iter();
        steps.try_fold(self, |shape, step| match (&shape.form, step) {
            (Form::Table(keys), Step::Key(key)) => keys.get(key),
            (Form::Map(each), Step::Key(_)) | (Form::List(each), Step::Item(_)) => Some(&**each),
            _ => None,
        })
    }

    /// Whether a value may be shown: one number, flag or text, and no secret.
    pub(super) fn is_shown(&self) -> bool {
        match &self.form {
            Form::Text(text) => *text != Text::Secret,
            Form::Flag | Form::Whole { .. } | Form::Number | Form::Words(_) => true,
            Form::TextOrTexts | Form::List(_) | Form::Map(_) | Form::Table(_) => false,
        }
    }
}

impl Form {
    /// Whether the text of a variable is the value, quotes and all.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Words(_) | Self::TextOrTexts)
    }

    pub(super) fn is_scalar(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Map(_) | Self::Table(_))
    }
}

/// What is expected, as an error or a page says it.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Flag => "true or false",
            Self::Whole { least } => return write!(f, "a whole number from {least}"),
            Self::Number => "a number",
            Self::Text(text) => match text {
                Text::Plain | Text::Secret => "text",
                Text::Address => "an IP address and port such as 127.0.0.1:50051",
                Text::Duration => "a duration such as 10s, 5m or 12h",
                Text::Instant => "an instant such as 2026-08-31T22:00:00Z",
                Text::Location => "a path or a URL",
                Text::Path => "a path",
                Text::Size => "a size such as 512MiB or 4GiB",
            },
            Self::Words(words) => return write!(f, "one of {}", words.join(", ")),
            Self::TextOrTexts => "text or a list of texts",
            Self::List(each) if matches!(each.form, Self::Table(_)) => "a list of tables",
            Self::List(_) => "a list of texts",
            Self::Map(each) if matches!(each.form, Self::Table(_)) => "a table of tables",
            Self::Map(_) | Self::Table(_) => "a table",
        })
    }
}

fn text(schema: &Map<String, Value>, key: &str) -> Option<String> {
    Some(schema.get(key)?.as_str()?.to_owned())
}

fn form(schema: &Map<String, Value>) -> Form {
    let is_null = |it: &&Value| it.get("type").is_some_and(|it| it == "null");
    if let Some(Value::Array(choices)) = schema.get("anyOf") {
        let choices: Vec<_> = choices.iter().filter(|it| !is_null(it)).collect();
        return match choices.as_slice() {
            [Value::Object(only)] => form(only),
            _ => Form::TextOrTexts,
        };
    }
    if let Some(Value::Array(words)) = schema.get("enum") {
        let words = words.iter().filter_map(Value::as_str);
        return Form::Words(words.map(str::to_owned).collect());
    }
    // Words that have a comment each.
    if let Some(Value::Array(words)) = schema.get("oneOf") {
        let words = words.iter().filter_map(|it| it.get("const")?.as_str());
        return Form::Words(words.map(str::to_owned).collect());
    }
    let kind = match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).next(),
        kind => kind.and_then(Value::as_str),
    };
    match kind {
        Some("boolean") => Form::Flag,
        Some("integer") => Form::Whole {
            least: (schema.get("minimum").and_then(Value::as_u64)).unwrap_or_default(),
        },
        Some("number") => Form::Number,
        Some("array") => match schema.get("items") {
            Some(Value::Object(each)) => Form::List(Box::new(Shape::new(each, true))),
            _ => Form::TextOrTexts,
        },
        Some("object") => table(schema),
        _ => Form::Text(match schema.get("format").and_then(Value::as_str) {
            Some("address") => Text::Address,
            Some("duration") => Text::Duration,
            Some("instant") => Text::Instant,
            Some("location") => Text::Location,
            Some("path") => Text::Path,
            Some("secret") => Text::Secret,
            Some("size") => Text::Size,
            _ => Text::Plain,
        }),
    }
}

fn table(schema: &Map<String, Value>) -> Form {
    if let Some(Value::Object(each)) = schema.get("additionalProperties") {
        return Form::Map(Box::new(Shape::new(each, true)));
    }
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|it| it.iter().any(|it| it == name));
    let properties = schema.get("properties").and_then(Value::as_object);
    let keys = properties.into_iter().flatten();
    let keys = keys.filter_map(|(name, schema)| Some((name, schema.as_object()?)));
    Form::Table(
        keys.map(|(name, schema)| (name.clone(), Shape::new(schema, is_required(name))))
            .collect(),
    )
}
