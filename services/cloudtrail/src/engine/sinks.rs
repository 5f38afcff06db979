//! Who gets which events: every trail that is logging and every event data store that takes events in, known in memory.
//!
//! The hot path asks once a call, and costs an atomic load where nobody selects data events. What is in memory is replaced
//! before a change is answered, and by a watch when another process on the same store changed something. Until it was read
//! for the first time nothing is known, and calls wait for it rather than go unrecorded.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use names::{AccountId, Region};
use service_kit::Cloud;
use store::{Reader, Scope, Span, Store, StoreError, Watch};
use tokio::sync::Mutex;

use super::event::Event;
use super::selectors::Selectors;
use crate::store::{DATA_STORES, DataStoreRecord, SINKS, SinkId, TRAILS, TrailRecord};

/// Where an event goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sink {
    pub(crate) id: SinkId,
    pub(crate) account: AccountId,
    home: Region,
    multi_region: bool,
    global_events: bool,
    organization: Option<String>,
    selectors: Selectors,
    /// Whether it wants insights about calls, and about errors.
    pub(crate) insights: (bool, bool),
    /// An event data store, not a trail.
    pub(crate) keeps: bool,
}

/// All sinks of the cloud.
#[derive(Debug, Default)]
pub(crate) struct Selected {
    by_account: HashMap<AccountId, Vec<Arc<Sink>>>,
    by_organization: HashMap<String, Vec<Arc<Sink>>>,
}

/// What is known of them.
pub(crate) struct Sinks {
    store: Store,
    known: ArcSwapOption<Selected>,
    reading: Mutex<()>,
}

impl Sinks {
    /// Nothing is known yet.
    pub(crate) fn new(store: Store) -> Self {
        Self { store, known: ArcSwapOption::empty(), reading: Mutex::default() }
    }

    /// All sinks, when they are known.
    pub(crate) fn known(&self) -> Option<Arc<Selected>> {
        self.known.load_full()
    }

    /// Whether some data event of this type may be selected by anyone; so it may be while nothing is known.
    pub(crate) fn may_select_data(&self, kind: &str) -> bool {
        self.known.load().as_ref().is_none_or(|known| known.may_select_data(kind))
    }

    /// All sinks.
    pub(crate) async fn get(&self) -> Result<Arc<Selected>, StoreError> {
        match self.known() {
            Some(known) => Ok(known),
            None => self.reload().await,
        }
    }

    /// Reads them anew. Whoever changed one calls this before answering.
    pub(crate) async fn reload(&self) -> Result<Arc<Selected>, StoreError> {
        let _reading = self.reading.lock().await;
        match read(&self.store).await {
            Ok(read) => {
                let read = Arc::new(read);
                self.known.store(Some(read.clone()));
                Ok(read)
            }
            Err(error) => {
                self.forget();
                Err(error)
            }
        }
    }

    /// Drops what is known.
    pub(crate) fn forget(&self) {
        self.known.store(None);
    }

    /// Tells of changes by whomever.
    pub(crate) fn watch(&self) -> Watch {
        self.store.watch(&SINKS.prefix(&Scope::Global))
    }
}

async fn read(store: &Store) -> Result<Selected, StoreError> {
    let view = store.read().await?;
    let mut selected = Selected::default();
    for (account, _) in SINKS.scan_all(&view, &Scope::Global, &Span::all()).await? {
        for sink in of_account(&view, account).await? {
            selected.add(sink);
        }
    }
    Ok(selected)
}

async fn of_account(view: &impl Reader, account: AccountId) -> Result<Vec<Sink>, StoreError> {
    let scope = Scope::Account(account);
    let trails = TRAILS.scan_all(view, &scope, &Span::all()).await?;
    let stores = DATA_STORES.scan_all(view, &scope, &Span::all()).await?;
    let trails = trails.into_iter().filter(|(_, trail)| trail.logging).map(|(_, trail)| Sink::of_trail(trail));
    let taking = stores.into_iter().filter(|(_, store)| store.ingesting && store.deleted.is_none());
    Ok(trails.chain(taking.map(|(_, store)| Sink::of_data_store(store))).collect())
}

impl Selected {
    fn add(&mut self, sink: Sink) {
        let sink = Arc::new(sink);
        if let Some(organization) = &sink.organization {
            self.by_organization.entry(organization.clone()).or_default().push(sink.clone());
        }
        self.by_account.entry(sink.account).or_default().push(sink);
    }

    fn may_select_data(&self, kind: &str) -> bool {
        !self.by_account.is_empty() && self.all().any(|sink| sink.selectors.may_select_data(kind))
    }

    /// Whether the events of one account may go to another.
    pub(crate) fn across_accounts(&self) -> bool {
        !self.by_organization.is_empty()
    }

    /// The sinks that select an event of an account, which is in this organization.
    pub(crate) fn of(&self, event: &Event, organization: Option<&str>) -> Vec<Arc<Sink>> {
        if self.by_account.is_empty() {
            return Vec::new();
        }
        self.reaching(event.account, organization).filter(|sink| sink.selects(event)).cloned().collect()
    }

    /// The sinks that get insights of a kind about an account and region.
    pub(crate) fn of_insight(
        &self,
        account: AccountId,
        region: &Region,
        organization: Option<&str>,
        errors: bool,
    ) -> Vec<Arc<Sink>> {
        let wants = |sink: &&Arc<Sink>| {
            let wanted = if errors { sink.insights.1 } else { sink.insights.0 };
            wanted && sink.reaches(region)
        };
        self.reaching(account, organization).filter(wants).cloned().collect()
    }

    /// Whether anyone wants insights.
    pub(crate) fn any_insights(&self) -> bool {
        self.all().any(|sink| sink.insights.0 || sink.insights.1)
    }

    /// Own sinks, and those of the organization that others in it have.
    fn reaching(&self, account: AccountId, organization: Option<&str>) -> impl Iterator<Item = &Arc<Sink>> {
        let own = self.by_account.get(&account).into_iter().flatten();
        let shared = organization.and_then(|id| self.by_organization.get(id)).into_iter().flatten();
        own.chain(shared.filter(move |sink| sink.account != account))
    }

    fn all(&self) -> impl Iterator<Item = &Arc<Sink>> {
        self.by_account.values().flatten()
    }
}

impl Sink {
    fn of_trail(trail: TrailRecord) -> Self {
        Self {
            id: trail.id,
            account: trail.account,
            home: trail.home,
            multi_region: trail.multi_region,
            global_events: trail.global_events,
            organization: trail.organization,
            insights: wanted(&trail.insights),
            selectors: trail.selectors,
            keeps: false,
        }
    }

    fn of_data_store(store: DataStoreRecord) -> Self {
        Self {
            id: store.id,
            account: store.account,
            home: store.home,
            multi_region: store.multi_region,
            global_events: true,
            organization: store.organization,
            // Insights go to the store that was named as their destination, which is not this one.
            insights: (false, false),
            selectors: store.selectors,
            keeps: true,
        }
    }

    fn reaches(&self, region: &Region) -> bool {
        self.multi_region || self.home == *region
    }

    fn selects(&self, event: &Event) -> bool {
        self.reaches(&event.region) && (self.global_events || !event.global) && self.selectors.select(event)
    }
}

fn wanted(choices: &[super::selectors::InsightChoice]) -> (bool, bool) {
    (choices.iter().any(|choice| !choice.errors), choices.iter().any(|choice| choice.errors))
}

/// The organization of an account, as Organizations tells.
pub(crate) async fn organization(cloud: &Cloud, account: AccountId) -> Option<String> {
    let membership = cloud.guardrails()?.membership(cloud, account).await;
    match membership {
        Ok(membership) => membership.map(|membership| membership.organization.clone()),
        Err(error) => {
            tracing::error!(%account, %error, "cannot tell which organization an account is in");
            None
        }
    }
}
