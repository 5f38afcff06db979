//! Anything as a SAML response, as metadata, as a token, as a key set. Only what a provider signed is believed, and only as
//! it was signed: whatever passes says exactly what the one signed document says.
#![no_main]

mod seeds;

use std::sync::LazyLock;

use federation::jwt::{Algorithm, KeySet, SigningKey, Token};
use federation::saml::{Assertion, Metadata, open};
use federation::testing::{Idp, Said, Signs};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use names::Timestamp;
use serde_json::json;

/// A provider, what it signed, and what that says.
struct World {
    metadata: Metadata,
    said: Assertion,
    keys: KeySet,
    seeds: Vec<Vec<u8>>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let idp = Idp::ecdsa("https://idp.example.test");
    let home = "https://signin.aws.amazon.com/saml".to_owned();
    let said = Said {
        subject: "alice".to_owned(),
        format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
        from: "2026-01-01T00:00:00Z".to_owned(),
        until: "2026-01-01T00:05:00Z".to_owned(),
        audience: home.clone(),
        recipient: home,
        attributes: vec![("a".to_owned(), vec!["1".to_owned()])],
        session_until: None,
    };
    let metadata = Metadata::parse(&idp.metadata()).expect("metadata");
    let key = SigningKey::generate("k", Algorithm::Es256).expect("a key");
    let keys = json!({"keys": [key.public()]}).to_string();
    let responses = [Signs::Assertion, Signs::Response, Signs::Both].map(|signs| idp.response(&said, signs));
    let believed = open(&responses[0], &metadata).expect("a signed response");
    let token = key.token(&json!({"sub": "alice", "exp": 2, "iat": 1})).expect("a token");
    let texts = responses.into_iter().chain([idp.metadata(), token, keys.clone()]);
    let seeds = texts.map(String::into_bytes).collect();
    let keys = KeySet::parse(keys.as_bytes()).expect("a key set");
    World { metadata, said: believed, keys, seeds }
});

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let all: Vec<&[u8]> = WORLD.seeds.iter().map(Vec::as_slice).collect();
    seeds::mutate(&all, data, size, max_size, seed)
});

fuzz_target!(|data: &[u8]| {
    drop(KeySet::parse(data));
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(assertion) = open(text, &WORLD.metadata) {
        assert_eq!(assertion, WORLD.said, "believed what nobody signed");
        drop(assertion.holds(Timestamp::EPOCH, |_| true));
    }
    drop(Metadata::parse(text));
    if let Ok(token) = Token::parse(text)
        && let Ok(claims) = token.verify(&WORLD.keys)
    {
        assert_eq!(claims.text("sub"), Some("alice"), "believed what nobody signed");
        drop((claims.dated(Timestamp::EPOCH, 0), claims.audiences()));
    }
});
