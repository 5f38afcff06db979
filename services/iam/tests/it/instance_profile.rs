//! Instance profiles: CreateInstanceProfile, GetInstanceProfile, ListInstanceProfiles, ListInstanceProfilesForRole,
//! AddRoleToInstanceProfile, RemoveRoleFromInstanceProfile, DeleteInstanceProfile.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

async fn profile(cloud: &TestCloud, name: &str) -> InstanceProfile {
    let input = CreateInstanceProfileInput { instance_profile_name: name.to_owned(), ..Default::default() };
    cloud.call::<CreateInstanceProfile>(input).await.unwrap().instance_profile
}

fn adding(profile: &str, role: &str) -> AddRoleToInstanceProfileInput {
    AddRoleToInstanceProfileInput { instance_profile_name: profile.to_owned(), role_name: role.to_owned() }
}

fn removing(profile: &str, role: &str) -> RemoveRoleFromInstanceProfileInput {
    RemoveRoleFromInstanceProfileInput { instance_profile_name: profile.to_owned(), role_name: role.to_owned() }
}

#[tokio::test]
async fn one_role_in_each() {
    let cloud = cloud().fresh_account();
    let made = profile(&cloud, "P").await;
    assert_eq!((made.arn, &made.instance_profile_id[..4]), (arn(&cloud, "instance-profile/P"), "AIPA"));
    role(&cloud, "r").await;
    role(&cloud, "s").await;
    cloud.call::<AddRoleToInstanceProfile>(adding("p", "r")).await.unwrap();
    let refused = refusal::<AddRoleToInstanceProfile>(&cloud, adding("P", "s")).await;
    let text = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
    assert_eq!(refused, ("LimitExceeded".into(), text.into()));
    let get = GetInstanceProfileInput { instance_profile_name: "P".into() };
    let shown = cloud.call::<GetInstanceProfile>(get).await.unwrap().instance_profile;
    assert_eq!(shown.roles[0].role_name, "r");
    let of_role = ListInstanceProfilesForRoleInput { role_name: "r".into(), ..Default::default() };
    let listed = cloud.call::<ListInstanceProfilesForRole>(of_role).await.unwrap().instance_profiles;
    assert_eq!(listed[0].instance_profile_name, "P");

    let held = (
        "DeleteConflict".to_owned(),
        "Cannot delete entity, must remove roles from instance profile first.".to_owned(),
    );
    let delete = || DeleteInstanceProfileInput { instance_profile_name: "P".into() };
    assert_eq!(refusal::<DeleteInstanceProfile>(&cloud, delete()).await, held);
    assert_eq!(refusal::<DeleteRole>(&cloud, DeleteRoleInput { role_name: "r".into() }).await, held);
    assert_eq!(refusal::<RemoveRoleFromInstanceProfile>(&cloud, removing("P", "s")).await.0, "NoSuchEntity");
    cloud.call::<RemoveRoleFromInstanceProfile>(removing("P", "r")).await.unwrap();
    cloud.call::<DeleteRole>(DeleteRoleInput { role_name: "r".into() }).await.unwrap();
    cloud.call::<DeleteInstanceProfile>(delete()).await.unwrap();
    let gone = refusal::<DeleteInstanceProfile>(&cloud, delete()).await;
    assert_eq!(gone, ("NoSuchEntity".into(), "Instance Profile P cannot be found.".into()));
}

#[tokio::test]
async fn listed_by_path_and_name() {
    let cloud = cloud().fresh_account();
    for name in ["b", "a"] {
        profile(&cloud, name).await;
    }
    let again = CreateInstanceProfileInput { instance_profile_name: "A".into(), ..Default::default() };
    let refused = refusal::<CreateInstanceProfile>(&cloud, again).await;
    assert_eq!(refused, ("EntityAlreadyExists".into(), "Instance Profile A already exists.".into()));
    let listed = cloud.call::<ListInstanceProfiles>(ListInstanceProfilesInput::default()).await.unwrap();
    let names: Vec<_> = listed.instance_profiles.iter().map(|profile| &*profile.instance_profile_name).collect();
    assert_eq!((names, listed.is_truncated), (vec!["a", "b"], Some(false)));
    let input = ListInstanceProfilesInput { path_prefix: Some("/x/".into()), ..Default::default() };
    assert!(cloud.call::<ListInstanceProfiles>(input).await.unwrap().instance_profiles.is_empty());
}
