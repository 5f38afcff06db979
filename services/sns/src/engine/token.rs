//! What confirms a subscription: made of the subscription's place and a code that only this cloud can make, so that nothing is
//! stored and no other subscription is confirmed by it.

use names::Timestamp;
use store::Mac;

use super::place::Place;

/// Digits of a token: AWS's have 288.
const LENGTH: usize = 288;

/// A token for a subscription made at an instant.
pub(crate) fn make(mac: &Mac, place: &Place, created: Timestamp) -> String {
    let id = place.id.replace('-', "");
    let mut token = format!("{id}{}", hex(&mac.code(&signed(place, created))));
    // The rest says nothing; it is there to look as long as it does.
    while token.len() < LENGTH {
        let next = hex(&mac.code(token.as_bytes()));
        token.push_str(&next);
    }
    token.truncate(LENGTH);
    token
}

/// The id of the subscription that a token would be of; none when it is no token at all.
pub(crate) fn subscription(token: &str) -> Option<String> {
    let digits = token.len() == LENGTH && token.bytes().all(|b| b.is_ascii_hexdigit());
    digits
        .then(|| format!("{}-{}-{}-{}-{}", &token[..8], &token[8..12], &token[12..16], &token[16..20], &token[20..32]))
}

/// Whether a token is a subscription's.
pub(crate) fn is_of(mac: &Mac, token: &str, place: &Place, created: Timestamp) -> bool {
    // The code is compared as a whole, and in the same time wherever it differs.
    mac.is_code(token.as_bytes(), &mac.code(make(mac, place, created).as_bytes()))
}

fn signed(place: &Place, created: Timestamp) -> Vec<u8> {
    format!("{} {}", place.arn(), created.micros()).into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::Vault;

    #[test]
    fn one_subscription_alone() {
        let mac = Vault::new(&[1; 32]).mac("sns/token");
        let place = |id: &str| Place::of_arn(&format!("arn:aws:sns:us-east-1:000000000000:t:{id}")).unwrap();
        let (one, other) = ("6b0e71bd-7e97-4d97-80ce-4a0994e55286", "6b0e71bd-7e97-4d97-80ce-4a0994e55287");
        let token = make(&mac, &place(one), Timestamp::from_secs(1));
        assert_eq!(token.len(), LENGTH);
        assert_eq!(subscription(&token).as_deref(), Some(one));
        assert!(is_of(&mac, &token, &place(one), Timestamp::from_secs(1)));
        assert!(!is_of(&mac, &token, &place(other), Timestamp::from_secs(1)));
        assert!(!is_of(&mac, &token, &place(one), Timestamp::from_secs(2)));
        assert_eq!(subscription("randomtoken"), None);
    }
}
