//! Code as calls bring it: in the request, or from a bucket, read in the caller's name.

use api_lambda as api;
use api_s3::{GetObject, GetObjectInput};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use service_kit::{Ctx, Error};

use crate::engine::package::Package;
use crate::error::{bad_package, invalid, too_large};
use crate::limits;

/// Where code is.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) zip: Option<Bytes>,
    pub(super) bucket: Option<String>,
    pub(super) key: Option<String>,
    pub(super) version: Option<String>,
}

impl From<api::FunctionCode> for Source {
    fn from(code: api::FunctionCode) -> Self {
        Self { zip: code.zip_file, bucket: code.s3_bucket, key: code.s3_key, version: code.s3_object_version }
    }
}

impl From<api::LayerVersionContentInput> for Source {
    fn from(content: api::LayerVersionContentInput) -> Self {
        Self {
            zip: content.zip_file,
            bucket: content.s3_bucket,
            key: content.s3_key,
            version: content.s3_object_version,
        }
    }
}

/// Reads and checks a package.
pub(super) async fn package(ctx: &Ctx, operation: &str, source: Source) -> Result<Package, Error> {
    let bytes = match (source.zip, source.bucket, source.key) {
        (Some(bytes), None, _) => {
            check_size(operation, &bytes)?;
            bytes
        }
        (None, Some(bucket), Some(key)) => fetch(ctx, bucket, key, source.version).await?,
        (None, Some(_), None) => return Err(invalid("Please provide a source for function code.")),
        (Some(_), Some(_), _) => {
            return Err(invalid("Please do not provide other FunctionCode parameters when providing a ZipFile."));
        }
        (None, None, _) => return Err(invalid("Please provide a source for function code.")),
    };
    // Large packages take a while to read: others are served meanwhile.
    let checked = tokio::task::spawn_blocking(move || Package::check(bytes)).await;
    let checked = checked.map_err(|error| service_kit::Fault::internal(error.to_string()))?;
    checked.map_err(bad_package)
}

fn check_size(operation: &str, bytes: &Bytes) -> Result<(), Error> {
    if bytes.len() > limits::REQUEST / 4 * 3 {
        return Err(too_large(format!(
            "Request must be smaller than {} bytes for the {operation} operation",
            limits::REQUEST
        )));
    }
    if bytes.len() > limits::ZIPPED {
        return Err(too_large(format!("Zipped size must be smaller than {} bytes", limits::ZIPPED)));
    }
    Ok(())
}

async fn fetch(ctx: &Ctx, bucket: String, key: String, version_id: Option<String>) -> Result<Bytes, Error> {
    let input = GetObjectInput { bucket, key, version_id, ..GetObjectInput::default() };
    let object = ctx.call::<GetObject>(input).await.map_err(refused)?;
    let mut bytes = BytesMut::new();
    let mut pieces = object.body.pieces;
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.map_err(Error::from_body)?);
        if bytes.len() as u64 > limits::UNZIPPED {
            return Err(invalid(format!("Unzipped size must be smaller than {} bytes", limits::UNZIPPED)));
        }
    }
    Ok(bytes.freeze())
}

/// What S3 refused, in Lambda's words.
fn refused(error: Error) -> Error {
    match error {
        Error::Modeled(told) => invalid(format!(
            "Error occurred while GetObject. S3 Error Code: {}. S3 Error Message: {}",
            told.schema.code, told.message
        )),
        fault @ Error::Fault(_) => fault,
    }
}
