//! Groups: CreateGroup, GetGroup, ListGroups, ListGroupsForUser, UpdateGroup, DeleteGroup, AddUserToGroup,
//! RemoveUserFromGroup.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn join(cloud: &TestCloud, group: &str, user: &str) {
    let input = AddUserToGroupInput { group_name: group.to_owned(), user_name: user.to_owned() };
    cloud.call::<AddUserToGroup>(input).await.unwrap();
}

fn leaving(group: &str, user: &str) -> RemoveUserFromGroupInput {
    RemoveUserFromGroupInput { group_name: group.to_owned(), user_name: user.to_owned() }
}

async fn members(cloud: &TestCloud, group: &str) -> Vec<String> {
    let input = GetGroupInput { group_name: group.to_owned(), ..Default::default() };
    let users = cloud.call::<GetGroup>(input).await.unwrap().users;
    users.into_iter().map(|user| user.user_name.unwrap()).collect()
}

async fn groups_of(cloud: &TestCloud, user: &str) -> Vec<String> {
    let input = ListGroupsForUserInput { user_name: user.to_owned(), ..Default::default() };
    let groups = cloud.call::<ListGroupsForUser>(input).await.unwrap().groups;
    groups.into_iter().map(|group| group.group_name).collect()
}

#[tokio::test]
async fn membership_is_seen_from_both_sides() {
    let cloud = cloud().fresh_account();
    for name in ["u", "v"] {
        user(&cloud, name).await;
    }
    for name in ["g", "h"] {
        group(&cloud, name).await;
    }
    join(&cloud, "g", "u").await;
    join(&cloud, "g", "u").await;
    join(&cloud, "g", "v").await;
    join(&cloud, "h", "u").await;
    assert_eq!(members(&cloud, "g").await, ["u", "v"]);
    assert_eq!(groups_of(&cloud, "u").await, ["g", "h"]);
    cloud.call::<RemoveUserFromGroup>(leaving("g", "u")).await.unwrap();
    assert_eq!(members(&cloud, "g").await, ["v"]);
    assert_eq!(groups_of(&cloud, "u").await, ["h"]);
    let twice = refusal::<RemoveUserFromGroup>(&cloud, leaving("g", "u")).await;
    assert_eq!(twice.0, "NoSuchEntity");
}

#[tokio::test]
async fn renames_keep_memberships() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    let made = group(&cloud, "g").await;
    join(&cloud, "g", "u").await;
    let input =
        UpdateGroupInput { group_name: "g".into(), new_group_name: Some("G2".into()), new_path: Some("/p/".into()) };
    cloud.call::<UpdateGroup>(input).await.unwrap();
    let input = UpdateUserInput { user_name: "u".into(), new_user_name: Some("w".into()), ..Default::default() };
    cloud.call::<UpdateUser>(input).await.unwrap();
    assert_eq!(members(&cloud, "g2").await, ["w"]);
    assert_eq!(groups_of(&cloud, "w").await, ["G2"]);
    let listed = cloud.call::<ListGroups>(ListGroupsInput::default()).await.unwrap().groups;
    assert_eq!((&listed[0].group_id, &listed[0].arn), (&made.group_id, &arn(&cloud, "group/p/G2")));
}

#[tokio::test]
async fn a_group_goes_only_when_it_is_empty() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    group(&cloud, "g").await;
    join(&cloud, "g", "u").await;
    let delete = || DeleteGroupInput { group_name: "g".into() };
    let held = refusal::<DeleteGroup>(&cloud, delete()).await;
    assert_eq!(held, ("DeleteConflict".into(), "Cannot delete entity, must remove users from group first.".into()));
    cloud.call::<RemoveUserFromGroup>(leaving("g", "u")).await.unwrap();
    cloud.call::<DeleteGroup>(delete()).await.unwrap();
    let gone = refusal::<DeleteGroup>(&cloud, delete()).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "The group with name g cannot be found.".into()));
}

#[tokio::test]
async fn a_user_is_in_ten_groups_at_most() {
    let cloud = cloud().fresh_account();
    user(&cloud, "u").await;
    for number in 0..11 {
        group(&cloud, &format!("g{number}")).await;
    }
    for number in 0..10 {
        join(&cloud, &format!("g{number}"), "u").await;
    }
    let eleventh = AddUserToGroupInput { group_name: "g10".into(), user_name: "u".into() };
    let refused = refusal::<AddUserToGroup>(&cloud, eleventh).await;
    assert_eq!(refused, ("LimitExceeded".into(), "Cannot exceed quota for GroupsPerUser: 10".into()));
}

#[tokio::test]
async fn a_group_made_anew_has_nobody() {
    let cloud = cloud().fresh_account();
    let before = group(&cloud, "g").await;
    let again = CreateGroupInput { group_name: "g".into(), ..Default::default() };
    let refused = refusal::<CreateGroup>(&cloud, again).await;
    assert_eq!(refused, ("EntityAlreadyExists".into(), "Group with name g already exists.".into()));
    cloud.call::<DeleteGroup>(DeleteGroupInput { group_name: "g".into() }).await.unwrap();
    assert_ne!(group(&cloud, "g").await.group_id, before.group_id);
}
