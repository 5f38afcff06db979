//! Identities ready for the authority: keys, and users and roles with their policies compiled.
//!
//! What is cached is of one revision of its account. Every change of IAM touches the revision, and the store tells its
//! watchers before it acknowledges a commit; so whoever asks after an acknowledgement finds the cache emptied. A value that
//! was read while a change came in is answered and not kept.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;
use names::AccountId;
use parking_lot::{Mutex, RwLock};
use policy::{Kind as PolicyKind, Policy};
use service_kit::{Caller, HeldPolicy, Identity, IssuedKey, Principal};
use sigv4::Secret;
use store::{Store, StoreError, Watch};

use super::entity::{Kind, by_id};
use super::home::{Home, PolicyArn};
use super::refusal::Refusal;
use super::{Engine, aws_managed, group, inline, policy as managed};
use crate::store::{EntityRecord, KEYS, REVISIONS, scope};

/// Entries of an account beyond which its cache starts anew: keys that nobody issued are entries too.
const ENTRIES: usize = 10_000;
/// Compiled documents beyond which that cache starts anew.
const DOCUMENTS: usize = 4_096;

/// Caches of what the authority asks.
#[derive(Default)]
pub(crate) struct Bearers {
    accounts: RwLock<HashMap<AccountId, Arc<Mutex<Cached>>, RandomState>>,
    aws: RwLock<HashMap<&'static str, HeldPolicy>>,
    compiled: RwLock<HashMap<Box<str>, Arc<Policy>>>,
}

struct Cached {
    watch: Watch,
    revision: u64,
    entries: HashMap<Box<str>, Entry, RandomState>,
}

#[derive(Clone)]
enum Entry {
    Key(Option<Arc<IssuedKey>>),
    Identity(Option<Arc<Identity>>),
    Managed(Option<HeldPolicy>),
}

impl Cached {
    /// Forgets what an acknowledged change has made old.
    fn refresh(&mut self) {
        if self.watch.has_changed() || self.entries.len() > ENTRIES {
            self.entries.clear();
            self.revision += 1;
        }
    }
}

impl Bearers {
    /// Forgets everything: the store was emptied.
    pub(crate) fn clear(&self) {
        self.accounts.write().clear();
    }

    fn account(&self, store: &Store, account: AccountId) -> Arc<Mutex<Cached>> {
        if let Some(cached) = self.accounts.read().get(&account) {
            return cached.clone();
        }
        let watch = || store.watch(&REVISIONS.prefix(&scope(account)));
        let fresh = || Arc::new(Mutex::new(Cached { watch: watch(), revision: 0, entries: HashMap::default() }));
        self.accounts.write().entry(account).or_insert_with(fresh).clone()
    }

    fn compile(&self, document: &str) -> Result<Arc<Policy>, Refusal> {
        if let Some(policy) = self.compiled.read().get(document) {
            return Ok(policy.clone());
        }
        let policy = Arc::new(Policy::parse(document, PolicyKind::Inline)?);
        let mut compiled = self.compiled.write();
        if compiled.len() >= DOCUMENTS {
            compiled.clear();
        }
        compiled.insert(document.into(), policy.clone());
        Ok(policy)
    }
}

impl Engine {
    /// The owner of an access key, if it is known without a look into the store.
    pub(crate) fn known_key(&self, home: Home, id: &str) -> Option<Option<Arc<IssuedKey>>> {
        match self.known(home, id).ok()? {
            Entry::Key(key) => Some(key),
            Entry::Identity(_) | Entry::Managed(_) => None,
        }
    }

    /// The user or role with a unique id, if it is known without a look into the store.
    pub(crate) fn known_identity(&self, home: Home, id: &str) -> Option<Option<Arc<Identity>>> {
        match self.known(home, id).ok()? {
            Entry::Identity(identity) => Some(identity),
            Entry::Key(_) | Entry::Managed(_) => None,
        }
    }

    /// The owner of an access key.
    pub(crate) async fn key_owner(&self, home: Home, id: &str) -> Result<Option<Arc<IssuedKey>>, Refusal> {
        let entry = self.cached(home, id, || async { Ok(Entry::Key(self.load_key(home, id).await?)) }).await?;
        Ok(if let Entry::Key(key) = entry { key } else { None })
    }

    /// The user or role with a unique id.
    pub(crate) async fn identity(&self, home: Home, id: &str) -> Result<Option<Arc<Identity>>, Refusal> {
        let load = || async { Ok(Entry::Identity(self.load_identity(home, id).await?.map(Arc::new))) };
        let entry = self.cached(home, id, load).await?;
        Ok(if let Entry::Identity(identity) = entry { identity } else { None })
    }

    /// A managed policy, compiled.
    pub(crate) async fn managed(&self, home: Home, arn: &str) -> Result<Option<HeldPolicy>, Refusal> {
        let Some(parsed) = PolicyArn::parse(arn) else { return Ok(None) };
        let Some(account) = parsed.account else { return self.aws_managed(home, arn) };
        let there = Home { account, ..home };
        let entry =
            self.cached(there, arn, || async { Ok(Entry::Managed(self.load_managed(there, arn).await?)) }).await?;
        Ok(if let Entry::Managed(held) = entry { held } else { None })
    }

    /// What is cached under a name, or else what `load` reads.
    async fn cached<F>(&self, home: Home, name: &str, load: impl Fn() -> F) -> Result<Entry, Refusal>
    where
        F: Future<Output = Result<Entry, Refusal>>,
    {
        let revision = match self.known(home, name) {
            Ok(entry) => return Ok(entry),
            Err(revision) => revision,
        };
        let entry = load().await?;
        let account = self.bearers().account(self.store(), home.account);
        let mut cached = account.lock();
        cached.refresh();
        if cached.revision == revision {
            cached.entries.insert(name.into(), entry.clone());
        }
        Ok(entry)
    }

    /// What is cached under a name, or else the revision that is to be read.
    fn known(&self, home: Home, name: &str) -> Result<Entry, u64> {
        let account = self.bearers().account(self.store(), home.account);
        let mut cached = account.lock();
        cached.refresh();
        cached.entries.get(name).cloned().ok_or(cached.revision)
    }

    async fn load_key(&self, home: Home, id: &str) -> Result<Option<Arc<IssuedKey>>, Refusal> {
        let view = self.view().await?;
        let Some(record) = KEYS.get(&view, &home.scope(), &id).await? else { return Ok(None) };
        let caller = if record.owner == home.account.to_string() {
            Caller::root(home.account, Some(id.to_owned()))
        } else {
            let Some(user) = by_id(&view, home, &record.owner).await? else { return Ok(None) };
            let principal = Principal::User { arn: home.entity(&user), id: user.id };
            Caller { account: home.account, principal, access_key: Some(id.to_owned()), session: None }
        };
        let plain = self.secrets().open(id.as_bytes(), &record.secret)?;
        let secret = String::from_utf8(plain).map_err(|_| StoreError::corrupt("the secret of an access key"))?;
        Ok(Some(Arc::new(IssuedKey { secret: Secret::new(&secret), active: record.active, caller })))
    }

    async fn load_identity(&self, home: Home, id: &str) -> Result<Option<Identity>, Refusal> {
        let view = self.view().await?;
        let Some(record) = by_id(&view, home, id).await? else { return Ok(None) };
        let groups = group::groups_of(&view, home, &record).await?;
        let mut policies = Vec::new();
        for holder in std::iter::once(&record).chain(&groups) {
            for inline in inline::all(&view, home, &holder.id).await? {
                policies.push(self.held_inline(holder, &inline.name, &inline.document)?);
            }
            for arn in &holder.attached {
                policies.extend(self.held(home, arn).await?);
            }
        }
        let boundary = match &record.boundary {
            Some(arn) => self.held(home, arn).await?,
            None => None,
        };
        let service_linked = record.role().is_some_and(|role| role.linked.is_some());
        Ok(Some(Identity { arn: home.entity(&record), policies, boundary, tags: record.tags, service_linked }))
    }

    /// A managed policy that an entity has: read from the store, because the cache may be of an older state.
    async fn held(&self, home: Home, arn: &str) -> Result<Option<HeldPolicy>, Refusal> {
        match PolicyArn::parse(arn).and_then(|parsed| parsed.account) {
            Some(_) => self.load_managed(home, arn).await,
            None => self.aws_managed(home, arn),
        }
    }

    async fn load_managed(&self, home: Home, arn: &str) -> Result<Option<HeldPolicy>, Refusal> {
        let view = self.view().await?;
        let record = match managed::find(&view, home, arn).await {
            Err(Refusal::Missing(..)) => return Ok(None),
            found => managed::Managed::Customer(found?),
        };
        let version = managed::version(&view, home, &record, None).await?;
        Ok(Some(HeldPolicy { name: arn.into(), policy: self.bearers().compile(&version.document)? }))
    }

    fn aws_managed(&self, home: Home, arn: &str) -> Result<Option<HeldPolicy>, Refusal> {
        let Some(found) = aws_managed::find(home, arn) else { return Ok(None) };
        if let Some(held) = self.bearers().aws.read().get(found.name) {
            return Ok(Some(held.clone()));
        }
        let policy = Arc::new(Policy::parse(&found.document(), PolicyKind::Inline)?);
        let held = HeldPolicy { name: arn.into(), policy };
        self.bearers().aws.write().insert(found.name, held.clone());
        Ok(Some(held))
    }

    fn held_inline(&self, holder: &EntityRecord, name: &str, document: &str) -> Result<HeldPolicy, Refusal> {
        let kind: Kind = holder.body.kind();
        let name = format!("{}/{} inline {name}", kind.word(), holder.name).into();
        Ok(HeldPolicy { name, policy: self.bearers().compile(document)? })
    }
}
