//! What the tests share: a cloud with roles and queues, and functions that do what a test says.

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::time::Duration;

use api_iam::{CreateRole, CreateRoleInput, PutRolePolicy, PutRolePolicyInput};
use api_lambda as api;
use api_sqs::{CreateQueue, CreateQueueInput, Message, ReceiveMessage, ReceiveMessageInput};
use serde_json::{Value, json};
use service_kit::{CloudParts, Service};
use svc_lambda::{Handler, Simulated, SimulatedHosts};
use testkit::TestCloud;
use tokio::sync::Semaphore;

/// Turns given to background work before a test believes that nothing comes.
const TURNS: usize = 5_000;

/// A cloud whose functions do this.
pub(crate) fn cloud(handler: impl Fn(&Simulated) -> Result<Value, Value> + Send + Sync + 'static) -> TestCloud {
    gated(handler, Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)))
}

/// A cloud whose functions wait for a permit first.
pub(crate) fn gated(
    handler: impl Fn(&Simulated) -> Result<Value, Value> + Send + Sync + 'static,
    gate: Arc<Semaphore>,
) -> TestCloud {
    compose(Arc::new(handler), gate, Vec::new())
}

/// A cloud with services of the test's own beside.
pub(crate) fn with(
    handler: impl Fn(&Simulated) -> Result<Value, Value> + Send + Sync + 'static,
    others: Vec<Service>,
) -> TestCloud {
    compose(Arc::new(handler), Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)), others)
}

/// A cloud with services that are made on its parts beside.
pub(crate) fn streaming(
    handler: impl Fn(&Simulated) -> Result<Value, Value> + Send + Sync + 'static,
    others: impl FnOnce(&CloudParts) -> Vec<Service>,
) -> TestCloud {
    let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
    compose_on(Arc::new(handler), gate, others)
}

fn compose(handler: Handler, gate: Arc<Semaphore>, others: Vec<Service>) -> TestCloud {
    compose_on(handler, gate, |_| others)
}

fn compose_on(handler: Handler, gate: Arc<Semaphore>, others: impl FnOnce(&CloudParts) -> Vec<Service>) -> TestCloud {
    let mut parts = TestCloud::parts();
    parts.scratch = std::env::temp_dir().join("nephele-lambda-tests");
    let mut services = vec![
        svc_lambda::simulated(&parts, SimulatedHosts::new(handler, gate)),
        svc_sqs::service(&parts),
        svc_iam::service(&parts),
        svc_sts::service(&parts),
    ];
    services.extend(others(&parts));
    TestCloud::of(parts, services).fresh_account()
}

/// A role that Lambda may take on, and that may do everything.
pub(crate) async fn role(cloud: &TestCloud) -> String {
    let trust = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
    }});
    let input = CreateRoleInput {
        role_name: "role".to_owned(),
        assume_role_policy_document: trust.to_string(),
        ..CreateRoleInput::default()
    };
    if let Ok(created) = cloud.call::<CreateRole>(input).await {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let input = PutRolePolicyInput {
            role_name: "role".to_owned(),
            policy_name: "p".to_owned(),
            policy_document: policy.to_string(),
        };
        cloud.call::<PutRolePolicy>(input).await.unwrap();
        return created.role.arn;
    }
    format!("arn:aws:iam::{}:role/role", cloud.account())
}

/// A zip file of one file.
pub(crate) fn zip(content: &str) -> bytes::Bytes {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("index.py", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner().into()
}

/// What creates a function.
pub(crate) async fn input(cloud: &TestCloud, name: &str) -> api::CreateFunctionInput {
    api::CreateFunctionInput {
        function_name: name.to_owned(),
        runtime: Some("python3.13".into()),
        handler: Some("index.handler".to_owned()),
        role: role(cloud).await,
        code: api::FunctionCode { zip_file: Some(zip("one")), ..Default::default() },
        ..Default::default()
    }
}

/// Creates a function that can be invoked.
pub(crate) async fn function(cloud: &TestCloud, name: &str) {
    let input = input(cloud, name).await;
    cloud.call::<api::CreateFunction>(input).await.unwrap();
    settle(cloud).await;
}

/// Lets changes be done.
pub(crate) async fn settle(cloud: &TestCloud) {
    cloud.advance(Duration::from_secs(2)).await;
}

/// Invokes and waits.
pub(crate) async fn invoke(cloud: &TestCloud, name: &str, event: Value) -> api::InvokeOutput {
    let input = api::InvokeInput {
        function_name: name.to_owned(),
        payload: Some(event.to_string().into()),
        ..Default::default()
    };
    cloud.call::<api::Invoke>(input).await.unwrap()
}

/// The answer as JSON.
pub(crate) fn answer(output: &api::InvokeOutput) -> Value {
    serde_json::from_slice(output.payload.as_ref().unwrap()).unwrap()
}

/// The ARN of a function.
pub(crate) fn arn(cloud: &TestCloud, name: &str) -> String {
    format!("arn:aws:lambda:{}:{}:function:{name}", cloud.region(), cloud.account())
}

/// A queue; its ARN.
pub(crate) async fn queue(cloud: &TestCloud, name: &str) -> String {
    let input = CreateQueueInput { queue_name: name.to_owned(), ..Default::default() };
    cloud.call::<CreateQueue>(input).await.unwrap();
    format!("arn:aws:sqs:{}:{}:{name}", cloud.region(), cloud.account())
}

/// Messages of a queue, once there are as many; fails when there never are.
pub(crate) async fn messages(cloud: &TestCloud, name: &str, count: usize) -> Vec<Message> {
    let mut all = Vec::new();
    for _ in 0..TURNS {
        let input = ReceiveMessageInput {
            queue_url: format!("http://localhost:4566/{}/{name}", cloud.account()),
            max_number_of_messages: Some(10),
            message_attribute_names: Some(vec!["All".to_owned()]),
            ..Default::default()
        };
        all.extend(cloud.call::<ReceiveMessage>(input).await.unwrap().messages.unwrap_or_default());
        if all.len() >= count {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert_eq!(all.len(), count, "messages in {name}");
    all
}

/// Waits until something holds, a second of the cloud's time after the other; fails when it never does.
pub(crate) async fn until(cloud: &TestCloud, holds: impl Fn() -> bool) {
    for _ in 0..TURNS {
        if holds() {
            return;
        }
        turn().await;
        cloud.advance(Duration::from_secs(1)).await;
    }
    panic!("it never held");
}

/// Lets other threads go on: packages are unpacked there.
pub(crate) async fn turn() {
    tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    tokio::task::yield_now().await;
}
