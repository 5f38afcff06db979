//! Code bindings: asked for, made, fetched.

use std::time::Duration;

use api_schemas as api;

use crate::world::{cloud, document, one_schema};

fn names() -> (String, String) {
    ("shop".to_owned(), "order".to_owned())
}

fn put(language: &str) -> api::PutCodeBindingInput {
    let (registry_name, schema_name) = names();
    api::PutCodeBindingInput { registry_name, schema_name, schema_version: None, language: language.to_owned() }
}

fn shown(language: &str) -> api::DescribeCodeBindingInput {
    let (registry_name, schema_name) = names();
    api::DescribeCodeBindingInput { registry_name, schema_name, schema_version: None, language: language.to_owned() }
}

fn source(language: &str) -> api::GetCodeBindingSourceInput {
    let (registry_name, schema_name) = names();
    api::GetCodeBindingSourceInput { registry_name, schema_name, schema_version: None, language: language.to_owned() }
}

#[tokio::test]
async fn code_is_made_by_the_clock() {
    let cloud = cloud();
    one_schema(&cloud).await;
    for language in ["Java8", "Python36", "TypeScript3", "Go1"] {
        assert_eq!(cloud.error::<api::DescribeCodeBinding>(shown(language)).await.0, "NotFoundException");
        let asked = cloud.call::<api::PutCodeBinding>(put(language)).await.unwrap();
        assert_eq!(asked.status, Some(api::CodeGenerationStatus::CreateInProgress));
        assert_eq!(cloud.error::<api::GetCodeBindingSource>(source(language)).await.0, "NotFoundException");
        cloud.advance(Duration::from_secs(1)).await;
        let found = cloud.call::<api::DescribeCodeBinding>(shown(language)).await.unwrap();
        assert_eq!(found.status, Some(api::CodeGenerationStatus::CreateComplete));
        assert_eq!(found.schema_version.as_deref(), Some("1"));
        let archive = cloud.call::<api::GetCodeBindingSource>(source(language)).await.unwrap().body.unwrap();
        assert_eq!(&archive[..4], b"PK\x03\x04");
        let again = cloud.call::<api::PutCodeBinding>(put(language)).await.unwrap();
        assert_eq!((again.status, again.creation_date), (found.status, asked.creation_date));
        let same = cloud.call::<api::GetCodeBindingSource>(source(language)).await.unwrap().body.unwrap();
        assert_eq!(same, archive);
    }
    assert_eq!(cloud.error::<api::PutCodeBinding>(put("Cobol")).await.0, "BadRequestException");
}

#[tokio::test]
async fn each_version_has_code_of_its_own() {
    let cloud = cloud();
    one_schema(&cloud).await;
    cloud.call::<api::PutCodeBinding>(put("Python36")).await.unwrap();
    let (registry_name, schema_name) = names();
    let content = Some(document("other"));
    let input = api::UpdateSchemaInput { registry_name, schema_name, content, ..Default::default() };
    cloud.call::<api::UpdateSchema>(input).await.unwrap();
    assert_eq!(cloud.error::<api::DescribeCodeBinding>(shown("Python36")).await.0, "NotFoundException");
    let first = api::DescribeCodeBindingInput { schema_version: Some("1".to_owned()), ..shown("Python36") };
    let found = cloud.call::<api::DescribeCodeBinding>(first).await.unwrap();
    assert_eq!(found.schema_version.as_deref(), Some("1"));
}

#[tokio::test]
async fn schemas_of_aws_have_code_too() {
    let cloud = cloud();
    let (registry_name, schema_name) = ("aws.events".to_owned(), "aws.s3@ObjectCreated".to_owned());
    let language = "Java8".to_owned();
    let input = api::PutCodeBindingInput { registry_name, schema_name, language, schema_version: None };
    let asked = cloud.call::<api::PutCodeBinding>(input).await.unwrap();
    assert_eq!(asked.schema_version.as_deref(), Some("1"));
}
