//! Roles taken on for schedules. A session is used until it nearly ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use names::{AccountId, Arn, Timestamp};
use parking_lot::Mutex;
use service_kit::{AssumeAs, Caller, Cloud, Error};

use super::Engine;

/// Sessions by role, group and account.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<Who, (Arc<Caller>, Timestamp)>>);

type Who = (String, String, AccountId);

/// How long before its end a session is not used any more.
const MARGIN: Duration = Duration::from_secs(300);
/// How long a session is used that tells no end.
const USUAL: Duration = Duration::from_secs(900);

impl Sessions {
    pub(super) fn forget(&self) {
        self.0.lock().clear();
    }
}

impl Engine {
    /// The session of a role that schedules of a group act as.
    pub(crate) async fn assume(
        &self,
        cloud: &Cloud,
        account: AccountId,
        role: &Arn,
        group: &str,
    ) -> Result<Arc<Caller>, Error> {
        let (who, now) = ((role.to_string(), group.to_owned(), account), self.now());
        if let Some((caller, until)) = self.0.roles.0.lock().get(&who).filter(|(_, until)| *until > now) {
            let _ = until;
            return Ok(caller.clone());
        }
        // AWS's sessions are named by a hash; here by a number.
        let session_name = format!("{:032x}", self.runtime().random.u128());
        let source_arn = Some(group);
        let ask =
            AssumeAs { service: "scheduler.amazonaws.com", account, role, session_name: &session_name, source_arn };
        let caller = cloud.assume(&ask).await?;
        let until = caller.session.as_ref().map_or(now.plus(USUAL), |session| session.expires.minus(MARGIN));
        self.0.roles.0.lock().insert(who, (caller.clone(), until));
        Ok(caller)
    }
}
