//! What all services share, and the registry in which they find each other.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use names::{PageTokenKey, Region};
use runtime::Runtime;
use store::blobs::{Blobs, MemoryBlobs};
use store::{Store, Timers, Vault};

use crate::Mailer;
use crate::{
    Authorizer, Deeds, Guard, Guardrails, Principals, Recorder, ResourceType, RootOnly, Service, Sessions, Unguarded,
    Web,
};

/// Handle on the whole cloud. Cheap to clone.
#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

/// What a cloud is made of.
pub struct CloudParts {
    /// Clock, randomness, tasks, shutdown.
    pub runtime: Runtime,
    /// Where everything is kept.
    pub store: Store,
    /// Bytes of large objects.
    pub blobs: Arc<dyn Blobs>,
    /// Keys for secrets in records.
    pub vault: Vault,
    /// Who decides on access.
    pub authorizer: Arc<dyn Authorizer>,
    /// Quotas and injected faults.
    pub guard: Arc<dyn Guard>,
    /// Audit, metrics, meter, log.
    pub recorders: Vec<Arc<dyn Recorder>>,
    /// Signs page tokens.
    pub page_tokens: PageTokenKey,
    /// Scheme, host and port for URLs answered where no request tells one.
    pub base_url: String,
    /// The region when a request tells none.
    pub default_region: Region,
    /// Who takes mail; without one it stays in spools.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// A directory for files that can be made again: unpacked code. It may not be there yet.
    pub scratch: PathBuf,
}

pub(crate) struct Inner {
    parts: CloudParts,
    pub(crate) timers: Timers,
    services: BTreeMap<&'static str, Service>,
    sessions: Sessions,
    recorders: Vec<Arc<dyn Recorder>>,
    principals: Option<Arc<dyn Principals>>,
    guardrails: Option<Arc<dyn Guardrails>>,
    deeds: Option<Arc<dyn Deeds>>,
    webs: Vec<Arc<dyn Web>>,
    panics: AtomicU64,
}

impl CloudParts {
    /// With nobody but root allowed, no quotas, no recorders, and large objects in memory.
    pub fn new(runtime: Runtime, store: Store, vault: Vault, page_tokens: PageTokenKey) -> Self {
        let blobs = Arc::new(MemoryBlobs::new(runtime.random.clone()));
        Self {
            runtime,
            store,
            blobs,
            vault,
            authorizer: Arc::new(RootOnly),
            guard: Arc::new(Unguarded),
            recorders: Vec::new(),
            page_tokens,
            base_url: "http://localhost:4566".to_owned(),
            default_region: Region::default_region(),
            mailer: None,
            scratch: std::env::temp_dir().join("nephele-scratch"),
        }
    }
}

impl Cloud {
    /// Composes a cloud. Tasks are started with [`Cloud::start_tasks`].
    ///
    /// # Panics
    /// When two services have the same id.
    pub fn new(parts: CloudParts, services: Vec<Service>) -> Self {
        let (principals, guardrails) = (only(&services, |s| &s.principals), only(&services, |s| &s.guardrails));
        let deeds = only(&services, |s| &s.deeds);
        let told = services.iter().flat_map(|service| service.recorders.iter().cloned());
        let recorders = parts.recorders.iter().cloned().chain(told).collect();
        let webs = services.iter().filter_map(|service| service.web.clone()).collect();
        let mut by_id = BTreeMap::new();
        for service in services {
            let id = service.api.id;
            assert!(by_id.insert(id, service).is_none(), "service {id} is registered twice");
        }
        let timers = Timers::new(&parts.store, &parts.runtime);
        let (sessions, panics) = (Sessions::new(&parts.vault), AtomicU64::new(0));
        let services = by_id;
        Self(Arc::new(Inner {
            parts,
            timers,
            services,
            sessions,
            recorders,
            principals,
            guardrails,
            deeds,
            webs,
            panics,
        }))
    }

    /// Clock, randomness, tasks, shutdown.
    pub fn runtime(&self) -> &Runtime {
        &self.0.parts.runtime
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.parts.store
    }

    /// Bytes of large objects.
    pub fn blobs(&self) -> &dyn Blobs {
        self.0.parts.blobs.as_ref()
    }

    /// Keys for secrets in records.
    pub fn vault(&self) -> &Vault {
        &self.0.parts.vault
    }

    /// Temporary credentials.
    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    /// Who keeps users and roles, when someone does.
    pub fn principals(&self) -> Option<&dyn Principals> {
        self.0.principals.as_deref()
    }

    /// Who keeps the bounds of accounts, when someone does.
    pub fn guardrails(&self) -> Option<&dyn Guardrails> {
        self.0.guardrails.as_deref()
    }

    /// Who remembers what principals did, when someone does.
    pub fn deeds(&self) -> Option<&dyn Deeds> {
        self.0.deeds.as_deref()
    }

    /// All who are told of calls.
    pub(crate) fn recorders(&self) -> impl Iterator<Item = &Arc<dyn Recorder>> {
        self.0.recorders.iter()
    }

    /// The key that signs page tokens.
    pub fn page_tokens(&self) -> &PageTokenKey {
        &self.0.parts.page_tokens
    }

    /// The region when a request tells none.
    pub fn default_region(&self) -> &Region {
        &self.0.parts.default_region
    }

    /// Scheme, host and port for URLs answered where no request tells one.
    pub fn base_url(&self) -> &str {
        &self.0.parts.base_url
    }

    /// Who takes mail that shall leave the machine, when somebody does.
    pub fn mailer(&self) -> Option<&dyn Mailer> {
        self.0.parts.mailer.as_deref()
    }

    /// A service by the id of its model.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.0.services.get(id)
    }

    /// All services, sorted by id.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.0.services.values()
    }

    /// Who answers plain HTTP at a host, without port and in lower case.
    pub fn web(&self, host: &str) -> Option<&dyn Web> {
        self.0.webs.iter().find(|web| web.serves(host)).map(AsRef::as_ref)
    }

    /// All resource types of all services.
    pub fn resource_types(&self) -> impl Iterator<Item = &Arc<dyn ResourceType>> {
        self.services().flat_map(|service| service.resources.iter())
    }

    /// Handlers that panicked since the start. Not zero means a bug of ours.
    pub fn panics(&self) -> u64 {
        self.0.panics.load(Ordering::Relaxed)
    }

    pub(crate) fn count_panic(&self) {
        self.0.panics.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    pub(crate) fn parts(&self) -> &CloudParts {
        &self.0.parts
    }
}

/// What one of the services offers the whole cloud.
fn only<T: ?Sized>(services: &[Service], offered: impl Fn(&Service) -> &Option<Arc<T>>) -> Option<Arc<T>> {
    services.iter().find_map(|service| offered(service).clone())
}
