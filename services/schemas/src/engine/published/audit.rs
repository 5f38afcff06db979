//! Calls of APIs, as CloudTrail tells them. Source: CloudTrail user guide, "CloudTrail record contents". AWS's own schema of
//! such an event has in `requestParameters` the parameters of the calls it happened to see; here they are any object.

/// The detail type of all of them.
pub(super) const DETAIL_TYPE: &str = "AWS API Call via CloudTrail";

/// The services of this cloud whose calls are told.
pub(super) const SOURCES: &[&str] = &[
    "aws.application-autoscaling",
    "aws.cloudtrail",
    "aws.dynamodb",
    "aws.events",
    "aws.firehose",
    "aws.iam",
    "aws.kinesis",
    "aws.kms",
    "aws.organizations",
    "aws.s3",
    "aws.scheduler",
    "aws.schemas",
    "aws.sns",
    "aws.sqs",
    "aws.sts",
];

/// A record of CloudTrail.
pub(super) const DETAIL: &str = r#"{
    "eventVersion":"1.11",
    "userIdentity":{"type":"AssumedRole","principalId?":"p","arn?":"a","accountId?":"1","accessKeyId?":"k","userName?":"u",
        "invokedBy?":"s","sessionContext?":{
            "sessionIssuer?":{"type":"Role","principalId":"p","arn":"a","accountId":"1","userName":"r"},
            "attributes":{"creationDate":"2021-01-01T00:00:00Z","mfaAuthenticated":"false"}}},
    "eventTime":"2021-01-01T00:00:00Z","eventSource":"s3.amazonaws.com","eventName":"CreateBucket","awsRegion":"us-east-1",
    "sourceIPAddress":"1.2.3.4","userAgent":"a","errorCode?":"c","errorMessage?":"m",
    "requestParameters":null,"responseElements":null,"additionalEventData?":{},
    "requestID":"r","eventID":"e","readOnly":false,
    "resources?":[{"type?":"t","ARN?":"a","accountId?":"1"}],
    "eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"1","sharedEventID?":"s","eventCategory":"Management",
    "tlsDetails?":{"tlsVersion?":"TLSv1.3","cipherSuite?":"c","clientProvidedHostHeader?":"h"}
}"#;
