//! How a request wants content encrypted, and with which key content is read.

use api_s3::errors;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use service_kit::{Ctx, Error};
use store::blobs::BlobKey;

use super::address::{bucket_arn, object_arn};
use crate::S3;
use crate::calls;
use crate::engine::bucket::Bucket;
use crate::engine::checksum::{Algorithm, of};
use crate::engine::config::document::Document;
use crate::engine::config::encryption::refuses_customer_keys;
use crate::engine::sealing::{DefaultEncryption, KmsChoice, Sealing};
use crate::error::{
    access_denied, access_denied_because, invalid_argument, invalid_argument_hidden, invalid_request, with,
};

/// The headers of a request that speak of encryption.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    /// `x-amz-server-side-encryption`.
    pub method: Option<&'a str>,
    /// `…-aws-kms-key-id`.
    pub kms_key: Option<&'a str>,
    /// `…-context`: base64 of JSON.
    pub context: Option<&'a str>,
    /// `…-bucket-key-enabled`.
    pub bucket_key: Option<bool>,
    /// Those of a customer's key.
    pub customer: Customer<'a>,
}

/// The headers of a customer's key.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Customer<'a> {
    /// `…-customer-algorithm`.
    pub algorithm: Option<&'a str>,
    /// `…-customer-key`: base64.
    pub key: Option<&'a str>,
    /// `…-customer-key-MD5`: base64.
    pub md5: Option<&'a str>,
}

/// Those of an input.
macro_rules! asked {
    ($input:expr) => {
        $crate::ops::sealing::Asked {
            method: $input.server_side_encryption.as_ref().map(|method| method.as_str()),
            kms_key: $input.ssekms_key_id.as_deref(),
            context: $input.ssekms_encryption_context.as_deref(),
            bucket_key: $input.bucket_key_enabled,
            customer: $crate::ops::sealing::customer!($input),
        }
    };
}

/// Those of a customer's key of an input.
macro_rules! customer {
    ($input:expr) => {
        $crate::ops::sealing::Customer {
            algorithm: $input.sse_customer_algorithm.as_deref(),
            key: $input.sse_customer_key.as_deref(),
            md5: $input.sse_customer_key_md5.as_deref(),
        }
    };
}

/// Tells in an output how content is encrypted.
macro_rules! tell {
    ($output:expr, $sealing:expr) => {{
        let sealing: &$crate::engine::sealing::Sealing = $sealing;
        $output.server_side_encryption = sealing.as_str().map(|method| method.to_owned().into());
        match sealing {
            $crate::engine::sealing::Sealing::Kms(kms) => {
                $output.ssekms_key_id = Some(kms.key.clone());
                $output.bucket_key_enabled = kms.bucket_key.then_some(true);
            }
            $crate::engine::sealing::Sealing::Customer { md5, .. } => {
                $output.sse_customer_algorithm = Some("AES256".to_owned());
                $output.sse_customer_key_md5 = Some(md5.clone());
            }
            $crate::engine::sealing::Sealing::S3 => {}
        }
    }};
}

pub(crate) use {asked, customer, tell};

const HEADER: &str = "x-amz-server-side-encryption";
const WRONG_KEY: &str =
    "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.";

/// A customer's key, checked.
pub(crate) struct CustomerKey {
    secret: [u8; 32],
    md5: String,
}

impl Customer<'_> {
    /// The key, when there is one.
    pub(crate) fn key(&self) -> Result<Option<CustomerKey>, Error> {
        let wrong = |text: &str| invalid_argument_hidden(text, HEADER);
        let (algorithm, key) = match (self.algorithm, self.key, self.md5) {
            (None, None, None) => return Ok(None),
            (None, ..) => {
                return Err(wrong(
                    "Requests specifying Server Side Encryption with Customer provided keys must provide a valid \
                     encryption algorithm.",
                ));
            }
            (Some(_), None, _) => {
                return Err(wrong(
                    "Requests specifying Server Side Encryption with Customer provided keys must provide an appropriate \
                     secret key.",
                ));
            }
            (Some(algorithm), Some(key), _) => (algorithm, key),
        };
        if algorithm != "AES256" {
            let text = "The Encryption request you specified is not valid. Supported value: AES256.";
            return Err(with(
                errors::invalid_encryption_algorithm_error(text),
                api_s3::ErrorFacts {
                    argument_name: Some(HEADER.to_owned()),
                    argument_value: Some(algorithm.to_owned()),
                    ..api_s3::ErrorFacts::default()
                },
            ));
        }
        let secret: Option<[u8; 32]> = STANDARD.decode(key).ok().and_then(|key| key.try_into().ok());
        let secret = secret.ok_or_else(|| wrong("The secret key was invalid for the specified algorithm."))?;
        let md5 = STANDARD.encode(of(Algorithm::Md5, &secret));
        if self.md5.is_some_and(|claimed| claimed != md5) {
            return Err(wrong("The calculated MD5 hash of the key did not match the hash that was provided."));
        }
        Ok(Some(CustomerKey { secret, md5 }))
    }
}

/// How content is to be encrypted, with the key for it.
pub(crate) async fn chosen(
    ctx: &Ctx,
    bucket: &Bucket,
    key: &str,
    asked: Asked<'_>,
) -> Result<(Sealing, Option<BlobKey>), Error> {
    if asked.customer.algorithm.is_some()
        && let Some(method) = asked.method
    {
        let text =
            "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
        return Err(invalid_argument(text, HEADER, method));
    }
    if let Some(customer) = asked.customer.key()? {
        let engine = ctx.state::<S3>().engine();
        let config = engine.config::<Document<api_s3::ServerSideEncryptionConfiguration>>(bucket.no()).await?;
        if config.is_some_and(|Document(config)| refuses_customer_keys(&config)) {
            return Err(access_denied());
        }
        let check = engine.customer_keys().code(&customer.secret);
        let blob_key = BlobKey { secret: customer.secret, twice: false };
        return Ok((Sealing::Customer { md5: customer.md5, check }, Some(blob_key)));
    }
    match choice(bucket, asked)? {
        None => Ok((Sealing::S3, None)),
        Some(choice) => {
            let arn = match choice.bucket_key {
                true => bucket_arn(ctx, &bucket.name),
                false => object_arn(ctx, &bucket.name, key),
            };
            let (sealing, key) = calls::data_key(ctx, bucket, &choice, arn, asked.context).await?;
            Ok((Sealing::Kms(sealing), Some(key)))
        }
    }
}

/// The key of KMS that is wanted, by the request or else by the bucket.
fn choice(bucket: &Bucket, asked: Asked<'_>) -> Result<Option<KmsChoice>, Error> {
    let default = match &bucket.record.encryption {
        DefaultEncryption::S3 => None,
        DefaultEncryption::Kms(choice) => Some(choice),
    };
    let dual = match asked.method {
        None if asked.kms_key.is_some() => {
            let text = "The encryption method specified is not supported";
            return Err(invalid_argument_hidden(text, HEADER));
        }
        None => return Ok(default.cloned()),
        Some("AES256") if asked.kms_key.is_some() => {
            let text = "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : \
                        aws:kms";
            return Err(invalid_argument(text, HEADER, "AES256"));
        }
        Some("AES256") => return Ok(None),
        Some("aws:kms") => false,
        Some("aws:kms:dsse") => true,
        Some(other) => {
            return Err(invalid_argument("The encryption method specified is not supported", HEADER, other));
        }
    };
    let key = asked.kms_key.map(str::to_owned).or_else(|| default.and_then(|choice| choice.key.clone()));
    let bucket_key = asked.bucket_key.unwrap_or(default.is_some_and(|choice| choice.bucket_key)) && !dual;
    Ok(Some(KmsChoice { key, bucket_key, dual }))
}

/// The key that a version is read with.
pub(crate) async fn to_read(ctx: &Ctx, sealing: &Sealing, customer: Customer<'_>) -> Result<Option<BlobKey>, Error> {
    match sealing {
        Sealing::Kms(kms) => {
            recognise(ctx, sealing, customer)?;
            calls::unwrap(ctx, kms).await.map(Some)
        }
        _ => recognise(ctx, sealing, customer),
    }
}

/// The key that a request shows, which must be that of the version.
pub(crate) fn recognise(ctx: &Ctx, sealing: &Sealing, customer: Customer<'_>) -> Result<Option<BlobKey>, Error> {
    // A key of the wrong length is to a reader a wrong key like any other.
    let odd = |key: &str| STANDARD.decode(key).map_or(true, |key| key.len() != 32);
    let known = matches!(sealing, Sealing::Customer { .. }) && customer.algorithm == Some("AES256");
    if known && customer.key.is_some_and(odd) {
        return Err(access_denied_because(WRONG_KEY));
    }
    match (sealing, customer.key()?) {
        (Sealing::Customer { check, .. }, Some(shown)) => {
            if !ctx.state::<S3>().engine().customer_keys().is_code(&shown.secret, check) {
                return Err(access_denied_because(WRONG_KEY));
            }
            Ok(Some(BlobKey { secret: shown.secret, twice: false }))
        }
        (Sealing::Customer { .. }, None) => Err(invalid_request(
            "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve \
             the object.",
        )),
        (_, Some(_)) => Err(invalid_request("The encryption parameters are not applicable to this object.")),
        (Sealing::S3 | Sealing::Kms(_), None) => Ok(None),
    }
}

/// The key of a part, which must be that of its upload.
pub(crate) async fn of_upload(ctx: &Ctx, sealing: &Sealing, customer: Customer<'_>) -> Result<Option<BlobKey>, Error> {
    let shown = customer.key()?;
    match (sealing, shown) {
        (Sealing::Customer { .. }, None) => Err(invalid_request(
            "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate \
             encryption parameters.",
        )),
        (Sealing::Customer { check, .. }, Some(shown)) => {
            if !ctx.state::<S3>().engine().customer_keys().is_code(&shown.secret, check) {
                return Err(invalid_request(
                    "The provided encryption parameters did not match the ones used originally.",
                ));
            }
            Ok(Some(BlobKey { secret: shown.secret, twice: false }))
        }
        (_, Some(_)) => Err(invalid_request(
            "The multipart upload initiate did not request encryption. Please resend the request without sending encryption \
             parameters.",
        )),
        (sealing, None) => to_read(ctx, sealing, Customer::default()).await,
    }
}
