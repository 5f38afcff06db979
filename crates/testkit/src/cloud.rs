//! A cloud of a few services on a store in memory and a clock that stands still.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use authority::{Authority, RootKeys};
use gateway::{Gateway, GatewayParts, Limits, NoEndpoints, Origins};
use names::{AccountId, PageTokenKey, Region, Timestamp};
use runtime::Runtime;
use service_kit::{Caller, Cloud, CloudParts, Error, Outcome, Service};
use smithy::Operation;
use store::{Store, Vault};

/// When a test's time begins: 2026-01-01T00:00:00Z.
const START: Timestamp = Timestamp::from_secs(1_767_225_600);

/// A cloud for one test. Cheap to clone; clones share everything but the account they call as.
#[derive(Clone)]
pub struct TestCloud {
    cloud: Cloud,
    gateway: Gateway,
    account: AccountId,
    region: Region,
    accounts: Arc<AtomicU64>,
}

impl TestCloud {
    /// A cloud in memory with the services that `services` makes.
    pub fn new(services: impl FnOnce(&CloudParts) -> Vec<Service>) -> Self {
        let parts = Self::parts();
        let services = services(&parts);
        Self::of(parts, services)
    }

    /// The usual parts, to be changed and handed to [`TestCloud::of`].
    pub fn parts() -> CloudParts {
        let runtime = Runtime::simulated(7, START);
        let store = Store::in_memory(runtime.random.clone());
        Self::parts_on(runtime, store)
    }

    /// A cloud on a store and a runtime of the test's own: for restarts and engines with a disk.
    pub fn on(runtime: Runtime, store: Store, services: impl FnOnce(&CloudParts) -> Vec<Service>) -> Self {
        let parts = Self::parts_on(runtime, store);
        let services = services(&parts);
        Self::of(parts, services)
    }

    /// The usual parts on a store and a runtime of the test's own. Policies are enforced.
    pub fn parts_on(runtime: Runtime, store: Store) -> CloudParts {
        let mut parts = CloudParts::new(runtime, store, Vault::new(&[2; 32]), PageTokenKey::new(&[1; 32]));
        parts.authorizer = Arc::new(Authority::new(RootKeys::new(None, true)));
        parts
    }

    /// A cloud of parts that the test made: with an authorizer, a guard or a recorder of its own.
    pub fn of(parts: CloudParts, services: Vec<Service>) -> Self {
        let cloud = Cloud::new(parts, services);
        cloud.start_tasks();
        let gateway = Gateway::new(GatewayParts {
            cloud: cloud.clone(),
            credentials: Arc::new(Authority::new(RootKeys::new(None, true))),
            own: Arc::new(NoEndpoints),
            hosts: gateway::identify::DataPlaneHosts::default(),
            origins: Origins::default(),
            limits: Limits::default(),
            log: gateway::AccessLog::default(),
        });
        let (account, region) = (AccountId::DEFAULT, Region::default_region());
        Self { cloud, gateway, account, region, accounts: Arc::new(AtomicU64::new(100_000_000_001)) }
    }

    /// The same cloud, called from an account that nothing is in yet.
    #[must_use]
    pub fn fresh_account(&self) -> Self {
        let number = self.accounts.fetch_add(1, Ordering::Relaxed);
        self.in_account(AccountId::from_number(number).expect("twelve digits"))
    }

    /// The same cloud, called from this account.
    #[must_use]
    pub fn in_account(&self, account: AccountId) -> Self {
        Self { account, ..self.clone() }
    }

    /// The same cloud, called in this region.
    ///
    /// # Panics
    /// When the text is no region code.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: Region::parse(region).expect("a region code"), ..self.clone() }
    }

    /// Calls an operation as the account's root.
    pub async fn call<O: Operation>(&self, input: O::Input) -> Outcome<O> {
        self.call_as::<O>(Caller::root(self.account, None), input).await
    }

    /// Calls an operation as this caller.
    pub async fn call_as<O: Operation>(&self, caller: Caller, input: O::Input) -> Outcome<O> {
        self.cloud.call::<O>(Arc::new(caller), self.region.clone(), input).await
    }

    /// Calls an operation that must fail with a modelled exception, and tells its code and text.
    ///
    /// # Panics
    /// When the call succeeds, or fails with a fault.
    pub async fn error<O: Operation>(&self, input: O::Input) -> (String, String) {
        match self.call::<O>(input).await {
            Err(Error::Modeled(error)) => (error.schema.code.to_owned(), error.message),
            Err(Error::Fault(fault)) => panic!("{}: {fault:?}", O::SCHEMA.name),
            Ok(_) => panic!("{} succeeded", O::SCHEMA.name),
        }
    }

    /// Moves the clock on; whoever waits for it wakes.
    pub async fn advance(&self, duration: Duration) {
        self.runtime().clock.advance(duration);
        tokio::task::yield_now().await;
    }

    /// The account called from.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The region called.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The cloud's runtime.
    pub fn runtime(&self) -> &Runtime {
        self.cloud.runtime()
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    /// The road to it.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }
}
