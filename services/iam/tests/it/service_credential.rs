//! Credentials for single services, as recorded of AWS (LocalStack's `TestIAMServiceSpecificCredentials`).

use std::time::Duration;

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

fn create(service: &str, days: Option<i32>) -> CreateServiceSpecificCredentialInput {
    let (user_name, service_name) = ("ann".to_owned(), service.to_owned());
    CreateServiceSpecificCredentialInput { user_name, service_name, credential_age_days: days }
}

async fn made(cloud: &TestCloud, service: &str, days: Option<i32>) -> ServiceSpecificCredential {
    let output = cloud.call::<CreateServiceSpecificCredential>(create(service, days)).await.unwrap();
    output.service_specific_credential.unwrap()
}

fn list(service: Option<&str>) -> ListServiceSpecificCredentialsInput {
    let service_name = service.map(str::to_owned);
    ListServiceSpecificCredentialsInput { user_name: Some("ann".into()), service_name, ..Default::default() }
}

#[tokio::test]
async fn create_list_update_reset_delete_service_specific_credential() {
    let cloud = cloud();
    user(&cloud, "ann").await;
    let one = made(&cloud, "codecommit.amazonaws.com", None).await;
    assert_eq!(one.service_user_name.as_deref(), Some("ann-at-000000000000"));
    assert!(one.service_specific_credential_id.starts_with("ACCA"));
    let two = made(&cloud, "codecommit.amazonaws.com", None).await;
    assert_eq!(two.service_user_name.as_deref(), Some("ann+1-at-000000000000"));
    let third = create("codecommit.amazonaws.com", None);
    assert_eq!(refusal::<CreateServiceSpecificCredential>(&cloud, third).await.0, "LimitExceeded");
    let id = one.service_specific_credential_id.clone();
    let update = UpdateServiceSpecificCredentialInput {
        user_name: Some("ann".into()),
        service_specific_credential_id: id.clone(),
        status: StatusType::Inactive,
    };
    cloud.call::<UpdateServiceSpecificCredential>(update).await.unwrap();
    let reset = |id: &str| ResetServiceSpecificCredentialInput {
        user_name: Some("ann".into()),
        service_specific_credential_id: id.into(),
    };
    let fresh = cloud.call::<ResetServiceSpecificCredential>(reset(&id)).await.unwrap();
    let fresh = fresh.service_specific_credential.unwrap();
    assert_eq!((&fresh.service_user_name, fresh.status), (&one.service_user_name, StatusType::Inactive));
    assert_ne!(fresh.service_password, one.service_password);
    let none = cloud.call::<ListServiceSpecificCredentials>(list(Some("cassandra.amazonaws.com"))).await.unwrap();
    assert_eq!(none.service_specific_credentials, Some(vec![]));
    let both = cloud.call::<ListServiceSpecificCredentials>(list(None)).await.unwrap();
    assert_eq!(both.service_specific_credentials.unwrap().len(), 2);
    let (code, text) = refusal::<ResetServiceSpecificCredential>(&cloud, reset("satisfiesregexbutstillinvalid")).await;
    let expected = "No such credential satisfiesregexbutstillinvalid exists";
    assert_eq!((&*code, &*text), ("NoSuchEntity", expected));
    let conflict = refusal::<DeleteUser>(&cloud, DeleteUserInput { user_name: "ann".into() }).await.1;
    assert_eq!(conflict, "Cannot delete entity, must remove referenced objects first.");
    let delete =
        DeleteServiceSpecificCredentialInput { user_name: Some("ann".into()), service_specific_credential_id: id };
    cloud.call::<DeleteServiceSpecificCredential>(delete.clone()).await.unwrap();
    assert_eq!(refusal::<DeleteServiceSpecificCredential>(&cloud, delete).await.0, "NoSuchEntity");
    let again = made(&cloud, "codecommit.amazonaws.com", None).await;
    assert_eq!(again.service_user_name.as_deref(), Some("ann-at-000000000000"));
}

#[tokio::test]
async fn services_and_users_that_are_not() {
    let cloud = cloud();
    let (code, text) = refusal::<CreateServiceSpecificCredential>(&cloud, create("nothing", None)).await;
    assert_eq!((&*code, &*text), ("NoSuchEntity", "The user with name ann cannot be found."));
    user(&cloud, "ann").await;
    for service in ["nonexistentservice.amazonaws.com", "o3on3n3onosneo", "lambda.amazonaws.com"] {
        let expected = format!("No such service {service} is supported for Service Specific Credentials");
        let created = refusal::<CreateServiceSpecificCredential>(&cloud, create(service, None)).await;
        assert_eq!(created, ("NoSuchEntity".to_owned(), expected.clone()));
        let listed = refusal::<ListServiceSpecificCredentials>(&cloud, list(Some(service))).await;
        assert_eq!(listed, ("NoSuchEntity".to_owned(), expected));
    }
}

#[tokio::test]
async fn api_keys_end_after_their_days() {
    let cloud = cloud();
    user(&cloud, "ann").await;
    let key = made(&cloud, "bedrock.amazonaws.com", Some(2)).await;
    assert!(key.service_password.is_none() && key.service_credential_secret.unwrap().starts_with("ABSK"));
    let refused = create("codecommit.amazonaws.com", Some(2));
    assert_eq!(refusal::<CreateServiceSpecificCredential>(&cloud, refused).await.0, "InvalidInput");
    let all = || ListServiceSpecificCredentialsInput { all_users: Some(true), ..Default::default() };
    let status = async || {
        let found = cloud.call::<ListServiceSpecificCredentials>(all()).await.unwrap();
        found.service_specific_credentials.unwrap()[0].status.clone()
    };
    assert_eq!(status().await, StatusType::Active);
    cloud.advance(Duration::from_secs(2 * 86_400)).await;
    assert_eq!(status().await, StatusType::Expired);
}
