//! Material from outside: a wrapping key and a token go out, wrapped material and the token come back. Nothing is kept in
//! between: the token is the wrapping key's private half, sealed.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use aws_lc_rs::rsa::{KeySize, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use bytes::Bytes;
use names::Timestamp;
use serde::{Deserialize, Serialize};
use store::Tx;
use zeroize::Zeroizing;

use super::home::Home;
use super::material::{self, Secret, padding};
use super::refusal::Refusal;
use super::spec::Spec;
use super::{Engine, Key, hex, materials, read, timers, write};
use crate::limits;
use crate::store::{Current, MATERIALS, MaterialId, MaterialNo, MaterialRecord};

/// What a caller needs to wrap material.
pub(crate) struct Parameters {
    /// The token that comes back with it.
    pub token: Vec<u8>,
    /// The public half of the wrapping key.
    pub public: Vec<u8>,
    /// How long both are good.
    pub valid_to: Timestamp,
}

/// Material that came in.
pub(crate) struct Import {
    /// The material.
    pub secret: Secret,
    /// Whether it is new to the key; none when the caller does not say.
    pub new: Option<bool>,
    /// The id it is to have.
    pub id: Option<String>,
    /// Until when it is good.
    pub valid_to: Option<Timestamp>,
    /// What its owner says of it.
    pub description: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Token {
    arn: String,
    algorithm: String,
    valid_to: Timestamp,
    private: Vec<u8>,
}

const PURPOSE: &str = "kms/import-token";

impl Key {
    /// Refuses keys whose material cannot come from outside.
    pub(crate) fn importable(&self) -> Result<(), Refusal> {
        let (arn, external) = (self.arn(), self.record.external);
        if external { Ok(()) } else { Err(Refusal::Origin { arn, external }) }
    }
}

impl Engine {
    /// A fresh wrapping key for a key, of so many bits.
    pub(crate) async fn import_parameters(
        &self,
        key: &Key,
        algorithm: &str,
        bits: usize,
    ) -> Result<Parameters, Refusal> {
        key.importable()?;
        key.staying()?;
        let making = tokio::task::spawn_blocking(move || wrapping_pair(bits));
        let (private, public) = making.await.expect("making a key neither panics nor is cancelled");
        let valid_to = self.now().plus(limits::IMPORT_TOKEN);
        let token = Token { arn: key.arn(), algorithm: algorithm.to_owned(), valid_to, private: private.to_vec() };
        let plain = Zeroizing::new(postcard::to_stdvec(&token).expect("a token has only plain data"));
        drop(Zeroizing::new(token.private));
        let token = self.safe().vault().seal(PURPOSE).close(self.random(), b"", &plain);
        Ok(Parameters { token, public, valid_to })
    }

    /// The material that came back with a token.
    pub(crate) fn unwrap(&self, key: &Key, token: &[u8], wrapped: &[u8]) -> Result<Secret, Refusal> {
        let plain = self.safe().vault().seal(PURPOSE).open(b"", token).map_err(|_| Refusal::ImportToken)?;
        let plain = Zeroizing::new(plain);
        let token: Token = postcard::from_bytes(&plain).map_err(|_| Refusal::ImportToken)?;
        let private = Zeroizing::new(token.private);
        if token.arn != key.arn() {
            return Err(Refusal::ImportToken);
        }
        if token.valid_to <= self.now() {
            return Err(Refusal::ImportTokenExpired);
        }
        let secret = unwrap(&private, &token.algorithm, wrapped).ok_or(Refusal::Wrapping)?;
        let fits = material::prepare(key.record.spec, key.record.usage, &secret).is_ok();
        if fits { Ok(secret) } else { Err(Refusal::UnfitMaterial) }
    }

    /// Takes material in. Answers its id.
    pub(crate) async fn import(&self, home: &Home, import: &Import) -> Result<MaterialId, Refusal> {
        let sealed = &self.sealed(&home.id, &import.secret);
        if import.id.as_ref().is_some_and(|id| *id != hex(&sealed.id)) {
            return Err(Refusal::OtherMaterial);
        }
        self.store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.importable()?;
                key.staying()?;
                let number = self.number(&tx, &key, &sealed.id, import.new).await?;
                let scope = home.scope();
                let before = MATERIALS.get(&tx, &scope, &(home.id.as_str(), number)).await?;
                let material = MaterialRecord {
                    valid_to: import.valid_to,
                    rotated: before.as_ref().and_then(|before| before.rotated),
                    description: import.description.clone().or(before.and_then(|before| before.description)),
                    ..sealed.clone()
                };
                MATERIALS.put(&tx, &scope, &(home.id.as_str(), number), &material)?;
                key.record.materials = key.record.materials.max(number);
                self.adopt(&tx, &mut key, number, sealed.id).await?;
                self.tell_completeness(&tx, &mut key).await?;
                let timer = timers::material(home, number);
                match import.valid_to {
                    Some(at) => self.timers().schedule(&tx, at, timers::EXPIRY, &timer, Bytes::new()).await?,
                    None => drop(self.timers().cancel(&tx, timers::EXPIRY, &timer).await?),
                }
                write(&tx, &key)?;
                Ok(sealed.id)
            })
            .await
    }

    /// The number that material has in a key, or is to have.
    async fn number(&self, tx: &Tx, key: &Key, id: &MaterialId, new: Option<bool>) -> Result<MaterialNo, Refusal> {
        let here = materials(tx, &key.home.scope(), &key.home.id).await?;
        let known = here.iter().find(|(_, material)| material.id == *id).map(|(number, _)| *number);
        if let Some(number) = known {
            return if new == Some(true) { Err(Refusal::OtherMaterial) } else { Ok(number) };
        }
        if let Some(primary) = key.primary().filter(|_| key.is_replica()) {
            // A replica takes the primary's material and no other.
            let there = materials(tx, &primary.scope(), &primary.id).await?;
            let same = there.iter().find(|(_, material)| material.id == *id);
            return same.map(|(number, _)| *number).ok_or(Refusal::OtherMaterial);
        }
        let Some(current) = key.record.current else {
            return if new == Some(false) { Err(Refusal::OtherMaterial) } else { Ok(1) };
        };
        if new != Some(true) || key.record.spec != Spec::SymmetricDefault {
            return Err(Refusal::OtherMaterial);
        }
        match here.iter().find(|(number, _)| *number > current.number) {
            Some((_, waiting)) => {
                let (new, pending) = (hex(id), hex(&waiting.id));
                Err(Refusal::RotationPending { arn: key.arn(), new, pending })
            }
            None => Ok(current.number + 1),
        }
    }

    /// Makes material that came in the one in use, where it is that.
    async fn adopt(&self, tx: &Tx, key: &mut Key, number: MaterialNo, id: MaterialId) -> Result<(), Refusal> {
        let in_use = match key.primary().filter(|_| key.is_replica()) {
            Some(primary) => read(tx, &primary).await?.record.current.is_some_and(|current| current.number == number),
            None => key.record.current.is_none(),
        };
        if in_use {
            key.record.current = Some(Current { number, id });
        }
        Ok(())
    }

    /// Deletes imported material: that of an id, or that in use. Answers its id; none when there was nothing.
    pub(crate) async fn delete_material(
        &self,
        home: &Home,
        id: Option<&str>,
    ) -> Result<(Key, Option<MaterialId>), Refusal> {
        let (key, gone) = self
            .store()
            .transact(|tx| async move {
                let mut key = read(&tx, home).await?;
                key.importable()?;
                let all = materials(&tx, &home.scope(), &home.id).await?;
                let number = match id {
                    Some(id) => all.iter().find(|(_, material)| hex(&material.id) == id).map(|(number, _)| *number),
                    None => key.record.current.map(|current| current.number),
                };
                let gone = match number {
                    Some(number) => self.lose(&tx, &mut key, number).await?,
                    None if id.is_some() => return Err(Refusal::OtherMaterial),
                    None => None,
                };
                write(&tx, &key)?;
                Ok((key, gone))
            })
            .await?;
        gone.iter().for_each(|id| self.safe().drop(id));
        Ok((key, gone))
    }

    /// Takes away imported material whose time is over.
    pub(super) async fn expire_due(&self, home: &Home, number: MaterialNo) -> Result<(), Refusal> {
        let now = self.now();
        let gone = self.store().transact(|tx| async move {
            let mut key = match read(&tx, home).await {
                Err(Refusal::NoSuchKey(_)) => return Ok(None),
                other => other?,
            };
            let material = MATERIALS.get(&tx, &home.scope(), &(home.id.as_str(), number)).await?;
            if material.and_then(|material| material.valid_to).is_none_or(|end| end > now) {
                return Ok(None);
            }
            let gone = self.lose(&tx, &mut key, number).await?;
            write(&tx, &key)?;
            Ok::<_, Refusal>(gone)
        });
        gone.await?.iter().for_each(|id| self.safe().drop(id));
        Ok(())
    }

    /// Takes one piece of material away. Its row stays, so that the same can come again; one that waits to be rotated in
    /// goes for good.
    async fn lose(&self, tx: &Tx, key: &mut Key, number: MaterialNo) -> Result<Option<MaterialId>, Refusal> {
        let (scope, home) = (key.home.scope(), key.home.clone());
        let row = (home.id.as_str(), number);
        let Some(mut material) = MATERIALS.get(tx, &scope, &row).await? else { return Ok(None) };
        self.timers().cancel(tx, timers::EXPIRY, &timers::material(&home, number)).await?;
        if key.record.current.is_none_or(|current| number > current.number) {
            MATERIALS.delete(tx, &scope, &row);
            key.record.materials = number - 1;
        } else {
            (material.sealed, material.valid_to) = (None, None);
            MATERIALS.put(tx, &scope, &row, &material)?;
        }
        self.tell_completeness(tx, key).await?;
        Ok(Some(material.id))
    }

    /// Tells in a key whether all its material is there, and until when.
    pub(super) async fn tell_completeness(&self, tx: &Tx, key: &mut Key) -> Result<(), Refusal> {
        let in_use = key.record.current.map_or(0, |current| current.number);
        let all = materials(tx, &key.home.scope(), &key.home.id).await?;
        let own: Vec<_> = all.iter().filter(|(number, _)| *number <= in_use).collect();
        let there = own.iter().filter(|(_, material)| material.sealed.is_some()).count();
        key.record.complete = in_use > 0 && there == in_use as usize;
        key.record.valid_to = own.iter().filter_map(|(_, material)| material.valid_to).min();
        Ok(())
    }
}

/// A pair that wraps: its private half as PKCS #8, its public half as a SubjectPublicKeyInfo.
fn wrapping_pair(bits: usize) -> (Secret, Vec<u8>) {
    let size = match bits {
        3072 => KeySize::Rsa3072,
        4096 => KeySize::Rsa4096,
        _ => KeySize::Rsa2048,
    };
    let pair = PrivateDecryptingKey::generate(size).expect("the library makes keys of the sizes it has");
    let private: Pkcs8V1Der<'_> = pair.as_der().expect("the library writes the keys it made");
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("the library writes the keys it made");
    (Zeroizing::new(private.as_ref().to_vec()), public.as_ref().to_vec())
}

/// Unwraps: one block of OAEP, or with `RSA_AES_KEY_WRAP_…` a block that holds an AES-256 key and then what that key wraps
/// (RFC 5649).
fn unwrap(private: &[u8], algorithm: &str, wrapped: &[u8]) -> Option<Secret> {
    let private = PrivateDecryptingKey::from_pkcs8(private).ok()?;
    let private = OaepPrivateDecryptingKey::new(private).ok()?;
    let block = |block: &[u8]| {
        let mut plain = Zeroizing::new(vec![0; private.min_output_size()]);
        let length = private.decrypt(padding(algorithm), block, &mut plain, None).ok()?.len();
        plain.truncate(length);
        Some(plain)
    };
    if !algorithm.starts_with("RSA_AES_KEY_WRAP") {
        return block(wrapped);
    }
    let (first, rest) = wrapped.split_at_checked(private.key_size_bytes())?;
    let kek = AesKek::new(&AES_256, &block(first)?).ok()?;
    let mut plain = Zeroizing::new(vec![0; rest.len()]);
    let length = kek.unwrap_with_padding(rest, &mut plain).ok()?.len();
    plain.truncate(length);
    Some(plain)
}
