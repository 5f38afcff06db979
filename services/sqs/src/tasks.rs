//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::Sqs;
use crate::engine::Engine;

/// How often what has expired is looked for. Receivers and counts look for themselves.
const EXPIRE: Duration = Duration::from_secs(60);
/// How often a sweep is looked for that nobody announced: one cut short by a crash.
const SWEEP: Duration = Duration::from_secs(60);
/// The same for tasks that move messages.
const MOVE: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("expire", EXPIRE, Wake::default(), expire))
        .task(Task::new("move", MOVE, engine.chores().moves.clone(), move_messages))
        .task(Task::new("sweep", SWEEP, engine.chores().sweep.clone(), sweep))
}

/// Removes what outlived its retention.
async fn expire(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Sqs>().engine().expire_all().await?)
}

/// Removes what was purged, and what deleted queues held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<Sqs>().engine().sweep().await?;
    Ok(())
}

/// Moves messages as long as there are tasks to.
async fn move_messages(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Sqs>();
    let (engine, runtime) = (state.engine(), ctx.cloud.runtime());
    loop {
        let changed = engine.chores().moves_changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let Some(next) = engine.move_some().await? else { return Ok(()) };
        tokio::select! {
            () = changed => {}
            () = runtime.clock.sleep_until(next) => {}
            () = runtime.shutdown.requested() => return Ok(()),
        }
    }
}
