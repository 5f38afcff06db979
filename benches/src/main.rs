//! `bench`: runs the workloads and prints what they gave. Exit codes: 0 all went well, 1 something failed, 2 usage.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use bench::args::{Cli, Command, Run};
use bench::report::Report;
use bench::session::{Session, Subject};
use bench::workloads::ALL;
use bench::{bare, proc, table};
use clap::Parser;

// The binary under load uses it too, so the bare server must.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = match cli.command {
        Some(Command::Bare { hash }) => serve_bare(hash),
        None => run(&cli.run),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_bare(hash: bool) -> io::Result<bool> {
    let answers = serde_json::from_reader(io::stdin().lock())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(bare::serve(&answers, hash)).map(|()| true)
}

/// Whether everything went well.
fn run(run: &Run) -> io::Result<bool> {
    if run.list {
        ALL.iter().for_each(|workload| println!("{:<16} {}", workload.name, workload.about));
        return Ok(true);
    }
    let mut report = Report { machine: proc::machine(), ..Report::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut broken = 0;
    for subject in subjects(run)? {
        broken += runtime.block_on(workloads(run, subject, &mut report));
    }
    report.machine.push_str(&format!(" before, {} after", proc::load_average()));
    match run.json {
        true => println!("{}", serde_json::to_string_pretty(&report)?),
        false => print!("{}", table::render(&report)),
    }
    Ok(broken == 0 && report.failures() == 0)
}

/// Runs what is wanted on one subject. A workload that breaks does not keep the others from running. Gives how many broke.
async fn workloads(run: &Run, subject: Subject, report: &mut Report) -> usize {
    let mut broken = 0;
    let mut session = Session { subject, scale: run.scale(), run, report };
    for workload in ALL.iter().filter(|workload| run.wants(workload.name)) {
        eprintln!("{} on {} …", workload.name, session.name());
        if let Err(error) = workload.run(&mut session).await {
            eprintln!("{} on {}: {error}", workload.name, session.name());
            broken += 1;
        }
    }
    broken
}

fn subjects(run: &Run) -> io::Result<Vec<Subject>> {
    let mut subjects = Vec::new();
    if !run.peers_only {
        subjects.push(Subject::Own(binary(run)?));
    }
    subjects.extend(run.peer.iter().cloned().map(Subject::Peer));
    Ok(subjects)
}

/// The binary asked for, or the one beside this.
fn binary(run: &Run) -> io::Result<PathBuf> {
    let beside = || Ok(std::env::current_exe()?.with_file_name("nephele"));
    let binary = run.binary.clone().map_or_else(beside, io::Result::Ok)?;
    // The limits need no binary; what does need it says so when it starts.
    if !binary.is_file() {
        eprintln!(
            "there is no {}: build it with `cargo build --release -p cloud`, or name one with --binary",
            binary.display()
        );
    }
    Ok(binary)
}
