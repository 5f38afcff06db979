//! A policy made ready to be evaluated.

use std::borrow::Cow;
use std::collections::BTreeMap;

use names::AccountId;
use serde::{Deserialize, Serialize};

use crate::actions::Actions;
use crate::condition::Condition;
use crate::kind::Kind;
use crate::malformed::Malformed;
use crate::parse;
use crate::parse::position::Span;
use crate::pattern::{Key, Pattern};
use crate::principal::{Entry, Grant, Principals};
use crate::request::Request;

/// A policy document, compiled. Parsed once, shared, evaluated often; the source text is not kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    pub(crate) kind: Kind,
    pub(crate) version: Version,
    pub(crate) id: Option<String>,
    pub(crate) statements: Vec<Statement>,
}

/// The version of the language. The older one has no variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Version {
    /// `2008-10-17`, and what a document without a version is.
    V2008,
    /// `2012-10-17`.
    V2012,
}

/// What a statement does when it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Effect {
    /// `Allow`.
    Allow,
    /// `Deny`.
    Deny,
}

/// One statement of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub(crate) sid: Option<String>,
    pub(crate) effect: Effect,
    pub(crate) span: Span,
    pub(crate) principals: Option<Principals>,
    pub(crate) actions: Actions,
    /// Absent in trust policies and where a service implies the resource: then any matches.
    pub(crate) resources: Option<Patterns>,
    pub(crate) conditions: Vec<Condition>,
}

/// A `Resource` or `NotResource` element.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patterns {
    pub(crate) negated: bool,
    pub(crate) patterns: Vec<Pattern>,
}

/// The first element of a statement that a request does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mismatch {
    Action,
    Principal,
    Resource,
    /// The condition at this index.
    Condition(usize),
}

/// A principal named in a policy, for those that check whether it exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named<'a> {
    /// `*`.
    Everyone,
    /// An account, by its id or its root's ARN.
    Account(AccountId),
    /// The ARN of a user, role, session or federated user.
    Arn(&'a str),
    /// A stored unique id.
    UniqueId(&'a str),
    /// A service.
    Service(&'a str),
    /// A provider of identities.
    Federated(&'a str),
    /// An S3 canonical user id.
    CanonicalUser(&'a str),
}

impl Policy {
    /// Reads and checks a document. [`Malformed`] carries AWS's message for the first thing wrong, in AWS's order.
    /// The quotas on size are the services' (they differ): see [`crate::significant_length`].
    pub fn parse(text: &str, kind: Kind) -> Result<Self, Malformed> {
        parse::policy(text, kind)
    }

    /// What it was parsed as.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The version of the language it is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The `Id` element.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Its statements, in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Every condition key and variable it reads, as first written, sorted, without doubles (keys that differ only in
    /// case are one).
    pub fn context_keys(&self) -> Vec<&str> {
        let keys = self.statements.iter().flat_map(Statement::keys);
        let unique: BTreeMap<&str, &str> = keys.fold(BTreeMap::new(), |mut unique, key| {
            unique.entry(&key.lower).or_insert(&key.written);
            unique
        });
        unique.into_values().collect()
    }

    /// Whether it reads a key or variable that begins so, whatever its case: tells what need not be gathered.
    pub fn mentions(&self, prefix: &str) -> bool {
        let folded = if prefix.is_ascii() { Cow::Borrowed(prefix) } else { Cow::Owned(prefix.to_lowercase()) };
        let begins = |key: &Key| key.lower.get(..folded.len()).is_some_and(|head| head.eq_ignore_ascii_case(&folded));
        self.statements.iter().flat_map(Statement::keys).any(begins)
    }

    /// Every principal it names, with the index of its statement.
    pub fn principals(&self) -> impl Iterator<Item = (usize, Named<'_>)> {
        self.statements.iter().enumerate().flat_map(|(index, statement)| {
            let entries = statement.principals.iter().flat_map(|principals| &principals.entries);
            entries.map(move |entry| (index, named(entry)))
        })
    }

    /// Replaces ARNs of users and roles by the unique ids that `resolve` knows for them, as IAM does when it stores a
    /// policy: one who later gets the same name is somebody else.
    pub fn resolve_principals(&mut self, mut resolve: impl FnMut(&str) -> Option<String>) {
        let principals = self.statements.iter_mut().filter_map(|statement| statement.principals.as_mut());
        for entry in principals.flat_map(|principals| &mut principals.entries) {
            if let Entry::Arn(arn) = entry
                && let Some(id) = resolve(arn)
            {
                *entry = Entry::Id(id.into());
            }
        }
    }
}

impl Statement {
    /// The `Sid` element.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// What it does when it matches.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Where it stands in the source text.
    pub fn span(&self) -> Span {
        self.span
    }

    /// Whether the request fits every element, and if so how directly it names the caller.
    pub(crate) fn check(&self, request: &Request<'_>) -> Result<Grant, Mismatch> {
        if !self.actions.hold(request.action, request.context) {
            return Err(Mismatch::Action);
        }
        let grant = match &self.principals {
            None => Grant::Itself,
            Some(principals) => principals.grant(&request.principal).ok_or(Mismatch::Principal)?,
        };
        let resource = |pattern: &Pattern| pattern.matches(request.resource, request.context);
        if !self.resources.as_ref().is_none_or(|resources| resources.hold(resource)) {
            return Err(Mismatch::Resource);
        }
        match self.conditions.iter().position(|condition| !condition.holds(request.context)) {
            Some(index) => Err(Mismatch::Condition(index)),
            None => Ok(grant),
        }
    }

    /// The keys it reads.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &Key> {
        let resources = self.resources.iter().flat_map(|resources| &resources.patterns);
        resources.flat_map(Pattern::keys).chain(self.conditions.iter().flat_map(Condition::keys))
    }
}

impl Patterns {
    fn hold(&self, matches: impl Fn(&Pattern) -> bool) -> bool {
        self.patterns.iter().any(matches) != self.negated
    }
}

fn named(entry: &Entry) -> Named<'_> {
    match entry {
        Entry::Everyone | Entry::EveryAws => Named::Everyone,
        Entry::Account(account) => Named::Account(*account),
        Entry::Arn(arn) => Named::Arn(arn),
        Entry::Id(id) => Named::UniqueId(id),
        Entry::Service(name) => Named::Service(name),
        Entry::EveryService => Named::Service("*"),
        Entry::Federated(name) => Named::Federated(name),
        Entry::EveryFederated => Named::Federated("*"),
        Entry::Canonical(id) => Named::CanonicalUser(id),
    }
}
