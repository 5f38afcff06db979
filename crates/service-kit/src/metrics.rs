//! What services measure of their resources, asked for in process: for whoever scales, alarms or draws. Names are CloudWatch's.

use std::sync::Arc;

use names::{AccountId, Region, Timestamp};

use crate::{BoxFuture, Cloud, Error, Service};

/// One metric of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Whose.
    pub account: AccountId,
    /// Where.
    pub region: Region,
    /// As in `AWS/DynamoDB`.
    pub namespace: String,
    /// As in `ConsumedReadCapacityUnits`.
    pub name: String,
    /// As in `TableName`, with their values.
    pub dimensions: Vec<(String, String)>,
}

/// A service that measures.
pub trait Metrics: Send + Sync {
    /// The namespace of its metrics.
    fn namespace(&self) -> &'static str;

    /// The sum of what was measured after `from` and not after `until`; none when nothing was.
    fn sum<'a>(
        &'a self,
        metric: &'a Metric,
        from: Timestamp,
        until: Timestamp,
    ) -> BoxFuture<'a, Result<Option<f64>, Error>>;
}

impl Service {
    /// Tells others what it measures.
    #[must_use]
    pub fn metrics(mut self, metrics: Arc<dyn Metrics>) -> Self {
        self.metrics = Some(metrics);
        self
    }
}

impl Metric {
    /// The value of a dimension.
    pub fn dimension(&self, name: &str) -> Option<&str> {
        self.dimensions.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl Cloud {
    /// The sum of what was measured after `from` and not after `until`; none when nothing was, or nobody measures that.
    ///
    /// # Errors
    /// When whoever measures cannot read it.
    pub async fn measured(&self, metric: &Metric, from: Timestamp, until: Timestamp) -> Result<Option<f64>, Error> {
        let measures = |metrics: &&Arc<dyn Metrics>| metrics.namespace() == metric.namespace;
        match self.services().filter_map(|service| service.metrics.as_ref()).find(measures) {
            Some(metrics) => metrics.sum(metric, from, until).await,
            None => Ok(None),
        }
    }
}
