//! The owner of an access key: a root that needs no set-up, a user whose key IAM issued, a session that STS issued.

use service_kit::{BoxFuture, Caller, Cloud, Credentials, KeyOwner, PresentedKey, Session};
use sigv4::Secret;

use crate::Authority;
use crate::root_keys::looks_issued;

/// Begins the ids of temporary keys.
const TEMPORARY: &str = "ASIA";

impl Credentials for Authority {
    fn owner<'a>(&'a self, cloud: &'a Cloud, key: PresentedKey<'a>) -> BoxFuture<'a, KeyOwner> {
        Box::pin(async move {
            match key.access_key {
                id if !looks_issued(id) => self.roots.owner(id),
                id if id.starts_with(TEMPORARY) => temporary(cloud, id, key.token).await,
                id => issued(cloud, id, key.token).await,
            }
        })
    }
}

/// A key of IAM. It has no session: a token with it is somebody else's.
async fn issued(cloud: &Cloud, id: &str, token: Option<&str>) -> KeyOwner {
    if token.is_some() {
        return KeyOwner::InvalidToken;
    }
    let Some(principals) = cloud.principals() else { return KeyOwner::Unknown };
    match principals.key(cloud, id).await {
        Ok(Some(key)) if key.active => {
            KeyOwner::Known { secrets: vec![key.secret.clone()], caller: key.caller.clone() }
        }
        Ok(Some(_)) => KeyOwner::Inactive,
        Ok(None) => KeyOwner::Unknown,
        Err(error) => {
            tracing::error!(%error, "the owner of an access key could not be read");
            KeyOwner::Unknown
        }
    }
}

async fn temporary(cloud: &Cloud, id: &str, token: Option<&str>) -> KeyOwner {
    let opened = token.ok_or(()).and_then(|token| cloud.sessions().open(id, token).map_err(|_| ()));
    let Ok(session) = opened else { return KeyOwner::InvalidToken };
    if session.expires <= cloud.runtime().clock.now() {
        return KeyOwner::Expired;
    }
    if !stands(cloud, &session).await {
        return KeyOwner::Unknown;
    }
    let (account, principal) = (session.account, session.principal.clone());
    let caller = Caller { account, principal, access_key: Some(id.to_owned()), session: Some(session) };
    KeyOwner::Known { secrets: vec![Secret::new(&cloud.sessions().secret(id))], caller }
}

/// Whether the user or role behind a session is still there: one of the same name made later is another.
async fn stands(cloud: &Cloud, session: &Session) -> bool {
    let Some(principals) = cloud.principals() else { return true };
    if !session.issuer.starts_with('A') {
        return true;
    }
    match principals.identity(cloud, session.account, &session.issuer).await {
        Ok(identity) => identity.is_some(),
        Err(error) => {
            tracing::error!(%error, "the principal of a session could not be read");
            false
        }
    }
}
