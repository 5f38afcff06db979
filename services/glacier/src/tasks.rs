//! Background work and timers. Each piece can be cut short at any point and begun anew.

use std::time::Duration;

use names::{Arn, Timestamp};
use serde_json::{Value, json};
use service_kit::{Cloud, Error, Fault, Parcel, Sender, Service, Task, TaskCtx};
use store::Due;

use crate::Glacier;
use crate::engine::home::VaultId;
use crate::engine::{Engine, Refusal, job, vault};
use crate::error::told;
use crate::ops;
use crate::store::{JobRecord, Wanted};

/// How often files are looked for that nobody announced: those of a process that is no more.
const COLLECT: Duration = Duration::from_hours(1);

/// Adds the service's background work.
pub(crate) fn add(service: Service, engine: &Engine) -> Service {
    service
        .task(Task::new("collect", COLLECT, engine.given_up().wake.clone(), collect))
        .on_timer(vault::INVENTORY, |ctx, due| async move { inventory(ctx, due).await })
        .on_timer(job::DONE, |ctx, due| async move { done(ctx, due).await })
        .on_timer(job::FORGOTTEN, |ctx, due| async move { forgotten(ctx, due).await })
}

/// Removes files that no record names.
async fn collect(ctx: TaskCtx) -> Result<(), Error> {
    Ok(ctx.state::<Glacier>().engine().collect().await?)
}

/// Counts what is in a vault.
async fn inventory(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let Some(id) = VaultId::of_arn(&due.id) else { return Ok(()) };
    let counted = ctx.state::<Glacier>().engine().take_inventory(&id).await;
    counted.map_err(|refusal| told(&id, "", refusal))
}

/// Completes a job, and tells those who asked to be told. Telling twice is better than not at all.
async fn done(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let Some((vault, id)) = job::of_alarm(&due.id) else { return Ok(()) };
    let state = ctx.state::<Glacier>();
    let engine = state.engine();
    let record = engine.complete_job(&vault, &id).await.map_err(|refusal| told(&vault, &id, refusal))?;
    let Some(record) = record else { return Ok(()) };
    for topic in topics(engine, &vault, &record).await? {
        tell(&ctx.cloud, &vault, &id, &record, &topic, due.due).await?;
    }
    Ok(())
}

/// Forgets a job.
async fn forgotten(ctx: TaskCtx, due: Due) -> Result<(), Error> {
    let Some((vault, id)) = job::of_alarm(&due.id) else { return Ok(()) };
    let ended = ctx.state::<Glacier>().engine().end_job(&vault, &id).await;
    ended.map_err(|refusal| told(&vault, &id, refusal))
}

/// The topic of the job, and that of its vault.
async fn topics(engine: &Engine, vault: &VaultId, record: &JobRecord) -> Result<Vec<String>, Error> {
    let kind = match record.wanted {
        Wanted::Archive { .. } => "ArchiveRetrievalCompleted",
        Wanted::Inventory { .. } => "InventoryRetrievalCompleted",
    };
    let of_vault = match engine.vault(vault).await {
        Ok(found) => {
            found.notify.filter(|(_, events)| events.iter().any(|event| event == kind)).map(|(topic, _)| topic)
        }
        Err(Refusal::NoVault) => None,
        Err(other) => return Err(told(vault, "", other)),
    };
    let mut topics: Vec<_> = record.topic.clone().into_iter().chain(of_vault).collect();
    topics.dedup();
    Ok(topics)
}

/// Tells a topic of a job. What the topic refuses now it refuses later too.
async fn tell(
    cloud: &Cloud,
    vault: &VaultId,
    id: &str,
    record: &JobRecord,
    topic: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let Ok(to) = topic.parse::<Arn>() else { return Ok(()) };
    let sender = Sender::service(cloud, "glacier.amazonaws.com", vault.home.account, vault.arn().to_string());
    let parcel = Parcel {
        id: u128::from_be_bytes(*id.as_bytes().first_chunk().unwrap_or(&[0; 16])),
        body: message(vault, id, record, now).to_string(),
        parameters: json!({"Subject": format!("Notification From Amazon Glacier Vault {}", vault.name)}),
        ..Parcel::default()
    };
    match cloud.deliver(&sender, &to, vec![parcel]).await.pop() {
        Some(Err(error @ Error::Fault(Fault::Unavailable { .. } | Fault::Throttled { .. }))) => Err(error),
        Some(Err(error)) => {
            tracing::warn!(%error, topic, "a topic was not told of a job");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Source: developer guide, "Configuring Vault Notifications": the description of the job.
fn message(vault: &VaultId, id: &str, record: &JobRecord, now: Timestamp) -> Value {
    let shape = ops::job::described(vault, id.to_owned(), record, now);
    json!({
        "Action": shape.action.map(|action| action.as_str().to_owned()),
        "ArchiveId": shape.archive_id,
        "ArchiveSHA256TreeHash": shape.archive_sha256_tree_hash,
        "ArchiveSizeInBytes": shape.archive_size_in_bytes,
        "Completed": shape.completed,
        "CompletionDate": shape.completion_date,
        "CreationDate": shape.creation_date,
        "InventorySizeInBytes": shape.inventory_size_in_bytes,
        "JobDescription": shape.job_description,
        "JobId": id,
        "RetrievalByteRange": shape.retrieval_byte_range,
        "SHA256TreeHash": shape.sha256_tree_hash,
        "SNSTopic": shape.sns_topic,
        "StatusCode": "Succeeded",
        "StatusMessage": "Succeeded",
        "Tier": shape.tier,
        "VaultARN": vault.arn().to_string(),
    })
}
