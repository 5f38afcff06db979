//! Calls to other services, in CloudTrail's name and on account of a trail: buckets, keys and topics decide by their own
//! policies, which see the trail as `aws:SourceArn` and its account as `aws:SourceAccount`.

use api_kms::{DataKeySpec, GenerateDataKey, GenerateDataKeyInput};
use api_s3::{GetBucketAcl, GetBucketAclInput, ObjectCannedACL, PutObject, PutObjectInput, ServerSideEncryption};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use names::{AccountId, Arn, Region};
use service_kit::{Cloud, Error, Fault, Parcel, Receipt, Sender};
use smithy::ByteStream;

/// Who CloudTrail is to others.
const PRINCIPAL: &str = "cloudtrail.amazonaws.com";
/// The access control list of its objects.
const LIST: ObjectCannedACL = ObjectCannedACL::BucketOwnerFullControl;
/// What a trail adds to the encryption context of its log files. Source: CloudTrail user guide, "How AWS CloudTrail uses AWS
/// KMS".
const CONTEXT: &str = "aws:cloudtrail:arn";

/// CloudTrail, on account of a trail.
pub(crate) struct Caller {
    sender: Sender,
    /// The trail's home.
    region: Region,
    arn: String,
}

/// An object to put.
#[derive(Debug, Default)]
pub(crate) struct Object {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) metadata: Vec<(String, String)>,
    /// Compressed; empty for the mark of a folder.
    pub(crate) body: Bytes,
    /// The key of KMS that encrypts it; S3's own where there is none.
    pub(crate) kms_key: Option<String>,
}

impl Caller {
    /// On account of the trail with this ARN.
    pub(crate) fn new(cloud: &Cloud, account: AccountId, region: &Region, arn: &str) -> Self {
        let sender = Sender::service(cloud, PRINCIPAL, account, arn);
        Self { sender, region: region.clone(), arn: arn.to_owned() }
    }

    /// Puts an object, which whoever owns the bucket controls. The bucket's policy decides, and the key's on the data key.
    pub(crate) async fn put(&self, object: Object) -> Result<(), Error> {
        self.sender.call::<PutObject>(&self.region, &[], self.input(object)).await.map(|_| ())
    }

    fn input(&self, object: Object) -> PutObjectInput {
        let compressed = !object.body.is_empty();
        let context = || serde_json::json!({CONTEXT: self.arn}).to_string();
        PutObjectInput {
            bucket: object.bucket,
            key: object.key,
            acl: Some(LIST),
            content_type: compressed.then(|| "application/json".to_owned()),
            content_encoding: compressed.then(|| "gzip".to_owned()),
            metadata: (!object.metadata.is_empty()).then(|| object.metadata.into_iter().collect()),
            server_side_encryption: object.kms_key.as_ref().map(|_| ServerSideEncryption::AwsKms),
            ssekms_encryption_context: object.kms_key.as_ref().map(|_| STANDARD.encode(context())),
            ssekms_key_id: object.kms_key,
            body: ByteStream::from(object.body),
            ..PutObjectInput::default()
        }
    }

    /// Looks at a bucket's access control list, which AWS asks for before anything else.
    pub(crate) async fn look_at(&self, bucket: &str) -> Result<(), Error> {
        let input = GetBucketAclInput { bucket: bucket.to_owned(), ..GetBucketAclInput::default() };
        self.sender.call::<GetBucketAcl>(&self.region, &[], input).await.map(|_| ())
    }

    /// Tries a key by a data key that is not used, for an object at `path`. Answers the ARN of the key, also where an alias names it.
    pub(crate) async fn try_key(&self, key: &str, path: &str) -> Result<String, Error> {
        let region = key.parse::<Arn>().ok().and_then(|arn| arn.region_code());
        let context = [(CONTEXT, self.arn.as_str()), ("aws:s3:arn", path)];
        let input = GenerateDataKeyInput {
            key_id: key.to_owned(),
            key_spec: Some(DataKeySpec::Aes256),
            encryption_context: Some(context.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
            ..GenerateDataKeyInput::default()
        };
        let made = self.sender.call::<GenerateDataKey>(region.as_ref().unwrap_or(&self.region), &[], input).await?;
        Ok(made.key_id.unwrap_or_else(|| key.to_owned()))
    }

    /// Publishes a message to a topic.
    pub(crate) async fn publish(&self, topic: &str, id: u128, message: String) -> Result<Receipt, Error> {
        let gone = || Error::from(Fault::internal(format!("{topic} is not the ARN of a topic")));
        let to: Arn = topic.parse().map_err(|_| gone())?;
        let parcel = Parcel { id, body: message, ..Parcel::default() };
        self.sender.cloud.deliver(&self.sender, &to, vec![parcel]).await.pop().unwrap_or_else(|| Err(gone()))
    }
}

/// The code that the other service gave for its refusal, as `GetTrailStatus` shows it.
pub(crate) fn code(error: &Error) -> String {
    match error {
        Error::Modeled(error) => error.schema.code.to_owned(),
        Error::Fault(Fault::AccessDenied { .. }) => "AccessDenied".to_owned(),
        Error::Fault(Fault::NotImplemented { .. }) => "NotImplemented".to_owned(),
        Error::Fault(_) => "InternalError".to_owned(),
    }
}

/// Whether a policy of the other service stood against it.
pub(crate) fn denied(error: &Error) -> bool {
    match error {
        Error::Modeled(error) => error.schema.status == 403 || error.schema.code == "AccessDeniedException",
        Error::Fault(fault) => matches!(fault, Fault::AccessDenied { .. }),
    }
}
