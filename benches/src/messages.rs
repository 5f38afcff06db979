//! Message bodies and request bodies, each different from the others, so that nothing in a server can profit from a repeat.

use std::fmt::Write;

/// Bytes of one message, as in the published figures.
pub const MESSAGE: usize = 256;
/// Entries of one batch, the most that SQS takes.
pub const BATCH: usize = 10;

/// A message of [`MESSAGE`] letters that depends on `number` only.
pub fn message(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b'a' + (state % 26) as u8)
    };
    let mut text = format!("{number:016x}");
    text.extend(std::iter::repeat_with(&mut letter).take(MESSAGE - text.len()));
    text
}

/// The input of `SendMessage`.
pub fn send(queue: &str, number: u64) -> String {
    format!(r#"{{"QueueUrl": "{queue}", "MessageBody": "{}"}}"#, message(number))
}

/// The same in the query protocol.
pub fn send_form(queue: &str, number: u64) -> String {
    let queue = queue.replace(':', "%3A").replace('/', "%2F");
    format!("Action=SendMessage&Version=2012-11-05&QueueUrl={queue}&MessageBody={}", message(number))
}

/// The input of `SendMessage` to a FIFO queue, its deduplication id being its number.
pub fn send_fifo(queue: &str, group: &str, number: u64) -> String {
    let body = message(number);
    format!(
        r#"{{"QueueUrl": "{queue}", "MessageBody": "{body}", "MessageGroupId": "{group}", "MessageDeduplicationId": "{number:x}"}}"#
    )
}

/// The input of `SendMessageBatch` with [`BATCH`] entries, numbered from `first`.
pub fn send_batch(queue: &str, first: u64) -> String {
    let entry = |at: usize| format!(r#"{{"Id": "{at}", "MessageBody": "{}"}}"#, message(first + at as u64));
    let entries: Vec<String> = (0..BATCH).map(entry).collect();
    format!(r#"{{"QueueUrl": "{queue}", "Entries": [{}]}}"#, entries.join(", "))
}

/// The input of `ReceiveMessage`; `wait` in seconds.
pub fn receive(queue: &str, most: usize, wait: u32) -> String {
    format!(r#"{{"QueueUrl": "{queue}", "MaxNumberOfMessages": {most}, "WaitTimeSeconds": {wait}}}"#)
}

/// The input of `DeleteMessageBatch`.
pub fn delete_batch(queue: &str, handles: &[&str]) -> String {
    let mut body = format!(r#"{{"QueueUrl": "{queue}", "Entries": ["#);
    for (at, handle) in handles.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(body, r#"{comma}{{"Id": "{at}", "ReceiptHandle": "{handle}"}}"#);
    }
    body.push_str("]}");
    body
}

/// The receipt handles in an answer to `ReceiveMessage`, as they are written there: scanned, not parsed, since the client shares the server's cores.
pub fn receipts(answer: &str) -> Vec<&str> {
    let after_names = answer.split(r#""ReceiptHandle""#).skip(1);
    after_names.filter_map(|rest| rest.trim_start_matches([' ', ':']).strip_prefix('"')?.split('"').next()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn messages_differ_and_have_their_size() {
        let all: HashSet<String> = (0..1_000).map(message).collect();
        assert_eq!(all.len(), 1_000);
        assert!(all.iter().all(|text| text.len() == MESSAGE && text.bytes().all(|b| b.is_ascii_alphanumeric())));
    }

    #[test]
    fn bodies_are_json() {
        let queue = "http://127.0.0.1:4566/000000000000/q";
        for body in [
            send(queue, 7),
            send_fifo(queue, "g1", 7),
            send_batch(queue, 7),
            receive(queue, 10, 0),
            delete_batch(queue, &["a", "b"]),
        ] {
            let value: serde_json::Value = serde_json::from_str(&body).unwrap();
            assert_eq!(value["QueueUrl"], queue);
        }
    }

    #[test]
    fn finds_receipts_with_and_without_spaces() {
        let answer = r#"{"Messages":[{"ReceiptHandle":"a+/=","Body":"x"},{"Body":"y","ReceiptHandle" : "b"}]}"#;
        assert_eq!(receipts(answer), ["a+/=", "b"]);
        assert!(receipts("{}").is_empty());
    }
}
