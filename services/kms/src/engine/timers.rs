//! What happens when its time comes: a key is deleted, rotated, loses material that was imported for a while.

use store::Due;

use super::Engine;
use super::home::Home;
use super::refusal::Refusal;
use crate::store::MaterialNo;

/// A key is to be deleted; the timer's id is its ARN.
pub(crate) const DELETION: &str = "kms.deletion";
/// A key is to be rotated; the timer's id is its ARN.
pub(crate) const ROTATION: &str = "kms.rotation";
/// Imported material expires; the timer's id is [`material`].
pub(crate) const EXPIRY: &str = "kms.expiry";

/// The id of a timer about one piece of a key's material.
pub(crate) fn material(home: &Home, number: MaterialNo) -> String {
    format!("{}#{number}", home.arn())
}

impl Engine {
    /// Does what is due. A timer may come twice, or too late: each looks at the key as it is.
    pub(crate) async fn due(&self, due: &Due) -> Result<(), Refusal> {
        let (arn, number) = match due.id.split_once('#') {
            Some((arn, number)) => (arn, number.parse().unwrap_or_default()),
            None => (due.id.as_str(), 0),
        };
        let Some(home) = Home::of_arn(arn) else { return Ok(()) };
        match due.kind.as_str() {
            DELETION => self.delete_due(&home).await,
            ROTATION => self.rotate_due(&home).await,
            _ => self.expire_due(&home, number).await,
        }
    }
}
