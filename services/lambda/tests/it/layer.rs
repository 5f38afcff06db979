//! Layers.

use api_lambda as api;
use serde_json::Value;

use crate::world::{cloud, zip};

#[tokio::test]
async fn a_layer_is_published_shared_and_deleted() {
    let cloud = cloud(|call| Ok(call.event.clone()));
    let publish = || api::PublishLayerVersionInput {
        layer_name: "l".to_owned(),
        content: api::LayerVersionContentInput { zip_file: Some(zip("x")), ..Default::default() },
        compatible_runtimes: Some(vec!["python3.13".into()]),
        ..Default::default()
    };
    assert_eq!(cloud.call::<api::PublishLayerVersion>(publish()).await.unwrap().version, Some(1));
    let second = cloud.call::<api::PublishLayerVersion>(publish()).await.unwrap();
    let arn = format!("arn:aws:lambda:us-east-1:{}:layer:l", cloud.account());
    assert_eq!(second.layer_version_arn, Some(format!("{arn}:2")));
    let get = |version_number| api::GetLayerVersionInput { layer_name: "l".to_owned(), version_number };
    assert_eq!(cloud.call::<api::GetLayerVersion>(get(1)).await.unwrap().version, Some(1));
    assert_eq!(cloud.error::<api::GetLayerVersion>(get(0)).await.1, "Layer Version Cannot be less than 1");
    let by_arn = api::GetLayerVersionByArnInput { arn: format!("{arn}:2") };
    assert_eq!(cloud.call::<api::GetLayerVersionByArn>(by_arn).await.unwrap().version, Some(2));
    let list = api::ListLayerVersionsInput { layer_name: "l".to_owned(), ..Default::default() };
    let versions = cloud.call::<api::ListLayerVersions>(list).await.unwrap().layer_versions.unwrap();
    assert_eq!(versions.iter().filter_map(|one| one.version).collect::<Vec<_>>(), [2, 1]);
    let list = api::ListLayersInput { compatible_runtime: Some("python3.13".into()), ..Default::default() };
    let layers = cloud.call::<api::ListLayers>(list).await.unwrap().layers.unwrap();
    assert_eq!(layers[0].latest_matching_version.as_ref().and_then(|one| one.version), Some(2));
    let allow = api::AddLayerVersionPermissionInput {
        layer_name: "l".to_owned(),
        version_number: 1,
        statement_id: "s1".to_owned(),
        action: "lambda:GetLayerVersion".to_owned(),
        principal: "*".to_owned(),
        ..Default::default()
    };
    let allowed = cloud.call::<api::AddLayerVersionPermission>(allow.clone()).await.unwrap();
    assert_eq!(cloud.error::<api::AddLayerVersionPermission>(allow).await.0, "ResourceConflictException");
    let policy = || api::GetLayerVersionPolicyInput { layer_name: "l".to_owned(), version_number: 1 };
    let got = cloud.call::<api::GetLayerVersionPolicy>(policy()).await.unwrap();
    assert_eq!(got.revision_id, allowed.revision_id);
    let document: Value = serde_json::from_str(&got.policy.unwrap()).unwrap();
    assert_eq!(document["Statement"][0]["Resource"], format!("{arn}:1"));
    let remove = api::RemoveLayerVersionPermissionInput {
        layer_name: "l".to_owned(),
        version_number: 1,
        statement_id: "s1".to_owned(),
        revision_id: None,
    };
    cloud.call::<api::RemoveLayerVersionPermission>(remove).await.unwrap();
    assert_eq!(cloud.error::<api::GetLayerVersionPolicy>(policy()).await.0, "ResourceNotFoundException");
    let delete = api::DeleteLayerVersionInput { layer_name: "l".to_owned(), version_number: 2 };
    cloud.call::<api::DeleteLayerVersion>(delete).await.unwrap();
    assert_eq!(cloud.cloud().examine().await.unwrap().faults, []);
    assert_eq!(
        cloud.call::<api::PublishLayerVersion>(publish()).await.unwrap().version,
        Some(3),
        "numbers are not given twice"
    );
}
