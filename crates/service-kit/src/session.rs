//! Temporary credentials. A session token carries all that the session is, sealed under the cloud's root key: nothing is
//! kept, nothing has to be looked up or cleaned away, and a session outlives any restart until its time is over.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use names::key_id::{self, IdKind};
use names::{AccountId, Tags, Timestamp};
use runtime::Random;
use serde::{Deserialize, Serialize};
use store::{Mac, Seal, Vault};

use crate::Principal;

/// What a session is. The token holds it; whoever changes a byte of it has no session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// The account it acts in.
    pub account: AccountId,
    /// Who it acts as.
    pub principal: Principal,
    /// Unique id of the user (`AIDA…`) or role (`AROA…`) whose policies bound it; the account number for root's.
    pub issuer: String,
    /// When it was issued: `aws:TokenIssueTime`.
    pub issued: Timestamp,
    /// When it ends.
    pub expires: Timestamp,
    /// Session policies handed in as text. With `policy_arns` empty too, the session is bounded by none.
    pub policies: Vec<String>,
    /// Managed policies handed in as session policies.
    pub policy_arns: Vec<String>,
    /// Session tags: `aws:PrincipalTag/…`, over the principal's own.
    pub tags: Tags,
    /// Keys of the tags that go on to the next role.
    pub transitive_tags: Vec<String>,
    /// `aws:SourceIdentity`; set once for a whole chain of roles.
    pub source_identity: Option<String>,
    /// When the caller proved a second factor, if it did: `aws:MultiFactorAuthPresent`, `aws:MultiFactorAuthAge`.
    pub mfa: Option<Timestamp>,
    /// Whether it was made by another role's session.
    pub chained: bool,
    /// Condition keys that the way of signing in adds (`accounts.google.com:sub`, `saml:iss`, `aws:FederatedProvider`).
    pub context: BTreeMap<String, Vec<String>>,
}

/// Fresh temporary credentials, as STS answers them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemporaryKey {
    /// `ASIA…`.
    pub access_key: String,
    /// The secret: 40 letters, derived from the key's id.
    pub secret: String,
    /// The session token.
    pub token: String,
}

/// A session token that is none of ours, or of another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidToken;

/// Makes and reads session tokens.
#[derive(Clone)]
pub struct Sessions {
    seal: Seal,
    secrets: Mac,
}

impl Sessions {
    /// Under the keys of a cloud.
    pub fn new(vault: &Vault) -> Self {
        Self { seal: vault.seal("sts/session"), secrets: vault.mac("sts/secret") }
    }

    /// Issues credentials for a session.
    pub fn issue(&self, random: &Random, session: &Session) -> TemporaryKey {
        let access_key = key_id::issue(IdKind::TemporaryKey, session.account, random.bytes());
        let plain = postcard::to_stdvec(session).expect("a session has only plain data");
        let token = STANDARD.encode(self.seal.close(random, access_key.as_bytes(), &plain));
        TemporaryKey { secret: self.secret(&access_key), access_key, token }
    }

    /// The session behind a key and its token, ended or not.
    ///
    /// # Errors
    /// When the token is not the one issued with the key.
    pub fn open(&self, access_key: &str, token: &str) -> Result<Arc<Session>, InvalidToken> {
        let sealed = STANDARD.decode(token).map_err(|_| InvalidToken)?;
        let plain = self.seal.open(access_key.as_bytes(), &sealed).map_err(|_| InvalidToken)?;
        postcard::from_bytes(&plain).map(Arc::new).map_err(|_| InvalidToken)
    }

    /// The secret of a temporary key.
    pub fn secret(&self, access_key: &str) -> String {
        STANDARD.encode(&self.secrets.code(access_key.as_bytes())[..30])
    }
}

impl Session {
    /// Whether session policies bound it.
    pub fn is_scoped(&self) -> bool {
        !self.policies.is_empty() || !self.policy_arns.is_empty()
    }
}

/// A session for tests.
#[cfg(test)]
pub(crate) fn example() -> Session {
    let arn = "arn:aws:sts::111122223333:assumed-role/r/s".to_owned();
    let role = "arn:aws:iam::111122223333:role/r".to_owned();
    Session {
        account: "111122223333".parse().unwrap(),
        principal: Principal::RoleSession { arn, id: "AROAX:s".to_owned(), role },
        issuer: "AROAX".to_owned(),
        issued: Timestamp::from_secs(1),
        expires: Timestamp::from_secs(3601),
        policies: vec!["{}".to_owned()],
        policy_arns: Vec::new(),
        tags: Tags::new(),
        transitive_tags: Vec::new(),
        source_identity: None,
        mfa: None,
        chained: false,
        context: BTreeMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_of_its_key_alone() {
        let (random, sessions) = (Random::seeded(1), Sessions::new(&Vault::new(&[1; 32])));
        let (one, two) = (sessions.issue(&random, &example()), sessions.issue(&random, &example()));
        assert_eq!((one.secret.len(), &one.access_key[..4]), (40, "ASIA"));
        assert_eq!(*sessions.open(&one.access_key, &one.token).unwrap(), example());
        assert_eq!(sessions.open(&one.access_key, &two.token), Err(InvalidToken));
        assert_eq!(sessions.open(&two.access_key, &one.token), Err(InvalidToken));
        assert_ne!(one.secret, two.secret);
        let other = Sessions::new(&Vault::new(&[2; 32]));
        assert_eq!(other.open(&one.access_key, &one.token), Err(InvalidToken));
    }

    #[test]
    fn a_changed_token_is_none() {
        let sessions = Sessions::new(&Vault::new(&[1; 32]));
        let key = sessions.issue(&Random::seeded(1), &example());
        for index in (0..key.token.len()).step_by(7) {
            let mut changed = key.token.clone().into_bytes();
            changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(sessions.open(&key.access_key, &changed), Err(InvalidToken), "letter {index}");
        }
    }
}
