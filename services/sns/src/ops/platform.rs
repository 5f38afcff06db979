//! Platform applications: apps that get pushes, with what their platforms must be told to let SNS push.

use std::collections::BTreeMap;

use api_sns::{
    CreatePlatformApplication, CreatePlatformApplicationInput, CreatePlatformApplicationOutput,
    DeletePlatformApplication, DeletePlatformApplicationInput, DeletePlatformApplicationOutput,
    GetPlatformApplicationAttributes, GetPlatformApplicationAttributesInput, GetPlatformApplicationAttributesOutput,
    ListPlatformApplications, ListPlatformApplicationsInput, ListPlatformApplicationsOutput, PlatformApplication,
    SetPlatformApplicationAttributes, SetPlatformApplicationAttributesInput, SetPlatformApplicationAttributesOutput,
};
use names::Arn;
use service_kit::{Access, Ctx, Error, Outcome, paging};
use store::{Order, Span};

use super::{address, topic_attributes};
use crate::error::{invalid, invalid_because, not_found, present};
use crate::store::{APPLICATIONS, ApplicationRecord, ENDPOINT_TOKENS, ENDPOINTS, scope};
use crate::{Sns, limits};

/// Platforms that SNS pushes through (`CreatePlatformApplication`).
const PLATFORMS: [&str; 11] = [
    "ADM",
    "APNS",
    "APNS_SANDBOX",
    "APNS_VOIP",
    "APNS_VOIP_SANDBOX",
    "BAIDU",
    "GCM",
    "MACOS",
    "MACOS_SANDBOX",
    "MPNS",
    "WNS",
];
/// Attributes that nobody is shown.
const SECRET: [&str; 4] = ["PlatformCredential", "PlatformPrincipal", "ApplePlatformTeamID", "ApplePlatformBundleID"];
/// Attributes that are shown, beside `Enabled`.
const PLAIN: [&str; 7] = [
    "EventDeliveryFailure",
    "EventEndpointCreated",
    "EventEndpointDeleted",
    "EventEndpointUpdated",
    "FailureFeedbackRoleArn",
    "SuccessFeedbackRoleArn",
    "SuccessFeedbackSampleRate",
];

/// Where an application is.
pub(crate) struct Application {
    pub(crate) platform: String,
    pub(crate) name: String,
}

impl Application {
    /// The application that an ARN names, in the account and region called.
    pub(crate) fn of(ctx: &Ctx, arn: &str) -> Result<Self, Error> {
        address::check_arn(arn, "PlatformApplicationArn")?;
        let none = || not_found("PlatformApplication");
        let arn: Arn = arn.parse().map_err(|_| invalid("PlatformApplicationArn"))?;
        let mut parts = arn.resource.split('/');
        if parts.next() != Some("app") {
            return Err(invalid_because(
                "PlatformApplicationArn",
                "Wrong number of slashes in relative portion of the ARN.",
            ));
        }
        let (platform, name) = (parts.next().ok_or_else(none)?, parts.next().ok_or_else(none)?);
        let here = arn.account_id() == Some(ctx.account()) && arn.region_code().as_ref() == Some(&ctx.region);
        if here { Ok(Self { platform: platform.to_owned(), name: name.to_owned() }) } else { Err(none()) }
    }

    /// Its key.
    pub(crate) fn key(&self) -> (&str, &str) {
        (&self.platform, &self.name)
    }

    /// Its ARN.
    pub(crate) fn arn(&self, ctx: &Ctx) -> String {
        ctx.arn(format!("app/{}/{}", self.platform, self.name)).to_string()
    }
}

/// Creates an application; creating it again changes its attributes.
pub(crate) async fn create(ctx: &Ctx, input: CreatePlatformApplicationInput) -> Outcome<CreatePlatformApplication> {
    present(&input.attributes)?;
    check_name(&input.name)?;
    if !PLATFORMS.contains(&input.platform.as_str()) {
        return Err(invalid_because("Platform", format!("{} is not supported", input.platform)));
    }
    check_pair(&input.platform, &input.attributes)?;
    check(&input.attributes)?;
    let application = Application { platform: input.platform, name: input.name };
    write(ctx, &application, &input.attributes, true).await?;
    Ok(CreatePlatformApplicationOutput { platform_application_arn: Some(application.arn(ctx)) })
}

/// Sets attributes of an application.
pub(crate) async fn set_attributes(
    ctx: &Ctx,
    input: SetPlatformApplicationAttributesInput,
) -> Outcome<SetPlatformApplicationAttributes> {
    let application = Application::of(ctx, &input.platform_application_arn)?;
    present(&input.attributes)?;
    find(ctx, &application).await?;
    check_pair(&application.platform, &input.attributes)?;
    check(&input.attributes)?;
    write(ctx, &application, &input.attributes, false).await?;
    Ok(SetPlatformApplicationAttributesOutput {})
}

async fn write(
    ctx: &Ctx,
    application: &Application,
    given: &BTreeMap<String, String>,
    create: bool,
) -> Result<(), Error> {
    let engine = ctx.state::<Sns>().engine();
    let mine = scope(ctx.account(), &ctx.region);
    let write = |tx| {
        let mine = &mine;
        async move {
            let present = APPLICATIONS.get(&tx, mine, &application.key()).await?;
            let mut record = match present {
                Some(record) => record,
                None if create => {
                    let attributes = BTreeMap::from([("Enabled".to_owned(), "true".to_owned())]);
                    ApplicationRecord { attributes, secrets: Vec::new() }
                }
                None => return Err(not_found("PlatformApplication")),
            };
            let context = application.arn(ctx);
            let mut secrets: BTreeMap<String, String> = BTreeMap::new();
            if !record.secrets.is_empty() {
                let plain = engine.secrets().open(context.as_bytes(), &record.secrets)?;
                secrets = serde_json::from_slice(&plain).unwrap_or_default();
            }
            for (name, value) in given {
                let to = if SECRET.contains(&name.as_str()) { &mut secrets } else { &mut record.attributes };
                to.insert(name.clone(), value.clone());
            }
            let plain = serde_json::to_vec(&secrets).expect("texts by texts can be written");
            record.secrets = engine.secrets().close(ctx.random(), context.as_bytes(), &plain);
            Ok::<_, Error>(APPLICATIONS.put(&tx, mine, &application.key(), &record)?)
        }
    };
    engine.store().transact(write).await
}

/// Shows what may be shown of an application.
pub(crate) async fn get_attributes(
    ctx: &Ctx,
    input: GetPlatformApplicationAttributesInput,
) -> Outcome<GetPlatformApplicationAttributes> {
    let record = find(ctx, &Application::of(ctx, &input.platform_application_arn)?).await?;
    Ok(GetPlatformApplicationAttributesOutput { attributes: Some(record.attributes) })
}

/// Deletes an application with its endpoints; what is not there is no mistake.
pub(crate) async fn delete(ctx: &Ctx, input: DeletePlatformApplicationInput) -> Outcome<DeletePlatformApplication> {
    let Ok(application) = Application::of(ctx, &input.platform_application_arn) else {
        address::check_arn(&input.platform_application_arn, "PlatformApplicationArn")?;
        return Ok(DeletePlatformApplicationOutput {});
    };
    let (mine, of_app) =
        (scope(ctx.account(), &ctx.region), (application.platform.as_str(), application.name.as_str()));
    let batch = store::Batch::new();
    APPLICATIONS.delete(&batch, &mine, &of_app);
    ctx.store().write(batch).await?;
    let of_app = Span::prefix::<(String, String)>(&of_app);
    ctx.store().delete_range(ENDPOINTS.range(&mine, &of_app)).await?;
    ctx.store().delete_range(ENDPOINT_TOKENS.range(&mine, &of_app)).await?;
    Ok(DeletePlatformApplicationOutput {})
}

/// Lists the applications of the account, a hundred at a time.
pub(crate) async fn list(ctx: &Ctx, input: ListPlatformApplicationsInput) -> Outcome<ListPlatformApplications> {
    let after = paging::position(ctx, "", input.next_token.as_deref())?;
    let span = match after.as_deref().and_then(|after| after.split_once('/')) {
        Some((platform, name)) => Span::all().after::<(String, String)>(&(platform, name)),
        None => Span::all(),
    };
    let view = ctx.store().read().await?;
    let rows =
        APPLICATIONS.scan(&view, &scope(ctx.account(), &ctx.region), &span, Order::Ascending, limits::PAGE + 1).await?;
    let page = paging::page(ctx, "", rows, limits::PAGE, |((platform, name), _)| format!("{platform}/{name}"));
    let shown = page.items.into_iter().map(|((platform, name), record)| PlatformApplication {
        platform_application_arn: Some(Application { platform, name }.arn(ctx)),
        attributes: Some(record.attributes),
    });
    let platform_applications = Some(shown.collect());
    Ok(ListPlatformApplicationsOutput { platform_applications, next_token: page.next_token })
}

/// What is stored of an application.
pub(crate) async fn find(ctx: &Ctx, application: &Application) -> Result<ApplicationRecord, Error> {
    let view = ctx.store().read().await?;
    let record = APPLICATIONS.get(&view, &scope(ctx.account(), &ctx.region), &application.key()).await?;
    record.ok_or_else(|| not_found("PlatformApplication"))
}

/// What changing applications touches: the roles that they hand to SNS.
pub(crate) fn access(attributes: &BTreeMap<String, String>) -> Access {
    let pairs = attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let roles = topic_attributes::roles(pairs);
    roles.iter().fold(Access::any(), |access, role| access.passing_role(role, "sns.amazonaws.com"))
}

fn check(attributes: &BTreeMap<String, String>) -> Result<(), Error> {
    let known = |name: &str| name == "Enabled" || SECRET.contains(&name) || PLAIN.contains(&name);
    match attributes.keys().find(|name| !known(name)) {
        Some(name) => Err(invalid_because("Attributes", format!("Invalid attribute name: {name}"))),
        None => Ok(()),
    }
}

/// Most platforms know a sender by a pair. Firebase's (`GCM`) is known by its credential alone. Source: API reference,
/// `CreatePlatformApplication`.
fn check_pair(platform: &str, attributes: &BTreeMap<String, String>) -> Result<(), Error> {
    let (principal, credential) =
        (attributes.contains_key("PlatformPrincipal"), attributes.contains_key("PlatformCredential"));
    match (principal, credential) {
        (true, false) => {
            Err(invalid_because("Attributes", "PlatformPrincipal attribute provided without PlatformCredential"))
        }
        (false, true) if platform != "GCM" => {
            Err(invalid_because("Attributes", "PlatformCredential attribute provided without PlatformPrincipal"))
        }
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), Error> {
    let reason = if name.is_empty() {
        "cannot be empty"
    } else if name.chars().count() > limits::APPLICATION_NAME {
        "must be at most 256 characters long"
    } else if !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')) {
        "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"
    } else {
        return Ok(());
    };
    Err(invalid_because(name, reason))
}
