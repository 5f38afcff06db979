//! SendMessage in all its forms, and STS.

use std::io;

use crate::messages::{BATCH, send, send_batch, send_form};
use crate::pool;
use crate::server::Durability;
use crate::session::{Session, who_am_i};

const CONNECTIONS: usize = 8;

pub(super) async fn json(
    session: &mut Session<'_>,
    name: &str,
    connections: usize,
    durability: Durability,
) -> io::Result<()> {
    let running = session.start(durability)?;
    let queue = super::queue(&running).await?;
    let signer = &running.signer;
    let lanes = pool::lanes("SendMessage", connections, 1, |number| {
        signer.sqs("SendMessage", send(&queue, number).as_bytes())
    })?;
    session.measure(super::requests(name, connections), &running.target, || Ok(lanes.clone())).await
}

pub(super) async fn batch(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let queue = super::queue(&running).await?;
    let signer = &running.signer;
    let lanes = pool::lanes("SendMessageBatch", CONNECTIONS, BATCH as u64, |number| {
        signer.sqs("SendMessageBatch", send_batch(&queue, number * BATCH as u64).as_bytes())
    })?;
    session.measure(super::messages(name, CONNECTIONS), &running.target, || Ok(lanes.clone())).await
}

pub(super) async fn query(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let queue = super::queue(&running).await?;
    let signer = &running.signer;
    let make = |number| signer.form("sqs", send_form(&queue, number).as_bytes());
    let lanes = pool::lanes("SendMessage", CONNECTIONS, 1, make)?;
    session.measure(super::requests(name, CONNECTIONS), &running.target, || Ok(lanes.clone())).await
}

pub(super) async fn sts(session: &mut Session<'_>, name: &str) -> io::Result<()> {
    let running = session.start(Durability::Fsync)?;
    let lanes = pool::lanes("GetCallerIdentity", CONNECTIONS, 1, |_| who_am_i(&running.signer))?;
    session.measure(super::requests(name, CONNECTIONS), &running.target, || Ok(lanes.clone())).await
}
