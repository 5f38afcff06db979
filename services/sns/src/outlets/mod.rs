//! What leaves a topic for phones and apps, and what is published to them directly.

pub(crate) mod push;
pub(crate) mod sms;
