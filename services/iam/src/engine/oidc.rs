//! OpenID Connect identity providers: their addresses, audiences and thumbprints.

use names::Tags;
use store::{Reader, Span, Tx};

use super::Engine;
use super::count::Counted;
use super::flaw::{Flaw, Thing, exists, missing};
use super::home::Home;
use super::refusal::Refusal;
use crate::limits;
use crate::store::federation::{OIDC, OidcRecord};

/// An address as IAM keeps and shows it: without the scheme.
///
/// Source: `CreateOpenIDConnectProvider`: it begins with `https://`, may have a path, and has neither query nor port. A
/// provider on this machine, which AWS could not reach at all, may have a port and do without TLS.
pub(crate) fn issuer(url: &str) -> Option<String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    let usual = port.is_none() && url.starts_with("https://");
    let here = is_loopback(host) && port.is_none_or(|port| port.parse::<u16>().is_ok());
    if !(usual || here) {
        return None;
    }
    let labels = host
        .split('.')
        .all(|label| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    let path = rest.bytes().all(|b| b.is_ascii_graphic() && !b"?#\\\"<>^`{|}@".contains(&b));
    (labels && path).then(|| rest.to_owned())
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// A thumbprint: SHA-1 of a certificate in hexadecimal, kept in lower case.
pub(crate) fn thumbprint(text: &str) -> Option<String> {
    let hexadecimal = text.len() == 40 && text.bytes().all(|b| b.is_ascii_hexdigit());
    hexadecimal.then(|| text.to_ascii_lowercase())
}

/// A provider's ARN.
pub(crate) fn arn(home: Home, issuer: &str) -> String {
    home.arn(format!("oidc-provider/{issuer}"))
}

/// The provider of an ARN.
pub(crate) async fn find(reader: &impl Reader, home: Home, arn: &str) -> Result<OidcRecord, Refusal> {
    let prefix = self::arn(home, "");
    let found = match arn.strip_prefix(&prefix) {
        Some(issuer) => OIDC.get(reader, &home.scope(), &issuer).await?,
        None => None,
    };
    found.ok_or_else(|| missing(Thing::Oidc, arn))
}

/// Thumbprints as they are kept.
pub(crate) fn thumbprints(given: &[String]) -> Result<Vec<String>, Refusal> {
    if given.len() > limits::THUMBPRINTS {
        return Err(Flaw::Thumbprints.into());
    }
    let read = |text: &String| thumbprint(text).ok_or_else(|| Flaw::Thumbprint(text.clone()).into());
    given.iter().map(read).collect()
}

fn check_clients(clients: &[String]) -> Result<(), Refusal> {
    if clients.len() > limits::CLIENTS {
        return Err(Refusal::Quota("ClientIdsPerOpenIdConnectProvider", limits::CLIENTS as u64));
    }
    Ok(())
}

fn put(tx: &Tx, home: Home, record: &OidcRecord) -> Result<(), Refusal> {
    Ok(OIDC.put(tx, &home.scope(), &record.issuer, record)?)
}

impl Engine {
    /// Creates a provider.
    pub(crate) async fn create_oidc(
        &self,
        home: Home,
        url: &str,
        clients: Vec<String>,
        thumbprints: &[String],
        tags: Tags,
    ) -> Result<OidcRecord, Refusal> {
        let issuer = issuer(url).ok_or(Flaw::Address)?;
        check_clients(&clients)?;
        let thumbprints = self::thumbprints(thumbprints)?;
        let record = &OidcRecord { issuer, clients, thumbprints, created: self.now(), tags };
        self.change(home.account, |tx| async move {
            if OIDC.get(&tx, &home.scope(), &record.issuer).await?.is_some() {
                return Err(exists(Thing::Oidc, &record.issuer));
            }
            Counted::OidcProviders.add(&tx, &home.scope()).await?;
            put(&tx, home, record)
        })
        .await?;
        Ok(record.clone())
    }

    /// A provider.
    pub(crate) async fn oidc(&self, home: Home, arn: &str) -> Result<OidcRecord, Refusal> {
        find(&self.view().await?, home, arn).await
    }

    /// All providers, sorted by issuer.
    pub(crate) async fn all_oidc(&self, home: Home) -> Result<Vec<OidcRecord>, Refusal> {
        let rows = OIDC.scan_all(&self.view().await?, &home.scope(), &Span::all()).await?;
        Ok(rows.into_iter().map(|(_, record)| record).collect())
    }

    /// Changes a provider's audiences, thumbprints or tags.
    pub(crate) async fn edit_oidc(
        &self,
        home: Home,
        arn: &str,
        edit: impl Fn(&mut OidcRecord) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let edit = &edit;
        self.change(home.account, |tx| async move {
            let mut record = find(&tx, home, arn).await?;
            edit(&mut record)?;
            check_clients(&record.clients)?;
            put(&tx, home, &record)
        })
        .await
    }

    /// Deletes a provider.
    pub(crate) async fn delete_oidc(&self, home: Home, arn: &str) -> Result<(), Refusal> {
        self.change(home.account, |tx| async move {
            let record = find(&tx, home, arn).await?;
            OIDC.delete(&tx, &home.scope(), &record.issuer);
            Ok(Counted::OidcProviders.remove(&tx, &home.scope()).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for (url, issuer_of) in [
            ("https://token.actions.githubusercontent.com", Some("token.actions.githubusercontent.com")),
            ("https://oidc.eks.eu-west-1.amazonaws.com/id/ABC", Some("oidc.eks.eu-west-1.amazonaws.com/id/ABC")),
            ("https://localhost/", Some("localhost/")),
            ("http://127.0.0.1:4000", Some("127.0.0.1:4000")),
            ("http://localhost/realm", Some("localhost/realm")),
            ("http://localhost:99999", None),
            ("http://127.example.com:80", None),
            ("http://example.com", None),
            ("example.com", None),
            ("https://", None),
            ("https:///path", None),
            ("https://example.com:8443", None),
            ("https://example.com?x=y", None),
            ("https://example.com/a#b", None),
            ("https://me@example.com", None),
            ("https://example..com", None),
            ("https://exam ple.com", None),
        ] {
            assert_eq!(issuer(url).as_deref(), issuer_of, "{url}");
        }
    }

    #[test]
    fn thumbprints() {
        assert_eq!(thumbprint(&"Ab".repeat(20)), Some("ab".repeat(20)));
        assert_eq!(thumbprint(&"xy".repeat(20)), None);
        assert_eq!(thumbprint("ab"), None);
    }
}
