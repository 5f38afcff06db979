//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

pub(crate) mod address;
mod attributes;
mod bucket;
pub(crate) mod checksums;
mod config;
mod copy;
mod delete;
pub(crate) mod draft;
mod listing;
mod object;
mod object_acl;
mod object_lock;
mod restore;
pub(crate) mod sealing;
pub(crate) mod second_factor;
mod shown;
mod tagging;
mod upload;
mod words;

use address::to_bucket;
use api_s3 as api;
use service_kit::Operations;

use crate::access::{bucket as of_bucket, object as of_object};

/// What an operation on an object needs, with the tags that the object has.
macro_rules! tagged {
    ($ctx:expr, $input:expr, $asked:expr) => {
        of_object::with_its_tags($ctx, &$input.bucket, &$input.key, $input.version_id.as_ref(), $asked)
    };
}

/// All operations of the service.
pub(crate) fn table() -> Operations {
    config::add(uploads(properties(objects(buckets(Operations::new())))))
}

fn buckets(table: Operations) -> Operations {
    table
        .on::<api::CreateBucket>(of_bucket::create, bucket::create_bucket)
        .on::<api::DeleteBucket>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::delete_bucket)
        .on::<api::GetBucketLocation>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::get_bucket_location)
        .on::<api::HeadBucket>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::head_bucket)
        .on::<api::ListBuckets>(bucket::access_to_list, bucket::list_buckets)
}

fn objects(table: Operations) -> Operations {
    table
        .on::<api::CopyObject>(of_object::copy, copy::copy_object)
        .on::<api::DeleteObject>(
            |ctx, i| of_object::delete(ctx, &i.bucket, &i.key, i.version_id.as_ref(), i.bypass_governance_retention),
            delete::delete_object,
        )
        .on::<api::DeleteObjects>(delete::access_to_many, delete::delete_objects)
        .on_read::<api::GetObject>(
            |ctx, i| tagged!(ctx, i, of_object::read(ctx, &i.bucket, &i.key, i.version_id.as_ref())),
            object::get_object,
        )
        .on::<api::GetObjectAttributes>(of_object::attributes, attributes::get_object_attributes)
        .on_read::<api::HeadObject>(
            |ctx, i| tagged!(ctx, i, of_object::read(ctx, &i.bucket, &i.key, i.version_id.as_ref())),
            object::head_object,
        )
        .on::<api::ListObjectVersions>(
            |ctx, i| of_bucket::list(ctx, &i.bucket, i.prefix.as_ref(), i.delimiter.as_ref(), i.max_keys),
            listing::list_object_versions,
        )
        .on::<api::ListObjects>(
            |ctx, i| of_bucket::list(ctx, &i.bucket, i.prefix.as_ref(), i.delimiter.as_ref(), i.max_keys),
            listing::list_objects,
        )
        .on::<api::ListObjectsV2>(
            |ctx, i| of_bucket::list(ctx, &i.bucket, i.prefix.as_ref(), i.delimiter.as_ref(), i.max_keys),
            listing::list_objects_v2,
        )
        .on::<api::PutObject>(of_object::put, object::put_object)
        .on::<api::RestoreObject>(|ctx, i| of_object::any(ctx, &i.bucket, &i.key), restore::restore_object)
}

fn properties(table: Operations) -> Operations {
    table
        .on_read::<api::DeleteObjectTagging>(
            |ctx, i| {
                let names = ("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging");
                let asked = of_object::versioned(ctx, &i.bucket, &i.key, i.version_id.as_ref(), names.0, names.1);
                tagged!(ctx, i, asked)
            },
            tagging::delete_object_tagging,
        )
        .on_read::<api::GetObjectAcl>(
            |ctx, i| {
                let names = ("s3:GetObjectAcl", "s3:GetObjectVersionAcl");
                let asked = of_object::versioned(ctx, &i.bucket, &i.key, i.version_id.as_ref(), names.0, names.1);
                tagged!(ctx, i, asked)
            },
            object_acl::get_object_acl,
        )
        .on::<api::GetObjectLegalHold>(
            |ctx, i| of_object::any(ctx, &i.bucket, &i.key),
            object_lock::get_object_legal_hold,
        )
        .on::<api::GetObjectRetention>(
            |ctx, i| of_object::any(ctx, &i.bucket, &i.key),
            object_lock::get_object_retention,
        )
        .on_read::<api::GetObjectTagging>(
            |ctx, i| {
                let names = ("s3:GetObjectTagging", "s3:GetObjectVersionTagging");
                let asked = of_object::versioned(ctx, &i.bucket, &i.key, i.version_id.as_ref(), names.0, names.1);
                tagged!(ctx, i, asked)
            },
            tagging::get_object_tagging,
        )
        .on_read::<api::PutObjectAcl>(|ctx, i| tagged!(ctx, i, of_object::put_acl(ctx, i)), object_acl::put_object_acl)
        .on::<api::PutObjectLegalHold>(of_object::put_hold, object_lock::put_object_legal_hold)
        .on::<api::PutObjectRetention>(of_object::put_retention, object_lock::put_object_retention)
        .on_read::<api::PutObjectTagging>(
            |ctx, i| tagged!(ctx, i, of_object::put_tagging(ctx, i)),
            tagging::put_object_tagging,
        )
}

fn uploads(table: Operations) -> Operations {
    table
        .on::<api::AbortMultipartUpload>(
            |ctx, i| of_object::any(ctx, &i.bucket, &i.key),
            upload::abort_multipart_upload,
        )
        .on::<api::CompleteMultipartUpload>(
            |ctx, i| of_object::any(ctx, &i.bucket, &i.key),
            upload::complete_multipart_upload,
        )
        .on::<api::CreateMultipartUpload>(of_object::begin, upload::create_multipart_upload)
        .on::<api::ListMultipartUploads>(|ctx, i| of_bucket::any(ctx, &i.bucket), listing::list_multipart_uploads)
        .on::<api::ListParts>(|ctx, i| of_object::any(ctx, &i.bucket, &i.key), upload::list_parts)
        .on::<api::UploadPart>(|ctx, i| of_object::any(ctx, &i.bucket, &i.key), upload::upload_part)
        .on::<api::UploadPartCopy>(of_object::copy_part, copy::upload_part_copy)
}
