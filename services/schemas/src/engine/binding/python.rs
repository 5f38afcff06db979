//! Python: a class a file, and a marshaller that needs nothing but Python's own library. Pure.

use super::File;
use super::model::{Class, Model, Type};
use super::names::{Escapes, Unique, quoted, snake};

/// Keywords, what every object has, and what is called in the methods.
const RESERVED: [&str; 50] = [
    "and",
    "as",
    "assert",
    "async",
    "await",
    "break",
    "class",
    "continue",
    "def",
    "del",
    "elif",
    "else",
    "except",
    "finally",
    "for",
    "from",
    "global",
    "if",
    "import",
    "in",
    "is",
    "lambda",
    "nonlocal",
    "not",
    "or",
    "pass",
    "raise",
    "return",
    "try",
    "while",
    "with",
    "yield",
    "self",
    "to_dict",
    "to_str",
    "discriminator",
    "isinstance",
    "getattr",
    "hasattr",
    "setattr",
    "list",
    "dict",
    "map",
    "object",
    "property",
    "pprint",
    "none",
    "true",
    "false",
    "print",
];

/// The files.
pub(super) fn files(model: &Model, package: &[String]) -> Vec<File> {
    let at = package.join("/");
    let mut files: Vec<File> =
        model.classes.iter().map(|class| (format!("{at}/{}.py", class.name), class_text(model, class))).collect();
    files.push((format!("{at}/marshaller.py"), MARSHALLER.to_owned()));
    let imports = model.classes.iter().map(|class| format!("from .{0} import {0}\n", class.name)).collect::<String>();
    files
        .push((format!("{at}/__init__.py"), format!("# coding: utf-8\n{imports}from .marshaller import Marshaller\n")));
    let above = (1..package.len()).map(|depth| (format!("{}/__init__.py", package[..depth].join("/")), String::new()));
    files.extend(above);
    files
}

fn class_text(model: &Model, class: &Class) -> String {
    let mut unique = Unique::without(&RESERVED);
    // A property `a` keeps its value in `_a`.
    let fields: Vec<_> = class
        .fields
        .iter()
        .map(|field| (unique.take_with(&snake(&field.name), |name| vec![format!("_{name}")]), field))
        .collect();
    let each = |line: &dyn Fn(&str, &str, &Type) -> String| -> String {
        fields.iter().map(|(id, field)| line(id, &field.name, &field.kind)).collect()
    };
    let types = each(&|id, _, kind| format!("        '{id}': '{}',\n", type_name(model, kind)));
    let attributes = each(&|id, name, _| format!("        '{id}': {},\n", quoted(name, Escapes::Utf32)));
    let parameters = each(&|id, _, _| format!(", {id}=None"));
    let starts = each(&|id, _, _| format!("        self._{id} = {id}\n"));
    let properties = each(&|id, _, _| {
        format!(
            "\n    @property\n    def {id}(self):\n        return self._{id}\n\n    @{id}.setter\n    def {id}(self, {id}):\n        \
             self._{id} = {id}\n"
        )
    });
    format!(
        "# coding: utf-8\nimport pprint\n\n\nclass {name}(object):\n\n    _types = {{\n{types}    }}\n\n    _attribute_map = \
         {{\n{attributes}    }}\n\n    def __init__(self{parameters}):\n        self.discriminator = \
         None\n{starts}{properties}{METHODS}",
        name = class.name,
    )
}

/// A type as the marshaller reads it.
fn type_name(model: &Model, kind: &Type) -> String {
    match kind {
        Type::Any => "object".to_owned(),
        Type::Boolean => "bool".to_owned(),
        Type::Integer => "int".to_owned(),
        Type::Number => "float".to_owned(),
        Type::Text => "str".to_owned(),
        Type::Instant => "datetime".to_owned(),
        Type::List(items) => format!("list[{}]", type_name(model, items)),
        Type::Map(values) => format!("dict(str, {})", type_name(model, values)),
        Type::Class(index) => model.classes[*index].name.clone(),
    }
}

/// What every class can do.
const METHODS: &str = r#"
    def to_dict(self):
        def plain(value):
            if isinstance(value, list):
                return [plain(item) for item in value]
            if isinstance(value, dict):
                return {key: plain(item) for key, item in value.items()}
            return value.to_dict() if hasattr(value, "to_dict") else value

        return {attribute: plain(getattr(self, attribute)) for attribute in self._types}

    def to_str(self):
        return pprint.pformat(self.to_dict())

    def __repr__(self):
        return self.to_str()

    def __eq__(self, other):
        return type(other) is type(self) and self.__dict__ == other.__dict__

    def __ne__(self, other):
        return not self == other
"#;

/// Objects from JSON and back.
const MARSHALLER: &str = r#"# coding: utf-8
import datetime
import re
import sys


class Marshaller:
    """Turns what `json.loads` gives into objects of this package, and objects into what `json.dumps` takes."""

    NATIVE_TYPES_MAPPING = {
        'int': int,
        'float': float,
        'str': str,
        'bool': bool,
        'datetime': datetime.datetime,
        'object': object,
    }

    @classmethod
    def marshall(cls, obj):
        if isinstance(obj, (list, tuple)):
            return [cls.marshall(item) for item in obj]
        if isinstance(obj, dict):
            return {key: cls.marshall(value) for key, value in obj.items()}
        if isinstance(obj, datetime.datetime):
            return obj.isoformat().replace('+00:00', 'Z')
        if hasattr(obj, '_attribute_map'):
            members = ((name, getattr(obj, attribute)) for attribute, name in obj._attribute_map.items())
            return {name: cls.marshall(value) for name, value in members if value is not None}
        return obj

    @classmethod
    def unmarshall(cls, data, typeName):
        if data is None:
            return None
        if isinstance(typeName, str):
            return cls.__unmarshall_named(data, typeName)
        if typeName is object:
            return data
        if typeName is datetime.datetime:
            return cls.__unmarshall_datetime(data)
        if typeName in (int, float, str, bool):
            return cls.__unmarshall_primitive(data, typeName)
        return cls.__unmarshall_model(data, typeName)

    @classmethod
    def __unmarshall_named(cls, data, name):
        if name.startswith('list['):
            return [cls.unmarshall(item, name[5:-1]) for item in data] if isinstance(data, list) else data
        if name.startswith('dict('):
            kind = name[5:-1].split(', ', 1)[1]
            return {key: cls.unmarshall(value, kind) for key, value in data.items()} if isinstance(data, dict) else data
        kind = cls.NATIVE_TYPES_MAPPING.get(name) or getattr(sys.modules[__package__], name)
        return cls.unmarshall(data, kind)

    @classmethod
    def __unmarshall_primitive(cls, data, kind):
        if kind is float and isinstance(data, int):
            return data
        try:
            return kind(data)
        except (TypeError, ValueError):
            return data

    @classmethod
    def __unmarshall_datetime(cls, text):
        found = re.match(r'(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))$', str(text))
        if not found:
            return text
        fraction = int((found.group(7) or '0')[:6].ljust(6, '0'))
        offset = datetime.timedelta(hours=int(found.group(9) or 0), minutes=int(found.group(10) or 0))
        zone = datetime.timezone(-offset if found.group(8) == '-' else offset)
        try:
            return datetime.datetime(*(int(found.group(place)) for place in range(1, 7)), fraction, zone)
        except ValueError:
            return text

    @classmethod
    def __unmarshall_model(cls, data, kind):
        if not isinstance(data, dict):
            return data
        there = ((attribute, name) for attribute, name in kind._attribute_map.items() if name in data)
        return kind(**{attribute: cls.unmarshall(data[name], kind._types[attribute]) for attribute, name in there})
"#;
