//! A token for client credentials (RFC 6749, section 4.4), as EventBridge asks for one: id and secret beside the grant.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use serde_json::Value;

use super::client::{self, Unanswered};
use super::parameters::{Added, encoded};
use crate::limits;

/// How long a token holds that does not say so.
const USUAL: Duration = Duration::from_secs(3_600);

/// Asks for a token with the parameters of a connection; answers it and how long it holds.
///
/// # Errors
/// With a sentence that says what went wrong.
pub(crate) async fn token(parameters: &Value) -> Result<(String, Duration), String> {
    let oauth = &parameters["OAuthParameters"];
    let request = request(oauth).ok_or("The connection has no OAuth parameters.")?;
    let answer = client::send(request, limits::DESTINATION_PATIENCE).await;
    let answer = answer.map_err(|unanswered| match unanswered {
        Unanswered::Late => "The authorization endpoint did not answer in time.".to_owned(),
        Unanswered::Broken(reason) => format!("The authorization endpoint could not be reached: {reason}"),
    })?;
    if !answer.status.is_success() {
        return Err(format!("The authorization endpoint answered {}.", answer.status.as_u16()));
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = body["access_token"].as_str().ok_or("The authorization endpoint answered no access token.")?;
    Ok((token.to_owned(), body["expires_in"].as_u64().map_or(USUAL, Duration::from_secs)))
}

fn request(oauth: &Value) -> Option<Request<Bytes>> {
    let added = Added::of_connection(&oauth["OAuthHttpParameters"]);
    let client = &oauth["ClientParameters"];
    let own = [
        ("grant_type", "client_credentials"),
        ("client_id", client["ClientID"].as_str()?),
        ("client_secret", client["ClientSecret"].as_str()?),
    ];
    let more = added.body.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let form: Vec<_> = own.into_iter().chain(more).map(|(k, v)| format!("{}={}", encoded(k), encoded(v))).collect();
    let method = oauth["HttpMethod"].as_str()?;
    let address = added.to_address(oauth["AuthorizationEndpoint"].as_str()?);
    let (address, body) = match method {
        "GET" => {
            (format!("{address}{}{}", if address.contains('?') { '&' } else { '?' }, form.join("&")), String::new())
        }
        _ => (address, form.join("&")),
    };
    let mut request = Request::builder().method(method).uri(address);
    request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded; charset=utf-8");
    request = request.header(header::ACCEPT, "application/json");
    for (name, value) in &added.headers {
        request = request.header(name, value);
    }
    request.body(body.into()).ok()
}
