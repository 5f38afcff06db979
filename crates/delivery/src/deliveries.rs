//! The handle a service has on its deliveries: enqueueing in its own transactions, and what it adds to its declaration.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Runtime;
use service_kit::{CloudParts, Error, Service, Task, TaskCtx, Wake};
use store::{Order, Sequence, Span, Store, StoreError, Writer};

use crate::Courier;
use crate::active::Active;
use crate::lane::Worker;
use crate::pace::Pace;
use crate::settle::Ledger;
use crate::tables::{IN_ORDER, Left, Mark, Place, SCOPE, Tables, Waiting};

/// Lanes are looked for at least this often, should a word of them be lost: between nodes, or at a crash.
const PERIOD: Duration = Duration::from_secs(30);
/// While the clock is moved, an attempt on the way is waited for so long, by the client's time.
const PATIENCE: Duration = Duration::from_secs(60);
/// Numbers taken at once.
const BLOCK: usize = 10_000;

/// The deliveries of one service. Clones are the same.
#[derive(Clone)]
pub struct Deliveries(Arc<Inner>);

struct Inner {
    kind: &'static str,
    store: Store,
    runtime: Runtime,
    numbers: Sequence,
    tables: Tables,
    ledger: Ledger,
    active: Arc<Active>,
    pace: Pace,
    told: Mutex<Vec<(String, Mark)>>,
    wake: Wake,
    looked: Mutex<Option<Timestamp>>,
    offset: AtomicI64,
    /// What tells this service's ids from those of others.
    salt: u64,
}

/// One lane that a message is to go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consignment {
    lane: String,
    note: Bytes,
    in_order: bool,
}

/// Lanes with something new on them, to be woken after the commit.
#[must_use = "deliveries begin when the lanes are woken after the commit"]
pub struct Enqueued {
    deliveries: Deliveries,
    lanes: Vec<(String, Mark)>,
}

/// All that a worker needs.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) deliveries: Deliveries,
    pub(crate) courier: Arc<dyn Courier>,
    pub(crate) ctx: TaskCtx,
}

impl Consignment {
    /// For a lane whose intents are delivered as they come, some at a time, each for itself.
    pub fn new(lane: impl Into<String>, note: impl Into<Bytes>) -> Self {
        Self { lane: lane.into(), note: note.into(), in_order: false }
    }

    /// For a lane whose intents are delivered one after the other in the order in which they were enqueued; one that fails
    /// holds up those behind it until it is delivered or given up. All intents of a lane must be of the same kind.
    pub fn in_order(lane: impl Into<String>, note: impl Into<Bytes>) -> Self {
        Self { in_order: true, ..Self::new(lane, note) }
    }

    /// The lane.
    pub fn lane(&self) -> &str {
        &self.lane
    }

    /// Where it waits, enqueued or moved there at `now`.
    pub(crate) fn place(&self, number: u64, now: Timestamp) -> Place {
        (self.lane.clone(), if self.in_order { IN_ORDER } else { now }, number)
    }

    /// What waits there.
    pub(crate) fn waiting(&self, parcel: u64, now: Timestamp) -> Waiting {
        let note = self.note.to_vec();
        Waiting { parcel, note, since: now, not_before: now, attempts: 0, failure: None }
    }
}

impl Enqueued {
    /// Wakes the lanes. To be called after the commit.
    pub fn depart(self) {
        self.deliveries.tell(self.lanes);
    }
}

impl Deliveries {
    /// The deliveries of the service with this id. `timer` is the kind of its alarms, as in `sns.deliver`.
    pub fn new(service: &'static str, timer: &'static str, parts: &CloudParts) -> Self {
        let (store, runtime) = (parts.store.clone(), parts.runtime.clone());
        let tables = Tables::of(service);
        Self(Arc::new(Inner {
            kind: timer,
            numbers: Sequence::new(&store, SCOPE, format!("delivery/{service}")),
            ledger: Ledger::new(store.clone(), tables),
            offset: AtomicI64::new(runtime.clock.offset()),
            store,
            runtime,
            tables,
            active: Arc::default(),
            pace: Pace::default(),
            told: Mutex::default(),
            wake: Wake::default(),
            looked: Mutex::default(),
            salt: fnv(service),
        }))
    }

    /// Adds the background work to the service's declaration. Memory of what was reset goes with it.
    pub fn add_to(&self, service: Service, courier: impl Courier) -> Service {
        let courier: Arc<dyn Courier> = Arc::new(courier);
        let post = |deliveries: &Self, courier: &Arc<dyn Courier>| {
            let (deliveries, courier) = (deliveries.clone(), courier.clone());
            move |ctx| Post { deliveries: deliveries.clone(), courier: courier.clone(), ctx }
        };
        let (working, ringing) = (post(self, &courier), post(self, &courier));
        let work = move |ctx| {
            let post = working(ctx);
            async move { post.start_all().await }
        };
        let ring = move |ctx, due: store::Due| {
            let post = ringing(ctx);
            async move {
                post.ring(&due.id, due.due).await;
                Ok(())
            }
        };
        service.task(Task::new("deliver", PERIOD, self.0.wake.clone(), work)).on_timer(self.0.kind, ring)
    }

    /// Writes a message and the lanes it goes on, in the transaction or batch of whoever made it. It is delivered after the
    /// commit, when the lanes are woken, or never was.
    pub async fn enqueue(
        &self,
        writer: &impl Writer,
        body: impl Into<Bytes>,
        lanes: &[Consignment],
    ) -> Result<Enqueued, StoreError> {
        let (tables, now) = (&self.0.tables, self.0.runtime.clock.now());
        let mut marks = Vec::with_capacity(lanes.len());
        if !lanes.is_empty() {
            let parcel = self.0.numbers.next().await?;
            tables.parcels.put(writer, &SCOPE, &parcel, &store::Raw(body.into()))?;
            if lanes.len() > 1 {
                let left = u32::try_from(lanes.len()).map_err(|_| StoreError::TooLarge("lanes".into()))?;
                tables.left.put(writer, &SCOPE, &parcel, &Left(left))?;
            }
            for block in lanes.chunks(BLOCK) {
                let first = self.0.numbers.take(block.len() as u64).await?;
                for (number, lane) in (first..).zip(block) {
                    let place = lane.place(number, now);
                    tables.lanes.put(writer, &SCOPE, &place, &lane.waiting(parcel, now))?;
                    let mark = Mark::of(&place);
                    marks.push((place.0, mark));
                }
            }
        }
        Ok(Enqueued { deliveries: self.clone(), lanes: marks })
    }

    /// Lets a lane be looked at anew: it was changed, or is no more.
    pub fn wake(&self, lane: impl Into<String>) {
        self.tell(vec![(lane.into(), Mark::BEGINNING)]);
    }

    /// How many intents wait on a lane, counted up to `limit`.
    pub async fn waiting(&self, lane: &str, limit: usize) -> Result<usize, StoreError> {
        let view = self.0.store.read().await?;
        let span = Span::prefix::<(String,)>(&(lane,));
        Ok(self.0.tables.lanes.scan(&view, &SCOPE, &span, Order::Ascending, limit).await?.len())
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.0.runtime
    }

    pub(crate) fn tables(&self) -> &Tables {
        &self.0.tables
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.0.ledger
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.0.pace
    }

    /// The kind of the alarms of lanes.
    pub(crate) fn kind(&self) -> &'static str {
        self.0.kind
    }

    /// The id of an intent, of no other one anywhere.
    pub(crate) fn id(&self, number: u64) -> u128 {
        u128::from(self.0.salt) << 64 | u128::from(number)
    }

    fn tell(&self, lanes: Vec<(String, Mark)>) {
        if !lanes.is_empty() {
            self.0.told.lock().extend(lanes);
            self.0.wake.signal();
        }
    }

    fn now(&self) -> Timestamp {
        self.0.runtime.clock.now()
    }

    /// Whether the clock was moved since this was asked last.
    fn clock_moved(&self) -> bool {
        let offset = self.0.runtime.clock.offset();
        self.0.offset.swap(offset, Ordering::AcqRel) != offset
    }

    /// Lanes with something due, and where; at the first time all lanes, for an alarm may have been lost in a crash. One seek
    /// each.
    async fn look(&self) -> Result<Vec<(String, Mark)>, StoreError> {
        let now = self.now();
        let first = self.0.looked.lock().is_none();
        let view = self.0.store.read().await?;
        let (mut lanes, mut span) = (Vec::new(), Span::all());
        while let Some((place, _)) = self.0.tables.lanes.scan(&view, &SCOPE, &span, Order::Ascending, 1).await?.pop() {
            let mark = Mark::of(&place);
            span = Span::all().after::<(String,)>(&(place.0.as_str(),));
            if first || mark.0 <= now {
                lanes.push((place.0, mark));
            }
        }
        *self.0.looked.lock() = Some(now);
        Ok(lanes)
    }

    fn time_to_look(&self) -> bool {
        self.0.looked.lock().is_none_or(|looked| looked.plus(PERIOD) <= self.now())
    }
}

impl Post {
    /// Starts every lane that was told of, and now and then those that nobody told of.
    async fn start_all(&self) -> Result<(), Error> {
        let told = std::mem::take(&mut *self.deliveries.0.told.lock());
        told.iter().for_each(|(lane, from)| self.start(lane, *from));
        if self.deliveries.time_to_look() {
            self.deliveries.look().await?.iter().for_each(|(lane, from)| self.start(lane, *from));
        }
        Ok(())
    }

    /// Takes a lane up, or tells its worker that there is more from a place on.
    pub(crate) fn start(&self, lane: &str, from: Mark) {
        if let Some(working) = self.deliveries.0.active.take_up(lane, from) {
            let worker = Worker::new(self.clone(), working);
            self.deliveries.0.runtime.tasks.spawn("delivery.lane", worker.run());
        }
    }

    /// Something is due on a lane. While time flows nobody waits for it; while it is moved it stands still until the lane
    /// has done what is due, so that each attempt is made at its instant.
    async fn ring(&self, lane: &str, due: Timestamp) {
        // A clock that flows is never exactly on time.
        let moved = self.deliveries.clock_moved() || self.deliveries.now() == due;
        self.start(lane, Mark::BEGINNING);
        if moved {
            tokio::select! {
                () = self.deliveries.0.active.idle(lane) => {}
                () = self.deliveries.0.runtime.clock.wait_at_most(PATIENCE) => {}
            }
        }
    }
}

/// FNV-1a: the same for a name in every version of this program.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
