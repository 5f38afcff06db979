//! Background work. Each piece can be cut short at any point and begun anew.

use std::collections::HashMap;
use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx};

use crate::Lambda;
use crate::engine::{Engine, pool};

/// How often bytes are looked for that nobody names and nobody announced: those of a crash.
const SWEEP: Duration = Duration::from_secs(3_600);

/// How often mappings are looked for on which nobody works.
const SOURCES: Duration = Duration::from_secs(30);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    let (sources, sweeps) = (engine.sources().wake().clone(), engine.sweeps().clone());
    service
        .task(Task::new("idle", pool::LOOK, engine.pools().leave().clone(), idle))
        .task(Task::new("sources", SOURCES, sources, crate::sources::begin))
        .task(Task::new("sweep", SWEEP, sweeps, sweep))
}

/// Ends environments that nobody has used for a while, and those of what has changed.
async fn idle(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Lambda>();
    let engine = state.engine();
    for environment in engine.pools().expired(engine.now(), &HashMap::new()) {
        environment.stop().await;
    }
    Ok(())
}

/// Removes packages that nobody names.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Lambda>().engine().sweep_code().await?)
}
