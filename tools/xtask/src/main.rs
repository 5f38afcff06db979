//! Chores of the workspace: bringing in AWS's models, looking at generated code, starting a new service, house rules.

use std::process::ExitCode;

mod access;
mod api;
mod managed_policies;
mod models;
mod new_service;
mod package;
mod resource_types;
mod tidy;
mod workspace;

/// What a chore gives: nothing, or a reason to fail.
type Outcome = Result<(), String>;

const USAGE: &str = "\
cargo xtask models [--check] [--botocore VERSION]   bring in the API models of the installed botocore, or compare
cargo xtask access [--check]                                bring in AWS's service authorization reference, or compare
cargo xtask managed-policies [--check] [--version V]        bring in the policies that AWS manages, or compare
cargo xtask resource-types [--check] [--version V]          bring in AWS's schemas of resource types, or compare
cargo xtask api show SERVICE [OPERATION]            print the code generated for a service or one operation
cargo xtask new-service SERVICE OPERATION...        the folders of a new service, and the lines that make it known
cargo xtask tidy [--shrink]                         check the house rules; take what is done off the ratchet lists";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["models", options @ ..] => models::run(options),
        ["access", options @ ..] => access::run(options),
        ["managed-policies", options @ ..] => managed_policies::run(options),
        ["resource-types", options @ ..] => resource_types::run(options),
        ["api", "show", service, rest @ ..] => api::show(service, rest.first().copied()),
        ["new-service", id, operations @ ..] => new_service::run(id, operations),
        ["tidy"] => tidy::run(false),
        ["tidy", "--shrink"] => tidy::run(true),
        _ => Err(USAGE.to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}
