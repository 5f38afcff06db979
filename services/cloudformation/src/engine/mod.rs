//! Templates and what becomes of them, in their own words: no API types, no store, no time.
//!
//! | file | noun |
//! |---|---|
//! | `document.rs` | a template with its sections read and checked |
//! | `parameters.rs` | declared parameters, and the values that a stack gives them |
//! | `evaluate.rs` | intrinsic functions and conditions, on what is known of a stack |
//! | `cidr.rs` | `Fn::Cidr` |
//! | `extensions.rs` | the transform `AWS::LanguageExtensions` |
//! | `graph.rs` | who builds on whom, and circles |
//! | `difference.rs` | what an update changes, as change sets tell it |
//! | `drift.rs` | how what is there differs from what was made |
//! | `policy.rs` | stack policies |
//! | `refusal.rs` | why a template cannot be had, in AWS's words |

pub(crate) mod cidr;
pub(crate) mod difference;
pub(crate) mod document;
pub(crate) mod drift;
pub(crate) mod evaluate;
pub(crate) mod extensions;
pub(crate) mod graph;
pub(crate) mod parameters;
pub(crate) mod policy;
pub(crate) mod refusal;
