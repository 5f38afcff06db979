//! The event as JSON, its fields in the order in which AWS writes them.

use std::borrow::Cow;

use names::{AccountId, Region};
use serde::Serialize;
use service_kit::{Ctx, Principal};

use super::bearer::Bearer;
use super::failure::cut;
use super::identity::{Identity, foreign, identity};
use super::{Category, Told, plain, resources};
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

/// Writes the event that one account gets. By hand: every call leaves one.
pub(super) fn write(told: &Told<'_>, written: &Written<'_>) -> String {
    let ctx = told.call.ctx;
    let operation = ctx.operation;
    let (address, agent) = origin(ctx);
    let mut object = Object::begin();
    object.plain("eventVersion", VERSION);
    object.value("userIdentity", &who(told, written.recipient));
    object.plain("eventTime", &plain::seconds(told.at.secs()));
    object.plain("eventSource", operation.service.event_source);
    object.plain("eventName", operation.name);
    object.plain("awsRegion", written.region.as_str());
    object.value("sourceIPAddress", &address);
    object.value("userAgent", &agent);
    if let Some(failure) = &told.failure {
        object.value("errorCode", &failure.code);
        object.value("errorMessage", &failure.message);
    }
    object.raw("requestParameters", told.request.unwrap_or("null"));
    object.raw("responseElements", told.response.json.as_deref().unwrap_or("null"));
    object.plain("requestID", &ctx.request.id.to_string());
    object.plain("eventID", &plain::uuid(written.id));
    object.raw("readOnly", truth(operation.read_only));
    let resources = named(told, written.category);
    if !resources.is_empty() {
        object.value("resources", &resources);
    }
    object.plain("eventType", API_CALL);
    object.raw("managementEvent", truth(written.category == Category::Management));
    object.plain("recipientAccountId", &plain::account(written.recipient));
    if let Some(shared) = written.shared {
        object.plain("sharedEventID", shared);
    }
    object.plain("eventCategory", if written.category == Category::Data { "Data" } else { "Management" });
    if let Some(tls) = tls(ctx) {
        object.value("tlsDetails", &tls);
    }
    object.end()
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

/// A JSON object being written. Names are those above: none needs escaping.
struct Object(Vec<u8>);

impl Object {
    fn begin() -> Self {
        Self(Vec::with_capacity(1_024))
    }

    fn name(&mut self, name: &str) {
        self.0.push(if self.0.is_empty() { b'{' } else { b',' });
        self.0.push(b'"');
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b"\":");
    }

    /// JSON as it is.
    fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.extend_from_slice(json.as_bytes());
    }

    /// A text of letters that stand for themselves.
    fn plain(&mut self, name: &str, text: &str) {
        debug_assert!(!text.contains(['"', '\\']) && text.bytes().all(|byte| byte >= b' '), "{text}");
        self.name(name);
        self.0.push(b'"');
        self.0.extend_from_slice(text.as_bytes());
        self.0.push(b'"');
    }

    fn value(&mut self, name: &str, value: &impl Serialize) {
        self.name(name);
        serde_json::to_writer(&mut self.0, value).expect("plain data can be written to memory");
    }

    fn end(mut self) -> String {
        self.0.push(b'}');
        String::from_utf8(self.0).expect("JSON is UTF-8")
    }
}

/// The caller, as the account that gets the event may see it.
fn who<'a>(told: &'a Told<'a>, recipient: AccountId) -> Identity<'a> {
    let ctx = told.call.ctx;
    let own = identity(&ctx.caller, &ctx.request, ctx.partition());
    match &ctx.caller.principal {
        Principal::Anonymous => told.bearer.as_ref().map_or(own, Bearer::identity),
        Principal::Service(_) => own,
        _ if recipient == ctx.caller.account => own,
        _ => foreign(&ctx.caller, &ctx.request),
    }
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
    (ctx.request.source_ip.map_or("AWS Internal".into(), |address| plain::address(address).into()), agent)
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
