//! Calls to other services: S3 for objects, Kinesis for sources, Lambda for transformations, KMS for keys; in the name of the
//! roles that delivery streams are configured with, which are really assumed.

use api_kinesis::{
    GetRecords, GetRecordsInput, GetRecordsOutput, GetShardIterator, GetShardIteratorInput, ListShards,
    ListShardsInput, Shard, ShardIteratorType,
};
use api_kms::{DescribeKey, DescribeKeyInput};
use api_s3::{PutObject, PutObjectInput, ServerSideEncryption};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use names::{Arn, Timestamp};
use serde_json::{Value, json};
use service_kit::{AssumeAs, Cloud, Ctx, Error, Fault, RoleSessions, Sender};

use crate::engine::process::{Failed, Item, Processed};
use crate::engine::stream::{Home, Stream};

/// Who we are to other services.
const SERVICE: &str = "firehose.amazonaws.com";
/// Bytes of records that go to a function at once. Source: developer guide, "Data transformation": 6 MB, in base64.
const FUNCTION_BYTES: usize = 3 << 20;

/// Roles taken on for delivery streams.
#[derive(Default)]
pub(crate) struct Roles(RoleSessions);

impl Roles {
    /// In the name of a role of a delivery stream.
    pub(crate) async fn sender(&self, cloud: &Cloud, home: &Home, role: &str) -> Result<Sender, Error> {
        let role: Arn = role.parse().map_err(|_| Fault::internal("a role's ARN is none"))?;
        let (account, source) = (home.account, home.arn().to_string());
        let (session_name, source_arn) = ("AWSFirehoseToS3", Some(source.as_str()));
        let ask = AssumeAs { service: SERVICE, account, role: &role, session_name, source_arn };
        let caller = self.0.assume(cloud, &ask).await?;
        Ok(Sender { cloud: cloud.clone(), caller, source_arn: Some(source) })
    }

    /// Forgets a role that was refused something: it may have been made anew.
    pub(crate) fn forget(&self, home: &Home) {
        self.0.forget_source(&home.arn().to_string());
    }
}

/// An object to be written.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its content.
    pub content: Bytes,
    /// The key of KMS that it is encrypted with.
    pub kms_key: Option<String>,
}

/// Writes an object.
pub(crate) async fn put_object(sender: &Sender, home: &Home, object: Object) -> Result<(), Error> {
    let input = PutObjectInput {
        bucket: object.bucket,
        key: object.key,
        body: object.content.into(),
        content_type: Some("application/octet-stream".to_owned()),
        server_side_encryption: object.kms_key.is_some().then(|| ServerSideEncryption::from("aws:kms")),
        ssekms_key_id: object.kms_key,
        ..PutObjectInput::default()
    };
    sender.call::<PutObject>(&home.region, &[], input).await.map(|_| ())
}

/// The shards of a source.
pub(crate) async fn shards(sender: &Sender, home: &Home, stream: &str) -> Result<Vec<Shard>, Error> {
    let (mut shards, mut token) = (Vec::new(), None);
    loop {
        let input = match token.take() {
            None => ListShardsInput { stream_arn: Some(stream.to_owned()), ..ListShardsInput::default() },
            next_token => ListShardsInput { next_token, ..ListShardsInput::default() },
        };
        let page = sender.call::<ListShards>(&home.region, &[], input).await?;
        shards.extend(page.shards.unwrap_or_default());
        token = page.next_token;
        if token.is_none() {
            return Ok(shards);
        }
    }
}

/// Where reading a shard of a source goes on: after a number, or with what came since an instant.
pub(crate) async fn iterator(
    sender: &Sender,
    home: &Home,
    stream: &str,
    shard: &str,
    after: Option<String>,
    since: Timestamp,
) -> Result<Option<String>, Error> {
    let (kind, timestamp) = match &after {
        Some(_) => (ShardIteratorType::AfterSequenceNumber, None),
        None => (ShardIteratorType::AtTimestamp, Some(since)),
    };
    let input = GetShardIteratorInput {
        stream_arn: Some(stream.to_owned()),
        shard_id: shard.to_owned(),
        shard_iterator_type: kind,
        starting_sequence_number: after,
        timestamp,
        ..GetShardIteratorInput::default()
    };
    Ok(sender.call::<GetShardIterator>(&home.region, &[], input).await?.shard_iterator)
}

/// Reads a shard of a source.
pub(crate) async fn records(sender: &Sender, home: &Home, shard_iterator: String) -> Result<GetRecordsOutput, Error> {
    let input = GetRecordsInput { shard_iterator, ..GetRecordsInput::default() };
    sender.call::<GetRecords>(&home.region, &[], input).await
}

/// Refuses a key that KMS does not have, or that cannot be used.
pub(crate) async fn check_key(ctx: &Ctx, key: &str) -> Result<(), Error> {
    let input = DescribeKeyInput { key_id: key.to_owned(), ..DescribeKeyInput::default() };
    let found = ctx.ask::<DescribeKey>(ctx.account(), input).await;
    match found {
        Ok(found) if found.key_metadata.as_ref().is_some_and(|key| key.enabled == Some(true)) => Ok(()),
        Ok(_) => Err(api_firehose::errors::invalid_kms_resource_exception(format!("{key} is disabled.")).into()),
        Err(Error::Modeled(error)) => Err(api_firehose::errors::invalid_kms_resource_exception(error.message).into()),
        Err(fault) => Err(fault),
    }
}

/// Has a function transform records.
pub(crate) async fn transform(
    sender: &Sender,
    stream: &Stream,
    function: &str,
    retries: u32,
    items: Vec<Item>,
) -> Processed {
    let mut processed = Processed::default();
    let mut rest = items;
    while !rest.is_empty() {
        let mut bytes = 0;
        let fits = |item: &&Item| {
            bytes += item.data.len();
            bytes <= FUNCTION_BYTES
        };
        let later = rest.split_off(rest.iter().take_while(fits).count().max(1));
        let part = transform_some(sender, stream, function, retries, rest).await;
        processed.items.extend(part.items);
        processed.failed.extend(part.failed);
        rest = later;
    }
    processed
}

async fn transform_some(sender: &Sender, stream: &Stream, function: &str, retries: u32, items: Vec<Item>) -> Processed {
    let mut message = String::new();
    for _ in 0..=retries {
        match invoke(sender, stream, function, &items).await {
            Ok(answer) => return transformed(function, items, &answer),
            Err(error) => message = error,
        }
    }
    let failed = |item| Failed {
        item,
        code: "Lambda.FunctionError",
        message: message.clone(),
        attempts: retries + 1,
        function: Some(function.to_owned()),
    };
    Processed { items: Vec::new(), failed: items.into_iter().map(failed).collect() }
}

async fn invoke(sender: &Sender, stream: &Stream, function: &str, items: &[Item]) -> Result<Value, String> {
    let record = |(at, item): (usize, &Item)| json!({"recordId": at.to_string(), "approximateArrivalTimestamp": item.at.millis(), "data": STANDARD.encode(&item.data)});
    let event = json!({
        "invocationId": sender.cloud.runtime().random.uuid(),
        "deliveryStreamArn": stream.home.arn().to_string(),
        "region": stream.home.region.as_str(),
        "records": items.iter().enumerate().map(record).collect::<Vec<_>>(),
    });
    let input = json!({"FunctionName": function, "Payload": STANDARD.encode(event.to_string())});
    let answer = sender.call_json(&stream.home.region, "lambda", "Invoke", &[], &input).await;
    let answer = answer.map_err(|error| error.to_string())?;
    if let Some(error) = answer["FunctionError"].as_str() {
        return Err(error.to_owned());
    }
    let payload = STANDARD.decode(answer["Payload"].as_str().unwrap_or_default()).map_err(|error| error.to_string())?;
    serde_json::from_slice(&payload).map_err(|error| error.to_string())
}

/// What a function made of records. Source: developer guide, "Data transformation and status model".
fn transformed(function: &str, items: Vec<Item>, answer: &Value) -> Processed {
    let mut processed = Processed::default();
    for (at, item) in items.into_iter().enumerate() {
        let id = at.to_string();
        let made = answer["records"].as_array().into_iter().flatten().find(|record| record["recordId"] == id.as_str());
        let failed = |item, code, message: &str| Failed {
            item,
            code,
            message: message.to_owned(),
            attempts: 1,
            function: Some(function.to_owned()),
        };
        let Some(made) = made else {
            processed.failed.push(failed(item, "Lambda.MissingRecordId", "One or more record Ids were not returned."));
            continue;
        };
        let data = made["data"].as_str().and_then(|data| STANDARD.decode(data).ok());
        match (made["result"].as_str(), data) {
            (Some("Dropped"), _) => {}
            (Some("Ok"), Some(data)) => processed.items.push(changed(item, data, &made["metadata"]["partitionKeys"])),
            (Some("Ok"), None) => {
                processed.failed.push(failed(item, "Lambda.JsonProcessingException", "No data was returned."))
            }
            _ => processed.failed.push(failed(
                item,
                "Lambda.ProcessingFailedStatus",
                "ProcessingFailed status set for record.",
            )),
        }
    }
    processed
}

fn changed(item: Item, data: Vec<u8>, keys: &Value) -> Item {
    let mut item = Item { data: data.into(), ..item };
    for (key, value) in keys.as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        item.keys.insert(format!("lambda:{key}"), value);
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_function_says_of_each_record() {
        let item =
            |data: &'static str| Item { data: data.into(), at: Timestamp::from_secs(1), keys: Default::default() };
        let answer = json!({"records": [
            {"recordId": "0", "result": "Ok", "data": "bmV3", "metadata": {"partitionKeys": {"year": 2025}}},
            {"recordId": "1", "result": "Dropped"},
            {"recordId": "2", "result": "ProcessingFailed", "data": "eA=="},
        ]});
        let processed = transformed("f", ["a", "b", "c", "d"].map(item).into(), &answer);
        assert_eq!((processed.items.len(), &processed.items[0].data[..]), (1, &b"new"[..]));
        assert_eq!(processed.items[0].keys["lambda:year"], "2025");
        let codes: Vec<_> = processed.failed.iter().map(|failed| failed.code).collect();
        assert_eq!(codes, ["Lambda.ProcessingFailedStatus", "Lambda.MissingRecordId"]);
    }
}
