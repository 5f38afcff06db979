//! What is a document of its kind and what is not, with the words AWS has for it.

use policy::{Kind, Policy, Version};

fn refusal(text: &str, kind: Kind) -> Option<String> {
    Policy::parse(text, kind).err().map(|malformed| malformed.message)
}

fn one(statement: &str) -> String {
    format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#)
}

/// A statement with this resource element.
fn with_resource(resource: &str) -> String {
    one(&format!(r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {resource}}}"#))
}

fn with_action(element: &str) -> String {
    one(&format!(r#"{{"Effect": "Allow", {element}, "Resource": "*"}}"#))
}

fn with_condition(condition: &str) -> String {
    one(&format!(r#"{{"Effect": "Allow", "Action": "a:b", "Resource": "*", "Condition": {condition}}}"#))
}

const SYNTAX: &str = "Syntax errors in policy.";
const LEGACY: &str = "The policy failed legacy parsing";
const VERSION: &str = "Policy document must be version 2012-10-17 or greater.";
const VENDOR: &str = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
const NO_ACTIONS: &str = "Policy statement must contain actions.";
const NO_RESOURCES: &str = "Policy statement must contain resources.";
const SID: &str =
    "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*";

#[test]
fn the_grammar_of_documents() {
    for text in [
        "",
        "text",
        "[]",
        "null",
        "{",
        r#"{"Version": "2012-10-17"}"#,
        r#"{"Version": "2013-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#,
        r#"{"Version": 2012, "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#,
        r#"{"version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#,
        r#"{"Version": "2012-10-17", "Id": [], "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#,
        r#"{"Version": "2012-10-17", "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}} x"#,
        &one("[]"),
        &one("{}"),
        &one(r#"["x"]"#),
        &one(r#""x""#),
        &one(r#"{"Action": "a:b", "Resource": "*"}"#),
        &one(r#"{"Effect": "Maybe", "Action": "a:b", "Resource": "*"}"#),
        &one(r#"{"Effect": true, "Action": "a:b", "Resource": "*"}"#),
        &one(r#"{"Effect": "Allow", "Effect": "Deny", "Action": "a:b", "Resource": "*"}"#),
        &one(r#"{"Effect": "Allow", "Action": "a:b", "Resource": "*", "Extra": 1}"#),
        &one(r#"{"Effect": "Allow", "Action": "a:b", "NotAction": [], "Resource": "*"}"#),
        &one(r#"{"Effect": "Allow", "Action": "a:b", "Resource": "*", "NotResource": "*"}"#),
        &one(r#"{"Effect": "Allow", "Action": {}, "Resource": "*"}"#),
        &one(r#"{"Effect": "Allow", "Action": [["a:b"]], "Resource": "*"}"#),
        &one(r#"{"Effect": "Allow", "Action": 5, "Resource": "*"}"#),
        &one(r#"{"Sid": 5, "Effect": "Allow", "Action": "a:b", "Resource": "*"}"#),
        &with_condition("[]"),
        &with_condition(r#""a""#),
        &with_condition(r#"{"StringEquals": "a"}"#),
        &with_condition(r#"{"StringEquals": {"a": {}}}"#),
        &with_condition(r#"{"StringEquals": {"a": [[]]}}"#),
        &with_condition(r#"{"StringEquals": {"a": null}}"#),
        &with_condition(r#"{"StringEquals": {"a": "x", "a": "y"}}"#),
        &with_condition(r#"{"StringEqual": {"a": "b"}}"#),
    ] {
        assert_eq!(refusal(text, Kind::Identity).as_deref(), Some(SYNTAX), "{text}");
    }
}

/// Each fault of a document without principals, and with several faults the one that IAM reports.
#[test]
fn the_rules_of_identity_policies() {
    let iam_paths = "IAM resource path must either be \"*\" or start with user/, federated-user/, role/, group/, \
                     instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, \
                     report/, access-report/.";
    let table: &[(String, &str)] = &[
        (r#"{"Statement": {"Effect": "Allow", "Action": "a:b", "Resource": "*"}}"#.to_owned(), VERSION),
        (
            r#"{"Version": "2008-10-17", "Statement": {"Effect": "allow", "Action": "a:b", "Resource": "x"}}"#
                .to_owned(),
            VERSION,
        ),
        (one(r#"{"Effect": "allow", "Action": "a:b", "Resource": "x"}"#), LEGACY),
        (
            one(r#"{"Effect": "Allow", "Principal": "*", "Action": "a:b", "Resource": "*"}"#),
            "Policy document should not specify a principal.",
        ),
        (
            one(r#"{"Effect": "Allow", "NotPrincipal": {"AWS": "*"}, "Action": "a:b", "Resource": "*"}"#),
            "Policy document should not specify a principal.",
        ),
        (one(r#"{"Sid": "a-b", "Effect": "Allow", "Action": "a:b", "Resource": "*"}"#), SID),
        (
            one(
                r#"[{"Sid": "a", "Effect": "Allow", "Action": "a:b", "Resource": "*"}, {"Sid": "a", "Effect": "Deny"}]"#,
            ),
            "Statement IDs (SID) in a single policy must be unique.",
        ),
        (one(r#"{"Effect": "Allow", "Resource": "x"}"#), NO_ACTIONS),
        (with_action(r#""Action": []"#), NO_ACTIONS),
        (with_action(r#""Action": "list""#), VENDOR),
        (with_action(r#""NotAction": """#), VENDOR),
        (with_action(r#""Action": ["s3:*", "s3:a:b"]"#), "Actions/Condition can contain only one colon."),
        (with_action(r#""Action": "a a:b""#), "Vendor a a is not valid"),
        (one(r#"{"Effect": "Allow", "Action": "a:b"}"#), NO_RESOURCES),
        (one(r#"{"Effect": "Allow", "Action": "list"}"#), VENDOR),
        (with_resource("[]"), NO_RESOURCES),
        (with_resource(r#""queue""#), r#"Resource queue must be in ARN format or "*"."#),
        (with_resource(r#""""#), r#"Resource  must be in ARN format or "*"."#),
        (with_resource(r#"["*", "b", "a"]"#), r#"Resource a must be in ARN format or "*"."#),
        (with_resource(r#""a:b""#), r#"Partition "b" is not valid for resource "arn:b:*:*:*:*"."#),
        (with_resource(r#""aws:s3:::bucket""#), r#"Partition "s3" is not valid for resource "arn:s3:::bucket:*"."#),
        (with_resource(r#""a:b:c:d:e:f:g:h""#), r#"Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h"."#),
        (with_resource(r#""arn:aws""#), "Resource vendor must be fully qualified and cannot contain regexes."),
        (with_resource(r#""arn:aws:s*:::b""#), "Resource vendor must be fully qualified and cannot contain regexes."),
        (with_resource(r#""arn:aws:s3::bucket""#), LEGACY),
        (with_resource(r#""arn:aws::::bucket""#), LEGACY),
        (
            with_resource(r#""arn:aws:iam:us-east-1::x""#),
            "IAM resource arn:aws:iam:us-east-1::x cannot contain region information.",
        ),
        (
            with_resource(r#""arn:aws:s3:us-east-1::x""#),
            "Resource arn:aws:s3:us-east-1::x can not contain region information.",
        ),
        (with_resource(r#""arn:aws:iam:::x""#), iam_paths),
        (with_condition(r#"{"DateEquals": {"a": "soon"}}"#), LEGACY),
        (with_condition(r#"{"DateLessThan": {"a": "9223372036854775808"}}"#), LEGACY),
        (with_condition(r#"{"DateLessThan": {"a": ["2026-01-01", "234-13"]}}"#), LEGACY),
        (with_condition(r#"{"DateLessThan": {"a": "2016-12-13t2:00:00.1999999999+10:59"}}"#), LEGACY),
        (with_condition(r#"{"DateLessThan": {"a": "2016-12-13t2:00:00+1"}}"#), LEGACY),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text, Kind::Identity).as_deref(), Some(*message), "{text}");
    }
}

#[test]
fn what_iam_takes() {
    let table = [
        with_resource(r#""*""#),
        with_resource(r#"["arn:aws:s3:::b/*", "*", null]"#),
        with_resource(r#""arn:aws:fdsasf""#),
        with_resource(r#""arn:aws:codepipeline:*""#),
        with_resource(r#""arn:*:s3:::b""#),
        with_resource(r#""arn:aws-us-gov:sqs:us-gov-west-1:*:q""#),
        with_resource(r#""arn:aws:iam::*:root""#),
        with_resource(r#""arn:aws:iam::*:*""#),
        with_resource(r#""arn:aws:s3:*:*:accesspoint/x""#),
        with_resource(r#""arn:aws:s3:*:*:access-grants/default""#),
        with_action(r#""Action": "iam: as df ""#),
        with_action(r#""Action": "*""#),
        with_action(r#""NotAction": ["s3-x.y:List?*"]"#),
        with_condition("{}"),
        with_condition(r#"{"Nonsense": {}}"#),
        with_condition(r#"{"Bool": {"a": true}, "NumericEquals": {"b": [1, 2.5, "3"]}, "StringLike": {"c": []}}"#),
        with_condition(r#"{"DateGreaterThan": {"a": "01T"}}"#),
        with_condition(r#"{"DateGreaterThan": {"a": ["-292275054", "2016-12-13T21:20:37.593194+00:00", "1767225600"]}}"#),
        one(r#"[{"Sid": "", "Effect": "Allow", "Action": "a:b", "Resource": "*"}, {"Sid": "", "Effect": "Deny", "NotAction": "a:b", "NotResource": "*"}]"#),
        r#"{"Id": "x y", "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "a:b", "Resource": "*"}]}"#.to_owned(),
    ];
    for text in table {
        assert_eq!(refusal(&text, Kind::Identity), None, "{text}");
    }
}

#[test]
fn inline_and_session_policies_may_be_of_the_older_version() {
    for version in ["", r#""Version": "2008-10-17","#] {
        let text = format!(r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "a:b", "Resource": "*"}}}}"#);
        assert_eq!(refusal(&text, Kind::Identity).as_deref(), Some(VERSION));
        for kind in [Kind::Inline, Kind::Session] {
            assert_eq!(Policy::parse(&text, kind).map(|policy| policy.version()), Ok(Version::V2008));
        }
    }
}

#[test]
fn the_rules_of_resource_policies() {
    let statement = |elements: &str| one(&format!("{{{elements}}}"));
    let table: &[(String, Option<&str>)] = &[
        ("{".to_owned(), Some("This policy contains invalid Json")),
        (r#"{"Version": "2012"}"#.to_owned(), Some("The policy must contain a valid version string")),
        (r#"{"Version": "2012-10-17"}"#.to_owned(), Some("Could not parse the policy: Statement is empty!")),
        (one("[]"), Some("Could not parse the policy: Statement is empty!")),
        (statement(r#""Effect": "Allow", "Action": "a:b", "Resource": "*""#), Some("Missing required field Principal")),
        (
            statement(r#""Effect": "Allow", "Principal": {}, "Action": "a:b""#),
            Some("Missing required field Principal cannot be empty!"),
        ),
        (statement(r#""Principal": "*", "Action": "a:b""#), Some("Missing required field Effect")),
        (statement(r#""Effect": "Permit", "Principal": "*", "Action": "a:b""#), Some("Invalid effect: Permit")),
        (statement(r#""Effect": "deny", "Principal": "*", "Action": "a:b""#), Some("Invalid effect: deny")),
        (statement(r#""Effect": "Allow", "Principal": "*""#), Some("Missing required field Action")),
        (
            statement(r#""Effect": "Allow", "NotPrincipal": "*", "Action": "a:b""#),
            Some("Allow with NotPrincipal is not allowed."),
        ),
        (statement(r#""Effect": "Allow", "Principal": "*", "Action": "b""#), Some(VENDOR)),
        (
            statement(r#""Effect": "Allow", "Principal": "*", "Action": "a:b", "Comment": """#),
            Some("Unknown field Comment"),
        ),
        (
            statement(r#""Effect": "Allow", "Principal": "*", "Action": "a:b", "Condition": {"Like": {"a:b": 1}}"#),
            Some("Invalid Condition type : Like"),
        ),
        (
            one(
                r#"[{"Sid": "a b", "Effect": "Allow", "Principal": "*", "Action": "a:b"}, {"Sid": "a b", "Effect": "Allow", "Principal": "*", "Action": "a:b"}]"#,
            ),
            Some("The Statement Ids in the policy are not unique"),
        ),
        (statement(r#""Sid": "with space", "Effect": "Allow", "Principal": "*", "Action": "a:b""#), None),
        (statement(r#""Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "NotAction": "a:b", "NotResource": "*""#), None),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text, Kind::Resource).as_deref(), *message, "{text}");
        assert_eq!(refusal(text, Kind::Endpoint).as_deref(), *message, "{text}");
    }
}

#[test]
fn the_rules_of_trust_policies() {
    let trust = |elements: &str| one(&format!(r#"{{"Effect": "Allow", {elements}}}"#));
    let aws = r#""Principal": {"AWS": "111111111111"}"#;
    let table: &[(String, Option<&str>)] = &[
        (trust(&format!(r#"{aws}, "Action": "sts:AssumeRole""#)), None),
        (trust(&format!(r#"{aws}, "Action": ["sts:AssumeRole", "sts:TagSession", "STS:*"]"#)), None),
        (trust(r#""Principal": {"AWS": "*"}, "Action": "sts:AssumeRole""#), None),
        (
            trust(&format!(r#"{aws}, "Action": "sts:AssumeRole", "Resource": "*""#)),
            Some("Has prohibited field Resource"),
        ),
        (
            trust(&format!(r#"{aws}, "Action": "s3:GetObject""#)),
            Some("AssumeRole policy may only specify STS AssumeRole actions."),
        ),
        (
            trust(&format!(r#"{aws}, "Action": "*""#)),
            Some("AssumeRole policy may only specify STS AssumeRole actions."),
        ),
        (
            trust(r#""Principal": "*", "Action": "sts:AssumeRole""#),
            Some(r#"AssumeRolepolicy contained an invalid principal: "STAR":"*"."#),
        ),
        (trust(r#""Action": "sts:AssumeRole""#), Some("Missing required field Principal")),
    ];
    for (text, message) in table {
        assert_eq!(refusal(text, Kind::Trust).as_deref(), *message, "{text}");
    }
}

#[test]
fn the_rules_of_organizations() {
    let full = r#""Effect": "Allow", "Action": "*", "Resource": "*""#;
    let everyone = r#""Principal": "*""#;
    let deny = r#""Effect": "Deny", "Action": "s3:*", "Resource": "*""#;
    let (scp, rcp, aws) = (Kind::ServiceControl, Kind::ResourceControl, Kind::ResourceControlFull);
    for (kind, elements, right) in [
        (scp, full.to_owned(), true),
        (scp, deny.to_owned(), true),
        (scp, format!(r#"{deny}, "Condition": {{"Bool": {{"a:b": true}}}}"#), true),
        (scp, r#""Effect": "Deny", "NotAction": "iam:*", "NotResource": "arn:aws:s3:::b""#.to_owned(), true),
        (scp, format!("{full}, {everyone}"), false),
        (scp, r#""Effect": "Allow", "Action": "*""#.to_owned(), false),
        (scp, r#""Effect": "Allow", "Resource": "*""#.to_owned(), false),
        (scp, r#""Effect": "allow", "Action": "*", "Resource": "*""#.to_owned(), false),
        (rcp, format!("{deny}, {everyone}"), true),
        (rcp, deny.to_owned(), false),
        (rcp, format!("{full}, {everyone}"), false),
        (rcp, format!(r#""Effect": "Deny", "Action": "*", "Resource": "*", {everyone}"#), false),
        (rcp, format!(r#""Effect": "Deny", "NotAction": "s3:*", "Resource": "*", {everyone}"#), false),
        (rcp, format!(r#"{deny}, "Principal": {{"AWS": "*"}}"#), false),
        (aws, format!("{full}, {everyone}"), true),
    ] {
        let message = "The provided policy document does not meet the requirements of the specified policy type.";
        let expected = (!right).then(|| message.to_owned());
        assert_eq!(refusal(&one(&format!("{{{elements}}}")), kind), expected, "{kind:?} {elements}");
    }
    assert!(refusal("{", scp).is_some() && refusal("{", rcp).is_some());
}

#[test]
fn elements_can_be_read_back() {
    let text = r#"{"Id": "x", "Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Deny", "Action": "a:b", "Resource": "*"}]}"#;
    let policy = Policy::parse(text, Kind::Identity).unwrap();
    assert_eq!((policy.id(), policy.kind(), policy.version()), (Some("x"), Kind::Identity, Version::V2012));
    let [statement] = policy.statements() else { panic!("one statement") };
    assert_eq!((statement.sid(), statement.effect()), (Some("a"), policy::Effect::Deny));
}
