//! When services were last used by users and roles.

use api_catalog::{Namespace, namespace};
use api_iam::{
    AccessAdvisorUsageGranularityType, EntityDetails, EntityInfo, GenerateServiceLastAccessedDetails,
    GenerateServiceLastAccessedDetailsInput, GenerateServiceLastAccessedDetailsOutput, GetServiceLastAccessedDetails,
    GetServiceLastAccessedDetailsInput, GetServiceLastAccessedDetailsOutput, GetServiceLastAccessedDetailsWithEntities,
    GetServiceLastAccessedDetailsWithEntitiesInput, GetServiceLastAccessedDetailsWithEntitiesOutput, JobStatusType,
    PolicyOwnerEntityType, ServiceLastAccessed, TrackedActionLastAccessed,
};
use service_kit::{Ctx, Error, Outcome};

use crate::engine::entity::Kind;
use crate::engine::flaw::{Thing, missing};
use crate::engine::home::Home;
use crate::engine::last_access::{Access, ServiceAccess};
use crate::engine::reach::Reach;
use crate::engine::refusal::{Noun, Refusal};
use crate::error::invalid;
use crate::ops::access::check_arn;
use crate::ops::edge::{Asked, engine, home};
use crate::store::report::{AccessJobRecord, AccessOf};

/// Makes a report of what a user, group, role or policy may use and did use.
pub(crate) async fn generate_service_last_accessed_details(
    ctx: &Ctx,
    input: GenerateServiceLastAccessedDetailsInput,
) -> Outcome<GenerateServiceLastAccessedDetails> {
    check_arn(&input.arn)?;
    let actions = input.granularity == Some(AccessAdvisorUsageGranularityType::ActionLevel);
    let job = engine(ctx).report_access(home(ctx), &input.arn, actions).await?;
    let job = job.ok_or(Refusal::Missing(Noun::Policy, input.arn))?;
    Ok(GenerateServiceLastAccessedDetailsOutput { job_id: Some(job) })
}

/// Shows a report.
pub(crate) async fn get_service_last_accessed_details(
    ctx: &Ctx,
    input: GetServiceLastAccessedDetailsInput,
) -> Outcome<GetServiceLastAccessedDetails> {
    let (job, ids, documents) = report(ctx, &input.job_id).await?;
    let accesses = engine(ctx).accesses(home(ctx), &job, &ids).await?;
    let asked = Asked::new(ctx, &input.job_id, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, job.services.clone(), Clone::clone);
    let reach = documents.map(|documents| Reach::of(documents.iter().map(String::as_str)));
    let none = ServiceAccess::default();
    let known = page.items.iter().filter_map(|prefix| namespace(prefix));
    let shown = known.map(|service| {
        service_shown(home(ctx), service, accesses.get(service.prefix).unwrap_or(&none), reach.as_ref())
    });
    let granularity = if reach.is_some() { "ACTION_LEVEL" } else { "SERVICE_LEVEL" };
    Ok(GetServiceLastAccessedDetailsOutput {
        job_status: JobStatusType::Completed,
        job_type: Some(AccessAdvisorUsageGranularityType::from(granularity.to_owned())),
        job_creation_date: job.made,
        services_last_accessed: shown.collect(),
        job_completion_date: job.made,
        is_truncated: page.is_truncated,
        marker: page.marker,
        error: None,
    })
}

/// Shows of a report who could have used a service, and when they did, the latest first.
pub(crate) async fn get_service_last_accessed_details_with_entities(
    ctx: &Ctx,
    input: GetServiceLastAccessedDetailsWithEntitiesInput,
) -> Outcome<GetServiceLastAccessedDetailsWithEntities> {
    let (job, ids, _) = report(ctx, &input.job_id).await?;
    let Some(service) = namespace(&input.service_namespace) else {
        return Err(invalid(format!("Invalid service namespace: {}", input.service_namespace)));
    };
    let mut accesses = engine(ctx).accesses(home(ctx), &job, &ids).await?;
    let used = accesses.remove(service.prefix).unwrap_or_default().by;
    let entities = everyone(ctx, used, &ids).await?.into_iter().enumerate().collect();
    let filters = format!("{}/{}", input.job_id, service.prefix);
    let asked = Asked::new(ctx, &filters, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, entities, |(at, _)| format!("{at:08}"));
    Ok(GetServiceLastAccessedDetailsWithEntitiesOutput {
        job_status: JobStatusType::Completed,
        job_creation_date: job.made,
        job_completion_date: job.made,
        entity_details_list: page.items.into_iter().map(|(_, details)| details).collect(),
        is_truncated: page.is_truncated,
        marker: page.marker,
        error: None,
    })
}

/// A report of users and roles: reports of organizations are other jobs.
async fn report(ctx: &Ctx, job: &str) -> Result<(AccessJobRecord, Vec<String>, Option<Vec<String>>), Error> {
    let record = engine(ctx).access_job(home(ctx), job).await?;
    match record.of.clone() {
        AccessOf::Entities { ids, documents } => Ok((record, ids, documents)),
        AccessOf::Accounts(_) => Err(missing(Thing::Job, job).into()),
    }
}

fn service_shown(
    home: Home,
    service: &'static Namespace,
    access: &ServiceAccess,
    reach: Option<&Reach>,
) -> ServiceLastAccessed {
    let last = access.by.first();
    ServiceLastAccessed {
        service_name: service.name.to_owned(),
        last_authenticated: last.map(|last| last.used.at),
        service_namespace: service.prefix.to_owned(),
        last_authenticated_entity: last.map(|last| home.entity(&last.entity)),
        last_authenticated_region: last.map(|last| last.used.region.clone()),
        total_authenticated_entities: i32::try_from(access.by.len()).ok(),
        tracked_actions_last_accessed: reach.map(|reach| actions_shown(home, service, access, reach)),
    }
}

/// Every action that the policies allow, with its last use.
fn actions_shown(
    home: Home,
    service: &'static Namespace,
    access: &ServiceAccess,
    reach: &Reach,
) -> Vec<TrackedActionLastAccessed> {
    let whole = |name: &str| format!("{}:{name}", service.prefix);
    let allowed = service.actions().filter(|action| reach.action(&whole(action.name)));
    let shown = allowed.map(|action| {
        let whole = whole(action.name);
        let last = access.actions.iter().find(|(name, _)| name.eq_ignore_ascii_case(&whole)).map(|(_, last)| last);
        TrackedActionLastAccessed {
            action_name: Some(action.name.to_owned()),
            last_accessed_entity: last.map(|last| home.entity(&last.entity)),
            last_accessed_time: last.map(|last| last.used.at),
            last_accessed_region: last.map(|last| last.used.region.clone()),
        }
    });
    shown.collect()
}

/// Those who used a service, and then those who did not.
async fn everyone(ctx: &Ctx, used: Vec<Access>, ids: &[String]) -> Result<Vec<EntityDetails>, Error> {
    let view = engine(ctx).view().await?;
    let home = home(ctx);
    let mut all: Vec<_> = used.iter().map(|access| (access.entity.clone(), Some(access.used.at))).collect();
    for id in ids.iter().filter(|id| used.iter().all(|access| access.entity.id != **id)) {
        let record = crate::engine::entity::by_id(&view, home, id).await?;
        all.extend(record.map(|record| (record, None)));
    }
    let details = all.into_iter().map(|(record, last_authenticated)| EntityDetails {
        entity_info: EntityInfo {
            arn: home.entity(&record),
            r#type: match record.body.kind() {
                Kind::Role => PolicyOwnerEntityType::Role,
                _ => PolicyOwnerEntityType::User,
            },
            name: record.name,
            id: record.id,
            path: Some(record.path),
        },
        last_authenticated,
    });
    Ok(details.collect())
}
