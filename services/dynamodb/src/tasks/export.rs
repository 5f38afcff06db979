//! Exports: items and changes written to S3, with manifests that tell what is where
//! ("DynamoDB table export output format").

use std::io::Write;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use md5::{Digest, Md5};
use names::Timestamp;
use serde_json::{Value as Json, json};
use service_kit::{Cloud, Error};

use crate::calls::{self, Bucket};
use crate::engine::Engine;
use crate::engine::refusal::Refusal;
use crate::engine::snapshot::Snapshot;
use crate::engine::table::{Home, Table};
use crate::engine::transfer::Format;
use crate::engine::transfer::lines::{change_line, item_line};
use crate::engine::value::item_size;
use crate::ops::export_arn;
use crate::store::{ExportRecord, Progress};

/// Bytes of a file before it is packed.
const FILE: usize = 16 * 1_024 * 1_024;

/// Where the files of an export lie.
pub(crate) fn folder(record: &ExportRecord, id: &str) -> String {
    let prefix =
        record.prefix.as_deref().map(|prefix| prefix.trim_end_matches('/')).filter(|prefix| !prefix.is_empty());
    prefix.map_or_else(|| format!("AWSDynamoDB/{id}"), |prefix| format!("{prefix}/AWSDynamoDB/{id}"))
}

/// An export at work.
struct Export<'a> {
    cloud: &'a Cloud,
    bucket: Bucket,
    record: ExportRecord,
    folder: String,
    id: &'a str,
    /// What is written of the next file.
    held: String,
    held_items: u64,
    /// Lines of the manifest of files.
    files: Vec<Json>,
}

/// Does exports that are under way, and tells how they went.
pub(crate) async fn run(cloud: &Cloud, engine: &Engine) -> Result<(), Error> {
    for (home, id, record) in engine.exports_under_way().await? {
        let now = engine.now();
        let done = match export(cloud, engine, &home, &id, record.clone()).await {
            Ok(done) => ExportRecord { progress: Progress::Done(engine.now()), ..done },
            Err(error) => {
                let progress = Progress::Failed(now, "S3AccessDenied".to_owned(), error.to_string());
                ExportRecord { progress, ..record }
            }
        };
        engine.put_export(&home, &id, &done).await?;
    }
    Ok(())
}

async fn export(
    cloud: &Cloud,
    engine: &Engine,
    home: &Home,
    id: &str,
    record: ExportRecord,
) -> Result<ExportRecord, Error> {
    let table = engine.lookup(home).await?.filter(|table| table.no == record.table);
    let table = table.ok_or_else(|| Error::from(Refusal::NoTable(home.name.clone())))?;
    let bucket = Bucket::of_export(home, &record);
    let folder = folder(&record, id);
    let mut export =
        Export { cloud, bucket, record, folder, id, held: String::new(), held_items: 0, files: Vec::new() };
    export.write(engine, &table).await?;
    export.finish(engine.now(), home).await?;
    Ok(export.record)
}

impl Export<'_> {
    async fn write(&mut self, engine: &Engine, table: &Table) -> Result<(), Error> {
        (self.record.items, self.record.bytes) = (0, 0);
        if let Some((from, with_old)) = self.record.changes {
            for change in engine.changed(table, from, self.record.at, with_old).await? {
                let size = change.new.as_ref().map_or(0, item_size) + change.old.as_ref().map_or(0, item_size);
                let line = change_line(&self.record.format, &change);
                self.add(&line, size).await?;
            }
        } else {
            let view = engine.store().read().await?;
            let mut snapshot = Snapshot::new(&view, table, self.record.at).await?;
            while let Some(items) = snapshot.next().await? {
                for item in items {
                    let line = item_line(&self.record.format, &item);
                    self.add(&line, item_size(&item)).await?;
                }
            }
        }
        // Of what is empty there is one empty file.
        if self.held_items > 0 || self.files.is_empty() { self.flush().await } else { Ok(()) }
    }

    async fn add(&mut self, line: &str, size: usize) -> Result<(), Error> {
        self.held.push_str(line);
        self.held_items += 1;
        self.record.items += 1;
        self.record.bytes += size as u64;
        if self.held.len() >= FILE { self.flush().await } else { Ok(()) }
    }

    /// Writes a file of data. Its name is made of the export's: done again, it is the same file.
    async fn flush(&mut self) -> Result<(), Error> {
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        let packing = packed.write_all(self.held.as_bytes()).and_then(|()| packed.finish());
        let packed = packing.map_err(|error| service_kit::Fault::internal(error.to_string()))?;
        let name = digest::digest(&digest::SHA256, format!("{}/{}", self.id, self.files.len()).as_bytes());
        let name: String = name.as_ref()[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let ending = if self.record.format == Format::Ion { "ion" } else { "json" };
        let base = match self.record.changes {
            // Changes of all exports to a place lie in one folder.
            Some(_) => self.folder.trim_end_matches(self.id).to_owned() + "data",
            None => format!("{}/data", self.folder),
        };
        let (key, sum) = (format!("{base}/{name}.{ending}.gz"), Md5::digest(&packed));
        let e_tag = calls::put(self.cloud, &self.bucket, &key, packed.into()).await?;
        self.files.push(json!({
            "itemCount": self.held_items,
            "md5Checksum": STANDARD.encode(sum),
            "etag": e_tag.trim_matches('"'),
            "dataFileS3Key": key,
        }));
        self.held.clear();
        self.held_items = 0;
        Ok(())
    }

    /// Writes the manifests, each with its checksum.
    async fn finish(&mut self, now: Timestamp, home: &Home) -> Result<(), Error> {
        let files: String = self.files.iter().map(|file| format!("{file}\n")).collect();
        let summary = self.summary(now, home).to_string();
        for (name, content) in [("manifest-files", files), ("manifest-summary", summary)] {
            let sum = STANDARD.encode(Md5::digest(content.as_bytes()));
            for (ending, content) in [("json", content), ("checksum", sum)] {
                let key = format!("{}/{name}.{ending}", self.folder);
                calls::put(self.cloud, &self.bucket, &key, Bytes::from(content)).await?;
            }
        }
        Ok(())
    }

    fn summary(&self, now: Timestamp, home: &Home) -> Json {
        let record = &self.record;
        let instant = |at: Timestamp| at.iso8601();
        let mut summary = json!({
            "version": if record.changes.is_some() { "2023-08-01" } else { "2020-06-30" },
            "exportArn": export_arn(home, self.id),
            "startTime": instant(record.begun),
            "endTime": instant(now),
            "tableArn": home.arn().to_string(),
            "tableId": record.table_id,
            "s3Bucket": record.bucket,
            "s3Prefix": record.prefix,
            "s3SseAlgorithm": record.sealed.as_deref().unwrap_or("AES256"),
            "s3SseKmsKeyId": record.key,
            "manifestFilesS3Key": format!("{}/manifest-files.json", self.folder),
            "billedSizeBytes": record.bytes,
            "itemCount": record.items,
            "outputFormat": if record.format == Format::Ion { "ION" } else { "DYNAMODB_JSON" },
        });
        match record.changes {
            None => {
                summary["exportTime"] = instant(record.at).into();
                summary["exportType"] = "FULL_EXPORT".into();
            }
            Some((from, with_old)) => {
                summary["exportFromTime"] = instant(from).into();
                summary["exportToTime"] = instant(record.at).into();
                summary["exportType"] = "INCREMENTAL_EXPORT".into();
                summary["outputView"] = if with_old { "NEW_AND_OLD_IMAGES" } else { "NEW_IMAGE" }.into();
            }
        }
        summary
    }
}
