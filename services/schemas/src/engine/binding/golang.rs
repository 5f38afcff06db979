//! Go: a struct a file, as `encoding/json` reads and writes it, laid out as gofmt does. Pure.

use super::File;
use super::model::{Class, Field, Model, Type};
use super::names::{Escapes, Unique, pascal, quoted};

/// Characters beside letters and digits that a JSON name in a tag may have. Source: `isValidTag` of `encoding/json`.
const TAG: &str = "!#$%&()*+-./:;<=>?@[]^_{|}~ ";

/// The files.
pub(super) fn files(model: &Model, package: &[String]) -> Vec<File> {
    let at = package.join("/");
    let package = package.last().map_or("schema", String::as_str);
    // Functions and types share their names, and `Marshal` and the like are functions of ours.
    let mut files: Vec<File> = model
        .classes
        .iter()
        .map(|class| (format!("{at}/{}.go", class.name), class_text(model, class, package)))
        .collect();
    files.push((format!("{at}/Marshaller.go"), marshaller(model, package)));
    files
}

/// What a class is called: not as one of the functions.
fn type_of(class: &Class) -> String {
    let taken = ["Marshal", "Unmarshal", "UnmarshalEvent"].contains(&class.name.as_str());
    if taken { format!("{}Model", class.name) } else { class.name.clone() }
}

fn class_text(model: &Model, class: &Class, package: &str) -> String {
    let mut unique = Unique::default();
    let rows: Vec<_> = class
        .fields
        .iter()
        .map(|field| (unique.take(&pascal(&field.name)), field_type(model, field), tag(field)))
        .collect();
    let width = |of: &dyn Fn(&(String, String, String)) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (names, types) = (width(&|row| row.0.len()), width(&|row| row.1.len()));
    let members: String =
        rows.iter().map(|(name, kind, tag)| format!("\t{name:names$} {kind:types$} {tag}\n")).collect();
    let import = if rows.iter().any(|(_, kind, _)| kind.contains("time.Time")) { "import \"time\"\n\n" } else { "" };
    let name = type_of(class);
    if members.is_empty() {
        return format!("package {package}\n\n{import}type {name} struct{{}}\n");
    }
    format!("package {package}\n\n{import}type {name} struct {{\n{members}}}\n")
}

/// What is not always there is a pointer, so that it can be missing.
fn field_type(model: &Model, field: &Field) -> String {
    let kind = type_name(model, &field.kind);
    match &field.kind {
        Type::Boolean | Type::Integer | Type::Number | Type::Text | Type::Instant if !field.required => {
            format!("*{kind}")
        }
        _ => kind,
    }
}

fn type_name(model: &Model, kind: &Type) -> String {
    match kind {
        Type::Any => "interface{}".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer => "int64".to_owned(),
        Type::Number => "float64".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Instant => "time.Time".to_owned(),
        Type::List(items) => format!("[]{}", type_name(model, items)),
        Type::Map(values) => format!("map[string]{}", type_name(model, values)),
        // A pointer, as a struct may hold itself.
        Type::Class(index) => format!("*{}", type_of(&model.classes[*index])),
    }
}

/// Names that no tag can say are left out of JSON.
fn tag(field: &Field) -> String {
    let name = &field.name;
    let sayable = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || TAG.contains(c));
    let json = match (sayable, field.required) {
        (false, _) => "-".to_owned(),
        (true, false) => format!("{name},omitempty"),
        (true, true) if name == "-" => "-,".to_owned(),
        (true, true) => name.clone(),
    };
    format!("`json:{}`", quoted(&json, Escapes::Utf32))
}

fn marshaller(model: &Model, package: &str) -> String {
    let event = model.classes.iter().find(|class| class.is_event).map(type_of);
    let event = event.map(|name| {
        format!(
            "\n// UnmarshalEvent reads an event.\nfunc UnmarshalEvent(input []byte) ({name}, error) {{\n\tvar event \
             {name}\n\terr := json.Unmarshal(input, &event)\n\treturn event, err\n}}\n"
        )
    });
    format!("package {package}\n{MARSHALLER}{}", event.unwrap_or_default())
}

const MARSHALLER: &str = r#"
import "encoding/json"

// Marshal writes a value as JSON.
func Marshal(value interface{}) ([]byte, error) {
	return json.Marshal(value)
}

// Unmarshal reads JSON into what output points to.
func Unmarshal(input []byte, output interface{}) error {
	return json.Unmarshal(input, output)
}
"#;
