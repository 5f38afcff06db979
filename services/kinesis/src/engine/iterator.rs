//! Shard iterators: places in shards, sealed, good for five minutes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use names::{AccountId, Region, Timestamp};
use runtime::Random;
use serde::{Deserialize, Serialize};
use store::{Seal, Vault};

use super::stream::Home;
use crate::store::{Position, ShardNo, StreamNo};

/// What every iterator of AWS begins with.
const HEAD: [u8; 8] = [0, 0, 0, 0, 0, 0, 0, 1];

/// A place in a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    account: AccountId,
    region: String,
    name: String,
    /// The stream's number.
    pub stream: StreamNo,
    /// The shard.
    pub shard: ShardNo,
    /// The next position to read.
    pub position: Position,
    /// When the iterator was made.
    pub made: Timestamp,
}

impl Place {
    /// A place in a shard of a stream.
    pub(crate) fn new(home: &Home, stream: StreamNo, shard: ShardNo, position: Position, made: Timestamp) -> Self {
        let (account, region, name) = (home.account, home.region.as_str().to_owned(), home.name.clone());
        Self { account, region, name, stream, shard, position, made }
    }

    /// The stream's place.
    pub(crate) fn home(&self) -> Option<Home> {
        Some(Home { account: self.account, region: Region::parse(&self.region)?, name: self.name.clone() })
    }

    /// The next place of the same iterator's reader.
    pub(crate) fn moved(&self, position: Position, made: Timestamp) -> Self {
        Self { position, made, ..self.clone() }
    }
}

/// Makes and reads iterators.
#[derive(Clone)]
pub(crate) struct Iterators(Seal);

impl Iterators {
    /// Under the cloud's keys.
    pub(crate) fn new(vault: &Vault) -> Self {
        Self(vault.seal("kinesis/iterator"))
    }

    /// The iterator of a place; another each time.
    pub(crate) fn show(&self, random: &Random, place: &Place) -> String {
        let plain = postcard::to_stdvec(place).expect("a place has only plain data");
        STANDARD.encode([&HEAD[..], &self.0.close(random, &HEAD, &plain)].concat())
    }

    /// The place of an iterator; none when it is none of ours. AWS takes it in quotation marks, too.
    pub(crate) fn read(&self, text: &str) -> Option<Place> {
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let bytes = STANDARD.decode(bare).ok()?;
        let plain = self.0.open(&HEAD, bytes.strip_prefix(&HEAD)?).ok()?;
        postcard::from_bytes(&plain).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iterators_are_places_and_nothing_else_is() {
        let iterators = Iterators::new(&Vault::new(&[1; 32]));
        let (random, name) = (Random::seeded(1), "n".repeat(128));
        let home = Home { account: AccountId::DEFAULT, region: Region::default_region(), name };
        let place = Place::new(&home, 7, 3, 1 << 60, Timestamp::from_secs(5));
        let text = iterators.show(&random, &place);
        assert!(text.starts_with("AAAAAAAAAA") && text.len() <= 512, "{text}");
        assert_eq!(iterators.read(&text).unwrap().home().unwrap(), home);
        assert_eq!(iterators.read(&format!("\"{text}\"")), Some(place.clone()));
        assert_ne!(iterators.show(&random, &place), text);
        assert_eq!(Iterators::new(&Vault::new(&[2; 32])).read(&text), None);
        for text in ["", "\"", "AAAA", "x", &text[..text.len() - 4]] {
            assert_eq!(iterators.read(text), None, "{text}");
        }
    }
}
