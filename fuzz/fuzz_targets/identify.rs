//! Any head of a request, its host and its form: which service and operation it means.
#![no_main]

mod seeds;
mod wire;

use gateway::identify::{Head, HostParts, Identified, Named, identify};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use wire::Wire;

const SEEDS: [&[u8]; 12] = [
    b"sqs\nPOST /\nhost: localhost:4566\nx-amz-target: AmazonSQS.SendMessage\n\n{}",
    b"monitoring\nPOST /service/GraniteServiceVersion20100801/operation/ListMetrics\nsmithy-protocol: rpc-v2-cbor\n\n",
    b"sts\nPOST /\ncontent-type: application/x-www-form-urlencoded\n\nAction=GetCallerIdentity&Version=2011-06-15",
    b"\nGET /?Action=ListQueues&Version=2012-11-05\nhost: eu-west-1.queue.amazonaws.com\n\n",
    b"rds\nPOST /\n\nAction=DescribeDBInstances&Version=2014-10-31",
    b"\nPUT /bucket/a%2Fb?uploadId=1&partNumber=2\nhost: s3.eu-west-1.localhost\n\n",
    b"s3\nGET /key?acl&versionId=1\nhost: a.b.s3-eu-west-1.amazonaws.com\n\n",
    b"lambda\nPOST /2015-03-31/functions/f%3A1/invocations?Qualifier=x\nhost: lambda-fips.us-gov-west-1.amazonaws.com\n\n",
    b"execute-api\nGET /restapis/a/stages\nhost: x.execute-api.localhost\n\n",
    b"apigateway\nGET /v2/apis/1/routes\n\n",
    b"route53\nGET /2013-04-01/hostedzone/Z/rrset\n\n",
    b"dynamodb\nPOST /\nhost: streams.dynamodb.eu-west-1.api.aws\nx-amz-target: DynamoDBStreams_20120810.GetRecords\n\n",
];

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    seeds::mutate(&SEEDS, data, size, max_size, seed)
});

fuzz_target!(|text: &[u8]| {
    let Some((signing_name, request)) = wire::split_once(text, b"\n") else { return };
    let signing_name = std::str::from_utf8(signing_name).ok().filter(|name| !name.is_empty());
    let Some(wire) = Wire::read(request) else { return };
    let host = wire.host().to_ascii_lowercase();
    let parts = HostParts::read(&host);
    (parts.region(), parts.endpoint_prefix(), parts.bucket());
    for (form, signing_name) in [(None, signing_name), (Some(wire.body), signing_name), (Some(wire.body), None)] {
        let head =
            Head { method: &wire.method, uri: &wire.uri, headers: &wire.headers, host: &host, form, signing_name };
        if let Ok(identified) = identify(&head) {
            check(&identified);
        }
    }
});

/// An operation is one of its service's, spoken in one of its protocols; rules are numbered as they are told.
fn check(identified: &Identified) {
    assert!(identified.rule <= 7);
    let service = identified.service;
    if let Named::Operation(operation) = &identified.operation {
        assert!(service.operation(operation.name).is_some(), "{} {}", service.schema.id, operation.name);
    }
    assert_eq!(identified.operation_name().is_empty(), matches!(identified.operation, Named::Unknown { .. }));
    identified.unsigned();
}
