//! Java: a bean a class, as Jackson reads and writes it, and a marshaller. Names of Java's own classes are written in full:
//! schemas have classes called `Object`. Pure.

use super::File;
use super::model::{Class, Model, Type};
use super::names::{Escapes, Unique, camel, quoted};

/// Keywords, packages that are named in full, and methods of every object.
const RESERVED: [&str; 69] = [
    "abstract",
    "assert",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "continue",
    "default",
    "do",
    "double",
    "else",
    "enum",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "goto",
    "if",
    "implements",
    "import",
    "instanceof",
    "int",
    "interface",
    "long",
    "native",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "short",
    "static",
    "strictfp",
    "super",
    "switch",
    "synchronized",
    "this",
    "throw",
    "throws",
    "transient",
    "true",
    "try",
    "void",
    "volatile",
    "while",
    "java",
    "com",
    "getClass",
    "equals",
    "hashCode",
    "toString",
    "clone",
    "finalize",
    "notify",
    "notifyAll",
    "wait",
    "toIndentedString",
    "schema",
    "o",
    "sb",
    "serialVersionUID",
];

/// The files.
pub(super) fn files(model: &Model, package: &[String]) -> Vec<File> {
    let (at, package) = (package.join("/"), package.join("."));
    let classes = model.classes.iter();
    let mut files: Vec<File> =
        classes.map(|class| (format!("{at}/{}.java", class.name), class_text(model, class, &package))).collect();
    files.push((format!("{at}/marshaller/Marshaller.java"), marshaller(model, &package)));
    files
}

fn class_text(model: &Model, class: &Class, package: &str) -> String {
    let mut unique = Unique::without(&RESERVED);
    let fields: Vec<_> = class
        .fields
        .iter()
        .map(|field| {
            let id =
                unique.take_with(&camel(&field.name), |id| vec![format!("get{}", cap(id)), format!("set{}", cap(id))]);
            let generic = class.is_event && field.name == "detail";
            let kind = if generic { "T".to_owned() } else { type_name(model, &field.kind) };
            (id, quoted(&field.name, Escapes::Utf16), kind)
        })
        .collect();
    let (name, parameter, own) = match class.is_event {
        true => (&class.name, "<T>", format!("{}<T>", class.name)),
        false => (&class.name, "", class.name.clone()),
    };
    let each = |line: &dyn Fn(&str, &str, &str) -> String| -> Vec<String> {
        fields.iter().map(|(id, json, kind)| line(id, json, kind)).collect()
    };
    let declared = each(&|id, json, kind| {
        format!("  @com.fasterxml.jackson.annotation.JsonProperty({json})\n  private {kind} {id} = null;\n\n")
    });
    let methods = each(&|id, _, kind| accessors(&own, id, kind));
    let compared = each(&|id, _, _| format!("java.util.Objects.equals(this.{id}, that.{id})"));
    let that =
        if fields.is_empty() { String::new() } else { format!("    {} that = ({}) o;\n", wild(class), wild(class)) };
    let equal = if fields.is_empty() { "true".to_owned() } else { compared.join(" &&\n        ") };
    let hashed = each(&|id, _, _| format!("(java.lang.Object) {id}")).join(", ");
    let hashed = if hashed.is_empty() { "0".to_owned() } else { format!("java.util.Objects.hash({hashed})") };
    let shown =
        each(&|id, _, _| format!("    sb.append(\"    {id}: \").append(toIndentedString({id})).append(\"\\n\");\n"));
    format!(
        "package {package};\n\n@com.fasterxml.jackson.annotation.JsonInclude(\n    \
         com.fasterxml.jackson.annotation.JsonInclude.Include.NON_NULL)\n\
         @com.fasterxml.jackson.annotation.JsonAutoDetect(\n    fieldVisibility = \
         com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility.NONE,\n    getterVisibility = \
         com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility.NONE,\n    isGetterVisibility = \
         com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility.NONE,\n    setterVisibility = \
         com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility.NONE)\npublic class {name}{parameter} implements \
         java.io.Serializable {{\n  private static final long serialVersionUID = 1L;\n\n{declared}{methods}  @Override\n  \
         public boolean equals(java.lang.Object o) {{\n    if (this == o) {{\n      return true;\n    }}\n    if (o == null || \
         getClass() != o.getClass()) {{\n      return false;\n    }}\n{that}    return {equal};\n  }}\n\n  @Override\n  \
         public int hashCode() {{\n    return {hashed};\n  }}\n\n  @Override\n  public java.lang.String toString() {{\n    \
         java.lang.StringBuilder sb = new java.lang.StringBuilder();\n    sb.append(\"class {name} \
         {{\\n\");\n{shown}    sb.append(\"}}\");\n    return sb.toString();\n  }}\n\n  private java.lang.String \
         toIndentedString(java.lang.Object o) {{\n    return o == null ? \"null\" : o.toString().replace(\"\\n\", \"\\n    \
         \");\n  }}\n}}\n",
        declared = declared.concat(),
        methods = methods.concat(),
        shown = shown.concat(),
    )
}

fn accessors(own: &str, id: &str, kind: &str) -> String {
    let cap = cap(id);
    format!(
        "  public {own} {id}({kind} {id}) {{\n    this.{id} = {id};\n    return this;\n  }}\n\n  public {kind} get{cap}() \
         {{\n    return {id};\n  }}\n\n  public void set{cap}({kind} {id}) {{\n    this.{id} = {id};\n  }}\n\n"
    )
}

/// A class of which only the fields matter.
fn wild(class: &Class) -> String {
    if class.is_event { format!("{}<?>", class.name) } else { class.name.clone() }
}

fn cap(id: &str) -> String {
    let (first, rest) = id.split_at(1);
    first.to_ascii_uppercase() + rest
}

fn type_name(model: &Model, kind: &Type) -> String {
    match kind {
        Type::Any => "java.lang.Object".to_owned(),
        Type::Boolean => "java.lang.Boolean".to_owned(),
        Type::Integer => "java.lang.Long".to_owned(),
        Type::Number => "java.math.BigDecimal".to_owned(),
        Type::Text => "java.lang.String".to_owned(),
        Type::Instant => "java.util.Date".to_owned(),
        Type::List(items) => format!("java.util.List<{}>", type_name(model, items)),
        Type::Map(values) => format!("java.util.Map<java.lang.String, {}>", type_name(model, values)),
        // Its package in full would be hidden by fields of such a name; its own name is not.
        Type::Class(index) if model.classes[*index].is_event => format!("{}<?>", model.classes[*index].name),
        Type::Class(index) => model.classes[*index].name.clone(),
    }
}

fn marshaller(model: &Model, package: &str) -> String {
    let event = model.classes.iter().find(|class| class.is_event).map(|class| {
        let name = format!("{package}.{}", class.name);
        format!(
            "\n  public static <T> {name}<T> unmarshalEvent(InputStream inputStream, Class<T> typeClass) throws IOException \
             {{\n    return MAPPER.readValue(inputStream,\n        \
             MAPPER.getTypeFactory().constructParametricType({name}.class, typeClass));\n  }}\n"
        )
    });
    format!("package {package}.marshaller;\n{MARSHALLER}{}}}\n", event.unwrap_or_default())
}

const MARSHALLER: &str = r#"
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.util.StdDateFormat;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Reads events, and writes what is in them. */
public class Marshaller {
  private static final ObjectMapper MAPPER = createObjectMapper();

  private static ObjectMapper createObjectMapper() {
    ObjectMapper mapper = new ObjectMapper();
    mapper.configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);
    mapper.configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false);
    mapper.setDateFormat(new StdDateFormat());
    return mapper;
  }

  public static <T> void marshal(OutputStream output, T value) throws IOException {
    MAPPER.writeValue(output, value);
  }

  public static <T> T unmarshal(InputStream inputStream, Class<T> typeClass) throws IOException {
    return MAPPER.readValue(inputStream, typeClass);
  }
"#;
