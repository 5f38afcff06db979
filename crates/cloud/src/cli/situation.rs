//! What a command finds around it: its directories, variables and configuration file. Read here and nowhere else.

use std::path::Path;

use crate::client::Client;
use crate::config::{ConfigError, Home, Layer, Settings, candidates, read_file};

use super::{Common, Failure};

/// The surroundings of a command.
#[derive(Debug)]
pub struct Situation {
    /// What every command takes.
    pub common: Common,
    variables: Vec<(String, String)>,
    home: Home,
}

impl Situation {
    /// Those of this process. Variables that are not text are passed over: none of ours can be.
    pub fn of_process(common: Common) -> Self {
        let pairs = std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        let variables: Vec<(String, String)> = pairs.collect();
        let home = Home::from_variables(|name| lookup(&variables, name).map(str::to_owned));
        Self { common, variables, home }
    }

    /// A variable, when it is set and not empty.
    pub fn variable(&self, name: &str) -> Option<&str> {
        lookup(&self.variables, name).filter(|value| !value.is_empty())
    }

    /// The settings with `flags` on top; tells of variables that look like settings and are none.
    pub fn settings(&self, flags: Layer) -> Result<(Settings, Vec<String>), ConfigError> {
        let (environment, unknown) = Layer::from_environment(self.variables.iter().cloned());
        let layers: Vec<Layer> = self.file()?.into_iter().chain([environment, flags]).collect();
        Ok((Settings::layered(&self.home, &layers)?, unknown))
    }

    /// The named file, which must be there; else the first of the usual ones that is.
    fn file(&self) -> Result<Option<Layer>, ConfigError> {
        let named = self.common.config.clone().or_else(|| self.variable("NEPHELE_CONFIG").map(Into::into));
        let path = named.or_else(|| candidates(&self.home).into_iter().find(|path| path.exists()));
        path.map(|path| read(&path)).transpose()
    }

    /// The endpoint of the cloud to talk to.
    pub fn endpoint(&self) -> Result<String, Failure> {
        if let Some(named) = self.common.endpoint.as_deref().or(self.variable("NEPHELE_ENDPOINT")) {
            return Ok(named.trim_end_matches('/').to_owned());
        }
        let (settings, _) = self.settings(Layer::default())?;
        Ok(settings.endpoint(settings.listen.port()))
    }

    /// A client of that endpoint.
    pub fn client(&self) -> Result<Client, Failure> {
        Ok(Client::new(&self.endpoint()?)?)
    }
}

fn read(path: &Path) -> Result<Layer, ConfigError> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError(format!("{name}: {error}")))?;
    read_file(&name, &text)
}

fn lookup<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a str> {
    variables.iter().find(|(variable, _)| variable == name).map(|(_, value)| value.as_str())
}
