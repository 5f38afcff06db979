//! The organization's resource policy: which members may manage policies in place of the management account.

use names::Tags;
use policy::{Attached, Context, Kind, Policies, Policy, Request, Who, evaluate};
use store::Reader;

use super::refusal::{Refusal, Thing};
use super::seat::Seat;
use super::{Engine, id, tag};
use crate::store::{DELEGATION, DelegationRecord};

/// Everything a member may do as far as its own policies go: the resource policy decides the rest.
const ANYTHING: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

impl Engine {
    /// Sets the resource policy.
    pub(crate) async fn put_delegation(
        &self,
        seat: &Seat,
        content: &str,
        tags: &Tags,
    ) -> Result<DelegationRecord, Refusal> {
        let fresh = id::fresh(self.random(), "rp-", 8);
        let fresh = &fresh;
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            seat.needs_all_features()?;
            let before = DELEGATION.get(&tx, &seat.scope(), &0).await?;
            if before.is_some() && !tags.is_empty() {
                return Err(Refusal::NotSupported);
            }
            let id = before.map_or_else(|| fresh.clone(), |before| before.id);
            let record = DelegationRecord { id, content: content.to_owned() };
            DELEGATION.put(&tx, &seat.scope(), &0, &record)?;
            if !tags.is_empty() {
                tag::put(&tx, seat, &record.id, tags)?;
            }
            Ok(record)
        })
        .await
    }

    /// The resource policy.
    pub(crate) async fn delegation(&self, seat: &Seat) -> Result<DelegationRecord, Refusal> {
        of(&self.view().await?, seat).await?.ok_or(Refusal::No(Thing::ResourcePolicy))
    }

    /// Removes the resource policy.
    pub(crate) async fn delete_delegation(&self, seat: &Seat) -> Result<(), Refusal> {
        self.change(|tx| async move {
            let seat = &seat.again(&tx).await?;
            let record = of(&tx, seat).await?.ok_or(Refusal::No(Thing::ResourcePolicy))?;
            DELEGATION.delete(&tx, &seat.scope(), &0);
            tag::drop(&tx, seat, &record.id);
            Ok(())
        })
        .await
    }
}

/// The resource policy, when there is one.
pub(crate) async fn of(reader: &impl Reader, seat: &Seat) -> Result<Option<DelegationRecord>, store::StoreError> {
    DELEGATION.get(reader, &seat.scope(), &0).await
}

/// Whether the resource policy lets a member do something to a resource.
pub(crate) fn allows(
    delegation: &DelegationRecord,
    seat: &Seat,
    who: Who<'_>,
    action: &str,
    resource: &str,
    context: &dyn Context,
) -> bool {
    let (Ok(delegation), Ok(anything)) =
        (Policy::parse(&delegation.content, Kind::Resource), Policy::parse(ANYTHING, Kind::Identity))
    else {
        return false;
    };
    let identity = [Attached { name: "", policy: &anything }];
    let policies = Policies {
        identity: &identity,
        resource: Some(Attached { name: "", policy: &delegation }),
        resource_account: Some(seat.management),
        ..Policies::default()
    };
    evaluate(&policies, &Request { principal: who, action, resource, context }).allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::OrganizationRecord;
    use names::{AccountId, Timestamp};
    use policy::MapContext;

    fn seat() -> Seat {
        let organization = OrganizationRecord {
            id: "o-a".into(),
            root: "r-a".into(),
            all_features: true,
            created: Timestamp::EPOCH,
            enabled: Vec::new(),
        };
        Seat { account: account(2), management: account(1), organization }
    }

    fn account(number: u64) -> AccountId {
        AccountId::from_number(number).unwrap()
    }

    #[test]
    fn a_named_member_may_do_what_it_says() {
        let content = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow",
            "Principal":{"AWS":"arn:aws:iam::000000000002:root"},
            "Action":["organizations:CreatePolicy","organizations:ListPolicies"],"Resource":"*",
            "Condition":{"StringEquals":{"organizations:PolicyType":"TAG_POLICY"}}}]}"#;
        let delegation = DelegationRecord { id: "rp-1".into(), content: content.into() };
        let tag = MapContext::new().with("organizations:PolicyType", "TAG_POLICY");
        let control = MapContext::new().with("organizations:PolicyType", "SERVICE_CONTROL_POLICY");
        let arn = "arn:aws:iam::000000000002:user/ada";
        let user = Who::user(account(2), arn, "AIDAEXAMPLE");
        let other = Who::user(account(3), "arn:aws:iam::000000000003:user/bob", "AIDAOTHER");
        for (who, action, context, allowed) in [
            (user, "organizations:CreatePolicy", &tag, true),
            (user, "organizations:ListPolicies", &tag, true),
            (user, "organizations:CreatePolicy", &control, false),
            (user, "organizations:DeletePolicy", &tag, false),
            (other, "organizations:CreatePolicy", &tag, false),
        ] {
            assert_eq!(allows(&delegation, &seat(), who, action, "*", context), allowed, "{action} {who:?}");
        }
    }
}
