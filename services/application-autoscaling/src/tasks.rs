//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::Scaling;
use crate::limits;

/// How often activities are looked through that are told no longer.
const TRIM: Duration = Duration::from_secs(86_400);

/// Adds the service's background work.
pub(crate) fn add(service: Service) -> Service {
    service.task(Task::new("look", limits::PERIOD, Wake::default(), look)).task(Task::new(
        "trim",
        TRIM,
        Wake::default(),
        trim,
    ))
}

/// Looks at all targets.
async fn look(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<Scaling>().engine().look(&ctx.cloud).await
}

/// Removes old activities.
async fn trim(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Scaling>().engine().trim().await?)
}
