//! Platform endpoints: phones with an app, each known by the token that its platform gave it.

use std::collections::BTreeMap;

use api_sns::{
    CreatePlatformEndpoint, CreatePlatformEndpointInput, CreatePlatformEndpointOutput, DeleteEndpoint,
    DeleteEndpointInput, DeleteEndpointOutput, Endpoint, GetEndpointAttributes, GetEndpointAttributesInput,
    GetEndpointAttributesOutput, ListEndpointsByPlatformApplication, ListEndpointsByPlatformApplicationInput,
    ListEndpointsByPlatformApplicationOutput, SetEndpointAttributes, SetEndpointAttributesInput,
    SetEndpointAttributesOutput,
};
use service_kit::{Ctx, Error, Outcome, paging};
use store::{Order, Raw, Span};

use super::address;
use super::platform::{self, Application};
use crate::error::{invalid_because, not_found, present};
use crate::outlets::push::Address;
use crate::store::{ENDPOINT_TOKENS, ENDPOINTS, EndpointRecord, scope};
use crate::{Sns, limits};

/// Registers a phone; registering its token again as it is changes nothing.
pub(crate) async fn create(ctx: &Ctx, input: CreatePlatformEndpointInput) -> Outcome<CreatePlatformEndpoint> {
    let application = Application::of(ctx, &input.platform_application_arn)?;
    platform::find(ctx, &application).await?;
    let given = input.attributes.unwrap_or_default();
    check(&given)?;
    check_token(&application.platform, &input.token)?;
    let mut attributes = BTreeMap::from([("Enabled".to_owned(), "true".to_owned())]);
    if let Some(data) = input.custom_user_data {
        attributes.insert("CustomUserData".to_owned(), data);
    }
    attributes.extend(given);
    check(&attributes)?;
    attributes.insert("Token".to_owned(), input.token.clone());
    let (account, region) = (ctx.account(), ctx.region.clone());
    let Application { platform, name } = application;
    let address = Address { account, region, platform, application: name, id: ctx.random().uuid() };
    let record = EndpointRecord { attributes };
    let write = |tx| {
        let (address, record, token) = (&address, &record, input.token.as_str());
        async move {
            let by_token = (address.platform.as_str(), address.application.as_str(), token);
            if let Some(Raw(id)) = ENDPOINT_TOKENS.get(&tx, &address.scope(), &by_token).await? {
                let id = String::from_utf8_lossy(&id).into_owned();
                let present = Address { id, ..address.clone() };
                let same = ENDPOINTS.get(&tx, &address.scope(), &present.key()).await?;
                if same.is_some_and(|same| same == *record) {
                    return Ok(present.arn());
                }
                let arn = present.arn();
                let reason = format!("Endpoint {arn} already exists with the same Token, but different attributes.");
                return Err(invalid_because("Token", reason));
            }
            ENDPOINT_TOKENS.put(&tx, &address.scope(), &by_token, &Raw(address.id.clone().into()))?;
            ENDPOINTS.put(&tx, &address.scope(), &address.key(), record)?;
            Ok::<_, Error>(address.arn())
        }
    };
    let arn = ctx.state::<Sns>().engine().store().transact(write).await?;
    Ok(CreatePlatformEndpointOutput { endpoint_arn: Some(arn) })
}

/// Shows the attributes of an endpoint.
pub(crate) async fn get_attributes(ctx: &Ctx, input: GetEndpointAttributesInput) -> Outcome<GetEndpointAttributes> {
    let address = address(ctx, &input.endpoint_arn)?;
    let view = ctx.store().read().await?;
    let record = ENDPOINTS.get(&view, &address.scope(), &address.key()).await?;
    let record = record.ok_or_else(|| not_found("Endpoint"))?;
    Ok(GetEndpointAttributesOutput { attributes: Some(record.attributes) })
}

/// Sets attributes of an endpoint.
pub(crate) async fn set_attributes(ctx: &Ctx, input: SetEndpointAttributesInput) -> Outcome<SetEndpointAttributes> {
    let address = address(ctx, &input.endpoint_arn)?;
    present(&input.attributes)?;
    let write = |tx| {
        let (address, given) = (&address, &input.attributes);
        async move {
            let record = ENDPOINTS.get(&tx, &address.scope(), &address.key()).await?;
            let mut record = record.ok_or_else(|| not_found("Endpoint"))?;
            check(given)?;
            let token = |token: &str| (address.platform.clone(), address.application.clone(), token.to_owned());
            if let Some(fresh) = given.get("Token") {
                let old = record.attributes.get("Token").cloned().unwrap_or_default();
                ENDPOINT_TOKENS.delete(&tx, &address.scope(), &token(&old));
                ENDPOINT_TOKENS.put(&tx, &address.scope(), &token(fresh), &Raw(address.id.clone().into()))?;
            }
            record.attributes.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
            Ok::<_, Error>(ENDPOINTS.put(&tx, &address.scope(), &address.key(), &record)?)
        }
    };
    ctx.state::<Sns>().engine().store().transact(write).await?;
    Ok(SetEndpointAttributesOutput {})
}

/// Deletes an endpoint; what is not there is no mistake. Subscriptions to it stay.
pub(crate) async fn delete(ctx: &Ctx, input: DeleteEndpointInput) -> Outcome<DeleteEndpoint> {
    let address = address(ctx, &input.endpoint_arn)?;
    let delete = |tx| {
        let address = &address;
        async move {
            let Some(record) = ENDPOINTS.get(&tx, &address.scope(), &address.key()).await? else { return Ok(()) };
            let token = record.attributes.get("Token").cloned().unwrap_or_default();
            let by_token = (address.platform.as_str(), address.application.as_str(), token.as_str());
            ENDPOINT_TOKENS.delete(&tx, &address.scope(), &by_token);
            ENDPOINTS.delete(&tx, &address.scope(), &address.key());
            Ok::<_, Error>(())
        }
    };
    ctx.state::<Sns>().engine().store().transact(delete).await?;
    Ok(DeleteEndpointOutput {})
}

/// Lists the endpoints of an application, a hundred at a time.
pub(crate) async fn list(
    ctx: &Ctx,
    input: ListEndpointsByPlatformApplicationInput,
) -> Outcome<ListEndpointsByPlatformApplication> {
    let application = Application::of(ctx, &input.platform_application_arn)?;
    platform::find(ctx, &application).await?;
    let filter = &input.platform_application_arn;
    let after = paging::position(ctx, filter, input.next_token.as_deref())?;
    let of_app = Span::prefix::<(String, String)>(&application.key());
    let span = match &after {
        Some(id) => of_app.after::<(String, String, String)>(&(
            application.platform.as_str(),
            application.name.as_str(),
            id.as_str(),
        )),
        None => of_app,
    };
    let view = ctx.store().read().await?;
    let mine = scope(ctx.account(), &ctx.region);
    let rows = ENDPOINTS.scan(&view, &mine, &span, Order::Ascending, limits::PAGE + 1).await?;
    let page = paging::page(ctx, filter, rows, limits::PAGE, |((_, _, id), _)| id.clone());
    let shown = page.items.into_iter().map(|((platform, application, id), record)| {
        let address = Address { account: ctx.account(), region: ctx.region.clone(), platform, application, id };
        Endpoint { endpoint_arn: Some(address.arn()), attributes: Some(record.attributes) }
    });
    Ok(ListEndpointsByPlatformApplicationOutput { endpoints: Some(shown.collect()), next_token: page.next_token })
}

fn address(ctx: &Ctx, arn: &str) -> Result<Address, Error> {
    address::check_arn(arn, "EndpointArn")?;
    let reason = "Wrong number of slashes in relative portion of the ARN.";
    let address = Address::of_arn(arn).ok_or_else(|| invalid_because("EndpointArn", reason))?;
    let here = address.account == ctx.account() && address.region == ctx.region;
    if here { Ok(address) } else { Err(not_found("Endpoint")) }
}

fn check(attributes: &BTreeMap<String, String>) -> Result<(), Error> {
    let because = |reason: String| Err(invalid_because("Attributes", reason));
    for (name, value) in attributes {
        match name.as_str() {
            "Token" => {}
            "Enabled" if matches!(value.to_ascii_lowercase().as_str(), "true" | "false") => {}
            "Enabled" => return because("Invalid value for attribute: Enabled: must be true or false".to_owned()),
            "CustomUserData" if value.len() <= limits::USER_DATA => {}
            "CustomUserData" => {
                let most = limits::USER_DATA;
                let rule = format!("must be at most {most} bytes long in UTF-8 encoding");
                return because(format!("Invalid value for attribute: CustomUserData: {rule}"));
            }
            _ => return because(format!("Invalid attribute name: {name}")),
        }
    }
    Ok(())
}

/// Apple's tokens are hexadecimal.
fn check_token(platform: &str, token: &str) -> Result<(), Error> {
    if token.is_empty() {
        return Err(invalid_because("Token", "cannot be empty"));
    }
    let apple = platform.starts_with("APNS") || platform.starts_with("MACOS");
    if apple && (token.len() > 400 || !token.bytes().all(|b| b.is_ascii_hexdigit())) {
        return Err(invalid_because("Token", "iOS device tokens must be no more than 400 hexadecimal characters"));
    }
    Ok(())
}
