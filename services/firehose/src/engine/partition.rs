//! Keys of partitions, read from records by a jq program. Pure.

use std::collections::BTreeMap;

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

/// The values of partition keys, by name.
pub(crate) type Keys = BTreeMap<String, String>;

type Filter = jaq_core::compile::Filter<jaq_core::Native<data::JustLut<Val>>>;

/// A compiled program. It stays on one thread: values of jq are counted by it.
pub(crate) struct Program(Filter);

impl Program {
    /// Compiles a program; none when it is none.
    pub(crate) fn compile(code: &str) -> Option<Self> {
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let funs = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let arena = Arena::default();
        let modules = Loader::new(defs).load(&arena, File { code, path: () }).ok()?;
        Compiler::default().with_funs(funs).compile(modules).ok().map(Self)
    }

    /// The keys of a record: the members of the object that the program makes of it. Or why there are none.
    pub(crate) fn keys(&self, record: &[u8]) -> Result<Keys, String> {
        let input = read::parse_single(record).map_err(|error| format!("Non JSON record provided: {error}"))?;
        let ctx = Ctx::<data::JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        let made = self.0.id.run((ctx, input)).map(unwrap_valr).next();
        let made = made.ok_or("the query gave nothing")?.map_err(|error| error.to_string())?;
        let made: serde_json::Value = serde_json::from_str(&made.to_string()).map_err(|error| error.to_string())?;
        let members = made.as_object().ok_or("the query did not give an object")?;
        members.iter().map(|(key, value)| Ok((key.clone(), text(key, value)?))).collect()
    }
}

fn text(key: &str, value: &serde_json::Value) -> Result<String, String> {
    match value {
        serde_json::Value::String(text) if !text.is_empty() => Ok(text.clone()),
        serde_json::Value::Number(number) => Ok(number.to_string()),
        serde_json::Value::Bool(truth) => Ok(truth.to_string()),
        _ => Err(format!("partitionKeys values must not be null or empty: {key}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_what_the_query_says() {
        let program = Program::compile("{customer: .customer.id, day: .at[0:10], n: (.n + 1)}").unwrap();
        let keys = program.keys(br#"{"customer": {"id": "c1"}, "at": "2026-01-05T07:00:00Z", "n": 1}"#).unwrap();
        let expected = [("customer", "c1"), ("day", "2026-01-05"), ("n", "2")];
        assert_eq!(keys, expected.map(|(key, value)| (key.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn records_without_keys() {
        let program = Program::compile("{a: .a}").unwrap();
        for record in [&b"x"[..], b"{}", b"{\"a\": \"\"}", b"{\"a\": []}", b"[1]", b""] {
            assert!(program.keys(record).is_err(), "{record:?}");
        }
        assert!(Program::compile(".a").unwrap().keys(b"{\"a\": 1}").is_err());
        assert!(Program::compile("{a: ").is_none() && Program::compile("nobody").is_none());
    }
}
