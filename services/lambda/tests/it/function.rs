//! Functions, their versions and aliases.

use api_lambda as api;
use service_kit::{Error, Fault};

use crate::world::{arn, cloud, function, input, queue, settle, zip};

fn idle() -> testkit::TestCloud {
    cloud(|call| Ok(call.event.clone()))
}

#[tokio::test]
async fn a_function_comes_changes_and_goes() {
    let cloud = idle();
    let mut wanted = input(&cloud, "f").await;
    wanted.environment = Some(api::Environment { variables: Some([("A".to_owned(), "1".to_owned())].into()) });
    let made = cloud.call::<api::CreateFunction>(wanted.clone()).await.unwrap();
    assert_eq!((made.state, made.state_reason_code), (Some(api::State::Pending), Some(api::StateReasonCode::Creating)));
    assert_eq!(made.function_arn, Some(arn(&cloud, "f")));
    let twice = cloud.error::<api::CreateFunction>(wanted).await;
    assert_eq!(twice, ("ResourceConflictException".to_owned(), "Function already exist: f".to_owned()));
    settle(&cloud).await;
    let named = |name: &str| api::GetFunctionInput { function_name: name.to_owned(), ..Default::default() };
    let got = cloud.call::<api::GetFunction>(named("f")).await.unwrap();
    let shown = got.configuration.unwrap();
    assert_eq!(
        (shown.state, shown.last_update_status),
        (Some(api::State::Active), Some(api::LastUpdateStatus::Successful))
    );
    assert_ne!(shown.revision_id, made.revision_id);
    let location = got.code.unwrap().location.unwrap();
    assert!(location.contains("/_aws/lambda/code/"), "{location}");
    let update = api::UpdateFunctionConfigurationInput {
        function_name: "f".to_owned(),
        memory_size: Some(512),
        ..Default::default()
    };
    let updated = cloud.call::<api::UpdateFunctionConfiguration>(update.clone()).await.unwrap();
    assert_eq!((updated.memory_size, updated.last_update_status), (Some(512), Some(api::LastUpdateStatus::InProgress)));
    assert_eq!(updated.environment.unwrap().variables.unwrap()["A"], "1");
    let (code, _) = cloud.error::<api::UpdateFunctionConfiguration>(update).await;
    assert_eq!(code, "ResourceConflictException");
    settle(&cloud).await;
    let update = api::UpdateFunctionCodeInput {
        function_name: arn(&cloud, "f"),
        zip_file: Some(zip("two")),
        publish: Some(true),
        ..Default::default()
    };
    let published = cloud.call::<api::UpdateFunctionCode>(update).await.unwrap();
    assert_eq!(published.version.as_deref(), Some("1"));
    assert_ne!(published.code_sha256, made.code_sha256);
    let input = api::GetFunctionConfigurationInput { function_name: "f:1".to_owned(), ..Default::default() };
    let shown = cloud.call::<api::GetFunctionConfiguration>(input).await.unwrap();
    assert_eq!(shown.function_arn, Some(arn(&cloud, "f:1")));
    let listed = cloud.call::<api::ListFunctions>(api::ListFunctionsInput::default()).await.unwrap();
    assert_eq!(listed.functions.unwrap().len(), 1);
    let gone = api::DeleteFunctionInput { function_name: "f".to_owned(), qualifier: None };
    assert_eq!(cloud.call::<api::DeleteFunction>(gone).await.unwrap().status_code, Some(204));
    let (code, text) = cloud.error::<api::GetFunction>(named("f")).await;
    assert_eq!(
        (code.as_str(), text),
        ("ResourceNotFoundException", format!("Function not found: {}", arn(&cloud, "f")))
    );
    let examined = cloud.cloud().examine().await.unwrap();
    assert_eq!((examined.contents, examined.faults.len()), (0, 0), "{:?}", examined.faults);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let cloud = idle();
    let right = input(&cloud, "f").await;
    type Spoil = fn(&mut api::CreateFunctionInput);
    let cases: [(Spoil, &str); 6] = [
        (
            |i| i.code.zip_file = Some("nothing".into()),
            "Could not unzip uploaded file. Please check your file, then try to upload again.",
        ),
        (
            |i| i.runtime = Some("python3.7".into()),
            "The runtime parameter of python3.7 is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.",
        ),
        (|i| i.role.push_str("-none"), "The role defined for the function cannot be assumed by Lambda."),
        (
            |i| i.layers = Some(vec!["arn:aws:lambda:us-east-1:100000000001:layer:l:1".to_owned()]),
            "Layer version arn:aws:lambda:us-east-1:100000000001:layer:l:1 does not exist.",
        ),
        (
            |i| i.handler = None,
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ),
        (
            |i| i.function_name = "f".repeat(65),
            "1 validation error detected: Value 'fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64",
        ),
    ];
    for (spoil, text) in cases {
        let mut wrong = right.clone();
        spoil(&mut wrong);
        let told = cloud.error::<api::CreateFunction>(wrong).await;
        assert_eq!(told, ("InvalidParameterValueException".to_owned(), text.to_owned()));
    }
    let mut image = right;
    image.package_type = Some(api::PackageType::Image);
    assert!(matches!(cloud.call::<api::CreateFunction>(image).await, Err(Error::Fault(_))));
}

#[tokio::test]
async fn what_is_not_here_is_refused_and_never_promised() {
    let cloud = idle();
    let signed = api::CreateFunctionInput {
        code_signing_config_arn: Some("arn:aws:lambda:us-east-1:100000000001:code-signing-config:csc-1".to_owned()),
        ..input(&cloud, "f").await
    };
    absent(cloud.call::<api::CreateFunction>(signed).await, "CreateFunction with CodeSigningConfigArn");
    function(&cloud, "f").await;
    let image = api::UpdateFunctionConfigurationInput {
        function_name: "f".to_owned(),
        image_config: Some(api::ImageConfig::default()),
        ..Default::default()
    };
    absent(cloud.call::<api::UpdateFunctionConfiguration>(image).await, "UpdateFunctionConfiguration with ImageConfig");
    let tenant =
        api::InvokeInput { function_name: "f".to_owned(), tenant_id: Some("t".to_owned()), ..Default::default() };
    absent(cloud.call::<api::Invoke>(tenant).await, "Invoke with TenantId");
    let measured = api::CreateEventSourceMappingInput {
        event_source_arn: Some(queue(&cloud, "q").await),
        function_name: "f".to_owned(),
        metrics_config: Some(api::EventSourceMappingMetricsConfig::default()),
        ..Default::default()
    };
    absent(cloud.call::<api::CreateEventSourceMapping>(measured).await, "CreateEventSourceMapping with MetricsConfig");
}

fn absent<T>(answer: Result<T, Error>, what: &str) {
    match answer {
        Err(Error::Fault(Fault::NotImplemented { operation, .. })) => assert_eq!(operation, what),
        Err(error) => panic!("{what}: {error}"),
        Ok(_) => panic!("{what} was promised"),
    }
}

#[tokio::test]
async fn versions_stay_and_aliases_lead_to_them() {
    let cloud = idle();
    function(&cloud, "f").await;
    let publish = || api::PublishVersionInput { function_name: "f".to_owned(), ..Default::default() };
    assert_eq!(cloud.call::<api::PublishVersion>(publish()).await.unwrap().version.as_deref(), Some("1"));
    let again = cloud.call::<api::PublishVersion>(publish()).await.unwrap();
    assert_eq!(again.version.as_deref(), Some("1"), "nothing changed");
    let wrong = api::PublishVersionInput { code_sha256: Some("other".to_owned()), ..publish() };
    assert_eq!(cloud.error::<api::PublishVersion>(wrong).await.0, "InvalidParameterValueException");
    let update = api::UpdateFunctionCodeInput {
        function_name: "f".to_owned(),
        zip_file: Some(zip("two")),
        ..Default::default()
    };
    cloud.call::<api::UpdateFunctionCode>(update).await.unwrap();
    settle(&cloud).await;
    assert_eq!(cloud.call::<api::PublishVersion>(publish()).await.unwrap().version.as_deref(), Some("2"));
    let list = api::ListVersionsByFunctionInput { function_name: "f".to_owned(), ..Default::default() };
    let versions = cloud.call::<api::ListVersionsByFunction>(list).await.unwrap().versions.unwrap();
    let names: Vec<_> = versions.iter().filter_map(|version| version.version.as_deref()).collect();
    assert_eq!(names, ["$LATEST", "1", "2"]);
    let alias = api::CreateAliasInput {
        function_name: "f".to_owned(),
        name: "live".to_owned(),
        function_version: "1".to_owned(),
        ..Default::default()
    };
    let made = cloud.call::<api::CreateAlias>(alias.clone()).await.unwrap();
    assert_eq!(made.alias_arn, Some(arn(&cloud, "f:live")));
    let (_, text) = cloud.error::<api::CreateAlias>(alias).await;
    assert_eq!(text, format!("Alias already exists: {}", arn(&cloud, "f:live")));
    let weights = api::AliasRoutingConfiguration { additional_version_weights: Some([("2".to_owned(), 0.5)].into()) };
    let update = api::UpdateAliasInput {
        function_name: "f".to_owned(),
        name: "live".to_owned(),
        routing_config: Some(weights.clone()),
        ..Default::default()
    };
    assert_eq!(cloud.call::<api::UpdateAlias>(update).await.unwrap().routing_config, Some(weights));
    let get = |name: &str| api::GetAliasInput { function_name: "f".to_owned(), name: name.to_owned() };
    assert_eq!(cloud.call::<api::GetAlias>(get("live")).await.unwrap().function_version.as_deref(), Some("1"));
    let (_, text) = cloud.error::<api::GetAlias>(get("none")).await;
    assert_eq!(text, format!("Cannot find alias arn: {}", arn(&cloud, "f:none")));
    let list = api::ListAliasesInput { function_name: "f".to_owned(), ..Default::default() };
    assert_eq!(cloud.call::<api::ListAliases>(list).await.unwrap().aliases.unwrap().len(), 1);
    let one = api::DeleteFunctionInput { function_name: "f".to_owned(), qualifier: Some("1".to_owned()) };
    assert_eq!(cloud.error::<api::DeleteFunction>(one.clone()).await.0, "ResourceConflictException");
    let gone = api::DeleteAliasInput { function_name: "f".to_owned(), name: "live".to_owned() };
    cloud.call::<api::DeleteAlias>(gone).await.unwrap();
    cloud.call::<api::DeleteFunction>(one).await.unwrap();
    let examined = cloud.cloud().examine().await.unwrap();
    assert_eq!(examined.faults, []);
}

#[tokio::test]
async fn tags_are_of_functions() {
    let cloud = idle();
    function(&cloud, "f").await;
    let tags = [("k".to_owned(), "v".to_owned())];
    let tag = api::TagResourceInput { resource: arn(&cloud, "f"), tags: tags.clone().into() };
    cloud.call::<api::TagResource>(tag).await.unwrap();
    let list = || api::ListTagsInput { resource: arn(&cloud, "f") };
    assert_eq!(cloud.call::<api::ListTags>(list()).await.unwrap().tags, Some(tags.into()));
    let untag = api::UntagResourceInput { resource: arn(&cloud, "f"), tag_keys: vec!["k".to_owned()] };
    cloud.call::<api::UntagResource>(untag).await.unwrap();
    assert_eq!(cloud.call::<api::ListTags>(list()).await.unwrap().tags, Some([].into()));
    let (_, text) = cloud.error::<api::ListTags>(api::ListTagsInput { resource: arn(&cloud, "f:1") }).await;
    assert_eq!(text, "Tags on function aliases and versions are not supported. Please specify a function ARN.");
}
