//! Global endpoints: one address for a bus of the same name in two regions. Events go to the primary region; to the
//! secondary one too, when they are replicated. Health checks are Route 53's, which this cloud has not: the primary region
//! counts as healthy.

use bytes::Bytes;
use store::{Raw, Scope, Span, StoreError};

use super::home::{BusId, Home};
use super::{Answer, Engine, Refusal};
use crate::store::{ENDPOINT_IDS, ENDPOINTS, EndpointRecord};

impl Engine {
    /// Creates an endpoint.
    pub(crate) async fn create_endpoint(&self, home: &Home, name: &str, record: EndpointRecord) -> Answer<()> {
        let (scope, record) = (&home.scope(), &record);
        let place = format!("{}|{}|{name}", home.account, home.region);
        let place = &Raw(Bytes::from(place));
        self.store()
            .transact(|tx| async move {
                if ENDPOINTS.get(&tx, scope, &name).await?.is_some() {
                    return Err(Refusal::Taken);
                }
                ENDPOINTS.put(&tx, scope, &name, record)?;
                ENDPOINT_IDS.put(&tx, &Scope::Global, &record.id, place)?;
                Ok(())
            })
            .await
    }

    /// An endpoint, if it is there.
    pub(crate) async fn endpoint(&self, home: &Home, name: &str) -> Result<Option<EndpointRecord>, StoreError> {
        ENDPOINTS.get(&self.store().read().await?, &home.scope(), &name).await
    }

    /// The buses that events for an endpoint go to, the primary region's first; none when there is no such endpoint.
    pub(crate) async fn endpoint_buses(&self, id: &str) -> Result<Option<Vec<BusId>>, StoreError> {
        let view = self.store().read().await?;
        let Some(Raw(place)) = ENDPOINT_IDS.get(&view, &Scope::Global, &id).await? else { return Ok(None) };
        let place = String::from_utf8_lossy(&place).into_owned();
        let mut parts = place.splitn(3, '|');
        let (account, region) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let (Ok(account), Some(region)) = (account.parse(), names::Region::parse(region)) else { return Ok(None) };
        let home = Home { account, region };
        let name = parts.next().unwrap_or_default();
        let record = ENDPOINTS.get(&view, &home.scope(), &name).await?;
        Ok(record.map(|record| {
            let count = if record.replicated { record.buses.len() } else { 1 };
            record.buses.iter().take(count).filter_map(|arn| BusId::of_arn(arn)).collect()
        }))
    }

    /// Changes an endpoint.
    pub(crate) async fn change_endpoint(
        &self,
        home: &Home,
        name: &str,
        change: impl Fn(&mut EndpointRecord) + Send + Sync,
    ) -> Answer<EndpointRecord> {
        let (scope, now, change) = (&home.scope(), self.now(), &change);
        self.store()
            .transact(|tx| async move {
                let mut record = ENDPOINTS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                change(&mut record);
                record.modified = now;
                ENDPOINTS.put(&tx, scope, &name, &record)?;
                Ok(record)
            })
            .await
    }

    /// Deletes an endpoint.
    pub(crate) async fn delete_endpoint(&self, home: &Home, name: &str) -> Answer<()> {
        let scope = &home.scope();
        self.store()
            .transact(|tx| async move {
                let record = ENDPOINTS.get(&tx, scope, &name).await?.ok_or(Refusal::Absent)?;
                ENDPOINTS.delete(&tx, scope, &name);
                ENDPOINT_IDS.delete(&tx, &Scope::Global, &record.id);
                Ok(())
            })
            .await
    }

    /// Endpoints after a name; at most `limit`.
    pub(crate) async fn endpoints(
        &self,
        home: &Home,
        prefix: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, EndpointRecord)>, StoreError> {
        let all = ENDPOINTS.scan_all(&self.store().read().await?, &home.scope(), &Span::all()).await?;
        let later = all.into_iter().filter(|(name, _)| after.is_none_or(|after| name.as_str() > after));
        Ok(later.filter(|(name, _)| name.starts_with(prefix)).take(limit).collect())
    }
}
