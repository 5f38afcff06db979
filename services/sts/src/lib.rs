//! AWS Security Token Service: who calls, and temporary credentials for those who may act as someone else.
//!
//! | file | what |
//! |---|---|
//! | `ops/` | the AWS edge; `ops/mod.rs` is the operation table |
//! | `engine/` | lifetimes, tags, scopes, trust, what providers vouch for; `engine/mod.rs` maps it |
//! | `net/` | reaching identity providers |
//! | `calls.rs` | questions to IAM and Organizations |
//! | `roles.rs` | roles assumed by services of the cloud |
//! | `store.rs`, `token_keys.rs` | the keys that sign identity tokens |
//! | `web.rs` | the addresses at which those are checked |
//! | `error.rs`, `limits.rs` | AWS's words; AWS's numbers |
//!
//! Invariants: STS keeps no session: a session token carries all that the session is, sealed, so that nothing has to be
//! looked up and nothing is lost. Whoever assumes a role was let in by its trust policy: signed callers by the authority,
//! which is shown that policy, those of identity providers by the same evaluator here. What a provider says counts only
//! once its signature was checked.

mod calls;
mod engine;
mod error;
pub mod limits;
mod net;
mod ops;
mod roles;
mod store;
mod token_keys;
mod web;

use std::sync::Arc;

use service_kit::{CloudParts, Service};

use net::issuers::Issuers;
use token_keys::TokenKeys;
use web::IssuerPages;

/// What the service keeps between calls: keys of issuers, fetched lately, and its own.
pub(crate) struct Sts {
    issuers: Issuers,
    token_keys: TokenKeys,
}

impl Sts {
    /// The keys of issuers.
    pub(crate) fn issuers(&self) -> &Issuers {
        &self.issuers
    }

    /// The keys that sign identity tokens.
    pub(crate) fn token_keys(&self) -> &TokenKeys {
        &self.token_keys
    }
}

/// The service, on the parts of a cloud.
pub fn service(parts: &CloudParts) -> Service {
    let state = Arc::new(Sts { issuers: Issuers::default(), token_keys: TokenKeys::new(parts) });
    let (forgetful, pages) = (state.clone(), IssuerPages(state.clone()));
    Service::new(&api_sts::SERVICE, ops::table())
        .state(state)
        .policies(ops::TrustPolicies)
        .roles(Arc::new(roles::ForServices))
        .web(Arc::new(pages))
        .on_reset(move |_| {
            forgetful.issuers.forget();
            forgetful.token_keys.forget();
        })
}
