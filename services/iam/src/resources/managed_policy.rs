//! `AWS::IAM::ManagedPolicy`. Its identifier is its ARN.

use api_iam::{
    CreatePolicy, CreatePolicyInput, CreatePolicyVersion, CreatePolicyVersionInput, DeletePolicy, DeletePolicyInput,
    DeletePolicyVersion, DeletePolicyVersionInput, GetPolicy, GetPolicyInput, GetPolicyVersion, GetPolicyVersionInput,
    ListEntitiesForPolicy, ListEntitiesForPolicyInput, ListPolicies, ListPoliciesInput, ListPolicyVersions,
    ListPolicyVersionsInput, PolicyScopeType, PolicyUsageType,
};
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::holder::Holder;
use super::properties::{
    difference, document, list_property, needed, properties, shown, tag_property, tags, text, texts, unless_gone,
};
use crate::engine::entity::Kind;
use crate::limits;

/// A managed policy.
#[derive(Debug)]
pub(super) struct ManagedPolicy;

/// The properties that name those who have it.
const HOLDERS: [(Kind, &str); 3] = [(Kind::User, "Users"), (Kind::Group, "Groups"), (Kind::Role, "Roles")];

impl Described for ManagedPolicy {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::ManagedPolicy",
            properties: &[
                "Description",
                "Groups",
                "ManagedPolicyName",
                "Path",
                "PolicyDocument",
                "Roles",
                "Tags",
                "Users",
            ],
            create_only: &["Description", "ManagedPolicyName", "Path"],
            named_by: Some(("ManagedPolicyName", 128)),
            attributes: &[
                "AttachmentCount",
                "CreateDate",
                "DefaultVersionId",
                "IsAttachable",
                "PermissionsBoundaryUsageCount",
                "PolicyArn",
                "PolicyId",
                "UpdateDate",
            ],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let input = CreatePolicyInput {
            policy_name: needed(&given, "ManagedPolicyName"),
            path: text(&given, "Path"),
            policy_document: document(given.get("PolicyDocument")),
            description: text(&given, "Description"),
            tags: Some(tags(&given)),
        };
        let made = ctx.call::<CreatePolicy>(input).await?;
        let arn = made.policy.and_then(|policy| policy.arn).unwrap_or_default();
        settle(ctx, &arn, &given).await?;
        Ok(arn)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let found = unless_gone(ctx.call::<GetPolicy>(GetPolicyInput { policy_arn: id.to_owned() }).await)?;
        let Some(policy) = found.and_then(|found| found.policy) else { return Ok(None) };
        let version_id = policy.default_version_id.clone().unwrap_or_default();
        let input = GetPolicyVersionInput { policy_arn: id.to_owned(), version_id };
        let version = ctx.call::<GetPolicyVersion>(input).await?.policy_version;
        let mut there = properties([
            ("PolicyDocument", version.and_then(|version| version.document).map(|encoded| shown(&encoded)).into()),
            ("ManagedPolicyName", policy.policy_name.into()),
            ("Path", policy.path.into()),
            ("Description", policy.description.into()),
            ("Tags", tag_property(policy.tags).into()),
            ("AttachmentCount", policy.attachment_count.into()),
            ("CreateDate", policy.create_date.map(|at| at.iso8601()).into()),
            ("DefaultVersionId", policy.default_version_id.into()),
            ("IsAttachable", policy.is_attachable.into()),
            ("PermissionsBoundaryUsageCount", policy.permissions_boundary_usage_count.into()),
            ("PolicyArn", policy.arn.into()),
            ("PolicyId", policy.policy_id.into()),
            ("UpdateDate", policy.update_date.map(|at| at.iso8601()).into()),
        ]);
        for ((_, property), names) in HOLDERS.into_iter().zip(holders(ctx, id).await?) {
            let names = list_property(names.into_iter().map(Value::String).collect());
            there.extend(properties([(property, names)]));
        }
        Ok(Some(there))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let there = self.read(ctx, id).await?.unwrap_or_default();
        if there.get("PolicyDocument") != given.get("PolicyDocument") {
            make_room(ctx, id).await?;
            let policy_document = document(given.get("PolicyDocument"));
            let input =
                CreatePolicyVersionInput { policy_arn: id.to_owned(), policy_document, set_as_default: Some(true) };
            ctx.call::<CreatePolicyVersion>(input).await?;
        }
        settle(ctx, id, &given).await
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        if self.read(ctx, id).await?.is_none() {
            return Ok(());
        }
        settle(ctx, id, &PropertySource::new()).await?;
        for version in other_versions(ctx, id).await? {
            drop_version(ctx, id, version).await?;
        }
        unless_gone(ctx.call::<DeletePolicy>(DeletePolicyInput { policy_arn: id.to_owned() }).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let (mut arns, mut marker) = (Vec::new(), None);
        loop {
            let scope = Some(PolicyScopeType::Local);
            let input = ListPoliciesInput { scope, max_items: Some(1_000), marker, ..Default::default() };
            let page = ctx.call::<ListPolicies>(input).await?;
            arns.extend(page.policies.unwrap_or_default().into_iter().filter_map(|policy| policy.arn));
            marker = page.marker;
            if marker.is_none() {
                return Ok(arns);
            }
        }
    }
}

/// Names of the users, groups and roles that have the policy attached, in the order of [`HOLDERS`].
async fn holders(ctx: &Ctx, arn: &str) -> Result<[Vec<String>; 3], Error> {
    let input = ListEntitiesForPolicyInput {
        policy_arn: arn.to_owned(),
        policy_usage_filter: Some(PolicyUsageType::PermissionsPolicy),
        max_items: Some(1_000),
        ..Default::default()
    };
    let found = ctx.call::<ListEntitiesForPolicy>(input).await?;
    Ok([
        found.policy_users.unwrap_or_default().into_iter().filter_map(|user| user.user_name).collect(),
        found.policy_groups.unwrap_or_default().into_iter().filter_map(|group| group.group_name).collect(),
        found.policy_roles.unwrap_or_default().into_iter().filter_map(|role| role.role_name).collect(),
    ])
}

/// Makes those who have the policy the ones a template names.
async fn settle(ctx: &Ctx, arn: &str, given: &PropertySource) -> Result<(), Error> {
    for ((kind, property), there) in HOLDERS.into_iter().zip(holders(ctx, arn).await?) {
        let (gone, new) = difference(&there, &texts(given, property));
        for name in gone {
            Holder { kind, name: &name }.detach(ctx, arn).await?;
        }
        for name in new {
            Holder { kind, name: &name }.attach(ctx, arn).await?;
        }
    }
    Ok(())
}

/// Versions that are not in force, the oldest last.
async fn other_versions(ctx: &Ctx, arn: &str) -> Result<Vec<String>, Error> {
    let input = ListPolicyVersionsInput { policy_arn: arn.to_owned(), ..Default::default() };
    let versions = ctx.call::<ListPolicyVersions>(input).await?.versions.unwrap_or_default();
    let others = versions.into_iter().filter(|version| version.is_default_version != Some(true));
    Ok(others.filter_map(|version| version.version_id).collect())
}

/// Deletes the oldest version when there are as many as there can be.
async fn make_room(ctx: &Ctx, arn: &str) -> Result<(), Error> {
    let others = other_versions(ctx, arn).await?;
    match others.last() {
        Some(oldest) if others.len() + 1 >= limits::VERSIONS => drop_version(ctx, arn, oldest.clone()).await,
        _ => Ok(()),
    }
}

async fn drop_version(ctx: &Ctx, arn: &str, version_id: String) -> Result<(), Error> {
    let input = DeletePolicyVersionInput { policy_arn: arn.to_owned(), version_id };
    ctx.call::<DeletePolicyVersion>(input).await.map(drop)
}
