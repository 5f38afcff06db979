//! The tags of IAM's resources, shown to whoever decides on access: `aws:ResourceTag/…` and `iam:ResourceTag/…`.

use names::{Arn, Tags};
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use super::edge::engine;
use crate::engine::entity::Kind;
use crate::engine::home::Home;
use crate::engine::oidc;
use crate::engine::refusal::Refusal;
use crate::store::credential::{DEVICES, SERVER_CERTIFICATES};
use crate::store::federation::SAML;
use crate::store::{ENTITIES, POLICIES, PROFILES, key};

/// What IAM keeps as resources. A role's trust is asked for by STS; a user carries a policy of its own where the account lets
/// users change their passwords.
pub(crate) struct IamResources;

impl ResourcePolicies for IamResources {
    fn policy<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(async move {
            let account = resource.parse::<Arn>().ok().and_then(|arn| arn.account_id());
            let user = resource.split(':').nth(5).is_some_and(|rest| rest.starts_with("user/"));
            let Some(account) = account.filter(|_| user) else { return Ok(None) };
            let policy = engine(ctx).password_policy(Home::of(ctx.cloud(), account)).await?;
            Ok(policy.filter(|policy| policy.own_change).map(|_| own_change(resource)))
        })
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let account = resource.parse::<Arn>().ok().and_then(|arn| arn.account_id());
            let Some(home) = account.map(|account| Home::of(ctx.cloud(), account)) else { return Ok(Tags::new()) };
            let Some((word, _, name)) = home.split(resource) else { return Ok(Tags::new()) };
            Ok(tags(ctx, home, &word, &name, resource).await?.unwrap_or_default())
        })
    }
}

/// Lets a user change its own password, "without attaching a policy to each user", as `PasswordPolicy` says.
fn own_change(user: &str) -> String {
    let (principal, action) = (serde_json::json!({ "AWS": user }), "iam:ChangePassword");
    let statement =
        serde_json::json!({ "Effect": "Allow", "Principal": principal, "Action": action, "Resource": user });
    serde_json::json!({ "Version": "2012-10-17", "Statement": [statement] }).to_string()
}

async fn tags(ctx: &Ctx, home: Home, word: &str, name: &str, resource: &str) -> Result<Option<Tags>, Refusal> {
    let (view, scope) = (engine(ctx).view().await?, home.scope());
    Ok(match word {
        "user" => ENTITIES.get(&view, &scope, &Kind::User.at(name)).await?.map(|record| record.tags),
        "role" => ENTITIES.get(&view, &scope, &Kind::Role.at(name)).await?.map(|record| record.tags),
        "policy" => POLICIES.get(&view, &scope, &key(name)).await?.map(|record| record.tags),
        "instance-profile" => PROFILES.get(&view, &scope, &key(name)).await?.map(|record| record.tags),
        "mfa" => DEVICES.get(&view, &scope, &resource).await?.map(|record| record.tags),
        "oidc-provider" => oidc::find(&view, home, resource).await.ok().map(|record| record.tags),
        "saml-provider" => SAML.get(&view, &scope, &key(name)).await?.map(|record| record.tags),
        "server-certificate" => SERVER_CERTIFICATES.get(&view, &scope, &key(name)).await?.map(|record| record.tags),
        _ => None,
    })
}
