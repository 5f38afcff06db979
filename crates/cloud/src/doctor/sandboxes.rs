//! How far apart functions run from this machine, found out by running a program in a sandbox of each kind.

use sandbox::{Level, Offer};

use super::{Finding, State};

pub(super) fn look() -> Finding {
    let name = "sandbox";
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match (std::env::current_exe(), runtime) {
        (Ok(program), Ok(runtime)) => found(&runtime.block_on(Offer::probe(&program, &["sandbox-init".to_owned()]))),
        (Err(error), _) | (_, Err(error)) => Finding::bad(name, error.to_string(), "start nephele from its file"),
    }
}

fn found(offer: &Offer) -> Finding {
    let lacking = offer.lacking.join("; ");
    let detail = match offer.lacking.is_empty() {
        true => offer.describe(),
        false => format!("{} ({lacking})", offer.describe()),
    };
    let whole = offer.level != Level::Processes && offer.hierarchy.is_some();
    Finding {
        name: "sandbox".to_owned(),
        state: if whole { State::Good } else { State::Missing },
        detail,
        fix: (!whole).then(|| {
            "sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000, or start as root".to_owned()
        }),
    }
}
