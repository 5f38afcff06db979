//! A topic in use: what is stored of it, read once and understood once, until it changes.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use pattern::filter::{Attribute as Passing, FilterPolicy, Scope};
use store::{Span, Store, StoreError, Watch};

use super::message::{Attribute, AttributeValue, Attributes};
use super::place::{Home, Place};
use super::protection::Protection;
use crate::store::{SUBSCRIPTIONS, SubscriptionRecord, TOPICS, TopicRecord};

/// Topics kept in memory; all are forgotten when there are more.
const KEPT: usize = 10_000;

/// A topic with those who are to be told.
#[derive(Debug)]
pub(crate) struct Topic {
    /// Where it is.
    pub home: Home,
    /// What it is.
    pub record: TopicRecord,
    /// Its subscriptions, pending ones too.
    pub subscriptions: Vec<Subscription>,
    /// What its data protection policy comes to.
    pub protection: Protection,
}

/// A subscription, understood.
#[derive(Debug)]
pub(crate) struct Subscription {
    /// Where it is.
    pub place: Place,
    /// What it is.
    pub record: SubscriptionRecord,
    filter: Option<FilterPolicy>,
}

/// Topics in use.
#[derive(Debug, Default)]
pub(crate) struct Topics(Mutex<HashMap<Home, Kept>>);

#[derive(Debug)]
struct Kept {
    topic: Arc<Topic>,
    watches: [Watch; 2],
}

impl Topics {
    /// The topic at a place, when there is one.
    pub(crate) async fn find(&self, store: &Store, home: &Home) -> Result<Option<Arc<Topic>>, StoreError> {
        if let Some(topic) = self.kept(home) {
            return Ok(Some(topic));
        }
        let scope = home.scope();
        let of_topic = Span::prefix::<(String,)>(&(home.name.as_str(),));
        // What changes from here on is told, even while this reads.
        let watches = [
            store.watch(&TOPICS.key(&scope, &home.name.as_str())),
            store.watch(&SUBSCRIPTIONS.range(&scope, &of_topic).start),
        ];
        let view = store.read().await?;
        let Some(record) = TOPICS.get(&view, &scope, &home.name.as_str()).await? else { return Ok(None) };
        let rows = SUBSCRIPTIONS.scan_all(&view, &scope, &of_topic).await?;
        let subscriptions = rows.into_iter().filter(|(_, row)| row.topic == record.id);
        let subscriptions =
            subscriptions.map(|((_, id), row)| Subscription::new(Place { topic: home.clone(), id }, row)).collect();
        let protection = Protection::read(record.protection.as_deref());
        let topic = Arc::new(Topic { home: home.clone(), record, subscriptions, protection });
        let mut kept = self.0.lock();
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(home.clone(), Kept { topic: topic.clone(), watches });
        Ok(Some(topic))
    }

    fn kept(&self, home: &Home) -> Option<Arc<Topic>> {
        let mut topics = self.0.lock();
        let kept = topics.get_mut(home)?;
        if kept.watches.iter_mut().any(Watch::has_changed) {
            topics.remove(home);
            return None;
        }
        Some(kept.topic.clone())
    }

    /// Forgets all: the store was emptied.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}

impl Topic {
    /// An attribute that was set.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.record.attributes.get(name).map(String::as_str)
    }

    /// Whether an attribute is `true`.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.attribute(name) == Some("true")
    }

    /// How messages are signed; FIFO topics sign none.
    pub(crate) fn signature(&self) -> Option<u8> {
        (!self.home.is_fifo()).then(|| if self.attribute("SignatureVersion") == Some("2") { 2 } else { 1 })
    }
}

impl Subscription {
    /// A subscription as it is stored.
    pub(crate) fn new(place: Place, record: SubscriptionRecord) -> Self {
        let scope = match record.attributes.get("FilterPolicyScope").map(String::as_str) {
            Some("MessageBody") => Scope::Body,
            _ => Scope::Attributes,
        };
        // Stored policies were checked when they were set.
        let filter = record.attributes.get("FilterPolicy").and_then(|text| FilterPolicy::parse(text, scope).ok());
        Self { place, record, filter }
    }

    /// Whether a message is for it.
    pub(crate) fn wants(&self, text: &str, attributes: &Attributes) -> bool {
        match &self.filter {
            None => true,
            Some(filter) if filter.scope() == Scope::Body => filter.passes_body(text),
            Some(filter) => filter.passes_attributes(attributes.iter().filter_map(passing)),
        }
    }

    /// Whether it has archived messages played again.
    pub(crate) fn is_replaying(&self) -> bool {
        self.record.replayed.is_some_and(|replay| !replay.completed)
    }

    /// Whether messages come as they were published.
    pub(crate) fn is_raw(&self) -> bool {
        self.record.attributes.get("RawMessageDelivery").is_some_and(|raw| raw == "true")
    }

    /// The dead-letter queue's ARN.
    pub(crate) fn dead_letters(&self) -> Option<String> {
        let policy: serde_json::Value = serde_json::from_str(self.record.attributes.get("RedrivePolicy")?).ok()?;
        policy.get("deadLetterTargetArn")?.as_str().map(str::to_owned)
    }
}

/// An attribute as a filter sees it; bytes are not seen.
fn passing<'a>((name, attribute): (&'a String, &'a Attribute)) -> Option<(&'a str, Passing<'a>)> {
    let AttributeValue::Text(text) = &attribute.value else { return None };
    let seen = match attribute.base() {
        "Number" => Passing::Number(text),
        "String.Array" => Passing::List(text),
        _ => Passing::Text(text),
    };
    Some((name, seen))
}
