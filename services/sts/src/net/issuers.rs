//! The keys of issuers, fetched from where their discovery documents say, and kept for an hour.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use federation::jwt::KeySet;
use names::Timestamp;
use parking_lot::Mutex;
use runtime::Clock;
use serde_json::Value;

use super::address::Address;
use super::{Unreached, client};

/// How long fetched keys are believed, by the cloud's clock.
const BELIEVED: Duration = Duration::from_secs(3_600);
/// How soon keys are fetched again for a token signed with another.
const PAUSE: Duration = Duration::from_secs(60);
/// Issuers remembered; all are forgotten when there are more.
const MOST: usize = 1_000;

/// The keys of all issuers that were asked for.
#[derive(Default)]
pub(crate) struct Issuers {
    known: Mutex<HashMap<Issuer, Known>>,
}

/// An issuer as an account knows it: what one account registered lets no other account's users in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Issuer {
    /// The `iss` of its tokens.
    pub(crate) url: String,
    /// Thumbprints registered for its certificate.
    pub(crate) thumbprints: Vec<String>,
}

#[derive(Clone)]
struct Known {
    keys: Arc<KeySet>,
    /// When they were fetched: by the cloud's clock, and really.
    at: Timestamp,
    really: Timestamp,
}

impl Issuers {
    /// The keys of an issuer. `anew` when a token was signed with a key that is not among them.
    pub(crate) async fn keys(&self, clock: &Clock, issuer: &Issuer, anew: bool) -> Result<Arc<KeySet>, Unreached> {
        let known = self.known.lock().get(issuer).cloned();
        if let Some(known) = known.filter(|known| known.will_do(clock, anew)) {
            return Ok(known.keys);
        }
        let really = clock.real_now();
        let keys = Arc::new(fetch(issuer, really).await?);
        let mut all = self.known.lock();
        if all.len() >= MOST {
            all.clear();
        }
        all.insert(issuer.clone(), Known { keys: keys.clone(), at: clock.now(), really });
        Ok(keys)
    }

    /// Forgets all.
    pub(crate) fn forget(&self) {
        self.known.lock().clear();
    }
}

impl Known {
    /// A clock that was set back ages nothing, and one that stands still must not keep new keys out.
    fn will_do(&self, clock: &Clock, anew: bool) -> bool {
        let (age, really) = (clock.now().since(self.at), clock.real_now().since(self.really));
        let longest = if anew { PAUSE } else { BELIEVED };
        age < longest && (!anew || really < longest)
    }
}

async fn fetch(issuer: &Issuer, at: Timestamp) -> Result<KeySet, Unreached> {
    let discovery = format!("{}/.well-known/openid-configuration", issuer.url.trim_end_matches('/'));
    let document = get(&discovery, issuer, at).await?;
    let document: Value = serde_json::from_slice(&document).map_err(|_| Unreached::Unreadable)?;
    let text = |name: &str| document.get(name).and_then(Value::as_str);
    if text("issuer") != Some(issuer.url.as_str()) {
        return Err(Unreached::Unreadable);
    }
    let keys = get(text("jwks_uri").ok_or(Unreached::Unreadable)?, issuer, at).await?;
    KeySet::parse(&keys).ok_or(Unreached::Unreadable)
}

async fn get(url: &str, issuer: &Issuer, at: Timestamp) -> Result<bytes::Bytes, Unreached> {
    let address = Address::parse(url).ok_or(Unreached::Unreadable)?;
    client::get(&address, &issuer.thumbprints, at).await
}
