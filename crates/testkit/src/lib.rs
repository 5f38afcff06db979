//! Starts chosen services in process: typed calls and raw wire requests take the real road, time stands still until it is
//! advanced, randomness is seeded, and everything is gone with the value.
//!
//! ```ignore
//! let cloud = TestCloud::new(|parts| vec![svc_sqs::service(parts)]);
//! let queue = cloud.call::<CreateQueue>(CreateQueueInput { queue_name: "q".into(), ..Default::default() }).await?;
//! cloud.advance(Duration::from_secs(31)).await;
//! ```

mod cloud;
mod wire;

pub use cloud::TestCloud;
pub use wire::{WireAnswer, WireRequest};
