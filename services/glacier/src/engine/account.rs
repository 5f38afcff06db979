//! What holds for a whole account in a region: how much may be retrieved, and capacity that was bought.

use names::Timestamp;
use store::{Reader, Span, StoreError, Tx};

use super::home::Home;
use super::{Answer, Engine, Refusal};
use crate::limits;
use crate::store::{CAPACITY, CapacityRecord, RETRIEVAL, RetrievalRecord};

/// The only key.
const POLICY: &str = "";
/// Microseconds of an hour.
const HOUR: i64 = 3_600_000_000;

impl Engine {
    /// The data retrieval policy.
    pub(crate) async fn retrieval(&self, home: &Home) -> Result<RetrievalRecord, StoreError> {
        find(&self.store().read().await?, home).await
    }

    /// Puts a data retrieval policy in place of the one before.
    pub(crate) async fn set_retrieval(&self, home: &Home, strategy: &str, rate: Option<u64>) -> Result<(), StoreError> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let before = find(&tx, home).await?;
                let record = RetrievalRecord { strategy: strategy.to_owned(), rate, used: before.used };
                RETRIEVAL.put(&tx, scope, &POLICY, &record)
            })
            .await
    }

    /// Counts bytes that are retrieved, when the policy allows them. Expedited retrievals are not bound by it. Source:
    /// developer guide, "Data retrieval policies".
    pub(super) async fn spend(&self, tx: &Tx, home: &Home, bytes: u64, expedited: bool) -> Answer<()> {
        let mut record = find(tx, home).await?;
        let most = match record.strategy.as_str() {
            "BytesPerHour" => record.rate.unwrap_or_default(),
            "FreeTier" => limits::FREE_AN_HOUR,
            _ => return Ok(()),
        };
        if expedited {
            return Ok(());
        }
        let hour = self.now().micros().div_euclid(HOUR);
        let used = if record.used.0 == hour { record.used.1 } else { 0 };
        if used.saturating_add(bytes) > most {
            return Err(Refusal::Policy);
        }
        record.used = (hour, used + bytes);
        Ok(RETRIEVAL.put(tx, &home.scope(), &POLICY, &record)?)
    }

    /// Buys capacity for a month; its id.
    pub(crate) async fn buy_capacity(&self, home: &Home) -> Answer<String> {
        let (now, id, scope) = (self.now(), &self.new_id(), &home.scope());
        self.store()
            .transact(|tx| async move {
                let there = CAPACITY.scan_all(&tx, scope, &Span::all()).await?;
                if there.iter().filter(|(_, one)| one.until > now).count() >= limits::CAPACITY {
                    return Err(Refusal::Limit);
                }
                let record = CapacityRecord { since: now, until: now.plus(limits::MONTH) };
                Ok(CAPACITY.put(&tx, scope, id, &record)?)
            })
            .await?;
        Ok(id.clone())
    }

    /// Capacity that was bought and is not over.
    pub(crate) async fn capacity(&self, home: &Home) -> Result<Vec<(String, CapacityRecord)>, StoreError> {
        let now: Timestamp = self.now();
        let all = CAPACITY.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        Ok(all.into_iter().filter(|(_, one)| one.until > now).collect())
    }
}

async fn find(reader: &impl Reader, home: &Home) -> Result<RetrievalRecord, StoreError> {
    let found = RETRIEVAL.get(reader, &home.scope(), &POLICY).await?;
    Ok(found.unwrap_or_else(|| RetrievalRecord { strategy: "None".to_owned(), rate: None, used: (0, 0) }))
}
