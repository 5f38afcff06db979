//! The operation table: what each operation touches, and the handler that does it. Reading from wires and writing to them
//! is not done here.

pub(crate) mod address;
mod bucket;
mod shown;

use address::to_bucket;
use api_s3 as api;
use service_kit::Operations;

/// All operations of the service.
pub(crate) fn table() -> Operations {
    buckets(Operations::new())
}

fn buckets(table: Operations) -> Operations {
    table
        .on::<api::CreateBucket>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::create_bucket)
        .on::<api::DeleteBucket>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::delete_bucket)
        .on::<api::GetBucketLocation>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::get_bucket_location)
        .on::<api::HeadBucket>(|ctx, i| to_bucket(ctx, &i.bucket), bucket::head_bucket)
        .on::<api::ListBuckets>(bucket::access_to_list, bucket::list_buckets)
}
