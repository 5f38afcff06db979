//! Passwords: given, changed, taken away, within what the account asks.

use std::time::Duration;

use api_iam::*;
use service_kit::Error;
use testkit::TestCloud;

use crate::cloud::*;

fn login(user: &str, password: &str) -> CreateLoginProfileInput {
    let (user_name, password) = (Some(user.to_owned()), Some(password.to_owned()));
    CreateLoginProfileInput { user_name, password, password_reset_required: Some(true) }
}

async fn change(cloud: &TestCloud, user: &User, old: &str, new: &str) -> Result<(), String> {
    let input = ChangePasswordInput { old_password: old.into(), new_password: new.into() };
    match cloud.call_as::<ChangePassword>(as_user(cloud.account(), user), input).await {
        Ok(_) => Ok(()),
        Err(Error::Modeled(error)) => Err(format!("{}: {}", error.schema.query_code, error.message)),
        Err(Error::Fault(fault)) => Err(format!("{fault:?}")),
    }
}

#[tokio::test]
async fn create_get_update_delete_login_profile() {
    let cloud = cloud();
    user(&cloud, "Ann").await;
    let named = || Some("ann".to_owned());
    let (code, text) = refusal::<GetLoginProfile>(&cloud, GetLoginProfileInput { user_name: named() }).await;
    assert_eq!((&*code, &*text), ("NoSuchEntity", "Login Profile for User Ann cannot be found."));
    let made = cloud.call::<CreateLoginProfile>(login("ann", "Aa345678")).await.unwrap().login_profile;
    assert_eq!((&*made.user_name, made.password_reset_required), ("Ann", Some(true)));
    let (code, text) = refusal::<CreateLoginProfile>(&cloud, login("ann", "Aa345678")).await;
    assert_eq!((&*code, &*text), ("EntityAlreadyExists", "Login Profile for user Ann already exists."));
    let reset =
        UpdateLoginProfileInput { user_name: "ann".into(), password: None, password_reset_required: Some(false) };
    cloud.call::<UpdateLoginProfile>(reset).await.unwrap();
    let shown = cloud.call::<GetLoginProfile>(GetLoginProfileInput { user_name: named() }).await.unwrap();
    assert_eq!(shown.login_profile.password_reset_required, Some(false));
    let (code, text) = refusal::<DeleteUser>(&cloud, DeleteUserInput { user_name: "Ann".into() }).await;
    assert_eq!((&*code, &*text), ("DeleteConflict", "Cannot delete entity, must delete login profile first."));
    cloud.call::<DeleteLoginProfile>(DeleteLoginProfileInput { user_name: named() }).await.unwrap();
    let gone = DeleteLoginProfileInput { user_name: named() };
    assert_eq!(refusal::<DeleteLoginProfile>(&cloud, gone).await.0, "NoSuchEntity");
    cloud.call::<DeleteUser>(DeleteUserInput { user_name: "Ann".into() }).await.unwrap();
}

#[tokio::test]
async fn passwords_are_as_the_account_asks() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    put_user_policy(&cloud, "ann", "p", &allow("iam:ChangePassword", "*")).await;
    let violation = ("PasswordPolicyViolation", "Password does not conform to the account password policy.");
    let (code, text) = refusal::<CreateLoginProfile>(&cloud, login("ann", "aaaa5678")).await;
    assert_eq!((&*code, &*text), violation, "two kinds of letters are too few where no policy is set");
    let policy = UpdateAccountPasswordPolicyInput {
        minimum_password_length: Some(10),
        require_symbols: Some(true),
        password_reuse_prevention: Some(2),
        ..Default::default()
    };
    cloud.call::<UpdateAccountPasswordPolicy>(policy).await.unwrap();
    assert_eq!(refusal::<CreateLoginProfile>(&cloud, login("ann", "aaaaaaaaaa")).await.0, violation.0);
    cloud.call::<CreateLoginProfile>(login("ann", "aaaaaaaaa!")).await.unwrap();
    let wrong = change(&cloud, &ann, "bbbbbbbbb!", "ccccccccc!").await.unwrap_err();
    assert_eq!(wrong, "AccessDenied: The old password was incorrect.");
    let same = change(&cloud, &ann, "aaaaaaaaa!", "aaaaaaaaa!").await.unwrap_err();
    assert!(same.starts_with(violation.0), "{same}");
    change(&cloud, &ann, "aaaaaaaaa!", "bbbbbbbbb!").await.unwrap();
    let back = change(&cloud, &ann, "bbbbbbbbb!", "aaaaaaaaa!").await.unwrap_err();
    assert!(back.starts_with(violation.0), "the last two are barred: {back}");
    change(&cloud, &ann, "bbbbbbbbb!", "ccccccccc!").await.unwrap();
    change(&cloud, &ann, "ccccccccc!", "aaaaaaaaa!").await.unwrap();
    let get = GetLoginProfileInput { user_name: Some("ann".into()) };
    let shown = cloud.call::<GetLoginProfile>(get).await.unwrap().login_profile;
    assert_eq!(shown.password_reset_required, Some(false), "whoever changes it need not do so again");
}

#[tokio::test]
async fn change_password_is_for_users() {
    let cloud = cloud();
    let input = ChangePasswordInput { old_password: "a".into(), new_password: "b".into() };
    let (code, text) = refusal::<ChangePassword>(&cloud, input).await;
    assert_eq!((&*code, &*text), ("InvalidUserType", "Only IAM Users can change their own password"));
}

#[tokio::test]
async fn update_get_delete_account_password_policy() {
    let cloud = cloud();
    let get = || GetAccountPasswordPolicyInput {};
    let (code, text) = refusal::<GetAccountPasswordPolicy>(&cloud, get()).await;
    let expected = "The Password Policy with domain name 000000000000 cannot be found.";
    assert_eq!((&*code, &*text), ("NoSuchEntity", expected));
    let set = UpdateAccountPasswordPolicyInput { max_password_age: Some(90), ..Default::default() };
    cloud.call::<UpdateAccountPasswordPolicy>(set).await.unwrap();
    let policy = cloud.call::<GetAccountPasswordPolicy>(get()).await.unwrap().password_policy;
    assert_eq!((policy.minimum_password_length, policy.expire_passwords), (Some(6), Some(true)));
    assert_eq!((policy.max_password_age, policy.hard_expiry, policy.require_numbers), (Some(90), None, Some(false)));
    let delete = || DeleteAccountPasswordPolicyInput {};
    cloud.call::<DeleteAccountPasswordPolicy>(delete()).await.unwrap();
    let (code, text) = refusal::<DeleteAccountPasswordPolicy>(&cloud, delete()).await;
    let expected = "The account policy with name PasswordPolicy cannot be found.";
    assert_eq!((&*code, &*text), ("NoSuchEntity", expected));
}

#[tokio::test]
async fn two_changes_at_once_leave_one_password() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    put_user_policy(&cloud, "ann", "p", &allow("iam:ChangePassword", "*")).await;
    cloud.call::<CreateLoginProfile>(login("ann", "Aa345678")).await.unwrap();
    let (one, two) =
        tokio::join!(change(&cloud, &ann, "Aa345678", "Bb345678"), change(&cloud, &ann, "Aa345678", "Cc345678"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let winner = if one.is_ok() { "Bb345678" } else { "Cc345678" };
    change(&cloud, &ann, winner, "Dd345678").await.unwrap();
    cloud.advance(Duration::from_secs(1)).await;
}

#[tokio::test]
async fn the_account_can_let_users_change_their_passwords() {
    let cloud = cloud();
    let (ann, bob) = (user(&cloud, "ann").await, user(&cloud, "bob").await);
    for name in ["ann", "bob"] {
        cloud.call::<CreateLoginProfile>(login(name, "Aa345678")).await.unwrap();
    }
    let refused = change(&cloud, &ann, "Aa345678", "Bb345678").await.unwrap_err();
    assert!(refused.starts_with("AccessDenied"), "{refused}");
    let read = async |user: &User| {
        cloud
            .call_as::<GetAccountPasswordPolicy>(as_user(cloud.account(), user), GetAccountPasswordPolicyInput {})
            .await
    };
    assert!(matches!(read(&ann).await, Err(Error::Fault(_))));
    let policy = UpdateAccountPasswordPolicyInput { allow_users_to_change_password: Some(true), ..Default::default() };
    cloud.call::<UpdateAccountPasswordPolicy>(policy).await.unwrap();
    read(&ann).await.unwrap();
    change(&cloud, &ann, "Aa345678", "Bb345678").await.unwrap();
    let deny = allow("iam:ChangePassword", "*").replace("Allow", "Deny");
    put_user_policy(&cloud, "bob", "p", &deny).await;
    let refused = change(&cloud, &bob, "Aa345678", "Bb345678").await.unwrap_err();
    assert!(refused.contains("explicit deny"), "{refused}");
}
