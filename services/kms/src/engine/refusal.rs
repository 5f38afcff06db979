//! What the engine refuses, in its own words. `error.rs` has AWS's.

use store::StoreError;

use super::spec::{Spec, Usage};
use super::state::State;

/// A refusal.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    /// No key of this ARN.
    NoSuchKey(String),
    /// No form of a key's id.
    BadKeyId(String),
    /// No alias of this ARN.
    NoSuchAlias(String),
    /// No ARN, or one of another region, whose name then stands here.
    BadArn(String),
    /// No grant of this id.
    NoSuchGrant(String),
    /// The key is switched off.
    Disabled(String),
    /// The key's state does not let it.
    State(String, State),
    /// The key is not about to be deleted.
    NotPendingDeletion(String),
    /// The key is for something else.
    Usage {
        /// The key.
        arn: String,
        /// What it is for.
        usage: Usage,
        /// What was asked.
        operation: &'static str,
    },
    /// The algorithm is none of the key's.
    Algorithm {
        /// The algorithm.
        algorithm: String,
        /// The key's kind.
        spec: Spec,
    },
    /// More than one block of RSA takes.
    TooLong {
        /// The algorithm.
        algorithm: String,
        /// The key's kind.
        spec: Spec,
        /// Bytes it takes.
        most: usize,
    },
    /// A digest that is not as long as the algorithm's are.
    DigestLength(String),
    /// The algorithm does not sign this type of message.
    MessageType {
        /// The algorithm.
        algorithm: String,
        /// The type.
        kind: &'static str,
    },
    /// Nothing that this key encrypted in this context.
    Ciphertext,
    /// The ciphertext is of another key than the one named.
    IncorrectKey,
    /// The signature is of something else.
    Signature,
    /// The code is of something else.
    Mac,
    /// A public key that is none, or of another curve.
    PublicKey,
    /// The key's origin does not let it.
    Origin {
        /// The key.
        arn: String,
        /// Whether its material comes from outside.
        external: bool,
    },
    /// The operation is for symmetric encryption keys.
    NotSymmetric,
    /// The key is not the primary of several regions.
    NotPrimary(String),
    /// There is such a key in that region already.
    ReplicaExists(String),
    /// There is no replica in that region.
    NoReplica(String),
    /// A key that AWS manages does not let its account change it.
    Managed(String),
    /// There is such an alias already.
    AliasExists(String),
    /// An alias stays among keys of one kind.
    AliasKind,
    /// No more aliases for the key.
    TooManyAliases(String),
    /// No more grants for the key.
    TooManyGrants(String),
    /// No more rotations on demand.
    TooManyRotations(String),
    /// No material waits to be rotated in.
    NothingToRotate(String),
    /// Other material waits to be rotated in.
    RotationPending {
        /// The key.
        arn: String,
        /// The id of the new material.
        new: String,
        /// The id of that which waits.
        pending: String,
    },
    /// The imported material is not the key's.
    OtherMaterial,
    /// The material does not fit the key.
    UnfitMaterial,
    /// The material cannot be unwrapped.
    Wrapping,
    /// The import token is none of this key's.
    ImportToken,
    /// The import token is too old.
    ImportTokenExpired,
    /// Tags.
    Tags(&'static str),
    /// The store.
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
