//! Units and what is in them.

use api_organizations::*;

use crate::cloud::*;

async fn children(cloud: &testkit::TestCloud, parent: &str, child_type: ChildType) -> Vec<String> {
    let (mut all, mut next_token) = (Vec::new(), None);
    loop {
        let input = ListChildrenInput {
            parent_id: parent.into(),
            child_type: child_type.clone(),
            max_results: Some(2),
            next_token,
        };
        let page = cloud.call::<ListChildren>(input).await.unwrap();
        all.extend(page.children.unwrap().into_iter().map(|child| child.id.unwrap()));
        next_token = page.next_token;
        if next_token.is_none() {
            return all;
        }
    }
}

#[tokio::test]
async fn units_are_made_renamed_and_deleted() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let made = unit(&cloud, &root, "dev").await;
    assert!(made.starts_with(&format!("ou-{}-", &root[2..])), "{made}");
    let input = CreateOrganizationalUnitInput { parent_id: root.clone(), name: "dev".into(), tags: None };
    assert_eq!(code::<CreateOrganizationalUnit>(&cloud, input).await, "DuplicateOrganizationalUnitException");
    let inner = unit(&cloud, &made, "dev").await;

    let describe = |id: &str| DescribeOrganizationalUnitInput { organizational_unit_id: id.into() };
    let shown = cloud.call::<DescribeOrganizationalUnit>(describe(&inner)).await.unwrap();
    let shown = shown.organizational_unit.unwrap();
    let organization = cloud.call::<DescribeOrganization>(DescribeOrganizationInput {}).await.unwrap();
    let id = organization.organization.unwrap().id.unwrap();
    assert_eq!(shown.path.unwrap(), format!("{id}/{root}/{made}/{inner}/"));
    assert_eq!(shown.arn.unwrap(), format!("arn:aws:organizations::{}:ou/{id}/{inner}", cloud.account()));

    let rename = |id: &str, name: &str| UpdateOrganizationalUnitInput {
        organizational_unit_id: id.into(),
        name: Some(name.into()),
    };
    let renamed = cloud.call::<UpdateOrganizationalUnit>(rename(&made, "Development")).await.unwrap();
    assert_eq!(renamed.organizational_unit.unwrap().name.unwrap(), "Development");
    unit(&cloud, &root, "dev").await;
    let taken = code::<UpdateOrganizationalUnit>(&cloud, rename(&made, "dev")).await;
    assert_eq!(taken, "DuplicateOrganizationalUnitException");

    let delete = |id: &str| DeleteOrganizationalUnitInput { organizational_unit_id: id.into() };
    assert_eq!(code::<DeleteOrganizationalUnit>(&cloud, delete(&made)).await, "OrganizationalUnitNotEmptyException");
    cloud.call::<DeleteOrganizationalUnit>(delete(&inner)).await.unwrap();
    cloud.call::<DeleteOrganizationalUnit>(delete(&made)).await.unwrap();
    let gone = "OrganizationalUnitNotFoundException";
    assert_eq!(code::<DescribeOrganizationalUnit>(&cloud, describe(&made)).await, gone);
    assert_eq!(code::<DeleteOrganizationalUnit>(&cloud, delete(&made)).await, gone);
    assert_eq!(code::<UpdateOrganizationalUnit>(&cloud, rename(&made, "x")).await, gone);
}

#[tokio::test]
async fn five_levels_and_no_more() {
    let cloud = organization().await;
    let mut parent = root_id(&cloud).await;
    for level in 1..=5 {
        parent = unit(&cloud, &parent, &format!("level {level}")).await;
    }
    let input = CreateOrganizationalUnitInput { parent_id: parent, name: "too deep".into(), tags: None };
    let refused = code::<CreateOrganizationalUnit>(&cloud, input).await;
    assert_eq!(refused, "ConstraintViolationException: OU_DEPTH_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn lists_go_down_and_up() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let mut units = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        units.push(unit(&cloud, &root, name).await);
    }
    units.sort();
    assert_eq!(children(&cloud, &root, ChildType::OrganizationalUnit).await, units);
    let input = ListOrganizationalUnitsForParentInput { parent_id: root.clone(), ..Default::default() };
    let listed = cloud.call::<ListOrganizationalUnitsForParent>(input).await.unwrap();
    let ids: Vec<_> = listed.organizational_units.unwrap().into_iter().map(|unit| unit.id.unwrap()).collect();
    assert_eq!(ids, units);

    let guest = invited(&cloud).await;
    let mut accounts = vec![cloud.account().to_string(), guest.account().to_string()];
    accounts.sort();
    assert_eq!(children(&cloud, &root, ChildType::Account).await, accounts);
    move_to(&cloud, guest.account(), &root, &units[0]).await;
    assert_eq!(children(&cloud, &root, ChildType::Account).await, [cloud.account().to_string()]);
    assert_eq!(children(&cloud, &units[0], ChildType::Account).await, [guest.account().to_string()]);

    let input = ListParentsInput { child_id: guest.account().to_string(), ..Default::default() };
    let parents = cloud.call::<ListParents>(input).await.unwrap().parents.unwrap();
    assert_eq!(parents[0].id.as_deref(), Some(&*units[0]));
    assert_eq!(parents[0].r#type, Some(ParentType::OrganizationalUnit));
    let input = ListParentsInput { child_id: units[1].clone(), ..Default::default() };
    let parents = cloud.call::<ListParents>(input).await.unwrap().parents.unwrap();
    assert_eq!(parents[0].r#type, Some(ParentType::Root));
    let input = ListParentsInput { child_id: "999999999999".into(), ..Default::default() };
    assert_eq!(code::<ListParents>(&cloud, input).await, "ChildNotFoundException");
    let parent_id = "ou-aaaa-bbbbbbbb".to_owned();
    let input = ListChildrenInput { parent_id, child_type: ChildType::Account, ..Default::default() };
    assert_eq!(code::<ListChildren>(&cloud, input).await, "ParentNotFoundException");
}

#[tokio::test]
async fn moves() {
    let cloud = organization().await;
    let root = root_id(&cloud).await;
    let (a, b) = (unit(&cloud, &root, "a").await, unit(&cloud, &root, "b").await);
    let guest = invited(&cloud).await;
    let input = |from: &str, to: &str| MoveAccountInput {
        account_id: guest.account().to_string(),
        source_parent_id: from.into(),
        destination_parent_id: to.into(),
    };
    assert_eq!(code::<MoveAccount>(&cloud, input(&root, &root)).await, "DuplicateAccountException");
    assert_eq!(code::<MoveAccount>(&cloud, input(&a, &b)).await, "SourceParentNotFoundException");
    let nowhere = "ou-aaaa-bbbbbbbb";
    assert_eq!(code::<MoveAccount>(&cloud, input(&root, nowhere)).await, "DestinationParentNotFoundException");
    let stranger = MoveAccountInput { account_id: "999999999999".into(), ..input(&root, &a) };
    assert_eq!(code::<MoveAccount>(&cloud, stranger).await, "AccountNotFoundException");
    cloud.call::<MoveAccount>(input(&root, &a)).await.unwrap();
    cloud.call::<MoveAccount>(input(&a, &b)).await.unwrap();
    let input = ListAccountsForParentInput { parent_id: b, ..Default::default() };
    let there = cloud.call::<ListAccountsForParent>(input).await.unwrap().accounts.unwrap();
    assert_eq!(there[0].id.as_deref(), Some(&*guest.account().to_string()));
}
