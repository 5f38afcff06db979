//! What is measured: units consumed of provisioned tables and of their global indexes, by CloudWatch's names
//! ("DynamoDB metrics and dimensions").

use names::Timestamp;
use service_kit::{BoxFuture, Error, Metric, Metrics};

use crate::engine::Engine;
use crate::engine::table::Home;
use crate::engine::throttle::Way;

/// What is consumed.
pub(crate) struct Consumption(pub Engine);

impl Metrics for Consumption {
    fn namespace(&self) -> &'static str {
        "AWS/DynamoDB"
    }

    fn sum<'a>(
        &'a self,
        metric: &'a Metric,
        from: Timestamp,
        until: Timestamp,
    ) -> BoxFuture<'a, Result<Option<f64>, Error>> {
        Box::pin(async move {
            let way = match metric.name.as_str() {
                "ConsumedReadCapacityUnits" => Way::Read,
                "ConsumedWriteCapacityUnits" => Way::Write,
                _ => return Ok(None),
            };
            let Some(name) = metric.dimension("TableName") else { return Ok(None) };
            let home = Home { account: metric.account, region: metric.region.clone(), name: name.to_owned() };
            let Some(table) = self.0.lookup(&home).await? else { return Ok(None) };
            let index = match metric.dimension("GlobalSecondaryIndexName") {
                None => Some(0),
                Some(name) => table.state().schema.index(name).map(|index| index.no),
            };
            let Some(index) = index else { return Ok(None) };
            Ok(self.0.used(&table, index, way, from, until).await?)
        })
    }
}
