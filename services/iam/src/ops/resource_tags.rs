//! The tags of IAM's resources, shown to whoever decides on access: `aws:ResourceTag/…` and `iam:ResourceTag/…`.

use names::{Arn, Tags};
use service_kit::{BoxFuture, Ctx, Error, ResourcePolicies};

use super::edge::engine;
use crate::engine::entity::Kind;
use crate::engine::home::Home;
use crate::engine::refusal::Refusal;
use crate::store::{ENTITIES, POLICIES, PROFILES, key};

/// Users, roles, policies and instance profiles as resources. None carries a policy of its own here: a role's trust is asked
/// for by STS.
pub(crate) struct IamResources;

impl ResourcePolicies for IamResources {
    fn policy<'a>(&'a self, _ctx: &'a Ctx, _resource: &'a str) -> BoxFuture<'a, Result<Option<String>, Error>> {
        Box::pin(std::future::ready(Ok(None)))
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, resource: &'a str) -> BoxFuture<'a, Result<Tags, Error>> {
        Box::pin(async move {
            let account = resource.parse::<Arn>().ok().and_then(|arn| arn.account_id());
            let Some(home) = account.map(|account| Home::of(ctx.cloud(), account)) else { return Ok(Tags::new()) };
            let Some((word, _, name)) = home.split(resource) else { return Ok(Tags::new()) };
            Ok(tags(ctx, home, &word, &name).await?.unwrap_or_default())
        })
    }
}

async fn tags(ctx: &Ctx, home: Home, word: &str, name: &str) -> Result<Option<Tags>, Refusal> {
    let (view, scope) = (engine(ctx).view().await?, home.scope());
    Ok(match word {
        "user" => ENTITIES.get(&view, &scope, &Kind::User.at(name)).await?.map(|record| record.tags),
        "role" => ENTITIES.get(&view, &scope, &Kind::Role.at(name)).await?.map(|record| record.tags),
        "policy" => POLICIES.get(&view, &scope, &key(name)).await?.map(|record| record.tags),
        "instance-profile" => PROFILES.get(&view, &scope, &key(name)).await?.map(|record| record.tags),
        _ => None,
    })
}
