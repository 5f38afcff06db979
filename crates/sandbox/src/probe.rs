//! What this host offers, found out by starting a sandbox of each kind, the strongest first. That a file or a device is
//! there says nothing: containers, kernels and security modules refuse in their own ways.

use std::path::{Path, PathBuf};

use crate::cgroups::Hierarchy;
use crate::handle::Exit;
use crate::launcher::Launcher;
use crate::plan::{Command, Level, Limits, Network, Places, Plan};
use crate::root::host_parts;

/// What this host offers, and what it does not, and why.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The strongest kind that works.
    pub level: Level,
    /// Control groups, where they can be used.
    pub hierarchy: Option<Hierarchy>,
    /// What was tried and does not work, for a person.
    pub lacking: Vec<String>,
}

impl Offer {
    /// Tries. `program` and `arguments` are as for [`Launcher::new`]. Takes some milliseconds for each kind that fails.
    pub async fn probe(program: &Path, arguments: &[String]) -> Self {
        let mut lacking = Vec::new();
        let hierarchy = Hierarchy::find().map_err(|text| lacking.push(text)).ok();
        let levels = match rustix::process::geteuid().is_root() {
            true => [Level::Namespaces, Level::UserNamespaces],
            false => [Level::UserNamespaces, Level::UserNamespaces],
        };
        for level in levels {
            let launcher = Launcher::new(program.to_owned(), arguments.to_vec(), hierarchy.clone());
            match works(&launcher, level).await {
                Ok(()) => return Self { level, hierarchy, lacking },
                Err(text) => lacking.push(format!("{}: {text}", level.describe())),
            }
        }
        lacking.dedup();
        Self { level: Level::Processes, hierarchy, lacking }
    }

    /// In one line, as a person is told.
    pub fn describe(&self) -> String {
        let limits = match &self.hierarchy {
            Some(hierarchy) => format!("limits by {}", hierarchy.describe()),
            None => "limits a process only: memory of all together, processors and freezing are not limited".to_owned(),
        };
        format!("{}; {limits}", self.level.describe())
    }

    /// A launcher for what is offered.
    pub fn launcher(&self, program: PathBuf, arguments: Vec<String>) -> Launcher {
        Launcher::new(program, arguments, self.hierarchy.clone())
    }
}

/// Starts one, runs a program in it, and ends it.
async fn works(launcher: &Launcher, level: Level) -> Result<(), String> {
    let sandbox = launcher.start(trial(level)).await.map_err(|error| error.to_string())?;
    let command = Command {
        program: PathBuf::from("/bin/true"),
        arguments: Vec::new(),
        environment: Vec::new(),
        directory: PathBuf::from("/"),
        side_pipe: None,
    };
    let process = sandbox.run(command).await.map_err(|error| error.to_string())?;
    let exit = process.exit.await;
    sandbox.end().await;
    match exit {
        Ok(Exit::Code(0)) => Ok(()),
        Ok(exit) => Err(format!("a program inside ended with {exit:?}")),
        Err(_) => Err("a program inside was lost".to_owned()),
    }
}

fn trial(level: Level) -> Plan {
    let mut plan = Plan {
        level,
        network: Network::Own,
        listen: vec![9_001],
        binds: Vec::new(),
        overlays: Vec::new(),
        links: Vec::new(),
        files: Vec::new(),
        tmp: 1 << 20,
        host_name: "probe".to_owned(),
        user: (993, 990),
        limits: Limits { memory: 128 << 20, cpu_millis: None, pids: 64, files: 1_024 },
        places: Places::default(),
    };
    host_parts(&mut plan);
    plan
}
