//! Schemas and their versions.

use api_schemas as api;
use serde_json::{Value, json};

use crate::world::{cloud, describe, document, one_schema, registry, schema};

fn update(content: Option<String>) -> api::UpdateSchemaInput {
    let (registry_name, schema_name) = ("shop".to_owned(), "order".to_owned());
    api::UpdateSchemaInput { registry_name, schema_name, content, ..Default::default() }
}

fn version(number: &str) -> api::DeleteSchemaVersionInput {
    api::DeleteSchemaVersionInput {
        registry_name: "shop".to_owned(),
        schema_name: "order".to_owned(),
        schema_version: number.to_owned(),
    }
}

async fn numbers(cloud: &testkit::TestCloud) -> Vec<String> {
    let (mut found, mut next_token) = (Vec::new(), None);
    loop {
        let (registry_name, schema_name) = ("shop".to_owned(), "order".to_owned());
        let input = api::ListSchemaVersionsInput { registry_name, schema_name, next_token, limit: Some(2) };
        let page = cloud.call::<api::ListSchemaVersions>(input).await.unwrap();
        found.extend(page.schema_versions.unwrap().into_iter().filter_map(|one| one.schema_version));
        next_token = page.next_token;
        if next_token.is_none() {
            return found;
        }
    }
}

#[tokio::test]
async fn each_document_is_a_version() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let told = cloud.error::<api::CreateSchema>(schema("shop", "order")).await;
    assert_eq!(told, ("ConflictException".to_owned(), "Schema with name order already exists.".to_owned()));
    for (content, number) in [(document("a"), "2"), (document("a"), "2"), (document("b"), "3")] {
        let updated = cloud.call::<api::UpdateSchema>(update(Some(content))).await.unwrap();
        assert_eq!(updated.schema_version.as_deref(), Some(number));
    }
    let described = api::UpdateSchemaInput { description: Some("d".to_owned()), ..update(None) };
    let updated = cloud.call::<api::UpdateSchema>(described).await.unwrap();
    assert_eq!((updated.schema_version.as_deref(), updated.description.as_deref()), (Some("3"), Some("d")));
    let first = api::DescribeSchemaInput { schema_version: Some("1".to_owned()), ..describe("shop", "order") };
    let shown = cloud.call::<api::DescribeSchema>(first).await.unwrap();
    assert_eq!((shown.content, shown.r#type.as_deref()), (Some(document("id")), Some("OpenApi3")));
    assert_eq!(numbers(&cloud).await, ["1", "2", "3"]);
    cloud.call::<api::DeleteSchemaVersion>(version("3")).await.unwrap();
    let shown = cloud.call::<api::DescribeSchema>(describe("shop", "order")).await.unwrap();
    assert_eq!(shown.schema_version.as_deref(), Some("2"));
    // A number that was used is not used again.
    let updated = cloud.call::<api::UpdateSchema>(update(Some(document("c")))).await.unwrap();
    assert_eq!(updated.schema_version.as_deref(), Some("4"));
    cloud.call::<api::DeleteSchemaVersion>(version("4")).await.unwrap();
    cloud.call::<api::DeleteSchemaVersion>(version("1")).await.unwrap();
    assert_eq!(cloud.error::<api::DeleteSchemaVersion>(version("2")).await.0, "BadRequestException");
    assert_eq!(cloud.error::<api::DeleteSchemaVersion>(version("9")).await.0, "NotFoundException");
    assert_eq!(cloud.error::<api::DeleteSchemaVersion>(version("x")).await.0, "BadRequestException");
}

#[tokio::test]
async fn a_repeated_token_changes_nothing() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let with = |content| api::UpdateSchemaInput { client_token_id: Some("t".to_owned()), ..update(Some(content)) };
    for content in [document("a"), document("b")] {
        let updated = cloud.call::<api::UpdateSchema>(with(content)).await.unwrap();
        assert_eq!(updated.schema_version.as_deref(), Some("2"));
    }
}

#[tokio::test]
async fn what_is_no_document_is_refused() {
    let cloud = cloud();
    registry(&cloud, "shop").await;
    let create = |content: &str, kind: api::Type| api::CreateSchemaInput {
        content: content.to_owned(),
        r#type: kind,
        ..schema("shop", "s")
    };
    for (content, kind) in [
        ("nothing", api::Type::OpenApi3),
        ("{}", api::Type::OpenApi3),
        ("{}", api::Type::JsonSchemaDraft4),
        (&document("a"), api::Type::JsonSchemaDraft4),
        (&document("a"), "Avro".into()),
    ] {
        let told = cloud.error::<api::CreateSchema>(create(content, kind)).await;
        assert_eq!(told.0, "BadRequestException", "{content}: {}", told.1);
    }
    let named = |registry: &str, name: &str| api::CreateSchemaInput { ..schema(registry, name) };
    assert_eq!(cloud.error::<api::CreateSchema>(named("shop", "a b")).await.0, "BadRequestException");
    let told = cloud.error::<api::CreateSchema>(named("no", "a")).await;
    assert_eq!(told, ("NotFoundException".to_owned(), "Registry with name no does not exist.".to_owned()));
    let told = cloud.error::<api::DescribeSchema>(describe("shop", "no")).await;
    assert_eq!(told.1, "Schema with name no does not exist.");
    let draft4 = r#"{"$schema":"http://json-schema.org/draft-04/schema#","type":"object"}"#;
    cloud.call::<api::CreateSchema>(create(draft4, api::Type::JsonSchemaDraft4)).await.unwrap();
}

#[tokio::test]
async fn schemas_are_listed_searched_and_deleted() {
    let cloud = cloud();
    registry(&cloud, "shop").await;
    for (name, member) in [("order.a", "price"), ("order.b", "weight"), ("user", "Price")] {
        let input = api::CreateSchemaInput { content: document(member), ..schema("shop", name) };
        cloud.call::<api::CreateSchema>(input).await.unwrap();
    }
    let list = |prefix: Option<&str>, next_token: Option<String>| api::ListSchemasInput {
        registry_name: "shop".to_owned(),
        schema_name_prefix: prefix.map(str::to_owned),
        limit: Some(2),
        next_token,
    };
    let first = cloud.call::<api::ListSchemas>(list(None, None)).await.unwrap();
    let next = cloud.call::<api::ListSchemas>(list(None, first.next_token.clone())).await.unwrap();
    let names = |page: &api::ListSchemasOutput| -> Vec<String> {
        page.schemas.iter().flatten().filter_map(|one| one.schema_name.clone()).collect()
    };
    assert_eq!((names(&first), names(&next)), (vec!["order.a".into(), "order.b".into()], vec!["user".to_owned()]));
    assert_eq!(first.schemas.as_ref().unwrap()[0].version_count, Some(1));
    assert_eq!(names(&cloud.call::<api::ListSchemas>(list(Some("u"), None)).await.unwrap()), ["user"]);
    let search = |keywords: &str| api::SearchSchemasInput {
        registry_name: "shop".to_owned(),
        keywords: keywords.to_owned(),
        ..Default::default()
    };
    for (keywords, expected) in [
        ("PRICE", vec!["order.a", "user"]),
        ("price order.", vec!["order.a"]),
        ("openapi", vec!["order.a", "order.b", "user"]),
        ("nothing", vec![]),
    ] {
        let found = cloud.call::<api::SearchSchemas>(search(keywords)).await.unwrap().schemas.unwrap();
        let names: Vec<_> = found.iter().map(|one| one.schema_name.clone().unwrap()).collect();
        assert_eq!(names, expected, "{keywords}");
        assert!(
            found.iter().all(|one| one.schema_versions.as_ref().unwrap()[0].schema_version.as_deref() == Some("1"))
        );
    }
    assert_eq!(cloud.error::<api::SearchSchemas>(search(" ")).await.0, "BadRequestException");
    let gone = api::DeleteSchemaInput { registry_name: "shop".to_owned(), schema_name: "user".to_owned() };
    cloud.call::<api::DeleteSchema>(gone.clone()).await.unwrap();
    assert_eq!(cloud.error::<api::DeleteSchema>(gone).await.1, "Schema with name user does not exist.");
}

#[tokio::test]
async fn openapi_is_exported_as_a_json_schema() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let export = |kind: &str| api::ExportSchemaInput {
        registry_name: "shop".to_owned(),
        schema_name: "order".to_owned(),
        schema_version: None,
        r#type: kind.to_owned(),
    };
    let exported = cloud.call::<api::ExportSchema>(export("JSONSchemaDraft4")).await.unwrap();
    let content: Value = serde_json::from_str(&exported.content.unwrap()).unwrap();
    assert_eq!(content["properties"], json!({"id": {"type": "string"}}));
    assert_eq!((exported.schema_version.as_deref(), exported.r#type.as_deref()), (Some("1"), Some("JSONSchemaDraft4")));
    assert_eq!(cloud.error::<api::ExportSchema>(export("OpenApi3")).await.0, "BadRequestException");
}
