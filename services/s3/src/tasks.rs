//! Background work. Each piece can be cut short at any point and begun anew.

pub(crate) mod access_log;
pub(crate) mod inventory;
pub(crate) mod jobs;
pub(crate) mod lifecycle;
pub(crate) mod notices;
pub(crate) mod replication;
pub(crate) mod tiering;

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::S3;

/// How often remains are looked for that nobody announced: those of a crash.
const LEFT_OVER: Duration = Duration::from_secs(3_600);

/// Adds the service's background work.
pub(crate) fn add(service: Service, state: &S3) -> Service {
    let engine = state.engine();
    let (sweep, collect): (Wake, Wake) = (engine.chores().sweep.clone(), engine.given_up().wake().clone());
    let service = notices::add(inventory::add(tiering::add(lifecycle::add(service))), state.deliveries());
    access_log::add(replication::add(service, state.copies()), state.noted())
        .task(Task::new("collect", LEFT_OVER, collect, self::collect))
        .task(Task::new("sweep", LEFT_OVER, sweep, self::sweep))
}

/// Removes files that no record names.
async fn collect(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<S3>().engine().collect().await?)
}

/// Removes what deleted buckets and uploads that are over held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<S3>();
    state.engine().sweep().await?;
    state.engine().forget_completed().await?;
    Ok(state.engine().forget_ended().await?)
}
