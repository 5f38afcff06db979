//! Whose data a key belongs to: the first part of every key, so that an account is one range.

use bytes::Bytes;
use names::{AccountId, Region};

use crate::error::StoreError;
use crate::key::KeyPart;
use crate::kv::{KeyRange, Order, after_prefix};
use crate::store::Reader;

/// The account, and for most services the region, that a record belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The whole cloud: what finds an account before it is known, and the store's own tables.
    Global,
    /// One account in all regions: IAM, the names of buckets.
    Account(AccountId),
    /// One account in one region.
    Regional(AccountId, Region),
}

impl Scope {
    /// The prefix of everything an account owns, in all regions.
    pub fn account_prefix(account: AccountId) -> Bytes {
        let mut out = vec![1];
        account.encode(&mut out);
        out.into()
    }

    /// The account, if the scope belongs to one.
    pub fn account(&self) -> Option<AccountId> {
        match self {
            Self::Global => None,
            Self::Account(account) | Self::Regional(account, _) => Some(*account),
        }
    }

    /// The scopes that hold any record, in order. Costs one seek a scope.
    pub async fn all(reader: &impl Reader) -> Result<Vec<Self>, StoreError> {
        let mut scopes = Vec::new();
        let mut range = KeyRange::all();
        while let Some((key, _)) = reader.scan_unchecked(range, Order::Ascending, 1).await?.pop() {
            let scope = Self::decode(&mut &key[..]).ok_or_else(|| StoreError::corrupt("a key without a scope"))?;
            let mut prefix = Vec::new();
            scope.encode(&mut prefix);
            scopes.push(scope);
            let Some(start) = after_prefix(&prefix) else { break };
            range = KeyRange { start, end: None };
        }
        Ok(scopes)
    }
}

impl KeyPart for Scope {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Global => out.push(0),
            Self::Account(account) => {
                out.push(1);
                account.encode(out);
                out.push(0);
            }
            Self::Regional(account, region) => {
                out.push(1);
                account.encode(out);
                out.push(1);
                region.encode(out);
            }
        }
    }

    fn decode(input: &mut &[u8]) -> Option<Self> {
        if !bool::decode(input)? {
            return Some(Self::Global);
        }
        let account = AccountId::decode(input)?;
        if bool::decode(input)? {
            Region::decode(input).map(|region| Self::Regional(account, region))
        } else {
            Some(Self::Account(account))
        }
    }
}
