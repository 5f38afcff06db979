//! Background work. It can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx};

use crate::calls;
use crate::engine::Engine;

/// How often a discoverer is looked for whose rule is not as it should be: one that a crash cut short.
const SETTLE: Duration = Duration::from_secs(60);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    let settling = engine.clone();
    service.task(Task::new("settle", SETTLE, engine.unsettled().clone(), move |ctx| settle(ctx, settling.clone())))
}

/// Brings rules into line with discoverers.
async fn settle(ctx: TaskCtx, engine: Engine) -> Result<(), Error> {
    for (id, record) in engine.unsettled_discoverers().await? {
        if let Err(error) = calls::settle(&ctx.cloud, &engine, &id, &record).await {
            // A bus that is gone has nothing more to learn from; others are not kept waiting for it.
            tracing::warn!(%error, discoverer = id.id, "the rule of a discoverer could not be set");
        }
    }
    Ok(())
}
