//! The wire: paths, statuses, the form of errors.

use bytes::Bytes;
use http::Method;
use serde_json::json;
use testkit::WireRequest;

use crate::world::{cloud, document, one_schema};

fn request(method: Method, target: &str, body: &serde_json::Value) -> WireRequest {
    let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
    let headers = vec![("content-type", "application/json".to_owned())];
    WireRequest { method, target: target.to_owned(), headers, body, signed_for: "schemas" }
}

#[tokio::test]
async fn statuses_and_bodies() {
    let cloud = cloud();
    let registry = json!({"Description": "d", "tags": {"k": "v"}});
    let made = cloud.send(request(Method::POST, "/v1/registries/name/shop", &registry)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!((&made.json()["RegistryName"], &made.json()["tags"]), (&json!("shop"), &json!({"k": "v"})));
    let schema = json!({"Content": document("id"), "Type": "OpenApi3"});
    let made = cloud.send(request(Method::POST, "/v1/registries/name/shop/schemas/name/a%40B", &schema)).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.json()["LastModified"], "2026-01-01T00:00:00Z");
    let gone = cloud.send(request(Method::DELETE, "/v1/registries/name/shop/schemas/name/a%40B", &json!(null))).await;
    assert_eq!((gone.status.as_u16(), gone.body.len()), (204, 0));
}

#[tokio::test]
async fn errors_tell_code_and_message() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let told = cloud.send(request(Method::GET, "/v1/registries/name/no", &json!(null))).await;
    assert_eq!((told.status.as_u16(), told.header("x-amzn-errortype")), (404, "NotFoundException"));
    let text = "Registry with name no does not exist.";
    assert_eq!(told.json(), json!({"Message": text, "Code": "NotFoundException"}));
    let long = json!({"Description": "d".repeat(257)});
    let told = cloud.send(request(Method::POST, "/v1/registries/name/x", &long)).await;
    assert_eq!((told.status.as_u16(), told.header("x-amzn-errortype")), (400, "BadRequestException"));
    let token = cloud.send(request(Method::GET, "/v1/registries?nextToken=x", &json!(null))).await;
    assert_eq!((token.status.as_u16(), token.header("x-amzn-errortype")), (400, "BadRequestException"));
}

#[tokio::test]
async fn policies_and_registries_by_arn() {
    let cloud = cloud();
    one_schema(&cloud).await;
    let policy = json!({"Statement": {"Effect": "Allow", "Principal": "*", "Action": "schemas:*", "Resource": "*"}});
    let put = json!({"Policy": policy.to_string()});
    let put = cloud.send(request(Method::PUT, "/v1/policy?registryName=shop", &put)).await;
    assert_eq!(put.status, 200, "{}", put.text());
    let arn = format!("arn%3Aaws%3Aschemas%3Aus-east-1%3A{}%3Aregistry%2Fshop", cloud.account());
    let other = cloud.fresh_account();
    let seen = other.send(request(Method::GET, &format!("/v1/registries/name/{arn}/schemas/name/order"), &json!(null)));
    assert_eq!(seen.await.json()["SchemaName"], "order");
}
