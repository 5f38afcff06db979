//! Rules.

use api_events::{
    DeleteRule, DeleteRuleInput, DeleteRuleOutput, DescribeRule, DescribeRuleInput, DescribeRuleOutput, DisableRule,
    DisableRuleInput, DisableRuleOutput, EnableRule, EnableRuleInput, EnableRuleOutput, ListRuleNamesByTarget,
    ListRuleNamesByTargetInput, ListRuleNamesByTargetOutput, ListRules, ListRulesInput, ListRulesOutput, PutRule,
    PutRuleInput, PutRuleOutput, Rule,
};
use serde_json::Value;
use service_kit::{Access, Ctx, Error, Outcome, Principal};

use super::address::{after, bus, engine, page, page_size, rule_access};
use super::{pattern, tags};
use crate::engine::Refusal;
use crate::engine::home::{BusId, DEFAULT};
use crate::engine::rule::Hand;
use crate::engine::timetable;
use crate::error::{invalid, limit, managed, no_bus, no_rule, parameter};
use crate::store::RuleRecord;

/// Creates a rule, or changes the one of its name.
pub(crate) async fn put_rule(ctx: &Ctx, input: PutRuleInput) -> Outcome<PutRule> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    let hand = hand(ctx, false);
    check(&id, &input)?;
    let record = RuleRecord {
        tags: tags::read(input.tags.as_deref())?,
        pattern: input.event_pattern,
        schedule: input.schedule_expression,
        state: input.state.map_or_else(|| "ENABLED".to_owned(), |state| state.as_str().to_owned()),
        description: input.description,
        role: input.role_arn,
        managed_by: hand.service.clone(),
        created_by: ctx.account(),
        since: ctx.now(),
    };
    let put = engine(ctx).put_rule(&id, &input.name, &hand, record).await;
    put.map_err(|refusal| match refusal {
        Refusal::Absent => no_bus(&id.name),
        other => told(&id, &input.name, other),
    })?;
    Ok(PutRuleOutput { rule_arn: Some(id.rule_arn(&input.name).to_string()) })
}

/// What putting a rule touches: with the values that its pattern asks for, so that policies can bound what rules may see.
pub(crate) fn access_to_put(ctx: &Ctx, input: &PutRuleInput) -> Result<Access, Error> {
    let mut access = rule_access(ctx, input.event_bus_name.as_deref(), &input.name)?;
    let pattern: Value = input.event_pattern.as_deref().and_then(|p| serde_json::from_str(p).ok()).unwrap_or_default();
    for (key, path) in [
        ("events:source", "/source"),
        ("events:detail-type", "/detail-type"),
        ("events:detail.service", "/detail/service"),
        ("events:detail.eventTypeCode", "/detail/eventTypeCode"),
        ("events:detail.userIdentity.principalId", "/detail/userIdentity/principalId"),
    ] {
        let values = pattern.pointer(path).and_then(Value::as_array).into_iter().flatten();
        access = values.filter_map(Value::as_str).fold(access, |access, value| access.with(key, value));
    }
    let access = tags::creating(access, input.tags.as_deref());
    Ok(match &input.role_arn {
        Some(role) => access.passing_role(role, "events.amazonaws.com"),
        None => access,
    })
}

/// Shows a rule.
pub(crate) async fn describe_rule(ctx: &Ctx, input: DescribeRuleInput) -> Outcome<DescribeRule> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    let record = engine(ctx).rule(&id, &input.name).await?.ok_or_else(|| no_rule(&id, &input.name))?;
    Ok(DescribeRuleOutput {
        arn: Some(id.rule_arn(&input.name).to_string()),
        name: Some(input.name),
        event_pattern: record.pattern,
        schedule_expression: record.schedule,
        state: Some(record.state.into()),
        description: record.description,
        role_arn: record.role,
        managed_by: record.managed_by,
        event_bus_name: Some(id.name),
        created_by: Some(record.created_by.to_string()),
    })
}

/// Switches a rule on.
pub(crate) async fn enable_rule(ctx: &Ctx, input: EnableRuleInput) -> Outcome<EnableRule> {
    switch(ctx, input.event_bus_name.as_deref(), &input.name, "ENABLED").await?;
    Ok(EnableRuleOutput {})
}

/// Switches a rule off.
pub(crate) async fn disable_rule(ctx: &Ctx, input: DisableRuleInput) -> Outcome<DisableRule> {
    switch(ctx, input.event_bus_name.as_deref(), &input.name, "DISABLED").await?;
    Ok(DisableRuleOutput {})
}

/// Deletes a rule. One that is not there is deleted.
pub(crate) async fn delete_rule(ctx: &Ctx, input: DeleteRuleInput) -> Outcome<DeleteRule> {
    let id = bus(ctx, input.event_bus_name.as_deref())?;
    let hand = hand(ctx, input.force == Some(true));
    let deleted = engine(ctx).delete_rule(&id, &input.name, &hand).await;
    deleted.map_err(|refusal| told(&id, &input.name, refusal))?;
    Ok(DeleteRuleOutput {})
}

/// Lists the rules of a bus, by the beginning of their names.
pub(crate) async fn list_rules(ctx: &Ctx, input: ListRulesInput) -> Outcome<ListRules> {
    let id = existing(ctx, input.event_bus_name.as_deref()).await?;
    let prefix = input.name_prefix.unwrap_or_default();
    let filters = format!("{}/{prefix}", id.arn());
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let rules = engine(ctx).rules(&id, &prefix, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &filters, rules, limit);
    let rules = page.items.into_iter().map(|(name, record)| shown(&id, name, record)).collect();
    Ok(ListRulesOutput { rules: Some(rules), next_token: page.next_token })
}

/// Lists the rules that have a target.
pub(crate) async fn list_rule_names_by_target(
    ctx: &Ctx,
    input: ListRuleNamesByTargetInput,
) -> Outcome<ListRuleNamesByTarget> {
    let id = existing(ctx, input.event_bus_name.as_deref()).await?;
    let filters = format!("{}/{}", id.arn(), input.target_arn);
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let names = engine(ctx).rules_with_target(&id, &input.target_arn).await?;
    let later = names.into_iter().filter(|name| from.as_ref().is_none_or(|from| name > from));
    let page = page(ctx, &filters, later.take(limit + 1).map(|name| (name, ())).collect(), limit);
    let rule_names = page.items.into_iter().map(|(name, ())| name).collect();
    Ok(ListRuleNamesByTargetOutput { rule_names: Some(rule_names), next_token: page.next_token })
}

/// Who changes rules: a service in its own name, or another part of this cloud, may change those it keeps.
pub(super) fn hand(ctx: &Ctx, force: bool) -> Hand {
    let service = match &ctx.caller.principal {
        Principal::Service(name) => Some(name.clone()),
        Principal::Internal(name) => Some(format!("{name}.amazonaws.com")),
        _ => None,
    };
    Hand { service, force }
}

/// A bus that must be there.
pub(super) async fn existing(ctx: &Ctx, named: Option<&str>) -> Result<BusId, Error> {
    let id = bus(ctx, named)?;
    engine(ctx).bus(&id).await?.ok_or_else(|| no_bus(&id.name))?;
    Ok(id)
}

/// Refusals about a rule.
pub(super) fn told(id: &BusId, rule: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::InUse => invalid("Rule can't be deleted since it has targets."),
        Refusal::Managed(by) => managed(rule, &by),
        Refusal::Limit => limit(),
        _ => no_rule(id, rule),
    }
}

fn check(id: &BusId, input: &PutRuleInput) -> Result<(), Error> {
    if input.event_pattern.is_none() && input.schedule_expression.is_none() {
        return Err(invalid("Parameter(s) EventPattern or ScheduleExpression must be specified."));
    }
    if let Some(schedule) = &input.schedule_expression {
        if id.name != DEFAULT {
            return Err(invalid("ScheduleExpression is supported only on the default event bus."));
        }
        timetable::expression(schedule).ok_or_else(|| parameter("ScheduleExpression", ""))?;
    }
    input.event_pattern.as_deref().map(pattern::read).transpose()?;
    Ok(())
}

async fn switch(ctx: &Ctx, named: Option<&str>, rule: &str, state: &str) -> Result<(), Error> {
    let id = bus(ctx, named)?;
    let hand = hand(ctx, false);
    let change = |record: &mut RuleRecord, now| {
        if record.state != state {
            state.clone_into(&mut record.state);
            record.since = now;
        }
    };
    engine(ctx).change_rule(&id, rule, &hand, change).await.map_err(|refusal| told(&id, rule, refusal))
}

fn shown(id: &BusId, name: String, record: RuleRecord) -> Rule {
    Rule {
        arn: Some(id.rule_arn(&name).to_string()),
        name: Some(name),
        event_pattern: record.pattern,
        state: Some(record.state.into()),
        description: record.description,
        schedule_expression: record.schedule,
        role_arn: record.role,
        managed_by: record.managed_by,
        event_bus_name: Some(id.name.clone()),
    }
}
