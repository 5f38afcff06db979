//! How often web servers are tried: the delivery policies of topics and subscriptions, their defaults, and what they come to.
//!
//! Source: SNS developer guide, "Creating HTTP/S delivery policies"; the shape of what is shown from recorded answers.

use std::num::NonZeroU32;
use std::time::Duration;

use delivery::{Curve, Lane, Retries};
use serde_json::{Map, Value, json};

/// What a web server is sent unless a policy says otherwise.
pub(crate) const PLAIN: &str = "text/plain; charset=UTF-8";

/// Attempts under way at the same time to one web server.
const CONCURRENCY: usize = 16;

/// The counts of a retry policy, in the order in which they are shown, with their defaults and ranges.
const RETRIES: [(&str, u64, std::ops::RangeInclusive<u64>); 6] = [
    ("minDelayTarget", 20, 1..=3_600),
    ("maxDelayTarget", 20, 1..=3_600),
    ("numRetries", 3, 0..=100),
    ("numMaxDelayRetries", 0, 0..=100),
    ("numNoDelayRetries", 0, 0..=100),
    ("numMinDelayRetries", 0, 0..=100),
];

/// What holds for one subscription.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Effective {
    retry: Value,
    throttle: Value,
    request: Value,
}

/// Checks a topic's policy and writes it as it is kept; the reason when it is not one.
pub(crate) fn of_topic(text: &str) -> Result<String, String> {
    let policy = object(text)?;
    let http = policy.get("http").cloned().unwrap_or_else(|| json!({}));
    let Value::Object(http) = http else { return Err("http must be an object".into()) };
    check_retry(http.get("defaultHealthyRetryPolicy"))?;
    check_throttle(http.get("defaultThrottlePolicy"))?;
    check_request(http.get("defaultRequestPolicy"))?;
    let mut kept = Map::new();
    for name in
        ["defaultHealthyRetryPolicy", "disableSubscriptionOverrides", "defaultThrottlePolicy", "defaultRequestPolicy"]
    {
        match http.get(name).filter(|value| !value.is_null()) {
            Some(value) => drop(kept.insert(name.into(), value.clone())),
            None if name == "disableSubscriptionOverrides" => drop(kept.insert(name.into(), false.into())),
            None => {}
        }
    }
    Ok(json!({"http": kept}).to_string())
}

/// Checks a subscription's policy and writes it as it is kept and shown: complete.
pub(crate) fn of_subscription(text: &str) -> Result<String, String> {
    let policy = object(text)?;
    let part = |name: &str| policy.get(name).cloned().unwrap_or(Value::Null);
    check_retry(policy.get("healthyRetryPolicy"))?;
    check_throttle(policy.get("throttlePolicy"))?;
    check_request(policy.get("requestPolicy"))?;
    let retry = match part("healthyRetryPolicy") {
        Value::Object(retry) => complete(&retry),
        other => other,
    };
    let (throttle, request) = (part("throttlePolicy"), part("requestPolicy"));
    Ok(shown(&Effective { retry, throttle, request }).to_string())
}

/// What a topic's policy comes to, as it is shown.
pub(crate) fn effective_of_topic(policy: Option<&str>) -> String {
    let http = http(policy);
    let mut shown = json!({
        "defaultHealthyRetryPolicy": complete(&part(&http, "defaultHealthyRetryPolicy")),
        "disableSubscriptionOverrides": http.get("disableSubscriptionOverrides").cloned().unwrap_or(Value::Bool(false)),
    });
    if let Some(throttle) = http.get("defaultThrottlePolicy") {
        shown["defaultThrottlePolicy"] = throttle.clone();
    }
    let usual = json!({"headerContentType": PLAIN});
    shown["defaultRequestPolicy"] = http.get("defaultRequestPolicy").cloned().unwrap_or(usual);
    json!({"http": shown}).to_string()
}

impl Effective {
    /// What holds for a subscription with this policy to a topic with that one.
    pub(crate) fn of(subscription: Option<&str>, topic: Option<&str>) -> Self {
        let http = http(topic);
        let overrides = http.get("disableSubscriptionOverrides").and_then(Value::as_bool) != Some(true);
        let own: Map<String, Value> =
            subscription.filter(|_| overrides).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let pick = |own_name: &str, usual_name: &str| {
            let own = own.get(own_name).filter(|value| !value.is_null());
            own.or_else(|| http.get(usual_name)).cloned().unwrap_or(Value::Null)
        };
        let retry = match pick("healthyRetryPolicy", "defaultHealthyRetryPolicy") {
            Value::Object(retry) => complete(&retry),
            _ => complete(&Map::new()),
        };
        let request = match pick("requestPolicy", "defaultRequestPolicy") {
            Value::Null => json!({"headerContentType": PLAIN}),
            request => request,
        };
        Self { retry, throttle: pick("throttlePolicy", "defaultThrottlePolicy"), request }
    }

    /// As it is shown.
    pub(crate) fn shown(&self) -> String {
        shown(self).to_string()
    }

    /// The content type of what is sent.
    pub(crate) fn content_type(&self) -> &str {
        self.request.get("headerContentType").and_then(Value::as_str).unwrap_or(PLAIN)
    }

    /// How the lane to the web server is served.
    pub(crate) fn lane(&self) -> Lane {
        let count = |name: &str| self.retry[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_default();
        let seconds = |name: &str| Duration::from_secs(count(name).into());
        let (immediate, before, after) =
            (count("numNoDelayRetries"), count("numMinDelayRetries"), count("numMaxDelayRetries"));
        let growing = count("numRetries").saturating_sub(immediate).saturating_sub(before).saturating_sub(after);
        let curve = match self.retry["backoffFunction"].as_str() {
            Some("arithmetic") => Curve::Arithmetic,
            Some("geometric") => Curve::Geometric,
            Some("exponential") => Curve::Exponential,
            _ => Curve::Linear,
        };
        let retries = Retries {
            immediate,
            before,
            growing,
            after,
            shortest: seconds("minDelayTarget"),
            longest: seconds("maxDelayTarget"),
            curve,
            jitter: false,
            oldest: None,
        };
        let rate = self.throttle["maxReceivesPerSecond"].as_u64().and_then(|n| u32::try_from(n).ok());
        Lane { concurrency: CONCURRENCY, batch: 1, rate: rate.and_then(NonZeroU32::new), ..Lane::new(retries) }
    }
}

fn shown(effective: &Effective) -> Value {
    json!({
        "healthyRetryPolicy": effective.retry,
        "sicklyRetryPolicy": null,
        "throttlePolicy": effective.throttle,
        "requestPolicy": effective.request,
        "guaranteed": false,
    })
}

fn object(text: &str) -> Result<Map<String, Value>, String> {
    serde_json::from_str(text).map_err(|_| "failed to parse JSON.".to_owned())
}

fn http(policy: Option<&str>) -> Map<String, Value> {
    let policy: Option<Value> = policy.and_then(|text| serde_json::from_str(text).ok());
    policy.map(|policy| part_of(&policy, "http")).unwrap_or_default()
}

fn part(object: &Map<String, Value>, name: &str) -> Map<String, Value> {
    object.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

fn part_of(value: &Value, name: &str) -> Map<String, Value> {
    value.get(name).and_then(Value::as_object).cloned().unwrap_or_default()
}

/// A retry policy with all that it leaves out.
fn complete(retry: &Map<String, Value>) -> Value {
    let mut whole = Map::new();
    for (name, usual, _) in &RETRIES {
        whole.insert((*name).to_owned(), retry.get(*name).cloned().unwrap_or_else(|| (*usual).into()));
    }
    let function = retry.get("backoffFunction").cloned().unwrap_or_else(|| "linear".into());
    whole.insert("backoffFunction".into(), function);
    whole.into()
}

fn check_retry(retry: Option<&Value>) -> Result<(), String> {
    let retry = match retry {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(retry)) => retry,
        Some(_) => return Err("healthyRetryPolicy must be an object".into()),
    };
    for (name, _, range) in &RETRIES {
        let Some(value) = retry.get(*name).filter(|value| !value.is_null()) else { continue };
        if !value.as_u64().is_some_and(|value| range.contains(&value)) {
            let (low, high) = (range.start(), range.end());
            return Err(format!("healthyRetryPolicy.{name} must be between {low} and {high}"));
        }
    }
    let whole = complete(retry);
    let count = |name: &str| whole[name].as_u64().unwrap_or_default();
    if count("minDelayTarget") > count("maxDelayTarget") {
        return Err("healthyRetryPolicy.maxDelayTarget must be greater than or equal to minDelayTarget".into());
    }
    if count("numNoDelayRetries") + count("numMinDelayRetries") + count("numMaxDelayRetries") > count("numRetries") {
        return Err("healthyRetryPolicy.numRetries must not be less than the sum of the retries of its phases".into());
    }
    match whole["backoffFunction"].as_str() {
        Some("linear" | "arithmetic" | "geometric" | "exponential") => Ok(()),
        _ => Err("healthyRetryPolicy.backoffFunction must be linear, arithmetic, geometric or exponential".into()),
    }
}

fn check_throttle(throttle: Option<&Value>) -> Result<(), String> {
    let Some(throttle) = throttle.filter(|value| !value.is_null()) else { return Ok(()) };
    match throttle.get("maxReceivesPerSecond") {
        None | Some(Value::Null) => Ok(()),
        Some(rate) if rate.as_u64().is_some_and(|rate| rate >= 1) => Ok(()),
        Some(_) => Err("throttlePolicy.maxReceivesPerSecond must be 1 or greater".into()),
    }
}

/// Source of the types: SNS developer guide, "HTTP/S content type policy".
const TYPES: [&str; 11] = [
    "application/atom+xml",
    "application/json",
    "application/octet-stream",
    "application/soap+xml",
    "application/x-www-form-urlencoded",
    "application/xhtml+xml",
    "application/xml",
    "text/css",
    "text/csv",
    "text/html",
    "text/plain",
];

fn check_request(request: Option<&Value>) -> Result<(), String> {
    let Some(request) = request.filter(|value| !value.is_null()) else { return Ok(()) };
    let Some(kind) = request.get("headerContentType").filter(|value| !value.is_null()) else { return Ok(()) };
    let known = |kind: &str| {
        let base = kind.split(';').next().unwrap_or_default().trim();
        TYPES.contains(&base) || base == "text/xml"
    };
    if kind.as_str().is_some_and(known) {
        return Ok(());
    }
    Err("requestPolicy.headerContentType is not supported".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subscription_goes_before_its_topic() {
        let topic = of_topic(
            r#"{"http":{"defaultHealthyRetryPolicy":{"numRetries":1},"defaultRequestPolicy":
            {"headerContentType":"application/json"}}}"#,
        )
        .unwrap();
        let own = of_subscription(
            r#"{"healthyRetryPolicy":{"numRetries":5,"minDelayTarget":1,"maxDelayTarget":9,
            "numNoDelayRetries":1,"numMinDelayRetries":1,"numMaxDelayRetries":1,"backoffFunction":"exponential"},
            "throttlePolicy":{"maxReceivesPerSecond":7}}"#,
        )
        .unwrap();
        let effective = Effective::of(Some(&own), Some(&topic));
        assert_eq!(effective.content_type(), "application/json");
        let lane = effective.lane();
        assert_eq!(lane.rate, NonZeroU32::new(7));
        let pauses: Vec<_> = (0..6).map(|retry| lane.retries.pause(retry).map(|pause| pause.as_secs())).collect();
        assert_eq!(pauses, [Some(0), Some(1), Some(1), Some(2), Some(9), None]);
        let forced = topic.replace("false", "true");
        assert_eq!(Effective::of(Some(&own), Some(&forced)).lane().retries.count(), 1);
        assert_eq!(Effective::of(None, None).lane().retries.count(), 3);
    }

    #[test]
    fn what_is_no_policy() {
        for bad in [
            "",
            "[]",
            r#"{"healthyRetryPolicy":1}"#,
            r#"{"healthyRetryPolicy":{"numRetries":101}}"#,
            r#"{"healthyRetryPolicy":{"minDelayTarget":21}}"#,
            r#"{"healthyRetryPolicy":{"numNoDelayRetries":4}}"#,
            r#"{"healthyRetryPolicy":{"backoffFunction":"cubic"}}"#,
            r#"{"throttlePolicy":{"maxReceivesPerSecond":0}}"#,
            r#"{"requestPolicy":{"headerContentType":"image/png"}}"#,
        ] {
            assert!(of_subscription(bad).is_err(), "{bad}");
        }
    }
}
