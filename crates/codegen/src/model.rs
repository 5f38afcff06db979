//! The intermediate form: a service with every name already resolved for every wire, whatever vocabulary the model was
//! written in. The emitter knows only this, so another model format needs only another reader.

use std::collections::BTreeMap;

use crate::access::Access;

/// One service.
#[derive(Debug)]
pub struct Model {
    /// Folder name of the model.
    pub id: String,
    /// What concerns the service as a whole.
    pub service: Service,
    /// By name.
    pub operations: BTreeMap<String, Operation>,
    /// By the model's shape name.
    pub shapes: BTreeMap<String, Shape>,
    /// What the reference says of the actions of its operations; empty until it is asked.
    pub access: Access,
}

/// What concerns a service as a whole. Fields are those of `smithy::ServiceSchema`.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Service {
    pub sdk_id: String,
    pub full_name: String,
    pub signing_name: String,
    pub endpoint_prefix: String,
    pub api_version: String,
    pub target_prefix: String,
    pub namespace: String,
    pub xml_namespace: String,
    /// Variant names of `smithy::ProtocolKind`.
    pub protocols: Vec<&'static str>,
    pub query_compatible: bool,
    pub global: bool,
    /// What stands before the colon of an IAM action.
    pub action_prefix: String,
    pub event_source: String,
    /// Operations whose names the reference lacks are decided as their HTTP methods: `apigateway:GET`.
    pub method_actions: bool,
}

/// One operation. Fields are those of `smithy::OperationSchema`; shapes by name.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub struct Operation {
    pub name: String,
    pub method: String,
    pub uri: String,
    pub status: u16,
    pub input: String,
    pub output: String,
    pub result_wrapper: Option<String>,
    pub errors: Vec<String>,
    pub action: String,
    /// Whole actions that some calls need besides.
    pub further_actions: Vec<String>,
    pub always_allowed: bool,
    pub read_only: bool,
    /// `read_only`, when model or overlay say it.
    pub stated_read_only: Option<bool>,
    pub data_event: Option<String>,
    pub unsigned: bool,
    /// AWS tells clients to use another operation.
    pub deprecated: bool,
    pub host_prefix: Option<String>,
}

/// What a shape is: the variants of `smithy::Kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    String,
    Enum,
    Blob,
    Timestamp,
    Document,
    List,
    Map,
    Structure,
    Union,
    ByteStream,
    EventStream,
}

/// One shape. Fields are those of `smithy::Schema`.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Shape {
    pub name: String,
    pub kind: Kind,
    pub members: Vec<Member>,
    pub values: Vec<String>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    pub pattern: Option<String>,
    pub sensitive: bool,
    pub xml_name: Option<String>,
    pub xml_namespace: Option<String>,
    pub error: Option<Error>,
}

/// What an exception is besides its members.
#[derive(Debug, Clone)]
#[allow(missing_docs)]
pub struct Error {
    pub code: String,
    pub query_code: String,
    pub status: u16,
    pub query_status: u16,
    pub sender: bool,
    /// Any operation may answer it.
    pub everywhere: bool,
}

/// One member of a structure, or the element, key or value of a container. Fields are those of `smithy::Member`.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs)]
pub struct Member {
    pub name: String,
    pub target: String,
    /// A blob that is a `ByteStream` in this place only.
    pub streaming: bool,
    pub json_name: String,
    pub xml_name: String,
    pub query_name: String,
    /// Variant name of `smithy::Location`, and the name there.
    pub location: Option<(&'static str, String)>,
    pub required: bool,
    pub flattened: bool,
    pub xml_attribute: bool,
    pub xml_namespace: Option<(String, String)>,
    /// Variant name of `smithy::TimestampFormat`.
    pub timestamp_format: Option<&'static str>,
    pub idempotency_token: bool,
    pub json_value: bool,
    pub host_label: bool,
}

impl Operation {
    /// Its own action, then those that some calls need besides.
    pub fn actions(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.action).chain(&self.further_actions)
    }
}

impl Model {
    /// The shape of this name. Readers check that all targets exist.
    pub fn shape(&self, name: &str) -> &Shape {
        self.shapes.get(name).unwrap_or_else(|| panic!("{}: a reader let the unknown shape {name} pass", self.id))
    }

    /// What the member is, which for a streaming blob is not what its shape says.
    pub fn kind(&self, member: &Member) -> Kind {
        if member.streaming { Kind::ByteStream } else { self.shape(&member.target).kind }
    }
}

impl Shape {
    /// A structure without members.
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: Kind::Structure,
            members: vec![],
            values: vec![],
            min: None,
            max: None,
            pattern: None,
            sensitive: false,
            xml_name: None,
            xml_namespace: None,
            error: None,
        }
    }

    /// Structures and unions become Rust types with members.
    pub fn has_fields(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union | Kind::EventStream)
    }

    /// The member that carries an exception's text.
    pub fn message(&self) -> Option<usize> {
        self.members.iter().position(|m| m.name.eq_ignore_ascii_case("message"))
    }

    /// An exception that has more to say than its message.
    pub fn has_details(&self) -> bool {
        self.members.len() > usize::from(self.message().is_some())
    }
}
