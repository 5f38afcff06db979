//! Listings a page at a time: nothing twice, nothing left out, whatever the size of a page.

use api_iam::*;

use crate::cloud::*;

#[tokio::test]
async fn every_size_of_page_shows_every_user_once() {
    let cloud = cloud().fresh_account();
    for number in 0..7 {
        user(&cloud, &format!("u{number}")).await;
    }
    for size in 1..=8 {
        let (mut names, mut marker) = (Vec::new(), None);
        loop {
            let input = ListUsersInput { max_items: Some(size), marker, ..Default::default() };
            let page = cloud.call::<ListUsers>(input).await.unwrap();
            assert!(page.users.len() <= size as usize);
            assert_eq!(page.is_truncated, Some(page.marker.is_some()));
            names.extend(page.users.into_iter().map(|user| user.user_name.unwrap()));
            marker = page.marker;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(names, ["u0", "u1", "u2", "u3", "u4", "u5", "u6"], "by {size}");
    }
}

#[tokio::test]
async fn the_accounts_policies_come_before_awss() {
    let cloud = cloud().fresh_account();
    for name in ["zz", "aa"] {
        policy(&cloud, name, SQS).await;
    }
    let (mut names, mut marker) = (Vec::new(), None);
    loop {
        let input = ListPoliciesInput { max_items: Some(199), marker, ..Default::default() };
        let page = cloud.call::<ListPolicies>(input).await.unwrap();
        names.extend(page.policies.unwrap().into_iter().map(|policy| policy.policy_name.unwrap()));
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(names[..2], ["aa", "zz"]);
    assert!(names.len() > 1_000 && names[2..].is_sorted(), "{}", names.len());
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
}

#[tokio::test]
async fn a_marker_is_good_for_its_listing_alone() {
    let cloud = cloud().fresh_account();
    for name in ["a", "b"] {
        user(&cloud, name).await;
    }
    let input = ListUsersInput { max_items: Some(1), ..Default::default() };
    let marker = cloud.call::<ListUsers>(input).await.unwrap().marker;
    let input = ListUsersInput { path_prefix: Some("/x/".into()), marker, ..Default::default() };
    assert!(cloud.call::<ListUsers>(input).await.is_err());
}
