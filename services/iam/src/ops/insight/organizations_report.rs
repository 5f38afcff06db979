//! When services were last used by whole accounts of an organization.

use std::collections::HashMap;

use api_catalog::{NAMESPACES, namespace};
use api_iam::{
    AccessDetail, GenerateOrganizationsAccessReport, GenerateOrganizationsAccessReportInput,
    GenerateOrganizationsAccessReportOutput, GetOrganizationsAccessReport, GetOrganizationsAccessReportInput,
    GetOrganizationsAccessReportOutput, JobStatusType, SortKeyType, errors,
};
use names::AccountId;
use service_kit::{Access, Ctx, Error, Outcome};

use crate::calls::{self, Org};
use crate::engine::flaw::{Thing, missing};
use crate::engine::home::Home;
use crate::engine::reach::Reach;
use crate::error::invalid;
use crate::ops::edge::{Asked, engine, home};
use crate::store::UseRecord;
use crate::store::report::{AccessJobRecord, AccessOf};

/// An account and its path in the organization.
type Placed = (AccountId, String);

/// Makes a report of a root, a unit or an account: of what service control policies let it use, or one of them.
pub(crate) async fn generate_organizations_access_report(
    ctx: &Ctx,
    input: GenerateOrganizationsAccessReportInput,
) -> Outcome<GenerateOrganizationsAccessReport> {
    let org = managed(ctx).await?;
    let steps = steps(&org, &input.entity_path)?;
    let last = steps.last().copied().unwrap_or_default();
    let (services, accounts) = match (last.parse::<AccountId>(), &input.organizations_policy_id) {
        (Ok(account), _) if account == org.management => (all_services(), vec![(account, input.entity_path.clone())]),
        (_, Some(policy)) => by_policy(ctx, &org, &steps, &input.entity_path, policy).await?,
        (_, None) => {
            let services = allowed(ctx, &org, &steps).await?;
            (services, accounts(ctx, &org, last, &input.entity_path).await?)
        }
    };
    let job = engine(ctx).report_accounts(home(ctx), services, accounts).await?;
    Ok(GenerateOrganizationsAccessReportOutput { job_id: Some(job) })
}

/// Shows a report.
pub(crate) async fn get_organizations_access_report(
    ctx: &Ctx,
    input: GetOrganizationsAccessReportInput,
) -> Outcome<GetOrganizationsAccessReport> {
    let job = engine(ctx).access_job(home(ctx), &input.job_id).await?;
    let AccessOf::Accounts(accounts) = &job.of else { return Err(missing(Thing::Job, &input.job_id).into()) };
    let used = used(ctx, &job, accounts).await?;
    let mut details: Vec<_> = job.services.iter().filter_map(|prefix| detail(prefix, used.get(prefix))).collect();
    sort(&mut details, input.sort_key.as_ref());
    let number = |count: usize| i32::try_from(count).ok();
    let accessed = details.iter().filter(|detail| detail.last_authenticated_time.is_some()).count();
    let (accessible, not_accessed) = (number(details.len()), number(details.len() - accessed));
    let sort_key = input.sort_key.as_ref().map_or("", SortKeyType::as_str);
    let filters = format!("{}/{sort_key}", input.job_id);
    let asked = Asked::new(ctx, &filters, input.marker.as_deref(), input.max_items)?;
    let page = asked.cut(ctx, details.into_iter().enumerate().collect(), |(at, _)| format!("{at:08}"));
    Ok(GetOrganizationsAccessReportOutput {
        job_status: JobStatusType::Completed,
        job_creation_date: job.made,
        job_completion_date: Some(job.made),
        number_of_services_accessible: accessible,
        number_of_services_not_accessed: not_accessed,
        access_details: Some(page.items.into_iter().map(|(_, detail)| detail).collect()),
        is_truncated: page.is_truncated,
        marker: page.marker,
        error_details: None,
    })
}

/// What making a report touches: the report of a path, and a policy.
pub(crate) fn access(ctx: &Ctx, input: &GenerateOrganizationsAccessReportInput) -> Result<Access, Error> {
    let access = Access::to(home(ctx).arn(format!("access-report/{}", input.entity_path)));
    Ok(match &input.organizations_policy_id {
        Some(policy) => access.with("iam:OrganizationsPolicyId", policy),
        None => access,
    })
}

/// The organization that the caller manages.
async fn managed(ctx: &Ctx) -> Result<Org, Error> {
    let org = calls::organization(ctx, ctx.account()).await?.filter(|org| org.management == ctx.account());
    org.ok_or_else(|| {
        errors::access_denied_exception("You must be signed in to your organization's management account.").into()
    })
}

/// Root, units and account of a path, which begins with the organization.
fn steps<'a>(org: &Org, path: &'a str) -> Result<Vec<&'a str>, Error> {
    let mut steps = path.trim_end_matches('/').split('/');
    let ours = steps.next() == Some(org.id.as_str());
    let steps: Vec<_> = steps.collect();
    let whole = ours && steps.first().is_some_and(|root| root.starts_with("r-"));
    if whole { Ok(steps) } else { Err(invalid(format!("Invalid entity path: {path}"))) }
}

fn all_services() -> Vec<&'static str> {
    Reach::of([r#"{"Statement":{"Effect":"Allow","Action":"*"}}"#]).services()
}

/// Services that every level's policies allow.
async fn allowed(ctx: &Ctx, org: &Org, steps: &[&str]) -> Result<Vec<&'static str>, Error> {
    let mut levels = Vec::new();
    for step in steps {
        let mut documents = Vec::new();
        for policy in calls::policies_on(ctx, org, step).await? {
            documents.extend(calls::policy_document(ctx, org, &policy).await?);
        }
        levels.push(Reach::of(documents.iter().map(String::as_str)));
    }
    let reached = NAMESPACES.iter().filter(|service| levels.iter().all(|level| level.service(service)));
    let mut prefixes: Vec<_> = reached.map(|service| service.prefix).collect();
    prefixes.sort_unstable();
    Ok(prefixes)
}

/// Services that one policy allows, and the accounts under a path to which it applies.
async fn by_policy(
    ctx: &Ctx,
    org: &Org,
    steps: &[&str],
    path: &str,
    policy: &str,
) -> Result<(Vec<&'static str>, Vec<Placed>), Error> {
    let document = calls::policy_document(ctx, org, policy).await?;
    let document = document.ok_or_else(|| invalid(format!("Invalid organizations policy id: {policy}")))?;
    let last = steps.last().copied().unwrap_or_default();
    let mut bound = Vec::new();
    for (account, path) in accounts(ctx, org, last, path).await? {
        for step in path.split('/').skip(1) {
            if calls::policies_on(ctx, org, step).await?.iter().any(|on| on == policy) {
                bound.push((account, path.clone()));
                break;
            }
        }
    }
    Ok((Reach::of([document.as_str()]).services(), bound))
}

/// The accounts at or under a step, but not the management account, which no policy binds.
async fn accounts(ctx: &Ctx, org: &Org, step: &str, path: &str) -> Result<Vec<Placed>, Error> {
    if let Ok(account) = step.parse() {
        return Ok(vec![(account, path.to_owned())]);
    }
    let mut found = Vec::new();
    let mut parents = vec![(step.to_owned(), path.trim_end_matches('/').to_owned())];
    while let Some((parent, path)) = parents.pop() {
        let here = calls::accounts_under(ctx, org, &parent).await?;
        let members = here.into_iter().filter(|account| *account != org.management);
        found.extend(members.map(|account| (account, format!("{path}/{account}"))));
        let units = calls::units_under(ctx, org, &parent).await?;
        parents.extend(units.into_iter().map(|unit| (unit.clone(), format!("{path}/{unit}"))));
    }
    found.sort();
    Ok(found)
}

/// The last use of each service in any of the accounts, in which it was, and by how many users and roles in all.
async fn used(
    ctx: &Ctx,
    job: &AccessJobRecord,
    accounts: &[Placed],
) -> Result<HashMap<String, (UseRecord, String, usize)>, Error> {
    let mut all: HashMap<String, (UseRecord, String, usize)> = HashMap::new();
    for (account, path) in accounts {
        let there = Home::of(ctx.cloud(), *account);
        for (service, (last, count)) in engine(ctx).account_accesses(there, job).await? {
            let entry = all.entry(service).or_insert_with(|| (last.clone(), path.clone(), 0));
            entry.2 += count;
            if entry.0.at < last.at {
                (entry.0, entry.1) = (last, path.clone());
            }
        }
    }
    Ok(all)
}

fn detail(prefix: &str, used: Option<&(UseRecord, String, usize)>) -> Option<AccessDetail> {
    let service = namespace(prefix)?;
    Some(AccessDetail {
        service_name: service.name.to_owned(),
        service_namespace: service.prefix.to_owned(),
        region: used.map(|(last, ..)| last.region.clone()),
        entity_path: used.map(|(_, path, _)| path.clone()),
        last_authenticated_time: used.map(|(last, ..)| last.at),
        total_authenticated_entities: Some(used.map_or(0, |(.., count)| i32::try_from(*count).unwrap_or(i32::MAX))),
    })
}

/// By name unless asked otherwise.
fn sort(details: &mut [AccessDetail], by: Option<&SortKeyType>) {
    details.sort_by(|one, other| one.service_namespace.cmp(&other.service_namespace));
    match by {
        Some(SortKeyType::ServiceNamespaceDescending) => details.reverse(),
        Some(SortKeyType::LastAuthenticatedTimeAscending) => {
            details.sort_by_key(|detail| detail.last_authenticated_time);
        }
        Some(SortKeyType::LastAuthenticatedTimeDescending) => {
            details.sort_by_key(|detail| std::cmp::Reverse(detail.last_authenticated_time));
        }
        _ => {}
    }
}
