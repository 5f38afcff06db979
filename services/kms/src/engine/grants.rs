//! Grants: who may do what with a key, beside its policy. They count at once; a token, which AWS needs while a grant
//! spreads, only names its grant.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::{Order, Raw, Span, Tx};

use super::home::{Home, Place};
use super::refusal::Refusal;
use super::{Engine, read, write};
use crate::limits;
use crate::store::{GRANTS, GrantRecord, RETIRABLE};

const PURPOSE: &str = "kms/grant-token";
/// Grants read at once.
const PAGE: usize = 256;

/// Which grants of a key are wanted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// This one.
    pub id: Option<String>,
    /// Those of this grantee.
    pub grantee: Option<String>,
}

impl Engine {
    /// Grants; asking again under the same name for the same gives the same grant. Answers its id.
    pub(crate) async fn grant(&self, home: &Home, grant: &GrantRecord) -> Result<String, Refusal> {
        let fresh = &self.random().hex(64);
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.usable()?;
                let span = Span::prefix(&(home.id.clone(),));
                if grant.name.is_some() {
                    let all = GRANTS.scan_all(&tx, &home.scope(), &span).await?;
                    let same = |other: &GrantRecord| GrantRecord { created: grant.created, ..other.clone() } == *grant;
                    if let Some(((_, id), _)) = all.into_iter().find(|(_, other)| same(other)) {
                        return Ok(id);
                    }
                }
                let many = GRANTS.scan(&tx, &home.scope(), &span, Order::Ascending, limits::GRANTS_PER_KEY).await?;
                if many.len() >= limits::GRANTS_PER_KEY {
                    return Err(Refusal::TooManyGrants(key.arn()));
                }
                GRANTS.put(&tx, &home.scope(), &(home.id.as_str(), fresh.as_str()), grant)?;
                if let Some(retiring) = &grant.retiring {
                    let row = (retiring.as_str(), home.id.as_str(), fresh.as_str());
                    RETIRABLE.put(&tx, &home.scope(), &row, &Raw(bytes::Bytes::new()))?;
                }
                key.record.rules += 1;
                write(&tx, &key)?;
                Ok(fresh.clone())
            })
            .await
    }

    /// Ends a grant.
    pub(crate) async fn revoke(&self, home: &Home, id: &str) -> Result<(), Refusal> {
        self.store().transact(|tx| async move { remove(&tx, home, id).await }).await
    }

    /// A grant of a key.
    pub(crate) async fn grant_of(&self, home: &Home, id: &str) -> Result<GrantRecord, Refusal> {
        let view = self.store().read().await?;
        let grant = GRANTS.get(&view, &home.scope(), &(home.id.as_str(), id)).await?;
        grant.ok_or_else(|| Refusal::NoSuchGrant(id.to_owned()))
    }

    /// Grants of a key after one.
    pub(crate) async fn grants(
        &self,
        home: &Home,
        wanted: &Wanted,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, GrantRecord)>, Refusal> {
        let view = self.store().read().await?;
        let (mut found, mut after) = (Vec::new(), after.map(str::to_owned));
        while found.len() < limit {
            let span = Span::prefix(&(home.id.clone(),));
            let span = match &after {
                Some(after) => span.after(&(home.id.as_str(), after.as_str())),
                None => span,
            };
            let rows = GRANTS.scan(&view, &home.scope(), &span, Order::Ascending, PAGE).await?;
            let full = rows.len() == PAGE;
            after = rows.last().map(|((_, id), _)| id.clone());
            found.extend(rows.into_iter().map(|((_, id), grant)| (id, grant)).filter(|row| wanted.holds(row)));
            if !full {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Grants of a place that somebody may retire, after one (key, grant).
    pub(crate) async fn retirable(
        &self,
        place: &Place,
        principal: &str,
        after: Option<(&str, &str)>,
        limit: usize,
    ) -> Result<Vec<(String, String, GrantRecord)>, Refusal> {
        let view = self.store().read().await?;
        let span = Span::prefix(&(principal.to_owned(),));
        let span = match after {
            Some((key, grant)) => span.after(&(principal, key, grant)),
            None => span,
        };
        let rows = RETIRABLE.scan(&view, &place.scope(), &span, Order::Ascending, limit).await?;
        let mut found = Vec::new();
        for ((_, key, id), _) in rows {
            if let Some(grant) = GRANTS.get(&view, &place.scope(), &(key.as_str(), id.as_str())).await? {
                found.push((key, id, grant));
            }
        }
        Ok(found)
    }

    /// The token of a grant.
    pub(crate) fn grant_token(&self, home: &Home, id: &str) -> String {
        let plain = format!("{} {id}", home.arn());
        URL_SAFE_NO_PAD.encode(self.safe().vault().seal(PURPOSE).close(self.random(), b"", plain.as_bytes()))
    }

    /// The key and the id of a token's grant.
    pub(crate) fn grant_of_token(&self, token: &str) -> Option<(Home, String)> {
        let sealed = URL_SAFE_NO_PAD.decode(token).ok()?;
        let plain = self.safe().vault().seal(PURPOSE).open(b"", &sealed).ok()?;
        let (arn, id) = std::str::from_utf8(&plain).ok()?.split_once(' ')?;
        Some((Home::of_arn(arn)?, id.to_owned()))
    }
}

impl Wanted {
    fn holds(&self, (id, grant): &(String, GrantRecord)) -> bool {
        self.id.as_ref().is_none_or(|wanted| wanted == id)
            && self.grantee.as_ref().is_none_or(|wanted| *wanted == grant.grantee)
    }
}

async fn remove(tx: &Tx, home: &Home, id: &str) -> Result<(), Refusal> {
    let row = (home.id.as_str(), id);
    let grant = GRANTS.get(tx, &home.scope(), &row).await?;
    let grant = grant.ok_or_else(|| Refusal::NoSuchGrant(id.to_owned()))?;
    if let Some(retiring) = &grant.retiring {
        RETIRABLE.delete(tx, &home.scope(), &(retiring.as_str(), home.id.as_str(), id));
    }
    GRANTS.delete(tx, &home.scope(), &row);
    let mut key = read(tx, home).await?;
    key.record.rules += 1;
    write(tx, &key)
}
