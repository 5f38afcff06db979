//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::{Pipes, run};

/// How often pipes are looked for that nobody works on: after a start, most of all.
const LOOK: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service) -> Service {
    service.task(Task::new("engage", LOOK, Wake::default(), engage))
}

/// Sees to it that somebody works on every pipe that runs or is on its way.
async fn engage(ctx: TaskCtx) -> Result<(), Error> {
    let pipes = ctx.state::<Pipes>();
    for (home, name, pipe) in pipes.engine().at_work().await? {
        run::engage(&ctx.cloud, pipes.engine(), &home, &name, &pipe);
    }
    Ok(())
}
