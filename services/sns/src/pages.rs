//! Pages beside the API, under `/_aws/sns`: the certificate that messages are verified with, and the spools of mail, text
//! messages and pushes, for whoever plays their readers' part on this machine.
//!
//! | path | |
//! |---|---|
//! | `GET SimpleNotificationService-….pem` | the certificate |
//! | `GET mail`, `sms`, `push` with `?limit=N` | what was sent, the newest last, as JSON |
//! | `POST sms/stop?number=+…` with `&account=…&region=…` | a phone's answer that it wants no more text messages |

use http::{Method, Response, StatusCode, header};
use names::{AccountId, Region};
use serde_json::{Value, json};
use service_kit::{BoxFuture, Cloud, Web, WebRequest, WebResponse};
use smithy::{ByteStream, Bytes};
use store::{Batch, Scope, StoreError};

use crate::engine::Engine;
use crate::engine::envelope::instant;
use crate::engine::spool::Kind;
use crate::store::{OPTED_OUT, OptedOut, scope};

/// Things shown of each account at most, when nobody says how many.
const SHOWN: usize = 100;

/// The pages.
pub(crate) struct Pages(pub(crate) Engine);

impl Web for Pages {
    fn serves(&self, host: &str) -> bool {
        host == "_aws/sns"
    }

    fn answer<'a>(&'a self, cloud: &'a Cloud, request: WebRequest) -> BoxFuture<'a, WebResponse> {
        Box::pin(async move {
            let (method, uri) = (request.request.method(), request.request.uri());
            let path = uri.path().strip_prefix("/_aws/sns/").unwrap_or_default();
            let query = Query::read(uri.query().unwrap_or_default());
            match self.page(cloud, method, path, &query).await {
                Ok(response) => response,
                Err(error) => told(StatusCode::SERVICE_UNAVAILABLE, &json!({"message": error.to_string()})),
            }
        })
    }
}

/// What a page is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Query {
    limit: Option<usize>,
    number: String,
    account: Option<AccountId>,
    region: Option<Region>,
}

impl Query {
    fn read(text: &str) -> Self {
        let mut query = Self::default();
        for (name, value) in text.split('&').filter_map(|pair| pair.split_once('=')) {
            match name {
                "limit" => query.limit = value.parse().ok(),
                "number" => query.number = value.replace("%2B", "+").replace("%2b", "+"),
                "account" => query.account = value.parse().ok(),
                "region" => query.region = Region::parse(value),
                _ => {}
            }
        }
        query
    }
}

impl Pages {
    async fn page(&self, cloud: &Cloud, method: &Method, path: &str, query: &Query) -> Result<WebResponse, StoreError> {
        if *method == Method::POST && path == "sms/stop" {
            return self.stop(cloud, query).await;
        }
        if let Some(kind) = Kind::of(path) {
            return Ok(told(StatusCode::OK, &self.spooled(kind, query.limit.unwrap_or(SHOWN)).await?));
        }
        let key = self.0.signer().key().await?;
        if key.file == path {
            return Ok(plain("application/x-pem-file", key.certificate.clone()));
        }
        Ok(told(StatusCode::NOT_FOUND, &json!({"message": "no such page"})))
    }

    async fn spooled(&self, kind: Kind, limit: usize) -> Result<Value, StoreError> {
        let all = self.0.spooled(kind, limit).await?;
        let shown = all.into_iter().map(|(scope, at, one)| {
            let (account, region) = match &scope {
                Scope::Regional(account, region) => (account.to_string(), region.to_string()),
                _ => Default::default(),
            };
            json!({
                "at": instant(at),
                "account": account,
                "region": region,
                "to": one.to,
                "from": one.from,
                "subject": one.subject,
                "body": one.body,
                "message": one.message,
                "details": one.details,
            })
        });
        Ok(shown.collect())
    }

    async fn stop(&self, cloud: &Cloud, query: &Query) -> Result<WebResponse, StoreError> {
        let Some(number) = crate::engine::phone::endpoint(&query.number).filter(|number| number.starts_with('+'))
        else {
            return Ok(told(StatusCode::BAD_REQUEST, &json!({"message": "number is a phone number: +15551234567"})));
        };
        let account = query.account.unwrap_or(AccountId::DEFAULT);
        let region = query.region.clone().unwrap_or_else(|| cloud.default_region().clone());
        let batch = Batch::new();
        let out = OptedOut { out: true, opted_in: None };
        OPTED_OUT.put(&batch, &scope(account, &region), &number.as_str(), &out)?;
        self.0.store().write(batch).await?;
        Ok(told(
            StatusCode::OK,
            &json!({"number": number, "account": account.to_string(), "region": region.to_string()}),
        ))
    }
}

fn told(status: StatusCode, value: &Value) -> WebResponse {
    let mut response = plain("application/json", value.to_string());
    *response.status_mut() = status;
    response
}

fn plain(kind: &'static str, text: String) -> WebResponse {
    let mut response = Response::new(ByteStream::from(Bytes::from(text)));
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static(kind));
    response
}
