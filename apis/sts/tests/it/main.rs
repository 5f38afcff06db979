//! What generated types promise: nothing sensitive is printed, and exceptions carry what AWS documents.

use api_sts::{AssumeRole, AssumeRoleOutput, Credentials, OPERATIONS, errors};
use smithy::{Operation, Party, Shape, Timestamp};

#[test]
fn secrets_are_not_printed() {
    let credentials = Credentials {
        access_key_id: "ASIA".into(),
        secret_access_key: "wJalrXUtnFEMI".into(),
        session_token: "token".into(),
        expiration: Timestamp::EPOCH,
    };
    let output = AssumeRoleOutput { credentials: Some(credentials), ..AssumeRoleOutput::default() };
    let text = format!("{output:?}");
    assert!(text.starts_with("AssumeRoleResponse { Credentials: Credentials { AccessKeyId: \"ASIA\""), "{text}");
    assert!(text.contains("SecretAccessKey: ***") && !text.contains("wJalr"), "{text}");
}

#[test]
fn exceptions_have_their_query_codes_and_statuses() {
    let error = errors::expired_token_exception("The token has expired.");
    assert_eq!((error.schema.code, error.schema.query_code), ("ExpiredTokenException", "ExpiredTokenException"));
    assert_eq!(
        (error.schema.status, error.schema.party, error.message.as_str()),
        (400, Party::Sender, "The token has expired.")
    );
    assert_eq!(errors::REGION_DISABLED_EXCEPTION.status, 403);
}

#[test]
fn operations_know_their_names_and_whether_they_are_signed() {
    assert_eq!(OPERATIONS.len(), 10);
    let unsigned: Vec<_> = OPERATIONS.iter().filter(|o| o.unsigned).map(|o| o.name).collect();
    assert_eq!(unsigned, ["AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"]);
    assert_eq!(AssumeRole::SCHEMA.action, "sts:AssumeRole");
    assert_eq!(AssumeRole::SCHEMA.result_wrapper, Some("AssumeRoleResult"));
    assert_eq!(AssumeRole::SCHEMA.output.name, AssumeRoleOutput::default().schema().name);
}
