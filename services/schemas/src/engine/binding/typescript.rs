//! TypeScript: a class a file, with a map of its attributes, and a marshaller that reads the maps. Pure.

use super::File;
use super::model::{Class, Model, Type};
use super::names::{Escapes, Unique, camel, quoted};

/// What no member of an object may be called, or better is not.
const RESERVED: [&str; 5] = ["constructor", "prototype", "__proto__", "toString", "hasOwnProperty"];
/// Names that mean something else in the files that use a class.
const GLOBALS: [&str; 5] = ["Array", "Date", "Object", "String", "Map"];

/// The files.
pub(super) fn files(model: &Model, package: &[String]) -> Vec<File> {
    let at = package.join("/");
    let mut files: Vec<File> =
        model.classes.iter().map(|class| (format!("{at}/{}.ts", class.name), class_text(model, class))).collect();
    files.push((format!("{at}/marshaller/Marshaller.ts"), marshaller(model)));
    files
}

/// What a class is called where it is used.
fn local(class: &Class) -> String {
    if GLOBALS.contains(&class.name.as_str()) { format!("{}Model", class.name) } else { class.name.clone() }
}

fn import(class: &Class, from: &str) -> String {
    match local(class) {
        local if local == class.name => format!("import {{ {local} }} from '{from}/{local}';\n"),
        local => format!("import {{ {0} as {local} }} from '{from}/{0}';\n", class.name),
    }
}

fn class_text(model: &Model, class: &Class) -> String {
    let mut used = std::collections::BTreeSet::new();
    class.fields.iter().for_each(|field| classes_in(&field.kind, &mut used));
    let others = used.into_iter().map(|index| &model.classes[index]).filter(|other| other.name != class.name);
    let imports: String = others.map(|other| import(other, ".")).collect();
    let mut unique = Unique::without(&RESERVED);
    let (mut members, mut attributes) = (String::new(), String::new());
    for field in &class.fields {
        let id = unique.take(&camel(&field.name));
        let (kind, mark) = (type_name(model, &field.kind), if field.required { '!' } else { '?' });
        members.push_str(&format!("    public {id}{mark}: {kind};\n"));
        let (json, kind) = (quoted(&field.name, Escapes::Utf16), quoted(&kind, Escapes::Utf16));
        attributes.push_str(&format!("        {{ name: \"{id}\", baseName: {json}, type: {kind} }},\n"));
    }
    // A class with a global's name is exported under it, and has another one in its own file.
    let (name, export) = match local(class) {
        local if local == class.name => (local, "export ".to_owned()),
        local => (local, String::new()),
    };
    let after = if export.is_empty() { format!("\nexport {{ {name} as {} }};\n", class.name) } else { String::new() };
    let blank = if imports.is_empty() { "" } else { "\n" };
    format!(
        "{imports}{blank}{export}class {name} {{\n{members}\n    public static readonly attributeTypeMap: Array<{{ name: \
         string, baseName: string, type: string }}> = [\n{attributes}    ];\n\n    public static getAttributeTypeMap() {{\n        \
         return {name}.attributeTypeMap;\n    }}\n}}\n{after}"
    )
}

fn classes_in(kind: &Type, found: &mut std::collections::BTreeSet<usize>) {
    match kind {
        Type::List(inside) | Type::Map(inside) => classes_in(inside, found),
        Type::Class(index) => drop(found.insert(*index)),
        _ => {}
    }
}

fn type_name(model: &Model, kind: &Type) -> String {
    match kind {
        Type::Any => "any".to_owned(),
        Type::Boolean => "boolean".to_owned(),
        Type::Integer | Type::Number => "number".to_owned(),
        Type::Text => "string".to_owned(),
        Type::Instant => "Date".to_owned(),
        Type::List(items) => format!("Array<{}>", type_name(model, items)),
        Type::Map(values) => format!("{{ [key: string]: {} }}", type_name(model, values)),
        Type::Class(index) => local(&model.classes[*index]),
    }
}

fn marshaller(model: &Model) -> String {
    let imports: String = model.classes.iter().map(|class| import(class, "..")).collect();
    let map: String = model.classes.iter().map(|class| format!("    \"{0}\": {0},\n", local(class))).collect();
    format!("{imports}\nconst typeMap: {{ [name: string]: any }} = {{\n{map}}};\n{MARSHALLER}")
}

const MARSHALLER: &str = r#"
/** Turns what `JSON.parse` gives into objects of these classes, and objects into what `JSON.stringify` takes. */
export class Marshaller {
    public static marshall(value: any): any {
        if (value === null || value === undefined) {
            return value;
        }
        if (Array.isArray(value)) {
            return value.map((item) => Marshaller.marshall(item));
        }
        if (value instanceof Date) {
            return value.toISOString();
        }
        if (typeof value !== "object") {
            return value;
        }
        const attributes = value.constructor && value.constructor.attributeTypeMap;
        const marshalled: { [name: string]: any } = {};
        if (!attributes) {
            Object.keys(value).forEach((key) => { marshalled[key] = Marshaller.marshall(value[key]); });
            return marshalled;
        }
        for (const attribute of attributes) {
            if (value[attribute.name] !== undefined) {
                marshalled[attribute.baseName] = Marshaller.marshall(value[attribute.name]);
            }
        }
        return marshalled;
    }

    public static unmarshall<T>(data: any, type: new () => T): T {
        const kind: any = type;
        const instance: any = new type();
        for (const attribute of kind.attributeTypeMap) {
            if (Object.prototype.hasOwnProperty.call(data, attribute.baseName)) {
                instance[attribute.name] = Marshaller.read(data[attribute.baseName], attribute.type);
            }
        }
        return instance;
    }

    private static read(data: any, type: string): any {
        if (data === null || data === undefined) {
            return data;
        }
        if (type.startsWith("Array<")) {
            const inside = type.slice("Array<".length, -1);
            return Array.isArray(data) ? data.map((item) => Marshaller.read(item, inside)) : data;
        }
        if (type.startsWith("{ [key: string]: ")) {
            const inside = type.slice("{ [key: string]: ".length, -2);
            const map: { [key: string]: any } = {};
            Object.keys(data).forEach((key) => { map[key] = Marshaller.read(data[key], inside); });
            return map;
        }
        if (type === "Date") {
            return new Date(data);
        }
        return typeMap[type] && typeof data === "object" ? Marshaller.unmarshall(data, typeMap[type]) : data;
    }
}
"#;
