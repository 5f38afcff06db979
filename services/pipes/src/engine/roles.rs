//! Roles taken on for pipes. A session is used until it nearly ends, or until it was refused something.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use names::{Arn, Timestamp};
use parking_lot::Mutex;
use service_kit::{AssumeAs, Caller, Cloud, Error, Sender};

use super::Engine;
use super::home::Home;

/// Who we are to other services.
const SERVICE: &str = "pipes.amazonaws.com";
/// How long before its end a session is not used any more.
const MARGIN: Duration = Duration::from_secs(300);
/// How long a session is used that tells no end.
const USUAL: Duration = Duration::from_secs(900);

/// Sessions by the ARN of the pipe and the role.
#[derive(Default)]
pub(super) struct Sessions(Mutex<HashMap<Who, (Arc<Caller>, Timestamp)>>);

type Who = (String, String);

impl Sessions {
    pub(super) fn forget(&self) {
        self.0.lock().clear();
    }
}

impl Engine {
    /// In the name of the role of a pipe.
    pub(crate) async fn sender(&self, cloud: &Cloud, home: &Home, pipe: &str, role: &Arn) -> Result<Sender, Error> {
        let (who, now) = ((pipe.to_owned(), role.to_string()), self.now());
        let known = self.0.roles.0.lock().get(&who).filter(|(_, until)| *until > now).map(|(caller, _)| caller.clone());
        let caller = match known {
            Some(caller) => caller,
            None => {
                let (session_name, source_arn) = (format!("{:032x}", self.runtime().random.u128()), Some(pipe));
                let ask =
                    AssumeAs { service: SERVICE, account: home.account, role, session_name: &session_name, source_arn };
                let caller = cloud.assume(&ask).await?;
                let until = caller.session.as_ref().map_or(now.plus(USUAL), |session| session.expires.minus(MARGIN));
                self.0.roles.0.lock().insert(who, (caller.clone(), until));
                caller
            }
        };
        Ok(Sender { cloud: cloud.clone(), caller, source_arn: Some(pipe.to_owned()) })
    }

    /// Forgets the sessions of a pipe: its role may have been made anew.
    pub(crate) fn forget_roles(&self, pipe: &str) {
        self.0.roles.0.lock().retain(|(of, _), _| of != pipe);
    }
}
