//! Background work. Each piece can be cut short at any point and begun anew.

pub(crate) mod access_log;
pub(crate) mod lifecycle;
pub(crate) mod notices;

use std::time::Duration;

use delivery::Deliveries;
use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::S3;
use crate::engine::Engine;
use access_log::Noted;

/// How often remains are looked for that nobody announced: those of a crash.
const LEFT_OVER: Duration = Duration::from_secs(3_600);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine, deliveries: &Deliveries, noted: &Noted) -> Service {
    let (sweep, collect): (Wake, Wake) = (engine.chores().sweep.clone(), engine.given_up().wake().clone());
    access_log::add(notices::add(lifecycle::add(service), deliveries), noted)
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
