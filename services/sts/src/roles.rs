//! Roles assumed by services of the cloud, through the same operation as everyone's: the trust policy decides.

use std::sync::Arc;

use api_sts::{AssumeRole, AssumeRoleInput};
use service_kit::{AssumeAs, BoxFuture, Caller, Cloud, Error, Fault, Roles, Sender};

/// Assumes roles for services.
pub(crate) struct ForServices;

impl Roles for ForServices {
    fn assume<'a>(&'a self, cloud: &'a Cloud, who: &'a AssumeAs<'a>) -> BoxFuture<'a, Result<Arc<Caller>, Error>> {
        Box::pin(async move {
            let caller = Arc::new(Caller::service(who.service, who.account));
            let sender = Sender { cloud: cloud.clone(), caller, source_arn: who.source_arn.map(str::to_owned) };
            let input = AssumeRoleInput {
                role_arn: who.role.to_string(),
                role_session_name: who.session_name.to_owned(),
                ..AssumeRoleInput::default()
            };
            let output = sender.call::<AssumeRole>(cloud.default_region(), &[], input).await?;
            let key = output.credentials.ok_or_else(|| Fault::internal("a role was assumed without credentials"))?;
            let opened = cloud.sessions().open(&key.access_key_id, &key.session_token);
            let session = opened.map_err(|_| Fault::internal("a token just issued is not one"))?;
            let (account, principal) = (session.account, session.principal.clone());
            Ok(Arc::new(Caller { account, principal, access_key: Some(key.access_key_id), session: Some(session) }))
        })
    }
}
