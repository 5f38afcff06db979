//! `AWS::Organizations::Organization`. Its identifier is `o-…`.

use api_organizations as api;
use api_organizations::{
    CreateOrganization, CreateOrganizationInput, DeleteOrganization, DeleteOrganizationInput, DescribeOrganization,
    DescribeOrganizationInput, EnableAllFeatures, EnableAllFeaturesInput, ListRoots, ListRootsInput,
    OrganizationFeatureSet,
};
use names::Tags;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, properties, some_text, unless_gone};

/// An organization.
#[derive(Debug)]
pub(crate) struct Organization;

impl ResourceType for Organization {
    fn name(&self) -> &'static str {
        "AWS::Organizations::Organization"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["FeatureSet"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &[]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "Id", "ManagementAccountArn", "ManagementAccountEmail", "ManagementAccountId", "RootId"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let feature_set = some_text(&properties, "FeatureSet").map(OrganizationFeatureSet::from);
            let made = ctx.call::<CreateOrganization>(CreateOrganizationInput { feature_set }).await?;
            Ok(made.organization.and_then(|organization| organization.id).unwrap_or_default())
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let Some(organization) = own(ctx).await?.filter(|own| own.id.as_deref() == Some(id)) else {
                return Ok(None);
            };
            let roots = ctx.call::<ListRoots>(ListRootsInput::default()).await?.roots.unwrap_or_default();
            let root = roots.into_iter().next().and_then(|root| root.id);
            Ok(Some(properties([
                ("FeatureSet", organization.feature_set.map(|set| set.as_str().into())),
                ("Arn", organization.arn.map(Into::into)),
                ("Id", organization.id.map(Into::into)),
                ("ManagementAccountArn", organization.master_account_arn.map(Into::into)),
                ("ManagementAccountEmail", organization.master_account_email.map(Into::into)),
                ("ManagementAccountId", organization.master_account_id.map(Into::into)),
                ("RootId", root.map(Into::into)),
            ])))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, _id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            let all = some_text(&properties, "FeatureSet").is_none_or(|set| set == "ALL");
            let billing = own(ctx).await?.and_then(|own| own.feature_set) == Some(OrganizationFeatureSet::ConsolidatedBilling);
            if all && billing {
                ctx.call::<EnableAllFeatures>(EnableAllFeaturesInput {}).await?;
            }
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteOrganization>(DeleteOrganizationInput {}).await;
            unless_gone(deleted).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let account = ctx.account().to_string();
            let own = own(ctx).await?.filter(|own| own.master_account_id.as_deref() == Some(&*account));
            Ok(own.and_then(|own| own.id).into_iter().collect())
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        format!("arn:aws:organizations::{}:organization/{id}", ctx.account())
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(Vec::new()) }
    }
}

/// The organization of the account.
pub(super) async fn own(ctx: &Ctx) -> Result<Option<api::Organization>, Error> {
    let shown = unless_gone(ctx.call::<DescribeOrganization>(DescribeOrganizationInput {}).await)?;
    Ok(shown.and_then(|shown| shown.organization))
}
