//! The configuration file: flat TOML, whose values become the same texts that variables and flags are.

use toml::Value;

use super::{ConfigError, Layer};

/// Reads the text of the file `path`.
///
/// # Errors
/// When it is not TOML, or a value is a table, a date or a fraction.
pub fn read(path: &str, text: &str) -> Result<Layer, ConfigError> {
    let table: toml::Table = text.parse().map_err(|error| ConfigError(format!("{path}: {error}")))?;
    let values = table.into_iter().map(|(name, value)| {
        let text = as_text(&value).ok_or_else(|| {
            ConfigError(format!("{path}: {name}: a setting is a text, a number, true or false, or a list of texts"))
        })?;
        Ok((name, text))
    });
    Ok(Layer { source: path.to_owned(), values: values.collect::<Result<_, ConfigError>>()? })
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.map(|texts| texts.join(","))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Home, Settings};

    #[test]
    fn every_kind_of_value_is_read() {
        let text = "listen = '127.0.0.1:0'\nephemeral = true\nworkers = 2\ncors_origins = ['https://a', 'https://b']\n";
        let settings = Settings::layered(&Home::default(), &[read("f.toml", text).unwrap()]).unwrap();
        assert_eq!((settings.listen.port(), settings.ephemeral, settings.workers), (0, true, 2));
        assert_eq!(settings.cors_origins, ["https://a", "https://b"]);
    }

    #[test]
    fn what_is_no_setting_is_refused_with_its_place() {
        for (text, expected) in [
            ("listen = [1]", "f.toml: listen:"),
            ("[store]\npath = 1", "f.toml: store:"),
            ("listen = ", "f.toml: TOML parse error at line 1"),
            ("regoin = 'x'", "f.toml: regoin: no such setting; did you mean region?"),
        ] {
            let read = read("f.toml", text).and_then(|layer| Settings::layered(&Home::default(), &[layer]));
            let error = read.unwrap_err();
            assert!(error.0.starts_with(expected), "{error}");
        }
    }
}
