//! The condition keys of every request, and those that its service told. Computed only when a policy asks.
//!
//! Source: "AWS global condition context keys" and "IAM and AWS STS condition context keys" in the IAM user guide.

use std::borrow::Cow;

use names::{AccountId, Timestamp};
use policy::{Context, Values};
use service_kit::{Membership, Principal, Session};

use crate::case::Case;

impl Context for Case {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        let told = self.told.iter().find(|(name, _)| name.eq_ignore_ascii_case(key));
        if let Some((_, values)) = told {
            return Some(Values::Slice(values));
        }
        let (family, tag) = key.split_once('/').unwrap_or((key, ""));
        match family {
            "aws:principaltag" => self.principal_tag(tag).map(Values::one),
            "aws:resourcetag" => self.resource_tag(tag).map(Values::one),
            _ if self.is_tag_family(family) => self.resource_tag(tag).map(Values::one),
            _ => self.of_request(key).or_else(|| self.of_principal(key)).or_else(|| self.of_session(key)),
        }
    }
}

impl Case {
    /// The services whose `ResourceTag` stands for the resource's tags: the action's, and the resource's where that is
    /// another, as for a role that is assumed.
    pub(crate) fn tag_services(&self) -> impl Iterator<Item = &str> {
        [self.action.split(':').next(), self.resource.split(':').nth(2)].into_iter().flatten()
    }

    fn is_tag_family(&self, family: &str) -> bool {
        let service = family.strip_suffix(":resourcetag");
        service.is_some_and(|service| self.tag_services().any(|own| own.eq_ignore_ascii_case(service)))
    }

    fn of_request(&self, key: &str) -> Option<Values<'_>> {
        let request = &self.request;
        Some(match key {
            "aws:currenttime" => text(self.now.iso8601()),
            "aws:epochtime" => text(self.now.secs().to_string()),
            "aws:sourceip" => text(request.source_ip?.to_string()),
            "aws:securetransport" => Values::truth(request.secure),
            "aws:useragent" => some(&request.user_agent)?,
            "aws:referer" => some(&request.referer)?,
            "aws:requestedregion" => Values::one(self.region.as_str()),
            "aws:calledvia" => Values::Slice(&request.called_via),
            "aws:calledviafirst" => Values::one(request.called_via.first()?),
            "aws:calledvialast" => Values::one(request.called_via.last()?),
            "aws:viaawsservice" => Values::truth(!request.called_via.is_empty()),
            "aws:sourcearn" => Values::one(request.source_arn.as_deref()?),
            "aws:sourceaccount" => self.source_account()?,
            "aws:resourceaccount" => text(self.owner.to_string()),
            "aws:resourceorgid" => Values::one(&self.owner_membership.as_ref()?.organization),
            "aws:resourceorgpaths" => path(self.owner_membership.as_deref()?),
            _ => return None,
        })
    }

    /// The account of the resource on whose account a service acts. ARNs of buckets have none: their owner's stands for it.
    fn source_account(&self) -> Option<Values<'_>> {
        let named = account_of(self.request.source_arn.as_deref()?);
        let service = matches!(self.caller.principal, Principal::Service(_));
        named.map(Values::one).or_else(|| service.then(|| text(self.caller.account.to_string())))
    }

    fn of_principal(&self, key: &str) -> Option<Values<'_>> {
        let caller = &self.caller;
        let service = match &caller.principal {
            Principal::Service(name) => Some(name.as_str()),
            _ => None,
        };
        let known = !matches!(caller.principal, Principal::Anonymous | Principal::Service(_));
        Some(match key {
            "aws:principalisawsservice" => Values::truth(service.is_some()),
            "aws:principalservicename" => Values::one(service?),
            "aws:principalservicenameslist" => Values::Many(vec![Cow::Borrowed(service?)]),
            "aws:principaltype" => Values::one(principal_type(&caller.principal)?),
            _ if !known => return None,
            "aws:principalarn" => Values::one(self.principal_arn()),
            "aws:principalaccount" => text(caller.account.to_string()),
            "aws:userid" => text(caller.user_id()),
            "aws:username" => Values::one(user_name(&caller.principal)?),
            "aws:principalorgid" => Values::one(&self.membership.as_ref()?.organization),
            "aws:principalorgpaths" => path(self.membership.as_deref()?),
            "aws:principalorgmasteraccountid" => text(self.membership.as_ref()?.management.to_string()),
            _ => return None,
        })
    }

    fn of_session(&self, key: &str) -> Option<Values<'_>> {
        let session = self.caller.session.as_deref()?;
        Some(match key {
            "aws:tokenissuetime" => text(session.issued.iso8601()),
            "aws:multifactorauthpresent" => Values::truth(session.mfa.is_some()),
            "aws:multifactorauthage" => text(age(session.mfa?, self.now).to_string()),
            "aws:sourceidentity" => Values::one(session.source_identity.as_deref()?),
            _ => Values::Slice(signed_in_with(session, key)?),
        })
    }

    /// The ARN of the role, not of its session, as `aws:PrincipalArn` has it.
    fn principal_arn(&self) -> &str {
        match &self.caller.principal {
            Principal::RoleSession { role, .. } => role,
            _ => &self.arn,
        }
    }

    /// A session's tags stand over those of its role or user.
    fn principal_tag(&self, key: &str) -> Option<&str> {
        let of_session = self.caller.session.as_ref().and_then(|session| tag(&session.tags, key));
        of_session.or_else(|| self.identity.as_ref().and_then(|identity| tag(&identity.tags, key)))
    }

    fn resource_tag(&self, key: &str) -> Option<&str> {
        tag(&self.resource_tags, key)
    }
}

/// Condition keys compare without regard to case, those of tags too.
fn tag<'a>(tags: &'a names::Tags, key: &str) -> Option<&'a str> {
    tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value.as_str())
}

fn signed_in_with<'a>(session: &'a Session, key: &str) -> Option<&'a [String]> {
    session.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, values)| values.as_slice())
}

fn text<'a>(value: String) -> Values<'a> {
    Values::One(Cow::Owned(value))
}

fn some(value: &str) -> Option<Values<'_>> {
    (!value.is_empty()).then(|| Values::one(value))
}

fn path(membership: &Membership) -> Values<'_> {
    Values::Many(vec![Cow::Borrowed(membership.path.as_str())])
}

fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| account.parse::<AccountId>().is_ok())
}

fn age(since: Timestamp, now: Timestamp) -> i64 {
    (now.secs() - since.secs()).max(0)
}

fn principal_type(principal: &Principal) -> Option<&'static str> {
    match principal {
        Principal::Root => Some("Account"),
        Principal::User { .. } => Some("User"),
        Principal::RoleSession { .. } => Some("AssumedRole"),
        Principal::Federated { .. } => Some("FederatedUser"),
        Principal::Anonymous => Some("Anonymous"),
        Principal::Service(_) | Principal::Internal(_) => None,
    }
}

/// Only users have a name; the paths of their ARNs stand before it.
fn user_name(principal: &Principal) -> Option<&str> {
    match principal {
        Principal::User { arn, .. } => arn.rsplit('/').next(),
        _ => None,
    }
}
