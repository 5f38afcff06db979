//! Which pipe a call means.

use service_kit::{Access, Ctx};

use crate::Pipes;
use crate::engine::Engine;
use crate::engine::home::Home;
use crate::limits;

/// The engine.
pub(super) fn engine(ctx: &Ctx) -> &Engine {
    ctx.state::<Pipes>().engine()
}

/// The account and region called.
pub(super) fn home(ctx: &Ctx) -> Home {
    Home { account: ctx.account(), region: ctx.region.clone() }
}

/// A call that touches a pipe.
pub(super) fn pipe_access(ctx: &Ctx, name: &str) -> Access {
    Access::to(home(ctx).pipe_arn(name))
}

/// How many to show at once.
pub(super) fn page_size(asked: Option<i32>) -> usize {
    asked.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0).unwrap_or(limits::PAGE)
}
