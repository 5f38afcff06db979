//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::Logs;
use crate::engine::Engine;
use crate::error::told;
use crate::{exports, queries};

/// How often what has expired is looked for. Readers look for themselves.
const EXPIRE: Duration = Duration::from_secs(3_600);
/// How often a sweep is looked for that nobody announced: one cut short by a crash.
const SWEEP: Duration = Duration::from_secs(60);
/// How often queries and exports are looked for that nobody is at: those that a crash cut short.
const RESUME: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("expire", EXPIRE, Wake::default(), expire))
        .task(Task::new("exports", RESUME, engine.chores().exports.clone(), export))
        .task(Task::new("queries", RESUME, Wake::default(), resume))
        .task(Task::new("sweep", SWEEP, engine.chores().sweep.clone(), sweep))
}

/// Removes what outlived its retention.
async fn expire(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<Logs>().engine().expire().await.map_err(told)
}

/// Does the exports that wait.
async fn export(ctx: TaskCtx) -> Result<(), Error> {
    exports::run_all(&ctx.cloud, ctx.state::<Logs>().engine()).await
}

/// Takes up queries that were cut short.
async fn resume(ctx: TaskCtx) -> Result<(), Error> {
    queries::resume(&ctx.cloud, ctx.state::<Logs>().engine()).await
}

/// Removes what deleted groups and streams held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Logs>().engine().sweep().await?)
}
