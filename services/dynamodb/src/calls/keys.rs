//! Calls to KMS, under whose keys those of tables are sealed. Whoever reads or writes a table needs the permission to decrypt
//! its key; what is done in the background is done as DynamoDB itself, to which tables grant their keys, and which stops where
//! KMS has the key disabled or gone. Source: the KMS developer guide, "How Amazon DynamoDB uses AWS KMS".

use std::collections::BTreeMap;
use std::sync::Arc;

use api_dynamodb::SSESpecification;
use api_kms::{
    DataKeySpec, Decrypt, DecryptInput, DescribeKey, DescribeKeyInput, Encrypt, EncryptInput, GenerateDataKey,
    GenerateDataKeyInput,
};
use bytes::Bytes;
use names::Region;
use service_kit::{Caller, Cloud, Ctx, Error, Fault, Outcome, RequestInfo};
use smithy::Operation;
use store::Scope;

use crate::Dynamo;
use crate::engine::Engine;
use crate::engine::sealing::{NewKey, Sealing};
use crate::engine::table::{Home, Table};
use crate::error::{kms_disabled, kms_refused, kms_unfit};
use crate::store::{Encryption, KeyRecord, TABLES, TableNo};

/// The key that AWS manages for DynamoDB in each account and region.
pub(crate) const OWN_KEY: &str = "alias/aws/dynamodb";

/// The key of KMS that a specification means; none for what DynamoDB does by itself.
pub(crate) async fn encryption(
    ctx: &Ctx,
    home: &Home,
    given: Option<&SSESpecification>,
) -> Result<Option<Encryption>, Error> {
    let Some(given) = given.filter(|given| given.enabled.unwrap_or_default()) else { return Ok(None) };
    named(ctx, home, given.kms_master_key_id.as_deref().unwrap_or(OWN_KEY)).await.map(Some)
}

/// A key of KMS by its id, alias or ARN, as the account of a table has it.
pub(crate) async fn named(ctx: &Ctx, home: &Home, key: &str) -> Result<Encryption, Error> {
    let (caller, input) = (internal(home), DescribeKeyInput { key_id: key.to_owned(), ..Default::default() });
    let described = call::<DescribeKey>(ctx, caller, &home.region, input).await;
    let metadata = described.map_err(|error| kms_unfit(ctx, error))?.key_metadata;
    let metadata = metadata.ok_or_else(|| Fault::internal("KMS described no key"))?;
    let arn = metadata.arn.unwrap_or_default();
    if metadata.enabled != Some(true) {
        return Err(kms_disabled(ctx, &arn));
    }
    Ok(Encryption { key: arn, inaccessible: None })
}

/// Whether AWS manages a table's key of KMS.
pub(crate) async fn is_own(ctx: &Ctx, home: &Home, key: &str) -> Result<bool, Error> {
    Ok(named(ctx, home, OWN_KEY).await?.key == key)
}

/// A key for a table that is to be made.
pub(crate) async fn new_key(ctx: &Ctx, home: &Home, encryption: Option<&Encryption>) -> Result<NewKey, Error> {
    let keys = ctx.state::<Dynamo>();
    let keys = keys.engine().keys();
    let Some(encryption) = encryption else { return Ok(keys.make(ctx.random(), &home.name)) };
    let input = GenerateDataKeyInput {
        key_id: encryption.key.clone(),
        key_spec: Some(DataKeySpec::Aes256),
        encryption_context: Some(context(home, &home.name)),
        ..Default::default()
    };
    let made = call::<GenerateDataKey>(ctx, ctx.caller.clone(), &home.region, input).await;
    let made = made.map_err(|error| kms_unfit(ctx, error))?;
    let sealing = at_work(keys.at_work(&made.plaintext.unwrap_or_default()))?;
    let sealed = made.ciphertext_blob.unwrap_or_default();
    let record = KeyRecord { table: home.name.clone(), arn: Some(encryption.key.clone()), sealed };
    Ok(NewKey { record, sealing })
}

/// Lets the caller at a table's items, if he may use its key.
pub(crate) async fn unlock(ctx: &Ctx, table: &Table) -> Result<(), Error> {
    if table.state().record.encryption.is_none() && table.is_open() {
        return Ok(());
    }
    let sealing = unlock_for(ctx, &table.home, table.no).await?;
    if let Some(sealing) = sealing.filter(|_| !table.is_open()) {
        ctx.state::<Dynamo>().engine().unlock(table, sealing);
    }
    Ok(())
}

/// The same of what a table left behind: its streams and backups.
pub(crate) async fn unlock_for(ctx: &Ctx, home: &Home, table: TableNo) -> Result<Option<Sealing>, Error> {
    let state = ctx.state::<Dynamo>();
    let (engine, who) = (state.engine(), (ctx.account(), ctx.caller.user_id()));
    let keys = engine.keys();
    if let Some(sealing) = keys.get(table).filter(|_| keys.admits(table, &who, ctx.now())) {
        return Ok(Some(sealing));
    }
    let Some(record) = engine.key(&home.scope(), table).await? else { return Ok(None) };
    if record.arn.is_none() {
        return Ok(keys.unlock(table, &record)?);
    }
    let plain = call::<Decrypt>(ctx, ctx.caller.clone(), &home.region, decrypting(home, &record)).await;
    let plain = plain.map_err(|error| {
        engine.chores().keys.signal();
        kms_refused(ctx, error)
    })?;
    let sealing = at_work(keys.at_work(&plain.plaintext.unwrap_or_default()))?;
    keys.keep(table, sealing.clone());
    keys.admit(table, who, ctx.now());
    Ok(Some(sealing))
}

/// Seals a table's key under another key of KMS, or under none.
pub(crate) async fn change(ctx: &Ctx, table: &Table, encryption: Option<Encryption>) -> Result<(), Error> {
    let state = ctx.state::<Dynamo>();
    let (engine, home) = (state.engine(), &table.home);
    let Some(before) = engine.key(&table.scope, table.no).await? else {
        let NewKey { record, sealing } = new_key(ctx, home, encryption.as_ref()).await?;
        return Ok(engine.rekey(table, &record, sealing, encryption).await?);
    };
    let plain: Bytes = if before.arn.is_some() {
        let plain = call::<Decrypt>(ctx, ctx.caller.clone(), &home.region, decrypting(home, &before)).await;
        plain.map_err(|error| kms_refused(ctx, error))?.plaintext.unwrap_or_default()
    } else {
        engine.keys().plain(&before)?.into()
    };
    let record = match &encryption {
        None => engine.keys().kept(ctx.random(), &before.table, &plain),
        Some(wanted) => {
            let input = EncryptInput {
                key_id: wanted.key.clone(),
                plaintext: plain.clone(),
                encryption_context: Some(context(home, &before.table)),
                ..Default::default()
            };
            let sealed = call::<Encrypt>(ctx, ctx.caller.clone(), &home.region, input).await;
            let sealed = sealed.map_err(|error| kms_unfit(ctx, error))?.ciphertext_blob.unwrap_or_default();
            KeyRecord { arn: Some(wanted.key.clone()), sealed, ..before }
        }
    };
    let sealing = at_work(engine.keys().at_work(&plain))?;
    Ok(engine.rekey(table, &record, sealing, encryption).await?)
}

/// Finds which keys of KMS can be used now: tables are opened for what is done in the background, or shut for everyone.
pub(crate) async fn look_after(cloud: &Cloud, engine: &Engine) -> Result<(), Error> {
    let view = engine.store().read().await?;
    for (scope, name, record) in TABLES.scan_everywhere(&view).await? {
        let (Scope::Regional(account, region), true) = (scope, record.encryption.is_some()) else { continue };
        let home = Home { account, region, name };
        let Some(table) = engine.lookup(&home).await? else { continue };
        let Some(key) = engine.key(&table.scope, table.no).await?.filter(|key| key.arn.is_some()) else { continue };
        match cloud.call::<Decrypt>(internal(&home), home.region.clone(), decrypting(&home, &key)).await {
            Ok(plain) => {
                if !table.is_open() {
                    let sealing = engine.keys().at_work(&plain.plaintext.unwrap_or_default());
                    engine.unlock(&table, at_work(sealing)?);
                }
                engine.note_access(&table, None).await?;
            }
            Err(Error::Modeled(_)) => engine.note_access(&table, Some(engine.now())).await?,
            // KMS itself is out: nothing is known of the key.
            Err(Error::Fault(_)) => {}
        }
    }
    Ok(())
}

/// Calls KMS in the region of a table, through DynamoDB.
async fn call<O: Operation>(ctx: &Ctx, caller: Arc<Caller>, region: &Region, input: O::Input) -> Outcome<O> {
    let mut request = RequestInfo::clone(&ctx.request);
    request.protocol = None;
    request.called_via.push("dynamodb.amazonaws.com".to_owned());
    ctx.cloud().call_within::<O>(caller, region.clone(), request, input).await
}

fn internal(home: &Home) -> Arc<Caller> {
    Arc::new(Caller::internal("dynamodb", home.account))
}

fn decrypting(home: &Home, record: &KeyRecord) -> DecryptInput {
    DecryptInput {
        ciphertext_blob: Some(record.sealed.clone()),
        key_id: record.arn.clone(),
        encryption_context: Some(context(home, &record.table)),
        ..Default::default()
    }
}

/// What a table's key is bound to.
fn context(home: &Home, table: &str) -> BTreeMap<String, String> {
    let account = home.account.to_string();
    [("aws:dynamodb:tableName".to_owned(), table.to_owned()), ("aws:dynamodb:subscriberId".to_owned(), account)].into()
}

fn at_work(sealing: Option<Sealing>) -> Result<Sealing, Error> {
    sealing.ok_or_else(|| Fault::internal("KMS answered a key of another length").into())
}
