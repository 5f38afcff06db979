//! Which bucket is meant, whose it must be, and what a call on it touches.

use api_s3::errors;
use names::AccountId;
use service_kit::{Access, Ctx, Error};

use crate::S3;
use crate::access::aim::Aim;
use crate::engine::bucket::Bucket;
use crate::engine::name;
use crate::engine::notices::asker;
use crate::error::{access_denied, no_such_bucket, of_bucket};
use crate::limits;

/// The bucket of this name, which must be of the account that the caller expects.
pub(crate) async fn bucket(ctx: &Ctx, name: &str, expected_owner: Option<&str>) -> Result<Bucket, Error> {
    let expected = expected_owner.map(expected_account).transpose()?;
    let engine = ctx.state::<S3>().engine();
    let behind = engine.bucket_behind(&Aim::read(name)).await?;
    let found = engine.lookup_bucket(behind.as_deref().unwrap_or(name)).await?;
    let bucket = found.ok_or_else(|| absent(name))?;
    match expected {
        Some(account) if account != bucket.record.account => Err(access_denied()),
        _ => Ok(Bucket { asker: Some(asker(ctx)), ..bucket }),
    }
}

/// What is said of a bucket that is not there.
fn absent(name: &str) -> Error {
    let could_be =
        name::is_valid(name) || (name.len() <= 255 && name.bytes().any(|b| b.is_ascii_uppercase() || b == b'_'));
    match could_be {
        true => no_such_bucket(name),
        false => of_bucket(errors::invalid_bucket_name("The specified bucket is not valid."), name),
    }
}

fn expected_account(text: &str) -> Result<AccountId, Error> {
    let text_of = || format!("The value of the expected bucket owner parameter must be an AWS Account ID... [{text}]");
    text.parse().map_err(|_| errors::invalid_bucket_owner_aws_account_id(text_of()).into())
}

/// A key must be one.
pub(crate) fn check_key(key: &str) -> Result<(), Error> {
    if key.len() > limits::KEY {
        let facts = api_s3::ErrorFacts {
            size: Some(key.len().to_string()),
            max_size_allowed: Some(limits::KEY.to_string()),
            ..api_s3::ErrorFacts::default()
        };
        return Err(crate::error::with(errors::key_too_long_error("Your key is too long"), facts));
    }
    Ok(())
}

/// A bucket as policies name it.
pub(crate) fn bucket_arn(ctx: &Ctx, bucket: &str) -> String {
    format!("arn:{}:s3:::{bucket}", ctx.partition().as_str())
}

/// An object as policies name it.
pub(crate) fn object_arn(ctx: &Ctx, bucket: &str, key: &str) -> String {
    format!("arn:{}:s3:::{bucket}/{key}", ctx.partition().as_str())
}

/// A call on a bucket.
pub(crate) fn to_bucket(ctx: &Ctx, bucket: &str) -> Result<Access, Error> {
    Ok(Access::to(bucket_arn(ctx, bucket)))
}
