//! Trails: created, shown, listed, changed, deleted; logging started and stopped.

use api_cloudtrail::{
    CreateTrail, CreateTrailInput, CreateTrailOutput, DeleteTrail, DeleteTrailInput, DeleteTrailOutput, DescribeTrails,
    DescribeTrailsInput, DescribeTrailsOutput, GetTrail, GetTrailInput, GetTrailOutput, ListTrails, ListTrailsInput,
    ListTrailsOutput, StartLogging, StartLoggingInput, StartLoggingOutput, StopLogging, StopLoggingInput,
    StopLoggingOutput, Trail, TrailInfo, UpdateTrail, UpdateTrailInput, UpdateTrailOutput,
};
use service_kit::{Access, Ctx, Error, Outcome, paging};

use super::address::{self, all_seen, own, seen, trail_access};
use super::draft::{self, Draft};
use super::reach;
use super::{data_store, tags};
use crate::CloudTrail;
use crate::engine::selectors::Selectors;
use crate::engine::trail::Refusal;
use crate::error::{bad_token, no_such_trail, trail_refused};
use crate::store::TrailRecord;

/// Trails of one page (`ListTrails` does not say; ours).
const PAGE: usize = 100;

/// Creates a trail. It records nothing until logging is started.
pub(crate) async fn create_trail(ctx: &Ctx, input: CreateTrailInput) -> Outcome<CreateTrail> {
    address::check_name(&input.name)?;
    let tags = tags::of_list(input.tags_list.as_deref().unwrap_or_default())?;
    let (name, organization) = (input.name.clone(), input.is_organization_trail.unwrap_or(false));
    let draft = Draft::of_create(input);
    let mut trail = TrailRecord {
        id: ctx.state::<CloudTrail>().engine().fresh_id(),
        account: ctx.account(),
        home: ctx.region.clone(),
        name,
        bucket: String::new(),
        prefix: None,
        topic: None,
        global_events: true,
        multi_region: false,
        validation: false,
        log_group: None,
        log_role: None,
        kms_key: None,
        organization: if organization { Some(draft::own_organization(ctx).await?) } else { None },
        selectors: Selectors::default(),
        custom: false,
        insights: Vec::new(),
        started: None,
        stopped: None,
        logging: false,
        attempted: None,
        tags,
    };
    draft.apply(ctx, &mut trail)?;
    reach::try_all(ctx, &mut trail).await?;
    let engine = ctx.state::<CloudTrail>().engine();
    let made = engine.create_trail(&trail).await;
    made.map_err(|refusal| trail_refused(refusal, &trail.name, ctx.account(), &ctx.region))?;
    Ok(created(trail))
}

/// Changes a trail in its home region.
pub(crate) async fn update_trail(ctx: &Ctx, input: UpdateTrailInput) -> Outcome<UpdateTrail> {
    let trail = own(ctx, &input.name).await?;
    let organization = match input.is_organization_trail {
        Some(true) => Some(Some(draft::own_organization(ctx).await?)),
        Some(false) => Some(None),
        None => None,
    };
    let draft = Draft::of_update(input);
    let apply = |trail: &mut TrailRecord| {
        if let Some(organization) = &organization {
            trail.organization.clone_from(organization);
        }
        draft.apply(ctx, trail)
    };
    let mut tried = trail.clone();
    apply(&mut tried)?;
    if draft.redirects() || organization.is_some() {
        reach::try_all(ctx, &mut tried).await?;
    }
    let change = |trail: &mut TrailRecord| {
        apply(trail).map_err(Told)?;
        // What an alias named when it was tried.
        trail.kms_key.clone_from(&tried.kms_key);
        Ok(())
    };
    let trail = changed(ctx, &trail, change).await?;
    let CreateTrailOutput { name, s3_bucket_name, s3_key_prefix, sns_topic_name, sns_topic_arn, .. } =
        created(trail.clone());
    Ok(UpdateTrailOutput {
        name,
        s3_bucket_name,
        s3_key_prefix,
        sns_topic_name,
        sns_topic_arn,
        include_global_service_events: Some(trail.global_events),
        is_multi_region_trail: Some(trail.multi_region),
        trail_arn: Some(trail.arn()),
        log_file_validation_enabled: Some(trail.validation),
        cloud_watch_logs_log_group_arn: trail.log_group,
        cloud_watch_logs_role_arn: trail.log_role,
        kms_key_id: trail.kms_key,
        is_organization_trail: Some(trail.organization.is_some()),
    })
}

/// Deletes a trail. Log files that were made stay where they are.
pub(crate) async fn delete_trail(ctx: &Ctx, input: DeleteTrailInput) -> Outcome<DeleteTrail> {
    let trail = own(ctx, &input.name).await?;
    let deleted = ctx.state::<CloudTrail>().engine().delete_trail(&trail).await;
    deleted.map_err(|refusal| trail_refused(refusal, &input.name, ctx.account(), &ctx.region))?;
    Ok(DeleteTrailOutput {})
}

/// Shows trails of the region called, and unless told otherwise the shadows of others. Unknown names are passed over.
pub(crate) async fn describe_trails(ctx: &Ctx, input: DescribeTrailsInput) -> Outcome<DescribeTrails> {
    let shadows = input.include_shadow_trails.unwrap_or(true);
    let names = input.trail_name_list.unwrap_or_default();
    let mut trails = all_seen(ctx).await?;
    trails.retain(|trail| {
        let here = trail.home == ctx.region && trail.account == ctx.account();
        let named = names.is_empty() || names.iter().any(|name| *name == trail.name || *name == trail.arn());
        named && (here || (shadows && trail.is_in(&ctx.region)))
    });
    Ok(DescribeTrailsOutput { trail_list: Some(trails.into_iter().map(shown).collect()) })
}

/// Shows a trail.
pub(crate) async fn get_trail(ctx: &Ctx, input: GetTrailInput) -> Outcome<GetTrail> {
    Ok(GetTrailOutput { trail: Some(shown(seen(ctx, &input.name).await?)) })
}

/// Lists the account's trails of all regions.
pub(crate) async fn list_trails(ctx: &Ctx, input: ListTrailsInput) -> Outcome<ListTrails> {
    let after = paging::position(ctx, "", input.next_token.as_deref()).map_err(|_| bad_token())?;
    let mut arns: Vec<_> = all_seen(ctx).await?.into_iter().map(|trail| (trail.arn(), trail)).collect();
    arns.sort_by(|(a, _), (b, _)| a.cmp(b));
    arns.retain(|(arn, _)| after.as_ref().is_none_or(|after| arn > after));
    let page = paging::page(ctx, "", arns, PAGE, |(arn, _)| arn.clone());
    let info = |(arn, trail): (String, TrailRecord)| TrailInfo {
        trail_arn: Some(arn),
        name: Some(trail.name),
        home_region: Some(trail.home.to_string()),
    };
    Ok(ListTrailsOutput { trails: Some(page.items.into_iter().map(info).collect()), next_token: page.next_token })
}

/// Lets a trail record.
pub(crate) async fn start_logging(ctx: &Ctx, input: StartLoggingInput) -> Outcome<StartLogging> {
    let (trail, now) = (own(ctx, &input.name).await?, ctx.now());
    changed(ctx, &trail, |trail| {
        trail.starts(now);
        Ok(())
    })
    .await?;
    Ok(StartLoggingOutput {})
}

/// Lets a trail record no more. What it recorded is still delivered.
pub(crate) async fn stop_logging(ctx: &Ctx, input: StopLoggingInput) -> Outcome<StopLogging> {
    let (trail, now) = (own(ctx, &input.name).await?, ctx.now());
    changed(ctx, &trail, |trail| {
        trail.stops(now);
        Ok(())
    })
    .await?;
    Ok(StopLoggingOutput {})
}

/// An error that is told as it is, among those of the engine.
pub(crate) struct Told(pub(crate) Error);

impl From<Refusal> for Told {
    fn from(refusal: Refusal) -> Self {
        // A trail that was found and is gone: someone else deleted it meanwhile.
        Self(match refusal {
            Refusal::Store(error) => error.into(),
            _ => api_cloudtrail::errors::trail_not_found_exception("Unknown trail").into(),
        })
    }
}

impl From<store::StoreError> for Told {
    fn from(error: store::StoreError) -> Self {
        Self(error.into())
    }
}

/// Changes a trail that was found.
pub(crate) async fn changed(
    ctx: &Ctx,
    trail: &TrailRecord,
    change: impl Fn(&mut TrailRecord) -> Result<(), Told>,
) -> Result<TrailRecord, Error> {
    let engine = ctx.state::<CloudTrail>().engine();
    let changed = engine.change_trail(trail.account, &trail.home, &trail.name, change).await;
    changed.map_err(|Told(error)| match error {
        Error::Modeled(gone) if gone.message == "Unknown trail" => no_such_trail(&trail.name, ctx.account()),
        other => other,
    })
}

/// What creating a trail touches.
pub(crate) fn access_to_create(ctx: &Ctx, input: &CreateTrailInput) -> Result<Access, Error> {
    let access = tags::access_with(address::trail_arn(ctx, &input.name), input.tags_list.as_deref());
    Ok(passing(access, input.cloud_watch_logs_role_arn.as_deref(), input.is_organization_trail))
}

/// What changing a trail touches.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateTrailInput) -> Result<Access, Error> {
    let access = trail_access(ctx, &input.name);
    Ok(passing(access, input.cloud_watch_logs_role_arn.as_deref(), input.is_organization_trail))
}

fn passing(access: Access, role: Option<&str>, organization: Option<bool>) -> Access {
    let access = if organization == Some(true) { access.and(data_store::asks_organization()) } else { access };
    match role.filter(|role| !role.is_empty()) {
        Some(role) => access.passing_role(role, "cloudtrail.amazonaws.com"),
        None => access,
    }
}

fn created(trail: TrailRecord) -> CreateTrailOutput {
    CreateTrailOutput {
        sns_topic_arn: trail.topic_arn(),
        trail_arn: Some(trail.arn()),
        name: Some(trail.name),
        s3_bucket_name: Some(trail.bucket),
        s3_key_prefix: trail.prefix,
        sns_topic_name: trail.topic,
        include_global_service_events: Some(trail.global_events),
        is_multi_region_trail: Some(trail.multi_region),
        log_file_validation_enabled: Some(trail.validation),
        cloud_watch_logs_log_group_arn: trail.log_group,
        cloud_watch_logs_role_arn: trail.log_role,
        kms_key_id: trail.kms_key,
        is_organization_trail: Some(trail.organization.is_some()),
    }
}

fn shown(trail: TrailRecord) -> Trail {
    Trail {
        sns_topic_arn: trail.topic_arn(),
        trail_arn: Some(trail.arn()),
        name: Some(trail.name),
        s3_bucket_name: Some(trail.bucket),
        s3_key_prefix: trail.prefix,
        sns_topic_name: trail.topic,
        include_global_service_events: Some(trail.global_events),
        is_multi_region_trail: Some(trail.multi_region),
        home_region: Some(trail.home.to_string()),
        log_file_validation_enabled: Some(trail.validation),
        cloud_watch_logs_log_group_arn: trail.log_group,
        cloud_watch_logs_role_arn: trail.log_role,
        kms_key_id: trail.kms_key,
        has_custom_event_selectors: Some(trail.custom),
        has_insight_selectors: Some(!trail.insights.is_empty()),
        is_organization_trail: Some(trail.organization.is_some()),
    }
}
