//! Settings: defaults, then a file, then `NEPHELE_*`, then flags; each overrides what is before it.
//!
//! Everything here is pure: the text of the file, the variables and the flags are handed in.

mod file;
mod find;
mod keys;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use names::Region;

pub use file::read as read_file;
pub use find::{Home, candidates};
pub use keys::{KEYS, Key, nearest};

/// How one cloud is run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// Where everything is kept.
    pub data: PathBuf,
    /// Keep everything in memory instead.
    pub ephemeral: bool,
    /// Where bytes of large objects are kept: an address, or empty for the data directory.
    pub blobs: String,
    /// Keys, regions and endpoints for reaching that address.
    pub blobs_options: Vec<(String, String)>,
    /// What an acknowledged write survives.
    pub durability: Durability,
    /// The region when a request names none.
    pub region: Region,
    /// Replaces the conventional secrets of the root keys.
    pub root_secret: Option<String>,
    /// Let access keys of no known form in as root.
    pub open_keys: bool,
    /// Serve TLS on the same port.
    pub tls: bool,
    /// Origins besides this machine's own that browsers may call from.
    pub cors_origins: Vec<String>,
    /// Host names under which other machines may change the cloud through `/_nephele`.
    pub admin_hosts: Vec<String>,
    /// The services to run; none named means all.
    pub services: Vec<String>,
    /// The server that takes mail, `smtp://` or `smtps://`; none keeps it in spools. May hold a password.
    pub smtp: Option<String>,
    /// The address that mail is from.
    pub mail_from: String,
    /// A `tracing` filter, as in `info` or `gateway=debug`.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// Threads that serve requests; 0 means one a processor.
    pub workers: usize,
}

/// What an acknowledged write survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Power loss.
    Fsync,
    /// The end of the process.
    Os,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// A setting that cannot be used: where it was found and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError(pub String);

/// One layer: names of settings with their values as text, and where they are from.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    /// Named in errors: a path, `the environment`, `the command line`.
    pub source: String,
    /// Pairs of a name in [`KEYS`] and a value.
    pub values: Vec<(String, String)>,
}

impl Settings {
    /// The settings when nothing is configured.
    pub fn defaults(home: &Home) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4566)),
            data: home.data_dir(),
            ephemeral: false,
            blobs: String::new(),
            blobs_options: Vec::new(),
            durability: Durability::Fsync,
            region: Region::default_region(),
            root_secret: None,
            open_keys: true,
            tls: true,
            cors_origins: Vec::new(),
            admin_hosts: Vec::new(),
            services: Vec::new(),
            smtp: None,
            mail_from: "no-reply@sns.amazonaws.com".to_owned(),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            workers: 0,
        }
    }

    /// The defaults with layers over them, the last one on top.
    ///
    /// # Errors
    /// When a layer has an unknown name or a value that does not fit.
    pub fn layered(home: &Home, layers: &[Layer]) -> Result<Self, ConfigError> {
        let mut settings = Self::defaults(home);
        for layer in layers {
            for (name, value) in &layer.values {
                settings.set(name, value).map_err(|why| ConfigError(format!("{}: {name}: {why}", layer.source)))?;
            }
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match KEYS.iter().find(|key| key.name == name) {
            Some(key) => (key.set)(self, value),
            None => Err(keys::unknown(name)),
        }
    }

    /// Whether a service is to run.
    pub fn runs(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|name| name == service)
    }

    /// The endpoint for clients on this machine, with a port that may differ from the configured one.
    pub fn endpoint(&self, port: u16) -> String {
        let ip = self.listen.ip();
        if ip.is_unspecified() {
            format!("http://localhost:{port}")
        } else {
            format!("http://{}", SocketAddr::new(ip, port))
        }
    }
}

impl Layer {
    /// `NEPHELE_*` of the given variables. Unknown ones are returned apart and are no error: Kubernetes, for one, sets
    /// `NEPHELE_PORT` by itself where a service is called nephele.
    pub fn from_environment(variables: impl IntoIterator<Item = (String, String)>) -> (Self, Vec<String>) {
        let (mut values, mut unknown) = (Vec::new(), Vec::new());
        for (variable, value) in variables {
            let Some(name) = variable.strip_prefix("NEPHELE_").map(str::to_lowercase) else { continue };
            if KEYS.iter().any(|key| key.name == name) {
                values.push((name, value));
            } else if !OTHER_VARIABLES.contains(&variable.as_str()) {
                unknown.push(variable);
            }
        }
        (Self { source: "the environment".to_owned(), values }, unknown)
    }
}

/// Variables that commands read themselves.
const OTHER_VARIABLES: [&str; 2] = ["NEPHELE_CONFIG", "NEPHELE_ENDPOINT"];

impl Durability {
    /// Its name in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fsync => "fsync",
            Self::Os => "os",
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn layer(source: &str, pairs: &[(&str, &str)]) -> Layer {
        let values = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Layer { source: source.to_owned(), values }
    }

    #[test]
    fn later_layers_win_and_the_rest_stays() {
        let file = layer("file", &[("region", "eu-west-1"), ("workers", "3"), ("open_keys", "false")]);
        let environment = layer("environment", &[("region", "eu-west-2")]);
        let flags = layer("flags", &[("workers", "5")]);
        let settings = Settings::layered(&Home::default(), &[file, environment, flags]).unwrap();
        assert_eq!((settings.region.as_str(), settings.workers, settings.open_keys), ("eu-west-2", 5, false));
        assert_eq!(settings.listen.to_string(), "127.0.0.1:4566");
    }

    #[test]
    fn a_bad_value_says_where_and_what() {
        for (name, value, expected) in [
            ("workers", "many", "file: workers: 'many' is not a number"),
            ("listen", "4566", "file: listen: '4566' is not an address; write HOST:PORT, as in 127.0.0.1:4566"),
            ("durability", "none", "file: durability: 'none' is not one of fsync, os"),
            ("lisen", "x", "file: lisen: no such setting; did you mean listen?"),
            ("zzz", "x", "file: zzz: no such setting"),
        ] {
            let error = Settings::layered(&Home::default(), &[layer("file", &[(name, value)])]).unwrap_err();
            assert_eq!(error.0, expected);
        }
    }

    #[test]
    fn variables_become_settings_and_strangers_are_named() {
        let variables =
            [("NEPHELE_REGION", "eu-west-1"), ("NEPHELE_PORT", "tcp://…"), ("NEPHELE_CONFIG", "f"), ("HOME", "/")];
        let (layer, unknown) = Layer::from_environment(variables.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(layer.values, [("region".to_owned(), "eu-west-1".to_owned())]);
        assert_eq!(unknown, ["NEPHELE_PORT"]);
    }
}
