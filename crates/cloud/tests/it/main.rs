//! The program as its users meet it: the real binary, on a free port, with a data directory of its own. Nothing sleeps: what
//! must have happened is read from the program's output or asked for.

mod commands;
mod gate;
mod process;
mod start;
mod wire;
