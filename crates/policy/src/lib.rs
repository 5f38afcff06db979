//! The IAM policy language: parse, validate, compile, evaluate, explain. Nothing here does I/O, knows a service or the
//! time: whoever asks hands in the policies and the facts of the request.
//!
//! ```
//! use names::AccountId;
//! use policy::{Attached, Kind, MapContext, Policies, Policy, Request, Who, evaluate};
//!
//! let document = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:Send*",
//!     "Resource": "arn:aws:sqs:*:*:${aws:username}-*"}}"#;
//! let policy = Policy::parse(document, Kind::Inline).unwrap();
//! let identity = [Attached { name: "send", policy: &policy }];
//! let policies = Policies { identity: &identity, ..Policies::default() };
//!
//! let account = AccountId::DEFAULT;
//! let context = MapContext::new().with("aws:username", "ada");
//! let mut request = Request {
//!     principal: Who::user(account, "arn:aws:iam::000000000000:user/ada", "AIDAEXAMPLE"),
//!     action: "sqs:SendMessage",
//!     resource: "arn:aws:sqs:eu-west-1:000000000000:ada-orders",
//!     context: &context,
//! };
//! assert!(evaluate(&policies, &request).allowed);
//!
//! request.resource = "arn:aws:sqs:eu-west-1:000000000000:bob-orders";
//! let reason = evaluate(&policies, &request).reason.text("sqs:SendMessage");
//! assert_eq!(reason, "because no identity-based policy allows the sqs:SendMessage action");
//! ```
//!
//! | file | what it is about |
//! |---|---|
//! | `kind.rs` | what a document is for |
//! | `parse/` | text to policy, with AWS's refusals |
//! | `malformed.rs`, `size.rs` | a refusal; the length that quotas count |
//! | `policy.rs` | a compiled policy, and whether a request fits a statement |
//! | `actions.rs` | the actions of a statement, found by their service |
//! | `pattern.rs`, `arn.rs` | wildcards and variables; the six parts of ARN operators |
//! | `principal.rs`, `who.rs` | whom a statement names; who asks |
//! | `condition/` | every condition operator |
//! | `context.rs`, `request.rs` | the facts of a request; the request and all policies that have a say |
//! | `evaluate.rs` | the walk and the judgement |
//! | `decision.rs`, `explain.rs` | the outcome in AWS's words; everything that led to it |
//!
//! Invariants: no input panics; matching never takes more than the product of the lengths of pattern and text; an
//! explanation is the walk of the evaluation with another onlooker; what a variable stands for is never a wildcard.

mod actions;
mod arn;
mod condition;
mod context;
mod decision;
mod evaluate;
mod explain;
mod kind;
mod malformed;
mod parse;
mod pattern;
mod policy;
mod principal;
mod request;
mod size;
mod who;

pub use context::{Context, MapContext, Values};
pub use decision::{AllowedBy, Decision, Reason, Source};
pub use evaluate::evaluate;
pub use explain::{Cause, Explanation, Outcome, PolicyTrace, StatementTrace, explain};
pub use kind::Kind;
pub use malformed::Malformed;
pub use parse::position::{Position, Span};
pub use policy::{Effect, Named, Policy, Statement, Version};
pub use request::{Attached, Policies, Request, ResourceRule};
pub use size::significant_length;
pub use who::{Who, WhoKind};
