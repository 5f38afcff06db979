//! Delivery: what a trail recorded becomes a log file about every five minutes, and log files become digests every hour.
//!
//! | file | what |
//! |---|---|
//! | `log_file.rs` | names and content of log files. Pure |
//! | `digest.rs` | names, content and signatures of digests. Pure |
//! | `keys.rs` | the keys that sign |
//! | `intent.rs` | what is to be delivered to other services, held until they take it |
//! | `carry.rs` | delivering it, and how that went |
//!
//! A file is made in one transaction: its events leave `pending`, it enters the outbox and, where the trail validates its
//! files, its chain of digests. So no event is lost or delivered twice by a crash: what is put again has the same name.

mod carry;
pub(crate) mod digest;
pub(crate) mod intent;
mod keys;
pub(crate) mod log_file;

use names::{AccountId, Region, Timestamp};
use store::{Order, Raw, Scope, Span, StoreError, Tx};

use super::Engine;
use super::kept::INSIGHT;
use crate::limits::{DIGEST, FILE_EVENTS};
use crate::store::{DIGESTS, DigestChain, EventId, LastDigest, LoggedFile, PENDING, SinkId, TRAILS, TrailRecord};
use digest::Digest;
use intent::Intent;
use log_file::{LogFile, Place};

/// An event that waits: its key and text.
type Waiting = ((SinkId, AccountId, Region, u8, Timestamp, EventId), Raw);

impl Engine {
    /// Makes log files of all that trails have recorded.
    pub(crate) async fn pack_all(&self) -> Result<(), StoreError> {
        for trail in self.all_trails().await? {
            self.pack_trail(&trail).await?;
        }
        Ok(())
    }

    /// Makes digests where an hour has gone by since the last.
    pub(crate) async fn digest_all(&self) -> Result<(), StoreError> {
        let now = self.now_in_seconds();
        for trail in self.all_trails().await?.into_iter().filter(|trail| trail.validation) {
            let (scope, span) = (Scope::Account(trail.account), Span::prefix::<(SinkId,)>(&(trail.id,)));
            let chains = DIGESTS.scan_all(&self.store().read().await?, &scope, &span).await?;
            for ((_, account, region), chain) in chains {
                if chain.since.plus(DIGEST) <= now {
                    self.digest(&trail, account, &region, now).await?;
                }
            }
        }
        Ok(())
    }

    async fn all_trails(&self) -> Result<Vec<TrailRecord>, StoreError> {
        let trails = TRAILS.scan_everywhere(&self.store().read().await?).await?;
        Ok(trails.into_iter().map(|(_, _, trail)| trail).collect())
    }

    fn now_in_seconds(&self) -> Timestamp {
        Timestamp::from_secs(self.runtime().clock.now().secs())
    }

    /// Makes log files of all that one trail has recorded.
    pub(crate) async fn pack_trail(&self, trail: &TrailRecord) -> Result<(), StoreError> {
        let _packing = self.packing().lock().await;
        loop {
            let events = self.next_events(trail).await?;
            let Some(((_, account, region, kind, ..), _)) = events.first() else { return Ok(()) };
            let place = Place { account: *account, region: region.clone(), insights: *kind == INSIGHT };
            self.pack(trail, &place, &events).await?;
        }
    }

    /// The next events that belong into one file.
    async fn next_events(&self, trail: &TrailRecord) -> Result<Vec<Waiting>, StoreError> {
        let (view, scope) = (self.store().read().await?, Scope::Account(trail.account));
        let span = Span::prefix::<(SinkId,)>(&(trail.id,));
        let mut rows = PENDING.scan(&view, &scope, &span, Order::Ascending, FILE_EVENTS).await?;
        if let Some(first) = rows.first().map(|(key, _)| (key.1, key.2.clone(), key.3)) {
            let same =
                rows.iter().take_while(|(key, _)| (key.1, &key.2, key.3) == (first.0, &first.1, first.2)).count();
            rows.truncate(same);
        }
        Ok(rows)
    }

    async fn pack(&self, trail: &TrailRecord, place: &Place, events: &[Waiting]) -> Result<(), StoreError> {
        let now = self.now_in_seconds();
        let told: Vec<_> = events.iter().map(|((.., at, _), Raw(json))| (*at, json.clone())).collect();
        let file = LogFile::new(trail, place, &told, now, &self.runtime().random.alphanumeric(16));
        let intents = intent::of_file(trail, trail.topic_arn(), place, &file, told, now);
        let (scope, intents, file) = (Scope::Account(trail.account), &intents, &file);
        let packed = self.store().transact(|tx| {
            let scope = scope.clone();
            async move {
                for intent in intents {
                    self.hold(&tx, intent).await?;
                }
                for (key, _) in events {
                    PENDING.delete(&tx, &scope, key);
                }
                if trail.validation {
                    self.chain(&tx, trail, place, file, now).await?;
                }
                Ok::<_, StoreError>(())
            }
        });
        packed.await
    }

    async fn hold(&self, tx: &Tx, intent: &Intent) -> Result<u64, StoreError> {
        self.outbox().enqueue(tx, &intent.lane(), intent.to_bytes()?).await
    }

    /// Adds a log file to its chain of digests.
    async fn chain(
        &self,
        tx: &Tx,
        trail: &TrailRecord,
        place: &Place,
        file: &LogFile,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (scope, key) = (Scope::Account(trail.account), (trail.id, place.account, place.region.clone()));
        let fresh = DigestChain { since: now, last: None, files: Vec::new() };
        let mut chain = DIGESTS.get(tx, &scope, &key).await?.unwrap_or(fresh);
        chain.files.push(LoggedFile {
            bucket: trail.bucket.clone(),
            key: file.key.clone(),
            hash: file.hash.clone(),
            oldest: file.oldest,
            newest: file.newest,
        });
        DIGESTS.put(tx, &scope, &key, &chain)
    }

    /// Digests of a trail that validates its files begin when it does so: they are made in hours without events too.
    pub(crate) async fn begin_chain(&self, tx: &Tx, trail: &TrailRecord) -> Result<(), StoreError> {
        let (scope, key) = (Scope::Account(trail.account), (trail.id, trail.account, trail.home.clone()));
        if trail.validation && DIGESTS.get(tx, &scope, &key).await?.is_none() {
            let chain = DigestChain { since: self.now_in_seconds(), last: None, files: Vec::new() };
            DIGESTS.put(tx, &scope, &key, &chain)?;
        }
        Ok(())
    }

    /// Makes the next digest of a chain.
    async fn digest(
        &self,
        trail: &TrailRecord,
        account: AccountId,
        region: &Region,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let _packing = self.packing().lock().await;
        let signer = self.signer(&trail.home, now).await?;
        let (scope, key, signer) = (Scope::Account(trail.account), (trail.id, account, region.clone()), &signer);
        let made = self.store().transact(|tx| {
            let (scope, key) = (scope.clone(), key.clone());
            async move {
                let Some(chain) = DIGESTS.get(&tx, &scope, &key).await? else { return Ok(()) };
                let digest = Digest::new(trail, account, region, &chain, now, signer.fingerprint());
                let signature = signer.sign(&digest.to_sign())?;
                self.hold(&tx, &digest.intent(trail, &signature)).await?;
                let (bucket, key_of, hash) = (trail.bucket.clone(), digest.key.clone(), digest.hash());
                let last = Some(LastDigest { bucket, key: key_of, hash, signature });
                DIGESTS.put(&tx, &scope, &key, &DigestChain { since: now, last, files: Vec::new() })
            }
        });
        made.await
    }
}
