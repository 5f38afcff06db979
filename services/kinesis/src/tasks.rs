//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Fault, Service, Task, TaskCtx, Wake};

use crate::Kinesis;
use crate::engine::Engine;
use crate::engine::refusal::Refusal;

/// How often records that are no longer kept are removed. Readers pass over them by themselves.
const TRIM: Duration = Duration::from_secs(600);
/// How often a sweep is looked for that nobody announced: one cut short by a crash.
const SWEEP: Duration = Duration::from_secs(60);
/// The same for streams that want to grow.
const GROW: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("grow", GROW, engine.chores().grow.clone(), grow))
        .task(Task::new("sweep", SWEEP, engine.chores().sweep.clone(), sweep))
        .task(Task::new("trim", TRIM, Wake::default(), trim))
}

/// Gives more shards to streams in on-demand mode.
async fn grow(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<Kinesis>().engine().grow().await.map_err(failed)
}

/// Removes what deleted streams held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Kinesis>().engine().sweep().await?)
}

/// Removes what outlived its retention.
async fn trim(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<Kinesis>().engine().trim().await.map_err(failed)
}

fn failed(refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        // A stream deleted meanwhile: the next round does not see it.
        other => Fault::internal(format!("{other:?}")).into(),
    }
}
