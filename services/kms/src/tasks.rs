//! Background work and timers. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};
use store::Due;

use crate::Kms;
use crate::engine::timers;
use crate::error::told;

/// How often last uses are written down.
const USES: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service) -> Service {
    service
        .task(Task::new("uses", USES, Wake::default(), write_uses))
        .on_timer(timers::DELETION, due)
        .on_timer(timers::ROTATION, due)
        .on_timer(timers::EXPIRY, due)
}

/// Writes down when keys were last used.
async fn write_uses(ctx: TaskCtx) -> Result<(), Error> {
    ctx.state::<Kms>().engine().write_uses().await.map_err(told)
}

/// Deletes, rotates, lets expire.
async fn due(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    ctx.state::<Kms>().engine().due(&due).await.map_err(told)
}
