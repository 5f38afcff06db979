//! Sessions of roles that services take on again and again: one is used until it nearly ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use names::{AccountId, Timestamp};
use parking_lot::Mutex;

use crate::{AssumeAs, Caller, Cloud, Error};

/// How long before its end a session is not used any more.
const MARGIN: Duration = Duration::from_secs(300);
/// How long a session is used that tells no end.
const USUAL: Duration = Duration::from_secs(900);

/// The sessions that a service has open, in memory alone.
#[derive(Default)]
pub struct RoleSessions(Mutex<HashMap<Who, (Arc<Caller>, Timestamp)>>);

/// What tells one session from another: all that trust policies can ask for.
#[derive(PartialEq, Eq, Hash)]
struct Who {
    service: String,
    account: AccountId,
    role: String,
    source_arn: Option<String>,
}

impl RoleSessions {
    /// A session of the role: the one that is open, or a new one, which then has the name asked for.
    ///
    /// # Errors
    /// As of [`Cloud::assume`].
    pub async fn assume(&self, cloud: &Cloud, ask: &AssumeAs<'_>) -> Result<Arc<Caller>, Error> {
        let who = Who {
            service: ask.service.to_owned(),
            account: ask.account,
            role: ask.role.to_string(),
            source_arn: ask.source_arn.map(str::to_owned),
        };
        let now = cloud.runtime().clock.now();
        let open = self.0.lock().get(&who).filter(|(_, until)| *until > now).map(|(caller, _)| caller.clone());
        if let Some(caller) = open {
            return Ok(caller);
        }
        let caller = cloud.assume(ask).await?;
        let until = caller.session.as_ref().map_or(now.plus(USUAL), |session| session.expires.minus(MARGIN));
        let mut sessions = self.0.lock();
        sessions.retain(|_, (_, until)| *until > now);
        sessions.insert(who, (caller.clone(), until));
        Ok(caller)
    }

    /// Forgets the sessions on account of a resource: its role may have been made anew.
    pub fn forget_source(&self, source_arn: &str) {
        self.0.lock().retain(|who, _| who.source_arn.as_deref() != Some(source_arn));
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        self.0.lock().clear();
    }
}
