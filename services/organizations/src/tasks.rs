//! What happens by the clock. Each piece can be cut short at any point and begun anew.

use service_kit::{Error, Service, TaskCtx};
use store::Due;

use crate::engine::{creation, handshake};
use crate::{Organizations, calls, engine};

/// Adds what the service does by the clock.
pub(crate) fn add(service: Service) -> Service {
    service
        .on_timer(creation::TIMER, create_account)
        .on_timer(engine::CLOSING_TIMER, forget_account)
        .on_timer(engine::LINKED_ROLE_TIMER, link_role)
        .on_timer(handshake::FORGET_TIMER, forget_handshake)
        .on_timer(handshake::LAPSE_TIMER, lapse_handshake)
}

/// Makes an account that was asked for, its roles first: once it is told to be there, it can be used.
async fn create_account(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let state = ctx.state::<Organizations>();
    let engine = state.engine();
    let Some(wanted) = engine.creation_due(&due.id).await? else { return Ok(()) };
    let (record, management) = (&wanted.record, wanted.seat.management);
    if engine.takes_address(&record.email).await? {
        calls::let_management_in(&ctx.cloud, record.account, management, &record.role).await?;
        calls::link_role(&ctx.cloud, record.account).await?;
    }
    Ok(engine.finish_account(&due.id, due.due).await?)
}

/// Makes the service-linked role of an account.
async fn link_role(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let Ok(account) = due.id.parse() else { return Ok(()) };
    if ctx.state::<Organizations>().engine().wants_linked_role(account).await? {
        calls::link_role(&ctx.cloud, account).await?;
    }
    Ok(())
}

/// Takes an account that was closed long ago out of its organization.
async fn forget_account(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    Ok(ctx.state::<Organizations>().engine().forget_account(&due.id).await?)
}

/// Forgets a handshake that is no longer shown.
async fn forget_handshake(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    Ok(ctx.state::<Organizations>().engine().forget_handshake(&due.id).await?)
}

/// Does what must be done when a handshake was not answered.
async fn lapse_handshake(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    Ok(ctx.state::<Organizations>().engine().lapse_handshake(&due.id).await?)
}
