//! Roles taken on for replication and jobs. A session is used until it nearly ends.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use names::{AccountId, Arn, Timestamp};
use parking_lot::Mutex;
use service_kit::{AssumeAs, Caller, Cloud, Error};

/// Sessions by service, role, resource and account.
#[derive(Default)]
pub(crate) struct Roles(Mutex<HashMap<Who, (Arc<Caller>, Timestamp)>>);

type Who = (&'static str, String, String, AccountId);

/// How long before its end a session is not used any more.
const MARGIN: Duration = Duration::from_secs(300);
/// How long a session is used that tells no end.
const USUAL: Duration = Duration::from_secs(900);

impl Roles {
    /// Forgets all sessions.
    pub(crate) fn forget(&self) {
        self.0.lock().clear();
    }

    /// The session of a role that a service takes on, as in `s3.amazonaws.com`, on account of a resource.
    pub(crate) async fn assume(
        &self,
        cloud: &Cloud,
        service: &'static str,
        account: AccountId,
        role: &Arn,
        source_arn: &str,
    ) -> Result<Arc<Caller>, Error> {
        let who = (service, role.to_string(), source_arn.to_owned(), account);
        let now = cloud.runtime().clock.now();
        let known = self.0.lock().get(&who).filter(|(_, until)| *until > now).map(|(caller, _)| caller.clone());
        if let Some(caller) = known {
            return Ok(caller);
        }
        let session_name = "s3-replication";
        let ask = AssumeAs { service, account, role, session_name, source_arn: Some(source_arn) };
        let caller = cloud.assume(&ask).await?;
        let until = caller.session.as_ref().map_or(now.plus(USUAL), |session| session.expires.minus(MARGIN));
        self.0.lock().insert(who, (caller.clone(), until));
        Ok(caller)
    }
}
