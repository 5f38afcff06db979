//! Confirming a subscription with the token that its endpoint was sent.

use api_sns::{ConfirmSubscription, ConfirmSubscriptionInput, ConfirmSubscriptionOutput};
use service_kit::{Access, Ctx, Error, Outcome, Principal};
use store::Scope;

use super::address;
use crate::engine::place::{Home, Place};
use crate::engine::token;
use crate::error::{invalid, invalid_text};
use crate::store::{Confirmation, PENDING, SUBSCRIPTIONS};
use crate::{Sns, limits, tasks};

/// Confirms a subscription; confirming it again changes nothing.
pub(crate) async fn confirm_subscription(ctx: &Ctx, input: ConfirmSubscriptionInput) -> Outcome<ConfirmSubscription> {
    let engine = ctx.state::<Sns>().engine();
    let unknown = || invalid("Token");
    if !input.token.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(invalid_text("Invalid token"));
    }
    let said = Home::of_arn(&input.topic_arn).ok_or_else(|| invalid("Topic"))?;
    let id = token::subscription(&input.token).ok_or_else(unknown)?;
    let topic = PENDING.get(&ctx.store().read().await?, &Scope::Global, &id.as_str()).await?;
    let topic = topic.and_then(|topic| String::from_utf8(topic.0.to_vec()).ok()).ok_or_else(unknown)?;
    let place = Place { topic: Home::of_arn(&topic).ok_or_else(unknown)?, id };
    // The token tells the topic; of what the caller says only the region must be right. So it was recorded.
    if said.region != place.topic.region {
        return Err(invalid("Topic"));
    }
    let signed = !matches!(ctx.caller.principal, Principal::Anonymous);
    let guarded =
        signed && input.authenticate_on_unsubscribe.as_deref().is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let confirm = |tx| {
        let (place, input) = (&place, &input);
        async move {
            let key = (place.topic.name.as_str(), place.id.as_str());
            let row = SUBSCRIPTIONS.get(&tx, &place.topic.scope(), &key).await?;
            let mut row = row.ok_or_else(unknown)?;
            let late = row.confirmed.is_none() && row.created.plus(limits::CONFIRMATION) <= ctx.now();
            if late || !token::is_of(engine.tokens(), &input.token, place, row.created) {
                return Err(unknown());
            }
            if row.confirmed.is_none() || guarded {
                row.confirmed = Some(Confirmation { authenticated: signed, guards_unsubscribe: guarded });
                SUBSCRIPTIONS.put(&tx, &place.topic.scope(), &key, &row)?;
                ctx.cloud().timers().cancel(&tx, tasks::LAPSE, &place.arn()).await?;
            }
            Ok(())
        }
    };
    engine.store().transact(confirm).await?;
    Ok(ConfirmSubscriptionOutput { subscription_arn: Some(place.arn()) })
}

/// What confirming touches: nothing that must be allowed to whoever holds the token and signs nothing.
pub(crate) fn access(ctx: &Ctx, input: &ConfirmSubscriptionInput) -> Result<Access, Error> {
    match ctx.caller.principal {
        Principal::Anonymous => Ok(Access::free()),
        _ => {
            address::check_arn(&input.topic_arn, "TopicArn")?;
            Ok(Access::to(&input.topic_arn))
        }
    }
}
