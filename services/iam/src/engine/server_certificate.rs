//! Certificates of servers, with their private keys.

use names::Tags;
use names::key_id::IdKind;
use store::{Reader, Span};

use super::Engine;
use super::count::Counted;
use super::flaw::{Flaw, Thing, exists, missing};
use super::home::Home;
use super::listing::list;
use super::pem;
use super::refusal::Refusal;
use crate::store::credential::{SERVER_CERTIFICATES, ServerCertificateRecord};
use crate::store::key;

/// What is uploaded.
pub(crate) struct Upload {
    /// Name.
    pub(crate) name: String,
    /// Path.
    pub(crate) path: String,
    /// The certificate, PEM.
    pub(crate) body: String,
    /// The private key, PEM.
    pub(crate) key: String,
    /// The chain, PEM.
    pub(crate) chain: Option<String>,
    /// Tags.
    pub(crate) tags: Tags,
}

/// The certificate of a name.
pub(crate) async fn find(reader: &impl Reader, home: Home, name: &str) -> Result<ServerCertificateRecord, Refusal> {
    let found = SERVER_CERTIFICATES.get(reader, &home.scope(), &key(name)).await?;
    found.ok_or_else(|| missing(Thing::ServerCertificate, name))
}

/// A certificate's ARN.
pub(crate) fn arn(home: Home, record: &ServerCertificateRecord) -> String {
    home.arn_of("server-certificate", &record.path, &record.name)
}

impl Engine {
    /// Keeps a certificate whose key and chain belong to it.
    pub(crate) async fn upload_server_certificate(
        &self,
        home: Home,
        upload: Upload,
    ) -> Result<ServerCertificateRecord, Refusal> {
        let facts = pem::server(&upload.body, &upload.key, upload.chain.as_deref()).map_err(Flaw::Pem)?;
        let (id, now) = (home.issue(IdKind::Certificate, self.random()), self.now());
        if !(facts.from..=facts.until).contains(&now) {
            return Err(Flaw::NotValidNow.into());
        }
        let sealed = self.secrets().close(self.random(), id.as_bytes(), upload.key.as_bytes());
        let record = &ServerCertificateRecord {
            id,
            name: upload.name,
            path: upload.path,
            body: upload.body,
            chain: upload.chain,
            key: sealed,
            uploaded: now,
            expires: facts.until,
            tags: upload.tags,
        };
        self.change(home.account, |tx| async move {
            if SERVER_CERTIFICATES.get(&tx, &home.scope(), &key(&record.name)).await?.is_some() {
                return Err(exists(Thing::ServerCertificate, &record.name));
            }
            Counted::ServerCertificates.add(&tx, &home.scope()).await?;
            Ok(SERVER_CERTIFICATES.put(&tx, &home.scope(), &key(&record.name), record)?)
        })
        .await?;
        Ok(record.clone())
    }

    /// A certificate.
    pub(crate) async fn server_certificate(&self, home: Home, name: &str) -> Result<ServerCertificateRecord, Refusal> {
        find(&self.view().await?, home, name).await
    }

    /// Changes a certificate's name, path or tags.
    pub(crate) async fn edit_server_certificate(
        &self,
        home: Home,
        name: &str,
        edit: impl Fn(&mut ServerCertificateRecord) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, name).await?;
            edit(&mut record)?;
            if key(&record.name) != key(name) {
                if SERVER_CERTIFICATES.get(&tx, &home.scope(), &key(&record.name)).await?.is_some() {
                    return Err(exists(Thing::ServerCertificate, &record.name));
                }
                SERVER_CERTIFICATES.delete(&tx, &home.scope(), &key(name));
            }
            Ok(SERVER_CERTIFICATES.put(&tx, &home.scope(), &key(&record.name), &record)?)
        })
        .await
    }

    /// Deletes a certificate.
    pub(crate) async fn delete_server_certificate(&self, home: Home, name: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            find(&tx, home, name).await?;
            SERVER_CERTIFICATES.delete(&tx, &home.scope(), &key(name));
            Ok(Counted::ServerCertificates.remove(&tx, &home.scope()).await?)
        })
        .await
    }

    /// A page of certificates whose path begins with `prefix`, sorted by name.
    pub(crate) async fn server_certificates(
        &self,
        home: Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ServerCertificateRecord>, Refusal> {
        let span = after.map_or_else(Span::all, |after| Span::all().after(&after));
        let fits = |_: &_, record: &ServerCertificateRecord| record.path.starts_with(prefix);
        let rows = list(&self.view().await?, &SERVER_CERTIFICATES, &home.scope(), span, limit, fits).await?;
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }
}
