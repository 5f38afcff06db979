//! The event that tells of unusual activity, at its start and at its end.

use names::Timestamp;
use runtime::Random;
use serde_json::{Value, json};

use super::{Watched, count};
use crate::engine::event::{Category, Event, uuid};
use crate::limits::ATTRIBUTIONS;
use crate::store::{EventRecord, OpenInsight, RateRecord, SeriesKey};

/// `eventType` of an insight.
const INSIGHT: &str = "AwsCloudTrailInsight";
/// The version of the record's form.
const VERSION: &str = "1.08";

/// Which of the two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Start,
    End,
}

/// The event.
pub(super) fn event(
    random: &Random,
    watched: &Watched,
    series: &SeriesKey,
    open: &OpenInsight,
    usual: &RateRecord,
    state: State,
) -> Event {
    let id = random.u128().to_be_bytes();
    let after = if state == State::Start { open.began } else { open.last + 1 };
    let at = Timestamp::from_secs(after * 60);
    let (_, source, name, _) = series;
    let json = json!({
        "eventVersion": VERSION,
        "eventTime": at.iso8601(),
        "awsRegion": watched.region.as_str(),
        "eventID": uuid(&id),
        "eventType": INSIGHT,
        "recipientAccountId": watched.account.to_string(),
        "sharedEventID": open.shared,
        "insightDetails": details(series, open, usual, state),
        "eventCategory": "Insight",
    });
    Event {
        id,
        at,
        account: watched.account,
        region: watched.region.clone(),
        category: Category::Insight,
        global: false,
        event_type: INSIGHT,
        resource_type: None,
        arns: Vec::new(),
        caller: None,
        error_code: None,
        record: EventRecord {
            name: name.clone().into(),
            source: source.clone().into(),
            read_only: false,
            user: None,
            access_key: None,
            resources: Vec::new(),
            json: json.to_string(),
        },
    }
}

fn details((kind, source, name, code): &SeriesKey, open: &OpenInsight, usual: &RateRecord, state: State) -> Value {
    let errors = *kind == count::ERRORS;
    let mut details = json!({
        "state": if state == State::Start { "Start" } else { "End" },
        "eventSource": source,
        "eventName": name,
        "insightType": if errors { "ApiErrorRateInsight" } else { "ApiCallRateInsight" },
    });
    if errors {
        details["errorCode"] = code.as_str().into();
    }
    details["insightContext"] = context(open, usual, errors);
    details
}

fn context(open: &OpenInsight, usual: &RateRecord, errors: bool) -> Value {
    let minutes = open.last - open.began + 1;
    let pair = |attribute: &str, insight: &[(String, u32)], baseline: &[(String, u32)]| {
        json!({
            "attribute": attribute,
            "insight": shares(insight, minutes),
            "baseline": shares(baseline, open.baseline_minutes),
        })
    };
    let mut attributions = vec![
        pair("userIdentityArn", &open.seen.users, &usual.users),
        pair("userAgent", &open.seen.agents, &usual.agents),
    ];
    if !errors {
        attributions.push(pair("errorCode", &open.seen.codes, &usual.codes));
    }
    json!({
        "statistics": {
            "baseline": {"average": open.baseline},
            "insight": {"average": average(open.seen.count, minutes)},
            "insightDuration": minutes,
            "baselineDuration": open.baseline_minutes,
        },
        "attributions": attributions,
    })
}

/// The values with the largest shares, each with its average a minute.
fn shares(values: &[(String, u32)], minutes: i64) -> Vec<Value> {
    let mut values: Vec<_> = values.iter().collect();
    values.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| a.cmp(b)));
    let shown = values.into_iter().take(ATTRIBUTIONS);
    shown.map(|(value, count)| json!({"value": value, "average": average(*count, minutes)})).collect()
}

/// To ten digits after the point, as in AWS's examples.
fn average(count: u32, minutes: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "minutes of a week")]
    let average = f64::from(count) / (minutes.max(1) as f64);
    (average * 1e10).round() / 1e10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_shares_are_shown_first() {
        let values: Vec<_> = (1..=7u32).map(|n| (format!("v{n}"), n)).collect();
        let shown = shares(&values, 2);
        assert_eq!(shown.len(), ATTRIBUTIONS);
        assert_eq!(shown[0], json!({"value": "v7", "average": 3.5}));
    }
}
