//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::Iam;

/// How often uses of keys, roles and services are written. Whoever asks for them has them written at once.
const USAGE: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service) -> Service {
    service.task(Task::new("usage", Duration::ZERO, Wake::default(), usage))
}

/// Writes what was used, after a while or when the process stops.
async fn usage(ctx: TaskCtx) -> Result<(), Error> {
    let runtime = ctx.cloud.runtime();
    tokio::select! {
        () = runtime.clock.sleep_until(runtime.clock.now().plus(USAGE)) => {}
        () = runtime.shutdown.requested() => {}
    }
    Ok(ctx.state::<Iam>().engine().flush_usage().await?)
}
