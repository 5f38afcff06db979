//! Carrying what is held to those it is for, and noting how that went for `GetTrailStatus`.

use bytes::Bytes;
use names::Timestamp;
use service_kit::{Cloud, Error, Fault};
use store::{Delivery, Scope, StoreError};

use super::intent::{Intent, Origin, What};
use crate::calls::{Caller, Object, code};
use crate::engine::Engine;
use crate::limits::HELD;
use crate::store::{DELIVERIES, DeliveryRecord, TRAILS};

impl Engine {
    /// Delivers an intent. An error means: again later. What nobody took for as long as AWS tries is given up.
    pub(crate) async fn deliver(&self, cloud: &Cloud, delivery: &Delivery) -> Result<(), String> {
        let intent: Intent = match postcard::from_bytes(&delivery.payload) {
            Ok(intent) => intent,
            Err(error) => {
                tracing::error!(id = delivery.id, %error, "an intent cannot be read and is dropped");
                return Ok(());
            }
        };
        let now = self.runtime().clock.now();
        if intent.made.plus(HELD) < now {
            tracing::warn!(id = delivery.id, lane = delivery.lane, "given up: nobody took it for 30 days");
            return Ok(());
        }
        let (trail, about) = (intent.trail.clone(), About::of(&intent.what));
        let carried = carry(cloud, intent, delivery.id).await;
        self.note(&trail, about, carried.as_ref().err().map(code), now).await.map_err(|error| error.to_string())?;
        carried.map_err(|error| error.to_string())
    }

    /// Notes how a delivery went, as long as its trail is there.
    async fn note(
        &self,
        origin: &Origin,
        about: About,
        failure: Option<String>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (scope, failure) = (Scope::Account(origin.account), &failure);
        let noted = self.store().transact(|tx| {
            let (scope, key) = (scope.clone(), (origin.home.clone(), origin.name.as_str()));
            async move {
                let trail = TRAILS.get(&tx, &scope, &key).await?;
                if trail.is_some_and(|trail| trail.id == origin.id) {
                    let known = DELIVERIES.get(&tx, &scope, &origin.id).await?.unwrap_or_default();
                    DELIVERIES.put(&tx, &scope, &origin.id, &noted(known, about, failure.clone(), now))?;
                }
                Ok::<_, StoreError>(())
            }
        });
        noted.await
    }
}

/// What a delivery is about, as the status of a trail tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Logs,
    Digests,
    Notices,
    Groups,
}

impl About {
    fn of(what: &What) -> Self {
        match what {
            What::Log { .. } => Self::Logs,
            What::Digest { .. } => Self::Digests,
            What::Notice { .. } => Self::Notices,
            What::Events { .. } => Self::Groups,
        }
    }
}

fn noted(mut known: DeliveryRecord, about: About, failure: Option<String>, now: Timestamp) -> DeliveryRecord {
    let progress = match about {
        About::Logs => &mut known.logs,
        About::Digests => &mut known.digests,
        About::Notices => &mut known.notices,
        About::Groups => &mut known.groups,
    };
    progress.tried = Some(now);
    if failure.is_none() {
        progress.done = Some(now);
    }
    progress.failure = failure;
    known
}

async fn carry(cloud: &Cloud, Intent { trail, what, .. }: Intent, id: u64) -> Result<(), Error> {
    let caller = Caller::new(cloud, trail.account, &trail.home, &trail.arn);
    match what {
        What::Log { bucket, key, body, kms_key } => {
            caller.put(Object { bucket, key, body: Bytes::from(body), kms_key, ..Object::default() }).await
        }
        What::Digest { bucket, key, metadata, body } => {
            caller.put(Object { bucket, key, metadata, body: Bytes::from(body), kms_key: None }).await
        }
        What::Notice { topic, message } => {
            let once = u128::from(trail.id) << 64 | u128::from(id);
            caller.publish(&topic, once, message).await.map(|_| ())
        }
        What::Events { .. } => {
            let (service, operation) = ("logs".to_owned(), "PutLogEvents".to_owned());
            Err(Fault::NotImplemented { service, operation }.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_ends_a_failure_and_a_failure_keeps_the_last_success() {
        let at = Timestamp::from_secs;
        let done = noted(DeliveryRecord::default(), About::Logs, None, at(1));
        let failed = noted(done, About::Logs, Some("NoSuchBucket".into()), at(2));
        assert_eq!((failed.logs.done, failed.logs.failure.as_deref()), (Some(at(1)), Some("NoSuchBucket")));
        let again = noted(failed, About::Logs, None, at(3));
        assert_eq!((again.logs.done, again.logs.failure, again.digests.tried), (Some(at(3)), None, None));
    }
}
