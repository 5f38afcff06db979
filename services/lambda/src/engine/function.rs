//! Functions: created, found, changed, deleted. What all versions share is in one record, `$LATEST` in another.

use names::{Tags, Timestamp};
use store::{Reader, Span, StoreError, Tx};

use super::code::Written;
use super::home::{Home, LATEST, Named, version_number};
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{
    ADDRESSES, ALIASES, ASYNC, FUNCTIONS, FunctionRecord, POLICIES, Settings, URLS, VERSIONS, VersionRecord, WARM,
};

/// A function and one of its versions.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) function: FunctionRecord,
    /// 0 is `$LATEST`.
    pub(crate) number: u64,
    pub(crate) version: VersionRecord,
}

/// How a change to `$LATEST` begins: what it must find.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    /// The revision that the caller last saw.
    pub(crate) revision: Option<String>,
}

/// What of `$LATEST` is changed.
pub(crate) enum Change<'a> {
    /// Its code, and what comes with it.
    Code(&'a Written, Option<String>, Option<String>),
    /// All of its settings.
    Settings(&'a Settings),
}

impl Engine {
    /// Creates a function; with `publish`, its first version too.
    pub(crate) async fn create_function(
        &self,
        home: &Home,
        name: &str,
        settings: &Settings,
        code: &Written,
        tags: &Tags,
        publish: bool,
    ) -> Answer<Found> {
        let (scope, now) = (&home.scope(), self.now());
        let (no, sealed) = (self.runtime().random.u128(), self.sealed(settings)?);
        let latest = &self.version(sealed, code, now);
        self.store()
            .transact(|tx| async move {
                if FUNCTIONS.get(&tx, scope, &name).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                self.name_written(&tx, scope, code).await?;
                let newest = u64::from(publish);
                let (tags, reserved, loops, signing) = (tags.clone(), None, false, None);
                let function = FunctionRecord { no, newest, tags, reserved, loops, signing };
                FUNCTIONS.put(&tx, scope, &name, &function)?;
                VERSIONS.put(&tx, scope, &(name, 0), latest)?;
                if publish {
                    self.name_again(&tx, scope, &code.digest).await?;
                    VERSIONS.put(&tx, scope, &(name, 1), &self.renewed(latest))?;
                }
                Ok(Found { function, number: newest, version: latest.clone() })
            })
            .await
    }

    fn version(&self, settings: Vec<u8>, code: &Written, now: Timestamp) -> VersionRecord {
        let random = &self.runtime().random;
        VersionRecord {
            settings,
            digest: code.digest.clone(),
            size: code.size,
            revision: random.uuid(),
            passing_revision: random.uuid(),
            modified: now,
            ready: now.plus(limits::SETTLES),
            updated: now.plus(limits::SETTLES),
            runtime_updates: ("Auto".to_owned(), None),
        }
    }

    /// The same with revisions of its own.
    pub(super) fn renewed(&self, version: &VersionRecord) -> VersionRecord {
        let random = &self.runtime().random;
        VersionRecord { revision: random.uuid(), passing_revision: random.uuid(), ..version.clone() }
    }

    /// A function and what is the same for all its versions.
    pub(crate) async fn function(&self, home: &Home, name: &str) -> Result<Option<FunctionRecord>, StoreError> {
        FUNCTIONS.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// The version that is named, by itself or by an alias: of one with two versions, the first.
    pub(crate) async fn find(&self, named: &Named) -> Answer<Found> {
        find(&self.store().read().await?, named).await
    }

    /// Functions of an account in a region.
    pub(crate) async fn functions(&self, home: &Home) -> Result<Vec<(String, FunctionRecord)>, StoreError> {
        FUNCTIONS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await
    }

    /// Changes `$LATEST`.
    pub(crate) async fn change(
        &self,
        home: &Home,
        name: &str,
        expected: &Expected,
        change: &Change<'_>,
    ) -> Answer<Found> {
        let (scope, now) = (&home.scope(), self.now());
        let found = self
            .store()
            .transact(|tx| async move {
                let function = FUNCTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::NoFunction)?;
                let before = VERSIONS.get(&tx, scope, &(name, 0)).await?.ok_or(Refusal::NoFunction)?;
                if before.updated > now || before.ready > now {
                    return Err(Refusal::Busy);
                }
                is_expected(expected.revision.as_deref(), &before.revision)?;
                let (modified, updated) = (now, now.plus(limits::SETTLES));
                let mut version = VersionRecord { modified, updated, ..self.renewed(&before) };
                self.apply(&tx, scope, change, &mut version).await?;
                VERSIONS.put(&tx, scope, &(name, 0), &version)?;
                Ok(Found { function, number: 0, version })
            })
            .await?;
        self.pools().retire(found.function.no, 0);
        Ok(found)
    }

    async fn apply(
        &self,
        tx: &Tx,
        scope: &store::Scope,
        change: &Change<'_>,
        version: &mut VersionRecord,
    ) -> Answer<()> {
        match change {
            Change::Settings(settings) => version.settings = self.sealed(settings)?,
            Change::Code(code, architecture, key) => {
                // Named before the old one is not: the same bytes stay.
                self.name_written(tx, scope, code).await?;
                self.unname(tx, scope, &version.digest).await?;
                (version.digest, version.size) = (code.digest.clone(), code.size);
                let mut settings = self.settings(version)?;
                if let Some(architecture) = architecture {
                    settings.architecture.clone_from(architecture);
                }
                settings.source_kms_key.clone_from(key);
                version.settings = self.sealed(&settings)?;
            }
        }
        Ok(())
    }

    /// Changes what all versions of a function share.
    pub(crate) async fn amend<T: Send>(
        &self,
        home: &Home,
        name: &str,
        change: impl Fn(&mut FunctionRecord) -> Answer<T> + Send + Sync,
    ) -> Answer<T> {
        let (scope, change) = (&home.scope(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = FUNCTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::NoFunction)?;
                let told = change(&mut record)?;
                FUNCTIONS.put(&tx, scope, &name, &record)?;
                Ok(told)
            })
            .await
    }

    /// Deletes a function with all that belongs to it.
    pub(crate) async fn delete_function(&self, home: &Home, name: &str) -> Answer<()> {
        let scope = &home.scope();
        let no = self
            .store()
            .transact(|tx| async move {
                let record = FUNCTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::NoFunction)?;
                self.delete_parts(&tx, scope, name).await?;
                FUNCTIONS.delete(&tx, scope, &name);
                Ok::<_, Refusal>(record.no)
            })
            .await?;
        self.pools().remove(no);
        self.sweeps().signal();
        Ok(())
    }

    async fn delete_parts(&self, tx: &Tx, scope: &store::Scope, name: &str) -> Result<(), StoreError> {
        let of = Span::prefix::<(String,)>(&(name,));
        for ((_, number), version) in VERSIONS.scan_all(tx, scope, &of).await? {
            VERSIONS.delete(tx, scope, &(name, number));
            self.unname(tx, scope, &version.digest).await?;
        }
        for ((_, alias), _) in ALIASES.scan_all(tx, scope, &of).await? {
            ALIASES.delete(tx, scope, &(name, alias.as_str()));
        }
        for ((_, qualifier), _) in ASYNC.scan_all(tx, scope, &of).await? {
            ASYNC.delete(tx, scope, &(name, qualifier.as_str()));
        }
        for ((_, qualifier), _) in WARM.scan_all(tx, scope, &of).await? {
            WARM.delete(tx, scope, &(name, qualifier.as_str()));
        }
        for ((_, qualifier), url) in URLS.scan_all(tx, scope, &of).await? {
            URLS.delete(tx, scope, &(name, qualifier.as_str()));
            ADDRESSES.delete(tx, &store::Scope::Global, &url.id.as_str());
        }
        let carried = Span::prefix::<(String, String)>(&(super::policy::FUNCTION, name));
        for ((_, _, qualifier), _) in POLICIES.scan_all(tx, scope, &carried).await? {
            POLICIES.delete(tx, scope, &(super::policy::FUNCTION, name, qualifier.as_str()));
        }
        Ok(())
    }
}

/// Whether a revision is the one the caller last saw.
pub(super) fn is_expected(seen: Option<&str>, revision: &str) -> Answer<()> {
    if seen.is_none_or(|seen| seen == revision) { Ok(()) } else { Err(Refusal::Stale) }
}

/// A version as a transaction or a view sees it.
pub(super) async fn find(reader: &impl Reader, named: &Named) -> Answer<Found> {
    let (scope, name) = (&named.home.scope(), named.name.as_str());
    let function = FUNCTIONS.get(reader, scope, &name).await?.ok_or(Refusal::NoFunction)?;
    let qualifier = named.qualifier.as_deref().unwrap_or(LATEST);
    let number = match version_number(qualifier) {
        Some(number) => number,
        None => ALIASES.get(reader, scope, &(name, qualifier)).await?.ok_or(Refusal::NoAlias)?.version,
    };
    let version = VERSIONS.get(reader, scope, &(name, number)).await?.ok_or(Refusal::NoFunction)?;
    Ok(Found { function, number, version })
}
