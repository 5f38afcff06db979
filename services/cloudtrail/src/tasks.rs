//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::CloudTrail;
use crate::engine::history;
use crate::limits::DELIVERY;

/// How often rates are looked at: each minute once it is over.
const ANALYZE: Duration = Duration::from_secs(60);
/// How often what is older than the event history is looked for.
const EXPIRE: Duration = Duration::from_secs(3_600);
/// How often work that waits for signals is begun anew, should it have ended.
const AGAIN: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service) -> Service {
    service
        .task(Task::new("analyze", ANALYZE, Wake::default(), analyze))
        .task(Task::new("bus", AGAIN, Wake::default(), bus))
        .task(Task::new("deliver", AGAIN, Wake::default(), deliver))
        .task(Task::new("digest", DELIVERY, Wake::default(), digest))
        .task(Task::new("expire", EXPIRE, Wake::default(), expire))
        .task(Task::new("pack", DELIVERY, Wake::default(), pack))
        .task(Task::new("select", AGAIN, Wake::default(), select))
        .task(Task::new("usage", AGAIN, Wake::default(), usage))
        .task(Task::new("write", AGAIN, Wake::default(), write))
}

/// Looks for unusual rates.
async fn analyze(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<CloudTrail>().engine().analyze_all(&ctx.cloud).await?)
}

/// Tells buses of events.
async fn bus(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<CloudTrail>().engine().tell_buses(&ctx.cloud).await
}

/// Delivers files, notices and events to other services.
async fn deliver(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    let engine = state.engine();
    let cloud = &ctx.cloud;
    engine.outbox().run(|delivery| async move { engine.deliver(cloud, &delivery).await }).await;
    Ok(())
}

/// Signs what an hour brought, where one is over.
async fn digest(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    // First the files of what happened before.
    state.engine().queue().flush().await?;
    state.engine().pack_all().await?;
    Ok(state.engine().digest_all().await?)
}

/// Removes what is older than it is kept.
async fn expire(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    let (engine, now) = (state.engine(), ctx.cloud.runtime().clock.now());
    history::expire(engine.store(), now).await?;
    engine.expire_data_stores(now).await?;
    Ok(engine.expire_rates(now).await?)
}

/// Makes log files.
async fn pack(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    state.engine().queue().flush().await?;
    Ok(state.engine().pack_all().await?)
}

/// Knows all trails and event data stores, whoever changes them.
async fn select(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    let engine = state.engine();
    let mut changes = engine.sinks().watch();
    loop {
        engine.sinks().reload().await?;
        tokio::select! {
            () = changes.changed() => {}
            () = engine.runtime().shutdown.requested() => return Ok(()),
        }
    }
}

/// Writes what principals have used.
async fn usage(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    let engine = state.engine();
    loop {
        engine.usage().flush(engine.store()).await?;
        tokio::select! {
            () = engine.usage().added() => {}
            () = engine.runtime().shutdown.requested() => return Ok(engine.usage().flush(engine.store()).await?),
        }
    }
}

/// Writes the events that nobody waits for.
async fn write(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<CloudTrail>();
    let engine = state.engine();
    loop {
        engine.queue().flush().await?;
        tokio::select! {
            () = engine.queue().ripe() => {}
            () = engine.runtime().shutdown.requested() => return Ok(engine.queue().flush().await?),
        }
    }
}
