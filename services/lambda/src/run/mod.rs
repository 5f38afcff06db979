//! Invocations: one event, one environment, one answer.
//!
//! | file | what |
//! |---|---|
//! | `invoke.rs` | an invocation from the function's name to its outcome |
//! | `spec.rs` | what an environment is made of: code, layers, keys of the role, where lines go |
//! | `logs.rs` | lines on their way to CloudWatch Logs, in the name of the role |
//! | `later.rs` | asynchronous invocations: durable, retried by the clock, told of to destinations |

pub(crate) mod invoke;
pub(crate) mod later;
mod logs;
mod spec;

pub(crate) use spec::{PRINCIPAL, layer_of};
