//! The states of a key, and what each lets be done. Source: "Key states of AWS KMS keys" in the developer guide.

use super::Key;
use super::refusal::Refusal;
use crate::store::Deletion;

/// The state of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// In use.
    Enabled,
    /// Switched off.
    Disabled,
    /// To be deleted.
    PendingDeletion,
    /// To be deleted once its replicas are.
    PendingReplicaDeletion,
    /// Without its material.
    PendingImport,
}

impl State {
    /// AWS's name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
            Self::PendingDeletion => "PendingDeletion",
            Self::PendingReplicaDeletion => "PendingReplicaDeletion",
            Self::PendingImport => "PendingImport",
        }
    }
}

impl Key {
    /// Its state.
    pub(crate) fn state(&self) -> State {
        match self.record.deletion {
            Some(Deletion::At { .. }) => State::PendingDeletion,
            Some(Deletion::AfterReplicas { .. }) => State::PendingReplicaDeletion,
            None if !self.record.complete => State::PendingImport,
            None if self.record.enabled => State::Enabled,
            None => State::Disabled,
        }
    }

    /// Refuses unless it can be used.
    pub(crate) fn usable(&self) -> Result<(), Refusal> {
        match self.state() {
            State::Enabled => Ok(()),
            State::Disabled => Err(Refusal::Disabled(self.arn())),
            other => Err(Refusal::State(self.arn(), other)),
        }
    }

    /// Refuses while it is to be deleted.
    pub(crate) fn staying(&self) -> Result<(), Refusal> {
        match self.state() {
            state @ (State::PendingDeletion | State::PendingReplicaDeletion) => Err(Refusal::State(self.arn(), state)),
            _ => Ok(()),
        }
    }

    /// Refuses while it is to be deleted, or has no material.
    pub(crate) fn whole(&self) -> Result<(), Refusal> {
        self.staying()?;
        match self.state() {
            State::PendingImport => Err(Refusal::State(self.arn(), State::PendingImport)),
            _ => Ok(()),
        }
    }

    /// Refuses a key that AWS manages: its account can only look at it.
    pub(crate) fn customers(&self) -> Result<(), Refusal> {
        if self.record.managed_by.is_some() { Err(Refusal::Managed(self.arn())) } else { Ok(()) }
    }
}
