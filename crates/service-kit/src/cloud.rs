//! What all services share, and the registry in which they find each other.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use names::{PageTokenKey, Region};
use runtime::Runtime;
use store::{Store, Timers};

use crate::{Authorizer, Guard, Recorder, ResourceType, RootOnly, Service, Unguarded};

/// Handle on the whole cloud. Cheap to clone.
#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

/// What a cloud is made of.
pub struct CloudParts {
    /// Clock, randomness, tasks, shutdown.
    pub runtime: Runtime,
    /// Where everything is kept.
    pub store: Store,
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
}

pub(crate) struct Inner {
    parts: CloudParts,
    pub(crate) timers: Timers,
    services: BTreeMap<&'static str, Service>,
    panics: AtomicU64,
}

impl CloudParts {
    /// With nobody but root allowed, no quotas and no recorders.
    pub fn new(runtime: Runtime, store: Store, page_tokens: PageTokenKey) -> Self {
        Self {
            runtime,
            store,
            authorizer: Arc::new(RootOnly),
            guard: Arc::new(Unguarded),
            recorders: Vec::new(),
            page_tokens,
            base_url: "http://localhost:4566".to_owned(),
            default_region: Region::default_region(),
        }
    }
}

impl Cloud {
    /// Composes a cloud. Tasks are started with [`Cloud::start_tasks`].
    ///
    /// # Panics
    /// When two services have the same id.
    pub fn new(parts: CloudParts, services: Vec<Service>) -> Self {
        let mut by_id = BTreeMap::new();
        for service in services {
            let id = service.api.id;
            assert!(by_id.insert(id, service).is_none(), "service {id} is registered twice");
        }
        let timers = Timers::new(&parts.store, &parts.runtime);
        Self(Arc::new(Inner { parts, timers, services: by_id, panics: AtomicU64::new(0) }))
    }

    /// Clock, randomness, tasks, shutdown.
    pub fn runtime(&self) -> &Runtime {
        &self.0.parts.runtime
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.0.parts.store
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

    /// A service by the id of its model.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.0.services.get(id)
    }

    /// All services, sorted by id.
    pub fn services(&self) -> impl Iterator<Item = &Service> {
        self.0.services.values()
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
