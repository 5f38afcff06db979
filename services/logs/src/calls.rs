//! Calls to other services: KMS for data keys, in the name of CloudWatch Logs, whom the key's policy must allow.

use std::sync::Arc;

use api_kms::{DataKeySpec, Decrypt, DecryptInput, GenerateDataKey, GenerateDataKeyInput};
use service_kit::data_keys::{Span, at_work};
use service_kit::{Caller, Cloud, Error, Fault, Sender};
use store::Cipher;

use crate::engine::Engine;
use crate::engine::append::Sealing;
use crate::engine::group::{Group, Made};
use crate::engine::home::Home;
use crate::engine::read::{Event, Kept};
use crate::error::{kms_refused, told};
use crate::limits;
use crate::store::{KEYS, KeyRecord};

/// The key of the encryption context.
const CONTEXT: &str = "aws:logs:arn";

/// Has KMS make a data key for a group: also the proof that the key may be used.
pub(crate) async fn make_key(cloud: &Cloud, home: &Home, group: &str, key: &str) -> Result<Made, Error> {
    let arn = home.group_arn(group);
    let input = GenerateDataKeyInput {
        key_id: key.to_owned(),
        key_spec: Some(DataKeySpec::Aes256),
        encryption_context: Some([(CONTEXT.to_owned(), arn.clone())].into()),
        ..GenerateDataKeyInput::default()
    };
    let made = sender(cloud, home, &arn).call::<GenerateDataKey>(&home.region, &[], input).await;
    let made = made.map_err(|error| refused(error, &arn))?;
    let record =
        KeyRecord { blob: made.ciphertext_blob.unwrap_or_default(), arn, created: cloud.runtime().clock.now() };
    Ok(Made { key: made.key_id.unwrap_or_default(), record })
}

/// What new events of a group are sealed with.
pub(crate) async fn sealing(cloud: &Cloud, engine: &Engine, group: &Group) -> Result<Sealing, Error> {
    let key = if group.record.key.is_some() { group.record.data_key } else { 0 };
    Ok(Sealing { cipher: cipher(cloud, engine, group, key).await?, key })
}

/// Opens events.
pub(crate) async fn open(cloud: &Cloud, engine: &Engine, group: &Group, kept: &[Kept]) -> Result<Vec<Event>, Error> {
    let (mut events, mut last) = (Vec::with_capacity(kept.len()), None::<(u64, Arc<Cipher>)>);
    for one in kept {
        let known = last.as_ref().filter(|(key, _)| *key == one.row.key).map(|(_, cipher)| cipher.clone());
        let cipher = match known {
            Some(cipher) => cipher,
            None => cipher(cloud, engine, group, one.row.key).await?,
        };
        events.push(one.open(group, &cipher).map_err(told)?);
        last = Some((one.row.key, cipher));
    }
    Ok(events)
}

async fn cipher(cloud: &Cloud, engine: &Engine, group: &Group, key: u64) -> Result<Arc<Cipher>, Error> {
    if key == 0 {
        return Ok(engine.own_cipher(group.no()));
    }
    let now = engine.now();
    if let Some(cipher) = engine.data_keys().get(&(group.no(), key), now) {
        return Ok(cipher);
    }
    let view = engine.store().read().await?;
    let record = KEYS.get(&view, &group.home.scope(), &(group.no(), key)).await?;
    let record = record.ok_or_else(|| Fault::internal("a data key of a group is gone"))?;
    let input = DecryptInput {
        ciphertext_blob: Some(record.blob),
        encryption_context: Some([(CONTEXT.to_owned(), record.arn.clone())].into()),
        ..DecryptInput::default()
    };
    let plain = sender(cloud, &group.home, &record.arn).call::<Decrypt>(&group.home.region, &[], input).await;
    let cipher = at_work(plain.map_err(|error| refused(error, &record.arn))?.plaintext)?;
    let span = Span { now, until: now.plus(limits::DATA_KEY_LIFE) };
    engine.data_keys().keep((group.no(), key), cipher.clone(), span);
    Ok(cipher)
}

fn sender(cloud: &Cloud, home: &Home, arn: &str) -> Sender {
    let caller = Arc::new(Caller::service(home.principal(), home.account));
    Sender { cloud: cloud.clone(), caller, source_arn: Some(arn.to_owned()) }
}

/// AWS tells of whatever is wrong with a key in one sentence; what is wrong with us it does not blame on the key.
fn refused(error: Error, group_arn: &str) -> Error {
    match error {
        Error::Fault(fault @ (Fault::Internal { .. } | Fault::Unavailable { .. } | Fault::NotImplemented { .. })) => {
            fault.into()
        }
        _ => kms_refused(group_arn),
    }
}
