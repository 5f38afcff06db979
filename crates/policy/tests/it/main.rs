//! The crate from outside: tables for every element, operator and rule, AWS's documented examples, hostile documents,
//! and random ones against a second evaluator that is slow and plain.

#![expect(clippy::unwrap_used, reason = "what a test calls may fail as the test does")]

mod agreement;
mod conditions;
mod documents;
mod examples;
mod explanations;
mod hostile;
mod messages;
mod naive;
mod order;
mod patterns;
mod principals;
mod support;
