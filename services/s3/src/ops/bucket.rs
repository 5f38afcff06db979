//! Buckets: created, found, listed, deleted.

use api_s3::{
    BucketLocationConstraint, CreateBucket, CreateBucketInput, CreateBucketOutput, DeleteBucket, DeleteBucketInput,
    DeleteBucketOutput, ErrorFacts, GetBucketLocation, GetBucketLocationInput, GetBucketLocationOutput, HeadBucket,
    HeadBucketInput, HeadBucketOutput, ListBuckets, ListBucketsInput, ListBucketsOutput, Tagging, errors,
};
use names::Region;
use service_kit::{Access, Ctx, Error, Outcome};
use store::{StoreError, Tx};

use super::address::{self, bucket_arn};
use super::shown;
use crate::S3;
use crate::access::bucket::acl_headers;
use crate::engine::bucket::Named;
use crate::engine::canonical;
use crate::engine::config::access::BucketAcl;
use crate::engine::config::acl::{self, Headers, Owners};
use crate::engine::config::document::Document;
use crate::engine::config::{tagging, write_config};
use crate::engine::name;
use crate::engine::refusal::Refusal;
use crate::engine::sealing::DefaultEncryption;
use crate::error::{access_denied, invalid_argument_hidden, of_bucket, told, with};
use crate::limits;
use crate::store::{BucketNo, BucketRecord, Ownership, Versioning};

/// Creates a bucket.
pub(crate) async fn create_bucket(ctx: &Ctx, input: CreateBucketInput) -> Outcome<CreateBucket> {
    if !name::is_valid(&input.bucket) {
        return Err(of_bucket(errors::invalid_bucket_name("The specified bucket is not valid."), &input.bucket));
    }
    let region = region(ctx, &input)?;
    let object_lock = input.object_lock_enabled_for_bucket.unwrap_or_default();
    let draft = BucketRecord {
        no: 0,
        account: ctx.account(),
        region: region.clone(),
        created: ctx.now(),
        versioning: if object_lock { Versioning::Enabled } else { Versioning::Never },
        mfa_delete: false,
        object_lock,
        default_retention: None,
        encryption: DefaultEncryption::S3,
        ownership: ownership(&input)?,
        requester_pays: false,
        said_eu: said_eu(&input),
    };
    let first = FirstConfigurations::of(ctx, &input, draft.ownership)?;
    let engine = ctx.state::<S3>().engine();
    let created = engine.create_bucket(&input.bucket, draft, |tx, no| first.write(tx, no)).await;
    match created {
        Ok(_) => {}
        // In the oldest region creating one's own bucket again is no mistake, unless tags come with it.
        Err(Refusal::BucketExists { own: true, region: there })
            if first.tags.is_none()
                && [&ctx.region, &region, &there].iter().all(|region| **region == Region::default_region()) => {}
        Err(Refusal::BucketExists { own, .. }) => return Err(exists(&input.bucket, own)),
        Err(refusal) => return Err(told(refusal)),
    }
    let location = match region == Region::default_region() {
        true => format!("/{}", input.bucket),
        false => format!("http://{}.s3.amazonaws.com/", input.bucket),
    };
    Ok(CreateBucketOutput { location: Some(location), bucket_arn: Some(bucket_arn(ctx, &input.bucket)) })
}

/// What a bucket is created with.
struct FirstConfigurations {
    acl: Option<BucketAcl>,
    tags: Option<Document<Tagging>>,
}

impl FirstConfigurations {
    fn of(ctx: &Ctx, input: &CreateBucketInput, ownership: Ownership) -> Result<Self, Error> {
        let owner = canonical::id(ctx.account());
        let grants = acl::of_headers(&acl_headers!(input), Owners { own: &owner, bucket: &owner })?;
        let granting = grants.filter(|grants| acl::grants_to_others(grants, ctx.account()));
        if granting.is_some() && ownership == Ownership::BucketOwnerEnforced {
            let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
            return Err(errors::invalid_bucket_acl_with_object_ownership(text).into());
        }
        // On a fresh bucket everything public is blocked.
        if granting.as_ref().is_some_and(|grants| acl::is_public(grants)) {
            return Err(access_denied());
        }
        let sent = input.create_bucket_configuration.as_ref().and_then(|conf| conf.tags.as_deref());
        let sent = sent.unwrap_or_default();
        tagging::check_first(sent)?;
        let tags = (!sent.is_empty()).then(|| Document(Tagging { tag_set: sent.to_vec() }));
        Ok(Self { acl: granting.map(|grants| BucketAcl { grants }), tags })
    }

    fn write(&self, tx: &Tx, bucket: BucketNo) -> Result<(), StoreError> {
        if let Some(acl) = &self.acl {
            write_config(tx, bucket, "", acl)?;
        }
        match &self.tags {
            Some(tags) => write_config(tx, bucket, "", tags),
            None => Ok(()),
        }
    }
}

fn exists(name: &str, own: bool) -> Error {
    if own {
        let text = "Your previous request to create the named bucket succeeded and you already own it.";
        return of_bucket(errors::bucket_already_owned_by_you(text), name);
    }
    let text = "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please \
                select a different name and try again.";
    of_bucket(errors::bucket_already_exists(text), name)
}

/// Where the bucket is to be. The oldest region makes buckets anywhere; the others only at home, and want it said.
fn region(ctx: &Ctx, input: &CreateBucketInput) -> Result<Region, Error> {
    let wanted = input.create_bucket_configuration.as_ref().and_then(|c| c.location_constraint.as_ref());
    let wanted = wanted.map(BucketLocationConstraint::as_str);
    let anywhere = ctx.region == Region::default_region();
    let incompatible = |wanted: &str| {
        let text = format!(
            "The {wanted} location constraint is incompatible for the region specific endpoint this request was sent to."
        );
        Error::from(errors::illegal_location_constraint_exception(text))
    };
    match wanted {
        None if anywhere => Ok(ctx.region.clone()),
        None => Err(incompatible("unspecified")),
        Some("EU") if anywhere || ctx.region.as_str() == "eu-west-1" => {
            Ok(Region::parse("eu-west-1").expect("a region code"))
        }
        Some(wanted) if anywhere => {
            let region = Region::parse(wanted).filter(|region| *region != Region::default_region());
            let known = region.filter(is_known);
            known.ok_or_else(|| {
                let facts = ErrorFacts { location_constraint: Some(wanted.to_owned()), ..ErrorFacts::default() };
                with(errors::invalid_location_constraint("The specified location-constraint is not valid"), facts)
            })
        }
        Some(wanted) if wanted == ctx.region.as_str() => Ok(ctx.region.clone()),
        Some(wanted) => Err(incompatible(wanted)),
    }
}

/// The word for Ireland from before regions had names: it comes back as it was said.
fn said_eu(input: &CreateBucketInput) -> bool {
    let wanted = input.create_bucket_configuration.as_ref().and_then(|c| c.location_constraint.as_ref());
    wanted == Some(&BucketLocationConstraint::Eu)
}

/// Whether the model lists a region for buckets. `us-east-1` is listed nowhere: it is where there is no constraint.
fn is_known(region: &Region) -> bool {
    let constraint = BucketLocationConstraint::from(region.as_str().to_owned());
    *region == Region::default_region() || !matches!(constraint, BucketLocationConstraint::Unknown(_))
}

fn ownership(input: &CreateBucketInput) -> Result<Ownership, Error> {
    let Some(wanted) = &input.object_ownership else { return Ok(Ownership::BucketOwnerEnforced) };
    Ownership::parse(wanted.as_str()).ok_or_else(|| {
        let text = format!("Invalid x-amz-object-ownership header: {}", wanted.as_str());
        invalid_argument_hidden(text, "x-amz-object-ownership")
    })
}

/// Tells whether a bucket is there, and where.
pub(crate) async fn head_bucket(ctx: &Ctx, input: HeadBucketInput) -> Outcome<HeadBucket> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    Ok(HeadBucketOutput {
        bucket_arn: Some(bucket_arn(ctx, &bucket.name)),
        bucket_region: Some(bucket.record.region.to_string()),
        access_point_alias: Some(false),
        ..HeadBucketOutput::default()
    })
}

/// Tells where a bucket is.
pub(crate) async fn get_bucket_location(ctx: &Ctx, input: GetBucketLocationInput) -> Outcome<GetBucketLocation> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let elsewhere = Some(bucket.record.region).filter(|region| *region != Region::default_region());
    let constraint = match bucket.record.said_eu {
        true => Some(BucketLocationConstraint::Eu),
        false => elsewhere.map(|region| BucketLocationConstraint::from(region.to_string())),
    };
    Ok(GetBucketLocationOutput { location_constraint: constraint })
}

/// Deletes an empty bucket.
pub(crate) async fn delete_bucket(ctx: &Ctx, input: DeleteBucketInput) -> Outcome<DeleteBucket> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    if ctx.state::<S3>().engine().has_points(bucket.no()).await? {
        let text = "The bucket you tried to delete has access points attached. Delete your access points before deleting your \
                    bucket.";
        return Err(of_bucket(errors::bucket_has_access_points_attached(text), &bucket.name));
    }
    match ctx.state::<S3>().engine().delete_bucket(&bucket.name).await {
        Ok(_) => Ok(DeleteBucketOutput {}),
        Err(Refusal::BucketNotEmpty { versions }) => {
            let text = match versions {
                true => "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
                false if bucket.record.versioning != Versioning::Never => {
                    "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
                }
                false => "The bucket you tried to delete is not empty",
            };
            Err(of_bucket(errors::bucket_not_empty(text), &bucket.name))
        }
        Err(refusal) => Err(told(refusal)),
    }
}

/// Lists the caller's buckets.
pub(crate) async fn list_buckets(ctx: &Ctx, input: ListBucketsInput) -> Outcome<ListBuckets> {
    let wanted = input.bucket_region.as_deref().map(wanted_region).transpose()?;
    let most = input.max_buckets.map_or(limits::BUCKETS, |most| usize::try_from(most).unwrap_or_default());
    if !(1..=limits::BUCKETS).contains(&most) {
        let text = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(invalid_argument_hidden(text, "max-buckets"));
    }
    let scope = format!("s3/buckets/{}", ctx.account());
    let token = input.continuation_token.as_deref().filter(|token| !token.is_empty());
    let after = token.map(|token| {
        let position = ctx.cloud().page_tokens().open(&scope, token).ok();
        position.and_then(|position| String::from_utf8(position).ok()).ok_or_else(|| {
            invalid_argument_hidden("The continuation token provided is incorrect", "continuation-token")
        })
    });
    let all = ctx.state::<S3>().engine().buckets(ctx.account(), after.transpose()?.as_deref(), limits::BUCKETS).await?;
    let fits = |(name, record): &Named| {
        input.prefix.as_deref().is_none_or(|prefix| name.starts_with(prefix))
            && wanted.as_ref().is_none_or(|region| *region == record.region)
    };
    let mut page: Vec<Named> = all.into_iter().filter(fits).take(most + 1).collect();
    let more = page.len() > most;
    page.truncate(most);
    let token = page.last().filter(|_| more).map(|(name, _)| ctx.cloud().page_tokens().seal(&scope, name.as_bytes()));
    // Regions are told only to those who page or filter.
    let paged =
        input.max_buckets.is_some() || wanted.is_some() || input.prefix.is_some() || input.continuation_token.is_some();
    Ok(ListBucketsOutput {
        buckets: Some(page.into_iter().map(|named| shown::bucket(ctx, named, paged)).collect()),
        owner: Some(shown::owner(ctx.account())),
        continuation_token: token,
        prefix: input.prefix,
    })
}

fn wanted_region(text: &str) -> Result<Region, Error> {
    let region = Region::parse(text).filter(is_known);
    region.ok_or_else(|| {
        invalid_argument_hidden(format!("Argument value {text} is not a valid AWS Region"), "bucket-region")
    })
}

/// What listing buckets touches.
pub(crate) fn access_to_list(_ctx: &Ctx, _input: &ListBucketsInput) -> Result<Access, Error> {
    Ok(Access::any())
}
