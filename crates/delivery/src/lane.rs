//! One lane at work: takes what is due in batches, some of them at a time, until nothing is due; then sets an alarm for
//! what is due next.

use std::collections::HashSet;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use names::Timestamp;
use service_kit::Error;
use store::{Order, ReadView, Span, StoreError};

use crate::active::Working;
use crate::deliveries::Post;
use crate::head::Head;
use crate::settle::{Fate, Outcome};
use crate::tables::{IN_ORDER, Mark, Place, SCOPE, Waiting, due};
use crate::{Failure, Intent, Lane, Next, Verdict, Why};

/// The pause after the store or the service failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Rows dropped at once from a lane that is no more.
const PAGE: usize = 1_000;

type Row = (Place, Waiting);

/// Serves one lane until nothing is due on it.
pub(crate) struct Worker {
    post: Post,
    working: Working,
    head: Head,
}

/// What a look at a lane found.
enum Found {
    /// Something to do.
    Due(Vec<Row>),
    /// Nothing now; something at this instant, if there is one.
    At(Option<Timestamp>),
}

impl Worker {
    pub(crate) fn new(post: Post, working: Working) -> Self {
        Self { post, working, head: Head::default() }
    }

    /// Works until nothing is due, or the process ends.
    pub(crate) async fn run(self) {
        let runtime = self.post.deliveries.runtime().clone();
        let work = async {
            loop {
                match self.serve().await {
                    Ok(()) if !self.working.goes_on() => return,
                    Ok(()) => {}
                    Err(error) => {
                        tracing::warn!(lane = self.lane(), %error, "a lane stopped; it goes on in a moment");
                        self.head.back_to(Mark::BEGINNING);
                        runtime.clock.wait_at_most(PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            () = work => {}
            () = runtime.shutdown.requested() => {}
        }
    }

    fn lane(&self) -> &str {
        self.working.lane()
    }

    fn now(&self) -> Timestamp {
        self.post.deliveries.runtime().clock.now()
    }

    async fn serve(&self) -> Result<(), Error> {
        if !self.has_anything().await? {
            return Ok(());
        }
        let Some(lane) = self.post.courier.lane(&self.post.ctx, self.lane()).await? else {
            return Ok(self.drop_all().await?);
        };
        let (mut under_way, mut alarm) = (HashSet::new(), None);
        let mut running = FuturesUnordered::new();
        loop {
            let mut next = None;
            while running.len() < lane.concurrency.max(1) {
                match self.find(&lane, &under_way).await? {
                    Found::Due(rows) => {
                        under_way.extend(rows.iter().map(|((_, _, number), _)| *number));
                        running.push(self.attempt(&lane, rows));
                    }
                    Found::At(at) => {
                        next = at;
                        break;
                    }
                }
            }
            if next.is_some() && next != alarm {
                self.set_alarm(next).await?;
                alarm = next;
            }
            tokio::select! {
                done = running.next() => match done {
                    Some(done) => {
                        let done: HashSet<u64> = done?.into_iter().collect();
                        under_way.retain(|number| !done.contains(number));
                    }
                    None => return Ok(()),
                },
                () = self.working.more(), if !running.is_empty() => {}
            }
        }
    }

    /// Whether something waits at all. A lane that was changed is woken whether or not, and its courier is not to be asked
    /// what it may take an effort to tell.
    async fn has_anything(&self) -> Result<bool, StoreError> {
        self.working.told().into_iter().for_each(|from| self.head.back_to(from));
        if self.head.get() != Some(Mark::BEGINNING) {
            return Ok(true);
        }
        let (deliveries, span) = (&self.post.deliveries, Span::prefix::<(String,)>(&(self.lane(),)));
        let view = deliveries.store().read().await?;
        let first = deliveries.tables().lanes.scan(&view, &SCOPE, &span, Order::Ascending, 1).await?;
        self.head.on_to(first.first().map(|(place, _)| Mark::of(place)));
        Ok(!first.is_empty())
    }

    /// The next batch that is due and not under way.
    async fn find(&self, lane: &Lane, under_way: &HashSet<u64>) -> Result<Found, StoreError> {
        let deliveries = &self.post.deliveries;
        self.working.told().into_iter().for_each(|from| self.head.back_to(from));
        let Some(Mark(at, number)) = self.head.get() else { return Ok(Found::At(None)) };
        let span = Span::prefix::<(String,)>(&(self.lane(),)).from::<Place>(&(self.lane(), at, number));
        let now = self.now();
        let view = deliveries.store().read().await?;
        let limit = under_way.len() + lane.batch.max(1);
        let mut rows = deliveries.tables().lanes.scan(&view, &SCOPE, &span, Order::Ascending, limit).await?;
        self.head.on_to(rows.first().map(|(place, _)| Mark::of(place)));
        let in_order = rows.first().is_some_and(|((_, at, _), _)| *at == IN_ORDER);
        if in_order && !under_way.is_empty() {
            return Ok(Found::At(None));
        }
        rows.retain(|((_, _, number), _)| !under_way.contains(number));
        let first = rows.first().map(|(place, waiting)| due(place, waiting));
        if !in_order {
            rows.retain(|(place, waiting)| due(place, waiting) <= now);
        }
        rows.truncate(lane.batch.max(1));
        if rows.is_empty() || first.is_some_and(|first| first > now) {
            return Ok(Found::At(first));
        }
        if let Some(rate) = lane.rate {
            match deliveries.pace().take(self.lane(), rate, rows.len(), now) {
                Ok(count) => rows.truncate(count),
                Err(again) => return Ok(Found::At(Some(again))),
            }
        }
        Ok(Found::Due(rows))
    }

    /// Tries a batch and writes down how it went; answers the numbers that are no more under way.
    async fn attempt(&self, lane: &Lane, rows: Vec<Row>) -> Result<Vec<u64>, StoreError> {
        let numbers: Vec<_> = rows.iter().map(|((_, _, number), _)| *number).collect();
        let view = self.post.deliveries.store().read().await?;
        let (mut outcomes, mut tried, mut intents) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows {
            match self.intent(&view, &row).await? {
                None => {
                    tracing::error!(lane = self.lane(), number = row.0.2, "a message without its body is dropped");
                    outcomes.push(Outcome { place: row.0, fate: Fate::Gone });
                }
                Some(intent) if lane.retries.too_old(row.1.since, self.now()) => {
                    outcomes.push(self.given_up(row, intent, Why::TooOld).await);
                }
                Some(intent) => {
                    tried.push(row);
                    intents.push(intent);
                }
            }
        }
        drop(view);
        if !intents.is_empty() {
            let verdicts = self.post.courier.deliver(&self.post.ctx, self.lane(), &intents).await;
            outcomes.extend(self.outcomes(lane, tried, intents, verdicts).await);
        }
        // What waits again on this lane lies behind what is under way, and so behind the head.
        let moved = outcomes.iter().filter_map(|outcome| match &outcome.fate {
            Fate::Waits(place, _) if place.0 != self.lane() => Some(place.clone()),
            _ => None,
        });
        let moved: Vec<_> = moved.collect();
        self.post.deliveries.ledger().settle(outcomes).await?;
        moved.iter().for_each(|place| self.post.start(&place.0, Mark::of(place)));
        Ok(numbers)
    }

    async fn intent(&self, view: &ReadView, ((_, _, number), waiting): &Row) -> Result<Option<Intent>, StoreError> {
        let deliveries = &self.post.deliveries;
        let body = deliveries.tables().parcels.get(view, &SCOPE, &waiting.parcel).await?;
        Ok(body.map(|body| Intent {
            id: deliveries.id(*number),
            body: body.0,
            note: Bytes::copy_from_slice(&waiting.note),
            since: waiting.since,
            attempts: waiting.attempts,
            failure: waiting.failure.clone(),
        }))
    }

    async fn outcomes(
        &self,
        lane: &Lane,
        rows: Vec<Row>,
        intents: Vec<Intent>,
        verdicts: Vec<Verdict>,
    ) -> Vec<Outcome> {
        let unheard = || Verdict::Retry(Failure::new("Unknown", "nothing was told of this attempt"));
        let verdicts = verdicts.into_iter().chain(std::iter::repeat_with(unheard));
        let mut outcomes = Vec::with_capacity(rows.len());
        for ((row, intent), verdict) in rows.into_iter().zip(intents).zip(verdicts) {
            let in_order = row.0.1 == IN_ORDER;
            let delivered = verdict == Verdict::Delivered;
            outcomes.push(self.outcome(lane, row, intent, verdict).await);
            if in_order && !delivered {
                break;
            }
        }
        outcomes
    }

    async fn outcome(&self, lane: &Lane, (place, waiting): Row, intent: Intent, verdict: Verdict) -> Outcome {
        let (failure, refused) = match verdict {
            Verdict::Delivered => return Outcome { place, fate: Fate::Gone },
            Verdict::Retry(failure) => (failure, false),
            Verdict::Refused(failure) => (failure, true),
        };
        let now = self.now();
        let random = &self.post.deliveries.runtime().random;
        let next = match refused {
            true => Next::GiveUp(Why::Refused),
            false => lane.retries.next(waiting.attempts + 1, waiting.since, now, random),
        };
        tracing::debug!(lane = self.lane(), %failure, attempts = waiting.attempts + 1, ?next, "not delivered");
        match next {
            Next::At(at) => {
                let (name, in_key, number) = place.clone();
                let again = (name, if in_key == IN_ORDER { IN_ORDER } else { at }, number);
                Outcome { place, fate: Fate::Waits(again, waiting.failed(failure, at)) }
            }
            Next::GiveUp(why) => {
                let intent = Intent { attempts: intent.attempts + 1, failure: Some(failure), ..intent };
                self.given_up((place, waiting), intent, why).await
            }
        }
    }

    async fn given_up(&self, (place, waiting): Row, intent: Intent, why: Why) -> Outcome {
        let to = self.post.courier.give_up(&self.post.ctx, self.lane(), &intent, why).await;
        let fate = to.map_or(Fate::Gone, |to| {
            let now = self.now();
            Fate::Waits(to.place(place.2, now), to.waiting(waiting.parcel, now))
        });
        Outcome { place, fate }
    }

    async fn set_alarm(&self, at: Option<Timestamp>) -> Result<(), StoreError> {
        let Some(at) = at else { return Ok(()) };
        let (kind, timers) = (self.post.deliveries.kind(), self.post.ctx.cloud.timers());
        let lane = self.lane();
        let set = |tx| async move { timers.schedule(&tx, at, kind, lane, Bytes::new()).await };
        self.post.deliveries.store().transact(set).await
    }

    /// The lane is no more: so is what waits on it.
    async fn drop_all(&self) -> Result<(), StoreError> {
        let deliveries = &self.post.deliveries;
        let span = Span::prefix::<(String,)>(&(self.lane(),));
        loop {
            let view = deliveries.store().read().await?;
            let rows = deliveries.tables().lanes.scan(&view, &SCOPE, &span, Order::Ascending, PAGE).await?;
            if rows.is_empty() {
                return Ok(());
            }
            let gone = rows.into_iter().map(|(place, _)| Outcome { place, fate: Fate::Gone });
            deliveries.ledger().settle(gone.collect()).await?;
        }
    }
}
