//! One `nephele` process: started, asked, stopped, killed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};

/// A process that said `Ready.`; killed when dropped.
pub(crate) struct Process {
    child: Child,
    /// Where it listens: `127.0.0.1:PORT`.
    pub(crate) authority: String,
}

/// A command of nephele that sees nothing of this process's own settings.
pub(crate) fn nephele() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nephele"));
    let ours = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("NEPHELE_") || name.starts_with("XDG_") || name.starts_with("AWS_")
    });
    for name in ours {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").current_dir(std::env::temp_dir());
    command
}

impl Process {
    /// Starts on a free port with the data directory `data`, and returns once it answers.
    pub(crate) fn start(data: &Path, arguments: &[&str]) -> Self {
        let data = data.display().to_string();
        Self::spawn(
            nephele().args(["start", "--listen", "127.0.0.1:0", "--log", "warn", "--data", &data]).args(arguments),
        )
    }

    pub(crate) fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("the binary is built");
        let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines().map_while(Result::ok);
        let said: Vec<String> = lines.by_ref().take_while(|line| line != "Ready.").collect();
        let url = said.iter().flat_map(|line| line.split([' ', ','])).find_map(|word| word.strip_prefix("http://"));
        let authority = url.unwrap_or_else(|| panic!("it says where it listens: {said:?}")).to_owned();
        Self { child, authority }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The output of a command that speaks to this process.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        let endpoint = format!("http://{}", self.authority);
        nephele().args(arguments).args(["--endpoint", &endpoint]).output().expect("the binary is built")
    }

    /// What such a command answers with `--json`.
    pub(crate) fn ask(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.run(&[arguments, &["--json"]].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("it prints JSON")
    }

    /// SIGTERM.
    pub(crate) fn terminate(&mut self) {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw).expect("a process id");
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("the process is ours");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("the process is ours")
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the process is ours");
        self.child.wait().expect("the process is ours");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The exit code and what was said on standard error.
pub(crate) fn refusal(command: &mut Command) -> (Option<i32>, String) {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary is built");
    let mut said = String::new();
    child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it is text");
    (child.wait().expect("the process is ours").code(), said)
}
