//! Calls to other services: changes brought to streams of Kinesis; files in S3; keys of KMS.

pub(crate) mod keys;

use std::sync::Arc;
use std::time::Duration;

use api_s3::{
    GetObject, GetObjectInput, ListObjectsV2, ListObjectsV2Input, PutObject, PutObjectInput, ServerSideEncryption,
};
use bytes::Bytes;
use delivery::{Courier, Curve, Failure, Intent, Lane, Retries, Verdict};
use names::{AccountId, Arn, Region};
use service_kit::{BoxFuture, Caller, Cloud, Ctx, Error, Fault, Parcel, Sender, TaskCtx};
use smithy::ByteStream;

use crate::Dynamo;
use crate::engine::destination::of_lane;
use crate::engine::sealing::{Sealing, text_of};
use crate::engine::table::Home;
use crate::store::{ExportRecord, ImportRecord};

/// How long a change is offered to a stream ("Change data capture for Kinesis Data Streams": up to 24 hours).
const OFFERED: Duration = Duration::from_secs(24 * 3_600);
/// Records brought by one call (`PutRecords` takes 500).
const AT_ONCE: usize = 100;

/// Brings changes to streams.
pub(crate) struct ToKinesis;

impl Courier for ToKinesis {
    fn lane<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str) -> BoxFuture<'a, Result<Option<Lane>, Error>> {
        Box::pin(async move {
            let Some((no, home, stream)) = of_lane(lane) else { return Ok(None) };
            let table = ctx.state::<Dynamo>().engine().lookup(&home).await?;
            let told = table.filter(|table| table.no == no).is_some_and(|table| {
                table.state().record.destinations.iter().any(|known| known.stream == stream && known.on)
            });
            Ok(told.then(|| Lane { batch: AT_ONCE, ..Lane::new(retries()) }))
        })
    }

    fn deliver<'a>(&'a self, ctx: &'a TaskCtx, lane: &'a str, intents: &'a [Intent]) -> BoxFuture<'a, Vec<Verdict>> {
        Box::pin(async move {
            let parsed = of_lane(lane).and_then(|(no, home, stream)| Some((no, home, stream.parse::<Arn>().ok()?)));
            let Some((no, home, stream)) = parsed else {
                let refused = Verdict::Refused(Failure::new("InvalidArn", lane));
                return vec![refused; intents.len()];
            };
            let parcel = |intent: &Intent, sealing: Option<&Sealing>| {
                let partition_key = Some(String::from_utf8_lossy(&intent.note).into_owned());
                Ok(Parcel { id: intent.id, body: text_of(sealing, &intent.body)?, partition_key, ..Parcel::default() })
            };
            let opened = match ctx.state::<Dynamo>().engine().sealing(&home.scope(), no).await {
                Ok(sealing) => intents.iter().map(|intent| parcel(intent, sealing.as_ref())).collect::<Result<_, _>>(),
                Err(refusal) => Err(Error::from(refusal)),
            };
            let parcels = match opened {
                Ok(parcels) => parcels,
                Err(error) => return vec![verdict(&error); intents.len()],
            };
            let taken = ctx.cloud.deliver(&sender(ctx, &home), &stream, parcels).await;
            taken.into_iter().map(|taken| taken.map_or_else(|error| verdict(&error), |_| Verdict::Delivered)).collect()
        })
    }
}

/// AWS's service-linked role for this may write to every stream of its account.
fn sender(ctx: &TaskCtx, home: &Home) -> Sender {
    let caller = Arc::new(Caller::internal("dynamodb", home.account));
    Sender { cloud: ctx.cloud.clone(), caller, source_arn: Some(home.arn().to_string()) }
}

/// A stream that is not there may be there again; nothing else mends itself but time.
fn verdict(error: &Error) -> Verdict {
    match error {
        Error::Fault(Fault::NotImplemented { .. }) => {
            Verdict::Refused(Failure::new("NotImplemented", error.to_string()))
        }
        other => Verdict::Retry(Failure::new("Failed", other.to_string())),
    }
}

fn retries() -> Retries {
    Retries {
        growing: 10,
        after: u32::MAX - 20,
        shortest: Duration::from_secs(1),
        longest: Duration::from_secs(60),
        curve: Curve::Exponential,
        oldest: Some(OFFERED),
        ..Retries::none()
    }
}

/// Files in S3 of an export or an import.
pub(crate) struct Bucket {
    account: AccountId,
    region: Region,
    name: String,
    owner: Option<String>,
    sealed: Option<String>,
    key: Option<String>,
}

impl Bucket {
    /// To which a table is exported.
    pub(crate) fn of_export(home: &Home, record: &ExportRecord) -> Self {
        Self {
            account: home.account,
            region: home.region.clone(),
            name: record.bucket.clone(),
            owner: record.owner.clone(),
            sealed: record.sealed.clone(),
            key: record.key.clone(),
        }
    }

    /// From which a table is imported.
    pub(crate) fn of_import(home: &Home, record: &ImportRecord) -> Self {
        Self {
            account: home.account,
            region: home.region.clone(),
            name: record.bucket.clone(),
            owner: record.owner.clone(),
            sealed: None,
            key: None,
        }
    }

    /// DynamoDB itself: that the caller may was decided when it began.
    fn caller(&self) -> Arc<Caller> {
        Arc::new(Caller::internal("dynamodb", self.account))
    }

    fn putting(&self, key: &str, content: Bytes) -> PutObjectInput {
        let sealed = match self.sealed.as_deref() {
            Some("KMS") => Some(ServerSideEncryption::AwsKms),
            Some(_) => Some(ServerSideEncryption::Aes256),
            None => None,
        };
        PutObjectInput {
            bucket: self.name.clone(),
            key: key.to_owned(),
            content_length: i64::try_from(content.len()).ok(),
            body: content.into(),
            expected_bucket_owner: self.owner.clone(),
            server_side_encryption: sealed,
            ssekms_key_id: self.key.clone(),
            ..PutObjectInput::default()
        }
    }

    fn listing(&self, prefix: &str, token: Option<String>) -> ListObjectsV2Input {
        ListObjectsV2Input {
            bucket: self.name.clone(),
            prefix: Some(prefix.to_owned()),
            continuation_token: token,
            expected_bucket_owner: self.owner.clone(),
            ..ListObjectsV2Input::default()
        }
    }
}

/// Writes a file; answers its entity tag.
pub(crate) async fn put(cloud: &Cloud, bucket: &Bucket, key: &str, content: Bytes) -> Result<String, Error> {
    let put = cloud.call::<PutObject>(bucket.caller(), bucket.region.clone(), bucket.putting(key, content)).await?;
    Ok(put.e_tag.unwrap_or_default())
}

/// The same as whoever calls.
pub(crate) async fn put_as_caller(ctx: &Ctx, bucket: &Bucket, key: &str, content: Bytes) -> Result<(), Error> {
    ctx.call::<PutObject>(bucket.putting(key, content)).await.map(drop)
}

/// Looks whether whoever calls may see what is there.
pub(crate) async fn list_as_caller(ctx: &Ctx, bucket: &Bucket, prefix: &str) -> Result<(), Error> {
    ctx.call::<ListObjectsV2>(bucket.listing(prefix, None)).await.map(drop)
}

/// Keys of all files, but for folders.
pub(crate) async fn list(cloud: &Cloud, bucket: &Bucket, prefix: &str) -> Result<Vec<String>, Error> {
    let (mut keys, mut token) = (Vec::new(), None);
    loop {
        let input = bucket.listing(prefix, token);
        let page = cloud.call::<ListObjectsV2>(bucket.caller(), bucket.region.clone(), input).await?;
        let found = page.contents.unwrap_or_default().into_iter().filter_map(|object| object.key);
        keys.extend(found.filter(|key| !key.ends_with('/')));
        token = page.next_continuation_token;
        if token.is_none() {
            return Ok(keys);
        }
    }
}

/// A file, in pieces.
pub(crate) async fn get(cloud: &Cloud, bucket: &Bucket, key: &str) -> Result<ByteStream, Error> {
    let input = GetObjectInput {
        bucket: bucket.name.clone(),
        key: key.to_owned(),
        expected_bucket_owner: bucket.owner.clone(),
        ..GetObjectInput::default()
    };
    Ok(cloud.call::<GetObject>(bucket.caller(), bucket.region.clone(), input).await?.body)
}

/// The next piece of a file.
pub(crate) async fn piece(file: &mut ByteStream) -> Result<Option<Bytes>, Error> {
    let piece = std::future::poll_fn(|cx| file.pieces.as_mut().poll_next(cx)).await;
    piece.transpose().map_err(|error| Fault::internal(error.to_string()).into())
}
