//! One copy, made as the role.

use api_s3::PutObject;
use names::Region;
use service_kit::{AssumeAs, Ctx, Error, Fault, Sender, TaskCtx};
use smithy::ByteStream;
use store::blobs::BlobKey;

use super::permission;
use crate::engine::Engine;
use crate::engine::bucket::Bucket;
use crate::engine::checksum::Hasher;
use crate::engine::content::{Content, Fresh};
use crate::engine::object::record::ObjectRecord;
use crate::engine::refusal::Refusal;
use crate::engine::replication::{Bytes, Order, Replica, Written};
use crate::engine::sealing::{KmsChoice, Sealing};
use crate::error::told;
use crate::ops::address::object_arn;
use crate::{S3, calls, limits};

/// Why a copy was not made.
pub(super) enum Failed {
    /// It may be made later.
    Now(Error),
    /// It will not: AWS's word for why, and what stood in the way.
    ForGood(&'static str, String),
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        failed(told(refusal), "DstPutObjectNotPermitted")
    }
}

impl From<store::StoreError> for Failed {
    fn from(error: store::StoreError) -> Self {
        Self::Now(error.into())
    }
}

/// What is refused goes on being refused; what cannot be done now may be done later.
pub(super) fn failed(error: Error, reason: &'static str) -> Failed {
    match &error {
        Error::Fault(Fault::Unavailable { .. } | Fault::Internal { .. } | Fault::Throttled { .. }) => {
            Failed::Now(error)
        }
        Error::Modeled(modelled) if modelled.schema.status >= 500 => Failed::Now(error),
        _ => Failed::ForGood(reason, error.to_string()),
    }
}

fn for_good(reason: &'static str) -> Failed {
    Failed::ForGood(reason, String::new())
}

/// Makes a copy. What was made already is not made again.
pub(super) async fn copy(ctx: &TaskCtx, order: &Order) -> Result<(), Failed> {
    let state = ctx.state::<S3>();
    let engine = state.engine();
    if !engine.is_outstanding(order).await? {
        return Ok(());
    }
    let view = engine.store().read().await?;
    let Some((version, _)) = engine.ordered(&view, order).await? else { return Ok(engine.settle_order(order).await?) };
    drop(view);
    let to = engine.lookup_bucket(&order.destination).await?.ok_or_else(|| for_good("DstBucketNotFound"))?;
    if (version.retention.is_some() || version.hold == Some(true)) && !to.record.object_lock {
        return Err(for_good("DstBucketObjectLockConfigMissing"));
    }
    if order.owner.is_some_and(|owner| owner != to.record.account) {
        return Err(for_good("DstPutAclNotPermitted"));
    }
    let role = as_role(ctx, order).await?;
    permission::check(&role, order, &version, &to).await?;
    let (sealing, bytes) = content(&role, engine, order, &version, &to).await?;
    let replica = Replica { order, to: &to, sealing, bytes };
    match engine.put_replica(&replica).await? {
        Written::Done => replica.bytes.named(),
        Written::NotYet => return Err(Failed::Now(Fault::internal("an earlier change is on its way").into())),
    }
    Ok(())
}

/// What a handler would be given if the role called.
async fn as_role(ctx: &TaskCtx, order: &Order) -> Result<Ctx, Failed> {
    let not_permitted = |error| failed(error, "AssumeRoleNotPermitted");
    let arn = order.role().ok_or_else(|| for_good("AssumeRoleNotPermitted"))?;
    let source = format!("arn:aws:s3:::{}", order.bucket);
    let (cloud, state) = (&ctx.cloud, ctx.state::<S3>());
    let (service, session_name, source_arn) = ("s3.amazonaws.com", "s3-replication", Some(source.as_str()));
    let ask = AssumeAs { service, account: order.account, role: &arn, session_name, source_arn };
    let assumed = state.roles().assume(cloud, &ask).await;
    let sender = Sender { cloud: cloud.clone(), caller: assumed.map_err(not_permitted)?, source_arn: Some(source) };
    let region = Region::parse(&order.region).unwrap_or_else(|| cloud.default_region().clone());
    sender.stand_in::<PutObject>(&region).map_err(Failed::Now)
}

/// The content of a copy: shared, but under keys of KMS, where it is read under one and written under another.
async fn content(
    role: &Ctx,
    engine: &Engine,
    order: &Order,
    version: &ObjectRecord,
    to: &Bucket,
) -> Result<(Sealing, Bytes), Failed> {
    let there = engine.replica(to.no(), order).await?;
    let kms = match &version.sealing {
        _ if version.marker || there => return Ok((version.sealing.clone(), Bytes::None)),
        Sealing::Kms(kms) => kms,
        other => return Ok((other.clone(), Bytes::Shared)),
    };
    let from = calls::unwrap(role, kms).await.map_err(|error| failed(error, "SrcGetObjectNotPermitted"))?;
    let choice = KmsChoice { key: order.kms_key.clone(), bucket_key: kms.bucket_key, dual: kms.dual };
    let arn = match choice.bucket_key {
        true => crate::ops::address::bucket_arn(role, &to.name),
        false => object_arn(role, &to.name, &order.key),
    };
    let made = calls::data_key(role, to, &choice, arn, None).await;
    let (sealing, key) = made.map_err(|error| failed(error, "DstKmsKeyNotPermitted"))?;
    Ok((Sealing::Kms(sealing), again(engine, version, &from, &key).await?))
}

/// Reads content under one key and writes it under another, piece by piece.
async fn again(engine: &Engine, version: &ObjectRecord, from: &BlobKey, to: &BlobKey) -> Result<Bytes, Failed> {
    let (no, content) = (version.no, version.content);
    let Some(at) = content.layout(no) else {
        let whole = 0..version.length;
        let read = engine.read(no, content, Some(from.clone()), whole).await?;
        return Ok(Bytes::One(taken(engine, read, to).await?));
    };
    let layout = engine.layout(&engine.store().read().await?, at).await?;
    let mut pieces = Vec::with_capacity(layout.pieces.len());
    for piece in layout.pieces {
        let read = engine.read(no, Content::One(piece.place), Some(from.clone()), 0..piece.length).await?;
        pieces.push((taken(engine, read, to).await?, piece));
    }
    Ok(Bytes::Many(pieces))
}

async fn taken(engine: &Engine, body: ByteStream, key: &BlobKey) -> Result<Fresh, Failed> {
    let taken = engine.take_in(body, Hasher::new([]), Some(key.clone()), limits::PUT, |_| Ok(())).await?;
    Ok(taken.fresh)
}
