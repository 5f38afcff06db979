//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::deliver::Post;
use crate::engine::Engine;
use crate::ops::Shared;

/// How often delivery streams are looked for that nobody delivers for: after a start, most of all.
const DELIVER: Duration = Duration::from_secs(60);
/// How often a sweep is looked for that nobody announced: one cut short by a crash.
const SWEEP: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service.task(Task::new("deliver", DELIVER, Wake::default(), deliver)).task(Task::new(
        "sweep",
        SWEEP,
        engine.sweep_wake().clone(),
        sweep,
    ))
}

/// Sees to it that every delivery stream delivers what waits, and reads its source.
async fn deliver(ctx: TaskCtx) -> Result<(), Error> {
    let firehose = ctx.state::<Shared>().0.clone();
    for stream in firehose.engine().everywhere().await? {
        let post = Post { cloud: ctx.cloud.clone(), firehose: firehose.clone(), stream };
        post.feed();
        // A flight that a crash cut short may have left nothing else.
        post.serve();
    }
    Ok(())
}

/// Removes what deleted delivery streams held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Shared>().0.engine().sweep().await?)
}
