//! The static description of an operation and of the service it belongs to.

use crate::{ActionFacts, ErrorSchema, Kind, Schema, Shape};

/// A wire protocol of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProtocolKind {
    /// Form in, XML out.
    Query,
    /// EC2's dialect of query.
    Ec2,
    /// JSON with `X-Amz-Target`, content type `application/x-amz-json-1.0`.
    Json10,
    /// The same with 1.1.
    Json11,
    /// JSON bodies, HTTP bindings.
    RestJson,
    /// XML bodies, HTTP bindings.
    RestXml,
    /// CBOR to `/service/S/operation/O`.
    RpcV2Cbor,
    /// `Json11` in CBOR, content type `application/x-amz-cbor-1.1`: what SDKs for Java speak to Kinesis.
    Cbor11,
}

/// A service as a client sees it.
#[derive(Debug)]
pub struct ServiceSchema {
    /// Folder name of the model: `sqs`, `dynamodbstreams`.
    pub id: &'static str,
    /// The name the SDKs give it: `SQS`, `DynamoDB Streams`.
    pub sdk_id: &'static str,
    /// The full name: `Amazon Simple Queue Service`.
    pub full_name: &'static str,
    /// Name in the credential scope.
    pub signing_name: &'static str,
    /// First label of its host.
    pub endpoint_prefix: &'static str,
    /// `Version` of query requests.
    pub api_version: &'static str,
    /// What stands before the dot in `X-Amz-Target`; empty when it has none.
    pub target_prefix: &'static str,
    /// The namespace of its Smithy shapes (`com.amazonaws.sqs`), shown in `__type`; empty where answers carry bare names.
    pub namespace: &'static str,
    /// The XML namespace of its answers; empty when it has none.
    pub xml_namespace: &'static str,
    /// Protocols it speaks, the model's first choice first.
    pub protocols: &'static [ProtocolKind],
    /// JSON and CBOR errors carry the old query code in `x-amzn-query-error`.
    pub query_compatible: bool,
    /// One endpoint for all regions (IAM, STS's legacy endpoint, Route 53…).
    pub global: bool,
    /// What CloudTrail calls it: `sqs.amazonaws.com`, but `monitoring.amazonaws.com` for CloudWatch.
    pub event_source: &'static str,
}

/// How a REST operation is addressed. RPC protocols ignore all but the status.
#[derive(Debug)]
pub struct HttpBinding {
    /// `GET`, `PUT`…
    pub method: &'static str,
    /// Path template with optional literal query: `/{Bucket}/{Key+}?uploads`.
    pub uri: &'static str,
    /// Status of a successful answer.
    pub status: u16,
}

/// One operation.
#[derive(Debug)]
pub struct OperationSchema {
    /// `SendMessage`.
    pub name: &'static str,
    /// The service it belongs to.
    pub service: &'static ServiceSchema,
    /// Its input structure.
    pub input: &'static Schema,
    /// Its output structure; without members when there is none.
    pub output: &'static Schema,
    /// Where REST protocols find it.
    pub http: HttpBinding,
    /// The element around a query answer (`SendMessageResult`); none for operations without output.
    pub result_wrapper: Option<&'static str>,
    /// What it may answer besides its output.
    pub errors: &'static [&'static ErrorSchema],
    /// The action IAM decides on, `sqs:SendMessage`.
    pub action: &'static str,
    /// What AWS's reference says of `action`, and after it of the actions that some calls need besides (a copy reads its
    /// source). Empty when the reference has no such action.
    pub access: &'static [&'static ActionFacts],
    /// No policy decides it: whoever signs may call it (`GetCallerIdentity`).
    pub always_allowed: bool,
    /// Changes nothing: CloudTrail's `readOnly`.
    pub read_only: bool,
    /// CloudTrail's resource type (`AWS::SQS::Queue`) when a call is a data event, which trails record only when asked to;
    /// none for management events.
    pub data_event: Option<&'static str>,
    /// Answered without credentials (STS's federation, Cognito's sign-up).
    pub unsigned: bool,
    /// Label before the host: `data-`, `{AccountId}.`.
    pub host_prefix: Option<&'static str>,
}

impl ServiceSchema {
    /// A service without a name, to be filled in with `..ServiceSchema::EMPTY`.
    pub const EMPTY: Self = Self {
        id: "",
        sdk_id: "",
        full_name: "",
        signing_name: "",
        endpoint_prefix: "",
        api_version: "",
        target_prefix: "",
        namespace: "",
        xml_namespace: "",
        protocols: &[],
        query_compatible: false,
        global: false,
        event_source: "",
    };
}

impl OperationSchema {
    /// An operation without a name or members, to be filled in with `..OperationSchema::EMPTY`.
    pub const EMPTY: Self = Self {
        name: "",
        service: &NO_SERVICE,
        input: &NO_MEMBERS,
        output: &NO_MEMBERS,
        http: HttpBinding { method: "POST", uri: "/", status: 200 },
        result_wrapper: None,
        errors: &[],
        action: "",
        access: &[],
        always_allowed: false,
        read_only: false,
        data_event: None,
        unsigned: false,
        host_prefix: None,
    };
}

static NO_SERVICE: ServiceSchema = ServiceSchema::EMPTY;
static NO_MEMBERS: Schema = Schema::new("", Kind::Structure);

/// A type that stands for one operation.
pub trait Operation: Send + Sync + 'static {
    /// What a client sends.
    type Input: Shape + Default + 'static;
    /// What it gets.
    type Output: Shape + Default + 'static;
    /// Its description.
    const SCHEMA: &'static OperationSchema;
}
