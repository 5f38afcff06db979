//! Whom a statement names.

use policy::{Attached, Effect, Kind, Named, Policies, Policy, Request, Who, evaluate};

use crate::support::{ALICE, QUEUE, ROLE, SESSION, account, alice, parse, worker};

const FEDERATED: &str = "arn:aws:sts::111111111111:federated-user/fred";

fn fred() -> Who<'static> {
    Who::federated_user(account(1), FEDERATED, ALICE)
}

fn root() -> Who<'static> {
    Who::root(account(1), "arn:aws:iam::111111111111:root")
}

/// Whether a resource policy of another account with this element lets the caller pass, were its own account to allow.
fn named(element: &str, who: Who<'_>, effect: Effect) -> bool {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "{effect:?}", {element}, "Action": "*", "Resource": "*"}}]}}"#
    );
    let policy = parse(&text, Kind::Resource);
    let open = parse(
        r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}"#,
        Kind::Resource,
    );
    let everything = parse(r#"{"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#, Kind::Inline);
    let identity = [Attached { name: "all", policy: &everything }];
    let policies = Policies {
        identity: &identity,
        resource: Some(Attached { name: "r", policy: &policy }),
        // A denial is seen against a background that allows.
        endpoint: Some(Attached { name: "e", policy: &open }),
        resource_account: Some(account(2)),
        ..Policies::default()
    };
    let request = Request { principal: who, action: "sqs:SendMessage", resource: QUEUE, context: &() };
    let decision = evaluate(&policies, &request);
    match effect {
        Effect::Allow => decision.allowed,
        Effect::Deny => decision.reason.simulated() == "explicitDeny",
    }
}

#[test]
fn each_sort_matches_whom_it_names() {
    let service = Who::service("sns.amazonaws.com", "eu-west-1");
    let token = Who::web_identity("arn:aws:iam::111111111111:oidc-provider/idp.example");
    let saml = Who::saml("arn:aws:iam::111111111111:saml-provider/corp");
    let owner = root().with_canonical_id("79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be");
    let table: &[(&str, Who<'_>, bool)] = &[
        (r#""*""#, alice(), true),
        (r#""*""#, Who::anonymous(), true),
        (r#""*""#, service, true),
        (r#""*""#, token, true),
        (r#"{"AWS": "*"}"#, Who::anonymous(), true),
        (r#"{"AWS": "*"}"#, service, true),
        (r#"{"AWS": "*"}"#, token, false),
        (r#"{"AWS": "*"}"#, saml, false),
        (r#"{"AWS": "111111111111"}"#, alice(), true),
        (r#"{"AWS": "111111111111"}"#, root(), true),
        (r#"{"AWS": "111111111111"}"#, worker(), true),
        (r#"{"AWS": "arn:aws:iam::111111111111:root"}"#, worker(), true),
        (r#"{"AWS": "222222222222"}"#, alice(), false),
        (r#"{"AWS": "111111111111"}"#, Who::anonymous(), false),
        (r#"{"AWS": "111111111111"}"#, service, false),
        (r#"{"AWS": "arn:aws:iam::111111111111:user/alice"}"#, alice(), true),
        (r#"{"AWS": "arn:aws:iam::111111111111:user/Alice"}"#, alice(), false),
        (r#"{"AWS": "arn:aws:iam::111111111111:user/alice"}"#, fred(), true),
        (r#"{"AWS": "arn:aws:iam::111111111111:user/alice"}"#, root(), false),
        (r#"{"AWS": "arn:aws:iam::111111111111:role/app/worker"}"#, worker(), true),
        (r#"{"AWS": "arn:aws:iam::111111111111:role/worker"}"#, worker(), false),
        (r#"{"AWS": "arn:aws:sts::111111111111:assumed-role/worker/s1"}"#, worker(), true),
        (r#"{"AWS": "arn:aws:sts::111111111111:assumed-role/worker/s2"}"#, worker(), false),
        (r#"{"AWS": "arn:aws:sts::111111111111:federated-user/fred"}"#, fred(), true),
        (r#"{"AWS": "AIDAALICEALICEALICE1"}"#, alice(), true),
        (r#"{"AWS": "AIDAALICEALICEALICE2"}"#, alice(), false),
        (r#"{"AWS": "AROAWORKERWORKERWORK"}"#, worker(), true),
        (r#"{"AWS": ["222222222222", "111111111111"]}"#, alice(), true),
        (r#"{"Service": "sns.amazonaws.com"}"#, service, true),
        (r#"{"Service": ["s3.amazonaws.com", "sns.eu-west-1.amazonaws.com"]}"#, service, true),
        (r#"{"Service": "sns.us-east-1.amazonaws.com"}"#, service, false),
        (r#"{"Service": "sns.eu-west-1.amazonaws.com"}"#, Who::service("sns.amazonaws.com", ""), false),
        (r#"{"Service": "sns.eu-west-1.amazonaws.com.cn"}"#, Who::service("sns.amazonaws.com.cn", "eu-west-1"), true),
        (r#"{"Service": "sns..amazonaws.com"}"#, Who::service("sns.amazonaws.com", ""), false),
        (r#"{"Service": "*"}"#, service, true),
        (r#"{"Service": "*"}"#, alice(), false),
        (r#"{"Federated": "arn:aws:iam::111111111111:oidc-provider/idp.example"}"#, token, true),
        (r#"{"Federated": "arn:aws:iam::111111111111:saml-provider/corp"}"#, saml, true),
        (r#"{"Federated": "arn:aws:iam::111111111111:saml-provider/corp"}"#, token, false),
        (r#"{"Federated": "*"}"#, saml, true),
        (r#"{"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#, owner, true),
        (r#"{"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#, root(), false),
        (r#"{"Service": "s3.amazonaws.com", "AWS": "111111111111"}"#, alice(), true),
    ];
    for (element, who, expected) in table {
        let element = format!(r#""Principal": {element}"#);
        assert_eq!(named(&element, *who, Effect::Allow), *expected, "allow {element} {who:?}");
        assert_eq!(named(&element, *who, Effect::Deny), *expected, "deny {element} {who:?}");
    }
}

/// AWS checks the account, the role and the session each: whatever is not listed is denied.
#[test]
fn not_principal_spares_only_what_is_wholly_listed() {
    let service = Who::service("sns.amazonaws.com", "");
    let root_arn = "arn:aws:iam::111111111111:root";
    let table: &[(&[&str], Who<'_>, bool)] = &[
        (&[ALICE, root_arn], alice(), false),
        (&[ALICE, "111111111111"], alice(), false),
        (&[ALICE], alice(), true),
        (&[root_arn], alice(), true),
        (&[root_arn], root(), false),
        (&[SESSION, ROLE, root_arn], worker(), false),
        (&[ROLE, root_arn], worker(), true),
        (&[SESSION, root_arn], worker(), true),
        (&[ALICE, root_arn], service, true),
        (&[ALICE, root_arn], Who::anonymous(), true),
    ];
    for (listed, who, denied) in table {
        let listed = serde_json::to_string(listed).unwrap();
        let element = format!(r#""NotPrincipal": {{"AWS": {listed}}}"#);
        assert_eq!(named(&element, *who, Effect::Deny), *denied, "{element} {who:?}");
    }
    assert!(!named(r#""NotPrincipal": {"Service": "sns.amazonaws.com"}"#, service, Effect::Deny));
    assert!(!named(r#""NotPrincipal": "*""#, alice(), Effect::Deny));
}

#[test]
fn names_that_are_no_principals_are_refused() {
    for (element, shown) in [
        (r#"{"AWS": "arn:aws:iam::111111111111:user/al*"}"#, r#": "AWS":"arn:aws:iam::111111111111:user/al*""#),
        (r#"{"AWS": "arn:aws:iam::111111111111:group/g"}"#, r#": "AWS":"arn:aws:iam::111111111111:group/g""#),
        (r#"{"AWS": "1111"}"#, r#": "AWS":"1111""#),
        (r#"{"AWS": ""}"#, r#": "AWS":"""#),
        (r#"{"AWS": "arn:aws:iam::11111111111:root"}"#, r#": "AWS":"arn:aws:iam::11111111111:root""#),
        (r#"{"Service": "sns"}"#, r#": "SERVICE":"sns""#),
        (r#"{"Federated": ""}"#, r#": "FEDERATED":"""#),
        (r#"{"Nobody": "x"}"#, ""),
        (r#""alice""#, ""),
    ] {
        for kind in [Kind::Resource, Kind::Trust] {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Principal": {element}, "Action": "sts:AssumeRole"}}}}"#
            );
            let message = Policy::parse(&text, kind).unwrap_err().message;
            assert_eq!(message, format!("Invalid principal in policy{shown}"), "{element}");
        }
    }
}

#[test]
fn principals_are_listed_and_resolved() {
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": [
            {{"Effect": "Allow", "Principal": {{"AWS": ["{ROLE}", "{ALICE}", "222222222222"]}}, "Action": "sts:AssumeRole"}},
            {{"Effect": "Allow", "Principal": {{"Service": "ec2.amazonaws.com"}}, "Action": "sts:AssumeRole"}}]}}"#
    );
    let mut policy = parse(&text, Kind::Trust);
    let listed: Vec<_> = policy.principals().collect();
    assert_eq!(
        listed,
        [
            (0, Named::Arn(ROLE)),
            (0, Named::Arn(ALICE)),
            (0, Named::Account(account(2))),
            (1, Named::Service("ec2.amazonaws.com"))
        ]
    );
    policy.resolve_principals(|arn| (arn == ALICE).then(|| "AIDAANOTHERANOTHER11".to_owned()));
    assert_eq!(policy.principals().nth(1), Some((0, Named::UniqueId("AIDAANOTHERANOTHER11"))));
    let request = Request { principal: alice(), action: "sts:AssumeRole", resource: ROLE, context: &() };
    let attached = Attached { name: ROLE, policy: &policy };
    let policies = Policies { resource: Some(attached), resource_account: Some(account(1)), ..Policies::default() };
    assert!(!evaluate(&policies, &request).allowed, "the user of this name is another by now");
}
