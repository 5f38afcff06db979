//! Roles taken on for pipes. A session is used until it nearly ends, or until it was refused something.

use names::Arn;
use service_kit::{AssumeAs, Cloud, Error, Sender};

use super::Engine;
use super::home::Home;

/// Who we are to other services.
const SERVICE: &str = "pipes.amazonaws.com";

impl Engine {
    /// In the name of the role of a pipe.
    pub(crate) async fn sender(&self, cloud: &Cloud, home: &Home, pipe: &str, role: &Arn) -> Result<Sender, Error> {
        let session_name = format!("{:032x}", self.runtime().random.u128());
        let (account, source_arn) = (home.account, Some(pipe));
        let ask = AssumeAs { service: SERVICE, account, role, session_name: &session_name, source_arn };
        let caller = self.0.roles.assume(cloud, &ask).await?;
        Ok(Sender { cloud: cloud.clone(), caller, source_arn: Some(pipe.to_owned()) })
    }

    /// Forgets the sessions of a pipe: its role may have been made anew.
    pub(crate) fn forget_roles(&self, pipe: &str) {
        self.0.roles.forget_source(pipe);
    }
}
