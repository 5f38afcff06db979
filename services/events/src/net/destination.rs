//! An event as a request to an API destination, and what its answer means.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use delivery::{Failure, Verdict};
use http::{HeaderName, HeaderValue, Request, StatusCode, header};
use serde_json::Value;

use super::client::{self, Unanswered};
use super::oauth;
use super::parameters::Added;
use crate::engine::Engine;
use crate::engine::connection::OAUTH;
use crate::engine::destination::named;
use crate::limits;
use crate::store::DestinationRecord;

/// Sends a body to an API destination. `parameters` are the `HttpParameters` of the target.
pub(crate) async fn invoke(engine: &Engine, to: &DestinationRecord, parameters: &Value, body: String) -> Verdict {
    ask(engine, to, parameters, body).await.map_or_else(|verdict| verdict, |_| Verdict::Delivered)
}

/// The same; gives the answer's body, or what the failure means.
pub(crate) async fn ask(
    engine: &Engine,
    to: &DestinationRecord,
    parameters: &Value,
    body: String,
) -> Result<String, Verdict> {
    let (request, token_of) = prepare(engine, to, parameters, body).await?;
    let answer = judge(client::send(request, limits::DESTINATION_PATIENCE).await);
    if let (Some(id), Err(Verdict::Retry(failure))) = (&token_of, &answer)
        && matches!(failure.code.as_str(), "401" | "407")
    {
        engine.drop_token(id);
    }
    answer
}

/// The request, and the connection whose token is in it.
async fn prepare(
    engine: &Engine,
    to: &DestinationRecord,
    parameters: &Value,
    body: String,
) -> Result<(Request<Bytes>, Option<String>), Verdict> {
    let refuse = |text: &str| Verdict::Refused(Failure::new("SDK_CLIENT_ERROR", text));
    let gone = || refuse("The connection of the API destination does not exist.");
    let (home, name, id) = named(&to.connection, "connection").ok_or_else(gone)?;
    let there = engine.connection(&home, &name).await.map_err(|error| later(&error.to_string()))?;
    let connection = there.filter(|connection| connection.id == id).ok_or_else(gone)?;
    if connection.state == "DEAUTHORIZED" {
        return Err(refuse("The connection of the API destination is not authorized."));
    }
    let held = engine.parameters(&home, &name, &connection).map_err(|error| later(&error.to_string()))?;
    let (let_in, token_of) = match connection.kind.as_str() {
        OAUTH => {
            let token = match engine.token(&connection.id) {
                Some(token) => token,
                None => {
                    let (token, holds) = oauth::token(&held).await.map_err(|reason| later(&reason))?;
                    engine.keep_token(&connection.id, token.clone(), holds);
                    token
                }
            };
            (Some((header::AUTHORIZATION.to_string(), format!("Bearer {token}"))), Some(connection.id))
        }
        kind => (credentials(kind, &held), None),
    };
    let of_target = Added::of_target(parameters);
    let of_connection = Added::of_connection(&held["InvocationHttpParameters"]);
    let address = of_connection.to_address(&of_target.to_address(&filled(&to.url, parameters)));
    let bodiless = matches!(to.method.as_str(), "GET" | "HEAD" | "OPTIONS" | "DELETE");
    let body = if bodiless { String::new() } else { of_connection.to_body(body) };
    let request = Request::builder().method(to.method.as_str()).uri(address).body(Bytes::from(body));
    let mut request = request.map_err(|error| refuse(&error.to_string()))?;
    let own = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::USER_AGENT, "Amazon/EventBridge/ApiDestinations"),
        (header::RANGE, "bytes=0-1048575"),
    ];
    own.into_iter().for_each(|(name, value)| drop(request.headers_mut().insert(name, HeaderValue::from_static(value))));
    // What the connection says goes before what the target says, and how it is let in before both.
    for (name, value) in of_target.headers.iter().chain(&of_connection.headers).chain(&let_in) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            request.headers_mut().insert(name, value);
        }
    }
    Ok((request, token_of))
}

/// The header that lets in.
fn credentials(kind: &str, held: &Value) -> Option<(String, String)> {
    let text = |path: &str| held.pointer(path).and_then(Value::as_str);
    if kind == "BASIC" {
        let (user, password) = (text("/BasicAuthParameters/Username")?, text("/BasicAuthParameters/Password")?);
        let code = BASE64_STANDARD.encode(format!("{user}:{password}"));
        return Some((header::AUTHORIZATION.to_string(), format!("Basic {code}")));
    }
    let (name, value) = (text("/ApiKeyAuthParameters/ApiKeyName")?, text("/ApiKeyAuthParameters/ApiKeyValue")?);
    Some((name.to_owned(), value.to_owned()))
}

/// An address with the target's values in place of its stars, one after the other.
fn filled(url: &str, parameters: &Value) -> String {
    let values = parameters["PathParameterValues"].as_array().into_iter().flatten();
    values.filter_map(Value::as_str).fold(url.to_owned(), |url, value| url.replacen('*', value, 1))
}

/// Source: EventBridge user guide, "API destinations", "How API destinations handle events": 401, 407, 409, 429 and 5xx are
/// tried again, other failures are not.
fn judge(answer: Result<client::Answer, Unanswered>) -> Result<String, Verdict> {
    Err(match answer {
        Ok(answer) if answer.status.is_success() => {
            return Ok(String::from_utf8_lossy(&answer.body).into_owned());
        }
        Ok(answer) => {
            let code = answer.status.as_u16().to_string();
            let shown = String::from_utf8_lossy(&answer.body[..answer.body.len().min(512)]).into_owned();
            let text = format!("The API destination answered {code}. {shown}");
            let failure = Failure::new(code, text.trim_end());
            if again(answer.status) { Verdict::Retry(failure) } else { Verdict::Refused(failure) }
        }
        Err(Unanswered::Late) => Verdict::Retry(Failure::new("TIMEOUT", "The API destination did not answer in time.")),
        Err(Unanswered::Broken(reason)) => Verdict::Retry(Failure::new("CONNECTION_FAILURE", reason)),
    })
}

fn again(status: StatusCode) -> bool {
    status.is_server_error() || matches!(status.as_u16(), 401 | 407 | 409 | 429)
}

fn later(reason: &str) -> Verdict {
    Verdict::Retry(Failure::new("INTERNAL_ERROR", reason))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn stars_are_filled_in_order() {
        let parameters = json!({"PathParameterValues": ["a", "b"]});
        assert_eq!(filled("http://h/*/x/*/*", &parameters), "http://h/a/x/b/*");
        assert_eq!(filled("http://h/*", &Value::Null), "http://h/*");
    }

    #[test]
    fn what_lets_in() {
        let held = json!({"BasicAuthParameters": {"Username": "u", "Password": "p"},
                          "ApiKeyAuthParameters": {"ApiKeyName": "X-Key", "ApiKeyValue": "k"}});
        assert_eq!(credentials("BASIC", &held), Some(("authorization".to_owned(), "Basic dTpw".to_owned())));
        assert_eq!(credentials("API_KEY", &held), Some(("X-Key".to_owned(), "k".to_owned())));
        assert_eq!(credentials("BASIC", &Value::Null), None);
    }
}
