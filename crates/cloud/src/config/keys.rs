//! The names of all settings, what each means, and how its text is read: one table for file, environment and flags.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use names::Region;

use super::{Durability, LogFormat, Settings};

/// One setting.
#[derive(Debug)]
pub struct Key {
    /// Its name in the file; upper case with `NEPHELE_` before it in the environment; with `-` for `_` as a flag.
    pub name: &'static str,
    /// What it means.
    pub help: &'static str,
    /// Reads its text into the settings.
    pub(super) set: fn(&mut Settings, &str) -> Result<(), String>,
}

/// Every setting, sorted by name.
pub const KEYS: &[Key] = &[
    Key {
        name: "admin_hosts",
        help: "host names under which other machines may change the cloud through /_nephele, separated by commas",
        set: |s, v| put(&mut s.admin_hosts, Ok(list(v))),
    },
    Key {
        name: "blobs",
        help: "where bytes of large objects are kept: s3://, gs://, az:// or file://; in the data directory when empty",
        set: |s, v| put(&mut s.blobs, Ok(v.to_owned())),
    },
    Key {
        name: "blobs_options",
        help: "keys, regions and endpoints for reaching that place, NAME=VALUE, separated by commas",
        set: |s, v| put(&mut s.blobs_options, options(v)),
    },
    Key {
        name: "cors_origins",
        help: "origins besides this machine's own that browsers may call from, separated by commas; * for all",
        set: |s, v| put(&mut s.cors_origins, Ok(list(v))),
    },
    Key {
        name: "data",
        help: "the data directory",
        set: |s, v| put(&mut s.data, if v.is_empty() { Err("is empty".to_owned()) } else { Ok(PathBuf::from(v)) }),
    },
    Key {
        name: "durability",
        help: "what an acknowledged write survives: fsync (power loss) or os (the end of the process)",
        set: |s, v| put(&mut s.durability, one_of(v, &[("fsync", Durability::Fsync), ("os", Durability::Os)])),
    },
    Key { name: "ephemeral", help: "keep everything in memory", set: |s, v| put(&mut s.ephemeral, truth(v)) },
    Key { name: "listen", help: "the address to listen on, HOST:PORT", set: |s, v| put(&mut s.listen, address(v)) },
    Key {
        name: "log",
        help: "what is logged: error, warn, info, debug or trace, or a filter such as gateway=debug",
        set: |s, v| put(&mut s.log, Ok(v.to_owned())),
    },
    Key {
        name: "log_format",
        help: "how log lines look: text or json",
        set: |s, v| put(&mut s.log_format, one_of(v, &[("text", LogFormat::Text), ("json", LogFormat::Json)])),
    },
    Key {
        name: "mail_from",
        help: "the address that mail is from",
        set: |s, v| put(&mut s.mail_from, Ok(v.to_owned())),
    },
    Key {
        name: "open_keys",
        help: "let access keys of no known form in as the default account's root",
        set: |s, v| put(&mut s.open_keys, truth(v)),
    },
    Key {
        name: "region",
        help: "the region when a request names none",
        set: |s, v| put(&mut s.region, Region::parse(v).ok_or_else(|| format!("'{v}' is not a region code"))),
    },
    Key {
        name: "root_secret",
        help: "the secret of the root keys, instead of the conventional ones",
        set: |s, v| put(&mut s.root_secret, Ok((!v.is_empty()).then(|| v.to_owned()))),
    },
    Key {
        name: "services",
        help: "the services to run, separated by commas; all when empty",
        set: |s, v| put(&mut s.services, services(v)),
    },
    Key {
        name: "smtp",
        help: "the server that mail is handed to: smtp:// or smtps://, with USER:PASSWORD@ where it asks; spools when empty",
        set: |s, v| put(&mut s.smtp, Ok((!v.is_empty()).then(|| v.to_owned()))),
    },
    Key { name: "tls", help: "serve TLS on the same port", set: |s, v| put(&mut s.tls, truth(v)) },
    Key {
        name: "workers",
        help: "threads that serve requests; 0 for one a processor",
        set: |s, v| put(&mut s.workers, v.parse().map_err(|_| format!("'{v}' is not a number"))),
    },
];

/// The name among `known` that is nearest to a mistyped one, when one is near at all.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.into_iter().map(|candidate| (strsim::jaro_winkler(name, candidate), candidate));
    scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, candidate)| candidate)
}

pub(super) fn unknown(name: &str) -> String {
    match nearest(name, KEYS.iter().map(|key| key.name)) {
        Some(near) => format!("no such setting; did you mean {near}?"),
        None => "no such setting".to_owned(),
    }
}

fn put<T>(place: &mut T, value: Result<T, String>) -> Result<(), String> {
    *place = value?;
    Ok(())
}

fn truth(text: &str) -> Result<bool, String> {
    one_of(text, &[("true", true), ("false", false), ("1", true), ("0", false)])
}

fn one_of<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, String> {
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    found.ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        format!("'{text}' is not one of {}", names.join(", "))
    })
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn options(text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |part: &String| part.split_once('=').map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    // The value may be a secret, so the text shows none.
    list(text).iter().map(|part| pair(part).ok_or_else(|| "an option is not NAME=VALUE".to_owned())).collect()
}

/// A name is looked up, `localhost` among them; IPv4 is preferred because most clients try it first.
fn address(text: &str) -> Result<SocketAddr, String> {
    let wrong = || format!("'{text}' is not an address; write HOST:PORT, as in 127.0.0.1:4566");
    let found: Vec<SocketAddr> = text.to_socket_addrs().map_err(|_| wrong())?.collect();
    found.iter().find(|a| a.is_ipv4()).or(found.first()).copied().ok_or_else(wrong)
}

fn services(text: &str) -> Result<Vec<String>, String> {
    let names = list(text);
    for name in &names {
        if api_catalog::by_id(name).is_none() {
            let near = nearest(name, api_catalog::SERVICES.iter().map(|service| service.schema.id));
            let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            return Err(format!("'{name}' is not a service{hint}"));
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(KEYS.is_sorted_by_key(|key| key.name));
    }

    #[test]
    fn every_key_is_documented_with_its_default() {
        let page = include_str!("../../../../docs/reference/configuration.md");
        for key in KEYS {
            let row = format!("| `{}` | `NEPHELE_{}` | `--", key.name, key.name.to_uppercase());
            assert!(page.contains(&row), "docs/reference/configuration.md has a row {row}");
        }
    }

    #[test]
    fn every_key_reads_something_and_most_refuse_nonsense() {
        let mut settings = Settings::defaults(&super::super::Home::default());
        for (name, good, bad) in [
            ("admin_hosts", "a, b", None),
            ("cors_origins", "https://a.example", None),
            ("data", "/tmp/x", Some("")),
            ("durability", "os", Some("OS")),
            ("ephemeral", "true", Some("yes please")),
            ("listen", "0.0.0.0:80", Some("localhost")),
            ("log", "debug", None),
            ("log_format", "json", Some("xml")),
            ("open_keys", "false", Some("")),
            ("region", "eu-central-1", Some("EU")),
            ("root_secret", "s", None),
            ("services", "sqs,sts", Some("sqqs")),
            ("tls", "0", Some("-")),
            ("workers", "4", Some("-4")),
        ] {
            let key = KEYS.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("{name} is a key"));
            (key.set)(&mut settings, good).unwrap_or_else(|why| panic!("{name}: {why}"));
            if let Some(bad) = bad {
                assert!((key.set)(&mut settings, bad).is_err(), "{name} refuses {bad:?}");
            }
        }
        assert_eq!(settings.admin_hosts, ["a", "b"]);
        assert_eq!((settings.listen.port(), settings.workers, settings.tls), (80, 4, false));
    }
}
