//! Background work. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use names::Timestamp;
use service_kit::{Error, Service, Task, TaskCtx, Wake};
use store::{Due, Order, Scope, Span, StoreError, Writer};

use crate::Sns;
use crate::engine::place::Home;
use crate::store::{ARCHIVE, OWNED, PENDING, RECENT, RECENT_ENDS, SUBSCRIPTIONS, scope};

/// How often what has expired is looked for.
const EXPIRE: Duration = Duration::from_secs(60);
/// The kind of the timer that removes what a deleted topic left.
pub(crate) const SWEEP: &str = "sns.sweep";
/// The kind of the timer that removes a subscription nobody confirmed.
pub(crate) const LAPSE: &str = "sns.lapse";
/// Subscriptions removed by one transaction.
const PAGE: usize = 200;

/// Adds the service's background work.
pub(crate) fn add(service: Service) -> Service {
    service
        .task(Task::new("expire", EXPIRE, Wake::default(), expire))
        .task(Task::new("replay", Duration::from_secs(1), Wake::default(), replay))
        .on_timer(SWEEP, sweep)
        .on_timer(LAPSE, lapse)
}

/// Forgets archived messages, deduplication ids and ids of deliveries that have had their time.
async fn expire(ctx: TaskCtx) -> Result<(), Error> {
    let state = ctx.state::<Sns>();
    state.engine().taken().turn().await?;
    Ok(state.engine().expire_archives().await?)
}

/// Plays archived messages again to whoever asked.
async fn replay(ctx: TaskCtx) -> Result<(), Error> {
    while ctx.state::<Sns>().engine().replay_some().await? {}
    Ok(())
}

/// What identifies a deleted topic to its timer.
pub(crate) fn sweep_id(home: &Home, topic: u64) -> String {
    format!("{}/{}/{}/{topic}", home.account, home.region, home.name)
}

/// Removes what a deleted topic left: its subscriptions, its archive, its ids.
async fn sweep(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let engine = ctx.state::<Sns>().engine().clone();
    let mut parts = due.id.split('/');
    let account = parts.next().and_then(|text| text.parse().ok());
    let region = parts.next().and_then(names::Region::parse);
    let (Some(account), Some(region), Some(name)) = (account, region, parts.next()) else { return Ok(()) };
    let Some(topic) = parts.next().and_then(|text| text.parse::<u64>().ok()) else { return Ok(()) };
    let (place, home) = (scope(account, &region), Home { account, region, name: name.to_owned() });
    let ranges = [
        ARCHIVE.range(&place, &Span::prefix(&(topic,))),
        RECENT.range(&place, &Span::prefix(&(topic,))),
        RECENT_ENDS.range(&place, &Span::prefix(&(topic,))),
    ];
    for range in ranges {
        engine.store().delete_range(range).await?;
    }
    let home = &home;
    let remove = |tx| async move {
        let of_topic = Span::prefix::<(String,)>(&(home.name.as_str(),));
        let rows = SUBSCRIPTIONS.scan(&tx, &home.scope(), &of_topic, Order::Ascending, usize::MAX).await?;
        let gone: Vec<_> = rows.into_iter().filter(|(_, row)| row.topic == topic).take(PAGE).collect();
        for ((name, id), row) in &gone {
            SUBSCRIPTIONS.delete(&tx, &home.scope(), &(name.as_str(), id.as_str()));
            forget(&tx, home, id, row.owner);
        }
        Ok::<_, StoreError>(gone.len())
    };
    while engine.store().transact(remove).await? == PAGE {}
    Ok(())
}

/// Removes what finds a subscription from elsewhere.
pub(crate) fn forget(writer: &impl Writer, home: &Home, id: &str, owner: names::AccountId) {
    OWNED.delete(writer, &scope(owner, &home.region), &(home.arn().as_str(), id));
    PENDING.delete(writer, &Scope::Global, &id);
}

/// Removes a subscription that nobody confirmed in time.
async fn lapse(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let engine = ctx.state::<Sns>().engine().clone();
    let Some(place) = crate::engine::place::Place::of_arn(&due.id) else { return Ok(()) };
    let (place, now): (_, Timestamp) = (&place, due.due);
    let remove = |tx| async move {
        let key = (place.topic.name.as_str(), place.id.as_str());
        let Some(row) = SUBSCRIPTIONS.get(&tx, &place.topic.scope(), &key).await? else { return Ok(()) };
        if row.confirmed.is_none() && row.created < now {
            SUBSCRIPTIONS.delete(&tx, &place.topic.scope(), &key);
            forget(&tx, &place.topic, &place.id, row.owner);
        }
        Ok::<_, StoreError>(())
    };
    Ok(engine.store().transact(remove).await?)
}
