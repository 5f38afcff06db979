//! All that the author of a service sees: how to declare a service, what a handler is given, what it may answer.
//!
//! A request from outside, a call from another service and a step of a stack all end in [`Cloud::dispatch`], which
//! authorises, limits, runs the handler and records. Nothing reaches a handler by another way.
//!
//! | file | noun |
//! |---|---|
//! | `service.rs` | a service: its API, state, operations, tasks, resource types |
//! | `operation.rs` | the operation table: one handler function an operation |
//! | `cloud.rs` | what all services share, and the registry of services |
//! | `dispatch.rs` | authorise → limit → handler → record |
//! | `ctx.rs` | what a handler is given |
//! | `caller.rs` | who calls |
//! | `credentials.rs` | who an access key belongs to |
//! | `session.rs` | temporary credentials |
//! | `principals.rs` | what the authority must know of callers: their policies, their account's bounds |
//! | `access.rs` | what a call asks to do, to which resources; who decides |
//! | `guard.rs` | seam for quotas and injected faults, before the handler |
//! | `deeds.rs` | what principals did |
//! | `web.rs` | plain HTTP: hosts of a service's own, and what browsers may do |
//! | `bound.rs` | inputs and outputs of operations as plain HTTP |
//! | `finished.rs` | what is told of a finished request |
//! | `record.rs` | what is told of a finished call: audit, metrics, meter |
//! | `examine.rs` | a whole store examined, each service for what it keeps |
//! | `error.rs`, `fault.rs` | modelled errors and the closed set of other failures |
//! | `dialect/` | a failure in a service's words |
//! | `calls.rs`, `json_calls.rs` | typed and JSON calls of other services, in process |
//! | `receiver.rs` | deliveries to whatever stands at an ARN |
//! | `roles.rs`, `role_sessions.rs` | roles that services take on, and their sessions |
//! | `data_keys.rs` | data keys of KMS that are used again for a while |
//! | `mail.rs` | mail that leaves the machine |
//! | `metrics.rs` | what services measure of their resources, asked for in process |
//! | `tasks.rs` | background work, woken by signal and by period |
//! | `timers.rs` | durable alarms, fired in order however the clock is moved |
//! | `paging.rs` | listing a page at a time |
//! | `tagging.rs` | tags of resources |
//! | `resource.rs`, `properties.rs` | resource types for stacks, inventory and tagging, and what they do alike |

mod access;
mod bound;
mod caller;
mod calls;
mod cloud;
mod credentials;
mod ctx;
pub mod data_keys;
mod deeds;
pub mod dialect;
mod dispatch;
mod error;
mod examine;
mod fault;
mod finished;
mod guard;
mod json_calls;
mod mail;
mod metrics;
mod operation;
pub mod paging;
mod principals;
pub mod properties;
mod receiver;
mod record;
mod resource;
mod role_sessions;
mod roles;
mod service;
mod session;
pub mod tagging;
mod tasks;
mod timers;
mod web;

pub use access::{Access, AccessRequest, Authorizer, Decision, ResourcePolicies, RootOnly};
pub use bound::{answer_of, input_of};
pub use caller::{Caller, Principal};
pub use cloud::{Cloud, CloudParts};
pub use credentials::{Credentials, KeyOwner, PresentedKey};
pub use ctx::{Ctx, RequestInfo};
pub use deeds::{Deed, Deeds};
pub use dialect::{Dialect, Rendered};
pub use dispatch::Found;
pub use error::{Error, Outcome};
pub use examine::{Examined, Examiner, Holdings, Wrong, WrongKind};
pub use fault::{AuthenticationFailure, BodyFault, Fault};
pub use finished::{FinishedRequest, FinishedRequests};
pub use guard::{Guard, Unguarded};
pub use mail::{Letter, Mailer, Undelivered};
pub use metrics::{Metric, Metrics};
pub use operation::{Handler, Input, Operations, Output};
pub use principals::{Guardrails, HeldPolicy, Identity, IssuedKey, KeyUse, Membership, Principals};
pub use receiver::{Parcel, ParcelAttribute, Receipt, Receiver, Sender};
pub use record::{CallRecord, Note, Recorder};
pub use resource::{Progress, PropertySource, ResourceFuture, ResourceType};
pub use role_sessions::RoleSessions;
pub use roles::{AssumeAs, Roles};
pub use service::{Service, State};
pub use session::{InvalidToken, Session, Sessions, TemporaryKey};
pub use tasks::{Task, TaskCtx, Wake};
pub use web::{CrossOrigin, FormPost, FormUploads, PageRequest, PageVerdict, Web, WebRequest, WebResponse};

/// A boxed future that can move between threads.
pub type BoxFuture<'a, T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'a>>;
