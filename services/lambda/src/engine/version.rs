//! Versions: what `$LATEST` was when it was published, never changed afterwards.

use store::{Span, StoreError};

use super::function::{Found, is_expected};
use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::store::{ALIASES, ASYNC, FUNCTIONS, POLICIES, VERSIONS, VersionRecord};

impl Engine {
    /// Publishes `$LATEST`. Where nothing changed since the newest version, that one is answered.
    pub(crate) async fn publish(
        &self,
        home: &Home,
        name: &str,
        digest: Option<&str>,
        revision: Option<&str>,
        description: Option<&str>,
    ) -> Answer<Found> {
        let (scope, now) = (&home.scope(), self.now());
        self.store()
            .transact(|tx| async move {
                let mut function = FUNCTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::NoFunction)?;
                let latest = VERSIONS.get(&tx, scope, &(name, 0)).await?.ok_or(Refusal::NoFunction)?;
                is_expected(revision, &latest.revision)?;
                if digest.is_some_and(|digest| digest != latest.digest) {
                    return Err(Refusal::OtherCode(latest.digest));
                }
                let settings = self.settings(&latest)?;
                if let Some(newest) = VERSIONS.get(&tx, scope, &(name, function.newest)).await?
                    && function.newest > 0
                    && newest.digest == latest.digest
                    && same(&self.settings(&newest)?, &settings)
                {
                    return Ok(Found { number: function.newest, function, version: newest });
                }
                let mut version = VersionRecord { ready: now.min(latest.ready), ..self.renewed(&latest) };
                version.updated = version.ready;
                if let Some(description) = description {
                    let settings = crate::store::Settings { description: description.to_owned(), ..settings };
                    version.settings = self.sealed(&settings)?;
                }
                function.newest += 1;
                self.name_again(&tx, scope, &latest.digest).await?;
                FUNCTIONS.put(&tx, scope, &name, &function)?;
                VERSIONS.put(&tx, scope, &(name, function.newest), &version)?;
                // Publishing counts as a change of `$LATEST`.
                VERSIONS.put(&tx, scope, &(name, 0), &self.renewed(&latest))?;
                Ok(Found { number: function.newest, function, version })
            })
            .await
    }

    /// All versions of a function, `$LATEST` first.
    pub(crate) async fn versions(&self, home: &Home, name: &str) -> Result<Vec<(u64, VersionRecord)>, StoreError> {
        let of = Span::prefix::<(String,)>(&(name,));
        let all = VERSIONS.scan_all(&self.store().read().await?, &home.scope(), &of).await?;
        Ok(all.into_iter().map(|((_, number), version)| (number, version)).collect())
    }

    /// Deletes a version that no alias stands for. One that is not there is no mistake.
    pub(crate) async fn delete_version(&self, home: &Home, name: &str, number: u64) -> Answer<()> {
        let scope = &home.scope();
        let no = self
            .store()
            .transact(|tx| async move {
                let function = FUNCTIONS.get(&tx, scope, &name).await?.ok_or(Refusal::NoFunction)?;
                let aliases = ALIASES.scan_all(&tx, scope, &Span::prefix::<(String,)>(&(name,))).await?;
                let of = |alias: &crate::store::AliasRecord| {
                    alias.version == number || alias.other.is_some_and(|(other, _)| other == number)
                };
                let users: Vec<_> = aliases.into_iter().filter(|(_, a)| of(a)).map(|((_, name), _)| name).collect();
                if !users.is_empty() {
                    return Err(Refusal::InUse(users));
                }
                if let Some(version) = VERSIONS.get(&tx, scope, &(name, number)).await? {
                    let qualifier = number.to_string();
                    self.unname(&tx, scope, &version.digest).await?;
                    VERSIONS.delete(&tx, scope, &(name, number));
                    ASYNC.delete(&tx, scope, &(name, qualifier.as_str()));
                    POLICIES.delete(&tx, scope, &(super::policy::FUNCTION, name, qualifier.as_str()));
                }
                Ok(function.no)
            })
            .await?;
        self.pools().retire(no, number);
        self.sweeps().signal();
        Ok(())
    }
}

/// Whether two versions differ in nothing but what they are called. A description counts as a name.
fn same(one: &crate::store::Settings, other: &crate::store::Settings) -> bool {
    let nameless =
        |settings: &crate::store::Settings| crate::store::Settings { description: String::new(), ..settings.clone() };
    nameless(one) == nameless(other)
}
