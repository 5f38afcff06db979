//! Which jobs are taken. Pure.

use api_s3control::{
    CreateJobInput, JobManifest, JobManifestFieldName, JobManifestFormat, JobOperation, OperationName,
};

/// Why a job is not taken, in words: AWS's are not published.
pub(crate) type Refused = &'static str;

/// The one operation of a job, and whether it is there.
pub(crate) fn operation(asked: &JobOperation) -> Result<(OperationName, bool), Refused> {
    let named = [
        (asked.lambda_invoke.is_some(), OperationName::LambdaInvoke, false),
        (asked.s3_put_object_copy.is_some(), OperationName::S3PutObjectCopy, true),
        (asked.s3_put_object_acl.is_some(), OperationName::S3PutObjectAcl, true),
        (asked.s3_put_object_tagging.is_some(), OperationName::S3PutObjectTagging, true),
        (asked.s3_delete_object_tagging.is_some(), OperationName::S3DeleteObjectTagging, true),
        (asked.s3_initiate_restore_object.is_some(), OperationName::S3InitiateRestoreObject, true),
        (asked.s3_put_object_legal_hold.is_some(), OperationName::S3PutObjectLegalHold, true),
        (asked.s3_put_object_retention.is_some(), OperationName::S3PutObjectRetention, true),
        (asked.s3_replicate_object.is_some(), OperationName::S3ReplicateObject, true),
        (asked.s3_compute_object_checksum.is_some(), OperationName::S3ComputeObjectChecksum, false),
        (asked.s3_update_object_encryption.is_some(), OperationName::S3UpdateObjectEncryption, false),
    ];
    let mut named = named.into_iter().filter(|(named, ..)| *named).map(|(_, name, here)| (name, here));
    match (named.next(), named.next()) {
        (Some(one), None) => Ok(one),
        _ => Err("Exactly one operation must be specified"),
    }
}

/// Whether a request makes sense as a whole.
pub(crate) fn check(asked: &CreateJobInput) -> Result<(), Refused> {
    match (&asked.manifest, &asked.manifest_generator) {
        (Some(manifest), None) => check_manifest(manifest)?,
        (None, Some(_)) => {}
        _ => return Err("Exactly one of Manifest and ManifestGenerator must be specified"),
    }
    let report = &asked.report;
    let told = report.bucket.is_some() && report.format.is_some() && report.report_scope.is_some();
    match report.enabled && !told {
        true => Err("Bucket, Format and ReportScope must be specified when a report is enabled"),
        false => Ok(()),
    }
}

fn check_manifest(manifest: &JobManifest) -> Result<(), Refused> {
    let fields = manifest.spec.fields.as_deref().unwrap_or_default();
    let has = |field| fields.contains(&field);
    match manifest.spec.format {
        JobManifestFormat::S3BatchOperationsCsv20180820
            if !has(JobManifestFieldName::Bucket) || !has(JobManifestFieldName::Key) =>
        {
            Err("Manifest spec must have the fields Bucket and Key")
        }
        JobManifestFormat::S3InventoryReportCsv20161130 if !fields.is_empty() => {
            Err("Fields must not be specified for this manifest format")
        }
        JobManifestFormat::Unknown(_) => Err("Manifest format is not supported"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_s3control::{S3DeleteObjectTaggingOperation, S3ReplicateObjectOperation};

    #[test]
    fn a_job_does_one_thing() {
        let mut asked = JobOperation::default();
        assert!(operation(&asked).is_err());
        asked.s3_replicate_object = Some(S3ReplicateObjectOperation {});
        assert_eq!(operation(&asked), Ok((OperationName::S3ReplicateObject, true)));
        asked.s3_delete_object_tagging = Some(S3DeleteObjectTaggingOperation {});
        assert!(operation(&asked).is_err());
    }
}
