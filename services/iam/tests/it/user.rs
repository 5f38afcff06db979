//! Users: CreateUser, GetUser, ListUsers, UpdateUser, DeleteUser.

use api_iam::*;

use crate::cloud::*;

fn named(name: &str) -> GetUserInput {
    GetUserInput { user_name: Some(name.to_owned()) }
}

#[tokio::test]
async fn a_user_is_what_it_was_created_as() {
    let cloud = cloud().fresh_account();
    let tags = Some(vec![Tag { key: "team".into(), value: "a".into() }]);
    let input = CreateUserInput { user_name: "Ada".into(), path: Some("/x/y/".into()), tags, ..Default::default() };
    let made = cloud.call::<CreateUser>(input).await.unwrap().user.unwrap();
    assert_eq!(made.arn, arn(&cloud, "user/x/y/Ada"));
    assert_eq!(&made.user_id[..4], "AIDA");
    assert_eq!(made.tags.as_ref().unwrap().len(), 1);
    for name in ["Ada", "ada", "ADA"] {
        assert_eq!(cloud.call::<GetUser>(named(name)).await.unwrap().user, made);
    }
    let listed = cloud.call::<ListUsers>(ListUsersInput::default()).await.unwrap();
    assert_eq!((listed.users.len(), listed.is_truncated, listed.marker), (1, Some(false), None));
    assert_eq!(listed.users[0].tags, None, "listings show no tags");
    cloud.call::<DeleteUser>(DeleteUserInput { user_name: "Ada".into() }).await.unwrap();
    let gone = refusal::<GetUser>(&cloud, named("Ada")).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "The user with name Ada cannot be found.".into()));
}

#[tokio::test]
async fn names_are_not_distinguished_by_case() {
    let cloud = cloud().fresh_account();
    user(&cloud, "ada").await;
    let again = CreateUserInput { user_name: "ADA".into(), ..Default::default() };
    let refused = refusal::<CreateUser>(&cloud, again).await;
    assert_eq!(refused, ("EntityAlreadyExists".into(), "User with name ADA already exists.".into()));
}

#[tokio::test]
async fn a_rename_changes_the_arn_and_not_the_id() {
    let cloud = cloud().fresh_account();
    let before = user(&cloud, "a").await;
    user(&cloud, "taken").await;
    let rename = |to: &str, path: Option<&str>| UpdateUserInput {
        user_name: "a".into(),
        new_user_name: Some(to.to_owned()),
        new_path: path.map(str::to_owned),
    };
    assert_eq!(refusal::<UpdateUser>(&cloud, rename("TAKEN", None)).await.0, "EntityAlreadyExists");
    cloud.call::<UpdateUser>(rename("A", None)).await.unwrap();
    cloud.call::<UpdateUser>(rename("b", Some("/p/"))).await.unwrap();
    let after = cloud.call::<GetUser>(named("b")).await.unwrap().user;
    assert_eq!((&after.user_id, &after.arn), (&before.user_id, &arn(&cloud, "user/p/b")));
    assert_eq!(refusal::<GetUser>(&cloud, named("a")).await.0, "NoSuchEntity");
}

#[tokio::test]
async fn paths_are_listed_by_their_beginning() {
    let cloud = cloud().fresh_account();
    for (name, path) in [("a", "/"), ("b", "/x/"), ("c", "/x/y/"), ("d", "/xy/")] {
        let input = CreateUserInput { user_name: name.into(), path: Some(path.into()), ..Default::default() };
        cloud.call::<CreateUser>(input).await.unwrap();
    }
    for (prefix, expected) in [("/", 4), ("/x/", 2), ("/x", 3), ("/x/y/", 1), ("/z/", 0)] {
        let input = ListUsersInput { path_prefix: Some(prefix.into()), ..Default::default() };
        assert_eq!(cloud.call::<ListUsers>(input).await.unwrap().users.len(), expected, "{prefix}");
    }
}

#[tokio::test]
async fn a_user_goes_only_when_nothing_is_left() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    group(&cloud, "g").await;
    let delete = || DeleteUserInput { user_name: "u".into() };
    let conflict = |text: &str| ("DeleteConflict".to_owned(), text.to_owned());

    let membership = AddUserToGroupInput { group_name: "g".into(), user_name: "u".into() };
    cloud.call::<AddUserToGroup>(membership).await.unwrap();
    let held = conflict("Cannot delete entity, must remove users from group first.");
    assert_eq!(refusal::<DeleteUser>(&cloud, delete()).await, held);
    let membership = RemoveUserFromGroupInput { group_name: "g".into(), user_name: "u".into() };
    cloud.call::<RemoveUserFromGroup>(membership).await.unwrap();

    let policy = policy(&cloud, "p", SQS).await;
    attach_user(&cloud, "u", &policy).await;
    let held = conflict("Cannot delete entity, must detach all policies first.");
    assert_eq!(refusal::<DeleteUser>(&cloud, delete()).await, held);
    cloud.call::<DetachUserPolicy>(DetachUserPolicyInput { user_name: "u".into(), policy_arn: policy }).await.unwrap();

    put_user_policy(&cloud, "u", "i", SQS).await;
    let held = conflict("Cannot delete entity, must delete policies first.");
    assert_eq!(refusal::<DeleteUser>(&cloud, delete()).await, held);
    let inline = DeleteUserPolicyInput { user_name: "u".into(), policy_name: "i".into() };
    cloud.call::<DeleteUserPolicy>(inline).await.unwrap();

    let key = key(&cloud, "u").await;
    let held = conflict("Cannot delete entity, must delete access keys first.");
    assert_eq!(refusal::<DeleteUser>(&cloud, delete()).await, held);
    let key = DeleteAccessKeyInput { user_name: Some("u".into()), access_key_id: key.access_key_id };
    cloud.call::<DeleteAccessKey>(key).await.unwrap();
    cloud.call::<DeleteUser>(delete()).await.unwrap();
}

#[tokio::test]
async fn without_a_name_it_is_whoever_calls() {
    let cloud = cloud().fresh_account();
    let root = cloud.call::<GetUser>(GetUserInput::default()).await.unwrap().user;
    assert_eq!((root.arn, root.user_name), (arn(&cloud, "root"), None));
    assert_eq!(root.user_id, cloud.account().to_string());
    let ada = user(&cloud, "ada").await;
    put_user_policy(&cloud, "ada", "p", IAM).await;
    let caller = as_user(cloud.account(), &ada);
    let own = cloud.call_as::<GetUser>(caller, GetUserInput::default()).await.unwrap().user;
    assert_eq!(own.user_id, ada.user_id);
}
