//! Code bindings: classes for events in four languages, with a marshaller, made from a schema. Pure: the same schema gives
//! the same bytes.
//!
//! | file | what |
//! |---|---|
//! | `model.rs` | a document as classes with fields |
//! | `names.rs` | identifiers that each language takes, none of them twice |
//! | `java.rs`, `python.rs`, `typescript.rs`, `golang.rs` | the code |
//! | `zip.rs` | files as one archive |
//!
//! Layout and names are AWS's where they are known: packages `schema.<source>.<name>` (as the SAM CLI builds them),
//! `AWSEvent<T>` and `marshaller.Marshaller` in Java, `Marshaller.marshall` and `unmarshall` in Python.

mod golang;
mod java;
mod model;
mod names;
mod python;
mod typescript;
mod zip;

use serde_json::Value;

use model::Model;

/// What code is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// Java 8 and later, with Jackson.
    Java8,
    /// Python 3.6 and later.
    Python36,
    /// TypeScript 3 and later.
    TypeScript3,
    /// Go 1.
    Go1,
}

impl Target {
    /// As the API has it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Java8 => "Java8",
            Self::Python36 => "Python36",
            Self::TypeScript3 => "TypeScript3",
            Self::Go1 => "Go1",
        }
    }

    /// As the API has it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Java8, Self::Python36, Self::TypeScript3, Self::Go1];
        all.into_iter().find(|target| target.as_str() == text)
    }
}

/// A file: its path, and what is in it.
pub(crate) type File = (String, String);

/// The files of a binding for a schema of this name.
pub(crate) fn files(target: Target, schema_name: &str, document: &Value) -> Vec<File> {
    let model = Model::of(document);
    let package = names::package(schema_name);
    match target {
        Target::Java8 => java::files(&model, &package),
        Target::Python36 => python::files(&model, &package),
        Target::TypeScript3 => typescript::files(&model, &package),
        Target::Go1 => golang::files(&model, &package),
    }
}

/// The same as a zip archive.
pub(crate) fn archive(target: Target, schema_name: &str, document: &Value) -> Vec<u8> {
    zip::archive(&files(target, schema_name, document))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::engine::document::learnt::Learnt;

    const TARGETS: [Target; 4] = [Target::Java8, Target::Python36, Target::TypeScript3, Target::Go1];

    fn document(detail_type: &str, detail: Value) -> Value {
        let event = json!({"source": "shop", "detail-type": detail_type, "resources": ["a"], "detail": detail});
        Learnt::of(&event).unwrap().document()
    }

    #[test]
    fn where_files_are() {
        let paths = |target| -> Vec<_> {
            let document = document("Order Placed", json!({"customer": {"name": "n"}}));
            files(target, "shop@OrderPlaced", &document).into_iter().map(|(path, _)| path).collect()
        };
        let at = "schema/shop/orderplaced";
        assert_eq!(
            paths(Target::Java8),
            ["AWSEvent.java", "OrderPlaced.java", "Customer.java", "marshaller/Marshaller.java"]
                .map(|file| format!("{at}/{file}"))
        );
        let python = ["AWSEvent.py", "OrderPlaced.py", "Customer.py", "marshaller.py", "__init__.py"];
        let mut expected: Vec<_> = python.iter().map(|file| format!("{at}/{file}")).collect();
        expected.extend(["schema/__init__.py".to_owned(), "schema/shop/__init__.py".to_owned()]);
        assert_eq!(paths(Target::Python36), expected);
        assert!(paths(Target::TypeScript3).contains(&format!("{at}/marshaller/Marshaller.ts")));
        assert!(paths(Target::Go1).contains(&format!("{at}/AWSEvent.go")));
    }

    proptest! {
        /// No two files of one name, also where case does not count; and brackets of code that was put together match.
        #[test]
        fn awkward_names(kind in ".{0,10}", members in prop::collection::vec(".{0,8}|class|from|type|getClass|_|a b|A-b", 0..8)) {
            let inside: serde_json::Map<_, _> = members.iter().map(|name| (name.clone(), json!({ name: 1 }))).collect();
            let document = document(&kind, inside.into());
            for target in TARGETS {
                let files = files(target, "shop@x", &document);
                let paths: BTreeSet<_> = files.iter().map(|(path, _)| path.to_ascii_lowercase()).collect();
                prop_assert_eq!(paths.len(), files.len());
                prop_assert!(files.iter().all(|(_, text)| text.is_ascii()));
            }
        }
    }
}
