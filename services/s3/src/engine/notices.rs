//! Changes that somebody is to be told of: written down in the transaction that makes them, handed to the deliveries by a
//! task, so that an acknowledged change is told at least once.

use std::sync::Arc;

use names::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Order, Record, Span, StoreError, Table, Tx, Watch};

use super::Engine;
use super::config::document::Document;
use super::config::notification;
use super::object::event::{Event, What};
use super::replication::Order as Copy;
use crate::store::{BucketRecord, SCOPE, Versioning};

/// Changes by their numbers.
const NOTICES: Table<u64, Notice> = Table::new("s3", "notice");

/// Who made a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Asker {
    /// The unique id of who asked.
    pub(crate) principal: String,
    /// The account asked from.
    pub(crate) account: String,
    /// The client's address.
    pub(crate) address: String,
    /// The request.
    pub(crate) request: String,
}

/// A change, with all that is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// What happened.
    pub(crate) what: What,
    /// The bucket.
    pub(crate) bucket: String,
    /// Its account.
    pub(crate) account: AccountId,
    /// Its region.
    pub(crate) region: String,
    /// The key.
    pub(crate) key: String,
    /// The version's id, where it is told.
    pub(crate) version: Option<String>,
    /// Bytes.
    pub(crate) size: u64,
    /// The entity tag.
    pub(crate) etag: String,
    /// The storage class.
    pub(crate) class: String,
    /// When a restored copy goes.
    pub(crate) restored_until: Option<Timestamp>,
    /// When it happened.
    pub(crate) at: Timestamp,
    /// What orders changes of a key.
    pub(crate) sequencer: u64,
    /// Who did it; none for the cloud itself.
    pub(crate) asker: Option<Asker>,
    /// Ids and destinations of the rules that want it.
    pub(crate) rules: Vec<(String, String)>,
    /// Whether EventBridge is told.
    pub(crate) bus: bool,
    /// The copy it is about, where it is about one.
    pub(crate) replication: Option<Told>,
}

/// What is told of a copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The rule that wants it.
    pub(crate) rule: String,
    /// The bucket it goes to.
    pub(crate) destination: String,
    /// What made it due, in AWS's word.
    pub(crate) operation: String,
    /// Since when.
    pub(crate) since: Timestamp,
    /// Why it was given up, in AWS's word.
    pub(crate) reason: Option<String>,
}

impl Told {
    /// Of an order.
    pub(crate) fn of(order: &Copy, reason: Option<&str>) -> Self {
        Self {
            rule: order.rule.clone(),
            destination: order.destination.clone(),
            operation: order.cause.as_str().to_owned(),
            since: order.since,
            reason: reason.map(str::to_owned),
        }
    }
}

impl Record for Notice {
    const VERSION: u8 = 2;

    /// The first form told nothing of copies.
    fn migrate(version: u8, bytes: &[u8]) -> Option<Self> {
        let about_none = [&[Self::VERSION][..], bytes, &[0]].concat();
        (version == 1).then(|| store::decode_record("s3/notice", &about_none).ok()).flatten()
    }
}

impl Engine {
    /// Writes a change down for those who want to be told.
    pub(super) async fn notice(&self, tx: &Tx, bucket: &BucketRecord, event: Event<'_>) -> Result<(), StoreError> {
        self.notice_of(tx, bucket, event, None).await
    }

    /// The same, of a copy.
    pub(super) async fn notice_of(
        &self,
        tx: &Tx,
        bucket: &BucketRecord,
        event: Event<'_>,
        replication: Option<Told>,
    ) -> Result<(), StoreError> {
        let kept = self.config::<Document<api_s3::NotificationConfiguration>>(bucket.no).await?;
        let Some(Document(kept)) = kept else { return Ok(()) };
        let name = event.what.name();
        let rules = notification::rules(&kept).into_iter().filter(|rule| rule.wants(name, event.key));
        let rules: Vec<_> = rules.map(|rule| (rule.id, rule.arn)).collect();
        let bus = kept.event_bridge_configuration.is_some() && !event.what.is_of_replication();
        if rules.is_empty() && !bus {
            return Ok(());
        }
        let number = self.number().await?;
        let told = bucket.versioning != Versioning::Never && !event.version.null;
        let notice = Notice {
            what: event.what,
            bucket: event.bucket.to_owned(),
            account: bucket.account,
            region: bucket.region.to_string(),
            key: event.key.to_owned(),
            version: told.then(|| self.version_id(event.version)),
            size: event.version.length,
            etag: etag(&event),
            class: class(&event).to_owned(),
            restored_until: event.version.restore.and_then(|copy| copy.expires),
            at: self.now(),
            sequencer: number,
            asker: event.asker.cloned(),
            rules,
            bus,
            replication,
        };
        NOTICES.put(tx, &SCOPE, &number, &notice)
    }

    /// The first changes that nobody was told of yet.
    pub(crate) async fn notices(&self, limit: usize) -> Result<Vec<(u64, Notice)>, StoreError> {
        let view = self.store().read().await?;
        NOTICES.scan(&view, &SCOPE, &Span::all(), Order::Ascending, limit).await
    }

    /// Takes a change off the list.
    pub(crate) fn noticed(batch: &store::Batch, number: u64) {
        NOTICES.delete(batch, &SCOPE, &number);
    }

    /// Tells of new changes.
    pub(crate) fn watch_notices(&self) -> Watch {
        self.store().watch(&NOTICES.prefix(&SCOPE))
    }
}

/// The class; of what Intelligent-Tiering archives the tier.
fn class(event: &Event<'_>) -> &'static str {
    let class = event.version.class;
    class.tier().filter(|_| event.what == What::Tiered).unwrap_or_else(|| class.as_str())
}

/// A delete marker is shown with the tag of nothing.
fn etag(event: &Event<'_>) -> String {
    match event.what {
        What::MarkerCreated | What::ExpiredMarker => "d41d8cd98f00b204e9800998ecf8427e".to_owned(),
        _ => event.version.etag.bare(),
    }
}

/// Who asks, for the changes that come of it.
pub(crate) fn asker(ctx: &service_kit::Ctx) -> Arc<Asker> {
    let address = ctx.request.source_ip.map(|address| address.to_string()).unwrap_or_default();
    Arc::new(Asker {
        principal: ctx.caller.user_id(),
        account: ctx.caller.account.to_string(),
        address,
        request: ctx.request.id.to_string(),
    })
}
