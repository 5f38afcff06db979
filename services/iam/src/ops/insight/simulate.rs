//! Simulated decisions.

use std::collections::BTreeMap;

use api_iam::{
    ContextEntry, EvaluationResult, OrganizationsDecisionDetail, PermissionsBoundaryDecisionDetail,
    PolicyEvaluationDecisionType, PolicySourceType, Position, ResourceSpecificResult, SimulateCustomPolicy,
    SimulateCustomPolicyInput, SimulateCustomPolicyOutput, SimulatePrincipalPolicy, SimulatePrincipalPolicyInput,
    SimulatePrincipalPolicyOutput, Statement,
};
use names::{AccountId, Arn};
use policy::{Kind as PolicyKind, MapContext, Source};
use service_kit::{Ctx, Error, HeldPolicy, Outcome};

use crate::engine::entity::Kind;
use crate::engine::grant::{Grant, document};
use crate::engine::simulation::{Caller, Matched, Named, Simulation, Verdict};
use crate::error::invalid;
use crate::ops::access::check_arn;
use crate::ops::edge::{Asked, Page, engine, home, last_segment};
use crate::store::EntityRecord;

/// What both operations ask.
struct Asking {
    actions: Vec<String>,
    resources: Option<Vec<String>>,
    max_items: Option<i32>,
    marker: Option<String>,
}

/// Decides by the policies given.
pub(crate) async fn simulate_custom_policy(
    ctx: &Ctx,
    input: SimulateCustomPolicyInput,
) -> Outcome<SimulateCustomPolicy> {
    let caller = caller(ctx, input.caller_arn.as_deref())?;
    let boundary = boundary(input.permissions_boundary_policy_input_list)?;
    let simulation = Simulation {
        identity: inputs(&input.policy_input_list)?,
        boundary,
        resource: resource(input.resource_policy.as_deref())?,
        owner: owner(input.resource_owner.as_deref())?,
        organization: None,
        context: context(&caller, None, input.context_entries.as_deref()),
        caller,
    };
    let (actions, resources, marker) = (input.action_names, input.resource_arns, input.marker);
    let asking = Asking { actions, resources, max_items: input.max_items, marker };
    let page = answer(ctx, &simulation, asking)?;
    let evaluation_results = Some(page.items);
    Ok(SimulateCustomPolicyOutput { evaluation_results, is_truncated: page.is_truncated, marker: page.marker })
}

/// Decides by the policies of a user, group or role, and those given beside.
pub(crate) async fn simulate_principal_policy(
    ctx: &Ctx,
    input: SimulatePrincipalPolicyInput,
) -> Outcome<SimulatePrincipalPolicy> {
    let (record, grants) = principal(ctx, &input.policy_source_arn).await?;
    let mut identity = inputs(input.policy_input_list.as_deref().unwrap_or_default())?;
    for grant in &grants {
        identity.push(parse(grant.source(), &grant.document, PolicyKind::Inline)?);
    }
    let given = boundary(input.permissions_boundary_policy_input_list)?;
    let boundary = match given {
        Some(given) => Some(given),
        None => own_boundary(ctx, &record).await?,
    };
    let caller = match &input.caller_arn {
        Some(arn) => caller(ctx, Some(arn))?,
        None => Caller { account: ctx.account(), arn: home(ctx).entity(&record), id: record.id.clone() },
    };
    let simulation = Simulation {
        identity,
        boundary,
        resource: resource(input.resource_policy.as_deref())?,
        owner: owner(input.resource_owner.as_deref())?,
        organization: organization(ctx).await?,
        context: context(&caller, Some(&record), input.context_entries.as_deref()),
        caller,
    };
    let (actions, resources, marker) = (input.action_names, input.resource_arns, input.marker);
    let asking = Asking { actions, resources, max_items: input.max_items, marker };
    let page = answer(ctx, &simulation, asking)?;
    let evaluation_results = Some(page.items);
    Ok(SimulatePrincipalPolicyOutput { evaluation_results, is_truncated: page.is_truncated, marker: page.marker })
}

/// The user, group or role of an ARN with its policies.
pub(crate) async fn principal(ctx: &Ctx, arn: &str) -> Result<(EntityRecord, Vec<Grant>), Error> {
    check_arn(arn)?;
    let found = engine(ctx).grants(home(ctx), arn).await?;
    found.ok_or_else(|| invalid(format!("Invalid Entity Arn: {arn} does not clearly define entity type and name.")))
}

/// Every action on every resource, a page at a time.
fn answer(ctx: &Ctx, simulation: &Simulation, asking: Asking) -> Result<Page<EvaluationResult>, Error> {
    for action in &asking.actions {
        let named = action.split_once(':').is_some_and(|(service, name)| !service.is_empty() && !name.is_empty());
        if !named && action != "*" {
            return Err(invalid(format!("Invalid Action: {action} must be in the format service:action.")));
        }
    }
    let named = asking.resources.is_some();
    let resources = asking.resources.unwrap_or_else(|| vec!["*".to_owned()]);
    let asked = Asked::new(ctx, "", asking.marker.as_deref(), asking.max_items)?;
    let pairs: Vec<_> = asking.actions.iter().flat_map(|a| resources.iter().map(move |r| (a, r))).enumerate().collect();
    let page = asked.cut(ctx, pairs, |(at, _)| format!("{at:08}"));
    let decide = |(_, (action, resource)): (usize, (&String, &String))| {
        result(action, resource, simulation.decide(action, resource), named)
    };
    let items = page.items.into_iter().map(decide).collect();
    Ok(Page { items, is_truncated: page.is_truncated, marker: page.marker })
}

fn result(action: &str, resource: &str, verdict: Verdict, named: bool) -> EvaluationResult {
    let decision = PolicyEvaluationDecisionType::from(verdict.decision.to_owned());
    let matched: Vec<_> = verdict.matched.iter().map(statement).collect();
    let bounded = |allowed| PermissionsBoundaryDecisionDetail { allowed_by_permissions_boundary: Some(allowed) };
    let organized = |allowed| OrganizationsDecisionDetail { allowed_by_organizations: Some(allowed) };
    let specific = ResourceSpecificResult {
        eval_resource_name: resource.to_owned(),
        eval_resource_decision: decision.clone(),
        matched_statements: Some(matched.clone()),
        missing_context_values: Some(verdict.missing.clone()),
        eval_decision_details: None,
        permissions_boundary_decision_detail: verdict.by_boundary.map(bounded),
    };
    EvaluationResult {
        eval_action_name: action.to_owned(),
        eval_resource_name: Some(resource.to_owned()),
        eval_decision: decision,
        matched_statements: Some(matched),
        missing_context_values: Some(verdict.missing),
        organizations_decision_detail: verdict.by_organization.map(organized),
        permissions_boundary_decision_detail: verdict.by_boundary.map(bounded),
        eval_decision_details: Some(details(verdict.sides)),
        resource_specific_results: named.then(|| vec![specific]),
    }
}

/// Across accounts, what each side decides.
fn details(sides: Option<(&str, &str)>) -> BTreeMap<String, PolicyEvaluationDecisionType> {
    let decision = |text: &str| PolicyEvaluationDecisionType::from(text.to_owned());
    let entries = sides.map(|(identity, resource)| {
        [("IAM Policy".to_owned(), decision(identity)), ("Resource Policy".to_owned(), decision(resource))]
    });
    entries.into_iter().flatten().collect()
}

/// AWS answers words of its own here, and not those of the model.
fn statement(matched: &Matched) -> Statement {
    let word = if matched.source == Source::Resource { "Resource Policy" } else { "IAM Policy" };
    let place = |place: policy::Position| Position {
        line: i32::try_from(place.line).ok(),
        column: i32::try_from(place.column).ok(),
    };
    Statement {
        source_policy_id: Some(matched.policy.clone()),
        source_policy_type: Some(PolicySourceType::from(word.to_owned())),
        start_position: Some(place(matched.span.start)),
        end_position: Some(place(matched.span.end)),
    }
}

fn parse(name: impl Into<String>, text: &str, kind: PolicyKind) -> Result<Named, Error> {
    Named::parse(name, text, kind).map_err(|malformed| invalid(malformed.message))
}

fn inputs(texts: &[String]) -> Result<Vec<Named>, Error> {
    let read = |(at, text): (usize, &String)| parse(format!("PolicyInputList.{}", at + 1), text, PolicyKind::Inline);
    texts.iter().enumerate().map(read).collect()
}

/// The boundary given: one at most.
fn boundary(texts: Option<Vec<String>>) -> Result<Option<Named>, Error> {
    match texts.as_deref() {
        None | Some([]) => Ok(None),
        Some([text]) => parse("PermissionsBoundaryPolicyInputList.1", text, PolicyKind::Inline).map(Some),
        Some(_) => Err(invalid("Only one permissions boundary policy can be simulated.")),
    }
}

async fn own_boundary(ctx: &Ctx, record: &EntityRecord) -> Result<Option<Named>, Error> {
    let Some(arn) = &record.boundary else { return Ok(None) };
    let text = document(&engine(ctx).view().await?, home(ctx), arn).await?;
    text.map(|text| parse(last_segment(arn), &text, PolicyKind::Inline)).transpose()
}

fn resource(text: Option<&str>) -> Result<Option<Named>, Error> {
    text.map(|text| parse("ResourcePolicy", text, PolicyKind::Resource)).transpose()
}

/// An account, by number or by the ARN of its root.
fn owner(given: Option<&str>) -> Result<Option<AccountId>, Error> {
    let Some(given) = given else { return Ok(None) };
    let account = given.parse().ok().or_else(|| given.parse::<Arn>().ok().and_then(|arn| arn.account_id()));
    account.map(Some).ok_or_else(|| invalid(format!("Invalid resource owner: {given}")))
}

fn caller(ctx: &Ctx, arn: Option<&str>) -> Result<Caller, Error> {
    let Some(arn) = arn else {
        return Ok(Caller { account: ctx.account(), arn: String::new(), id: String::new() });
    };
    let account = arn.parse::<Arn>().ok().and_then(|arn| arn.account_id());
    let account = account.ok_or_else(|| invalid(format!("Invalid caller ARN: {arn}")))?;
    Ok(Caller { account, arn: arn.to_owned(), id: String::new() })
}

/// The circumstances given, and those that follow from who calls.
fn context(caller: &Caller, record: Option<&EntityRecord>, entries: Option<&[ContextEntry]>) -> MapContext {
    let mut context = MapContext::new();
    if !caller.arn.is_empty() {
        context.insert("aws:PrincipalArn", [caller.arn.as_str()]);
        context.insert("aws:PrincipalAccount", [caller.account.to_string()]);
        if caller.arn.contains(":user/") {
            context.insert("aws:username", [last_segment(&caller.arn)]);
        }
    }
    if let Some(record) = record.filter(|record| record.body.kind() != Kind::Group) {
        context.insert("aws:userid", [record.id.as_str()]);
        for (key, value) in &record.tags {
            context.insert(&format!("aws:PrincipalTag/{key}"), [value.as_str()]);
        }
    }
    for entry in entries.unwrap_or_default() {
        if let (Some(name), Some(values)) = (&entry.context_key_name, &entry.context_key_values) {
            context.insert(name, values.iter().map(String::as_str));
        }
    }
    context
}

/// The service control policies that bind the account; none when it is in no organization.
async fn organization(ctx: &Ctx) -> Result<Option<Vec<Vec<Named>>>, Error> {
    let Some(guardrails) = ctx.cloud().guardrails() else { return Ok(None) };
    let membership = guardrails.membership(ctx.cloud(), ctx.account()).await?;
    let named = |held: &HeldPolicy| Named { name: held.name.to_string(), policy: held.policy.as_ref().clone() };
    let level = |level: &Vec<HeldPolicy>| level.iter().map(named).collect();
    Ok(membership.map(|membership| membership.service_control.iter().map(level).collect()))
}
