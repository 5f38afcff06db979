//! What is done with records before they are delivered: taken apart, unpacked, delimited, sorted into partitions. Pure;
//! transforming by a function is `calls.rs`.

use std::collections::BTreeMap;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use names::Timestamp;
use serde_json::{Value, json};

use super::partition::{Keys, Program};
use super::plan::Step;

/// Largest record that unpacking may make of one.
const UNPACKED: u64 = 64 << 20;

/// A record on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its content.
    pub data: Bytes,
    /// When it came.
    pub at: Timestamp,
    /// Keys of its partition.
    pub keys: Keys,
}

/// A record that could not be processed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    /// The record.
    pub item: Item,
    /// What went wrong, as a code.
    pub code: &'static str,
    /// The same in words.
    pub message: String,
    /// How often it was tried.
    pub attempts: u32,
    /// The function, when one was to transform it.
    pub function: Option<String>,
}

/// What became of records.
#[derive(Debug, Default)]
pub(crate) struct Processed {
    /// Those to deliver.
    pub items: Vec<Item>,
    /// Those that failed.
    pub failed: Vec<Failed>,
}

/// Takes one step with all records; a function's is not taken here.
pub(crate) fn take(step: &Step, items: Vec<Item>) -> Processed {
    match step {
        Step::Delimit(text) => each(items, |item| Ok(vec![appended(item, text)])),
        Step::SplitJson => each(items, |item| documents(&item.data).map(|all| again(item, all))),
        Step::SplitAt(mark) => each(items, |item| Ok(again(item, between(&item.data, mark)))),
        Step::Decompress => each(items, |item| unpacked(&item.data).map(|data| again(item, vec![data]))),
        Step::Messages => each(items, |item| messages(&item.data).map(|all| again(item, all))),
        Step::Extract(code) => extracted(code, items),
        Step::Transform { .. } => Processed { items, failed: Vec::new() },
    }
}

fn each(items: Vec<Item>, done: impl Fn(&Item) -> Result<Vec<Item>, (&'static str, String)>) -> Processed {
    let mut processed = Processed::default();
    for item in items {
        match done(&item) {
            Ok(more) => processed.items.extend(more),
            Err((code, message)) => {
                processed.failed.push(Failed { item, code, message, attempts: 1, function: None });
            }
        }
    }
    processed
}

fn again(item: &Item, contents: Vec<Bytes>) -> Vec<Item> {
    contents.into_iter().map(|data| Item { data, at: item.at, keys: item.keys.clone() }).collect()
}

fn appended(item: &Item, text: &str) -> Item {
    Item { data: [&item.data, text.as_bytes()].concat().into(), ..item.clone() }
}

/// The JSON documents in a record, one after the other or in a list.
fn documents(data: &[u8]) -> Result<Vec<Bytes>, (&'static str, String)> {
    let bad = |error: serde_json::Error| ("DynamicPartitioning.DeaggregationFailed", error.to_string());
    let mut all = Vec::new();
    for document in serde_json::Deserializer::from_slice(data).into_iter::<Value>() {
        match document.map_err(bad)? {
            Value::Array(list) => all.extend(list),
            one => all.push(one),
        }
    }
    Ok(all.into_iter().map(|document| document.to_string().into()).collect())
}

fn between(data: &Bytes, mark: &[u8]) -> Vec<Bytes> {
    if mark.is_empty() {
        return vec![data.clone()];
    }
    let (mut parts, mut start, mut at) = (Vec::new(), 0, 0);
    while at + mark.len() <= data.len() {
        if data[at..].starts_with(mark) {
            parts.push(data.slice(start..at));
            at += mark.len();
            start = at;
        } else {
            at += 1;
        }
    }
    parts.push(data.slice(start..));
    parts.retain(|part| !part.is_empty());
    parts
}

fn unpacked(data: &[u8]) -> Result<Bytes, (&'static str, String)> {
    let mut out = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(data).take(UNPACKED).read_to_end(&mut out);
    read.map_err(|error| ("Decompression.Failed", error.to_string()))?;
    Ok(out.into())
}

/// The messages of what CloudWatch Logs sends. What only tells that logs are sent is dropped.
fn messages(data: &[u8]) -> Result<Vec<Bytes>, (&'static str, String)> {
    let bad = |error: serde_json::Error| ("CloudWatchLogProcessing.Failed", error.to_string());
    let sent: Value = serde_json::from_slice(data).map_err(bad)?;
    let events = sent["logEvents"].as_array().filter(|_| sent["messageType"] == "DATA_MESSAGE");
    let message = |event: &Value| Some(Bytes::from(event["message"].as_str()?.to_owned()));
    Ok(events.into_iter().flatten().filter_map(message).collect())
}

fn extracted(code: &str, items: Vec<Item>) -> Processed {
    let program = Program::compile(code);
    each(items, |item| {
        let failed = |message| ("DynamicPartitioning.MetadataExtractionFailed", message);
        let program = program.as_ref().ok_or_else(|| failed("the query is none".to_owned()))?;
        let mut keys = item.keys.clone();
        keys.extend(program.keys(&item.data).map_err(failed)?);
        Ok(vec![Item { keys, ..item.clone() }])
    })
}

/// Records by their partition, in the order in which partitions were first seen.
pub(crate) fn by_partition(items: Vec<Item>) -> Vec<(Keys, Vec<Item>)> {
    let mut parts: Vec<(Keys, Vec<Item>)> = Vec::new();
    let mut places: BTreeMap<Keys, usize> = BTreeMap::new();
    for item in items {
        let place = *places.entry(item.keys.clone()).or_insert_with(|| {
            parts.push((item.keys.clone(), Vec::new()));
            parts.len() - 1
        });
        parts[place].1.push(item);
    }
    parts
}

/// Failed records as AWS writes them, a JSON document a line.
pub(crate) fn report(failed: &[Failed], now: Timestamp) -> Vec<u8> {
    let mut out = String::new();
    for one in failed {
        let mut line = json!({
            "attemptsMade": one.attempts,
            "arrivalTimestamp": one.item.at.millis(),
            "errorCode": one.code,
            "errorMessage": one.message,
            "attemptEndingTimestamp": now.millis(),
            "rawData": STANDARD.encode(&one.item.data),
        });
        if let Some(function) = &one.function {
            line["lambdaArn"] = function.as_str().into();
        }
        out += &line.to_string();
        out.push('\n');
    }
    out.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_secs(1);

    fn item(data: &str) -> Item {
        Item { data: Bytes::copy_from_slice(data.as_bytes()), at: AT, keys: Keys::new() }
    }

    fn texts(processed: &Processed) -> Vec<&str> {
        processed.items.iter().map(|item| std::str::from_utf8(&item.data).unwrap()).collect()
    }

    #[test]
    fn steps_one_by_one() {
        for (step, data, expected) in [
            (Step::Delimit("\n".into()), "a", vec!["a\n"]),
            (Step::SplitJson, "{\"a\":1}{\"b\":2} [3,4]", vec!["{\"a\":1}", "{\"b\":2}", "3", "4"]),
            (Step::SplitAt(b"##".to_vec()), "a##b####c", vec!["a", "b", "c"]),
            (
                Step::Messages,
                r#"{"messageType": "DATA_MESSAGE", "logEvents": [{"message": "x"}, {"message": "y"}]}"#,
                vec!["x", "y"],
            ),
            (Step::Messages, r#"{"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "x"}]}"#, vec![]),
        ] {
            let processed = take(&step, vec![item(data)]);
            assert_eq!((texts(&processed), processed.failed.len()), (expected, 0), "{step:?}");
        }
        let packed = Item { data: super::super::compress::gzip(b"plain").into(), ..item("") };
        assert_eq!(texts(&take(&Step::Decompress, vec![packed])), ["plain"]);
    }

    #[test]
    fn what_cannot_be_done_fails_by_itself() {
        for (step, good) in [(Step::SplitJson, "{}"), (Step::Extract("{a: .a}".into()), "{\"a\":1}")] {
            let processed = take(&step, vec![item("x"), item(good)]);
            assert_eq!((texts(&processed), processed.failed.len()), (vec![good], 1), "{step:?}");
        }
        assert_eq!(take(&Step::Decompress, vec![item("x")]).failed[0].code, "Decompression.Failed");
    }

    #[test]
    fn partitions_keep_their_order() {
        let step = Step::Extract("{k: .k}".into());
        let items = ["{\"k\":\"b\",\"n\":1}", "{\"k\":\"a\",\"n\":2}", "{\"k\":\"b\",\"n\":3}"].map(item);
        let parts = by_partition(take(&step, items.into()).items);
        let shown: Vec<_> = parts.iter().map(|(keys, items)| (keys["k"].as_str(), items.len())).collect();
        assert_eq!(shown, [("b", 2), ("a", 1)]);
    }

    #[test]
    fn failures_are_told_a_line_each() {
        let failed =
            Failed { item: item("raw"), code: "C", message: "m".into(), attempts: 4, function: Some("f".into()) };
        let text = String::from_utf8(report(&[failed], Timestamp::from_secs(2))).unwrap();
        let line: Value = serde_json::from_str(text.trim_end()).unwrap();
        assert_eq!((&line["rawData"], &line["attemptsMade"]), (&json!("cmF3"), &json!(4)));
        assert_eq!((&line["arrivalTimestamp"], &line["lambdaArn"]), (&json!(1000), &json!("f")));
    }
}
