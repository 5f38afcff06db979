//! What the tests share: a cloud with everything that a pipe may lead from and to, a role for it, queues to look into.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use api_pipes::*;
use api_s3::{PutObject, PutObjectInput, PutObjectOutput};
use api_sqs::{
    CreateQueue, CreateQueueInput, DeleteMessage, DeleteMessageInput, Message, MessageSystemAttributeName,
    ReceiveMessage, ReceiveMessageInput, SendMessage, SendMessageInput,
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use parking_lot::Mutex;
use serde_json::{Value, json};
use service_kit::{Access, CloudParts, Ctx, Operations, Outcome, Service};
use testkit::TestCloud;

/// Turns given to background work before a test believes that nothing comes.
const TURNS: usize = 20_000;

pub(crate) const ACCOUNT: &str = "000000000000";
pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/r";

pub(crate) fn services(parts: &CloudParts, bucket: &Arc<Bucket>) -> Vec<Service> {
    vec![
        svc_pipes::service(parts),
        svc_dynamodb::service(parts),
        svc_dynamodb::streams(parts),
        svc_events::service(parts),
        svc_firehose::service(parts),
        svc_iam::service(parts),
        svc_kinesis::service(parts),
        s3(bucket),
        svc_sns::service(parts),
        svc_sqs::service(parts),
        svc_sts::service(parts),
    ]
}

/// Objects that were put, by bucket and key.
#[derive(Default)]
pub(crate) struct Bucket(pub(crate) Mutex<BTreeMap<String, Bytes>>);

/// An S3 that remembers what is put, by everybody.
fn s3(bucket: &Arc<Bucket>) -> Service {
    let access = |_: &Ctx, _: &PutObjectInput| Ok(Access::free());
    Service::new(&api_s3::SERVICE, Operations::new().on::<PutObject>(access, put_object)).state(bucket.clone())
}

async fn put_object(ctx: &Ctx, mut input: PutObjectInput) -> Outcome<PutObject> {
    let mut content = Vec::new();
    while let Some(piece) = input.body.pieces.next().await {
        content.extend_from_slice(&piece.unwrap());
    }
    ctx.state::<Bucket>().0.lock().insert(format!("{}/{}", input.bucket, input.key), content.into());
    Ok(PutObjectOutput::default())
}

/// A cloud with a role that pipes may take on and that may do everything.
pub(crate) async fn cloud() -> TestCloud {
    cloud_and_bucket().await.0
}

/// The same, and what is put into S3.
pub(crate) async fn cloud_and_bucket() -> (TestCloud, Arc<Bucket>) {
    let bucket = Arc::default();
    let cloud = TestCloud::new(|parts| services(parts, &bucket));
    make_role(&cloud, "r", "pipes.amazonaws.com").await;
    allow(&cloud, "r", "Allow", &["*"]).await;
    (cloud, bucket)
}

pub(crate) async fn make_role(cloud: &TestCloud, name: &str, trusted: &str) {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": trusted}}});
    let assume_role_policy_document = trust.to_string();
    let input = CreateRoleInput { role_name: name.into(), assume_role_policy_document, ..Default::default() };
    cloud.call::<CreateRole>(input).await.unwrap();
}

/// Lets a role do something, or not.
pub(crate) async fn allow(cloud: &TestCloud, role: &str, effect: &str, actions: &[&str]) {
    let may = json!({"Version": "2012-10-17", "Statement": {"Effect": effect, "Resource": "*", "Action": actions}})
        .to_string();
    let input = PutRolePolicyInput { role_name: role.into(), policy_name: effect.into(), policy_document: may };
    cloud.call::<PutRolePolicy>(input).await.unwrap();
}

/// A queue's ARN, with attributes of its own.
pub(crate) async fn queue_with(cloud: &TestCloud, name: &str, attributes: &[(&str, &str)]) -> String {
    let mut all: BTreeMap<String, String> =
        attributes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if name.ends_with(".fifo") {
        all.insert("FifoQueue".to_owned(), "true".to_owned());
        all.insert("ContentBasedDeduplication".to_owned(), "true".to_owned());
    }
    let input = CreateQueueInput { queue_name: name.to_owned(), attributes: Some(all), ..Default::default() };
    cloud.call::<CreateQueue>(input).await.unwrap();
    format!("arn:aws:sqs:us-east-1:{ACCOUNT}:{name}")
}

pub(crate) async fn queue(cloud: &TestCloud, name: &str) -> String {
    queue_with(cloud, name, &[]).await
}

pub(crate) fn url(name: &str) -> String {
    format!("http://localhost:4566/{ACCOUNT}/{name}")
}

pub(crate) async fn send(cloud: &TestCloud, queue: &str, body: &str) {
    let group = queue.ends_with(".fifo").then(|| "g".to_owned());
    let input = SendMessageInput {
        queue_url: url(queue),
        message_body: body.to_owned(),
        message_group_id: group,
        ..Default::default()
    };
    cloud.call::<SendMessage>(input).await.unwrap();
}

/// Messages that are in a queue now. They are gone from it then.
pub(crate) async fn look(cloud: &TestCloud, queue: &str) -> Vec<Message> {
    let input = ReceiveMessageInput {
        queue_url: url(queue),
        max_number_of_messages: Some(10),
        message_system_attribute_names: Some(vec![MessageSystemAttributeName::All]),
        message_attribute_names: Some(vec!["All".to_owned()]),
        ..Default::default()
    };
    let messages = cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default();
    for message in &messages {
        let receipt_handle = message.receipt_handle.clone().unwrap();
        cloud.call::<DeleteMessage>(DeleteMessageInput { queue_url: url(queue), receipt_handle }).await.unwrap();
    }
    messages
}

/// Waits for something, moving the clock now and then so that whoever polls does.
pub(crate) async fn until<T>(cloud: &TestCloud, what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    for turn in 0..TURNS {
        if let Some(found) = found().await {
            return found;
        }
        if turn % 50 == 49 {
            cloud.advance(Duration::from_millis(500)).await;
        }
        tokio::task::yield_now().await;
    }
    panic!("never came: {what}; {:?}", describe_all(cloud).await);
}

/// Names, states and reasons of all pipes.
async fn describe_all(cloud: &TestCloud) -> Vec<(Option<String>, Option<String>, Option<String>)> {
    let pipes = cloud.call::<ListPipes>(ListPipesInput::default()).await.unwrap().pipes.unwrap();
    let shown = |pipe: Pipe| (pipe.name, pipe.current_state.map(|state| state.as_str().to_owned()), pipe.state_reason);
    pipes.into_iter().map(shown).collect()
}

/// Bodies of messages of a queue, once there are as many.
pub(crate) async fn bodies(cloud: &TestCloud, queue: &str, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    until(cloud, &format!("{count} messages in {queue}"), async || {
        all.extend(look(cloud, queue).await.into_iter().map(|message| message.body.unwrap()));
        (all.len() >= count).then_some(())
    })
    .await;
    all
}

/// The same as JSON.
pub(crate) async fn jsons(cloud: &TestCloud, queue: &str, count: usize) -> Vec<Value> {
    bodies(cloud, queue, count).await.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
}

/// Gives background work its time, and tells that a queue stays empty.
pub(crate) async fn nothing_comes(cloud: &TestCloud, queue: &str) {
    for _ in 0..2_000 {
        assert!(look(cloud, queue).await.is_empty());
        tokio::task::yield_now().await;
    }
}

/// What creates a pipe, as JSON: the members of `CreatePipe` but for name and role.
pub(crate) fn creating(name: &str, members: Value) -> CreatePipeInput {
    let mut input = CreatePipeInput { name: name.to_owned(), role_arn: ROLE.to_owned(), ..Default::default() };
    protocols::json_value::read(members.to_string().as_bytes(), &mut input).unwrap();
    input
}

/// Creates a pipe and waits until it runs.
pub(crate) async fn pipe(cloud: &TestCloud, name: &str, members: Value) {
    cloud.call::<CreatePipe>(creating(name, members)).await.unwrap();
    reaches(cloud, name, "RUNNING").await;
}

pub(crate) async fn describe(cloud: &TestCloud, name: &str) -> DescribePipeOutput {
    cloud.call::<DescribePipe>(DescribePipeInput { name: name.to_owned() }).await.unwrap()
}

/// Waits until a pipe is in a state.
pub(crate) async fn reaches(cloud: &TestCloud, name: &str, state: &str) -> DescribePipeOutput {
    until(cloud, &format!("{name} {state}"), async || {
        let shown = describe(cloud, name).await;
        (shown.current_state.as_ref().unwrap().as_str() == state).then_some(shown)
    })
    .await
}

/// A stream with one shard.
pub(crate) async fn stream(cloud: &TestCloud, name: &str) -> String {
    let input = api_kinesis::CreateStreamInput { stream_name: name.into(), shard_count: Some(1), ..Default::default() };
    cloud.call::<api_kinesis::CreateStream>(input).await.unwrap();
    format!("arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/{name}")
}

pub(crate) async fn put(cloud: &TestCloud, stream: &str, key: &str, text: &str) {
    let input = api_kinesis::PutRecordInput {
        stream_name: Some(stream.into()),
        partition_key: key.into(),
        data: Bytes::copy_from_slice(text.as_bytes()),
        ..Default::default()
    };
    cloud.call::<api_kinesis::PutRecord>(input).await.unwrap();
}
