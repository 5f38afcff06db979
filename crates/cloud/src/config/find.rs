//! Where configuration and data are looked for when nobody says where.

use std::path::PathBuf;

/// The directories of the user, as the environment names them.
#[derive(Debug, Clone, Default)]
pub struct Home {
    /// `$HOME`.
    pub home: PathBuf,
    /// `$XDG_DATA_HOME`.
    pub data: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`.
    pub config: Option<PathBuf>,
}

impl Home {
    /// From variables, looked up by name. Empty and relative XDG directories count as not set, as their specification says.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = absolute("HOME").unwrap_or_else(|| PathBuf::from("."));
        Self { home, data: absolute("XDG_DATA_HOME"), config: absolute("XDG_CONFIG_HOME") }
    }

    /// The default data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| self.home.join(".local/share")).join("nephele")
    }
}

/// Files to try in this order when none is named; the first that exists is read.
pub fn candidates(home: &Home) -> [PathBuf; 2] {
    let config = home.config.clone().unwrap_or_else(|| home.home.join(".config"));
    [PathBuf::from("nephele.toml"), config.join("nephele/config.toml")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_xdg_and_home() {
        let home = Home::from_variables(|name| (name == "HOME").then(|| "/home/u".to_owned()));
        assert_eq!(home.data_dir(), PathBuf::from("/home/u/.local/share/nephele"));
        assert_eq!(candidates(&home)[1], PathBuf::from("/home/u/.config/nephele/config.toml"));
        let xdg = Home::from_variables(|name| Some(format!("/{}", name.to_lowercase())));
        assert_eq!(xdg.data_dir(), PathBuf::from("/xdg_data_home/nephele"));
        assert_eq!(candidates(&xdg)[1], PathBuf::from("/xdg_config_home/nephele/config.toml"));
        let relative = Home::from_variables(|_| Some("x".to_owned()));
        assert_eq!(relative.data_dir(), PathBuf::from("./.local/share/nephele"));
    }
}
