//! Background work and timers. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use service_kit::{Error, Service, Task, TaskCtx, Wake};

use crate::Events;
use crate::engine::{Engine, timetable};
use crate::net::oauth;

/// How often a replay is looked for that nobody announced: one cut short by a crash.
const REPLAY: Duration = Duration::from_secs(60);
/// The same for connections that wait to be authorized.
const AUTHORIZE: Duration = Duration::from_secs(60);
/// How often what has expired is looked for.
const EXPIRE: Duration = Duration::from_secs(3_600);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("authorize", AUTHORIZE, engine.authorizations().clone(), authorize))
        .task(Task::new("expire", EXPIRE, Wake::default(), expire))
        .task(Task::new("replay", REPLAY, engine.replays().clone(), replay))
        .on_timer(timetable::KIND, |ctx, due| async move { Ok(ctx.state::<Events>().engine().ring(&due).await?) })
}

/// Replays what is to be replayed.
async fn replay(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Events>().engine().replay_all().await?)
}

/// Removes events that archives need not keep, and memories of deliveries.
async fn expire(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Events>();
    state.engine().expire_archives().await?;
    Ok(state.engine().taken().turn().await?)
}

/// Asks authorization servers for tokens of new connections.
async fn authorize(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Events>();
    let engine = state.engine();
    for (home, name, record) in engine.authorizing().await? {
        let parameters = engine.parameters(&home, &name, &record)?;
        let refused = match oauth::token(&parameters).await {
            Ok((token, holds)) => {
                engine.keep_token(&record.id, token, holds);
                None
            }
            Err(reason) => Some(reason),
        };
        engine.authorized(&home, &name, &record, refused).await?;
    }
    Ok(())
}
