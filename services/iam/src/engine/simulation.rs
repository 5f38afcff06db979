//! What policies would decide: the evaluator of every real decision, asked about calls that nobody makes.

use names::AccountId;
use policy::{
    Attached, Explanation, Kind, Malformed, MapContext, Policies, Policy, Request, Source, Span, Who, explain,
};

/// A policy and its name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    /// What the answer calls it.
    pub(crate) name: String,
    /// What it says.
    pub(crate) policy: Policy,
}

/// Who would call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    /// The account.
    pub(crate) account: AccountId,
    /// ARN of the user or role; empty when nobody was named.
    pub(crate) arn: String,
    /// Unique id; empty when unknown.
    pub(crate) id: String,
}

/// Everything that has a say in the calls simulated.
#[derive(Debug, Clone)]
pub(crate) struct Simulation {
    /// Who would call.
    pub(crate) caller: Caller,
    /// Policies of the caller.
    pub(crate) identity: Vec<Named>,
    /// The permissions boundary.
    pub(crate) boundary: Option<Named>,
    /// The policy of every resource.
    pub(crate) resource: Option<Named>,
    /// The account that owns every resource; none to read it from ARNs.
    pub(crate) owner: Option<AccountId>,
    /// Service control policies, level by level; none when the account is in no organization.
    pub(crate) organization: Option<Vec<Vec<Named>>>,
    /// The circumstances.
    pub(crate) context: MapContext,
}

/// A statement that had to do with a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Matched {
    /// The policy's name.
    pub(crate) policy: String,
    /// The policy's sort.
    pub(crate) source: Source,
    /// Where the statement stands in the policy's text.
    pub(crate) span: Span,
}

/// What would be decided of one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// `allowed`, `explicitDeny` or `implicitDeny`.
    pub(crate) decision: &'static str,
    /// Statements that had to do with it.
    pub(crate) matched: Vec<Matched>,
    /// Condition keys that were asked for and not given.
    pub(crate) missing: Vec<String>,
    /// Whether the organization allows it; none when there is none.
    pub(crate) by_organization: Option<bool>,
    /// Whether the permissions boundary allows it; none when there is none.
    pub(crate) by_boundary: Option<bool>,
    /// Across accounts: what the caller's policies and the resource's policy each decide.
    pub(crate) sides: Option<(&'static str, &'static str)>,
}

impl Named {
    /// Reads a policy.
    pub(crate) fn parse(name: impl Into<String>, text: &str, kind: Kind) -> Result<Self, Malformed> {
        Ok(Self { name: name.into(), policy: Policy::parse(text, kind)? })
    }

    fn attached(&self) -> Attached<'_> {
        Attached { name: &self.name, policy: &self.policy }
    }
}

impl Caller {
    fn who(&self) -> Who<'_> {
        let word = self.arn.rsplit(':').next().unwrap_or_default();
        if word == "root" {
            Who::root(self.account, &self.arn)
        } else if word.starts_with("role/") {
            Who::role_session(self.account, &self.arn, &self.arn, &self.id)
        } else {
            Who::user(self.account, &self.arn, &self.id)
        }
    }
}

impl Simulation {
    /// What would be decided of an action on a resource: an ARN, or `*`.
    pub(crate) fn decide(&self, action: &str, resource: &str) -> Verdict {
        let identity: Vec<_> = self.identity.iter().map(Named::attached).collect();
        let levels: Vec<Vec<_>> =
            self.organization.iter().flatten().map(|level| level.iter().map(Named::attached).collect()).collect();
        let levels: Vec<&[_]> = levels.iter().map(Vec::as_slice).collect();
        let all = Policies {
            identity: &identity,
            boundary: self.boundary.as_ref().map(Named::attached),
            resource: self.resource.as_ref().map(Named::attached),
            resource_account: self.owner_of(resource),
            service_control: &levels,
            ..Policies::default()
        };
        let principal = self.caller.who();
        let request = Request { principal, action, resource, context: &self.context };
        let everything = Named::parse("", EVERYTHING, Kind::Inline).expect("a policy");
        let allowing = [everything.attached()];
        let within = |bounds: Policies<'_>| explain(&Policies { identity: &allowing, ..bounds }, &request).allowed;
        let only = |policies: Policies<'_>| explain(&policies, &request).decision().reason.simulated();
        let across = self.resource.is_some() && all.resource_account.is_some_and(|owner| owner != self.caller.account);
        let sides = across.then(|| {
            let own = Policies { resource: None, resource_account: None, ..all };
            (only(own), only(Policies { identity: &allowing, boundary: None, service_control: &[], ..all }))
        });
        let explained = explain(&all, &request);
        Verdict {
            decision: explained.decision().reason.simulated(),
            matched: matched(&explained),
            by_organization: self
                .organization
                .as_ref()
                .map(|_| within(Policies { service_control: &levels, ..Policies::default() })),
            by_boundary: all
                .boundary
                .map(|boundary| within(Policies { boundary: Some(boundary), ..Policies::default() })),
            missing: explained.missing_context_keys,
            sides,
        }
    }

    /// The account of a resource: as was said, as its ARN says, or the caller's.
    fn owner_of(&self, resource: &str) -> Option<AccountId> {
        let told = resource.split(':').nth(4).and_then(|account| account.parse().ok());
        self.owner.or(told).or(Some(self.caller.account))
    }
}

const EVERYTHING: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// Statements that matched, of the policies that the simulator was told of or found: those of Organizations it keeps to
/// itself.
fn matched(explained: &Explanation) -> Vec<Matched> {
    let own = explained.matched().filter(|(policy, _)| policy.source != Source::ServiceControl);
    let shown = own.map(|(policy, statement)| Matched {
        policy: policy.name.clone(),
        source: policy.source,
        span: statement.span,
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simulation(policies: &[&str]) -> Simulation {
        let named = |(at, text): (usize, &&str)| {
            Named::parse(format!("PolicyInputList.{}", at + 1), text, Kind::Inline).unwrap()
        };
        Simulation {
            caller: Caller { account: AccountId::DEFAULT, arn: String::new(), id: String::new() },
            identity: policies.iter().enumerate().map(named).collect(),
            boundary: None,
            resource: None,
            owner: None,
            organization: None,
            context: MapContext::new(),
        }
    }

    /// The policy, the decisions and the places of AWS's recorded answer (LocalStack's `test_simulate_principle_policy`).
    #[test]
    fn as_recorded() {
        let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#;
        let simulation = simulation(&[text]);
        let verdict = simulation.decide("s3:PutObject", "arn:aws:s3:::bucket");
        assert_eq!((verdict.decision, verdict.matched.len()), ("allowed", 1));
        let span = verdict.matched[0].span;
        assert_eq!((span.start.line, span.start.column, span.end.line, span.end.column), (1, 41, 1, 113));
        let other = simulation.decide("s3:GetObjectVersion", "arn:aws:s3:::bucket");
        assert_eq!((other.decision, other.matched.len(), other.by_organization), ("implicitDeny", 0, None));
    }

    #[test]
    fn bounds_and_circumstances() {
        let allow = r#"{"Statement":[{"Effect":"Allow","Action":"sqs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"a"}}}]}"#;
        let mut simulation = simulation(&[allow]);
        let verdict = simulation.decide("sqs:SendMessage", "*");
        assert_eq!((verdict.decision, &*verdict.missing), ("implicitDeny", &["aws:PrincipalTag/team".to_owned()][..]));
        simulation.context = MapContext::new().with("aws:PrincipalTag/team", "a");
        assert_eq!(simulation.decide("sqs:SendMessage", "*").decision, "allowed");
        let only = r#"{"Statement":{"Effect":"Allow","Action":"sqs:Receive*","Resource":"*"}}"#;
        simulation.boundary = Some(Named::parse("b", only, Kind::Inline).unwrap());
        let verdict = simulation.decide("sqs:SendMessage", "*");
        assert_eq!((verdict.decision, verdict.by_boundary), ("implicitDeny", Some(false)));
        assert_eq!(simulation.decide("sqs:ReceiveMessage", "*").by_boundary, Some(true));
        let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sqs:*","Resource":"*"}}"#;
        simulation.boundary = None;
        simulation.organization = Some(vec![vec![Named::parse("scp", deny, Kind::ServiceControl).unwrap()]]);
        let verdict = simulation.decide("sqs:SendMessage", "*");
        assert_eq!((verdict.decision, verdict.by_organization), ("explicitDeny", Some(false)));
        assert!(verdict.matched.is_empty());
    }

    #[test]
    fn both_sides_must_allow_across_accounts() {
        let allow = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"*"}}"#;
        let queue = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"sqs:SendMessage","Resource":"*"}}"#;
        let mut simulation = simulation(&[allow]);
        simulation.caller.account = "111122223333".parse().unwrap();
        simulation.caller.arn = "arn:aws:iam::111122223333:user/u".to_owned();
        simulation.resource = Some(Named::parse("queue", queue, Kind::Resource).unwrap());
        let arn = "arn:aws:sqs:us-east-1:444455556666:q";
        let verdict = simulation.decide("sqs:SendMessage", arn);
        assert_eq!((verdict.decision, verdict.sides), ("allowed", Some(("allowed", "allowed"))));
        let verdict = simulation.decide("sqs:DeleteQueue", arn);
        assert_eq!((verdict.decision, verdict.sides), ("implicitDeny", Some(("allowed", "implicitDeny"))));
    }
}
