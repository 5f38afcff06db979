//! Pushes to apps: what each platform is given, and the spool that plays the part of the platforms.

use std::collections::BTreeMap;

use api_sns::errors;
use names::{AccountId, Region};
use serde_json::json;
use service_kit::Error;
use store::Batch;

use crate::engine::Engine;
use crate::engine::message::{Content, uuid};
use crate::engine::spool::Kind;
use crate::error::invalid_because;
use crate::store::{APPLICATIONS, ENDPOINTS, Spooled, scope};

/// Where an endpoint is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// Whose it is.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// `APNS`, `GCM`, …
    pub platform: String,
    /// The application's name.
    pub application: String,
    /// Its id, a UUID.
    pub id: String,
}

impl Address {
    /// The endpoint of an ARN; none when it is not one.
    pub(crate) fn of_arn(arn: &str) -> Option<Self> {
        let arn: names::Arn = arn.parse().ok()?;
        let (account, region) = (arn.account_id()?, arn.region_code()?);
        let mut parts = arn.resource.split('/');
        let kind = parts.next()?;
        let (platform, application, id) =
            (parts.next()?.to_owned(), parts.next()?.to_owned(), parts.next()?.to_owned());
        let whole = kind == "endpoint" && parts.next().is_none();
        whole.then_some(Self { account, region, platform, application, id })
    }

    /// The endpoint's ARN.
    pub(crate) fn arn(&self) -> String {
        let resource = format!("endpoint/{}/{}/{}", self.platform, self.application, self.id);
        names::Arn::regional("sns", &self.region, self.account, resource).to_string()
    }

    /// Its key in the table of endpoints.
    pub(crate) fn key(&self) -> (&str, &str, &str) {
        (&self.platform, &self.application, &self.id)
    }

    /// The scope of its records.
    pub(crate) fn scope(&self) -> store::Scope {
        scope(self.account, &self.region)
    }
}

/// Pushes to an endpoint.
///
/// # Errors
/// When it is not there, or switched off, or its application is.
pub(crate) async fn send(
    engine: &Engine,
    arn: &str,
    content: &Content,
    message: u128,
    number: u64,
) -> Result<(), Error> {
    let none = || invalid_because("TargetArn", "No endpoint found for the target arn specified");
    let address = Address::of_arn(arn).ok_or_else(none)?;
    let (view, scope) = (engine.store().read().await?, address.scope());
    let endpoint = ENDPOINTS.get(&view, &scope, &address.key()).await?.ok_or_else(none)?;
    let application = (address.platform.as_str(), address.application.as_str());
    let application = APPLICATIONS.get(&view, &scope, &application).await?.ok_or_else(none)?;
    if endpoint.attributes.get("Enabled").is_some_and(|enabled| enabled != "true") {
        return Err(errors::endpoint_disabled_exception("Endpoint is disabled").into());
    }
    if application.attributes.get("Enabled").is_some_and(|enabled| enabled != "true") {
        return Err(errors::platform_application_disabled_exception("Platform application is disabled").into());
    }
    let spooled = Spooled {
        to: address.arn(),
        from: names::Arn::regional(
            "sns",
            &address.region,
            address.account,
            format!("app/{}/{}", address.platform, address.application),
        )
        .to_string(),
        subject: address.platform.clone(),
        body: payload(&address.platform, content),
        message: uuid(message),
        details: BTreeMap::from([("Token".to_owned(), endpoint.attributes.get("Token").cloned().unwrap_or_default())]),
    };
    let batch = Batch::new();
    engine.spool(&batch, (address.account, &address.region), Kind::Push, (engine.now(), number), &spooled)?;
    engine.store().write(batch).await?;
    Ok(())
}

/// What the platform is given: what the publisher wrote for it, or the usual text in the platform's form. Source: SNS
/// developer guide, "Sending platform-specific payloads to mobile devices".
fn payload(platform: &str, content: &Content) -> String {
    if let Some(own) = content.by_protocol.get(platform) {
        return own.clone();
    }
    let text = &content.usual;
    match platform {
        "APNS" | "APNS_SANDBOX" | "APNS_VOIP" | "APNS_VOIP_SANDBOX" | "MACOS" | "MACOS_SANDBOX" => {
            json!({"aps": {"alert": text}}).to_string()
        }
        "GCM" | "ADM" => json!({"data": {"default": text}}).to_string(),
        "BAIDU" => json!({"title": "", "description": text}).to_string(),
        _ => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_forms_of_their_own() {
        let own = BTreeMap::from([("GCM".to_owned(), "{}".to_owned())]);
        let content = Content { usual: "hi".into(), by_protocol: own };
        for (platform, expected) in [
            ("APNS", r#"{"aps":{"alert":"hi"}}"#),
            ("GCM", "{}"),
            ("ADM", r#"{"data":{"default":"hi"}}"#),
            ("MPNS", "hi"),
        ] {
            assert_eq!(payload(platform, &content), expected);
        }
    }

    #[test]
    fn arns() {
        let arn = "arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/6b0e71bd";
        assert_eq!(Address::of_arn(arn).unwrap().arn(), arn);
        for bad in ["arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app", "arn:aws:sns:us-east-1:000000000000:t", ""] {
            assert_eq!(Address::of_arn(bad), None);
        }
    }
}
