//! `userIdentity`: who made a call, in the words of each kind of caller.

use std::borrow::Cow;
use std::collections::BTreeMap;

use names::Partition;
use serde::Serialize;
use service_kit::{Caller, Principal, RequestInfo, Session};

use super::plain;

/// The element.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Identity<'a> {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) principal_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) arn: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) account_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user_name: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) identity_provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) session_context: Option<SessionContext<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) invoked_by: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionContext<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    session_issuer: Option<Issuer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    web_id_federation_data: Option<Federation<'a>>,
    attributes: Attributes,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Issuer<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    principal_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    arn: Option<Cow<'a, str>>,
    account_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_name: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Federation<'a> {
    federated_provider: &'a str,
    attributes: BTreeMap<&'a str, &'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes {
    creation_date: String,
    mfa_authenticated: &'static str,
}

/// Who called, as the caller's own account sees it.
pub(crate) fn identity<'a>(caller: &'a Caller, request: &'a RequestInfo, partition: Partition) -> Identity<'a> {
    let own = Identity {
        account_id: Some(plain::account(caller.account)),
        access_key_id: caller.access_key.as_deref(),
        session_context: caller.session.as_deref().map(|session| context(caller, session, partition)),
        invoked_by: request.called_via.last().map(String::as_str),
        ..Identity::default()
    };
    match &caller.principal {
        Principal::Root => Identity {
            kind: "Root",
            principal_id: Some(plain::account(caller.account).into()),
            arn: Some(plain::root(partition, caller.account).into()),
            ..own
        },
        Principal::User { arn, id } => Identity {
            kind: "IAMUser",
            principal_id: Some(id.into()),
            arn: Some(arn.into()),
            user_name: Some(last(arn).into()),
            ..own
        },
        Principal::RoleSession { arn, id, .. } => {
            Identity { kind: "AssumedRole", principal_id: Some(id.into()), arn: Some(arn.into()), ..own }
        }
        Principal::Federated { arn, id } => {
            Identity { kind: "FederatedUser", principal_id: Some(id.into()), arn: Some(arn.into()), ..own }
        }
        Principal::Service(name) | Principal::Internal(name) => {
            Identity { kind: "AWSService", invoked_by: Some(name), ..Identity::default() }
        }
        Principal::Anonymous => Identity {
            kind: "AWSAccount",
            principal_id: Some("".into()),
            account_id: Some("ANONYMOUS_PRINCIPAL".to_owned()),
            ..Identity::default()
        },
    }
}

/// Who called, as the account sees it that owns what was called: no more than which account, and who in it by id.
pub(crate) fn foreign<'a>(caller: &'a Caller, request: &'a RequestInfo) -> Identity<'a> {
    Identity {
        kind: "AWSAccount",
        principal_id: Some(caller.user_id().into()),
        account_id: Some(plain::account(caller.account)),
        invoked_by: request.called_via.last().map(String::as_str),
        ..Identity::default()
    }
}

/// The name an event is looked up by: a user's, a session's, `root`.
pub(crate) fn user_name(caller: &Caller) -> Option<String> {
    match &caller.principal {
        Principal::Root => Some("root".to_owned()),
        Principal::User { arn, .. } | Principal::RoleSession { arn, .. } | Principal::Federated { arn, .. } => {
            Some(last(arn).to_owned())
        }
        Principal::Service(_) | Principal::Internal(_) | Principal::Anonymous => None,
    }
}

fn context<'a>(caller: &'a Caller, session: &'a Session, partition: Partition) -> SessionContext<'a> {
    let mfa_authenticated = if session.mfa.is_some() { "true" } else { "false" };
    SessionContext {
        session_issuer: issuer(caller, session, partition),
        web_id_federation_data: federation(session),
        attributes: Attributes { creation_date: session.issued.iso8601(), mfa_authenticated },
        source_identity: session.source_identity.as_deref(),
    }
}

/// Who gave the session its credentials. A user's own session has no other issuer.
fn issuer<'a>(caller: &'a Caller, session: &'a Session, partition: Partition) -> Option<Issuer<'a>> {
    let account_id = session.account.to_string();
    match &caller.principal {
        Principal::RoleSession { role, .. } => Some(Issuer {
            kind: "Role",
            principal_id: &session.issuer,
            arn: Some(role.into()),
            account_id,
            user_name: Some(last(role)),
        }),
        Principal::Federated { .. } => {
            let root = session.issuer == account_id;
            // A session knows the user who made it by id alone.
            let arn = root.then(|| Caller::root(session.account, None).arn(partition).into());
            let kind = if root { "Root" } else { "IAMUser" };
            Some(Issuer { kind, principal_id: &session.issuer, arn, account_id, user_name: None })
        }
        _ => None,
    }
}

fn federation(session: &Session) -> Option<Federation<'_>> {
    let first = |name: &str| session.context.get(name).and_then(|values| values.first()).map(String::as_str);
    let federated_provider = first("aws:FederatedProvider")?;
    let told = session.context.iter().filter(|(name, _)| !name.starts_with("aws:") && !name.starts_with("saml:"));
    let attributes = told.filter_map(|(name, values)| Some((name.as_str(), values.first()?.as_str()))).collect();
    Some(Federation { federated_provider, attributes })
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}
