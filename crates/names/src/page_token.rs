//! Continuation tokens: opaque to clients, bound to what they continue, and refused when changed.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const MAC: usize = 12;

/// The key of one cloud that signs its page tokens, kept in its store so that a token outlives a restart.
#[derive(Clone)]
pub struct PageTokenKey(hmac::Key);

/// The token was not made by this cloud for this listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidPageToken;

impl PageTokenKey {
    /// From 32 secret bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// Seals a position. `scope` names the listing (account, region, operation, filters): a token is good for that alone.
    pub fn seal(&self, scope: &str, position: &[u8]) -> String {
        let mut token = position.to_vec();
        token.extend_from_slice(&self.mac(scope, position));
        URL_SAFE_NO_PAD.encode(token)
    }

    /// Opens a token made by [`PageTokenKey::seal`] with the same scope.
    pub fn open(&self, scope: &str, token: &str) -> Result<Vec<u8>, InvalidPageToken> {
        let mut bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| InvalidPageToken)?;
        let split = bytes.len().checked_sub(MAC).ok_or(InvalidPageToken)?;
        let mac = bytes.split_off(split);
        (mac == self.mac(scope, &bytes)).then_some(bytes).ok_or(InvalidPageToken)
    }

    fn mac(&self, scope: &str, position: &[u8]) -> [u8; MAC] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&(scope.len() as u64).to_be_bytes());
        context.update(scope.as_bytes());
        context.update(position);
        let mut mac = [0; MAC];
        mac.copy_from_slice(&context.sign().as_ref()[..MAC]);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn opens_only_its_own(position: Vec<u8>, scope in ".{0,20}", flip in 0usize..64) {
            let key = PageTokenKey::new(&[7; 32]);
            let token = key.seal(&scope, &position);
            prop_assert_eq!(key.open(&scope, &token), Ok(position));
            prop_assert_eq!(key.open(&format!("{scope}x"), &token), Err(InvalidPageToken));
            let mut changed = token.into_bytes();
            let at = flip % changed.len();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            prop_assert_eq!(key.open(&scope, std::str::from_utf8(&changed).unwrap()), Err(InvalidPageToken));
        }
    }
}
