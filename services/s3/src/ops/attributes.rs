//! What an object is made of, chosen by whoever asks.

use api_s3::{
    Checksum, GetObjectAttributes, GetObjectAttributesInput, GetObjectAttributesOutput, GetObjectAttributesParts,
    ObjectAttributes, ObjectPart,
};
use service_kit::{Ctx, Error, Outcome};

use super::checksums::show;
use super::object::{pieces, shown_version};
use super::sealing::{self, customer};
use super::{address, listing, shown};
use crate::S3;
use crate::engine::checksum::{Checksum as Sum, Extent};
use crate::engine::content::Piece;
use crate::error::{invalid_argument, is_marker};
use crate::store::ObjectRecord;

/// Tells what was asked for of an object.
pub(crate) async fn get_object_attributes(ctx: &Ctx, input: GetObjectAttributesInput) -> Outcome<GetObjectAttributes> {
    let bucket = address::bucket(ctx, &input.bucket, input.expected_bucket_owner.as_deref()).await?;
    if let Some(unknown) = input.object_attributes.iter().find(|name| matches!(name, ObjectAttributes::Unknown(_))) {
        let text = "Invalid attribute name specified.";
        return Err(invalid_argument(text, "x-amz-object-attributes", unknown.as_str()));
    }
    let record = ctx.state::<S3>().engine().find(&bucket, &input.key, input.version_id.as_deref()).await?;
    if record.marker {
        return Err(is_marker("GET", None));
    }
    sealing::recognise(ctx, &record.sealing, customer!(input))?;
    let asked = |name: ObjectAttributes| input.object_attributes.contains(&name);
    let mut output = GetObjectAttributesOutput {
        last_modified: Some(record.modified),
        version_id: shown_version(ctx, &bucket, &record),
        request_charged: shown::charged(ctx, &bucket),
        ..GetObjectAttributesOutput::default()
    };
    if asked(ObjectAttributes::ETag) {
        output.e_tag = Some(record.etag.bare());
    }
    if asked(ObjectAttributes::StorageClass) {
        output.storage_class = Some(record.class.as_str().to_owned().into());
    }
    if asked(ObjectAttributes::ObjectSize) {
        output.object_size = i64::try_from(record.length).ok();
    }
    if asked(ObjectAttributes::Checksum) {
        output.checksum = record.checksum.as_ref().map(checksum);
    }
    if asked(ObjectAttributes::ObjectParts) && record.etag.parts.is_some() {
        output.object_parts = Some(parts(ctx, &record, input.max_parts, input.part_number_marker).await?);
    }
    Ok(output)
}

/// Here a checksum of checksums is told without their number.
fn checksum(sum: &Sum) -> Checksum {
    let mut shown = Checksum { checksum_type: Some(sum.extent.as_str().to_owned().into()), ..Checksum::default() };
    show!(shown, sum.algorithm, Sum { parts: None, ..sum.clone() }.text());
    shown
}

async fn parts(
    ctx: &Ctx,
    record: &ObjectRecord,
    most: Option<i32>,
    after: Option<i32>,
) -> Result<GetObjectAttributesParts, Error> {
    let most = listing::most(most, "max-parts")?;
    let pieces = pieces(ctx, record).await?;
    let composite = record.checksum.as_ref().filter(|sum| sum.extent == Extent::Composite);
    // Parts are told one by one only where their checksums mean something.
    let Some(composite) = composite else {
        return Ok(GetObjectAttributesParts {
            total_parts_count: i32::try_from(pieces.len()).ok(),
            ..GetObjectAttributesParts::default()
        });
    };
    let marker = after.unwrap_or_default();
    let later: Vec<&Piece> = pieces.iter().filter(|piece| i32::from(piece.number) > marker).collect();
    let shown: Vec<ObjectPart> = later.iter().take(most).map(|piece| part(piece, composite)).collect();
    Ok(GetObjectAttributesParts {
        total_parts_count: i32::try_from(pieces.len()).ok(),
        part_number_marker: Some(marker),
        next_part_number_marker: Some(shown.last().and_then(|part| part.part_number).unwrap_or_default()),
        max_parts: i32::try_from(most).ok(),
        is_truncated: Some(later.len() > most),
        parts: Some(shown),
    })
}

fn part(piece: &Piece, composite: &Sum) -> ObjectPart {
    let mut part = ObjectPart {
        part_number: Some(piece.number.into()),
        size: i64::try_from(piece.length).ok(),
        ..ObjectPart::default()
    };
    if let Some(value) = &piece.checksum {
        show!(part, composite.algorithm, Sum::full(composite.algorithm, value.clone()).text());
    }
    part
}
