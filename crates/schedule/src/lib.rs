//! Schedule expressions of AWS, read once and asked for the next instant: `at(…)`, `rate(…)`, `cron(…)`.
//!
//! | file | noun |
//! |---|---|
//! | `expression.rs` | an expression, and when it is due next |
//! | `cron.rs` | the six fields of a cron expression, and the next minute by the wall clock |
//! | `field.rs` | one field: lists, ranges, steps, names |
//! | `zone.rs` | wall clocks of time zones, and the hours that they skip or show twice |
//!
//! Daylight saving is as EventBridge Scheduler documents it: a run that falls into the hour that is skipped in spring does
//! not happen; one in the hour that comes twice in autumn happens once, the first time. Source: EventBridge Scheduler user
//! guide, "Schedule types", "Daylight savings time". Rates are lengths of time, which no clock change alters.

mod cron;
mod expression;
mod field;
mod zone;

pub use cron::Cron;
pub use expression::{Expression, Plural};
pub use zone::Zone;
