//! Streams of Kinesis that are told of changes: what they are told, and the lanes on which it goes there.

use delivery::Consignment;
use md5::{Digest, Md5};
use serde_json::{Value as Json, json};
use store::Tx;

use super::Engine;
use super::item::{Course, Turn};
use super::refusal::Refusal;
use super::table::{Home, State, Table};
use super::value::{encode_item, item_json, item_size};
use super::{key, sealing};
use crate::store::{Destination, TableNo};

/// What stands between the parts of a lane's name; in no ARN.
const BETWEEN: char = '|';

/// The lane from a table to a stream. A table made anew has lanes of its own.
pub(crate) fn lane(table: &Table, stream: &str) -> String {
    format!("{}{BETWEEN}{}{BETWEEN}{stream}", table.no, table.home.arn())
}

/// The table, its number and the stream of a lane.
pub(crate) fn of_lane(lane: &str) -> Option<(TableNo, Home, &str)> {
    let mut parts = lane.splitn(3, BETWEEN);
    let (no, arn) = (parts.next()?.parse().ok()?, parts.next()?);
    Some((no, Home::of_arn(arn)?, parts.next()?))
}

impl Engine {
    /// Puts what streams are told of a change on its way, in the change's transaction.
    pub(crate) async fn tell_destinations(
        &self,
        tx: &Tx,
        table: &Table,
        state: &State,
        course: &Course<'_>,
        turn: &Turn<'_>,
    ) -> Result<(), Refusal> {
        let told = state.record.destinations.iter().filter(|destination| destination.on);
        for destination in told {
            let Some(record) = self.record(table, state, course, turn, destination) else { return Ok(()) };
            let (body, partition) = record;
            let lanes = [Consignment::new(lane(table, &destination.stream), partition)];
            let body = sealing::text(table.sealing()?.as_ref(), body.to_string());
            course.depart(self.deliveries().enqueue(tx, body, &lanes).await?);
        }
        Ok(())
    }

    /// What a stream is told, and the key that decides on the shard: the same for each change of an item. None of a change
    /// that is none.
    fn record(
        &self,
        table: &Table,
        state: &State,
        course: &Course<'_>,
        turn: &Turn<'_>,
        destination: &Destination,
    ) -> Option<(Json, String)> {
        let name = match (turn.old, turn.new) {
            (None, Some(_)) => "INSERT",
            (Some(old), Some(new)) if old != new => "MODIFY",
            (Some(_), None) => "REMOVE",
            _ => return None,
        };
        let keys = key::key_of(state.schema.primary().key(), turn.new.or(turn.old)?);
        let at = course.now.micros();
        let size = item_size(&keys) + turn.old.map_or(0, item_size) + turn.new.map_or(0, item_size);
        let mut change = json!({
            "ApproximateCreationDateTime": if destination.micros == Some(true) { at } else { at / 1_000 },
            "Keys": item_json(&keys),
        });
        let parts = [
            ("NewImage", turn.new.map(item_json)),
            ("OldImage", turn.old.map(item_json)),
            ("SizeBytes", Some(json!(size))),
            ("ApproximateCreationDateTimePrecision", destination.micros.map(|micros| json!(precision(micros)))),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).for_each(|(name, value)| {
            change[name] = value;
        });
        let service = json!({ "principalId": "dynamodb.amazonaws.com", "type": "Service" });
        let record = json!({
            "awsRegion": table.home.region.as_str(),
            "eventID": self.random().uuid(),
            "eventName": name,
            "userIdentity": if course.expires { service } else { Json::Null },
            "recordFormat": "application/json",
            "tableName": table.home.name,
            "dynamodb": change,
            "eventSource": "aws:dynamodb",
        });
        let mut stored = Vec::with_capacity(64);
        encode_item(&keys, &mut stored);
        Some((record, format!("{:X}", u128::from_be_bytes(Md5::digest(&stored).into()))))
    }
}

/// The name of a precision.
pub(crate) fn precision(micros: bool) -> &'static str {
    if micros { "MICROSECOND" } else { "MILLISECOND" }
}
