//! Simulated decisions, as recorded of AWS (LocalStack's `test_simulate_principle_policy`), and the keys they ask for.

use api_iam::*;
use testkit::TestCloud;

use crate::cloud::*;

/// The policy of the recording, whose statement stands where the recording says.
const PUT: &str = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;

fn asking(arn: &str) -> SimulatePrincipalPolicyInput {
    SimulatePrincipalPolicyInput {
        policy_source_arn: arn.to_owned(),
        action_names: vec!["s3:PutObject".into(), "s3:GetObjectVersion".into()],
        resource_arns: Some(vec!["arn:aws:s3:::bucket".into()]),
        ..Default::default()
    }
}

async fn simulated(cloud: &TestCloud, input: SimulatePrincipalPolicyInput) -> Vec<EvaluationResult> {
    cloud.call::<SimulatePrincipalPolicy>(input).await.unwrap().evaluation_results.unwrap()
}

fn decisions(results: &[EvaluationResult]) -> Vec<&str> {
    results.iter().map(|result| result.eval_decision.as_str()).collect()
}

#[tokio::test]
async fn simulate_principal_policy_of_users_groups_and_roles() {
    let cloud = cloud();
    let arn = policy(&cloud, "put", PUT).await;
    let (ann, group, role) = (user(&cloud, "ann").await, group(&cloud, "g").await, role(&cloud, "r").await);
    attach_user(&cloud, "ann", &arn).await;
    let input = AttachGroupPolicyInput { group_name: "g".into(), policy_arn: arn.clone() };
    cloud.call::<AttachGroupPolicy>(input).await.unwrap();
    let input = AttachRolePolicyInput { role_name: "r".into(), policy_arn: arn };
    cloud.call::<AttachRolePolicy>(input).await.unwrap();
    for source in [ann.arn, group.arn, role.arn] {
        let results = simulated(&cloud, asking(&source)).await;
        assert_eq!(decisions(&results), ["allowed", "implicitDeny"], "{source}");
        let matched = &results[0].matched_statements.as_ref().unwrap()[0];
        assert_eq!(matched.source_policy_id.as_deref(), Some("put"));
        assert_eq!(matched.source_policy_type.as_ref().unwrap().as_str(), "IAM Policy");
        let (start, end) = (matched.start_position.as_ref().unwrap(), matched.end_position.as_ref().unwrap());
        assert_eq!((start.line, start.column, end.line, end.column), (Some(1), Some(41), Some(1), Some(113)));
        let specific = &results[0].resource_specific_results.as_ref().unwrap()[0];
        assert_eq!(specific.eval_resource_name, "arn:aws:s3:::bucket");
        assert_eq!(results[1].matched_statements, Some(vec![]));
    }
    let gone = refusal::<SimulatePrincipalPolicy>(&cloud, asking(&crate::cloud::arn(&cloud, "user/x"))).await;
    assert_eq!(gone, ("NoSuchEntity".to_owned(), "The user with name x cannot be found.".to_owned()));
    let other = refusal::<SimulatePrincipalPolicy>(&cloud, asking("arn:aws:s3:::bucket-of-nobody")).await;
    assert_eq!(other.0, "InvalidInput");
}

#[tokio::test]
async fn boundaries_groups_variables_and_pages() {
    let cloud = cloud();
    let ann = user(&cloud, "ann").await;
    group(&cloud, "g").await;
    let input = AddUserToGroupInput { group_name: "g".into(), user_name: "ann".into() };
    cloud.call::<AddUserToGroup>(input).await.unwrap();
    let own = allow("s3:*", "arn:aws:s3:::${aws:username}");
    let input = PutGroupPolicyInput { group_name: "g".into(), policy_name: "own".into(), policy_document: own };
    cloud.call::<PutGroupPolicy>(input).await.unwrap();
    let resources = Some(vec!["arn:aws:s3:::ann".to_owned(), "arn:aws:s3:::bob".to_owned()]);
    let input = SimulatePrincipalPolicyInput { resource_arns: resources, ..asking(&ann.arn) };
    let results = simulated(&cloud, input.clone()).await;
    assert_eq!(decisions(&results), ["allowed", "implicitDeny", "allowed", "implicitDeny"]);
    let matched = &results[0].matched_statements.as_ref().unwrap()[0];
    assert_eq!(matched.source_policy_id.as_deref(), Some("group_g_own"));
    let bounded = SimulatePrincipalPolicyInput {
        permissions_boundary_policy_input_list: Some(vec![PUT.to_owned()]),
        ..input.clone()
    };
    let results = simulated(&cloud, bounded).await;
    assert_eq!(decisions(&results), ["allowed", "implicitDeny", "implicitDeny", "implicitDeny"]);
    let detail = results[2].permissions_boundary_decision_detail.as_ref().unwrap();
    assert_eq!(detail.allowed_by_permissions_boundary, Some(false));
    let (mut seen, mut marker) = (0, None);
    loop {
        let input = SimulatePrincipalPolicyInput { max_items: Some(3), marker, ..input.clone() };
        let page = cloud.call::<SimulatePrincipalPolicy>(input).await.unwrap();
        seen += page.evaluation_results.unwrap().len();
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, 4);
}

#[tokio::test]
async fn simulate_custom_policy_with_circumstances() {
    let cloud = cloud();
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Action":"sqs:Delete*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}"#;
    let input = SimulateCustomPolicyInput {
        policy_input_list: vec![document.to_owned()],
        action_names: vec!["sqs:SendMessage".into(), "sqs:DeleteQueue".into()],
        ..Default::default()
    };
    let results = async |input| cloud.call::<SimulateCustomPolicy>(input).await.unwrap().evaluation_results.unwrap();
    let found = results(input.clone()).await;
    assert_eq!(decisions(&found), ["allowed", "allowed"]);
    assert_eq!(found[1].missing_context_values.as_deref(), Some(&["aws:MultiFactorAuthPresent".to_owned()][..]));
    assert_eq!((found[0].eval_resource_name.as_deref(), &found[0].resource_specific_results), (Some("*"), &None));
    let entry = ContextEntry {
        context_key_name: Some("aws:MultiFactorAuthPresent".into()),
        context_key_values: Some(vec!["false".into()]),
        context_key_type: Some(ContextKeyTypeEnum::Boolean),
    };
    let told = SimulateCustomPolicyInput { context_entries: Some(vec![entry]), ..input.clone() };
    let found = results(told).await;
    assert_eq!(decisions(&found), ["allowed", "explicitDeny"]);
    let matched = found[1].matched_statements.as_ref().unwrap();
    assert_eq!((matched.len(), matched[0].source_policy_id.as_deref()), (1, Some("PolicyInputList.1")));
    for (policies, actions) in
        [(vec!["{}".to_owned()], vec!["a:b".to_owned()]), (vec![document.to_owned()], vec!["x".to_owned()])]
    {
        let bad =
            SimulateCustomPolicyInput { policy_input_list: policies, action_names: actions, ..Default::default() };
        assert_eq!(refusal::<SimulateCustomPolicy>(&cloud, bad).await.0, "InvalidInput");
    }
}

#[tokio::test]
async fn get_context_keys_for_custom_policy_and_get_context_keys_for_principal_policy() {
    let cloud = cloud();
    let one = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}}"#;
    let input = GetContextKeysForCustomPolicyInput { policy_input_list: vec![one.to_owned(), PUT.to_owned()] };
    let keys = cloud.call::<GetContextKeysForCustomPolicy>(input).await.unwrap().context_key_names.unwrap();
    assert_eq!(keys, ["aws:SourceIp", "aws:username"]);
    let bad = GetContextKeysForCustomPolicyInput { policy_input_list: vec!["{".to_owned()] };
    assert_eq!(refusal::<GetContextKeysForCustomPolicy>(&cloud, bad).await.0, "InvalidInput");
    let ann = user(&cloud, "ann").await;
    put_user_policy(&cloud, "ann", "p", one).await;
    let more = one.replace("aws:SourceIp", "aws:VpcSourceIp");
    let input =
        GetContextKeysForPrincipalPolicyInput { policy_source_arn: ann.arn, policy_input_list: Some(vec![more]) };
    let keys = cloud.call::<GetContextKeysForPrincipalPolicy>(input).await.unwrap().context_key_names.unwrap();
    assert_eq!(keys, ["aws:SourceIp", "aws:username", "aws:VpcSourceIp"]);
}
