//! What runs in the two processes of a sandbox before the guest does: each has one thread, and ends with its owner.

mod init;
mod keeper;
mod loopback;
mod mounts;
mod rights;
mod syscalls;

use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use crate::plan::Notice;
use crate::wire;

/// Runs the part that the first argument after the launcher's own names. Called by `main` before anything else is done:
/// before a thread is there, before the command line is read.
pub fn inside(part: &str) -> ExitCode {
    // Whatever whoever started the owner had open without a care would else be open to the guest.
    close_fds::set_fds_cloexec(3, &[]);
    // The socket is standard input: the one descriptor that is handed to a child without `unsafe`.
    let Ok(socket) = std::io::stdin().as_fd().try_clone_to_owned() else { return ExitCode::FAILURE };
    let done = match part {
        "keeper" => keeper::run(&socket),
        "init" => init::run(&socket),
        _ => Err("no such part of a sandbox".to_owned()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(text) => failed(&socket, text),
    }
}

/// Nobody may be left to be told.
fn failed(socket: &OwnedFd, text: String) -> ExitCode {
    let _ = wire::send(socket, &Notice::Failed(text), &[]);
    ExitCode::FAILURE
}

/// An error of the system with what was tried.
fn trying<E: std::fmt::Display>(what: impl std::fmt::Display) -> impl FnOnce(E) -> String {
    move |error| format!("{what}: {error}")
}
