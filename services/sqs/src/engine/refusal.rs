//! Why the engine did not do what was asked, as data. AWS's words for it are in `error.rs`.

use store::StoreError;

/// A reason not to do something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such queue.
    NoSuchQueue,
    /// A queue of the name exists with another value of this setting, or without it.
    Different(&'static str),
    /// A queue of the name was deleted within the last minute.
    DeletedRecently,
    /// The queue was purged within the last minute.
    PurgedRecently,
    /// A handle of another queue.
    ForeignHandle,
    /// The message was received again, or shows again, on a FIFO queue.
    HandleExpired,
    /// The message is gone, so nothing can be changed about it.
    NotThere,
    /// It would stay hidden for more than twelve hours after its receive.
    HiddenTooLong,
    /// Too many messages are in flight.
    TooManyInFlight,
    /// Too many calls within a second.
    TooManyCalls,
    /// The dead-letter queue named by the settings.
    DeadLetterTarget(BadTarget),
    /// About a task that moves messages.
    Move(MoveRefusal),
    /// The store could not answer.
    Store(StoreError),
}

/// What is wrong with a dead-letter queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadTarget {
    /// It does not exist.
    Missing,
    /// It lies in another account or region.
    Elsewhere,
    /// It is FIFO where its source is not, or the reverse.
    OtherKind,
    /// Its own settings do not permit this source.
    NotPermitted,
}

/// What is wrong with a task that moves messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MoveRefusal {
    /// The source does not exist.
    NoSource,
    /// The destination does not exist.
    NoDestination,
    /// The source is nobody's dead-letter queue.
    NotDeadLetters,
    /// The destination is of the other kind than the source.
    OtherKind,
    /// The source has a running task.
    AlreadyRunning,
    /// There is no such task.
    NoSuchTask,
    /// The task has ended.
    NotRunning,
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<MoveRefusal> for Refusal {
    fn from(refusal: MoveRefusal) -> Self {
        Self::Move(refusal)
    }
}
