//! What buckets and objects say of themselves to whoever decides: policies, access control lists, the switches that cut
//! both, and tags.
//!
//! A list joins the policy as statements, so that one evaluator decides. Where access control lists do not count
//! (ownership `BucketOwnerEnforced`) none is looked at.

use names::{AccountId, Arn, Tags};
use serde_json::Value;
use service_kit::{BoxFuture, Ctx, Error, Principal, ResourcePolicies};

use super::aim::{Aim, of_resource};
use super::statements::{self, Asker, Of};
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::config::access::{PolicyText, private};
use crate::engine::config::document::Document;
use crate::engine::config::point::place;
use crate::engine::config::{acl, tagging};
use crate::engine::grants::Grant;
use crate::engine::refusal::Refusal;
use crate::error::told;
use crate::ops::address::bucket_arn;
use crate::store::{ObjectRecord, Ownership};

/// The policies of buckets. Asked for in calls of other services too, whose contexts have their own state.
pub(crate) struct BucketPolicies(pub(crate) Engine);

impl ResourcePolicies for BucketPolicies {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            match of_resource(resource) {
                _ if makes_a_bucket(ctx) => Ok(None),
                Some((Aim::Bucket(name), key)) => match self.0.lookup_bucket(&name).await? {
                    Some(bucket) => self.document(ctx, &bucket, key.as_deref()).await,
                    None => Ok(Some(nothing_to_guard())),
                },
                Some((Aim::AccessPoint(arn), _)) => self.of_point(ctx, &arn).await,
                None => Ok(None),
            }
        })
    }

    fn owner<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<AccountId>, Error>> {
        Box::pin(async move {
            if makes_a_bucket(ctx) {
                return Ok(None);
            }
            let Some((Aim::Bucket(name), key)) = of_resource(resource) else { return Ok(None) };
            let Some(bucket) = self.0.lookup_bucket(&name).await? else { return Ok(None) };
            let object = if is_of_object(ctx) { self.object(&bucket, key.as_deref()).await? } else { None };
            Ok(Some(object.map_or(bucket.record.account, |object| object.owner)))
        })
    }

    fn tags<'a>(&'a self, _: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let Some((Aim::Bucket(name), _)) = of_resource(resource) else { return Ok(Tags::new()) };
            let Some(bucket) = self.0.lookup_bucket(&name).await? else { return Ok(Tags::new()) };
            // Tags of a bucket decide only where its owner said so.
            let decides = self.0.config::<Document<api_s3::AbacStatus>>(bucket.no()).await?;
            if decides.and_then(|Document(abac)| abac.status) != Some(api_s3::BucketAbacStatus::Enabled) {
                return Ok(Tags::new());
            }
            let kept = self.0.config::<Document<api_s3::Tagging>>(bucket.no()).await?;
            Ok(kept.and_then(|Document(kept)| tagging::check(&kept.tag_set).ok()).unwrap_or_default())
        })
    }
}

impl BucketPolicies {
    /// Policy and lists as one document.
    async fn document(&self, ctx: &Ctx, bucket: &Bucket, key: Option<&str>) -> Result<Option<String>, Error> {
        let policy = self.0.config::<PolicyText>(bucket.no()).await?;
        let object = self.object(bucket, key).await?;
        let lists = self.lists(bucket, object.as_ref()).await?;
        // What somebody else owns in a bucket its owner can only deny.
        let theirs = is_of_object(ctx) && object.is_some_and(|object| object.owner != bucket.record.account);
        let public = policy.as_ref().is_some_and(|policy| policy.public);
        let public_lists = lists.iter().any(|(grants, _)| acl::is_public(grants));
        let switches = match public || public_lists {
            true => self.0.public_access(bucket).await?,
            false => Default::default(),
        };
        let asker = Asker { foreign: is_foreign(ctx, bucket.record.account), partition: ctx.partition() };
        let parsed: Option<Value> = policy.as_ref().and_then(|policy| serde_json::from_str(&policy.text).ok());
        let mut all =
            parsed.as_ref().map_or_else(Vec::new, |document| statements::of_policy(document, public, asker, switches));
        if theirs {
            all.retain(statements::is_denial);
        }
        for (grants, of) in &lists {
            all.extend(statements::of_list(grants, *of, asker, switches.ignore_acls));
        }
        Ok(statements::document(parsed.as_ref().and_then(|document| document.get("Version")), all))
    }

    /// An access point's own policy, cut by its switches, its bucket's and its account's; and what the bucket denies.
    async fn of_point(&self, ctx: &Ctx, arn: &Arn) -> Result<Option<String>, Error> {
        let (Some(account), Some(region)) = (arn.account_id(), arn.region_code()) else { return Ok(None) };
        let name = arn.resource.trim_start_matches("accesspoint/");
        let Some(point) = self.0.point(&place(account, &region, name)).await? else { return Ok(None) };
        let Some(bucket) = self.0.lookup_bucket(&point.bucket).await? else { return Ok(Some(nothing_to_guard())) };
        let switches = point.switches.and(self.0.public_access(&bucket).await?);
        let asker = Asker { foreign: is_foreign(ctx, account), partition: ctx.partition() };
        let parse = |policy: &PolicyText| serde_json::from_str::<Value>(&policy.text).ok();
        let own = point.policy.as_ref().and_then(|policy| Some((parse(policy)?, policy.public)));
        let of_bucket = self.0.config::<PolicyText>(bucket.no()).await?.as_ref().and_then(parse);
        let mut all = own
            .as_ref()
            .map_or_else(Vec::new, |(document, public)| statements::of_policy(document, *public, asker, switches));
        let names = (bucket_arn(ctx, &bucket.name), arn.to_string());
        all.extend(of_bucket.iter().flat_map(|document| statements::denials_through(document, &names.0, &names.1)));
        Ok(statements::document(own.as_ref().and_then(|(document, _)| document.get("Version")), all))
    }

    /// The lists that count: the bucket's, and the object's when one is asked for.
    async fn lists(&self, bucket: &Bucket, object: Option<&ObjectRecord>) -> Result<Vec<(Vec<Grant>, Of)>, Error> {
        if bucket.record.ownership == Ownership::BucketOwnerEnforced {
            return Ok(Vec::new());
        }
        let mut lists = vec![(self.0.bucket_grants(bucket).await?, Of::Bucket)];
        if let Some(object) = object {
            let grants = if object.acl.is_empty() { private(object.owner) } else { object.acl.clone() };
            lists.push((grants, Of::Object));
        }
        Ok(lists)
    }

    /// The object asked for, where its owner may be another than the bucket's.
    async fn object(&self, bucket: &Bucket, key: Option<&str>) -> Result<Option<ObjectRecord>, Error> {
        let Some(key) = key.filter(|_| bucket.record.ownership != Ownership::BucketOwnerEnforced) else {
            return Ok(None);
        };
        match self.0.find(bucket, key, None).await {
            Ok(object) => Ok(Some(object)),
            Err(Refusal::Store(error)) => Err(told(error.into())),
            Err(_) => Ok(None),
        }
    }
}

/// Who makes a bucket is decided on by the maker's account alone, whoever has one of the name already.
fn makes_a_bucket(ctx: &Ctx) -> bool {
    ctx.operation.service.id == "s3" && ctx.operation.name == "CreateBucket"
}

/// Whether an operation is on an object that is there, which its own owner decides on; writing and deleting are the bucket's.
fn is_of_object(ctx: &Ctx) -> bool {
    const ON_WHAT_IS_THERE: [&str; 5] =
        ["GetObject", "GetObjectAcl", "GetObjectAttributes", "HeadObject", "PutObjectAcl"];
    ON_WHAT_IS_THERE.contains(&ctx.operation.name)
}

/// What is said of a bucket that is not there: nobody is kept from being told so.
fn nothing_to_guard() -> String {
    let allow = serde_json::json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"});
    serde_json::json!({"Version": "2012-10-17", "Statement": [allow]}).to_string()
}

/// Whether the caller is neither of the owner's account nor a service.
fn is_foreign(ctx: &Ctx, owner: AccountId) -> bool {
    match ctx.caller.principal {
        Principal::Service(_) | Principal::Internal(_) => false,
        Principal::Anonymous => true,
        _ => ctx.caller.account != owner,
    }
}
