//! Roles assumed with a SAML assertion.

use api_sts::{AssumeRoleWithSAML, AssumeRoleWithSAMLInput, AssumeRoleWithSAMLOutput};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use federation::saml::{Assertion, Metadata, open};
use names::Arn;
use policy::Who;
use service_kit::{Ctx, Error, Outcome};

use super::issue;
use super::vouched::{Vouched, Wanted};
use crate::calls;
use crate::engine::assertion::{self, Asked};
use crate::engine::role;
use crate::engine::session_tags::SessionTags;
use crate::error::{self, expired_token, invalid_token, not_authorized, wrong_value};
use crate::limits;

/// Where a browser posts assertions for AWS.
const SIGN_IN: &str = "signin.aws.amazon.com/saml";
/// The audience that AWS's own metadata names.
const AWS: &str = "urn:amazon:webservices";

/// Gives credentials of a role's session to a user of a SAML provider.
pub(crate) async fn assume_role_with_saml(ctx: &Ctx, input: AssumeRoleWithSAMLInput) -> Outcome<AssumeRoleWithSAML> {
    let (role, provider) = (role::parse(&input.role_arn)?, role::parse(&input.principal_arn)?);
    let said = believed(ctx, &role, &provider, &input.saml_assertion).await?;
    let recipient = said.holds(ctx.now(), |name| is_ours(ctx, name)).map_err(|refusal| error::saml(&refusal))?;
    redeemable(ctx, &said)?;
    let asked = Asked::of(&said, &input.principal_arn, &input.role_arn)?;
    let tags = SessionTags::new(asked.tags, asked.transitive, None).map_err(|wrong| wrong_value(wrong.text()))?;
    let account = provider.account_id().ok_or_else(|| not_authorized("sts:AssumeRoleWithSAML"))?;
    let vouched = Vouched {
        action: "sts:AssumeRoleWithSAML",
        who: Who::saml(&input.principal_arn),
        provider: &input.principal_arn,
        name: &asked.session_name,
        keys: assertion::keys(&said, recipient, account, &provider),
        lasting: assertion::lasting_keys(&said, account, &provider),
        tags,
        source_identity: asked.source_identity.clone(),
        until: said.session_not_on_or_after,
    };
    let duration = input.duration_seconds.map(i64::from).or(asked.duration);
    let wanted = Wanted { duration, policy: input.policy, policy_arns: input.policy_arns };
    let (session, packed_policy_size) = vouched.session(ctx, &role, wanted).await?;
    Ok(AssumeRoleWithSAMLOutput {
        credentials: Some(issue::credentials(ctx, &session)),
        assumed_role_user: issue::role_user(&session),
        packed_policy_size,
        subject: Some(said.subject.clone()),
        subject_type: Some(assertion::subject_type(&said).to_owned()),
        issuer: Some(said.issuer.clone()),
        audience: Some(recipient.to_owned()),
        name_qualifier: Some(assertion::name_qualifier(&said.issuer, account, &provider)),
        source_identity: asked.source_identity,
    })
}

/// The assertion, if the provider signed it. The provider must be of the role's account.
async fn believed(ctx: &Ctx, role: &Arn, provider: &Arn, encoded: &str) -> Result<Assertion, Error> {
    let dense: String = encoded.split_ascii_whitespace().collect();
    let response = STANDARD.decode(dense).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let response = response.ok_or_else(|| invalid_token("Invalid base64 SAMLResponse"))?;
    if provider.account != role.account {
        return Err(not_authorized("sts:AssumeRoleWithSAML"));
    }
    let document = calls::saml_provider(ctx, provider).await?;
    let document = document.ok_or_else(|| invalid_token("Specified provider doesn't exist."))?;
    let metadata = Metadata::parse(&document).map_err(|_| invalid_token("Could not parse metadata."))?;
    open(&response, &metadata).map_err(|refusal| {
        tracing::debug!(?refusal, %provider, "an assertion is refused");
        error::saml(&refusal)
    })
}

/// AWS takes an assertion within five minutes of its making, and no session that is over already.
fn redeemable(ctx: &Ctx, said: &Assertion) -> Result<(), Error> {
    let age = ctx.now().secs() - said.issued.secs();
    let over = said.session_not_on_or_after.is_some_and(|end| ctx.now() >= end);
    if age > limits::SAML_REDEMPTION || over {
        return Err(expired_token("Token must be redeemed within 5 minutes of issuance"));
    }
    Ok(())
}

/// Whether an audience or recipient means AWS, or this cloud.
fn is_ours(ctx: &Ctx, name: &str) -> bool {
    let path = |rest: &str| rest == SIGN_IN || rest.strip_prefix(SIGN_IN).is_some_and(|tail| tail.starts_with("/acs/"));
    let https = |rest: &str| {
        let regional = rest.split_once('.').filter(|(region, _)| names::Region::parse(region).is_some());
        path(rest) || regional.is_some_and(|(_, rest)| path(rest))
    };
    let own =
        name.strip_suffix("/saml").is_some_and(|base| base == ctx.request.base_url || base == ctx.cloud().base_url());
    name == AWS || own || name.strip_prefix("https://").is_some_and(https)
}
