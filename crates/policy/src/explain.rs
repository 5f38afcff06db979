//! Why a request was decided as it was: every statement looked at, and what in it did not fit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::condition::Condition;
use crate::context::{Context, Values};
use crate::decision::{AllowedBy, Decision, Reason, Source};
use crate::evaluate::{Onlooker, walk};
use crate::parse::position::Span;
use crate::policy::{Effect, Mismatch, Statement};
use crate::principal::Grant;
use crate::request::{Attached, Policies, Request};

/// How many values of a condition an explanation shows.
const SHOWN: usize = 20;

/// A decision and all that led to it. It can be stored and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Whether the request may proceed.
    pub allowed: bool,
    /// What settled it.
    pub cause: Cause,
    /// Every policy that was looked at, in the order of the walk.
    pub policies: Vec<PolicyTrace>,
    /// Condition keys that statements fitting the request otherwise asked for and the request does not have, as
    /// written.
    pub missing_context_keys: Vec<String>,
}

/// [`Reason`], owned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// It is allowed.
    Allowed(AllowedBy),
    /// A statement denies it.
    ExplicitDeny {
        /// The sort of the policy.
        source: Source,
        /// Its name or ARN.
        policy: String,
        /// The statement's index.
        statement: usize,
    },
    /// No policy of this sort allows it.
    NoAllow(Source),
}

/// One policy of an explanation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PolicyTrace {
    /// Its sort.
    pub source: Source,
    /// For policies of Organizations, the level they are attached at: 0 is the root.
    pub level: Option<usize>,
    /// Its name or ARN.
    pub name: String,
    /// Its statements, in order.
    pub statements: Vec<StatementTrace>,
}

/// One statement of an explanation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementTrace {
    /// Its `Sid`.
    pub sid: Option<String>,
    /// What it does when it matches.
    pub effect: Effect,
    /// Where it stands in the source text.
    pub span: Span,
    /// Whether the request fits it.
    pub outcome: Outcome,
}

/// Whether a request fits a statement, or the first element that it does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Every element fits.
    Matched,
    /// `Action` or `NotAction` does not.
    Action,
    /// `Principal` or `NotPrincipal` does not.
    Principal,
    /// `Resource` or `NotResource` does not.
    Resource,
    /// A condition does not.
    Condition {
        /// The operator, as written.
        operator: String,
        /// The key, as written.
        key: String,
        /// The policy's values, as written: the first 20.
        want: Vec<String>,
        /// The request's values (the first 20); none when it does not have the key.
        have: Option<Vec<String>>,
    },
}

/// Decides one request as [`crate::evaluate`] does, and tells why.
pub fn explain(policies: &Policies<'_>, request: &Request<'_>) -> Explanation {
    let mut record = Record { context: request.context, missing: BTreeMap::new(), policies: Vec::new() };
    let decision = walk(policies, request, &mut record);
    Explanation {
        allowed: decision.allowed,
        cause: decision.reason.into(),
        policies: record.policies,
        missing_context_keys: record.missing.into_values().collect(),
    }
}

impl Explanation {
    /// The decision, as [`crate::evaluate`] gives it.
    pub fn decision(&self) -> Decision<'_> {
        let reason = match &self.cause {
            Cause::Allowed(by) => Reason::Allowed(*by),
            Cause::ExplicitDeny { source, policy, statement } => {
                Reason::ExplicitDeny { source: *source, policy, statement: *statement }
            }
            Cause::NoAllow(source) => Reason::NoAllow(*source),
        };
        Decision { allowed: self.allowed, reason }
    }

    /// The statements that matched and had to do with the outcome, as the simulator lists them: those that deny when
    /// it is denied explicitly, all others that matched when it is not.
    pub fn matched(&self) -> impl Iterator<Item = (&PolicyTrace, &StatementTrace)> {
        let denied = matches!(self.cause, Cause::ExplicitDeny { .. });
        let all = self.policies.iter().flat_map(|policy| policy.statements.iter().map(move |s| (policy, s)));
        all.filter(move |(_, statement)| {
            statement.outcome == Outcome::Matched && (!denied || statement.effect == Effect::Deny)
        })
    }
}

impl From<Reason<'_>> for Cause {
    fn from(reason: Reason<'_>) -> Self {
        match reason {
            Reason::Allowed(by) => Self::Allowed(by),
            Reason::ExplicitDeny { source, policy, statement } => {
                Self::ExplicitDeny { source, policy: policy.to_owned(), statement }
            }
            Reason::NoAllow(source) => Self::NoAllow(source),
        }
    }
}

struct Record<'c> {
    context: &'c dyn Context,
    missing: BTreeMap<String, String>,
    policies: Vec<PolicyTrace>,
}

impl Record<'_> {
    /// Notes the keys that the statement reads and the request does not have, once whatever their case.
    fn note_missing(&mut self, statement: &Statement) {
        for key in statement.keys() {
            if self.context.values(&key.lower).is_none_or(|values| values.is_empty()) {
                self.missing.entry(key.lower.to_string()).or_insert_with(|| key.written.to_string());
            }
        }
    }
}

impl Onlooker for Record<'_> {
    const SEES_ALL: bool = true;

    fn policy(&mut self, source: Source, level: Option<usize>, policy: &Attached<'_>) {
        self.policies.push(PolicyTrace { source, level, name: policy.name.to_owned(), statements: Vec::new() });
    }

    fn statement(&mut self, statement: &Statement, outcome: Result<Grant, Mismatch>) {
        if matches!(outcome, Ok(_) | Err(Mismatch::Condition(_))) {
            self.note_missing(statement);
        }
        let outcome = match outcome {
            Ok(_) => Outcome::Matched,
            Err(Mismatch::Action) => Outcome::Action,
            Err(Mismatch::Principal) => Outcome::Principal,
            Err(Mismatch::Resource) => Outcome::Resource,
            Err(Mismatch::Condition(index)) => unmet(&statement.conditions[index], self.context),
        };
        let trace =
            StatementTrace { sid: statement.sid.clone(), effect: statement.effect, span: statement.span, outcome };
        if let Some(policy) = self.policies.last_mut() {
            policy.statements.push(trace);
        }
    }
}

fn unmet(condition: &Condition, context: &dyn Context) -> Outcome {
    let shown = |values: Values<'_>| values.iter().take(SHOWN).map(str::to_owned).collect();
    Outcome::Condition {
        operator: condition.written.to_string(),
        key: condition.key.written.to_string(),
        want: condition.wants.iter().take(SHOWN).map(|want| want.to_string()).collect(),
        have: context.values(&condition.key.lower).map(shown),
    }
}
