//! Which objects a manifest names. Pure.

use api_s3control::JobManifestFieldName;
use serde::Deserialize;

use super::TaskRecord;
use crate::engine::sheet;

/// What the columns of a manifest are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    bucket: usize,
    key: usize,
    version: Option<usize>,
    count: usize,
}

/// The manifest of an inventory: where its lists are.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inventory {
    /// The bucket they are in, as an ARN.
    pub(crate) destination_bucket: String,
    /// Names of the columns.
    pub(crate) file_schema: String,
    /// The lists.
    pub(crate) files: Vec<Listed>,
}

/// One list.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Listed {
    /// Its key.
    pub(crate) key: String,
}

impl Columns {
    /// As a job names them.
    pub(crate) fn of_fields(fields: &[JobManifestFieldName]) -> Option<Self> {
        let at = |field: JobManifestFieldName| fields.iter().position(|known| *known == field);
        Some(Self {
            bucket: at(JobManifestFieldName::Bucket)?,
            key: at(JobManifestFieldName::Key)?,
            version: at(JobManifestFieldName::VersionId),
            count: fields.len(),
        })
    }

    /// As an inventory names them: `Bucket, Key, VersionId, …`.
    pub(crate) fn of_schema(schema: &str) -> Option<Self> {
        let names: Vec<&str> = schema.split(',').map(str::trim).collect();
        let at = |name: &str| names.iter().position(|known| *known == name);
        Some(Self { bucket: at("Bucket")?, key: at("Key")?, version: at("VersionId"), count: names.len() })
    }

    /// The object that a line names; none when it is no line of these columns.
    pub(crate) fn task(&self, line: &str) -> Option<TaskRecord> {
        let fields = sheet::fields(line);
        if fields.len() != self.count {
            return None;
        }
        let version = self.version.map(|at| fields[at].clone()).filter(|version| !version.is_empty());
        let (bucket, key) = (fields[self.bucket].clone(), sheet::decoded(&fields[self.key]));
        Some(TaskRecord { bucket, key, version, outcome: None }).filter(|task| !task.key.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_name_objects() {
        use JobManifestFieldName::{Bucket, Ignore, Key, VersionId};
        let columns = Columns::of_fields(&[Bucket, Ignore, Key, VersionId]).unwrap();
        let task = columns.task("b,x,a%20b/%2B,v").unwrap();
        assert_eq!((task.bucket.as_str(), task.key.as_str(), task.version.as_deref()), ("b", "a b/+", Some("v")));
        assert_eq!(columns.task("b,x,k,").unwrap().version, None);
        assert_eq!(columns.task("b,k"), None);
        assert_eq!(Columns::of_fields(&[Bucket]), None);
        let columns = Columns::of_schema("Bucket, Key, Size").unwrap();
        assert_eq!(columns.task("\"b\",\"k\",\"4\"").unwrap().key, "k");
    }
}
