//! Imports: files read from S3 into a new table.

use service_kit::{Cloud, Error, Fault};

use crate::calls::{self, Bucket};
use crate::engine::Engine;
use crate::engine::refusal::Refusal;
use crate::engine::table::{Home, Table};
use crate::engine::transfer::lines::Records;
use crate::engine::transfer::unpack::Unpacker;
use crate::engine::value::Item;
use crate::store::{ImportRecord, Progress};

/// Items put by one transaction.
const AT_ONCE: usize = 100;

/// Does imports that are under way, and tells how they went.
pub(crate) async fn run(cloud: &Cloud, engine: &Engine) -> Result<(), Error> {
    for (home, id, record) in engine.imports_under_way().await? {
        let mut done = ImportRecord { errors: 0, bytes: 0, read: 0, imported: 0, ..record };
        done.progress = match import(cloud, engine, &home, &mut done).await {
            Ok(()) => Progress::Done(engine.now()),
            Err(error) => Progress::Failed(engine.now(), "S3AccessDenied".to_owned(), error.to_string()),
        };
        engine.put_import(&home, &id, &done).await?;
    }
    Ok(())
}

async fn import(cloud: &Cloud, engine: &Engine, home: &Home, record: &mut ImportRecord) -> Result<(), Error> {
    let table = engine.lookup(home).await?.filter(|table| table.no == record.table.no);
    let table = table.ok_or_else(|| Error::from(Refusal::NoTable(home.name.clone())))?;
    let bucket = Bucket::of_import(home, record);
    for key in calls::list(cloud, &bucket, record.prefix.as_deref().unwrap_or_default()).await? {
        import_file(cloud, engine, &bucket, &key, &table, record).await?;
    }
    Ok(())
}

async fn import_file(
    cloud: &Cloud,
    engine: &Engine,
    bucket: &Bucket,
    key: &str,
    table: &Table,
    record: &mut ImportRecord,
) -> Result<(), Error> {
    let mut file = calls::get(cloud, bucket, key).await?;
    let broken = || Error::from(Fault::internal(format!("{key} is not compressed as was said")));
    let mut unpacker = Unpacker::new(record.packing);
    let mut records = Records::new(&record.format, &record.table.attributes);
    let mut held: Vec<Item> = Vec::new();
    while let Some(piece) = calls::piece(&mut file).await? {
        let unpacked = unpacker.push(&piece).ok_or_else(broken)?;
        record.bytes += unpacked.len() as u64;
        let found = records.push(&unpacked);
        take(engine, table, record, &mut held, found).await?;
    }
    let unpacked = unpacker.finish().ok_or_else(broken)?;
    record.bytes += unpacked.len() as u64;
    let mut found = records.push(&unpacked);
    found.extend(records.finish());
    take(engine, table, record, &mut held, found).await?;
    load(engine, table, record, &mut held).await
}

/// Counts records, and puts those that can be read.
async fn take(
    engine: &Engine,
    table: &Table,
    record: &mut ImportRecord,
    held: &mut Vec<Item>,
    found: Vec<Option<Item>>,
) -> Result<(), Error> {
    for item in found {
        record.read += 1;
        match item {
            Some(item) => held.push(item),
            None => record.errors += 1,
        }
        if held.len() >= AT_ONCE {
            load(engine, table, record, held).await?;
        }
    }
    Ok(())
}

async fn load(engine: &Engine, table: &Table, record: &mut ImportRecord, held: &mut Vec<Item>) -> Result<(), Error> {
    let imported = engine.load(table, held).await?;
    record.imported += imported;
    record.errors += held.len() as u64 - imported;
    held.clear();
    Ok(())
}
