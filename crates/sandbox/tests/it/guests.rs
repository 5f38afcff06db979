//! What tests start sandboxes with.

use std::path::PathBuf;
use std::sync::Arc;

use sandbox::{Command, Exit, Launcher, Level, Limits, Network, Offer, Plan, Process, Sandbox, host_parts};
use tokio::io::AsyncReadExt;

pub(crate) const INIT: &str = env!("CARGO_BIN_EXE_sandbox-init");

/// What this host offers.
pub(crate) async fn offer() -> Offer {
    Offer::probe(INIT.as_ref(), &[]).await
}

/// A launcher and a plan of the strongest kind, or nothing, said so, where there are only plain processes.
pub(crate) async fn apart(test: &str) -> Option<(Launcher, Plan, Offer)> {
    let offer = offer().await;
    if offer.level == Level::Processes {
        eprintln!("{test} is skipped: {:?}", offer.lacking);
        return None;
    }
    Some((offer.launcher(INIT.into(), Vec::new()), plan(offer.level), offer))
}

pub(crate) fn plan(level: Level) -> Plan {
    let mut plan = Plan {
        level,
        network: Network::Own,
        listen: vec![9_001],
        binds: Vec::new(),
        overlays: Vec::new(),
        links: Vec::new(),
        files: Vec::new(),
        tmp: 8 << 20,
        host_name: "guest".to_owned(),
        user: (993, 990),
        limits: Limits { memory: 64 << 20, cpu_millis: None, pids: 32, files: 1_024 },
        places: Default::default(),
    };
    host_parts(&mut plan);
    plan
}

pub(crate) fn command(program: &str, arguments: &[&str]) -> Command {
    Command {
        program: PathBuf::from(program),
        arguments: arguments.iter().map(ToString::to_string).collect(),
        environment: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
        directory: PathBuf::from("/"),
        side_pipe: None,
    }
}

/// All that a process prints, and how it ends.
pub(crate) async fn to_the_end(mut process: Process) -> (String, Exit) {
    let mut text = Vec::new();
    process.output.read_to_end(&mut text).await.unwrap();
    (String::from_utf8_lossy(&text).into_owned(), process.exit.await.unwrap())
}

pub(crate) async fn shell(sandbox: &Sandbox, script: &str) -> (String, Exit) {
    to_the_end(sandbox.run(command("/bin/sh", &["-c", script])).await.unwrap()).await
}

pub(crate) async fn start(launcher: &Launcher, plan: &Plan) -> Arc<Sandbox> {
    Arc::new(launcher.start(plan.clone()).await.unwrap())
}
