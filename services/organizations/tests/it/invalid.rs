//! What breaks a rule of the model is refused with the service's own error, whose reason says how.

use api_organizations::*;

use crate::cloud::*;

#[tokio::test]
async fn each_rule_has_its_reason() {
    let cloud = organization().await;
    let unit = |parent: &str, name: &str| CreateOrganizationalUnitInput {
        parent_id: parent.into(),
        name: name.into(),
        tags: None,
    };
    let (code, text, reason) = refused::<CreateOrganizationalUnit>(&cloud, unit("nowhere", "n")).await;
    assert_eq!((&*code, &*reason), ("InvalidInputException", "INVALID_PATTERN"));
    assert_eq!(text, "You provided a value that does not match the required pattern.");
    let root = root_id(&cloud).await;
    let long = "n".repeat(129);
    for (input, expected) in [
        (unit(&root, ""), "InvalidInputException: INPUT_REQUIRED"),
        (unit(&root, &long), "InvalidInputException: MAX_LENGTH_EXCEEDED"),
    ] {
        assert_eq!(self::code::<CreateOrganizationalUnit>(&cloud, input).await, expected);
    }
    let pages = |most| ListAccountsInput { max_results: Some(most), next_token: None };
    let code = self::code::<ListAccounts>(&cloud, pages(21)).await;
    assert_eq!(code, "InvalidInputException: MAX_VALUE_EXCEEDED");
    let code = self::code::<ListAccounts>(&cloud, pages(0)).await;
    assert_eq!(code, "InvalidInputException: MIN_VALUE_EXCEEDED");
    let input = ListPoliciesInput { filter: "SCP".to_owned().into(), ..Default::default() };
    let (code, text, reason) = refused::<ListPolicies>(&cloud, input).await;
    assert_eq!((&*code, &*reason), ("InvalidInputException", "INVALID_ENUM"));
    assert_eq!(text, "You specified an invalid value.");
}
