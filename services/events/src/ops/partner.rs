//! Event sources of partners: what a partner offers, and what an account does with it.

use api_events::{
    ActivateEventSource, ActivateEventSourceInput, ActivateEventSourceOutput, CreatePartnerEventSource,
    CreatePartnerEventSourceInput, CreatePartnerEventSourceOutput, DeactivateEventSource, DeactivateEventSourceInput,
    DeactivateEventSourceOutput, DeletePartnerEventSource, DeletePartnerEventSourceInput,
    DeletePartnerEventSourceOutput, DescribeEventSource, DescribeEventSourceInput, DescribeEventSourceOutput,
    DescribePartnerEventSource, DescribePartnerEventSourceInput, DescribePartnerEventSourceOutput, EventSource,
    ListEventSources, ListEventSourcesInput, ListEventSourcesOutput, ListPartnerEventSourceAccounts,
    ListPartnerEventSourceAccountsInput, ListPartnerEventSourceAccountsOutput, ListPartnerEventSources,
    ListPartnerEventSourcesInput, ListPartnerEventSourcesOutput, PartnerEventSource, PartnerEventSourceAccount, errors,
};
use names::AccountId;
use service_kit::{Ctx, Error, Outcome};

use super::address::{after, engine, home, page, page_size, source_arn};
use crate::engine::Refusal;
use crate::engine::home::Home;
use crate::error::{absent, parameter, taken};
use crate::store::SourceRecord;

/// Offers an event source to an account.
pub(crate) async fn create_partner_event_source(
    ctx: &Ctx,
    input: CreatePartnerEventSourceInput,
) -> Outcome<CreatePartnerEventSource> {
    let offered = engine(ctx).offer(&home(ctx), &input.name, account(&input.account)?).await;
    offered.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("Event source {} already exists.", input.name)),
        other => told(&input.name, other),
    })?;
    Ok(CreatePartnerEventSourceOutput { event_source_arn: Some(source_arn(ctx, &input.name)) })
}

/// Takes an offer back.
pub(crate) async fn delete_partner_event_source(
    ctx: &Ctx,
    input: DeletePartnerEventSourceInput,
) -> Outcome<DeletePartnerEventSource> {
    let withdrawn = engine(ctx).withdraw(&home(ctx), &input.name, account(&input.account)?).await;
    withdrawn.map_err(|refusal| told(&input.name, refusal))?;
    Ok(DeletePartnerEventSourceOutput {})
}

/// Shows an event source to the partner that offers it.
pub(crate) async fn describe_partner_event_source(
    ctx: &Ctx,
    input: DescribePartnerEventSourceInput,
) -> Outcome<DescribePartnerEventSource> {
    let offers = engine(ctx).offers(&home(ctx)).await?;
    if !offers.iter().any(|(name, _)| *name == input.name) {
        return Err(told(&input.name, Refusal::Absent));
    }
    Ok(DescribePartnerEventSourceOutput { arn: Some(source_arn(ctx, &input.name)), name: Some(input.name) })
}

/// Lists the event sources that a partner offers.
pub(crate) async fn list_partner_event_sources(
    ctx: &Ctx,
    input: ListPartnerEventSourcesInput,
) -> Outcome<ListPartnerEventSources> {
    let prefix = input.name_prefix;
    let (limit, from) = (page_size(input.limit), after(ctx, &prefix, input.next_token.as_deref())?);
    let mut names: Vec<_> = engine(ctx).offers(&home(ctx)).await?.into_iter().map(|(name, _)| name).collect();
    names.dedup();
    names.retain(|name| name.starts_with(&prefix) && from.as_ref().is_none_or(|from| name > from));
    let page = page(ctx, &prefix, names.into_iter().take(limit + 1).map(|name| (name, ())).collect(), limit);
    let shown = page
        .items
        .into_iter()
        .map(|(name, ())| PartnerEventSource { arn: Some(source_arn(ctx, &name)), name: Some(name) });
    Ok(ListPartnerEventSourcesOutput { partner_event_sources: Some(shown.collect()), next_token: page.next_token })
}

/// Lists the accounts that an event source is offered to.
pub(crate) async fn list_partner_event_source_accounts(
    ctx: &Ctx,
    input: ListPartnerEventSourceAccountsInput,
) -> Outcome<ListPartnerEventSourceAccounts> {
    let name = &input.event_source_name;
    let offers = engine(ctx).offers(&home(ctx)).await?;
    let accounts: Vec<_> = offers.into_iter().filter(|(offered, _)| offered == name).map(|(_, to)| to).collect();
    if accounts.is_empty() {
        return Err(told(name, Refusal::Absent));
    }
    let (limit, from) = (page_size(input.limit), after(ctx, name, input.next_token.as_deref())?);
    let mut found = Vec::new();
    for account in accounts.into_iter().filter(|account| from.as_ref().is_none_or(|from| account.to_string() > *from)) {
        let theirs = Home { account, region: ctx.region.clone() };
        if let Some(source) = engine(ctx).source(&theirs, name).await? {
            found.push((account.to_string(), source));
        }
    }
    found.truncate(limit + 1);
    let page = page(ctx, name, found, limit);
    let shown = page.items.into_iter().map(|(account, source)| PartnerEventSourceAccount {
        account: Some(account),
        creation_time: Some(source.created),
        expiration_time: expiration(&source),
        state: Some(source.state.into()),
    });
    Ok(ListPartnerEventSourceAccountsOutput {
        partner_event_source_accounts: Some(shown.collect()),
        next_token: page.next_token,
    })
}

/// Switches an event source on that was switched off.
pub(crate) async fn activate_event_source(ctx: &Ctx, input: ActivateEventSourceInput) -> Outcome<ActivateEventSource> {
    let switched = engine(ctx).switch_source(&home(ctx), &input.name, true).await;
    switched.map_err(|refusal| told(&input.name, refusal))?;
    Ok(ActivateEventSourceOutput {})
}

/// Switches an event source off.
pub(crate) async fn deactivate_event_source(
    ctx: &Ctx,
    input: DeactivateEventSourceInput,
) -> Outcome<DeactivateEventSource> {
    let switched = engine(ctx).switch_source(&home(ctx), &input.name, false).await;
    switched.map_err(|refusal| told(&input.name, refusal))?;
    Ok(DeactivateEventSourceOutput {})
}

/// Shows an event source that the account is offered.
pub(crate) async fn describe_event_source(ctx: &Ctx, input: DescribeEventSourceInput) -> Outcome<DescribeEventSource> {
    let source = engine(ctx).source(&home(ctx), &input.name).await?;
    let source = source.ok_or_else(|| told(&input.name, Refusal::Absent))?;
    Ok(DescribeEventSourceOutput {
        arn: Some(source_arn(ctx, &input.name)),
        created_by: created_by(&input.name),
        creation_time: Some(source.created),
        expiration_time: expiration(&source),
        name: Some(input.name),
        state: Some(source.state.into()),
    })
}

/// Lists the event sources that the account is offered.
pub(crate) async fn list_event_sources(ctx: &Ctx, input: ListEventSourcesInput) -> Outcome<ListEventSources> {
    let prefix = input.name_prefix.unwrap_or_default();
    let (limit, from) = (page_size(input.limit), after(ctx, &prefix, input.next_token.as_deref())?);
    let sources = engine(ctx).sources(&home(ctx), &prefix, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &prefix, sources, limit);
    let shown = page.items.into_iter().map(|(name, source)| EventSource {
        arn: Some(source_arn(ctx, &name)),
        created_by: created_by(&name),
        creation_time: Some(source.created),
        expiration_time: expiration(&source),
        name: Some(name),
        state: Some(source.state.into()),
    });
    Ok(ListEventSourcesOutput { event_sources: Some(shown.collect()), next_token: page.next_token })
}

/// The partner in a name like `aws.partner/example.com/…`.
fn created_by(name: &str) -> Option<String> {
    name.split('/').take(2).last().map(str::to_owned)
}

/// Only an offer that nobody took ends.
fn expiration(source: &SourceRecord) -> Option<names::Timestamp> {
    (source.state == "PENDING").then_some(source.expires)
}

fn account(text: &str) -> Result<AccountId, Error> {
    text.parse().map_err(|_| parameter("Account", ""))
}

fn told(name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        Refusal::State => {
            errors::invalid_state_exception(format!("Event source {name} is not in a valid state for this operation."))
                .into()
        }
        _ => absent(format!("Event source {name} does not exist.")),
    }
}
