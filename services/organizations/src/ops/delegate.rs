//! Delegated administrators.

use api_organizations::{
    DelegatedService, DeregisterDelegatedAdministrator, DeregisterDelegatedAdministratorInput,
    DeregisterDelegatedAdministratorOutput, ListDelegatedAdministrators, ListDelegatedAdministratorsInput,
    ListDelegatedAdministratorsOutput, ListDelegatedServicesForAccount, ListDelegatedServicesForAccountInput,
    ListDelegatedServicesForAccountOutput, RegisterDelegatedAdministrator, RegisterDelegatedAdministratorInput,
    RegisterDelegatedAdministratorOutput,
};
use service_kit::{Access, Ctx, Error, Outcome};

use super::access::{Scene, with_service};
use super::account::parse;
use super::paging::Turn;
use super::trusted::recognized;
use super::{gate, shown};
use crate::Organizations;

/// Lets a member administer a service.
pub(crate) async fn register_delegated_administrator(
    ctx: &Ctx,
    input: RegisterDelegatedAdministratorInput,
) -> Outcome<RegisterDelegatedAdministrator> {
    let seat = gate::manager(ctx).await?;
    recognized(&input.service_principal)?;
    let account = parse(&input.account_id)?;
    ctx.state::<Organizations>().engine().delegate(&seat, account, &input.service_principal).await?;
    Ok(RegisterDelegatedAdministratorOutput {})
}

/// Takes the administration of a service from a member.
pub(crate) async fn deregister_delegated_administrator(
    ctx: &Ctx,
    input: DeregisterDelegatedAdministratorInput,
) -> Outcome<DeregisterDelegatedAdministrator> {
    let seat = gate::manager(ctx).await?;
    recognized(&input.service_principal)?;
    let account = parse(&input.account_id)?;
    ctx.state::<Organizations>().engine().undelegate(&seat, account, &input.service_principal).await?;
    Ok(DeregisterDelegatedAdministratorOutput {})
}

/// Lists delegated administrators, of one service when it is named.
pub(crate) async fn list_delegated_administrators(
    ctx: &Ctx,
    input: ListDelegatedAdministratorsInput,
) -> Outcome<ListDelegatedAdministrators> {
    let seat = gate::reader(ctx, &access_to_list(ctx, &input)?).await?;
    let service = input.service_principal.as_deref();
    service.map_or(Ok(()), recognized)?;
    let turn = Turn::of(ctx, service.unwrap_or_default(), input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let found = engine.delegates(&seat, service, turn.after_account(), turn.more()).await?;
    let page = turn.cut(ctx, found, |delegate| delegate.member.id.to_string());
    let show =
        |delegate: crate::engine::trust::Delegate| shown::delegate(&seat, delegate.member, delegate.since, ctx.now());
    let administrators = page.items.into_iter().map(show).collect();
    Ok(ListDelegatedAdministratorsOutput {
        delegated_administrators: Some(administrators),
        next_token: page.next_token,
    })
}

/// Lists the services that a member administers.
pub(crate) async fn list_delegated_services_for_account(
    ctx: &Ctx,
    input: ListDelegatedServicesForAccountInput,
) -> Outcome<ListDelegatedServicesForAccount> {
    let seat = gate::reader(ctx, &access_to_list_services(ctx, &input)?).await?;
    let turn = Turn::of(ctx, &input.account_id, input.next_token.as_deref(), input.max_results)?;
    let engine = ctx.state::<Organizations>().engine();
    let account = parse(&input.account_id)?;
    let found = engine.delegated_services(&seat, account, turn.after(), turn.more()).await?;
    let page = turn.cut(ctx, found, |(service, _)| service.clone());
    let services = page.items.into_iter().map(|(service, dated)| DelegatedService {
        service_principal: Some(service),
        delegation_enabled_date: Some(dated.at),
    });
    Ok(ListDelegatedServicesForAccountOutput {
        delegated_services: Some(services.collect()),
        next_token: page.next_token,
    })
}

/// What delegating touches.
pub(crate) fn access_to_register(ctx: &Ctx, input: &RegisterDelegatedAdministratorInput) -> Result<Access, Error> {
    Ok(with_service(Scene::of(ctx)?.to(&input.account_id)?, &input.service_principal))
}

/// What taking it back touches.
pub(crate) fn access_to_deregister(ctx: &Ctx, input: &DeregisterDelegatedAdministratorInput) -> Result<Access, Error> {
    Ok(with_service(Scene::of(ctx)?.to(&input.account_id)?, &input.service_principal))
}

/// What listing administrators touches.
pub(crate) fn access_to_list(_ctx: &Ctx, input: &ListDelegatedAdministratorsInput) -> Result<Access, Error> {
    Ok(match &input.service_principal {
        Some(service) => with_service(Access::any(), service),
        None => Access::any(),
    })
}

/// What listing services touches.
pub(crate) fn access_to_list_services(
    ctx: &Ctx,
    input: &ListDelegatedServicesForAccountInput,
) -> Result<Access, Error> {
    Scene::of(ctx)?.to(&input.account_id)
}
