//! An organization: made, shown, given all features, deleted.

use api_organizations::{
    CreateOrganization, CreateOrganizationInput, CreateOrganizationOutput, DeleteOrganization, DeleteOrganizationInput,
    DeleteOrganizationOutput, DescribeOrganization, DescribeOrganizationInput, DescribeOrganizationOutput,
    EnableAllFeatures, EnableAllFeaturesInput, EnableAllFeaturesOutput, HandshakeState, Organization,
    OrganizationFeatureSet,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome};

use super::{gate, shown};
use crate::Organizations;
use crate::engine::contact;
use crate::engine::seat::Seat;

/// Makes an organization with the caller's account at its head.
pub(crate) async fn create_organization(ctx: &Ctx, input: CreateOrganizationInput) -> Outcome<CreateOrganization> {
    let all = all_features(&input);
    let engine = ctx.state::<Organizations>().engine();
    let seat = engine.create_organization(ctx.account(), all).await?;
    Ok(CreateOrganizationOutput { organization: Some(show(ctx, &seat).await?) })
}

/// Shows the organization of the caller's account.
pub(crate) async fn describe_organization(
    ctx: &Ctx,
    _input: DescribeOrganizationInput,
) -> Outcome<DescribeOrganization> {
    let seat = gate::member(ctx).await?;
    Ok(DescribeOrganizationOutput { organization: Some(show(ctx, &seat).await?) })
}

/// Deletes an organization without members.
pub(crate) async fn delete_organization(ctx: &Ctx, _input: DeleteOrganizationInput) -> Outcome<DeleteOrganization> {
    let seat = gate::manager(ctx).await?;
    ctx.state::<Organizations>().engine().delete_organization(&seat).await?;
    Ok(DeleteOrganizationOutput {})
}

/// Asks the members to agree to all features. The handshake is answered as requested, whether or not anyone is asked.
pub(crate) async fn enable_all_features(ctx: &Ctx, _input: EnableAllFeaturesInput) -> Outcome<EnableAllFeatures> {
    let seat = gate::manager(ctx).await?;
    let (id, record) = ctx.state::<Organizations>().engine().enable_all_features(&seat).await?;
    let mut handshake = shown::handshake(&id, &record, ctx.now());
    handshake.state = Some(HandshakeState::Requested);
    Ok(EnableAllFeaturesOutput { handshake: Some(handshake) })
}

/// What making an organization touches: with all features, its service-linked role too.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateOrganizationInput) -> Result<Access, Error> {
    if !all_features(input) {
        return Ok(Access::any());
    }
    let name = "role/aws-service-role/organizations.amazonaws.com/AWSServiceRoleForOrganizations";
    let role = Access::to(Arn::global(ctx.partition(), "iam", ctx.account(), name))
        .as_action("iam:CreateServiceLinkedRole")
        .with("iam:AWSServiceName", "organizations.amazonaws.com");
    Ok(Access::any().and(role))
}

fn all_features(input: &CreateOrganizationInput) -> bool {
    input.feature_set != Some(OrganizationFeatureSet::ConsolidatedBilling)
}

async fn show(ctx: &Ctx, seat: &Seat) -> Result<Organization, Error> {
    let view = ctx.state::<Organizations>().engine().view().await?;
    Ok(shown::organization(seat, contact::of(&view, seat.management).await?))
}
