//! Mail that leaves the machine, when the cloud was told a server that takes it.

use names::Timestamp;

use crate::BoxFuture;

/// A letter in plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// The name that the receiver sees beside the cloud's own address.
    pub sender: String,
    /// The receiver's address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same at each attempt: becomes `Message-ID`, by which mailboxes know a repetition.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// The server will not take it, now or later: a reply of 5xx, or an address that is none.
    Refused(String),
    /// The server may take it later: a reply of 4xx, or none.
    Unreachable(String),
}

/// Hands letters over. One that was taken is the receiver's affair.
pub trait Mailer: Send + Sync {
    /// Hands one over.
    ///
    /// # Errors
    /// It was not taken.
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), Undelivered>>;
}
