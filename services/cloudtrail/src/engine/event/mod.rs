//! An event: what a call leaves behind, in the fields of AWS's record contents, version 1.11.
//!
//! | file | field |
//! |---|---|
//! | `identity.rs`, `bearer.rs` | `userIdentity` |
//! | `elements.rs`, `omitted.rs` | `requestParameters`, `responseElements`; what they do not show |
//! | `failure.rs` | `errorCode`, `errorMessage` |
//! | `record.rs` | all of them, as JSON |
//! | `plain.rs` | instants, accounts, addresses and ids, written quickly |
//! | `resources.rs` | types and names of ARNs |

mod bearer;
pub(crate) mod elements;
mod failure;
mod identity;
mod omitted;
mod plain;
mod record;
#[cfg(test)]
mod redaction;
mod resources;

use std::sync::Arc;

use names::{AccountId, Partition, Region, Timestamp};
use service_kit::{CallRecord, Caller, Ctx, Principal};
use smithy::OperationSchema;

use crate::store::{EventId, EventRecord};
use bearer::Bearer;
use elements::{Elements, elements};
pub(crate) use plain::uuid;

/// Operations of STS that change nothing and whose answers are shown. Source: "Logging IAM and AWS STS API calls with AWS
/// CloudTrail" in the IAM user guide.
const ISSUES_CREDENTIALS: [&str; 6] = [
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetFederationToken",
    "GetSessionToken",
];

/// Kinds of events, as selectors tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Category {
    /// About a resource.
    Management,
    /// In a resource.
    Data,
    /// Unusual activity.
    Insight,
}

/// An event, ready to be kept.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) id: EventId,
    pub(crate) at: Timestamp,
    /// The account that gets it.
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) category: Category,
    /// Of a service that has one endpoint for all regions.
    pub(crate) global: bool,
    /// `AwsApiCall`.
    pub(crate) event_type: &'static str,
    /// Of data events: what selectors call `resources.type`.
    pub(crate) resource_type: Option<&'static str>,
    /// What it was about.
    pub(crate) arns: Vec<String>,
    /// Who did it; nobody did an insight.
    pub(crate) caller: Option<Arc<Caller>>,
    pub(crate) error_code: Option<String>,
    pub(crate) record: EventRecord,
}

/// What is told of a call, before it is known which accounts get it.
struct Told<'a> {
    call: &'a CallRecord<'a>,
    request: Option<&'a str>,
    response: Elements,
    failure: Option<failure::Failure>,
    /// Who calls, where the answer and no signature says so.
    bearer: Option<Bearer>,
    arns: Vec<String>,
    at: Timestamp,
}

/// The request parameters, noted before the handler consumes the input.
pub(crate) struct Parameters(String);

impl Parameters {
    /// Of the input of a call, if it has any.
    pub(crate) fn of(ctx: &Ctx, input: &dyn smithy::Shape) -> Option<Self> {
        elements(input, ctx.operation.service.id, "requestParameters").json.map(Self)
    }
}

impl Event {
    /// The ARN of who did it.
    pub(crate) fn user_arn(&self) -> String {
        self.caller.as_ref().map_or_else(String::new, |caller| caller.arn(self.region.partition()))
    }
}

/// The events of a call: one for the caller's account, and one for each other account whose resources it was about.
pub(crate) fn events(call: &CallRecord<'_>) -> Vec<Event> {
    let request = call.note.as_ref().and_then(|note| note.downcast_ref::<Parameters>());
    let told = tell(call, request.map(|parameters| parameters.0.as_str()));
    let caller = &call.ctx.caller;
    let owners = owners(&told);
    let shared = (!owners.is_empty()).then(|| call.ctx.random().uuid());
    let mut events = Vec::with_capacity(1 + owners.len());
    // An unsigned call is made from no account: only the owner of what it reached for gets to know.
    if !matches!(caller.principal, Principal::Anonymous) || owners.is_empty() {
        events.push(event(&told, caller.account, shared.as_deref()));
    }
    events.extend(owners.into_iter().map(|owner| event(&told, owner, shared.as_deref())));
    events
}

fn tell<'a>(call: &'a CallRecord<'a>, request: Option<&'a str>) -> Told<'a> {
    let operation = call.ctx.operation;
    let response = call
        .output
        .filter(|_| answers(operation))
        .map(|output| elements(output, operation.service.id, "responseElements"));
    let response = response.unwrap_or_default();
    let mut arns = call.access.map(|access| access.resources.clone()).unwrap_or_default();
    arns.retain(|arn| arn != "*");
    if arns.is_empty() {
        arns.clone_from(&response.arns);
    }
    let failure = call.error.map(|error| failure::failure(call.ctx, error));
    let unsigned = matches!(call.ctx.caller.principal, Principal::Anonymous);
    let answer = response.json.as_deref().filter(|_| unsigned);
    let bearer = Bearer::of(operation.name, answer);
    Told { call, request, response, failure, bearer, arns, at: call.ctx.now() }
}

/// Whether the event shows the answer: of what changes something, and of who got credentials.
fn answers(operation: &OperationSchema) -> bool {
    !operation.read_only || operation.service.id == "sts" && ISSUES_CREDENTIALS.contains(&operation.name)
}

/// Other accounts that get the event: those whose resources the call was about. A call that was denied was about none.
fn owners(told: &Told<'_>) -> Vec<AccountId> {
    let mut owners = Vec::new();
    if told.failure.as_ref().is_some_and(|failure| failure.denied) {
        return owners;
    }
    let named = told.call.access.map(|access| access.resources.as_slice()).unwrap_or_default();
    for owner in named.iter().filter_map(|arn| arn.split(':').nth(4)?.parse::<AccountId>().ok()) {
        if owner != told.call.ctx.caller.account && !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    owners
}

fn event(told: &Told<'_>, recipient: AccountId, shared: Option<&str>) -> Event {
    let ctx = told.call.ctx;
    let (operation, caller) = (ctx.operation, &ctx.caller);
    let id = ctx.random().u128().to_be_bytes();
    let global = is_global(ctx);
    let region = if global { home_of_global(ctx.partition()) } else { ctx.region.clone() };
    let category = if operation.data_event.is_some() { Category::Data } else { Category::Management };
    let json = record::write(told, &record::Written { id: &id, recipient, region: &region, category, shared });
    let named = told.arns.iter().filter_map(|arn| resources::named(arn));
    let record = EventRecord {
        name: operation.name.into(),
        source: operation.service.event_source.into(),
        read_only: operation.read_only,
        user: identity::user_name(caller).or_else(|| told.bearer.as_ref().map(|bearer| bearer.user.clone())),
        access_key: caller.access_key.clone(),
        resources: named.map(|(kind, name)| (kind.into(), name)).collect(),
        json,
    };
    Event {
        id,
        at: told.at,
        account: recipient,
        region,
        category,
        global,
        event_type: record::API_CALL,
        resource_type: operation.data_event,
        arns: told.arns.clone(),
        caller: Some(caller.clone()),
        error_code: told.failure.as_ref().map(|failure| failure.code.clone()),
        record,
    }
}

/// STS has an endpoint for all regions and one in each: its events are of the region called.
fn is_global(ctx: &Ctx) -> bool {
    let service = ctx.operation.service;
    service.global && service.id != "sts"
}

/// The region that holds events of services without regions.
fn home_of_global(partition: Partition) -> Region {
    let code = match partition {
        Partition::Aws => "us-east-1",
        Partition::China => "cn-northwest-1",
        Partition::GovCloud => "us-gov-west-1",
    };
    Region::parse(code).expect("a region's code")
}
