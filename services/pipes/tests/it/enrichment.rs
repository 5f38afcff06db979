//! Enrichments: an API destination that answers, played by a service of the test's own.

use std::sync::Arc;

use names::Arn;
use serde_json::{Value, json};
use service_kit::{BoxFuture, Error, Fault, Operations, Parcel, Receipt, Receiver, Sender, Service};
use smithy::ServiceSchema;
use testkit::TestCloud;

use crate::world::*;

/// Where API destinations stand, in place of EventBridge.
static EVENTS: ServiceSchema = ServiceSchema { id: "played", ..copied(&api_events::SERVICE) };

const fn copied(of: &ServiceSchema) -> ServiceSchema {
    ServiceSchema {
        id: of.id,
        sdk_id: of.sdk_id,
        full_name: of.full_name,
        signing_name: of.signing_name,
        endpoint_prefix: of.endpoint_prefix,
        api_version: of.api_version,
        target_prefix: of.target_prefix,
        namespace: of.namespace,
        xml_namespace: of.xml_namespace,
        protocols: of.protocols,
        query_compatible: of.query_compatible,
        global: of.global,
        event_source: of.event_source,
    }
}

/// Answers by what it is asked.
struct Endpoint;

impl Receiver for Endpoint {
    fn receive<'a>(
        &'a self,
        _sender: &'a Sender,
        _to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(std::future::ready(parcels.into_iter().map(answered).collect()))
    }
}

fn answered(parcel: Parcel) -> Result<Receipt, Error> {
    let asked: Value = serde_json::from_str(&parcel.body).unwrap();
    let key = parcel.parameters["HttpParameters"]["QueryStringParameters"]["key"].as_str().unwrap();
    let answer = match asked["want"].as_str().unwrap() {
        "nothing" => "{}".to_owned(),
        "two" => json!([{"n": 1, "key": key}, {"n": 2, "key": key}]).to_string(),
        "failure" => return Err(Fault::Invalid { message: "no".to_owned() }.into()),
        text => json!({"told": text, "key": key}).to_string(),
    };
    Ok(Receipt { id: String::new(), answer: Some(answer) })
}

#[tokio::test]
async fn the_target_gets_what_the_enrichment_answers() {
    let cloud = TestCloud::new(|parts| {
        vec![
            svc_pipes::service(parts),
            svc_iam::service(parts),
            svc_sqs::service(parts),
            svc_sts::service(parts),
            Service::new(&EVENTS, Operations::new()).receiver(Arc::new(Endpoint)),
        ]
    });
    make_role(&cloud, "r", "pipes.amazonaws.com").await;
    allow(&cloud, "r", "Allow", &["*"]).await;
    let (from, to) = (queue(&cloud, "from").await, queue(&cloud, "to").await);
    let parameters = json!({
        "InputTemplate": "{\"want\": <$.body.want>}",
        "HttpParameters": {"QueryStringParameters": {"key": "$.body.key"}},
    });
    let enrichment =
        format!("arn:aws:events:us-east-1:{ACCOUNT}:api-destination/d/11111111-1111-1111-1111-111111111111");
    let members = json!({"Source": from, "Target": to, "Enrichment": enrichment, "EnrichmentParameters": parameters});
    pipe(&cloud, "p", members).await;
    assert_eq!(describe(&cloud, "p").await.enrichment, Some(enrichment));
    for want in ["failure", "nothing", "two", "plain"] {
        send(&cloud, "from", &json!({"want": want, "key": format!("k-{want}")}).to_string()).await;
    }
    let mut got = bodies(&cloud, "to", 3).await;
    got.sort();
    let two = |n: u32| json!({"n": n, "key": "k-two"}).to_string();
    assert_eq!(got, [two(1), two(2), json!({"told": "plain", "key": "k-plain"}).to_string()]);
}
