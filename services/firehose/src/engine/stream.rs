//! A delivery stream while it is in use.

use std::sync::Arc;

use arc_swap::ArcSwap;
use names::{AccountId, Arn, Region, Timestamp};
use parking_lot::Mutex;
use store::Scope;
use tokio::sync::Notify;

use super::plan::Plan;
use crate::store::{StreamNo, StreamRecord, scope};

/// Where a delivery stream is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Home {
    /// Whose it is.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// Its name.
    pub name: String,
}

impl Home {
    /// Its ARN.
    pub(crate) fn arn(&self) -> Arn {
        Arn::regional("firehose", &self.region, self.account, format!("deliverystream/{}", self.name))
    }

    /// The scope its records lie in.
    pub(crate) fn scope(&self) -> Scope {
        scope(self.account, &self.region)
    }

    /// The place an ARN names; none when it is not a delivery stream's.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let arn: Arn = arn.parse().ok().filter(|arn: &Arn| arn.service == "firehose")?;
        let name = arn.resource.strip_prefix("deliverystream/")?.to_owned();
        Some(Self { account: arn.account_id()?, region: arn.region_code()?, name })
    }
}

/// What is known of a delivery stream: one state, never changed.
#[derive(Debug)]
pub(crate) struct Known {
    /// What it is.
    pub record: StreamRecord,
    /// What is done with its records.
    pub plan: Plan,
}

/// A delivery stream in use. There is one for each in a process.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Where it is.
    pub home: Home,
    /// The scope of its records.
    pub scope: Scope,
    /// Its number.
    pub no: StreamNo,
    known: ArcSwap<Known>,
    /// What waits.
    pub(crate) pending: Mutex<Pending>,
    /// Told when what waits is enough, or the delivery stream is changed or gone.
    pub(crate) stir: Notify,
    /// Held while it is changed.
    pub(super) changing: tokio::sync::Mutex<()>,
}

/// What waits in a buffer, counted in memory; the store has it.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    /// Bytes of rows. Less than none for a moment, when one is delivered before it is counted.
    pub bytes: i64,
    /// Rows.
    pub rows: i64,
    /// When the first of them came.
    pub since: Option<Timestamp>,
    /// Whether somebody delivers.
    pub served: bool,
    /// Whether somebody reads the source.
    pub fed: bool,
    /// Whether it was deleted.
    pub gone: bool,
}

impl Stream {
    /// As the store has it.
    pub(crate) fn new(home: Home, known: Known, pending: Pending) -> Self {
        Self {
            scope: home.scope(),
            home,
            no: known.record.no,
            known: ArcSwap::from_pointee(known),
            pending: Mutex::new(pending),
            stir: Notify::new(),
            changing: tokio::sync::Mutex::default(),
        }
    }

    /// What is known of it.
    pub(crate) fn known(&self) -> Arc<Known> {
        self.known.load_full()
    }

    /// Remembers what was committed.
    pub(super) fn remember(&self, known: Known) {
        self.known.store(Arc::new(known));
        self.stir.notify_one();
    }

    /// Whether it was deleted.
    pub(crate) fn is_gone(&self) -> bool {
        self.pending.lock().gone
    }
}
