//! Patterns tried out.

use api_events::{TestEventPattern, TestEventPatternInput, TestEventPatternOutput};
use pattern::{Event, Pattern};
use serde_json::Value;
use service_kit::{Ctx, Error, Outcome};

use crate::error;

/// Fields that an event must have.
const FIELDS: [&str; 6] = ["id", "source", "detail-type", "account", "time", "region"];

/// Tells whether a pattern describes an event.
pub(crate) async fn test_event_pattern(_ctx: &Ctx, input: TestEventPatternInput) -> Outcome<TestEventPattern> {
    let pattern = read(&input.event_pattern)?;
    let event: Value = serde_json::from_str(&input.event).unwrap_or_default();
    if FIELDS.iter().any(|field| event.get(field).is_none()) {
        return Err(error::parameter("Event", ""));
    }
    Ok(TestEventPatternOutput { result: Some(pattern.matches(&Event::new(&event))) })
}

/// A pattern, checked.
pub(super) fn read(text: &str) -> Result<Pattern, Error> {
    Pattern::parse(text).map_err(|refusal| error::pattern(&refusal))
}
