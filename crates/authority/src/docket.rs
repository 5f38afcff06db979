//! The decisions of late, by request: what was asked, what was answered, and on demand why.

use std::collections::VecDeque;
use std::sync::Arc;

use names::Timestamp;
use parking_lot::Mutex;
use policy::Explanation;
use serde::{Deserialize, Serialize};

use crate::case::Case;

/// Refusals kept: a ring of their own, so that a busy cloud does not forget them.
const REFUSED: usize = 2_048;
/// Permissions kept: few, so that they stay in the processor's cache. A busy cloud decides thousands a second.
const ALLOWED: usize = 256;

/// The decisions of late. In memory: after a restart only the audit record of a refusal remains.
#[derive(Default)]
pub struct Docket {
    allowed: Mutex<VecDeque<Entry>>,
    refused: Mutex<VecDeque<Entry>>,
}

struct Entry {
    case: Arc<Case>,
    refusal: Option<String>,
}

/// One decision with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// The request.
    pub request: String,
    /// When it was decided, by the cloud's clock.
    pub at: String,
    /// ARN of who asked.
    pub principal: String,
    /// For what, as in `sqs:SendMessage`.
    pub action: String,
    /// On what.
    pub resource: String,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The end of AWS's message, when it was refused.
    pub reason: Option<String>,
    /// Every policy read, and the statement that decided.
    pub explanation: Explanation,
}

impl Docket {
    /// What was decided for a request, in the order it was asked.
    pub fn rulings(&self, request: &str) -> Vec<Ruling> {
        let of = |ring: &Mutex<VecDeque<Entry>>| -> Vec<(Arc<Case>, Option<String>)> {
            let ring = ring.lock();
            let mine = ring.iter().filter(|entry| entry.case.request.id.to_string() == request);
            mine.map(|entry| (entry.case.clone(), entry.refusal.clone())).collect()
        };
        let all = of(&self.allowed).into_iter().chain(of(&self.refused));
        all.map(|(case, refusal)| ruling(&case, refusal)).collect()
    }

    /// The refusals of late, newest first, at most so many.
    pub fn refusals(&self, at_most: usize) -> Vec<Ruling> {
        let taken: Vec<_> = {
            let ring = self.refused.lock();
            ring.iter().rev().take(at_most).map(|entry| (entry.case.clone(), entry.refusal.clone())).collect()
        };
        taken.into_iter().map(|(case, refusal)| ruling(&case, refusal)).collect()
    }

    pub(crate) fn enter(&self, case: Arc<Case>, refusal: Option<String>) {
        let (ring, kept) = if refusal.is_some() { (&self.refused, REFUSED) } else { (&self.allowed, ALLOWED) };
        let mut ring = ring.lock();
        let oldest = if ring.len() >= kept { ring.pop_front() } else { None };
        ring.push_back(Entry { case, refusal });
        drop(ring);
        // Nobody waits while it is taken apart.
        drop(oldest);
    }
}

fn ruling(case: &Case, refusal: Option<String>) -> Ruling {
    let at: Timestamp = case.now;
    Ruling {
        request: case.request.id.to_string(),
        at: at.iso8601(),
        principal: case.arn.clone(),
        action: case.action.clone(),
        resource: case.resource.clone(),
        allowed: refusal.is_none(),
        reason: refusal,
        explanation: case.explain(),
    }
}
