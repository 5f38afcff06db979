//! Tables of DynamoDB: what an operation costs must not depend on how many items there are.

use std::cell::Cell;
use std::io;
use std::rc::Rc;
use std::time::Duration;

use super::receive::{short, spread};
use crate::items::{self, BATCH, PARTITION, TRANSACTION};
use crate::load::{self, Lane, Measured, Plan, Progress};
use crate::pool::{self, PoolLane};
use crate::report::{Row, Title};
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::sign::RequestSigner;
use crate::tally::Caller;

const CONNECTIONS: usize = 8;
/// Longest that filling a table may take.
const FILLING: Duration = Duration::from_secs(3_600);
/// Distinct requests of 25 KB each.
const BATCHES: usize = 1_024;

/// A table with items in it.
struct Filled {
    running: Running,
    table: String,
    size: u64,
    indexes: usize,
}

/// An operation over and over: its name, what is counted, and how often by one request.
type Work = (&'static str, &'static str, u64);

const PUT: Work = ("PutItem", "requests", 1);
const GET: Work = ("GetItem", "requests", 1);
const UPDATE: Work = ("UpdateItem", "requests", 1);
const WRITE_BATCH: Work = ("BatchWriteItem", "items", BATCH);
const TRANSACT: Work = ("TransactWriteItems", "requests", 1);
const PLAIN: [Work; 7] =
    [PUT, GET, UPDATE, ("Query", "items", PARTITION), ("Scan", "items", 100), WRITE_BATCH, TRANSACT];
const INDEXED: [Work; 4] = [PUT, UPDATE, WRITE_BATCH, TRANSACT];

/// Every operation on a table without indexes.
pub(super) async fn plain(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    sizes(session, name, 0, session.scale.items, &PLAIN).await
}

/// Writes to a table with indexes.
pub(super) async fn indexed(session: &mut Session<'_>, name: &str, indexes: usize) -> io::Result<()> {
    let [few, many] = session.scale.items;
    sizes(session, name, indexes, [few, (many / 10).max(few)], &INDEXED).await
}

/// What nothing durable stands behind.
pub(super) async fn memory(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let filled = Filled::new(session, Durability::Memory, session.scale.items[0], 0).await?;
    for work in [PUT, GET] {
        filled.measure(session, name, work).await?;
    }
    Ok(())
}

async fn sizes(
    session: &mut Session<'_>,
    name: &str,
    indexes: usize,
    sizes: [u64; 2],
    works: &[Work],
) -> io::Result<()> {
    let mut rates = vec![Vec::new(); works.len()];
    for size in sizes {
        let filled = Filled::new(session, Durability::Fsync, size, indexes).await?;
        for (work, rates) in works.iter().zip(&mut rates) {
            rates.extend(filled.measure(session, name, *work).await?.per_cpu());
        }
    }
    for (work, rates) in works.iter().zip(&rates) {
        if let Some(spread) = spread(rates) {
            let [few, many] = sizes.map(short);
            let title = format!("{name} {}, {few} and {many} items: spread per CPU second", work.0);
            session.report.figure(&session.name(), title, spread, "%");
        }
    }
    Ok(())
}

impl Filled {
    async fn new(session: &Session<'_>, durability: Durability, size: u64, indexes: usize) -> io::Result<Self> {
        let running = session.start(durability)?;
        let table = super::unused_name();
        running.api().await?.dynamodb("CreateTable", &items::create(&table, indexes)).await?;
        let filled = Self { running, table, size, indexes };
        filled.fill().await?;
        Ok(filled)
    }

    async fn fill(&self) -> io::Result<()> {
        let next = Rc::new(Cell::new(0));
        let lane = |_| FillLane {
            signer: self.running.signer.clone(),
            table: self.table.as_str().into(),
            size: self.size,
            indexes: self.indexes,
            next: next.clone(),
        };
        let plan = Plan { warm_up: Duration::ZERO, measure: FILLING };
        let filled = load::run(&self.running.target, (0..CONNECTIONS).map(lane).collect(), plan).await?;
        filled.first_failure.map_or(Ok(()), |failure| Err(io::Error::other(failure)))
    }

    async fn measure(&self, session: &mut Session<'_>, name: &str, work: Work) -> io::Result<Measured> {
        let measured = load::run(&self.running.target, self.lanes(work)?, session.plan()).await?;
        let workload = format!("{name} {}, {} items", work.0, short(self.size));
        let title = Title { workload: &workload, connections: CONNECTIONS, unit: work.1 };
        session.report.rows.push(Row::new(title, &session.name(), &measured, None));
        Ok(measured)
    }

    /// Requests about items all over the table. Puts write what is there already, so that the table stays as large.
    fn lanes(&self, (operation, _, units): Work) -> io::Result<Vec<PoolLane>> {
        let (table, size, indexes) = (self.table.as_str(), self.size, self.indexes);
        let body = |turn: u64| {
            let number = scattered(turn) % size;
            let first = |many: u64| number.min(size - many);
            match operation {
                "PutItem" => items::put(table, number, turn, indexes),
                "GetItem" => items::get(table, number),
                "UpdateItem" => items::update(table, number),
                "Query" => items::query(table, number),
                "Scan" => items::scan(table, number % (size / 2)),
                "BatchWriteItem" => items::batch(table, first(BATCH), turn, indexes),
                _ => items::transact(table, first(TRANSACTION)),
            }
        };
        let distinct = if operation == "BatchWriteItem" { BATCHES } else { pool::size(CONNECTIONS) };
        let make = |turn| self.running.signer.dynamodb(operation, body(turn).as_bytes());
        pool::lanes_of(distinct, operation, CONNECTIONS, units, make)
    }
}

/// Puts batch after batch until all items are there, signing as it goes.
struct FillLane {
    signer: RequestSigner,
    table: Rc<str>,
    size: u64,
    indexes: usize,
    next: Rc<Cell<u64>>,
}

impl Lane for FillLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let first = self.next.get();
        if first >= self.size {
            return Ok(Progress::Finished);
        }
        self.next.set(first + BATCH);
        let body = items::batch(&self.table, first, 0, self.indexes);
        let request = self.signer.dynamodb("BatchWriteItem", body.as_bytes())?;
        let reply = caller.call("BatchWriteItem", &request).await?;
        Ok(Progress::Units(if reply.is_success() { BATCH } else { 0 }))
    }
}

/// A number far from those of its neighbours.
fn scattered(number: u64) -> u64 {
    let mixed = (number ^ number >> 31).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ mixed >> 29
}
