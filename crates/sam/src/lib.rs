//! The transform `AWS::Serverless-2016-10-31`: a template of serverless resources into one of plain resources, as CloudFormation
//! makes of it before it creates a stack.
//!
//! | folder or file | noun |
//! |---|---|
//! | `node.rs`, `order.rs`, `python.rs` | the tree that is worked on, and how Python walks and writes it, which hashes depend on |
//! | `intrinsic.rs`, `resolve.rs` | intrinsic functions; parameters and mappings put in place |
//! | `shape/`, `expect.rs` | what properties there are, and what is said of those that are wrong |
//! | `work.rs` | the transform from end to end, and what its steps share |
//! | `written.rs`, `globals.rs`, `implicit.rs`, `application.rs` | what is done to a template before its resources |
//! | `policy.rs`, `role.rs` | policies of functions and state machines, and the roles that have them |
//! | `function/`, `event/` | functions, and what calls them |
//! | `machine/` | state machines, and what starts them |
//! | `editor/` | the definition of an API, and what functions add to it |
//! | `api/`, `http/`, `socket.rs` | REST, HTTP and WebSocket APIs |
//! | `connector.rs`, `graphql/`, `small.rs` | connectors; GraphQL APIs; tables, layers, applications, capacity providers |
//! | `deployment.rs` | CodeDeploy for functions that are shifted to gradually |
//! | `data/` | policy templates, connectors, paths of managed policies: facts of AWS's, see the `NOTICE` beside them |
//!
//! The logical ids that it makes are AWS's to the digit: a stack of AWS's can be compared resource by resource.

mod api;
mod application;
mod connector;
mod deployment;
mod editor;
mod error;
mod event;
mod expect;
mod function;
mod globals;
mod graphql;
mod http;
mod id;
mod implicit;
mod intrinsic;
mod machine;
mod node;
mod order;
mod policy;
mod python;
mod resolve;
mod resource;
mod role;
mod shape;
mod small;
mod socket;
mod work;
mod written;

use serde_json::{Map, Value};

pub use error::InvalidTemplate;

/// What a template is transformed in.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Values of the template's parameters. Those that are not given have their defaults.
    pub parameters: &'a Map<String, Value>,
    /// The region, which policies and endpoints depend on.
    pub region: &'a str,
    /// The region's partition: `aws`, `aws-cn`, ….
    pub partition: &'a str,
    /// Whether resources that are made beside the main one get its `Metadata` too.
    pub pass_metadata: bool,
    /// The time, in seconds since 1970: what an API that is always deployed makes its deployment's id of.
    pub now: i64,
    /// The ARN of a policy that AWS manages, by its name. It is not asked for those that have a path, which are known.
    pub managed_policy: &'a dyn Fn(&str) -> Option<String>,
    /// The address of the template of an application of the Serverless Application Repository, by id and version; or what is
    /// wrong with them.
    pub application: &'a dyn Fn(&str, &str) -> Result<String, String>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("region", &self.region).field("now", &self.now).finish_non_exhaustive()
    }
}

/// Transforms a template whose intrinsic functions are in their long form.
///
/// # Errors
///
/// Everything that is wrong with the template, in the words of AWS's transform.
pub fn transform(template: Value, context: &Context<'_>) -> Result<Value, InvalidTemplate> {
    work::transform(node::Node::from(template), context)
        .map(node::Node::into_json)
        .map_err(error::Problem::into_refusal)
}
