//! Members of requests whose features are not here. They are refused: a success would promise what is not done.

use service_kit::{Ctx, Error, Fault};

/// Refuses a request that has one of these members.
pub(crate) fn refuse(ctx: &Ctx, members: &[(&str, bool)]) -> Result<(), Error> {
    match members.iter().find(|(_, given)| *given) {
        Some((member, _)) => Err(not_there(&format!("{} with {member}", ctx.operation.name))),
        None => Ok(()),
    }
}

/// What a request asks for is not here.
pub(crate) fn not_there(what: &str) -> Error {
    Fault::NotImplemented { service: "lambda".to_owned(), operation: what.to_owned() }.into()
}
