//! Roles assumed with the token of an OpenID Connect issuer.

use api_sts::{AssumeRoleWithWebIdentity, AssumeRoleWithWebIdentityInput, AssumeRoleWithWebIdentityOutput};
use federation::jwt::{Claims, Dated, Refusal, Token};
use names::{AccountId, Arn};
use policy::Who;
use serde_json::Value;
use service_kit::{Ctx, Error, Fault, Outcome};

use super::issue;
use super::vouched::{Vouched, Wanted};
use crate::engine::session_tags::SessionTags;
use crate::engine::{claims, role};
use crate::error::{self, expired_token, invalid_token, no_key, not_authorized, unreachable, wrong_value};
use crate::net::Unreached;
use crate::net::issuers::Issuer;
use crate::{Sts, calls, limits};

/// The issuer that every account trusts unregistered, as AWS has it, under its own name.
const GOOGLE: &str = "accounts.google.com";
const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// Who issued a token, as the role's account knows it.
struct Provider {
    /// As a `Federated` principal writes it.
    principal: String,
    /// The issuer without its scheme: the first part of its condition keys.
    name: String,
    /// Whom its tokens must be for; anyone when empty.
    client_ids: Vec<String>,
    issuer: Issuer,
}

/// Gives credentials of a role's session to the bearer of a token.
pub(crate) async fn assume_role_with_web_identity(
    ctx: &Ctx,
    input: AssumeRoleWithWebIdentityInput,
) -> Outcome<AssumeRoleWithWebIdentity> {
    if input.provider_id.is_some() {
        // Access tokens of Login with Amazon and Facebook say nothing themselves; only those companies can be asked.
        let operation = "AssumeRoleWithWebIdentity with ProviderId".to_owned();
        return Err(Fault::NotImplemented { service: "sts".to_owned(), operation }.into());
    }
    let arn = role::parse(&input.role_arn)?;
    let token = Token::parse(&input.web_identity_token).map_err(|refusal| error::jwt(&refusal))?;
    token.algorithm().map_err(|refusal| error::jwt(&refusal))?;
    let (account, _) = role::of_arn(&arn).ok_or_else(|| not_authorized("sts:AssumeRoleWithWebIdentity"))?;
    let provider = provider(ctx, account, &arn, token.claimed_issuer()).await?;
    let said = believed(ctx, &token, &provider.issuer).await?;
    let (subject, audiences) = (required(ctx, &said)?, said.audiences());
    for_us(&provider, &audiences)?;
    let keys = claims::keys(ctx.operation, &provider.name, &said);
    let source_identity = source_identity(&said)?;
    let vouched = Vouched {
        action: "sts:AssumeRoleWithWebIdentity",
        who: Who::web_identity(&provider.principal),
        provider: &provider.principal,
        name: &input.role_session_name,
        lasting: keys.clone(),
        keys,
        tags: tags(&said)?,
        source_identity: source_identity.clone(),
        until: None,
    };
    let duration = input.duration_seconds.map(i64::from);
    let wanted = Wanted { duration, policy: input.policy, policy_arns: input.policy_arns };
    let (session, packed_policy_size) = vouched.session(ctx, &arn, wanted).await?;
    Ok(AssumeRoleWithWebIdentityOutput {
        credentials: Some(issue::credentials(ctx, &session)),
        subject_from_web_identity_token: Some(subject),
        assumed_role_user: issue::role_user(&session),
        packed_policy_size,
        provider: Some(provider.principal),
        audience: audiences.into_iter().next(),
        source_identity,
    })
}

/// The provider that a token names, if the role's account registered it.
async fn provider(ctx: &Ctx, account: AccountId, role: &Arn, url: &str) -> Result<Provider, Error> {
    if url.is_empty() {
        return Err(missing("iss"));
    }
    let name = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or(url).to_owned();
    let principal = format!("arn:{}:iam::{account}:oidc-provider/{name}", role.partition);
    let registered = calls::oidc_provider(ctx, account, &principal).await?;
    let url = if name == GOOGLE { format!("https://{GOOGLE}") } else { url.to_owned() };
    match registered {
        Some(registered) => {
            let issuer = Issuer { url, thumbprints: registered.thumbprints };
            Ok(Provider { principal, name, client_ids: registered.client_ids, issuer })
        }
        None if name == GOOGLE => {
            let issuer = Issuer { url, thumbprints: Vec::new() };
            Ok(Provider { principal: GOOGLE.to_owned(), name, client_ids: Vec::new(), issuer })
        }
        None => Err(invalid_token(format!("No OpenIDConnect provider found in your account for {url}"))),
    }
}

/// What a token claims, if its issuer signed it. Keys that are not among the known ones are looked for again.
async fn believed(ctx: &Ctx, token: &Token<'_>, issuer: &Issuer) -> Result<Claims, Error> {
    let issuers = ctx.state::<Sts>().issuers();
    let keys = issuers.keys(ctx.clock(), issuer, false).await.map_err(|why| unreached(issuer, &why))?;
    let refusal = match token.verify(&keys) {
        Err(Refusal::UnknownKey) => {
            let keys = issuers.keys(ctx.clock(), issuer, true).await.map_err(|why| unreached(issuer, &why))?;
            match token.verify(&keys) {
                Ok(claims) => return Ok(claims),
                Err(refusal) => refusal,
            }
        }
        Ok(claims) => return Ok(claims),
        Err(refusal) => refusal,
    };
    Err(error::jwt(&refusal))
}

fn unreached(issuer: &Issuer, why: &Unreached) -> Error {
    tracing::debug!(issuer = issuer.url, ?why, "an issuer's keys are not to be had");
    match why {
        Unreached::Silent(_) => unreachable(),
        Unreached::Untrusted(_) => {
            invalid_token("OpenIDConnect provider's HTTPS certificate doesn't match configured thumbprint")
        }
        Unreached::Unreadable => no_key(),
    }
}

/// The subject of a token that holds now.
fn required(ctx: &Ctx, said: &Claims) -> Result<String, Error> {
    let now = ctx.now();
    match said.dated(now, limits::CLOCK_SKEW) {
        Dated::Holds => {}
        Dated::Expired(end) => {
            let now = now.secs();
            return Err(expired_token(format!(
                "Token expired: current date/time {now} must be before the expiration date/time {end}"
            )));
        }
        Dated::Early => return Err(invalid_token("Token is not yet valid")),
        Dated::Undated(claim) => return Err(missing(claim)),
    }
    let subject = said.text("sub").filter(|subject| !subject.is_empty());
    Ok(subject.ok_or_else(|| missing("sub"))?.to_owned())
}

fn for_us(provider: &Provider, audiences: &[String]) -> Result<(), Error> {
    if audiences.is_empty() {
        return Err(missing("aud"));
    }
    let registered = provider.principal == GOOGLE || audiences.iter().any(|one| provider.client_ids.contains(one));
    if registered { Ok(()) } else { Err(invalid_token("Incorrect token audience")) }
}

fn missing(claim: &str) -> Error {
    invalid_token(format!("Missing a required claim: {claim}"))
}

/// `{"principal_tags": {"Project": ["a"]}, "transitive_tag_keys": ["Project"]}`.
fn tags(said: &Claims) -> Result<SessionTags, Error> {
    let Some(claim) = said.value(TAGS) else { return Ok(SessionTags::default()) };
    let malformed = || invalid_token("Invalid session tags in the web identity token");
    let texts = |value: &Value| -> Option<Vec<String>> {
        value.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let mut given = Vec::new();
    for (key, values) in claim.get("principal_tags").and_then(Value::as_object).into_iter().flatten() {
        let values = texts(values).filter(|values| values.len() == 1).ok_or_else(malformed)?;
        given.extend(values.into_iter().map(|value| (key.clone(), value)));
    }
    let transitive = claim.get("transitive_tag_keys").map_or(Some(Vec::new()), texts).ok_or_else(malformed)?;
    SessionTags::new(given, transitive, None).map_err(|wrong| wrong_value(wrong.text()))
}

fn source_identity(said: &Claims) -> Result<Option<String>, Error> {
    let Some(identity) = said.text(SOURCE_IDENTITY) else { return Ok(None) };
    if !role::is_session_name(identity) || identity.to_ascii_lowercase().starts_with("aws:") {
        let text = "Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with \"aws:\"";
        return Err(invalid_token(text));
    }
    Ok(Some(identity.to_owned()))
}
