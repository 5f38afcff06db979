//! One case for each rule, and for each pair of services that a rule could confuse.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{Head, Named, identify};

struct Case {
    method: Method,
    target: &'static str,
    host: &'static str,
    headers: &'static [(&'static str, &'static str)],
    form: &'static str,
    signing_name: Option<&'static str>,
}

impl Case {
    const fn new(method: Method, target: &'static str) -> Self {
        Self { method, target, host: "localhost", headers: &[], form: "", signing_name: None }
    }

    const fn signed(mut self, name: &'static str) -> Self {
        self.signing_name = Some(name);
        self
    }

    const fn host(mut self, host: &'static str) -> Self {
        self.host = host;
        self
    }

    const fn headers(mut self, headers: &'static [(&'static str, &'static str)]) -> Self {
        self.headers = headers;
        self
    }

    const fn form(mut self, form: &'static str) -> Self {
        self.form = form;
        self.headers = &[("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self
    }

    /// `rule service operation protocol`, with `?name` for an unknown operation.
    fn told(&self) -> String {
        let uri: Uri = self.target.parse().unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in self.headers {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let form = (!self.form.is_empty()).then_some(self.form.as_bytes());
        let (method, host, signing_name) = (&self.method, self.host, self.signing_name);
        match identify(&Head { method, uri: &uri, headers: &headers, host, form, signing_name }) {
            Err(unidentified) => format!("- {} {:?}", unidentified.operation, unidentified.protocol),
            Ok(found) => {
                let operation = match &found.operation {
                    Named::Operation(operation) => operation.name.to_owned(),
                    Named::Unknown { name, .. } => format!("?{name}"),
                };
                format!("{} {} {operation} {:?}", found.rule, found.service.schema.id, found.protocol)
            }
        }
    }
}

fn all(cases: &[(Case, &str)]) {
    for (case, expected) in cases {
        assert_eq!(case.told(), *expected, "{} {} {:?}", case.method, case.target, case.signing_name);
    }
}

const POST: Method = Method::POST;
const GET: Method = Method::GET;
const PUT: Method = Method::PUT;

#[test]
fn rpc_protocols_name_the_operation() {
    all(&[
        (
            Case::new(POST, "/service/AmazonSQS/operation/SendMessage")
                .headers(&[("smithy-protocol", "rpc-v2-cbor"), ("content-type", "application/cbor")]),
            "1 sqs SendMessage RpcV2Cbor",
        ),
        (
            Case::new(POST, "/service/GraniteServiceVersion20100801/operation/PutMetricData")
                .headers(&[("smithy-protocol", "rpc-v2-cbor")]),
            "1 cloudwatch PutMetricData RpcV2Cbor",
        ),
        (
            Case::new(POST, "/")
                .headers(&[("x-amz-target", "AmazonSQS.SendMessage"), ("content-type", "application/x-amz-json-1.0")]),
            "2 sqs SendMessage Json10",
        ),
        (
            Case::new(POST, "/").headers(&[
                ("x-amz-target", "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.LookupEvents"),
                ("content-type", "application/x-amz-json-1.1"),
            ]),
            "2 cloudtrail LookupEvents Json11",
        ),
        (
            Case::new(POST, "/").headers(&[("x-amz-target", "AmazonSQS.Teleport")]).signed("sqs"),
            "2 sqs ?Teleport Json10",
        ),
        (Case::new(POST, "/").headers(&[("x-amz-target", "Nobody.Teleport")]), "- Teleport Json11"),
    ]);
}

#[test]
fn a_target_decides_over_the_scope() {
    let streams =
        Case::new(POST, "/").headers(&[("x-amz-target", "DynamoDBStreams_20120810.ListStreams")]).signed("dynamodb");
    all(&[
        (streams, "2 dynamodbstreams ListStreams Json10"),
        (
            Case::new(POST, "/").headers(&[("x-amz-target", "DynamoDB_20120810.PutItem")]).signed("sqs"),
            "2 dynamodb PutItem Json10",
        ),
    ]);
}

#[test]
fn signing_names_that_services_share() {
    all(&[
        (
            Case::new(POST, "/").form("Action=DescribeDBInstances&Version=2014-10-31").signed("rds"),
            "3 neptune DescribeDBInstances Query",
        ),
        (Case::new(GET, "/v2/apis").signed("apigateway"), "3 apigatewayv2 GetApis RestJson"),
        (Case::new(GET, "/restapis").signed("apigateway"), "3 apigateway GetRestApis RestJson"),
        (Case::new(GET, "/2015-01-01/domain").signed("es"), "3 es ListDomainNames RestJson"),
        (Case::new(GET, "/2021-01-01/domain").signed("es"), "3 opensearch ListDomainNames RestJson"),
        (Case::new(POST, "/getMedia").signed("kinesisvideo"), "3 kinesis-video-media GetMedia RestJson"),
        (Case::new(POST, "/createStream").signed("kinesisvideo"), "3 kinesisvideo CreateStream RestJson"),
        (
            Case::new(GET, "/v20180820/jobs").headers(&[("x-amz-account-id", "000000000000")]).signed("s3"),
            "3 s3control ListJobs RestXml",
        ),
        (Case::new(GET, "/v20180820/jobs").signed("s3"), "3 s3 GetObject RestXml"),
        (
            Case::new(POST, "/").form("Action=DescribeLoadBalancers&Version=2015-12-01").signed("elasticloadbalancing"),
            "3 elbv2 DescribeLoadBalancers Query",
        ),
    ]);
}

#[test]
fn query_calls() {
    all(&[
        (Case::new(POST, "/").form("Action=SendMessage&Version=2012-11-05").signed("sqs"), "3 sqs SendMessage Query"),
        (
            Case::new(POST, "/000000000000/q").form("Action=SendMessage&MessageBody=x").signed("sqs"),
            "3 sqs SendMessage Query",
        ),
        (
            Case::new(GET, "/000000000000/q?Action=ReceiveMessage&Version=2012-11-05").signed("sqs"),
            "3 sqs ReceiveMessage Query",
        ),
        (Case::new(POST, "/").form("Action=Teleport&Version=2012-11-05").signed("sqs"), "3 sqs ?Teleport Query"),
        (Case::new(POST, "/").form("Version=2012-11-05&Action=Publish").signed("sns"), "3 sns Publish Query"),
        (Case::new(POST, "/").form("Action=RunInstances&Version=2016-11-15").signed("ec2"), "3 ec2 RunInstances Ec2"),
        (
            Case::new(POST, "/").form("Action=AssumeRoleWithWebIdentity&Version=2011-06-15"),
            "5 sts AssumeRoleWithWebIdentity Query",
        ),
        (Case::new(POST, "/").form("Action=AssumeRoleWithWebIdentity"), "5 sts AssumeRoleWithWebIdentity Query"),
        (Case::new(POST, "/000000000000/q").form("Action=SendMessage"), "5 sqs SendMessage Query"),
        (Case::new(POST, "/").form("Action=DescribeTags"), "- DescribeTags Query"),
        (Case::new(POST, "/").form("Action=Teleport&Version=2000-01-01"), "- Teleport Query"),
    ]);
}

#[test]
fn hosts_tell_when_nothing_is_signed() {
    all(&[
        (
            Case::new(POST, "/").form("Action=SendMessage").host("sqs.eu-west-1.amazonaws.com"),
            "4 sqs SendMessage Query",
        ),
        (Case::new(GET, "/key").host("bucket.s3.eu-west-1.amazonaws.com"), "4 s3 GetObject RestXml"),
        (Case::new(GET, "/").host("bucket.s3.localhost"), "4 s3 ListObjects RestXml"),
        (
            Case::new(GET, "/2015-03-31/functions").host("lambda.eu-west-1.amazonaws.com"),
            "4 lambda ListFunctions RestJson",
        ),
    ]);
}

#[test]
fn fixed_paths_need_to_be_telling() {
    all(&[
        (Case::new(GET, "/2015-03-31/functions/"), "6 lambda ListFunctions RestJson"),
        (Case::new(GET, "/clusters"), "7 s3 ListObjects RestXml"),
        (Case::new(POST, "/clusters").headers(&[("content-type", "application/json")]), "6 eks CreateCluster RestJson"),
    ]);
}

#[test]
fn everything_else_is_object_storage() {
    all(&[
        (Case::new(GET, "/"), "7 s3 ListBuckets RestXml"),
        (Case::new(PUT, "/bucket"), "7 s3 CreateBucket RestXml"),
        (Case::new(PUT, "/bucket/a/b//c").signed("s3"), "3 s3 PutObject RestXml"),
        (Case::new(PUT, "/bucket/key?partNumber=1&uploadId=x").signed("s3"), "3 s3 UploadPart RestXml"),
        (
            Case::new(PUT, "/bucket/key?partNumber=1&uploadId=x").headers(&[("x-amz-copy-source", "a/b")]).signed("s3"),
            "3 s3 UploadPartCopy RestXml",
        ),
        (Case::new(PUT, "/b/k").headers(&[("x-amz-copy-source", "a/b")]).signed("s3"), "3 s3 CopyObject RestXml"),
        (Case::new(GET, "/bucket/key?uploadId=x").signed("s3"), "3 s3 ListParts RestXml"),
        (Case::new(GET, "/bucket?list-type=2").signed("s3"), "3 s3 ListObjectsV2 RestXml"),
        (Case::new(GET, "/bucket?versioning").signed("s3"), "3 s3 GetBucketVersioning RestXml"),
        (Case::new(POST, "/bucket?delete").signed("s3"), "3 s3 DeleteObjects RestXml"),
        (Case::new(Method::DELETE, "/bucket/key?uploadId=x").signed("s3"), "3 s3 AbortMultipartUpload RestXml"),
        (Case::new(Method::HEAD, "/bucket/key").signed("s3"), "3 s3 HeadObject RestXml"),
    ]);
}
