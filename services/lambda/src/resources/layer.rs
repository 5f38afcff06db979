//! `AWS::Lambda::LayerVersion`, whose identifier is its ARN, and `AWS::Lambda::LayerVersionPermission`, whose identifier is
//! the version's ARN and the statement's id, parted by a bar.

use api_lambda as api;
use names::Tags;
use serde_json::Value;
use service_kit::properties::give_name;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, halves, input, only, shown, text, unless_gone};
use crate::run::layer_of;

/// A version of a layer.
#[derive(Debug)]
pub(crate) struct LayerVersion;

/// A statement in the policy of a version of a layer.
#[derive(Debug)]
pub(crate) struct LayerVersionPermission;

impl ResourceType for LayerVersion {
    fn name(&self) -> &'static str {
        "AWS::Lambda::LayerVersion"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["CompatibleArchitectures", "CompatibleRuntimes", "Content", "Description", "LayerName", "LicenseInfo"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        self.properties()
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["LayerVersionArn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "LayerName", || invent(140));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let there = ctx.call::<api::PublishLayerVersion>(input(&properties)?).await?;
            Ok(there.layer_version_arn.unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let input = api::GetLayerVersionByArnInput { arn: id.to_owned() };
            let there = unless_gone(ctx.call::<api::GetLayerVersionByArn>(input).await)?;
            let Some(there) = there else { return Ok(None) };
            let wanted = ["CompatibleArchitectures", "CompatibleRuntimes", "Description", "LayerVersionArn", "LicenseInfo"];
            let mut properties = only(shown(&there), &wanted);
            properties.insert("LayerName".to_owned(), layer_of(id).map(|(_, name, _)| name).into());
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str, _properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { Ok(()) }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let Some((_, layer_name, number)) = layer_of(id) else { return Ok(()) };
            let version_number = i64::try_from(number).unwrap_or_default();
            let input = api::DeleteLayerVersionInput { layer_name, version_number };
            unless_gone(ctx.call::<api::DeleteLayerVersion>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let layers = ctx.call::<api::ListLayers>(api::ListLayersInput::default()).await?.layers.unwrap_or_default();
            let mut all = Vec::new();
            for layer_name in layers.into_iter().filter_map(|layer| layer.layer_name) {
                let input = api::ListLayerVersionsInput { layer_name, ..Default::default() };
                let versions = ctx.call::<api::ListLayerVersions>(input).await?.layer_versions.unwrap_or_default();
                all.extend(versions.into_iter().filter_map(|version| version.layer_version_arn));
            }
            Ok(all)
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

impl ResourceType for LayerVersionPermission {
    fn name(&self) -> &'static str {
        "AWS::Lambda::LayerVersionPermission"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["Action", "LayerVersionArn", "OrganizationId", "Principal"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        self.properties()
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let (arn, sid) = (text(&properties, "LayerVersionArn").unwrap_or_default(), ctx.random().uuid());
            let (layer_name, version_number) = place(&arn);
            let input = api::AddLayerVersionPermissionInput {
                layer_name,
                version_number,
                statement_id: sid.clone(),
                action: text(&properties, "Action").unwrap_or_default(),
                principal: text(&properties, "Principal").unwrap_or_default(),
                organization_id: text(&properties, "OrganizationId"),
                revision_id: None,
            };
            ctx.call::<api::AddLayerVersionPermission>(input).await?;
            Ok(format!("{arn}|{sid}"))
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (arn, sid) = halves(id);
            let there = statements(ctx, &arn).await?.into_iter().find(|one| one["Sid"] == sid.as_str());
            let Some(statement) = there else { return Ok(None) };
            let mut properties = PropertySource::new();
            let principal = match statement["Principal"]["AWS"].as_str() {
                Some(account) => account,
                None => statement["Principal"].as_str().unwrap_or_default(),
            };
            for (name, value) in [("LayerVersionArn", arn.as_str()), ("Id", &sid), ("Principal", principal)] {
                properties.insert(name.to_owned(), value.into());
            }
            properties.insert("Action".to_owned(), statement["Action"].clone());
            if let Some(organization) = statement["Condition"]["StringEquals"]["aws:PrincipalOrgID"].as_str() {
                properties.insert("OrganizationId".to_owned(), organization.into());
            }
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str, _properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { Ok(()) }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (arn, statement_id) = halves(id);
            let (layer_name, version_number) = place(&arn);
            let input =
                api::RemoveLayerVersionPermissionInput { layer_name, version_number, statement_id, revision_id: None };
            unless_gone(ctx.call::<api::RemoveLayerVersionPermission>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut all = Vec::new();
            for arn in LayerVersion.list(ctx).await? {
                let statements = statements(ctx, &arn).await?;
                all.extend(statements.iter().filter_map(|one| Some(format!("{arn}|{}", one["Sid"].as_str()?))));
            }
            Ok(all)
        }
    }

    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        halves(id).0
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        let (arn, _) = halves(id);
        answer! { Ok(vec![arn]) }
    }
}

/// The name and the number in the ARN of a version.
fn place(arn: &str) -> (String, i64) {
    let (name, number) = layer_of(arn).map(|(_, name, number)| (name, number)).unwrap_or_default();
    (name, i64::try_from(number).unwrap_or_default())
}

async fn statements(ctx: &Ctx, arn: &str) -> Result<Vec<Value>, Error> {
    let (layer_name, version_number) = place(arn);
    let input = api::GetLayerVersionPolicyInput { layer_name, version_number };
    let Some(there) = unless_gone(ctx.call::<api::GetLayerVersionPolicy>(input).await)? else { return Ok(Vec::new()) };
    let document: Value = serde_json::from_str(&there.policy.unwrap_or_default()).unwrap_or_default();
    Ok(document["Statement"].as_array().cloned().unwrap_or_default())
}
