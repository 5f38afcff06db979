//! Access points: made, told, listed, removed.

use api_s3control::{self as api, errors};
use names::Tags;
use service_kit::{Access, Ctx, Error, Outcome};

use super::address;
use super::error::{access_denied, invalid_request, invalid_uri, no_such_point, refused};
use super::public_access::{check_switches, switches};
use crate::S3;
use crate::engine::config::point::{Place, PointRecord, is_name};
use crate::engine::config::settings::PublicAccess;

/// Most points on a page. Source: API reference, `ListAccessPoints`.
const PAGE: usize = 1_000;

/// What making one touches.
pub(super) fn access_to_create(ctx: &Ctx, input: &api::CreateAccessPointInput) -> Result<Access, Error> {
    let tags = input.tags.as_deref().unwrap_or_default();
    let tags = tags.iter().map(|tag| (tag.key.as_str(), tag.value.as_str()));
    Ok(address::to_point(ctx, &input.account_id, &input.name)?.with_request_tags(tags))
}

/// Makes an access point to a bucket of the same region.
pub(super) async fn create_access_point(
    ctx: &Ctx,
    input: api::CreateAccessPointInput,
) -> Outcome<api::CreateAccessPoint> {
    if !is_name(&input.name) {
        return Err(invalid_uri(&input.name));
    }
    let place = address::point(ctx, &input.account_id, &input.name)?;
    let engine = ctx.state::<S3>().engine();
    let bucket = engine.lookup_bucket(&input.bucket).await?;
    let here = bucket.filter(|bucket| bucket.record.region == ctx.region);
    let text = "Amazon S3 AccessPoint can only be created for existing bucket";
    let bucket = here.ok_or_else(|| invalid_request(text))?;
    let expected = input.bucket_account_id.as_deref();
    if expected.is_some_and(|expected| expected != bucket.record.account.to_string()) {
        return Err(invalid_request(text));
    }
    // A point in one account must not open a bucket of another.
    if bucket.record.account != ctx.account() {
        return Err(access_denied());
    }
    let switches = match &input.public_access_block_configuration {
        Some(sent) => check_switches(sent),
        None => PublicAccess { block_acls: true, ignore_acls: true, block_policy: true, restrict: true },
    };
    let record = PointRecord {
        no: bucket.no(),
        bucket: bucket.name,
        bucket_account: bucket.record.account,
        alias: alias(ctx, &input.name),
        created: ctx.now(),
        switches,
        policy: None,
        vpc: input.vpc_configuration.map(|network| network.vpc_id),
        tags: tags(input.tags.as_deref().unwrap_or_default())?,
    };
    let alias = Some(record.alias.clone());
    if !engine.create_point(&place, record).await? {
        let text = "Your previous request to create the named accesspoint succeeded and you already own it.";
        return Err(errors::access_point_already_owned_by_you(text).into());
    }
    Ok(api::CreateAccessPointOutput { access_point_arn: Some(address::arn(ctx, &place)), alias })
}

pub(super) fn tags(sent: &[api::Tag]) -> Result<Tags, Error> {
    let sent: Vec<_> = sent.iter().map(|tag| api_s3::Tag { key: tag.key.clone(), value: tag.value.clone() }).collect();
    crate::engine::config::tagging::check(&sent).map_err(refused)
}

/// The name, cut to fit, something random, and AWS's ending: a name as buckets have them.
fn alias(ctx: &Ctx, name: &str) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let bits = [ctx.random().u128(), ctx.random().u128()];
    let letter = |at: usize| char::from(LETTERS[(bits[at / 20] >> (at % 20 * 5) & 31) as usize]);
    let random: String = (0..34).map(letter).collect();
    format!("{}-{random}-s3alias", &name[..name.len().min(20)].trim_end_matches('-'))
}

/// Tells what an access point is.
pub(super) async fn get_access_point(ctx: &Ctx, input: api::GetAccessPointInput) -> Outcome<api::GetAccessPoint> {
    let place = address::point(ctx, &input.account_id, &input.name)?;
    let found = ctx.state::<S3>().engine().point(&place).await?;
    let record = found.ok_or_else(|| no_such_point(&input.name))?;
    let endpoint = |kind: &str, host: &str| (kind.to_owned(), format!("{host}.{}.amazonaws.com", ctx.region));
    let endpoints = [
        endpoint("dualstack", "s3-accesspoint.dualstack"),
        endpoint("fips", "s3-accesspoint-fips"),
        endpoint("fips_dualstack", "s3-accesspoint-fips.dualstack"),
        endpoint("ipv4", "s3-accesspoint"),
    ];
    Ok(api::GetAccessPointOutput {
        access_point_arn: Some(address::arn(ctx, &place)),
        network_origin: Some(origin(&record)),
        vpc_configuration: record.vpc.map(|vpc_id| api::VpcConfiguration { vpc_id }),
        public_access_block_configuration: Some(switches(record.switches)),
        creation_date: Some(record.created),
        alias: Some(record.alias),
        endpoints: Some(endpoints.into()),
        bucket_account_id: Some(record.bucket_account.to_string()),
        bucket: Some(record.bucket),
        name: Some(place.2),
        ..Default::default()
    })
}

fn origin(record: &PointRecord) -> api::NetworkOrigin {
    if record.vpc.is_some() { api::NetworkOrigin::Vpc } else { api::NetworkOrigin::Internet }
}

/// Lists the account's access points in the region, those of one bucket when it is named.
pub(super) async fn list_access_points(ctx: &Ctx, input: api::ListAccessPointsInput) -> Outcome<api::ListAccessPoints> {
    let account = address::account(ctx, &input.account_id)?;
    let most = input.max_results.map_or(PAGE, |most| usize::try_from(most).unwrap_or_default()).clamp(1, PAGE);
    let scope = format!("s3/access-points/{account}/{}", ctx.region);
    let after = input.next_token.as_deref().map(|token| {
        let name = ctx.cloud().page_tokens().open(&scope, token).ok();
        name.and_then(|name| String::from_utf8(name).ok()).ok_or_else(|| invalid_request("The token is not valid"))
    });
    let mut after = after.transpose()?;
    let (mut found, mut more) = (Vec::new(), true);
    while more && found.len() <= most {
        let page = ctx.state::<S3>().engine().points(account, &ctx.region, after.as_deref(), PAGE).await?;
        more = page.len() == PAGE;
        after = page.last().map(|(name, _)| name.clone());
        let wanted = |(_, point): &(String, PointRecord)| input.bucket.as_ref().is_none_or(|b| *b == point.bucket);
        found.extend(page.into_iter().filter(wanted));
    }
    let more = found.len() > most;
    found.truncate(most);
    let last = found.last().filter(|_| more);
    let next_token = last.map(|(name, _)| ctx.cloud().page_tokens().seal(&scope, name.as_bytes()));
    let place = |name: &str| -> Place { (account, ctx.region.to_string(), name.to_owned()) };
    let shown = found.into_iter().map(|(name, record)| api::AccessPoint {
        access_point_arn: Some(address::arn(ctx, &place(&name))),
        network_origin: origin(&record),
        vpc_configuration: record.vpc.map(|vpc_id| api::VpcConfiguration { vpc_id }),
        bucket: record.bucket,
        alias: Some(record.alias),
        bucket_account_id: Some(record.bucket_account.to_string()),
        name,
        ..Default::default()
    });
    Ok(api::ListAccessPointsOutput { access_point_list: Some(shown.collect()), next_token })
}

/// Removes an access point.
pub(super) async fn delete_access_point(
    ctx: &Ctx,
    input: api::DeleteAccessPointInput,
) -> Outcome<api::DeleteAccessPoint> {
    let place = address::point(ctx, &input.account_id, &input.name)?;
    match ctx.state::<S3>().engine().delete_point(&place).await? {
        true => Ok(api::DeleteAccessPointOutput {}),
        false => Err(no_such_point(&input.name)),
    }
}
