//! Any requests down the whole road into SQS and STS: each is answered, in its own protocol, and nothing breaks on the way.
//!
//! An input is a conversation with one cloud, its calls apart by the byte 1E. The first byte of a call tells its form:
//!
//! | byte | the rest |
//! |---|---|
//! | `J`, `Q`, `C` | a byte for an operation of SQS, and its body in JSON 1.0, query or CBOR |
//! | `S` | a byte for an operation of STS, and its form |
//! | `T` | seconds that pass |
//! | other | a whole request, as `wire.rs` reads it |
//!
//! In a body `@H`, `@N` and `@T` stand for the last receipt handle, page token and task handle that were answered, and
//! `@U` for a queue's URL.
#![no_main]

mod answer;
mod conversation;
mod seeds;
mod wire;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

const SEEDS: [&[u8]; 14] = [
    b"J\x0b{\"QueueUrl\":\"@U\",\"MessageBody\":\"a\",\"DelaySeconds\":2,\"MessageAttributes\":{\"n\":{\"DataType\":\"Number\",\"StringValue\":\"1.5\"}}}\x1eT3\x1eJ\x09{\"QueueUrl\":\"@U\",\"AttributeNames\":[\"All\"],\"MessageAttributeNames\":[\"n.*\",\"All\"],\"WaitTimeSeconds\":1,\"MaxNumberOfMessages\":10}\x1eJ\x05{\"QueueUrl\":\"@U\",\"ReceiptHandle\":\"@H\"}",
    b"J\x0b{\"QueueUrl\":\"@U.fifo\",\"MessageBody\":\"a\",\"MessageGroupId\":\"g\",\"MessageDeduplicationId\":\"d\"}\x1eJ\x09{\"QueueUrl\":\"@U.fifo\",\"ReceiveRequestAttemptId\":\"r\",\"VisibilityTimeout\":9}\x1eJ\x02{\"QueueUrl\":\"@U.fifo\",\"ReceiptHandle\":\"@H\",\"VisibilityTimeout\":0}",
    b"J\x0c{\"QueueUrl\":\"@U\",\"Entries\":[{\"Id\":\"a\",\"MessageBody\":\"x\",\"MessageSystemAttributes\":{\"AWSTraceHeader\":{\"DataType\":\"String\",\"StringValue\":\"Root=1-5759e988-bd862e3fe1be46a994272793\"}}},{\"Id\":\"b\",\"MessageBody\":\"\\u0001\"}]}\x1eJ\x09{\"QueueUrl\":\"@U\",\"MaxNumberOfMessages\":10}\x1eJ\x06{\"QueueUrl\":\"@U\",\"Entries\":[{\"Id\":\"a\",\"ReceiptHandle\":\"@H\"}]}\x1eJ\x03{\"QueueUrl\":\"@U\",\"Entries\":[{\"Id\":\"a\",\"ReceiptHandle\":\"@H\",\"VisibilityTimeout\":1}]}",
    b"J\x04{\"QueueName\":\"r\",\"Attributes\":{\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:us-east-1:000000000000:q\\\",\\\"maxReceiveCount\\\":\\\"1\\\"}\",\"VisibilityTimeout\":\"0\",\"KmsMasterKeyId\":\"alias/aws/sqs\"},\"tags\":{\"a\":\"b\"}}\x1eJ\x0b{\"QueueUrl\":\"http://localhost:4566/000000000000/r\",\"MessageBody\":\"a\"}\x1eJ\x09{\"QueueUrl\":\"http://localhost:4566/000000000000/r\"}\x1eJ\x09{\"QueueUrl\":\"http://localhost:4566/000000000000/r\"}\x1eJ\x0f{\"SourceArn\":\"arn:aws:sqs:us-east-1:000000000000:q\",\"MaxNumberOfMessagesPerSecond\":1}\x1eJ\x11{\"SourceArn\":\"arn:aws:sqs:us-east-1:000000000000:q\"}\x1eJ\x01{\"TaskHandle\":\"@T\"}\x1eJ\x10{\"QueueUrl\":\"@U\",\"MaxResults\":1}",
    b"J\x0d{\"QueueUrl\":\"@U\",\"Attributes\":{\"Policy\":\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":\\\"*\\\",\\\"Action\\\":\\\"sqs:*\\\",\\\"Resource\\\":\\\"*\\\"}]}\",\"RedriveAllowPolicy\":\"{\\\"redrivePermission\\\":\\\"byQueue\\\",\\\"sourceQueueArns\\\":[\\\"arn:aws:sqs:us-east-1:000000000000:r\\\"]}\",\"MaximumMessageSize\":\"1024\"}}\x1eJ\x07{\"QueueUrl\":\"@U\",\"AttributeNames\":[\"All\"]}",
    b"J\x00{\"QueueUrl\":\"@U\",\"Label\":\"l\",\"AWSAccountIds\":[\"111122223333\"],\"Actions\":[\"SendMessage\",\"*\"]}\x1eJ\x12{\"QueueUrl\":\"@U\",\"Label\":\"l\"}\x1eJ\x13{\"QueueUrl\":\"@U\",\"Tags\":{\"a\":\"b\"}}\x1eJ\x14{\"QueueUrl\":\"@U\"}\x1eJ\x15{\"QueueUrl\":\"@U\",\"TagKeys\":[\"a\"]}",
    b"J\x0e{\"MaxResults\":1,\"QueueNamePrefix\":\"q\"}\x1eJ\x0e{\"MaxResults\":1,\"QueueNamePrefix\":\"q\",\"NextToken\":\"@N\"}\x1eJ\x0a{\"QueueName\":\"q\",\"QueueOwnerAWSAccountId\":\"000000000000\"}\x1eJ\x08{\"QueueUrl\":\"@U\"}\x1eJ\x16{\"QueueUrl\":\"@U\"}",
    b"Q\x0b&QueueUrl=@U&MessageBody=a%00%0b+%F0%9F%98%80&MessageAttribute.1.Name=n&MessageAttribute.1.Value.DataType=Binary&MessageAttribute.1.Value.BinaryValue=AA%3D%3D\x1eQ\x09&QueueUrl=@U&AttributeName.1=All&MessageAttributeName.1=All&WaitTimeSeconds=20\x1eQ\x05&QueueUrl=@U&ReceiptHandle=@H",
    b"Q\x0c&QueueUrl=@U&SendMessageBatchRequestEntry.1.Id=a&SendMessageBatchRequestEntry.1.MessageBody=b&SendMessageBatchRequestEntry.2.Id=a&SendMessageBatchRequestEntry.2.MessageBody=c\x1eQ\x04&QueueName=n&Attribute.1.Name=DelaySeconds&Attribute.1.Value=900&Tag.1.Key=a&Tag.1.Value=b",
    b"C\x0b\xa2hQueueUrlb@UkMessageBodyaa\x1eC\x09\xa2hQueueUrlb@UsMaxNumberOfMessages\x0a\x1eC\x0e\xbfjMaxResults\x01\xff",
    b"S\x06\x1eS\x05&AccessKeyId=AKIAIOSFODNN7EXAMPLE\x1eS\x00&RoleArn=arn:aws:iam::000000000000:role/r&RoleSessionName=s",
    b"POST /000000000000/q\nhost: sqs.eu-west-1.localhost:4566\ncontent-type: application/x-www-form-urlencoded\n\nAction=SendMessage&MessageBody=x",
    b"GET /000000000000/q?Action=ReceiveMessage&Version=2012-11-05\nhost: localhost\norigin: http://localhost:3000\n\n",
    b"OPTIONS /\nhost: localhost\norigin: http://localhost\naccess-control-request-method: PUT\n\n\x1ePOST /\nhost: localhost\nx-amz-target: AmazonSQS.ListQueues\ncontent-type: application/x-amz-json-1.1\nauthorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=00\nx-amz-date: 20260101T000000Z\nx-amzn-query-mode: true\n\n{}",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|input: &[u8]| {
    // Time passes when nothing else can go on, so that a long poll takes no time.
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_time().start_paused(true).build().expect("a runtime of one thread");
    runtime.block_on(conversation::run(input));
});
