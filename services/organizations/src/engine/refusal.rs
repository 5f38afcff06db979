//! Why something was not done, in the domain's words. `error.rs` has AWS's.

use store::StoreError;

/// Why the engine did not do what was asked.
#[derive(Debug, PartialEq)]
pub(crate) enum Refusal {
    /// The caller's account is in no organization.
    NotInUse,
    /// Members may not do this.
    NotPermitted,
    /// The account is in an organization already.
    AlreadyIn,
    /// There are members.
    NotEmpty,
    /// A transfer of responsibility is pending or under way.
    TransferActive,
    /// Only with all features.
    BillingOnly,
    /// There is no such thing.
    No(Thing),
    /// There is one like it.
    Duplicate(Twin),
    /// A quota is reached.
    Quota(Quota),
    /// The unit has units or accounts in it.
    UnitNotEmpty,
    /// The account is where it is to go already.
    AlreadyThere,
    /// The policy is on something.
    PolicyInUse,
    /// The policy is not on the target.
    NotAttached,
    /// AWS's own policies cannot be changed.
    Immutable,
    /// The policy that cannot be taken off.
    NotDetachable,
    /// The last policy of a kind that everything needs.
    LastPolicy,
    /// The kind is not enabled in the root.
    KindOff,
    /// The kind is enabled in the root already.
    KindOn,
    /// The kind cannot be had with the organization's features.
    KindUnavailable,
    /// The document is not one of its kind.
    Malformed,
    /// The management account cannot leave.
    ManagementStays,
    /// The management account cannot be closed.
    ManagementCloses,
    /// The management account cannot administer on behalf of itself.
    ManagementDelegates,
    /// The account is closed, or being closed.
    Closed,
    /// A closed account cannot administer.
    ClosedDelegates,
    /// The account is not yet old enough to leave.
    TooYoung,
    /// The account administers a service.
    Administers,
    /// The account administers this service already.
    AlreadyAdministers,
    /// The account does not administer this service.
    DoesNotAdminister,
    /// The service has no trusted access.
    NotTrusted,
    /// The service's policy type is still enabled.
    KindNeedsService,
    /// The handshake ended, in this way or another.
    HandshakeEnded {
        /// In the very way asked for.
        same: bool,
    },
    /// The handshake waits for others.
    HandshakeNotReady,
    /// The invited account is in an organization.
    InviteeIsMember,
    /// No invitations while all features are being enabled.
    Migrating,
    /// All features are being enabled already.
    MigratingAlready,
    /// All features are on already.
    HasAllFeatures,
    /// The recipient is the sender.
    ToItself,
    /// A transfer between both is there already.
    TransferExists,
    /// The transfer was ended before.
    TransferEnded,
    /// The transfer never began.
    TransferNotBegun,
    /// The end is no end of a month, or too early.
    BadEnd {
        /// Before the transfer can end.
        early: bool,
    },
    /// The target is of a sort that this cannot be asked of.
    NotSupported,
    /// The store failed.
    Store(StoreError),
}

/// What was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thing {
    Account,
    Child,
    Creation,
    Destination,
    EffectivePolicy,
    Handshake,
    Parent,
    Policy,
    ResourcePolicy,
    Root,
    Source,
    Target,
    Transfer,
    Unit,
}

/// What is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    Attachment,
    Handshake,
    Policy,
    Unit,
}

/// What there can be no more of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quota {
    Accounts,
    Invitees,
    Units,
    Depth,
    Policies,
    Document,
    Attachments,
    Tags,
    Closures,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
