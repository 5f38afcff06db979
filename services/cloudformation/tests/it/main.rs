//! CloudFormation in process: stacks of real queues and topics, and of things invented for the test that fail where they are
//! told to.

#![allow(clippy::unwrap_used, reason = "what fails here is a test")]

mod change_set;
mod crash;
mod exports;
mod failure;
mod refused;
mod stack;
mod template;
mod things;

use api_cloudformation::{DescribeStackEvents, DescribeStackEventsInput, DescribeStacks, DescribeStacksInput, Stack};
use serde_json::Value;
use service_kit::{Error, Fault};
use smithy::Operation;
use testkit::TestCloud;
use things::Things;

/// A cloud with queues, topics and things.
fn cloud() -> (TestCloud, Things) {
    let things = Things::default();
    let made = things.clone();
    let cloud = TestCloud::new(|parts| {
        vec![svc_cloudformation::service(parts), svc_sqs::service(parts), svc_sns::service(parts), made.service()]
    });
    (cloud, things)
}

/// A template with these resources.
fn template(resources: Value) -> Option<String> {
    Some(serde_json::json!({ "Resources": resources }).to_string())
}

async fn described(cloud: &TestCloud, name: &str) -> Option<Stack> {
    let input = DescribeStacksInput { stack_name: Some(name.to_owned()), next_token: None };
    cloud.call::<DescribeStacks>(input).await.ok()?.stacks?.pop()
}

/// The code and the text of a refusal.
async fn refusal<O: Operation>(cloud: &TestCloud, input: O::Input) -> (String, String) {
    match cloud.call::<O>(input).await {
        Err(Error::Modeled(error)) => (error.schema.code.to_owned(), error.message),
        Err(Error::Fault(Fault::Invalid { message })) => ("ValidationError".to_owned(), message),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("it was not refused"),
    }
}

/// Waits until nothing is in progress on a stack.
async fn at_rest(cloud: &TestCloud, name: &str) -> Stack {
    for turn in 0..200_000 {
        match described(cloud, name).await {
            Some(stack) if stack.stack_status.as_str().ends_with("_IN_PROGRESS") => {
                tokio::task::yield_now().await;
                // What is underway is looked at again after a while.
                if turn % 100 == 99 {
                    cloud.advance(std::time::Duration::from_millis(100)).await;
                }
            }
            Some(stack) => return stack,
            None => panic!("no stack {name}"),
        }
    }
    panic!("{name} does not come to rest")
}

/// Statuses of a resource of a stack, the first first.
async fn history(cloud: &TestCloud, stack: &str, resource: &str) -> Vec<String> {
    let input = DescribeStackEventsInput { stack_name: stack.to_owned(), next_token: None };
    let events = cloud.call::<DescribeStackEvents>(input).await.unwrap().stack_events.unwrap_or_default();
    let of = events.into_iter().filter(|event| event.logical_resource_id.as_deref() == Some(resource));
    let mut statuses: Vec<_> = of.filter_map(|event| Some(event.resource_status?.as_str().to_owned())).collect();
    statuses.reverse();
    statuses
}
