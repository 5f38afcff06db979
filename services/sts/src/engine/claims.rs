//! Condition keys of a web identity token: what its issuer says of the bearer, under the issuer's name.
//!
//! Source: "Available keys for AWS OIDC federation" in the IAM user guide; the service authorization reference lists the
//! further keys that providers of shared tenancy have (GitHub, GitLab, Buildkite, CircleCI, …) for
//! `sts:AssumeRoleWithWebIdentity`, and the operation's description holds them.

use std::collections::BTreeMap;

use federation::jwt::Claims;
use smithy::OperationSchema;

/// Keys of every provider.
const COMMON: [&str; 3] = ["amr", "email", "sub"];

/// The keys, by name, with their values. `provider` is the issuer without its scheme.
pub(crate) fn keys(operation: &OperationSchema, provider: &str, claims: &Claims) -> BTreeMap<String, Vec<String>> {
    let known = operation.access.iter().flat_map(|facts| facts.condition_keys.iter().copied());
    let known = known.filter_map(|key| key.rsplit_once(':')).filter(|(pattern, _)| is_named(pattern, provider));
    let names =
        COMMON.into_iter().chain(known.map(|(_, claim)| claim).filter(|claim| !matches!(*claim, "aud" | "oaud")));
    let mut keys: BTreeMap<String, Vec<String>> =
        names.map(|name| (format!("{provider}:{name}"), claims.texts(name))).collect();
    keys.insert(format!("{provider}:aud"), claims.audiences());
    keys.insert(format!("{provider}:oaud"), claims.texts("aud"));
    keys.retain(|_, values| !values.is_empty());
    keys
}

/// Whether a provider has the name of a pattern: `token.actions.${Domain}.ghe.com`, each placeholder some letters.
fn is_named(pattern: &str, provider: &str) -> bool {
    let mut pieces = pattern.split("${");
    let Some(mut rest) = provider.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    for piece in pieces {
        let literal = piece.split_once('}').map_or("", |(_, literal)| literal);
        if literal.is_empty() {
            return !rest.is_empty();
        }
        let Some(at) = rest.get(1..).and_then(|tail| tail.find(literal)) else { return false };
        rest = &rest[1 + at + literal.len()..];
    }
    rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use federation::jwt::{Algorithm, KeySet, SigningKey, Token};
    use serde_json::{Value, json};
    use smithy::Operation;

    fn claims(value: &Value) -> Claims {
        let key = SigningKey::generate("k", Algorithm::Es256).unwrap();
        let keys = KeySet::parse(json!({"keys": [key.public()]}).to_string().as_bytes()).unwrap();
        Token::parse(&key.token(value).unwrap()).unwrap().verify(&keys).unwrap()
    }

    #[test]
    fn names_of_providers() {
        for (pattern, provider, named) in [
            ("gitlab.com", "gitlab.com", true),
            ("gitlab.com", "gitlab.com.evil.test", false),
            ("token.actions.${Domain}.ghe.com", "token.actions.acme.ghe.com", true),
            ("token.actions.${Domain}.ghe.com", "token.actions..ghe.com", false),
            ("token.actions.${Domain}.ghe.com", "token.actions.acme.ghe.com/x", false),
            ("oidc.circleci.com/org/${OrgId}", "oidc.circleci.com/org/1", true),
            ("oidc.circleci.com/org/${OrgId}", "oidc.circleci.com/org/", false),
        ] {
            assert_eq!(is_named(pattern, provider), named, "{pattern} {provider}");
        }
    }

    #[test]
    fn keys_of_github_and_of_anyone() {
        let value = json!({"aud": "sts.amazonaws.com", "sub": "repo:a/b:ref:main", "repository": "a/b", "secret": "x"});
        let operation = api_sts::AssumeRoleWithWebIdentity::SCHEMA;
        let of = |provider| keys(operation, provider, &claims(&value));
        let github = of("token.actions.githubusercontent.com");
        assert_eq!(github["token.actions.githubusercontent.com:repository"], ["a/b"]);
        assert_eq!(github["token.actions.githubusercontent.com:sub"], ["repo:a/b:ref:main"]);
        let anyone = of("id.example.test");
        assert_eq!(
            anyone.keys().collect::<Vec<_>>(),
            ["id.example.test:aud", "id.example.test:oaud", "id.example.test:sub"]
        );
    }
}
