//! Which resource a call means.

use service_kit::{Access, Ctx};

use crate::Scheduler;
use crate::engine::Engine;
use crate::engine::home::{DEFAULT, Home};
use crate::limits;

/// The engine.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Scheduler>().engine()
}

/// The account and region called.
pub(super) fn home(ctx: &Ctx) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone() }
}

/// The group that is meant: the default one when nothing is said.
pub(super) fn group(named: Option<&str>) -> &str {
    named.unwrap_or(DEFAULT)
}

/// A call that touches a schedule.
pub(super) fn schedule_access(ctx: &Ctx, named: Option<&str>, name: &str) -> Access {
    Access::to(home(ctx).schedule_arn(group(named), name))
}

/// A call that touches a group.
pub(super) fn group_access(ctx: &Ctx, name: &str) -> Access {
    Access::to(home(ctx).group_arn(name))
}

/// How many to show at once.
pub(super) fn page_size(asked: Option<i32>) -> usize {
    asked.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0).unwrap_or(limits::PAGE)
}
