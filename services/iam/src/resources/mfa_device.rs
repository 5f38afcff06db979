//! `AWS::IAM::VirtualMFADevice`. Its identifier is its serial number, which is its ARN. Whom it is assigned to is shown; to
//! assign it takes codes that no template has.

use api_iam::{
    CreateVirtualMFADevice, CreateVirtualMFADeviceInput, DeleteVirtualMFADevice, DeleteVirtualMFADeviceInput,
    ListMFADeviceTags, ListMFADeviceTagsInput, ListVirtualMFADevices, ListVirtualMFADevicesInput, TagMFADevice,
    TagMFADeviceInput, UntagMFADevice, UntagMFADeviceInput, VirtualMFADevice as Device,
};
use serde_json::Value;
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{list_property, needed, properties, tag_difference, tag_property, tags, text, unless_gone};

/// A virtual second factor.
#[derive(Debug)]
pub(super) struct VirtualMfaDevice;

impl Described for VirtualMfaDevice {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::VirtualMFADevice",
            properties: &["Path", "Tags", "Users", "VirtualMfaDeviceName"],
            create_only: &["Path", "VirtualMfaDeviceName"],
            named_by: Some(("VirtualMfaDeviceName", 226)),
            attributes: &["SerialNumber"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let input = CreateVirtualMFADeviceInput {
            path: text(&given, "Path"),
            virtual_mfa_device_name: needed(&given, "VirtualMfaDeviceName"),
            tags: Some(tags(&given)),
        };
        Ok(ctx.call::<CreateVirtualMFADevice>(input).await?.virtual_mfa_device.serial_number)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let Some(device) = all(ctx).await?.into_iter().find(|device| device.serial_number == id) else {
            return Ok(None);
        };
        let input = ListMFADeviceTagsInput { serial_number: id.to_owned(), ..Default::default() };
        let tags = ctx.call::<ListMFADeviceTags>(input).await?.tags;
        let (path, name) = path_and_name(id);
        let user = device.user.and_then(|user| user.user_name).map(Value::String);
        Ok(Some(properties([
            ("SerialNumber", id.into()),
            ("Path", path.into()),
            ("VirtualMfaDeviceName", name.into()),
            ("Users", list_property(user.into_iter().collect())),
            ("Tags", tag_property(Some(tags)).into()),
        ])))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let there = self.read(ctx, id).await?.unwrap_or_default();
        let (put, gone) = tag_difference(&tags_of(&there), &tags_of(&given));
        if !gone.is_empty() {
            let input = UntagMFADeviceInput { serial_number: id.to_owned(), tag_keys: gone };
            ctx.call::<UntagMFADevice>(input).await?;
        }
        if !put.is_empty() {
            ctx.call::<TagMFADevice>(TagMFADeviceInput { serial_number: id.to_owned(), tags: put }).await?;
        }
        Ok(())
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let input = DeleteVirtualMFADeviceInput { serial_number: id.to_owned() };
        unless_gone(ctx.call::<DeleteVirtualMFADevice>(input).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        Ok(all(ctx).await?.into_iter().map(|device| device.serial_number).collect())
    }
}

async fn all(ctx: &Ctx) -> Result<Vec<Device>, Error> {
    let input = ListVirtualMFADevicesInput { max_items: Some(1_000), ..Default::default() };
    Ok(ctx.call::<ListVirtualMFADevices>(input).await?.virtual_mfa_devices)
}

/// Path and name in a serial number.
fn path_and_name(serial: &str) -> (String, String) {
    let rest = serial.split_once(":mfa/").map_or(serial, |(_, rest)| rest);
    match rest.rsplit_once('/') {
        Some((path, name)) => (format!("/{path}/"), name.to_owned()),
        None => ("/".to_owned(), rest.to_owned()),
    }
}
