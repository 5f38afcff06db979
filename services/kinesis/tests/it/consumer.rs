//! Consumers with enhanced fan-out: registered, described, listed, removed.

use std::time::Duration;

use api_kinesis::*;

use crate::cloud::*;

fn registering(name: &str) -> RegisterStreamConsumerInput {
    RegisterStreamConsumerInput { stream_arn: arn("s"), consumer_name: name.into(), ..Default::default() }
}

#[tokio::test]
async fn register_describe_list_and_deregister_stream_consumer() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    let made = cloud.call::<RegisterStreamConsumer>(registering("c")).await.unwrap().consumer;
    assert_eq!(made.consumer_status, ConsumerStatus::Creating);
    let second = cloud.runtime().clock.now().secs();
    assert_eq!(made.consumer_arn, format!("{}/consumer/c:{second}", arn("s")));
    let (code, text) = cloud.error::<RegisterStreamConsumer>(registering("c")).await;
    assert_eq!(code, "ResourceInUseException");
    assert_eq!(text, "Consumer c under stream s under account 000000000000 already exists.");
    let by_name =
        DescribeStreamConsumerInput { stream_arn: Some(arn("s")), consumer_name: some("c"), ..Default::default() };
    let by_arn = DescribeStreamConsumerInput { consumer_arn: Some(made.consumer_arn.clone()), ..Default::default() };
    for input in [by_name.clone(), by_arn.clone()] {
        let there = cloud.call::<DescribeStreamConsumer>(input).await.unwrap().consumer_description;
        assert_eq!((there.consumer_arn, there.consumer_status), (made.consumer_arn.clone(), ConsumerStatus::Active));
        assert_eq!((there.stream_arn, there.consumer_name.as_str()), (arn("s"), "c"));
    }
    assert_eq!(summary(&cloud, "s").await.consumer_count, Some(1));
    let input = DeregisterStreamConsumerInput { consumer_arn: Some(made.consumer_arn), ..Default::default() };
    cloud.call::<DeregisterStreamConsumer>(input.clone()).await.unwrap();
    for code in [
        cloud.error::<DeregisterStreamConsumer>(input).await.0,
        cloud.error::<DescribeStreamConsumer>(by_name).await.0,
        cloud.error::<DescribeStreamConsumer>(by_arn).await.0,
    ] {
        assert_eq!(code, "ResourceNotFoundException");
    }
    let nothing = cloud.error::<DescribeStreamConsumer>(DescribeStreamConsumerInput::default()).await;
    assert_eq!(nothing.0, "InvalidArgumentException");
}

#[tokio::test]
async fn list_stream_consumers_by_page_and_twenty_at_most() {
    let cloud = cloud();
    create(&cloud, "s", 1).await;
    for at in 0..20 {
        cloud.call::<RegisterStreamConsumer>(registering(&format!("c{at:02}"))).await.unwrap();
    }
    assert_eq!(cloud.error::<RegisterStreamConsumer>(registering("x")).await.0, "LimitExceededException");
    let listing = |next_token| ListStreamConsumersInput {
        stream_arn: arn("s"),
        max_results: Some(15),
        next_token,
        ..Default::default()
    };
    let page = cloud.call::<ListStreamConsumers>(listing(None)).await.unwrap();
    let token = page.next_token;
    let rest = cloud.call::<ListStreamConsumers>(listing(token.clone())).await.unwrap();
    let names: Vec<_> =
        page.consumers.into_iter().chain(rest.consumers).flatten().map(|consumer| consumer.consumer_name).collect();
    assert_eq!(names, (0..20).map(|at| format!("c{at:02}")).collect::<Vec<_>>());
    assert_eq!(rest.next_token, None);
    cloud.advance(Duration::from_secs(301)).await;
    assert_eq!(cloud.error::<ListStreamConsumers>(listing(token)).await.0, "ExpiredNextTokenException");
}
