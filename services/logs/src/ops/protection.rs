//! Data protection policies of groups, and what they mask when events are shown.

use api_logs::{
    DeleteDataProtectionPolicy, DeleteDataProtectionPolicyInput, DeleteDataProtectionPolicyOutput,
    GetDataProtectionPolicy, GetDataProtectionPolicyInput, GetDataProtectionPolicyOutput, PutDataProtectionPolicy,
    PutDataProtectionPolicyInput, PutDataProtectionPolicyOutput,
};
use service_kit::{Ctx, Error, Outcome};
use store::Span;

use super::address::{self, engine};
use super::event::readable;
use crate::engine::Engine;
use crate::engine::group::Group;
use crate::engine::protection::{self, Mask};
use crate::engine::read::Event;
use crate::error::{invalid, missing, told};
use crate::store::{ACCOUNT_POLICIES, Document};

/// Sets the policy of a group.
pub(crate) async fn put_data_protection_policy(
    ctx: &Ctx,
    input: PutDataProtectionPolicyInput,
) -> Outcome<PutDataProtectionPolicy> {
    let place = address::identified(ctx, &input.log_group_identifier)?;
    readable(ctx, &place).await?;
    protection::read(&input.policy_document).map_err(invalid)?;
    let now = ctx.now();
    let changed = engine(ctx).change_group(&place.0, &place.1, |record| {
        let created = record.protection.as_ref().map_or(now, |there| there.created);
        record.protection = Some(Document { text: input.policy_document.clone(), created, updated: now });
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(PutDataProtectionPolicyOutput {
        log_group_identifier: Some(input.log_group_identifier),
        policy_document: Some(input.policy_document),
        last_updated_time: Some(now.millis()),
    })
}

/// The policy of a group.
pub(crate) async fn get_data_protection_policy(
    ctx: &Ctx,
    input: GetDataProtectionPolicyInput,
) -> Outcome<GetDataProtectionPolicy> {
    let place = address::identified(ctx, &input.log_group_identifier)?;
    let there = address::group_at(ctx, &place).await?.record.protection;
    Ok(GetDataProtectionPolicyOutput {
        log_group_identifier: Some(input.log_group_identifier),
        last_updated_time: there.as_ref().map(|there| there.updated.millis()),
        policy_document: there.map(|there| there.text),
    })
}

/// Removes the policy of a group.
pub(crate) async fn delete_data_protection_policy(
    ctx: &Ctx,
    input: DeleteDataProtectionPolicyInput,
) -> Outcome<DeleteDataProtectionPolicy> {
    let (home, name) = address::identified(ctx, &input.log_group_identifier)?;
    let group = address::group_at(ctx, &(home.clone(), name.clone())).await?;
    if group.record.protection.is_none() {
        return Err(missing("The specified data protection policy does not exist."));
    }
    let changed = engine(ctx).change_group(&home, &name, |record| {
        record.protection = None;
        record.protection_gone = true;
        Ok(())
    });
    changed.await.map_err(told)?;
    Ok(DeleteDataProtectionPolicyOutput {})
}

/// What is masked in a group: by its own policy, and by those of the account.
pub(crate) async fn mask_of(engine: &Engine, group: &Group) -> Result<Mask, Error> {
    let view = engine.store().read().await?;
    let span = Span::prefix(&("DATA_PROTECTION_POLICY",));
    let account = ACCOUNT_POLICIES.scan_all(&view, &group.home.scope(), &span).await?;
    let documents = account.iter().map(|(_, record)| record.document.as_str());
    let own = group.record.protection.as_ref().map(|there| there.text.as_str());
    let masks = own.into_iter().chain(documents).filter_map(|document| protection::read(document).ok());
    Ok(masks.fold(Mask::default(), Mask::and))
}

/// Events as they may be shown.
pub(crate) async fn mask_events(
    ctx: &Ctx,
    group: &Group,
    mut events: Vec<Event>,
    unmask: bool,
) -> Result<Vec<Event>, Error> {
    if unmask || events.is_empty() {
        return Ok(events);
    }
    let mask = mask_of(engine(ctx), group).await?;
    if !mask.is_empty() {
        events.iter_mut().for_each(|event| event.message = mask.apply(&event.message));
    }
    Ok(events)
}
