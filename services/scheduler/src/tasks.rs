//! Background work and timers. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx};

use crate::Scheduler;
use crate::engine::{Engine, timetable};

/// How often a deleted group is looked for that nobody announced: one cut short by a crash.
const SWEEP: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("sweep", SWEEP, engine.sweeps().clone(), sweep))
        .on_timer(timetable::KIND, |ctx, due| async move { Ok(ctx.state::<Scheduler>().engine().ring(&due).await?) })
}

/// Removes what deleted groups held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Scheduler>().engine().sweep().await?)
}
