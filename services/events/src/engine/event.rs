//! An event: the envelope that EventBridge puts around what was sent.

use names::{AccountId, Region, Timestamp};
use serde_json::{Map, Value, json};

/// An event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Envelope {
    /// Its id, kept through buses and replays.
    pub(crate) id: String,
    pub(crate) detail_type: String,
    pub(crate) source: String,
    /// The account it comes from.
    pub(crate) account: String,
    pub(crate) time: Timestamp,
    /// The region it comes from.
    pub(crate) region: String,
    pub(crate) resources: Vec<String>,
    pub(crate) detail: Value,
    /// The replay that it comes from.
    pub(crate) replay: Option<String>,
}

impl Envelope {
    /// An event that begins here.
    pub(crate) fn new(id: String, account: AccountId, region: &Region, time: Timestamp) -> Self {
        Self {
            id,
            detail_type: String::new(),
            source: String::new(),
            account: account.to_string(),
            time,
            region: region.to_string(),
            resources: Vec::new(),
            detail: json!({}),
            replay: None,
        }
    }

    /// The event as rules see it and targets get it.
    pub(crate) fn to_json(&self) -> Value {
        let mut fields = Map::new();
        fields.insert("version".to_owned(), "0".into());
        fields.insert("id".to_owned(), self.id.as_str().into());
        fields.insert("detail-type".to_owned(), self.detail_type.as_str().into());
        fields.insert("source".to_owned(), self.source.as_str().into());
        fields.insert("account".to_owned(), self.account.as_str().into());
        fields.insert("time".to_owned(), shown(self.time).into());
        fields.insert("region".to_owned(), self.region.as_str().into());
        if let Some(replay) = &self.replay {
            fields.insert("replay-name".to_owned(), replay.as_str().into());
        }
        fields.insert("resources".to_owned(), self.resources.clone().into());
        fields.insert("detail".to_owned(), self.detail.clone());
        Value::Object(fields)
    }

    /// Reads what [`Envelope::to_json`] gave.
    pub(crate) fn of_json(event: &Value) -> Option<Self> {
        let text = |name: &str| event.get(name)?.as_str().map(str::to_owned);
        let resources = event.get("resources").and_then(Value::as_array).into_iter().flatten();
        Some(Self {
            id: text("id")?,
            detail_type: text("detail-type")?,
            source: text("source")?,
            account: text("account")?,
            time: Timestamp::parse_iso8601(&text("time")?).ok()?,
            region: text("region")?,
            resources: resources.filter_map(|one| one.as_str().map(str::to_owned)).collect(),
            detail: event.get("detail")?.clone(),
            replay: text("replay-name"),
        })
    }
}

/// An instant in whole seconds, as events show it.
pub(crate) fn shown(time: Timestamp) -> String {
    Timestamp::from_secs(time.secs()).iso8601()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let mut event = Envelope::new("id".to_owned(), AccountId::DEFAULT, &Region::default_region(), Timestamp::EPOCH);
        event.detail = json!({"a": [1, {"b": null}]});
        event.resources = vec!["arn".to_owned()];
        assert_eq!(Envelope::of_json(&event.to_json()).as_ref(), Some(&event));
        event.replay = Some("again".to_owned());
        assert_eq!(Envelope::of_json(&event.to_json()).as_ref(), Some(&event));
        assert_eq!(Envelope::of_json(&json!({"id": "x"})), None);
    }
}
