//! Certificates that users sign with.

use aws_lc_rs::digest::{SHA256, digest};
use store::Reader;

use super::flaw::{Flaw, Thing, missing};
use super::home::Home;
use super::pem;
use super::refusal::Refusal;
use super::{Engine, nothing, owned};
use crate::limits;
use crate::store::Sort;
use crate::store::credential::{CERTIFICATE_PRINTS, SIGNING_CERTIFICATES, SigningCertificateRecord};

async fn find(reader: &impl Reader, home: Home, owner: &str, id: &str) -> Result<SigningCertificateRecord, Refusal> {
    let found = SIGNING_CERTIFICATES.get(reader, &home.scope(), &id).await?;
    found.filter(|record| record.owner == owner).ok_or_else(|| missing(Thing::SigningCertificate, id))
}

/// The certificates of an owner, the oldest first.
pub(crate) async fn of_owner(
    reader: &impl Reader,
    home: Home,
    owner: &str,
) -> Result<Vec<(String, SigningCertificateRecord)>, Refusal> {
    let mut found = Vec::new();
    for id in owned::ids(reader, home, owner, Sort::SigningCertificate).await? {
        let record = SIGNING_CERTIFICATES.get(reader, &home.scope(), &id).await?;
        found.extend(record.map(|record| (id, record)));
    }
    found.sort_by_key(|(_, record)| record.uploaded);
    Ok(found)
}

impl Engine {
    /// Keeps a certificate for an owner: a user's id, or the account number for root.
    pub(crate) async fn upload_signing_certificate(
        &self,
        home: Home,
        owner: &str,
        body: &str,
    ) -> Result<(String, SigningCertificateRecord), Refusal> {
        let (facts, der) = pem::certificate(body).map_err(Flaw::Pem)?;
        let now = self.now();
        if !(facts.from..=facts.until).contains(&now) {
            return Err(Flaw::NotValidNow.into());
        }
        let print: String = digest(&SHA256, &der).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let id = &self.random().alphanumeric(32).to_ascii_uppercase();
        let (owner, body) = (owner.to_owned(), body.to_owned());
        let record = &SigningCertificateRecord { owner, body, print, active: true, uploaded: now };
        self.change(home.account, |tx| async move {
            let scope = home.scope();
            if CERTIFICATE_PRINTS.get(&tx, &scope, &record.print).await?.is_some() {
                return Err(Flaw::DuplicateCertificate.into());
            }
            let present = owned::ids(&tx, home, &record.owner, Sort::SigningCertificate).await?;
            if present.len() as u64 >= limits::SIGNING_CERTIFICATES {
                return Err(Refusal::Quota("CertificatesPerUser", limits::SIGNING_CERTIFICATES));
            }
            owned::give(&tx, home, &record.owner, Sort::SigningCertificate, id).await?;
            CERTIFICATE_PRINTS.put(&tx, &scope, &record.print, &nothing())?;
            Ok(SIGNING_CERTIFICATES.put(&tx, &scope, id, record)?)
        })
        .await?;
        Ok((id.clone(), record.clone()))
    }

    /// Switches a certificate on or off.
    pub(crate) async fn switch_signing_certificate(
        &self,
        home: Home,
        owner: &str,
        id: &str,
        active: bool,
    ) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = SigningCertificateRecord { active, ..find(&tx, home, owner, id).await? };
            Ok(SIGNING_CERTIFICATES.put(&tx, &home.scope(), &id, &record)?)
        })
        .await
    }

    /// Deletes a certificate.
    pub(crate) async fn delete_signing_certificate(&self, home: Home, owner: &str, id: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, owner, id).await?;
            SIGNING_CERTIFICATES.delete(&tx, &home.scope(), &id);
            CERTIFICATE_PRINTS.delete(&tx, &home.scope(), &record.print);
            owned::take(&tx, home, owner, Sort::SigningCertificate, id);
            Ok(())
        })
        .await
    }

    /// The certificates of an owner.
    pub(crate) async fn signing_certificates(
        &self,
        home: Home,
        owner: &str,
    ) -> Result<Vec<(String, SigningCertificateRecord)>, Refusal> {
        of_owner(&self.view().await?, home, owner).await
    }
}
