//! Second factors of users and of root.

use api_iam::{
    AssignmentStatusType, CreateVirtualMFADevice, CreateVirtualMFADeviceInput, CreateVirtualMFADeviceOutput,
    DeactivateMFADevice, DeactivateMFADeviceInput, DeactivateMFADeviceOutput, DeleteVirtualMFADevice,
    DeleteVirtualMFADeviceInput, DeleteVirtualMFADeviceOutput, EnableMFADevice, EnableMFADeviceInput,
    EnableMFADeviceOutput, GetMFADevice, GetMFADeviceInput, GetMFADeviceOutput, ListMFADeviceTags,
    ListMFADeviceTagsInput, ListMFADeviceTagsOutput, ListMFADevices, ListMFADevicesInput, ListMFADevicesOutput,
    ListVirtualMFADevices, ListVirtualMFADevicesInput, ListVirtualMFADevicesOutput, MFADevice, ResyncMFADevice,
    ResyncMFADeviceInput, ResyncMFADeviceOutput, TagMFADevice, TagMFADeviceInput, TagMFADeviceOutput, UntagMFADevice,
    UntagMFADeviceInput, UntagMFADeviceOutput, User, VirtualMFADevice,
};
use service_kit::{Access, Ctx, Error, Outcome, Principal};
use smithy::Bytes;

use super::owner::{self, Owner};
use crate::engine::entity::by_id;
use crate::engine::flaw::{Flaw, Thing, missing};
use crate::engine::qr;
use crate::engine::refusal::Refusal;
use crate::engine::tags::{add, remove};
use crate::engine::totp::{self, Code};
use crate::ops::access::user_or_caller;
use crate::ops::edge::{Asked, Page, engine, home, path, tag_list, tags_in, tags_out};
use crate::ops::{shown, user};
use crate::store::credential::DeviceRecord;

/// Makes a device. Its seed and picture are told here and never again.
pub(crate) async fn create_virtual_mfa_device(
    ctx: &Ctx,
    input: CreateVirtualMFADeviceInput,
) -> Outcome<CreateVirtualMFADevice> {
    let (name, tags) = (&input.virtual_mfa_device_name, tags_in(input.tags.as_deref())?);
    let fresh = engine(ctx).create_device(home(ctx), &path(input.path), name, tags.clone()).await?;
    let address = totp::address(name, &super::account_name(ctx), &fresh.seed);
    let virtual_mfa_device = VirtualMFADevice {
        serial_number: fresh.serial,
        base32_string_seed: Some(Bytes::from(fresh.seed)),
        qr_code_png: qr::png(&address).map(Bytes::from),
        user: None,
        enable_date: None,
        tags: tags_out(&tags),
    };
    Ok(CreateVirtualMFADeviceOutput { virtual_mfa_device })
}

/// Gives a device to a user who shows two of its codes in a row.
pub(crate) async fn enable_mfa_device(ctx: &Ctx, input: EnableMFADeviceInput) -> Outcome<EnableMFADevice> {
    let owner = holder(ctx, Some(&input.user_name)).await?;
    let codes = codes(&input.authentication_code1, &input.authentication_code2)?;
    engine(ctx).enable_device(home(ctx), &owner.id, &input.serial_number, codes).await?;
    Ok(EnableMFADeviceOutput {})
}

/// Learns anew where a device's clock stands.
pub(crate) async fn resync_mfa_device(ctx: &Ctx, input: ResyncMFADeviceInput) -> Outcome<ResyncMFADevice> {
    let owner = holder(ctx, Some(&input.user_name)).await?;
    let codes = codes(&input.authentication_code1, &input.authentication_code2)?;
    engine(ctx).synchronise_device(home(ctx), &owner.id, &input.serial_number, codes).await?;
    Ok(ResyncMFADeviceOutput {})
}

/// Takes a device from its user.
pub(crate) async fn deactivate_mfa_device(ctx: &Ctx, input: DeactivateMFADeviceInput) -> Outcome<DeactivateMFADevice> {
    let owner = holder(ctx, input.user_name.as_deref()).await?;
    engine(ctx).deactivate_device(home(ctx), &owner.id, &input.serial_number).await?;
    Ok(DeactivateMFADeviceOutput {})
}

/// Deletes a device that nobody has.
pub(crate) async fn delete_virtual_mfa_device(
    ctx: &Ctx,
    input: DeleteVirtualMFADeviceInput,
) -> Outcome<DeleteVirtualMFADevice> {
    engine(ctx).delete_device(home(ctx), &input.serial_number).await?;
    Ok(DeleteVirtualMFADeviceOutput {})
}

/// Tells of a device that somebody has.
pub(crate) async fn get_mfa_device(ctx: &Ctx, input: GetMFADeviceInput) -> Outcome<GetMFADevice> {
    let owner = holder(ctx, input.user_name.as_deref()).await?;
    let device = engine(ctx).device(home(ctx), &input.serial_number).await?;
    let held = device.holder.filter(|held| held.owner == owner.id);
    let held = held.ok_or_else(|| missing(Thing::Device, &input.serial_number))?;
    Ok(GetMFADeviceOutput {
        user_name: Some(owner.name),
        serial_number: input.serial_number,
        enable_date: Some(held.enabled),
        certifications: None,
    })
}

/// Lists a user's devices.
pub(crate) async fn list_mfa_devices(ctx: &Ctx, input: ListMFADevicesInput) -> Outcome<ListMFADevices> {
    let owner = holder(ctx, input.user_name.as_deref()).await?;
    let asked = Asked::new(ctx, &owner.id, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, engine(ctx).devices_of(home(ctx), &owner.id).await?, |(serial, _)| serial.clone());
    let shown = |(serial_number, held): (String, crate::store::credential::DeviceHolder)| MFADevice {
        user_name: owner.name.clone(),
        serial_number,
        enable_date: held.enabled,
    };
    let (mfa_devices, is_truncated) = (page.items.into_iter().map(shown).collect(), page.is_truncated);
    Ok(ListMFADevicesOutput { mfa_devices, is_truncated, marker: page.marker })
}

/// Lists all devices: those that somebody has, that nobody has, or both.
pub(crate) async fn list_virtual_mfa_devices(
    ctx: &Ctx,
    input: ListVirtualMFADevicesInput,
) -> Outcome<ListVirtualMFADevices> {
    let (filter, assigned) = match input.assignment_status {
        Some(AssignmentStatusType::Assigned) => ("assigned", Some(true)),
        Some(AssignmentStatusType::Unassigned) => ("unassigned", Some(false)),
        _ => ("", None),
    };
    let asked = Asked::new(ctx, filter, input.marker.as_deref(), input.max_items)?;
    let found = engine(ctx).devices(home(ctx), assigned, asked.after.as_deref(), asked.wanted()).await?;
    let page = asked.page(ctx, found, |(serial, _)| serial.clone());
    let mut virtual_mfa_devices = Vec::new();
    for (serial, device) in page.items {
        virtual_mfa_devices.push(listed(ctx, serial, device).await?);
    }
    Ok(ListVirtualMFADevicesOutput { virtual_mfa_devices, is_truncated: page.is_truncated, marker: page.marker })
}

/// Adds tags to a device, or changes them.
pub(crate) async fn tag_mfa_device(ctx: &Ctx, input: TagMFADeviceInput) -> Outcome<TagMFADevice> {
    let tags = tags_in(Some(&input.tags))?;
    engine(ctx).retag_device(home(ctx), &input.serial_number, |present| add(present, &tags)).await?;
    Ok(TagMFADeviceOutput {})
}

/// Removes tags from a device.
pub(crate) async fn untag_mfa_device(ctx: &Ctx, input: UntagMFADeviceInput) -> Outcome<UntagMFADevice> {
    let edit = |present: &mut names::Tags| {
        remove(present, &input.tag_keys);
        Ok(())
    };
    engine(ctx).retag_device(home(ctx), &input.serial_number, edit).await?;
    Ok(UntagMFADeviceOutput {})
}

/// Lists the tags of a device.
pub(crate) async fn list_mfa_device_tags(ctx: &Ctx, input: ListMFADeviceTagsInput) -> Outcome<ListMFADeviceTags> {
    let asked = Asked::new(ctx, &input.serial_number, input.marker.as_deref(), input.max_items)?;
    let tags = engine(ctx).device(home(ctx), &input.serial_number).await?.tags;
    let Page { items, is_truncated, marker } = asked.tags(ctx, &tags);
    Ok(ListMFADeviceTagsOutput { tags: items, is_truncated, marker })
}

/// What a call about somebody's devices touches: the user, or root.
pub(crate) fn access(ctx: &Ctx, named: Option<&str>) -> Result<Access, Error> {
    if is_root(ctx, named) { Ok(Access::to(home(ctx).arn("root"))) } else { user_or_caller(ctx, named) }
}

/// Root names itself by its account number, for these operations insist on a name.
fn is_root(ctx: &Ctx, named: Option<&str>) -> bool {
    let own = named.is_none_or(|name| name == super::account_name(ctx));
    own && ctx.caller.principal == Principal::Root
}

async fn holder(ctx: &Ctx, named: Option<&str>) -> Result<Owner, Error> {
    if is_root(ctx, named) { Ok(owner::root(ctx)) } else { owner::user_or_caller(ctx, named).await }
}

fn codes(first: &str, second: &str) -> Result<(Code, Code), Error> {
    Code::parse(first).zip(Code::parse(second)).ok_or_else(|| Refusal::from(Flaw::Code).into())
}

async fn listed(ctx: &Ctx, serial: String, device: DeviceRecord) -> Result<VirtualMFADevice, Error> {
    let (mut user, mut enable_date) = (None, None);
    if let Some(held) = device.holder {
        user = holder_shown(ctx, &held.owner).await?;
        enable_date = Some(held.enabled);
    }
    Ok(VirtualMFADevice {
        serial_number: serial,
        base32_string_seed: None,
        qr_code_png: None,
        user,
        enable_date,
        tags: Some(tag_list(&device.tags)),
    })
}

async fn holder_shown(ctx: &Ctx, owner: &str) -> Result<Option<User>, Error> {
    if owner == super::account_name(ctx) {
        return Ok(Some(user::root(ctx).await?));
    }
    let record = by_id(&engine(ctx).view().await?, home(ctx), owner).await?;
    Ok(record.map(|record| shown::user_listed(home(ctx), &record)))
}
