//! The decisions of late, by request: what was asked, what was answered, and on demand why.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use names::Timestamp;
use parking_lot::Mutex;
use policy::Explanation;
use serde::{Deserialize, Serialize};
use service_kit::{AccessRequest, Ctx, RequestInfo};

use crate::case::Case;

/// Refusals kept: a ring of their own, so that a busy cloud does not forget them.
const REFUSED: usize = 2_048;
/// Permissions kept: few, so that they stay in the processor's cache. A busy cloud decides thousands a second.
const ALLOWED: usize = 64;

/// The decisions of late. In memory: after a restart only the audit record of a refusal remains.
#[derive(Default)]
pub struct Docket {
    allowed: Mutex<VecDeque<Entry>>,
    refused: Mutex<VecDeque<Entry>>,
}

/// A decision. Several may rest on one case, each under circumstances of its own.
#[derive(Clone)]
pub(crate) struct Entry {
    case: Arc<Case>,
    request: Arc<RequestInfo>,
    at: Timestamp,
    told: BTreeMap<String, Vec<String>>,
    refusal: Option<String>,
}

/// One decision with its reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// The request.
    pub request: String,
    /// When it was asked, by the cloud's clock.
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

impl Entry {
    /// The decision of a case of this request.
    pub(crate) fn new(ctx: &Ctx, request: &AccessRequest<'_>, case: Arc<Case>, refusal: Option<String>) -> Self {
        Self { case, request: ctx.request.clone(), at: ctx.request.at, told: request.context.clone(), refusal }
    }

    fn ruling(self) -> Ruling {
        let Self { case, request, at, told, refusal } = self;
        let case = Case { request, now: at, told, ..Case::clone(&case) };
        Ruling {
            request: case.request.id.to_string(),
            at: at.iso8601(),
            allowed: refusal.is_none(),
            reason: refusal,
            explanation: case.explain(),
            principal: case.arn,
            action: case.action,
            resource: case.resource,
        }
    }
}

impl Docket {
    /// What was decided for a request, in the order it was asked.
    pub fn rulings(&self, request: &str) -> Vec<Ruling> {
        let of = |ring: &Mutex<VecDeque<Entry>>| -> Vec<Entry> {
            ring.lock().iter().filter(|entry| entry.request.id.to_string() == request).cloned().collect()
        };
        of(&self.allowed).into_iter().chain(of(&self.refused)).map(Entry::ruling).collect()
    }

    /// The refusals of late, newest first, at most so many.
    pub fn refusals(&self, at_most: usize) -> Vec<Ruling> {
        let taken: Vec<_> = self.refused.lock().iter().rev().take(at_most).cloned().collect();
        taken.into_iter().map(Entry::ruling).collect()
    }

    pub(crate) fn enter(&self, entry: Entry) {
        let (ring, kept) = if entry.refusal.is_some() { (&self.refused, REFUSED) } else { (&self.allowed, ALLOWED) };
        let mut ring = ring.lock();
        let oldest = if ring.len() >= kept { ring.pop_front() } else { None };
        ring.push_back(entry);
        drop(ring);
        // Nobody waits while it is taken apart.
        drop(oldest);
    }
}
