//! What other services deliver, sent once however often it is delivered.

use delivery::Generations;
use serde::{Deserialize, Serialize};
use store::{Record, StoreError, Tx, decode_record, encode_record};

use super::Engine;
use super::queue::Queue;
use super::send::{Checked, Sent};
use crate::store::MessageNo;

/// The message that a delivery became.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Receipt {
    id: u128,
    number: MessageNo,
}

impl Record for Receipt {
    const VERSION: u8 = 1;
}

impl Engine {
    /// Sends a message unless its delivery was taken before: then it is that message again.
    pub(super) async fn send_first_time(
        &self,
        tx: &Tx,
        queue: &Queue,
        at: Generations,
        message: &Checked,
    ) -> Result<Sent, StoreError> {
        let Some(once) = message.once else { return message.send(tx, queue).await };
        if let Some(receipt) = self.taken().find(tx, at, queue.id, once).await? {
            let Receipt { id, number } = decode_record("sqs/taken", &receipt)?;
            return Ok(Sent { id, number, ..message.sent.clone() });
        }
        let sent = message.send(tx, queue).await?;
        let receipt = encode_record(&Receipt { id: sent.id, number: sent.number })?;
        self.taken().note(tx, at, queue.id, once, receipt)?;
        Ok(sent)
    }
}
