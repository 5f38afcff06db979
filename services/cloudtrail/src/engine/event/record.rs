//! The event as JSON, its fields in the order in which AWS writes them.

use std::borrow::Cow;

use names::{AccountId, Region};
use serde::Serialize;
use serde_json::value::RawValue;
use service_kit::{Ctx, Principal};

use super::failure::cut;
use super::identity::{Identity, foreign, identity};
use super::{Category, Told, resources};
use crate::limits::TEXT_BYTES;
use crate::store::EventId;

/// The version of the record's form.
pub(crate) const VERSION: &str = "1.11";
/// `eventType` of a call.
pub(crate) const API_CALL: &str = "AwsApiCall";
/// Services whose management events name the resources too: those AWS's examples show with them.
const NAMES_RESOURCES: [&str; 2] = ["kms", "sts"];

/// For whom an event is written.
pub(crate) struct Written<'a> {
    pub(crate) id: &'a EventId,
    pub(crate) recipient: AccountId,
    pub(crate) region: &'a Region,
    pub(crate) category: Category,
    pub(crate) shared: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    event_version: &'static str,
    user_identity: Identity<'a>,
    event_time: String,
    event_source: &'static str,
    event_name: &'static str,
    aws_region: &'a str,
    #[serde(rename = "sourceIPAddress")]
    source_ip_address: Cow<'a, str>,
    user_agent: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
    request_parameters: Option<&'a RawValue>,
    response_elements: Option<&'a RawValue>,
    #[serde(rename = "requestID")]
    request_id: String,
    #[serde(rename = "eventID")]
    event_id: String,
    read_only: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resources: Vec<Resource<'a>>,
    event_type: &'static str,
    management_event: bool,
    recipient_account_id: String,
    #[serde(rename = "sharedEventID", skip_serializing_if = "Option::is_none")]
    shared_event_id: Option<&'a str>,
    event_category: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tls_details: Option<Tls<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<&'a str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<&'a str>,
    #[serde(rename = "ARN")]
    arn: &'a str,
}

/// What is known of the connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Tls<'a> {
    client_provided_host_header: &'a str,
}

/// An id as text: a UUID of version 4, made of random bits.
pub(crate) fn uuid(id: &EventId) -> String {
    let bits = u128::from_be_bytes(*id) & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// Writes the event that one account gets.
pub(super) fn write(told: &Told<'_>, written: &Written<'_>) -> String {
    let ctx = told.call.ctx;
    let operation = ctx.operation;
    let (address, agent) = origin(ctx);
    let record = Record {
        event_version: VERSION,
        user_identity: who(told, written.recipient),
        event_time: seconds(told),
        event_source: operation.service.event_source,
        event_name: operation.name,
        aws_region: written.region.as_str(),
        source_ip_address: address,
        user_agent: agent,
        error_code: told.failure.as_ref().map(|failure| failure.code.as_str()),
        error_message: told.failure.as_ref().map(|failure| failure.message.as_str()),
        request_parameters: told.request.and_then(raw),
        response_elements: told.response.json.as_deref().and_then(raw),
        request_id: ctx.request.id.to_string(),
        event_id: uuid(written.id),
        read_only: operation.read_only,
        resources: named(told, written.category),
        event_type: API_CALL,
        management_event: written.category == Category::Management,
        recipient_account_id: written.recipient.to_string(),
        shared_event_id: written.shared,
        event_category: if written.category == Category::Data { "Data" } else { "Management" },
        tls_details: tls(ctx),
    };
    serde_json::to_string(&record).expect("a record has only plain data")
}

/// The instant, whole seconds as in AWS's records.
fn seconds(told: &Told<'_>) -> String {
    names::Timestamp::from_secs(told.at.secs()).iso8601()
}

fn raw(json: &str) -> Option<&RawValue> {
    serde_json::from_str(json).ok()
}

/// The caller, as the account that gets the event may see it.
fn who<'a>(told: &Told<'a>, recipient: AccountId) -> Identity<'a> {
    let ctx = told.call.ctx;
    let own = identity(&ctx.caller, &ctx.request, ctx.partition());
    match &ctx.caller.principal {
        Principal::Anonymous => federated(told).unwrap_or(own),
        Principal::Service(_) => own,
        _ if recipient == ctx.caller.account => own,
        _ => foreign(&ctx.caller, &ctx.request),
    }
}

/// Who an identity provider says the caller is, when it was asked with success.
fn federated<'a>(told: &Told<'a>) -> Option<Identity<'a>> {
    let answer: serde_json::Value = serde_json::from_str(told.response.json.as_deref()?).ok()?;
    let text = |name: &str| answer[name].as_str().map(str::to_owned);
    let (kind, user, provider, audience) = match told.call.ctx.operation.name {
        "AssumeRoleWithWebIdentity" => {
            ("WebIdentityUser", text("subjectFromWebIdentityToken")?, text("provider"), text("audience"))
        }
        "AssumeRoleWithSAML" => ("SAMLUser", text("subject")?, text("issuer"), text("nameQualifier")),
        _ => return None,
    };
    let first = if kind == "SAMLUser" { audience.clone() } else { provider.clone() };
    let second = audience.filter(|_| kind == "WebIdentityUser");
    let principal: Vec<_> = first.into_iter().chain(second).chain([user.clone()]).collect();
    Some(Identity {
        kind,
        principal_id: Some(principal.join(":").into()),
        user_name: Some(user.into()),
        identity_provider: provider,
        ..Identity::default()
    })
}

/// Address and user agent. A service that calls is both.
fn origin(ctx: &Ctx) -> (Cow<'_, str>, Cow<'_, str>) {
    let through = match &ctx.caller.principal {
        Principal::Service(name) => Some(name),
        _ => ctx.request.called_via.last(),
    };
    if let Some(name) = through {
        return (name.into(), name.into());
    }
    let agent = if ctx.request.user_agent.len() > TEXT_BYTES {
        cut(ctx.request.user_agent.clone(), TEXT_BYTES).into()
    } else {
        ctx.request.user_agent.as_str().into()
    };
    (ctx.request.source_ip.map_or("AWS Internal".into(), |address| address.to_string().into()), agent)
}

fn named<'a>(told: &'a Told<'_>, category: Category) -> Vec<Resource<'a>> {
    let operation = told.call.ctx.operation;
    if category == Category::Management && !NAMES_RESOURCES.contains(&operation.service.id) {
        return Vec::new();
    }
    let resource = |arn: &'a String| Resource {
        account_id: arn.split(':').nth(4).filter(|account| !account.is_empty()),
        kind: operation.data_event.or_else(|| resources::named(arn).map(|(kind, _)| kind)),
        arn,
    };
    told.arns.iter().map(resource).collect()
}

fn tls(ctx: &Ctx) -> Option<Tls<'_>> {
    let from_outside = ctx.request.protocol.is_some() && ctx.request.called_via.is_empty();
    let host = ctx.request.base_url.strip_prefix("https://").filter(|_| from_outside && ctx.request.secure)?;
    Some(Tls { client_provided_host_header: host })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_uuids_of_version_4() {
        assert_eq!(uuid(&[0; 16]), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(&[0xff; 16]), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
