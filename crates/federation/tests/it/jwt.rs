//! Tokens: signed by every algorithm, tampered with in every place, and the known attacks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use federation::jwt::{Algorithm, KeySet, Refusal, SigningKey, Token};
use serde_json::{Value, json};

fn keys(all: &[&SigningKey]) -> KeySet {
    let keys: Vec<Value> = all.iter().map(|key| key.public()).collect();
    KeySet::parse(json!({ "keys": keys }).to_string().as_bytes()).expect("a key set")
}

fn key(id: &str, algorithm: Algorithm) -> SigningKey {
    SigningKey::generate(id, algorithm).expect("a key")
}

#[test]
fn every_algorithm_signs_and_is_verified() {
    for (name, algorithm) in Algorithm::ALL {
        let signing = key("k", algorithm);
        let again = SigningKey::from_pkcs8("k", algorithm, &signing.to_pkcs8().unwrap()).unwrap();
        let token = again.token(&json!({"sub": "me"})).unwrap();
        let claims = Token::parse(&token).unwrap().verify(&keys(&[&signing])).unwrap();
        assert_eq!(claims.text("sub"), Some("me"), "{name}");
    }
}

#[test]
fn whatever_was_changed_is_not_believed() {
    let signing = key("k", Algorithm::Es256);
    let (set, token) = (keys(&[&signing]), signing.token(&json!({"sub": "me", "iss": "https://x"})).unwrap());
    for index in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[index] = if changed[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(changed).unwrap();
        let believed = Token::parse(&changed).and_then(|token| token.verify(&set));
        assert!(believed.is_err(), "letter {index}");
        assert!(Token::parse(&token[..index]).and_then(|token| token.verify(&set)).is_err(), "cut at {index}");
    }
}

#[test]
fn tokens_cannot_choose_a_weaker_algorithm() {
    let signing = key("k", Algorithm::Rs256);
    let (set, part) = (keys(&[&signing]), |v: &Value| URL_SAFE_NO_PAD.encode(v.to_string()));
    for alg in ["none", "None", "HS256", "PS256", "RS1", ""] {
        let token = format!("{}.{}.", part(&json!({"alg": alg, "kid": "k"})), part(&json!({"sub": "me"})));
        let refused = Token::parse(&token).unwrap().verify(&set).unwrap_err();
        assert_eq!(refused, Refusal::Algorithm(alg.to_owned()));
    }
    // An RSA key is not taken for another algorithm than it is published for, nor for another kind of key.
    for alg in ["RS512", "ES256"] {
        let token = signing.token_with(&json!({"alg": alg, "kid": "k"}), &json!({})).unwrap();
        assert_eq!(Token::parse(&token).unwrap().verify(&set).unwrap_err(), Refusal::UnknownKey, "{alg}");
    }
}

#[test]
fn keys_are_found_by_id() {
    let (one, two, stranger) = (key("1", Algorithm::Es256), key("2", Algorithm::Es256), key("1", Algorithm::Es256));
    let set = keys(&[&one, &two]);
    let verify = |token: &str| Token::parse(token).unwrap().verify(&set).map(drop);
    assert_eq!(verify(&two.token(&json!({})).unwrap()), Ok(()));
    assert_eq!(verify(&two.token_with(&json!({"alg": "ES256"}), &json!({})).unwrap()), Ok(()));
    let wrong = two.token_with(&json!({"alg": "ES256", "kid": "1"}), &json!({})).unwrap();
    assert_eq!(verify(&wrong), Err(Refusal::Signature));
    assert_eq!(verify(&stranger.token(&json!({})).unwrap()), Err(Refusal::Signature));
    let unknown = one.token_with(&json!({"alg": "ES256", "kid": "3"}), &json!({})).unwrap();
    assert_eq!(verify(&unknown), Err(Refusal::UnknownKey));
}

#[test]
fn malformed_tokens() {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let header = part("{\"alg\":\"RS256\"}");
    for token in [
        String::new(),
        "..".to_owned(),
        "a.b".to_owned(),
        format!("{header}.{}", part("{}")),
        format!("{header}.{}.AA=", part("{}")),
        format!("{header}.{}.", part("[]")),
        format!("{}.{}.", part("{}"), part("{}")),
        format!("{}.{}.", part("{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}"), part("{}")),
        format!("{header}.{}.{}", part("{}"), "A".repeat(20_000)),
    ] {
        assert_eq!(Token::parse(&token).unwrap_err(), Refusal::Malformed, "{token:.80}");
    }
}

#[test]
fn key_sets_leave_out_what_they_do_not_know() {
    let signing = key("k", Algorithm::Es256);
    let mut encryption = signing.public();
    encryption["use"] = json!("enc");
    let strange = json!({"kty": "OKP", "crv": "Ed25519", "x": "AA"});
    let set =
        json!({"keys": [strange, encryption, {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, 1]}).to_string();
    let set = KeySet::parse(set.as_bytes()).unwrap();
    let token = signing.token(&json!({})).unwrap();
    assert_eq!(Token::parse(&token).unwrap().verify(&set).unwrap_err(), Refusal::UnknownKey);
    for document in ["", "[]", "{}", "{\"keys\":1}"] {
        assert!(KeySet::parse(document.as_bytes()).is_none(), "{document}");
    }
}
