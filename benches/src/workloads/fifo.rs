//! A FIFO queue in high-throughput mode: each connection sends, receives and deletes in turn.

use std::cell::Cell;
use std::io;
use std::rc::Rc;

use serde_json::json;

use super::receive::delete;
use crate::load::{Lane, Progress};
use crate::messages::{receipts, receive, send_fifo};
use crate::server::Durability;
use crate::session::{Running, Session};
use crate::sign::RequestSigner;
use crate::tally::Caller;

const CONNECTIONS: usize = 8;
/// So many groups that AWS's 300 messages a second and group do not limit.
const GROUPS: u64 = 512;

/// Deduplication ids must be new each time, so requests are signed as they go; that is the client's cost, not the server's.
struct FifoLane {
    signer: RequestSigner,
    queue: Rc<str>,
    receive: Rc<[u8]>,
    number: Rc<Cell<u64>>,
}

pub(super) async fn cycle(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let attributes =
        json!({"FifoQueue": "true", "DeduplicationScope": "messageGroup", "FifoThroughputLimit": "perMessageGroupId"});
    let queue = running.api().await?.create_queue(&format!("{}.fifo", super::unused_name()), &attributes).await?;
    let number = Rc::new(Cell::new(0));
    session.measure(super::messages(name, CONNECTIONS), &running.target, || lanes(&running, &queue, &number)).await
}

fn lanes(running: &Running, queue: &str, number: &Rc<Cell<u64>>) -> io::Result<Vec<FifoLane>> {
    let signer = &running.signer;
    let request: Rc<[u8]> = signer.sqs("ReceiveMessage", receive(queue, 1, 0).as_bytes())?.into();
    let queue: Rc<str> = queue.into();
    let lane =
        |_| FifoLane { signer: signer.clone(), queue: queue.clone(), receive: request.clone(), number: number.clone() };
    Ok((0..CONNECTIONS).map(lane).collect())
}

impl Lane for FifoLane {
    async fn step(&mut self, caller: &mut Caller) -> io::Result<Progress> {
        let number = self.number.replace(self.number.get() + 1);
        let body = send_fifo(&self.queue, &format!("group-{}", number % GROUPS), number);
        let request = self.signer.sqs("SendMessage", body.as_bytes())?;
        caller.call("SendMessage", &request).await?;
        let answer = caller.call("ReceiveMessage", &self.receive).await?.body().into_owned();
        let answer = String::from_utf8_lossy(&answer);
        match receipts(&answer) {
            // Another connection has taken it.
            handles if handles.is_empty() => Ok(Progress::Units(0)),
            handles => delete(caller, &self.signer, &self.queue, &handles).await,
        }
    }
}
