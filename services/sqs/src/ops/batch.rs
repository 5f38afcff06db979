//! The rules all batches share, and the shape of what fails in one.

use std::collections::HashSet;

use api_sqs::{BatchResultErrorEntry, errors};
use service_kit::Error;
use smithy::Party;

use crate::limits;

/// Checks the ids of a batch's entries. `entry` is what AWS calls one.
pub(crate) fn check<'a>(ids: impl ExactSizeIterator<Item = &'a str>, entry: &str) -> Result<(), Error> {
    let count = ids.len();
    if count == 0 {
        return Err(errors::empty_batch_request(format!("There should be at least one {entry} in the request.")).into());
    }
    if count > limits::BATCH_ENTRIES {
        let most = limits::BATCH_ENTRIES;
        let text = format!("Maximum number of entries per request are {most}. You have sent {count}.");
        return Err(errors::too_many_entries_in_batch_request(text).into());
    }
    let mut seen = HashSet::new();
    ids.into_iter().try_for_each(|id| {
        if !is_id(id) {
            let text = "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at \
                        most 80 letters long.";
            return Err(errors::invalid_batch_entry_id(text).into());
        }
        if !seen.insert(id) {
            return Err(errors::batch_entry_ids_not_distinct(format!("Id {id} repeated.")).into());
        }
        Ok(())
    })
}

fn is_id(id: &str) -> bool {
    let letters = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (1..=limits::BATCH_ID_LENGTH).contains(&id.len()) && letters
}

/// An entry that failed alone. What no client could mend fails the whole batch.
pub(crate) fn failed(id: &str, error: Error) -> Result<BatchResultErrorEntry, Error> {
    match error {
        Error::Modeled(error) => Ok(BatchResultErrorEntry {
            id: id.to_owned(),
            sender_fault: error.schema.party == Party::Sender,
            code: error.schema.query_code.to_owned(),
            message: Some(error.message),
        }),
        fault @ Error::Fault(_) => Err(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(ids: &[&str]) -> &'static str {
        match check(ids.iter().copied(), "Entry") {
            Ok(()) => "",
            Err(Error::Modeled(error)) => error.schema.code,
            Err(Error::Fault(_)) => "fault",
        }
    }

    #[test]
    fn ids() {
        assert_eq!(code(&["a", "B-_9"]), "");
        assert_eq!(code(&[]), "EmptyBatchRequest");
        assert_eq!(code(&["a"; 11]), "TooManyEntriesInBatchRequest");
        assert_eq!(code(&["a", "a"]), "BatchEntryIdsNotDistinct");
        for bad in ["", "a.b", "é", &"x".repeat(81)] {
            assert_eq!(code(&[bad]), "InvalidBatchEntryId", "{bad}");
        }
    }
}
