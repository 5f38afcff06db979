//! Retrievals: asked for, ready hours later by the clock, kept for a day. What a job retrieves is its own from the
//! beginning: that the archive is deleted does not matter to it.

use std::fmt::Write as _;

use names::Timestamp;
use serde_json::json;
use smithy::ByteStream;
use store::{Reader, Span, StoreError, Tx};

use super::home::{VaultId, shown};
use super::range::ByteRange;
use super::tree::{Hash, LEAF, hex};
use super::{Answer, Engine, Refusal, vault};
use crate::limits;
use crate::store::{ARCHIVES, ArchiveRecord, JOBS, JobRecord, Wanted};

/// The kind of the alarms of jobs that are done.
pub(crate) const DONE: &str = "glacier.job-done";
/// The kind of the alarms of jobs that are forgotten.
pub(crate) const FORGOTTEN: &str = "glacier.job-forgotten";

/// A new job.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) wanted: WantedOf,
    pub(crate) description: Option<String>,
    pub(crate) topic: Option<String>,
    pub(crate) tier: String,
}

/// What it is to retrieve.
#[derive(Debug, Clone)]
pub(crate) enum WantedOf {
    /// An archive, or bytes of it.
    Archive(String, Option<ByteRange>),
    /// An inventory.
    Inventory(Wanted),
}

/// A job with its id.
pub(crate) type Job = (String, JobRecord);

impl Engine {
    /// Begins a job.
    pub(crate) async fn begin_job(&self, vault: &VaultId, asked: Asked) -> Answer<String> {
        let (id, now, asked) = (&self.new_id(), self.now(), &asked);
        let scope = &vault.home.scope();
        self.store()
            .transact(|tx| async move {
                vault::find(&tx, vault).await?;
                let (wanted, output) = match &asked.wanted {
                    WantedOf::Inventory(wanted) => (wanted.clone(), None),
                    WantedOf::Archive(archive, range) => {
                        let key = (vault.name.as_str(), archive.as_str());
                        let record = ARCHIVES.get(&tx, scope, &key).await?.ok_or(Refusal::NoArchive)?;
                        let wanted = part(archive, &record, *range)?;
                        let Wanted::Archive { first, last, .. } = wanted else { return Err(Refusal::NoArchive) };
                        self.spend(&tx, &vault.home, last + 1 - first, asked.tier == "Expedited").await?;
                        self.share(&tx, &record.content).await?;
                        let whole = (first == 0 && last + 1 == record.length).then_some(record.hash);
                        (wanted, Some((record.content, record.length, whole)))
                    }
                };
                let due = now.plus(limits::tier(&asked.tier));
                let (description, topic, tier) = (asked.description.clone(), asked.topic.clone(), asked.tier.clone());
                let record = JobRecord { wanted, description, topic, tier, created: now, due, output, next: None };
                JOBS.put(&tx, scope, &(vault.name.as_str(), id.as_str()), &record)?;
                let alarm = alarm(vault, id);
                Ok(self.timers().schedule(&tx, due, DONE, &alarm, bytes::Bytes::new()).await?)
            })
            .await?;
        Ok(id.clone())
    }

    /// A job.
    pub(crate) async fn job(&self, vault: &VaultId, id: &str) -> Answer<JobRecord> {
        self.vault(vault).await?;
        find(&self.store().read().await?, vault, id).await
    }

    /// Jobs of a vault after an id; at most `limit`.
    pub(crate) async fn jobs(
        &self,
        vault: &VaultId,
        after: Option<&str>,
        limit: usize,
        wanted: impl Fn(&JobRecord) -> bool,
    ) -> Answer<Vec<Job>> {
        self.vault(vault).await?;
        let within = Span::prefix::<(String,)>(&(vault.name.as_str(),));
        let all = JOBS.scan_all(&self.store().read().await?, &vault.home.scope(), &within).await?;
        let named = all.into_iter().map(|((_, id), record)| (id, record));
        let later = named.filter(|(id, record)| after.is_none_or(|after| id.as_str() > after) && wanted(record));
        Ok(later.take(limit).collect())
    }

    /// What a job retrieved: all of it, or a part.
    pub(crate) async fn output(&self, record: &JobRecord, range: Option<ByteRange>) -> Answer<ByteStream> {
        let done = record.output.as_ref().filter(|_| record.is_done(self.now()));
        let (content, length, _) = done.ok_or(Refusal::NotReady)?;
        let base = match &record.wanted {
            Wanted::Archive { first, last, .. } => *first..last + 1,
            Wanted::Inventory { .. } => 0..*length,
        };
        let part = range.map_or(base.clone(), |range| base.start + range.first..base.start + range.last + 1);
        Ok(self.read_content(content, part))
    }

    /// Completes a job that is due; the job, unless it is gone.
    pub(crate) async fn complete_job(&self, vault: &VaultId, id: &str) -> Answer<Option<JobRecord>> {
        let inventory = match self.job(vault, id).await {
            Err(Refusal::NoJob | Refusal::NoVault) => return Ok(None),
            found => match found?.wanted {
                Wanted::Inventory { csv, from, until, limit, after } => {
                    let (text, next) = self.inventory(vault, csv, (from, until), limit, after.as_deref()).await?;
                    Some((self.take_in(ByteStream::from(bytes::Bytes::from(text)), u64::MAX).await?, next))
                }
                Wanted::Archive { .. } => None,
            },
        };
        let (scope, taken) = (&vault.home.scope(), &inventory);
        let record = self
            .store()
            .transact(|tx| async move {
                let mut record = find(&tx, vault, id).await?;
                if let (Some((taken, next)), None) = (taken, &record.output) {
                    record.output = Some((self.keep(&tx, &taken.fresh).await?, taken.length, None));
                    record.next.clone_from(next);
                    JOBS.put(&tx, scope, &(vault.name.as_str(), id), &record)?;
                }
                let end = record.due.plus(limits::OUTPUT);
                self.timers().schedule(&tx, end, FORGOTTEN, &alarm(vault, id), bytes::Bytes::new()).await?;
                Ok::<_, Refusal>(record)
            })
            .await?;
        if let Some((taken, _)) = inventory {
            taken.fresh.named();
        }
        Ok(Some(record))
    }

    /// Forgets a job whose output is too old.
    pub(crate) async fn end_job(&self, vault: &VaultId, id: &str) -> Answer<()> {
        self.store()
            .transact(|tx| async move {
                match find(&tx, vault, id).await {
                    Ok(record) => Ok(self.forget_job(&tx, vault, id, &record).await?),
                    Err(Refusal::NoJob) => Ok(()),
                    Err(other) => Err(other),
                }
            })
            .await
    }

    /// Removes a job with what it retrieved.
    pub(super) async fn forget_job(
        &self,
        tx: &Tx,
        vault: &VaultId,
        id: &str,
        record: &JobRecord,
    ) -> Result<(), StoreError> {
        if let Some((content, ..)) = &record.output {
            self.release(tx, content).await?;
        }
        for kind in [DONE, FORGOTTEN] {
            self.timers().cancel(tx, kind, &alarm(vault, id)).await?;
        }
        JOBS.delete(tx, &vault.home.scope(), &(vault.name.as_str(), id));
        Ok(())
    }

    /// The list of a vault's archives; and where it goes on, when it was cut.
    async fn inventory(
        &self,
        vault: &VaultId,
        csv: bool,
        (from, until): (Option<Timestamp>, Option<Timestamp>),
        limit: Option<u64>,
        after: Option<&str>,
    ) -> Answer<(String, Option<String>)> {
        let within = Span::prefix::<(String,)>(&(vault.name.as_str(),));
        let span = match after {
            Some(after) => within.after::<(String, String)>(&(vault.name.as_str(), after)),
            None => within,
        };
        let rows = ARCHIVES.scan_all(&self.store().read().await?, &vault.home.scope(), &span).await?;
        let within = |at: Timestamp| from.is_none_or(|from| at >= from) && until.is_none_or(|until| at < until);
        let mut found: Vec<_> =
            rows.into_iter().map(|((_, id), one)| (id, one)).filter(|(_, one)| within(one.created)).collect();
        let most = limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX);
        let cut = found.len() > most;
        found.truncate(most);
        let next = found.last().filter(|_| cut).map(|(id, _)| id.clone());
        let text = if csv { as_csv(&found) } else { as_json(vault, self.now(), &found) };
        Ok((text, next))
    }
}

async fn find(reader: &impl Reader, vault: &VaultId, id: &str) -> Answer<JobRecord> {
    JOBS.get(reader, &vault.home.scope(), &(vault.name.as_str(), id)).await?.ok_or(Refusal::NoJob)
}

/// The bytes of an archive that are wanted: whole leaves, but for the end.
fn part(id: &str, record: &ArchiveRecord, range: Option<ByteRange>) -> Answer<Wanted> {
    let end = record.length.saturating_sub(1);
    let range = range.unwrap_or(ByteRange { first: 0, last: end });
    let aligned = range.first.is_multiple_of(LEAF) && ((range.last + 1).is_multiple_of(LEAF) || range.last == end);
    if !aligned || range.last > end {
        return Err(Refusal::Parts(format!("Invalid range: {}-{}", range.first, range.last)));
    }
    let (first, last, length, whole) = (range.first, range.last, record.length, record.hash);
    Ok(Wanted::Archive { id: id.to_owned(), first, last, length, whole, description: record.description.clone() })
}

/// The name of a job's alarms.
fn alarm(vault: &VaultId, id: &str) -> String {
    format!("{}|{id}", vault.arn())
}

/// The vault and the job of an alarm.
pub(crate) fn of_alarm(alarm: &str) -> Option<(VaultId, String)> {
    let (vault, id) = alarm.rsplit_once('|')?;
    Some((VaultId::of_arn(vault)?, id.to_owned()))
}

/// Source: API reference, "Get Job Output".
fn as_json(vault: &VaultId, now: Timestamp, archives: &[(String, ArchiveRecord)]) -> String {
    let seconds = |at: Timestamp| Timestamp::from_secs(at.secs()).iso8601();
    let list: Vec<_> = archives
        .iter()
        .map(|(id, archive)| {
            json!({
                "ArchiveId": id,
                "ArchiveDescription": archive.description.clone().unwrap_or_default(),
                "CreationDate": seconds(archive.created),
                "Size": archive.length,
                "SHA256TreeHash": hex(&archive.hash),
            })
        })
        .collect();
    json!({"VaultARN": vault.arn().to_string(), "InventoryDate": seconds(now), "ArchiveList": list}).to_string()
}

fn as_csv(archives: &[(String, ArchiveRecord)]) -> String {
    let mut text = "ArchiveId,ArchiveDescription,CreationDate,Size,SHA256TreeHash\r\n".to_owned();
    for (id, archive) in archives {
        let description = archive.description.clone().unwrap_or_default().replace('"', "\"\"");
        let (size, hash): (u64, &Hash) = (archive.length, &archive.hash);
        let created = shown(archive.created);
        // Writing into a text does not fail.
        let _ = write!(text, "{id},\"{description}\",{created},{size},{}\r\n", hex(hash));
    }
    text
}
