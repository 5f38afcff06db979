//! Trusted access of services.

use api_organizations::{
    DisableAWSServiceAccess, DisableAWSServiceAccessInput, DisableAWSServiceAccessOutput, EnableAWSServiceAccess,
    EnableAWSServiceAccessInput, EnableAWSServiceAccessOutput, EnabledServicePrincipal, InvalidInputExceptionReason,
    ListAWSServiceAccessForOrganization, ListAWSServiceAccessForOrganizationInput,
    ListAWSServiceAccessForOrganizationOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::with_service;
use super::gate;
use super::paging::Turn;
use crate::Organizations;
use crate::engine::trust;
use crate::error::invalid;

/// Gives a service trusted access.
pub(crate) async fn enable_aws_service_access(
    ctx: &Ctx,
    input: EnableAWSServiceAccessInput,
) -> Outcome<EnableAWSServiceAccess> {
    let seat = gate::manager(ctx).await?;
    recognized(&input.service_principal)?;
    ctx.state::<Organizations>().engine().trust(&seat, &input.service_principal).await?;
    Ok(EnableAWSServiceAccessOutput {})
}

/// Takes trusted access from a service.
pub(crate) async fn disable_aws_service_access(
    ctx: &Ctx,
    input: DisableAWSServiceAccessInput,
) -> Outcome<DisableAWSServiceAccess> {
    let seat = gate::manager(ctx).await?;
    recognized(&input.service_principal)?;
    ctx.state::<Organizations>().engine().distrust(&seat, &input.service_principal).await?;
    Ok(DisableAWSServiceAccessOutput {})
}

/// Lists services with trusted access.
pub(crate) async fn list_aws_service_access_for_organization(
    ctx: &Ctx,
    input: ListAWSServiceAccessForOrganizationInput,
) -> Outcome<ListAWSServiceAccessForOrganization> {
    let seat = gate::reader(ctx, &Access::any()).await?;
    let turn = Turn::of(ctx, "", input.next_token.as_deref(), input.max_results)?;
    let found = ctx.state::<Organizations>().engine().trusted(&seat, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, found, |(service, _)| service.clone());
    let services = page.items.into_iter().map(|(service, dated)| EnabledServicePrincipal {
        service_principal: Some(service),
        date_enabled: Some(dated.at),
    });
    Ok(ListAWSServiceAccessForOrganizationOutput {
        enabled_service_principals: Some(services.collect()),
        next_token: page.next_token,
    })
}

/// What giving trusted access touches.
pub(crate) fn access_to_enable(_ctx: &Ctx, input: &EnableAWSServiceAccessInput) -> Result<Access, Error> {
    Ok(with_service(Access::any(), &input.service_principal))
}

/// What taking trusted access touches.
pub(crate) fn access_to_disable(_ctx: &Ctx, input: &DisableAWSServiceAccessInput) -> Result<Access, Error> {
    Ok(with_service(Access::any(), &input.service_principal))
}

/// Refuses what is no service of AWS's.
pub(super) fn recognized(service: &str) -> Result<(), Error> {
    if trust::is_service(service) {
        return Ok(());
    }
    let text = "You specified an unrecognized service principal.";
    Err(invalid(InvalidInputExceptionReason::UnrecognizedServicePrincipal, text))
}
