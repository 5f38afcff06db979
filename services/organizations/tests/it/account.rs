//! Accounts are made, shown, closed and taken out.

use std::time::Duration;

use api_organizations::*;

use crate::cloud::*;

const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn made_a_moment_after_it_was_asked_for() {
    let cloud = organization().await;
    let input = CreateAccountInput {
        email: "susan@example.com".into(),
        account_name: "Production Account".into(),
        tags: Some(vec![Tag { key: "team".into(), value: "blue".into() }]),
        ..Default::default()
    };
    let asked = cloud.call::<CreateAccount>(input.clone()).await.unwrap().create_account_status.unwrap();
    assert_eq!(asked.state, Some(CreateAccountState::InProgress));
    assert_eq!((asked.account_id, asked.completed_timestamp), (None, None));
    let id = asked.id.unwrap();
    assert!(id.starts_with("car-"), "{id}");

    let made = finished(&cloud, &id).await;
    assert_eq!(made.state, Some(CreateAccountState::Succeeded));
    assert!(made.completed_timestamp > made.requested_timestamp);
    let account_id = made.account_id.unwrap();
    let shown = cloud.call::<DescribeAccount>(DescribeAccountInput { account_id: account_id.clone() }).await.unwrap();
    let shown = shown.account.unwrap();
    assert_eq!(shown.email.as_deref(), Some("susan@example.com"));
    assert_eq!(shown.name.as_deref(), Some("Production Account"));
    assert_eq!(shown.joined_method, Some(AccountJoinedMethod::Created));
    assert_eq!((shown.status, shown.state), (Some(AccountStatus::Active), Some(AccountState::Active)));
    let root = root_id(&cloud).await;
    let path = shown.paths.unwrap().remove(0);
    assert!(path.starts_with("o-") && path.ends_with(&format!("/{root}/{account_id}/")), "{path}");
    let input_tags = ListTagsForResourceInput { resource_id: account_id, next_token: None };
    let tags = cloud.call::<ListTagsForResource>(input_tags).await.unwrap().tags.unwrap();
    assert_eq!((&*tags[0].key, &*tags[0].value), ("team", "blue"));

    let again = cloud.call::<CreateAccount>(input).await.unwrap().create_account_status.unwrap();
    let failed = finished(&cloud, &again.id.unwrap()).await;
    assert_eq!(failed.state, Some(CreateAccountState::Failed));
    assert_eq!(failed.failure_reason, Some(CreateAccountFailureReason::EmailAlreadyExists));

    let list = |states| ListCreateAccountStatusInput { states, ..Default::default() };
    let all = cloud.call::<ListCreateAccountStatus>(list(None)).await.unwrap();
    assert_eq!(all.create_account_statuses.unwrap().len(), 2);
    let some = cloud.call::<ListCreateAccountStatus>(list(Some(vec![CreateAccountState::Failed]))).await.unwrap();
    assert_eq!(some.create_account_statuses.unwrap().len(), 1);
    let create_account_request_id = "car-00000000".to_owned();
    let input = DescribeCreateAccountStatusInput { create_account_request_id };
    assert_eq!(code::<DescribeCreateAccountStatus>(&cloud, input).await, "CreateAccountStatusNotFoundException");
}

#[tokio::test]
async fn a_twin_in_gov_cloud() {
    let cloud = organization().await;
    let input = CreateGovCloudAccountInput {
        email: "gov@example.com".into(),
        account_name: "gov".into(),
        ..Default::default()
    };
    let asked = cloud.call::<CreateGovCloudAccount>(input).await.unwrap().create_account_status.unwrap();
    let made = finished(&cloud, &asked.id.unwrap()).await;
    assert!(made.gov_cloud_account_id.is_some());
    assert_ne!(made.gov_cloud_account_id, made.account_id);
}

#[tokio::test]
async fn refused_wishes() {
    let cloud = organization().await;
    let wish = |email: &str, role: Option<&str>| CreateAccountInput {
        email: email.into(),
        account_name: "n".into(),
        role_name: role.map(str::to_owned),
        ..Default::default()
    };
    let reserved = wish("a@example.com", Some("AWSServiceRoleForMe"));
    assert_eq!(code::<CreateAccount>(&cloud, reserved).await, "InvalidInputException: INVALID_ROLE_NAME");
    let asked = cloud.call::<CreateAccount>(wish("a(b)@example.com", None)).await.unwrap();
    let failed = finished(&cloud, &asked.create_account_status.unwrap().id.unwrap()).await;
    assert_eq!(failed.failure_reason, Some(CreateAccountFailureReason::InvalidEmail));
}

#[tokio::test]
async fn pages_of_accounts() {
    let cloud = organization().await;
    let mut accounts = vec![cloud.account().to_string()];
    for _ in 0..4 {
        accounts.push(invited(&cloud).await.account().to_string());
    }
    accounts.sort();
    let (mut seen, mut next_token) = (Vec::new(), None);
    loop {
        let input = ListAccountsInput { max_results: Some(2), next_token };
        let page = cloud.call::<ListAccounts>(input).await.unwrap();
        seen.extend(page.accounts.unwrap().into_iter().map(|account| account.id.unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            break;
        }
    }
    assert_eq!(seen, accounts);
    let input = ListAccountsInput { next_token: Some("nonsense".into()), max_results: None };
    assert_eq!(code::<ListAccounts>(&cloud, input).await, "InvalidInputException: INVALID_NEXT_TOKEN");
}

#[tokio::test]
async fn new_accounts_stay_a_while_and_the_head_for_good() {
    let cloud = organization().await;
    let (made, guest) = (member(&cloud, "made").await, invited(&cloud).await);
    let remove =
        |cloud: &testkit::TestCloud| RemoveAccountFromOrganizationInput { account_id: cloud.account().to_string() };
    let wait = "ConstraintViolationException: WAIT_PERIOD_ACTIVE";
    assert_eq!(code::<RemoveAccountFromOrganization>(&cloud, remove(&made)).await, wait);
    assert_eq!(code::<LeaveOrganization>(&made, LeaveOrganizationInput {}).await, wait);
    cloud.call::<RemoveAccountFromOrganization>(remove(&guest)).await.unwrap();
    cloud.advance(4 * DAY).await;
    made.call::<LeaveOrganization>(LeaveOrganizationInput {}).await.unwrap();
    for gone in [&made, &guest] {
        let code = code::<DescribeOrganization>(gone, DescribeOrganizationInput {}).await;
        assert_eq!(code, "AWSOrganizationsNotInUseException");
        let code = self::code::<RemoveAccountFromOrganization>(&cloud, remove(gone)).await;
        assert_eq!(code, "AccountNotFoundException");
    }
    let head = "MasterCannotLeaveOrganizationException";
    assert_eq!(code::<RemoveAccountFromOrganization>(&cloud, remove(&cloud)).await, head);
    assert_eq!(code::<LeaveOrganization>(&cloud, LeaveOrganizationInput {}).await, head);
}

#[tokio::test]
async fn closed_accounts() {
    let cloud = organization().await;
    let made = member(&cloud, "made").await;
    let account_id = made.account().to_string();
    let close = |account_id: &str| CloseAccountInput { account_id: account_id.into() };
    let head = code::<CloseAccount>(&cloud, close(&cloud.account().to_string())).await;
    assert_eq!(head, "ConstraintViolationException: CANNOT_CLOSE_MANAGEMENT_ACCOUNT");
    cloud.call::<CloseAccount>(close(&account_id)).await.unwrap();

    let describe = || DescribeAccountInput { account_id: account_id.clone() };
    let shown = cloud.call::<DescribeAccount>(describe()).await.unwrap().account.unwrap();
    assert_eq!((shown.status, shown.state), (Some(AccountStatus::PendingClosure), Some(AccountState::PendingClosure)));
    cloud.advance(Duration::from_secs(2)).await;
    let shown = cloud.call::<DescribeAccount>(describe()).await.unwrap().account.unwrap();
    assert_eq!((shown.status, shown.state), (Some(AccountStatus::Suspended), Some(AccountState::Suspended)));
    assert_eq!(code::<CloseAccount>(&cloud, close(&account_id)).await, "AccountAlreadyClosedException");

    cloud.advance(90 * DAY).await;
    until(|| async { cloud.call::<DescribeAccount>(describe()).await.is_err() }).await;
    assert_eq!(code::<DescribeAccount>(&cloud, describe()).await, "AccountNotFoundException");
}
