//! What providers sign is believed; what anybody changed, moved or added is not.

mod jwt;
mod saml;
