//! What IAM calls services and what they can be asked to do: every action of every prefix with its level, for telling
//! what a policy's `sqs:*` stands for and which services it reaches.

use smithy::AccessLevel;

use crate::generated::NAMESPACES;

/// One prefix of actions. A service usually has one; S3 has four, and RDS and Neptune share one.
#[derive(Debug)]
pub struct Namespace {
    /// What stands before the colon: `sqs`.
    pub prefix: &'static str,
    /// What AWS calls it in the service authorization reference: `Amazon SQS`.
    pub name: &'static str,
    /// A line an action: the first letter of its level, then its name.
    pub(crate) actions: &'static str,
}

/// One action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// Without the prefix: `SendMessage`.
    pub name: &'static str,
    /// How far it reaches.
    pub level: AccessLevel,
}

/// The prefix of this name; IAM knows no case.
pub fn namespace(prefix: &str) -> Option<&'static Namespace> {
    NAMESPACES.iter().find(|one| one.prefix.eq_ignore_ascii_case(prefix))
}

/// The action of this whole name, `sqs:SendMessage`, in whatever case.
pub fn action(whole: &str) -> Option<Action> {
    let (prefix, name) = whole.split_once(':')?;
    namespace(prefix)?.actions().find(|action| action.name.eq_ignore_ascii_case(name))
}

impl Namespace {
    /// Its actions, sorted by name.
    pub fn actions(&self) -> impl Iterator<Item = Action> + use<> {
        self.actions.lines().map(|line| Action { name: &line[1..], level: level(line.as_bytes()[0]) })
    }
}

fn level(letter: u8) -> AccessLevel {
    match letter {
        b'L' => AccessLevel::List,
        b'R' => AccessLevel::Read,
        b'T' => AccessLevel::Tagging,
        b'P' => AccessLevel::PermissionsManagement,
        _ => AccessLevel::Write,
    }
}
