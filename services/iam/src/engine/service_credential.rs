//! User names and passwords, or API keys, for services that know no signatures.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use names::Timestamp;
use names::key_id::IdKind;
use store::{Reader, Span};

use super::flaw::{Flaw, Thing, missing};
use super::home::Home;
use super::refusal::Refusal;
use super::{Engine, entity, owned};
use crate::limits;
use crate::store::credential::{SERVICE_CREDENTIALS, ServiceCredentialRecord};
use crate::store::{EntityRecord, Sort};

/// Services with credentials of their own, and whether these are API keys.
///
/// Source: `CreateServiceSpecificCredential` in the IAM API reference.
const SERVICES: [(&str, bool); 4] = [
    ("bedrock.amazonaws.com", true),
    ("cassandra.amazonaws.com", false),
    ("codecommit.amazonaws.com", false),
    ("logs.amazonaws.com", true),
];

/// A credential and its secret, at the two occasions when that is told.
pub(crate) struct FreshCredential {
    /// Its id.
    pub(crate) id: String,
    /// What is kept.
    pub(crate) record: ServiceCredentialRecord,
    /// The password or API key.
    pub(crate) secret: String,
}

/// Refuses a service that has none.
pub(crate) fn check_service(service: &str) -> Result<(), Refusal> {
    let known = SERVICES.iter().any(|(name, _)| *name == service);
    if known { Ok(()) } else { Err(Flaw::Service(service.to_owned()).into()) }
}

/// Whether a service's credentials are API keys.
pub(crate) fn is_api_key(service: &str) -> bool {
    SERVICES.iter().any(|(name, api_key)| *name == service && *api_key)
}

async fn find(reader: &impl Reader, home: Home, owner: &str, id: &str) -> Result<ServiceCredentialRecord, Refusal> {
    let found = SERVICE_CREDENTIALS.get(reader, &home.scope(), &id).await?;
    found.filter(|record| record.owner == owner).ok_or_else(|| missing(Thing::ServiceCredential, id))
}

async fn of_owner(
    reader: &impl Reader,
    home: Home,
    owner: &str,
) -> Result<Vec<(String, ServiceCredentialRecord)>, Refusal> {
    let mut found = Vec::new();
    for id in owned::ids(reader, home, owner, Sort::ServiceCredential).await? {
        let record = SERVICE_CREDENTIALS.get(reader, &home.scope(), &id).await?;
        found.extend(record.map(|record| (id, record)));
    }
    Ok(found)
}

impl ServiceCredentialRecord {
    /// Whether it can still be used.
    pub(crate) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl Engine {
    /// Makes a credential for a service. `days` after which it ends; none for never.
    pub(crate) async fn create_service_credential(
        &self,
        home: Home,
        user: &EntityRecord,
        service: &str,
        days: Option<u32>,
    ) -> Result<FreshCredential, Refusal> {
        check_service(service)?;
        let (id, created) = (home.issue(IdKind::ServiceCredential, self.random()), self.now());
        let expires = days.map(|days| created.plus(Duration::from_secs(86_400) * days));
        let (id, raw) = (&id, &self.fresh_secret());
        self.change(home.account, |tx| async move {
            let others = of_owner(&tx, home, &user.id).await?;
            let same: Vec<_> = others.iter().filter(|(_, other)| other.service == service).collect();
            if same.len() >= limits::SERVICE_CREDENTIALS {
                let most = limits::SERVICE_CREDENTIALS as u64;
                return Err(Refusal::Quota("ServiceSpecificCredentialsPerUser", most));
            }
            let login = free_login(home, user, |login| same.iter().all(|(_, other)| other.login != login));
            let secret = shown_secret(service, &login, raw);
            let sealed = self.secrets().close(self.random(), id.as_bytes(), secret.as_bytes());
            let (owner, service) = (user.id.clone(), service.to_owned());
            let record =
                ServiceCredentialRecord { owner, service, login, secret: sealed, active: true, created, expires };
            owned::give(&tx, home, &user.id, Sort::ServiceCredential, id).await?;
            SERVICE_CREDENTIALS.put(&tx, &home.scope(), id, &record)?;
            Ok(FreshCredential { id: id.clone(), record, secret })
        })
        .await
    }

    /// Replaces a credential's secret.
    pub(crate) async fn reset_service_credential(
        &self,
        home: Home,
        owner: &str,
        id: &str,
    ) -> Result<FreshCredential, Refusal> {
        let raw = &self.fresh_secret();
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, owner, id).await?;
            let secret = shown_secret(&record.service, &record.login, raw);
            let sealed = self.secrets().close(self.random(), id.as_bytes(), secret.as_bytes());
            let record = ServiceCredentialRecord { secret: sealed, ..record };
            SERVICE_CREDENTIALS.put(&tx, &home.scope(), &id, &record)?;
            Ok(FreshCredential { id: id.to_owned(), record, secret })
        })
        .await
    }

    /// The credentials of a user, sorted by id.
    pub(crate) async fn service_credentials(
        &self,
        home: Home,
        owner: &str,
    ) -> Result<Vec<(String, ServiceCredentialRecord)>, Refusal> {
        of_owner(&self.view().await?, home, owner).await
    }

    /// All credentials of an account with the names of their users, sorted by id.
    pub(crate) async fn all_service_credentials(
        &self,
        home: Home,
    ) -> Result<Vec<(String, ServiceCredentialRecord, String)>, Refusal> {
        let (view, mut found) = (self.view().await?, Vec::new());
        for (id, record) in SERVICE_CREDENTIALS.scan_all(&view, &home.scope(), &Span::all()).await? {
            let user = entity::by_id(&view, home, &record.owner).await?;
            found.extend(user.map(|user| (id, record, user.name)));
        }
        Ok(found)
    }

    /// Switches a credential on or off.
    pub(crate) async fn switch_service_credential(
        &self,
        home: Home,
        owner: &str,
        id: &str,
        active: bool,
    ) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = ServiceCredentialRecord { active, ..find(&tx, home, owner, id).await? };
            Ok(SERVICE_CREDENTIALS.put(&tx, &home.scope(), &id, &record)?)
        })
        .await
    }

    /// Deletes a credential.
    pub(crate) async fn delete_service_credential(&self, home: Home, owner: &str, id: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            find(&tx, home, owner, id).await?;
            SERVICE_CREDENTIALS.delete(&tx, &home.scope(), &id);
            owned::take(&tx, home, owner, Sort::ServiceCredential, id);
            Ok(())
        })
        .await
    }

    fn fresh_secret(&self) -> String {
        STANDARD.encode(self.random().bytes::<32>())
    }
}

/// `sofia-at-111122223333`, then `sofia+1-at-111122223333`.
fn free_login(home: Home, user: &EntityRecord, free: impl Fn(&str) -> bool) -> String {
    let name = |number: usize| match number {
        0 => format!("{}-at-{}", user.name, home.account),
        number => format!("{}+{number}-at-{}", user.name, home.account),
    };
    (0..).map(name).find(|login| free(login)).expect("numbers do not end")
}

/// A password as it is; an API key with its public part in it, as bearers send it.
fn shown_secret(service: &str, login: &str, raw: &str) -> String {
    if is_api_key(service) { format!("ABSK{}", STANDARD.encode(format!("{login}:{raw}"))) } else { raw.to_owned() }
}
