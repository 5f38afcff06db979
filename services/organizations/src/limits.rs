//! Quotas. Source: AWS Organizations User Guide, "Quotas and service limits", unless said otherwise. Where AWS raises a
//! quota on request, the highest it grants stands here, for nobody can be asked.

use std::time::Duration;

use crate::engine::kind::Kind;

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// Accounts in an organization: 10 at first in AWS, up to 50,000 on request.
pub(crate) const ACCOUNTS: u32 = 50_000;
/// Organizational units.
pub(crate) const UNITS: u32 = 2_000;
/// Levels of units under the root.
pub(crate) const DEPTH: usize = 5;
/// Tags on a root, unit, account or policy.
pub(crate) const TAGS: usize = 50;
/// An invitation can be accepted for so long.
pub(crate) const INVITATION: Duration = DAY.saturating_mul(15);
/// A request to enable all features, for so long.
pub(crate) const ENABLE_ALL_FEATURES: Duration = DAY.saturating_mul(90);
/// Handshakes are shown for so long after they ended.
pub(crate) const HANDSHAKE_SHOWN: Duration = DAY.saturating_mul(30);
/// A new account cannot leave for so long. Source: API reference, `LeaveOrganization`.
pub(crate) const STAY: Duration = DAY.saturating_mul(4);
/// A closed account can be reopened by AWS's support for so long, and is shown.
pub(crate) const CLOSED_SHOWN: Duration = DAY.saturating_mul(90);
/// The span over which closures are counted. Source: API reference, `CloseAccount`.
pub(crate) const CLOSURE_SPAN: Duration = DAY.saturating_mul(30);
/// Closures that are always granted in a span.
pub(crate) const CLOSURES_LEAST: usize = 250;
/// Closures that are never exceeded in a span.
pub(crate) const CLOSURES_MOST: usize = 1_000;
/// Closures of a span in hundredths of the members.
pub(crate) const CLOSURES_PERCENT: usize = 20;
/// How long a closure takes here; minutes in AWS.
pub(crate) const CLOSING: Duration = Duration::from_secs(1);
/// How long making an account takes here; minutes in AWS.
pub(crate) const MAKING: Duration = Duration::from_secs(1);
/// Items on a page. Source: the model.
pub(crate) const PAGE: usize = 20;

/// Policies of a kind in an organization.
pub(crate) fn policies(kind: Kind) -> u32 {
    if kind == Kind::ServiceControl { 10_000 } else { 1_000 }
}

/// Characters of a policy document. That of service control policies was 5,120 until 15 May 2026 (AWS What's New, "AWS
/// Organizations increased SCP quotas").
pub(crate) fn document(kind: Kind) -> usize {
    match kind {
        Kind::ServiceControl => 10_240,
        Kind::ResourceControl => 5_120,
        Kind::AiServicesOptOut => 2_500,
        _ => 10_000,
    }
}

/// Policies of a kind on one target. Service control policies: 5 until 15 May 2026, see [`document`].
pub(crate) fn attached(kind: Kind) -> usize {
    match kind {
        Kind::ResourceControl | Kind::AiServicesOptOut | Kind::Chatbot => 5,
        _ => 10,
    }
}
