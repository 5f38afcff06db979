//! Random documents and requests: the evaluator, its explanation and the plain evaluator agree.
//!
//! The words are few, so that statements often fit.

use names::AccountId;
use policy::{Attached, Kind, MapContext, Policies, Policy, Request, ResourceRule, Who, evaluate, explain};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value, json};

use crate::naive::{Asked, Documents, Facts, decide};
use crate::support::{ALICE, ROLE, SESSION, account, alice, parse, worker};

const ACTIONS: [&str; 4] = ["sqs:SendMessage", "sqs:GetQueueUrl", "SQS:sendmessage", "s3:GetObject"];
const ACTION_PATTERNS: [&str; 8] =
    ["*", "sqs:*", "sqs:Send*", "SQS:*message", "s3:Get?bject", "s3:*", "sqs:SendMessage", "kms:*"];
const RESOURCES: [&str; 6] = [
    "*",
    "arn:aws:sqs:eu-west-1:111111111111:ada",
    "arn:aws:sqs:us-east-1:222222222222:orders",
    "arn:aws:s3:::ada/a/b:c",
    "arn:aws:s3:::x*y",
    "arn:aws:logs:eu-west-1:111111111111:log-group:ada:s",
];
const RESOURCE_PATTERNS: [&str; 14] = [
    "*",
    "arn:aws:sqs:*:*:*",
    "arn:aws:sqs:eu-*:*:${aws:username}",
    "arn:*:sqs:e*t-1:1111?1111111:a?a",
    "arn:aws:s3:::${aws:username}/*",
    "arn:aws:s3:::*${*}*",
    "arn:aws:s3:::x${x:star}y",
    "arn:aws:logs:*:ada:*",
    "arn:aws:logs:e*:log-group:*",
    "arn:aws:sqs",
    "arn:aws:sqs:us-*",
    "arn:aws:s3:::${no:key, 'ada'}/*",
    "arn:aws:s3:::${no:key}*",
    "arn:aws:sqs:*w*:*",
];
const KEYS: [&str; 7] = ["aws:username", "X:Star", "x:list", "x:number", "x:date", "x:address", "x:arn"];
const WORDS: [&str; 28] = [
    "ada",
    "ADA",
    "a*",
    "*",
    "?da",
    "${aws:username}",
    "${x:list}",
    "${no:key, 'ada'}",
    "${x:star}",
    "true",
    "false",
    "5",
    "5.5",
    "-3",
    "2026-01-01T00:00:00Z",
    "1767225600",
    "1767225601",
    "10.0.0.0/8",
    "10.1.2.3",
    "2001:db8::/32",
    "2001:db8::1",
    "arn:aws:iam::1:role/ada",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::1:ro*/a?a",
    "arn:*:*",
    "arn:aws:iam::1:role/${aws:username}",
    "YWRh",
    "${*}da",
];
/// What a request may hold: no variables, nothing that one of the two would read as a date and the other not.
const VALUES: [&str; 15] = [
    "ada",
    "Ada",
    "*",
    "*da",
    "true",
    "false",
    "5",
    "5.50",
    "2026-01-01T00:00:00Z",
    "1767225601",
    "10.1.2.3",
    "11.1.2.3",
    "2001:db8::1",
    "arn:aws:iam::1:role/ada",
    "YWRh",
];
const OPERATORS: [&str; 26] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnNotEquals",
    "ArnLike",
    "ArnNotLike",
];
const DATES: [&str; 4] = ["2026-01-01T00:00:00Z", "1767225600", "1767225601", "2025-12-31T23:59:59Z"];
const FRED: &str = "arn:aws:sts::111111111111:federated-user/fred";
const LINKED: &str = "arn:aws:iam::111111111111:role/aws-service-role/x.amazonaws.com/L";

fn some_of(from: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => select(from).prop_map(Value::from),
        2 => subsequence(from, 1..=3).prop_map(Value::from),
    ]
}

fn line() -> impl Strategy<Value = (String, String, Value)> {
    let set = select(&["", "", "", "ForAllValues:", "ForAnyValue:"][..]);
    let suffix = select(&["", "", "IfExists"][..]);
    let ordinary = (set, select(&OPERATORS[..]), suffix, select(&KEYS[..]), some_of(&WORDS), some_of(&DATES));
    let ordinary = ordinary.prop_map(|(set, operator, suffix, key, words, dates)| {
        // The older parser refuses dates that are none.
        let want = if operator.starts_with("Date") { dates } else { words };
        (format!("{set}{operator}{suffix}"), key.to_owned(), want)
    });
    let null =
        (select(&KEYS[..]), any::<bool>()).prop_map(|(key, want)| ("Null".to_owned(), key.to_owned(), json!(want)));
    prop_oneof![9 => ordinary, 1 => null]
}

fn conditions() -> impl Strategy<Value = Value> {
    let lines = prop_oneof![3 => Just(0usize), 4 => Just(1), 2 => Just(2)];
    lines.prop_flat_map(|count| prop::collection::vec(line(), count)).prop_map(|lines| {
        let mut element: Map<String, Value> = Map::new();
        for (operator, key, want) in lines {
            let keys = element.entry(operator).or_insert_with(|| json!({}));
            keys.as_object_mut().unwrap().insert(key, want);
        }
        Value::Object(element)
    })
}

fn principal() -> impl Strategy<Value = Value> {
    const AWS: [&str; 11] = [
        "*",
        "111111111111",
        "222222222222",
        "arn:aws:iam::111111111111:root",
        ALICE,
        ROLE,
        SESSION,
        FRED,
        LINKED,
        "AIDAALICEALICEALICE1",
        "AROAWORKERWORKERWORK",
    ];
    prop_oneof![
        2 => Just(json!("*")),
        6 => some_of(&AWS).prop_map(|names| json!({"AWS": names})),
        1 => some_of(&["sns.amazonaws.com", "s3.amazonaws.com", "*"]).prop_map(|names| json!({"Service": names})),
        1 => some_of(&["idp.example", "corp", "*"]).prop_map(|names| json!({"Federated": names})),
        1 => some_of(&AWS).prop_map(|names| json!({"AWS": names, "Service": "sns.amazonaws.com"})),
    ]
}

fn statement(with_principal: bool) -> impl Strategy<Value = Value> {
    let parts =
        (prop::bool::weighted(0.75), any::<[bool; 3]>(), some_of(&ACTION_PATTERNS), some_of(&RESOURCE_PATTERNS));
    let odds = (prop::bool::weighted(0.2), prop::bool::weighted(0.2), prop::bool::weighted(0.3));
    (parts, odds, conditions(), principal()).prop_map(move |((allow, _, actions, resources), odds, conditions, who)| {
        let (not_action, not_resource, not_principal) = odds;
        let mut statement = json!({"Effect": if allow { "Allow" } else { "Deny" }});
        statement[if not_action { "NotAction" } else { "Action" }] = actions;
        statement[if not_resource { "NotResource" } else { "Resource" }] = resources;
        if !conditions.as_object().unwrap().is_empty() {
            statement["Condition"] = conditions;
        }
        if with_principal {
            statement[if not_principal && !allow { "NotPrincipal" } else { "Principal" }] = who;
        }
        statement
    })
}

fn document(with_principal: bool) -> impl Strategy<Value = Value> {
    let version = select(&["2012-10-17", "2012-10-17", "2008-10-17"][..]);
    (version, prop::collection::vec(statement(with_principal), 1..4))
        .prop_map(|(version, statements)| json!({"Version": version, "Statement": statements}))
}

/// A document that allows everything, so that not everything is refused.
fn open(with_principal: bool) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    if with_principal {
        statement["Principal"] = json!("*");
    }
    json!({"Version": "2012-10-17", "Statement": statement})
}

fn often_open(with_principal: bool) -> impl Strategy<Value = Value> {
    prop_oneof![1 => Just(open(with_principal)), 2 => document(with_principal)]
}

fn levels(with_principal: bool) -> impl Strategy<Value = Vec<Vec<Value>>> {
    let level = prop::collection::vec(often_open(with_principal), 0..3);
    prop_oneof![3 => Just(Vec::new()), 1 => prop::collection::vec(level, 1..3)]
}

fn documents() -> impl Strategy<Value = Documents> {
    let own = (
        prop::collection::vec(document(false), 0..3),
        prop::option::weighted(0.3, often_open(false)),
        prop::option::weighted(0.3, prop::collection::vec(often_open(false), 0..2)),
        prop::option::weighted(0.7, document(true)),
    );
    let around = (levels(false), levels(true), prop::option::weighted(0.15, often_open(true)));
    let owner = select(&[None, Some("111111111111"), Some("111111111111"), Some("222222222222")][..]);
    (own, around, any::<bool>(), owner).prop_map(|(own, (scp, rcp, endpoint), required, owner)| {
        let (identity, boundary, session, resource) = own;
        let owner = owner.map(str::to_owned);
        Documents { identity, boundary, session, resource, required, owner, scp, rcp, endpoint }
    })
}

fn facts() -> impl Strategy<Value = Facts> {
    let one = select(&VALUES[..]).prop_map(|value| vec![value.to_owned()]);
    let many = subsequence(&VALUES[..], 0..4).prop_map(|values| values.into_iter().map(str::to_owned).collect());
    let value = prop_oneof![4 => one, 1 => many];
    // Names of users have no colons: the plain evaluator counts parts after putting them in.
    let name = select(&["ada", "x", "*"][..]).prop_map(|name| vec![name.to_owned()]);
    let fixed = prop::option::of(name);
    (fixed, prop::collection::btree_map(select(&KEYS[1..]).prop_map(str::to_lowercase), value, 0..6)).prop_map(
        |(name, mut facts)| {
            if let Some(star) = facts.get_mut("x:star") {
                *star = vec!["*".to_owned()];
            }
            facts.extend(name.map(|name| ("aws:username".to_owned(), name)));
            facts
        },
    )
}

fn who() -> impl Strategy<Value = Who<'static>> {
    let one = account(1);
    let root = "arn:aws:iam::111111111111:root";
    let linked = "arn:aws:sts::111111111111:assumed-role/L/s";
    select(vec![
        alice(),
        alice(),
        worker(),
        worker(),
        Who::root(one, root),
        Who::federated_user(one, FRED, ALICE),
        Who::federated_user(one, FRED, root),
        Who::role_session(one, linked, LINKED, "AROALINKEDLINKEDLINK"),
        Who::service("sns.amazonaws.com", ""),
        Who::web_identity("idp.example"),
        Who::saml("corp"),
        Who::anonymous(),
    ])
}

/// Documents made ready, and names for them.
struct Compiled {
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    session: Option<Vec<Policy>>,
    resource: Option<Policy>,
    scp: Vec<Vec<Policy>>,
    rcp: Vec<Vec<Policy>>,
    endpoint: Option<Policy>,
}

fn compile(documents: &Documents) -> Compiled {
    let one = |document: &Value, kind| parse(&document.to_string(), kind);
    let all = |documents: &[Value], kind| documents.iter().map(|document| one(document, kind)).collect::<Vec<_>>();
    Compiled {
        identity: all(&documents.identity, Kind::Inline),
        boundary: documents.boundary.as_ref().map(|document| one(document, Kind::Inline)),
        session: documents.session.as_ref().map(|session| all(session, Kind::Session)),
        resource: documents.resource.as_ref().map(|document| one(document, Kind::Resource)),
        scp: documents.scp.iter().map(|level| all(level, Kind::ServiceControl)).collect(),
        // A resource policy's rules, since these documents allow and name principals of every kind.
        rcp: documents.rcp.iter().map(|level| all(level, Kind::Resource)).collect(),
        endpoint: documents.endpoint.as_ref().map(|document| one(document, Kind::Endpoint)),
    }
}

fn attach(policies: &[Policy]) -> Vec<Attached<'_>> {
    policies.iter().map(|policy| Attached { name: "p", policy }).collect()
}

fn check(documents: &Documents, who: Who<'_>, action: &str, resource: &str, facts: &Facts) {
    let compiled = compile(documents);
    let identity = attach(&compiled.identity);
    let session = compiled.session.as_deref().map(attach);
    let (scp, rcp): (Vec<_>, Vec<_>) =
        (compiled.scp.iter().map(|l| attach(l)).collect(), compiled.rcp.iter().map(|l| attach(l)).collect());
    let (scp, rcp): (Vec<&[_]>, Vec<&[_]>) =
        (scp.iter().map(Vec::as_slice).collect(), rcp.iter().map(Vec::as_slice).collect());
    let one = |policy| Attached { name: "p", policy };
    let policies = Policies {
        identity: &identity,
        boundary: compiled.boundary.as_ref().map(one),
        session: session.as_deref(),
        resource: compiled.resource.as_ref().map(one),
        resource_rule: if documents.required { ResourceRule::Required } else { ResourceRule::Optional },
        resource_account: documents.owner.as_ref().map(|owner| owner.parse::<AccountId>().unwrap()),
        service_control: &scp,
        resource_control: &rcp,
        endpoint: compiled.endpoint.as_ref().map(one),
    };
    let mut context = MapContext::new();
    for (key, values) in facts {
        context.insert(key, values.iter().map(String::as_str));
    }
    let request = Request { principal: who, action, resource, context: &context };
    let decision = evaluate(&policies, &request);
    let explanation = explain(&policies, &request);
    assert_eq!(explanation.decision(), decision, "the explanation tells another story");
    let (outcome, noun) = decide(documents, &Asked { who, action, resource, facts });
    assert_eq!(decision.reason.simulated(), outcome, "{:?}", decision.reason);
    assert_eq!(decision.allowed, outcome == "allowed");
    if !noun.is_empty() {
        assert_eq!(decision.reason.text("x"), format!("because no {noun} allows the x action"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_three_agree(
        documents in documents(),
        who in who(),
        action in select(&ACTIONS[..]),
        resource in select(&RESOURCES[..]),
        facts in facts(),
    ) {
        check(&documents, who, action, resource, &facts);
    }

    /// One statement and one caller, so that every element is seen to decide.
    #[test]
    fn single_statements_agree(
        statement in statement(false),
        action in select(&ACTIONS[..]),
        resource in select(&RESOURCES[..]),
        facts in facts(),
    ) {
        let identity = vec![json!({"Version": "2012-10-17", "Statement": statement})];
        check(&Documents { identity, ..Documents::default() }, alice(), action, resource, &facts);
    }

    #[test]
    fn principals_agree(element in principal(), negated in any::<bool>(), who in who()) {
        let name = if negated { "NotPrincipal" } else { "Principal" };
        let effect = if negated { "Deny" } else { "Allow" };
        let resource = Some(json!({"Statement": {"Effect": effect, name: element, "Action": "*", "Resource": "*"}}));
        let identity = vec![open(false)];
        let owner = Some("222222222222".to_owned());
        let documents = Documents { resource, identity, owner, ..Documents::default() };
        check(&documents, who, "sqs:SendMessage", RESOURCES[1], &Facts::new());
    }

    /// Patterns of few letters against texts of the same.
    #[test]
    fn wildcards_agree(pattern in "arn:[ab*?:]{0,12}", text in "arn:[ab:]{0,12}") {
        let identity = vec![];
        let resource = Some(json!({"Version": "2012-10-17", "Statement":
            {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": pattern}}));
        let documents = Documents { identity, resource, ..Documents::default() };
        check(&documents, alice(), "a:b", &text, &Facts::new());
    }
}
