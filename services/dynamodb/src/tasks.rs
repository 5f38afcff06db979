//! Background work. Each piece can be cut short at any point and begun anew.

pub(crate) mod export;
mod import;

use std::sync::Arc;
use std::time::Duration;

use names::{AccountId, Region};
use service_kit::{BoxFuture, Caller, Cloud, Error, Service, Task, TaskCtx, Wake};

use crate::Dynamo;
use crate::calls;
use crate::engine::Engine;
use crate::engine::replicate::Regions;

/// How often tables are counted that are too large to be counted when described (`TableDescription`: about six hours).
const COUNT: Duration = Duration::from_secs(6 * 3_600);
/// How often what expired is deleted. AWS takes a few days, and says so; nobody gains by waiting.
const EXPIRE: Duration = Duration::from_secs(60);
/// How often unfilled indexes are looked for that nobody announced: the filling was cut short by a crash.
const FILL: Duration = Duration::from_secs(3_600);
/// How often it is looked whether tables' keys of KMS can be used.
const KEYS: Duration = Duration::from_secs(60);
/// How often it is noted what was consumed: CloudWatch's metrics of it are sums of minutes.
const NOTE: Duration = Duration::from_secs(60);
/// How often a replica that could not be reached is tried again.
const REPLICATE: Duration = Duration::from_secs(10);
/// How often content is looked for that nobody announced: its removal was cut short by a crash.
const SWEEP: Duration = Duration::from_secs(3_600);
/// How often exports and imports are looked for that nobody announced: a crash cut them short.
const TRANSFER: Duration = Duration::from_secs(3_600);
/// How often streams are trimmed. Readers look at the age of a record themselves.
const TRIM: Duration = Duration::from_secs(3_600);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("count", COUNT, engine.chores().count.clone(), count))
        .task(Task::new("expire", EXPIRE, Wake::default(), expire))
        .task(Task::new("fill", FILL, engine.chores().fill.clone(), fill))
        .task(Task::new("keys", KEYS, engine.chores().keys.clone(), keys))
        .task(Task::new("note", NOTE, Wake::default(), note))
        .task(Task::new("replicate", REPLICATE, engine.chores().replicate.clone(), replicate))
        .task(Task::new("sweep", SWEEP, engine.chores().sweep.clone(), sweep))
        .task(Task::new("transfer", TRANSFER, engine.chores().transfer.clone(), transfer))
        .task(Task::new("trim", TRIM, Wake::default(), trim))
}

/// Counts large tables.
async fn count(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Dynamo>().engine().count_large().await?)
}

/// Deletes what expired.
async fn expire(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Dynamo>().engine().expire_all().await?)
}

/// Fills new indexes.
async fn fill(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Dynamo>().engine().fill().await?)
}

/// Finds which tables can be opened.
async fn keys(ctx: TaskCtx) -> Result<(), Error> {
    calls::keys::look_after(&ctx.cloud, ctx.state::<Dynamo>().engine()).await
}

/// Notes what was consumed.
async fn note(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Dynamo>().engine().note_all().await?)
}

/// Brings writes to other replicas, until none is left that could be brought.
async fn replicate(ctx: TaskCtx) -> Result<(), Error> {
    let (dynamo, roads) = (ctx.state::<Dynamo>(), Roads(ctx.cloud.clone()));
    while let Some(wait) = dynamo.engine().replicate(&roads).await? {
        ctx.cloud.runtime().clock.wait_at_most(wait).await;
    }
    Ok(())
}

/// Regions as the cloud's guard lets calls into them: one in which calls of DynamoDB fail is out, for replicas too.
struct Roads(Cloud);

impl Regions for Roads {
    fn reachable<'a>(&'a self, account: AccountId, region: &'a Region) -> BoxFuture<'a, bool> {
        Box::pin(async move {
            let caller = Arc::new(Caller::internal("dynamodb", account));
            let asked = self.0.call::<api_dynamodb::DescribeLimits>(caller, region.clone(), Default::default());
            asked.await.is_ok()
        })
    }
}

/// Does exports and imports.
async fn transfer(ctx: TaskCtx) -> Result<(), Error> {
    let dynamo = ctx.state::<Dynamo>();
    export::run(&ctx.cloud, dynamo.engine()).await?;
    import::run(&ctx.cloud, dynamo.engine()).await
}

/// Removes what deleted tables and indexes held.
async fn sweep(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Dynamo>().engine().sweep().await?)
}

/// Removes what streams no longer tell, what tables can no longer be restored to, and tokens of transactions long done.
async fn trim(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Dynamo>();
    state.engine().forget_tokens().await?;
    state.engine().trim_graves().await?;
    state.engine().trim_usage().await?;
    state.engine().trim_history().await?;
    state.engine().trim_keys().await?;
    Ok(state.engine().trim_streams().await?)
}
