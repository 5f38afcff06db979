//! SAML identity providers.

use std::time::Duration;

use names::{Tags, Timestamp};
use store::{Reader, Span, Tx};

use super::Engine;
use super::count::Counted;
use super::flaw::{Flaw, Thing, exists, missing};
use super::home::Home;
use super::metadata::Metadata;
use super::pem;
use super::refusal::Refusal;
use crate::limits;
use crate::store::federation::{SAML, SamlKey, SamlRecord};
use crate::store::key;

/// How long metadata is good that does not say it itself: AWS shows a hundred years.
const FOREVER: Duration = Duration::from_secs(100 * 365 * 86_400);

/// What may be changed of a provider.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    /// Other metadata.
    pub(crate) metadata: Option<String>,
    /// Whether assertions must be encrypted.
    pub(crate) encryption_required: Option<bool>,
    /// One more private key, PEM.
    pub(crate) add_key: Option<String>,
    /// The id of a private key to be removed.
    pub(crate) remove_key: Option<String>,
}

/// A provider's ARN.
pub(crate) fn arn(home: Home, record: &SamlRecord) -> String {
    home.arn(format!("saml-provider/{}", record.name))
}

/// The provider of an ARN.
pub(crate) async fn find(reader: &impl Reader, home: Home, arn: &str) -> Result<SamlRecord, Refusal> {
    let none = || missing(Thing::Saml, arn);
    let (sort, path, name) = home.split(arn).ok_or_else(none)?;
    if sort != "saml-provider" || path != "/" {
        return Err(none());
    }
    SAML.get(reader, &home.scope(), &key(&name)).await?.ok_or_else(none)
}

fn put(tx: &Tx, home: Home, record: &SamlRecord) -> Result<(), Refusal> {
    Ok(SAML.put(tx, &home.scope(), &key(&record.name), record)?)
}

impl Change {
    /// Makes the change, which must leave something that works.
    fn apply(&self, engine: &Engine, record: &mut SamlRecord, now: Timestamp) -> Result<(), Refusal> {
        if let Some(text) = &self.metadata {
            let metadata = Metadata::parse(text).map_err(|_| Flaw::Metadata)?;
            record.until = metadata.until.unwrap_or_else(|| record.created.plus(FOREVER));
            record.metadata.clone_from(text);
        }
        if let Some(id) = &self.remove_key {
            let at = record.keys.iter().position(|key| key.id == *id);
            record.keys.remove(at.ok_or_else(|| missing(Thing::SamlKey, id))?);
        }
        if let Some(pem) = &self.add_key {
            record.keys.push(saml_key(engine, pem, now)?);
        }
        if record.keys.len() > limits::SAML_KEYS {
            return Err(Refusal::Quota("PrivateKeysPerSAMLProvider", limits::SAML_KEYS as u64));
        }
        record.encryption_required = self.encryption_required.or(record.encryption_required);
        if record.encryption_required == Some(true) && record.keys.is_empty() {
            return Err(Flaw::NoPrivateKey.into());
        }
        Ok(())
    }
}

fn saml_key(engine: &Engine, pem: &str, now: Timestamp) -> Result<SamlKey, Refusal> {
    if !pem::is_private_key(pem) {
        return Err(Flaw::PrivateKey.into());
    }
    let id = format!("KID{}", engine.random().alphanumeric(17).to_ascii_uppercase());
    let sealed = engine.secrets().close(engine.random(), id.as_bytes(), pem.as_bytes());
    Ok(SamlKey { id, uploaded: now, sealed })
}

impl Engine {
    /// Creates a provider; `change` holds its metadata.
    pub(crate) async fn create_saml(
        &self,
        home: Home,
        name: &str,
        tags: Tags,
        change: Change,
    ) -> Result<SamlRecord, Refusal> {
        let now = self.now();
        let mut record = SamlRecord {
            name: name.to_owned(),
            uuid: format!("SAML{}", self.random().alphanumeric(17).to_ascii_uppercase()),
            metadata: String::new(),
            created: now,
            until: now,
            tags,
            encryption_required: None,
            keys: Vec::new(),
        };
        change.apply(self, &mut record, now)?;
        let record = &record;
        self.change(home.account, |tx| async move {
            if SAML.get(&tx, &home.scope(), &key(name)).await?.is_some() {
                return Err(exists(Thing::Saml, name));
            }
            Counted::SamlProviders.add(&tx, &home.scope()).await?;
            put(&tx, home, record)
        })
        .await?;
        Ok(record.clone())
    }

    /// A provider.
    pub(crate) async fn saml(&self, home: Home, arn: &str) -> Result<SamlRecord, Refusal> {
        find(&self.view().await?, home, arn).await
    }

    /// All providers, sorted by name.
    pub(crate) async fn all_saml(&self, home: Home) -> Result<Vec<SamlRecord>, Refusal> {
        let rows = SAML.scan_all(&self.view().await?, &home.scope(), &Span::all()).await?;
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }

    /// Changes a provider.
    pub(crate) async fn update_saml(&self, home: Home, arn: &str, change: Change) -> Result<(), Refusal> {
        let (now, change) = (self.now(), &change);
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, arn).await?;
            change.apply(self, &mut record, now)?;
            put(&tx, home, &record)
        })
        .await
    }

    /// Changes a provider's tags.
    pub(crate) async fn retag_saml(
        &self,
        home: Home,
        arn: &str,
        edit: impl Fn(&mut Tags) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, arn).await?;
            edit(&mut record.tags)?;
            put(&tx, home, &record)
        })
        .await
    }

    /// Deletes a provider.
    pub(crate) async fn delete_saml(&self, home: Home, arn: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, arn).await?;
            SAML.delete(&tx, &home.scope(), &key(&record.name));
            Ok(Counted::SamlProviders.remove(&tx, &home.scope()).await?)
        })
        .await
    }
}
