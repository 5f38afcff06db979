//! Retrievals.

use api_glacier::{
    ActionCode, DescribeJob, DescribeJobInput, GetJobOutput, GetJobOutputInput, GetJobOutputOutput,
    GlacierJobDescription, InitiateJob, InitiateJobInput, InitiateJobOutput, InventoryRetrievalJobDescription,
    JobParameters, ListJobs, ListJobsInput, ListJobsOutput, StatusCode,
};
use names::Timestamp;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address::{after, archive_access, description, engine, page, page_size, vault};
use crate::engine::home::{VaultId, shown};
use crate::engine::job::{Asked, WantedOf};
use crate::engine::range::ByteRange;
use crate::engine::tree::hex;
use crate::error::{given_up, invalid, missing, told};
use crate::limits;
use crate::store::{JobRecord, Wanted};

/// Begins a retrieval.
pub(crate) async fn initiate_job(ctx: &Ctx, input: InitiateJobInput) -> Outcome<InitiateJob> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let parameters = input.job_parameters.unwrap_or_default();
    let archive = parameters.archive_id.clone().unwrap_or_default();
    let begun = engine(ctx).begin_job(&id, asked(parameters)?).await;
    let job_id = begun.map_err(|refusal| told(&id, &archive, refusal))?;
    let location = Some(id.path(&format!("/jobs/{job_id}")));
    Ok(InitiateJobOutput { location, job_id: Some(job_id), job_output_path: None })
}

/// What a retrieval touches: of an archive, with its age.
pub(crate) fn access_to_initiate(ctx: &Ctx, input: &InitiateJobInput) -> Result<Access, Error> {
    let archive = input.job_parameters.as_ref().and_then(|parameters| parameters.archive_id.as_deref());
    Ok(archive_access(ctx, &input.account_id, &input.vault_name, archive))
}

/// Shows a retrieval.
pub(crate) async fn describe_job(ctx: &Ctx, input: DescribeJobInput) -> Outcome<DescribeJob> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let record = engine(ctx).job(&id, &input.job_id).await.map_err(|refusal| told(&id, &input.job_id, refusal))?;
    Ok(described(&id, input.job_id, &record, ctx.now()))
}

/// Lists retrievals, of a status or all.
pub(crate) async fn list_jobs(ctx: &Ctx, input: ListJobsInput) -> Outcome<ListJobs> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let (status, completed) = (input.statuscode.unwrap_or_default(), input.completed.unwrap_or_default());
    if !["", "InProgress", "Succeeded", "Failed"].contains(&status.as_str()) {
        return Err(invalid(format!("Invalid job status code: {status}")));
    }
    if !["", "true", "false"].contains(&completed.as_str()) {
        return Err(invalid(format!("Invalid completed status: {completed}")));
    }
    let filters = format!("{}/{status}/{completed}", id.arn());
    let limit = page_size(input.limit.as_deref(), limits::MOST)?;
    let (from, now) = (after(ctx, &filters, input.marker.as_deref())?, ctx.now());
    let wanted = |record: &JobRecord| {
        let done = record.is_done(now);
        let right = match status.as_str() {
            "InProgress" => !done,
            "Succeeded" => done,
            "Failed" => false,
            _ => true,
        };
        right && (completed.is_empty() || (completed == "true") == done)
    };
    let found = engine(ctx).jobs(&id, from.as_deref(), limit + 1, wanted).await;
    let page = page(ctx, &filters, found.map_err(|refusal| told(&id, "", refusal))?, limit);
    let list = page.items.into_iter().map(|(job, record)| described(&id, job, &record, now)).collect();
    Ok(ListJobsOutput { job_list: Some(list), marker: page.next_token })
}

/// Hands out what was retrieved.
pub(crate) async fn get_job_output(ctx: &Ctx, input: GetJobOutputInput) -> Outcome<GetJobOutput> {
    let id = vault(ctx, &input.account_id, &input.vault_name);
    let refused = |refusal| told(&id, &input.job_id, refusal);
    let record = engine(ctx).job(&id, &input.job_id).await.map_err(refused)?;
    let length = size(&record);
    let wrong = |text: &str| invalid(format!("Invalid range: {text}"));
    let range = input.range.as_deref().filter(|_| length > 0);
    let range = range.map(|text| ByteRange::asked(text, length).ok_or_else(|| wrong(text))).transpose()?;
    let body = engine(ctx).output(&record, range).await.map_err(refused)?;
    let (whole, content_type, description) = match &record.wanted {
        Wanted::Archive { description, .. } => {
            let hash = record.output.as_ref().and_then(|(_, _, hash)| hash.as_ref()).map(hex);
            (hash, "application/octet-stream", description.clone())
        }
        Wanted::Inventory { csv: true, .. } => (None, "text/csv", None),
        Wanted::Inventory { .. } => (None, "application/json", None),
    };
    Ok(GetJobOutputOutput {
        body,
        checksum: whole.filter(|_| range.is_none()),
        status: Some(if range.is_some() { 206 } else { 200 }),
        content_range: range.map(|range| format!("bytes {}-{}/{length}", range.first, range.last)),
        accept_ranges: Some("bytes".to_owned()),
        content_type: Some(content_type.to_owned()),
        archive_description: description,
    })
}

/// A job as the API has it.
pub(crate) fn described(id: &VaultId, job: String, record: &JobRecord, now: Timestamp) -> GlacierJobDescription {
    let done = record.is_done(now);
    let number = |count: u64| i64::try_from(count).ok();
    let mut shape = GlacierJobDescription {
        job_id: Some(job),
        job_description: record.description.clone(),
        vault_arn: Some(id.arn().to_string()),
        creation_date: Some(shown(record.created)),
        completed: Some(done),
        status_code: Some(if done { StatusCode::Succeeded } else { StatusCode::InProgress }),
        status_message: done.then(|| "Succeeded".to_owned()),
        completion_date: done.then(|| shown(record.due)),
        sns_topic: record.topic.clone(),
        ..GlacierJobDescription::default()
    };
    match &record.wanted {
        Wanted::Archive { id, first, last, length, whole, .. } => {
            shape.action = Some(ActionCode::ArchiveRetrieval);
            shape.archive_id = Some(id.clone());
            shape.archive_size_in_bytes = number(*length);
            shape.archive_sha256_tree_hash = Some(hex(whole));
            shape.sha256_tree_hash = record.output.as_ref().and_then(|(_, _, hash)| hash.as_ref()).map(hex);
            shape.retrieval_byte_range = Some(format!("{first}-{last}"));
            shape.tier = Some(record.tier.clone());
        }
        Wanted::Inventory { csv, from, until, limit, .. } => {
            shape.action = Some(ActionCode::InventoryRetrieval);
            shape.inventory_size_in_bytes =
                record.output.as_ref().filter(|_| done).and_then(|(_, size, _)| number(*size));
            shape.inventory_retrieval_parameters = Some(InventoryRetrievalJobDescription {
                format: Some(if *csv { "CSV" } else { "JSON" }.to_owned()),
                start_date: from.map(shown),
                end_date: until.map(shown),
                limit: limit.map(|limit| limit.to_string()),
                marker: record.next.clone(),
            });
        }
    }
    shape
}

/// Bytes of what was retrieved.
fn size(record: &JobRecord) -> u64 {
    match (&record.wanted, &record.output) {
        (Wanted::Archive { length: 0, .. }, _) => 0,
        (Wanted::Archive { first, last, .. }, _) => last + 1 - first,
        (Wanted::Inventory { .. }, Some((_, length, _))) => *length,
        (Wanted::Inventory { .. }, None) => 0,
    }
}

fn asked(parameters: JobParameters) -> Result<Asked, Error> {
    let tier = parameters.tier.clone().unwrap_or_else(|| "Standard".to_owned());
    if !["Expedited", "Standard", "Bulk"].contains(&tier.as_str()) {
        return Err(invalid(format!("Invalid tier: {tier}")));
    }
    let wanted = match parameters.r#type.as_deref() {
        Some("archive-retrieval") => {
            let id = parameters.archive_id.ok_or_else(|| missing("Required parameter missing: ArchiveId"))?;
            let wrong = |text: &str| invalid(format!("Invalid range: {text}"));
            let range = parameters.retrieval_byte_range.as_deref();
            let range = range.map(|text| ByteRange::parse(text).ok_or_else(|| wrong(text))).transpose()?;
            WantedOf::Archive(id, range)
        }
        Some("inventory-retrieval") => WantedOf::Inventory(inventory(&parameters)?),
        Some("select") => return Err(given_up("Select is no longer supported.")),
        Some(other) => return Err(invalid(format!("Invalid job type: {other}"))),
        None => return Err(missing("Required parameter missing: Type")),
    };
    Ok(Asked { wanted, description: description(parameters.description)?, topic: parameters.sns_topic, tier })
}

fn inventory(parameters: &JobParameters) -> Result<Wanted, Error> {
    let csv = match parameters.format.as_deref() {
        None | Some("JSON") => false,
        Some("CSV") => true,
        Some(other) => return Err(invalid(format!("Invalid format: {other}"))),
    };
    let within = parameters.inventory_retrieval_parameters.clone().unwrap_or_default();
    let at = |text: Option<&str>| {
        let read = |text| Timestamp::parse_iso8601(text).map_err(|_| invalid(format!("Invalid date: {text}")));
        text.map(read).transpose()
    };
    let number = |text: &String| text.parse::<u64>().ok().filter(|limit| *limit > 0);
    let limit = within.limit.as_ref();
    let limit = limit.map(|text| number(text).ok_or_else(|| invalid(format!("Invalid limit: {text}")))).transpose()?;
    let (from, until) = (at(within.start_date.as_deref())?, at(within.end_date.as_deref())?);
    Ok(Wanted::Inventory { csv, from, until, limit, after: within.marker })
}
