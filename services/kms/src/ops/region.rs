//! Keys of several regions.

use api_kms::{
    KeyState, ReplicateKey, ReplicateKeyInput, ReplicateKeyOutput, UpdatePrimaryRegion, UpdatePrimaryRegionInput,
    UpdatePrimaryRegionOutput,
};
use names::Region;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{self, circumstances, engine, touch_own};
use super::metadata::metadata;
use super::{policy, tags};
use crate::engine::policies::default_policy;
use crate::engine::regions::NewReplica;
use crate::error::{invalid, told};

/// Copies a primary key into another region. The answer shows it being created, as AWS's does; it is there at once.
pub(crate) async fn replicate_key(ctx: &Ctx, input: ReplicateKeyInput) -> Outcome<ReplicateKey> {
    let home = address::home(ctx, &input.key_id)?;
    let region = region(ctx, &input.replica_region)?;
    let given = input.tags.filter(|tags| !tags.is_empty());
    let tags = tags::read(given.as_deref())?;
    let policy = match input.policy {
        Some(text) => policy::checked(ctx, text, input.bypass_policy_lockout_safety_check)?,
        None => default_policy(ctx.partition(), ctx.account()),
    };
    let new = NewReplica { region, policy, description: input.description.unwrap_or_default(), tags };
    let replica = engine(ctx).replicate(&home, &new).await.map_err(told)?;
    let mut shown = metadata(&replica);
    shown.key_state = Some(KeyState::Creating);
    shown.enabled = Some(false);
    shown.current_key_material_id = None;
    Ok(ReplicateKeyOutput { replica_key_metadata: Some(shown), replica_policy: Some(new.policy), replica_tags: given })
}

/// What copying a key touches: the key here, and creating one there.
pub(crate) fn access_to_replicate(ctx: &Ctx, input: &ReplicateKeyInput) -> Result<Access, Error> {
    let access = touch_own(ctx, &input.key_id)?.with("kms:ReplicaRegion", &input.replica_region);
    let mut create = circumstances(ctx, Access::any())
        .as_action("kms:CreateKey")
        .with("kms:MultiRegion", "true")
        .with("kms:MultiRegionKeyType", "REPLICA");
    for name in ["kms:KeySpec", "kms:KeyUsage", "kms:KeyOrigin"] {
        if let Some(value) = access.context.get(name).and_then(|values| values.first()) {
            create = create.with(name, value);
        }
    }
    let tags = input.tags.iter().flatten();
    create = create.with_request_tags(tags.map(|tag| (tag.tag_key.as_str(), tag.tag_value.as_str())));
    Ok(access.and(create))
}

/// Makes a replica the primary.
pub(crate) async fn update_primary_region(ctx: &Ctx, input: UpdatePrimaryRegionInput) -> Outcome<UpdatePrimaryRegion> {
    let home = address::home(ctx, &input.key_id)?;
    let region = region(ctx, &input.primary_region)?;
    engine(ctx).move_primary(&home, &region).await.map_err(told)?;
    Ok(UpdatePrimaryRegionOutput {})
}

/// What making a replica the primary touches.
pub(crate) fn access_to_update_primary(ctx: &Ctx, input: &UpdatePrimaryRegionInput) -> Result<Access, Error> {
    Ok(touch_own(ctx, &input.key_id)?.with("kms:PrimaryRegion", &input.primary_region))
}

/// A region of the same partition.
fn region(ctx: &Ctx, name: &str) -> Result<Region, Error> {
    let region = Region::parse(name).filter(|region| region.partition() == ctx.partition());
    region.ok_or_else(|| invalid(format!("Region {name} is not a Region of this partition.")))
}
