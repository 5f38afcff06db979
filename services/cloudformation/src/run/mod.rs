//! Operations on stacks, carried out: each step is written down before it is begun and when it is done, so that whoever
//! finds the operation after a crash goes on where it was.
//!
//! | file | what |
//! |---|---|
//! | `driver.rs` | one stack's operation, phase after phase |
//! | `forward.rs` | making and changing what a template has |
//! | `step.rs` | one resource: made, changed, deleted |
//! | `sweep.rs` | deleting many |
//! | `back.rs` | changing back what an update changed before it failed |
//! | `finish.rs` | outputs, exports, the end of an operation |
//! | `journal.rs` | records and events, written together |
//! | `view.rs` | what functions see of a stack |

mod back;
mod driver;
mod finish;
mod forward;
pub(crate) mod journal;
mod step;
mod sweep;
pub(crate) mod view;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use service_kit::{CloudParts, Error, RoleSessions, TaskCtx, Wake};
use store::{Scope, Span, Store, Vault};

use crate::store::{PENDING, Vaulted};

/// What the service keeps between calls.
pub(crate) struct Stacks {
    /// The store.
    pub store: Store,
    /// What seals records.
    pub vault: Vaulted,
    /// Wakes whoever carries operations out.
    pub wake: Wake,
    /// Sessions of the roles of stacks.
    pub sessions: RoleSessions,
    running: Mutex<BTreeSet<String>>,
}

/// How often operations are looked for that nobody announced: those cut short by a crash.
pub(crate) const PERIOD: Duration = Duration::from_secs(30);
/// Between two attempts at an operation whose store or own machinery failed.
const AGAIN: Duration = Duration::from_secs(1);

impl Stacks {
    /// On the parts of a cloud.
    pub(crate) fn new(parts: &CloudParts) -> Self {
        let vault: &Vault = &parts.vault;
        Self {
            store: parts.store.clone(),
            vault: Vaulted { seal: vault.seal("cloudformation/record"), random: parts.runtime.random.clone() },
            wake: Wake::default(),
            sessions: RoleSessions::default(),
            running: Mutex::default(),
        }
    }
}

/// Lets every operation under way be driven by someone.
pub(crate) async fn carry_on(task: TaskCtx) -> Result<(), Error> {
    let stacks = task.state::<Stacks>();
    let pending = PENDING.scan_all(&stacks.store.read().await?, &Scope::Global, &Span::all()).await?;
    for (id, place) in pending {
        if !stacks.running.lock().insert(id.clone()) {
            continue;
        }
        let (cloud, stacks) = (task.cloud.clone(), stacks.clone());
        let driver = driver::Driver { cloud: cloud.clone(), stacks: stacks.clone(), place, id: id.clone() };
        let drive = async move {
            while let Err(error) = driver.run().await {
                if cloud.runtime().shutdown.is_requested() {
                    break;
                }
                tracing::warn!(stack = driver.id, %error, "an operation on a stack failed and will be tried again");
                cloud.runtime().clock.wait_at_most(AGAIN).await;
            }
            let _running = Running(stacks, driver.id.clone());
        };
        task.cloud.runtime().tasks.spawn(format!("cloudformation.{id}"), drive);
    }
    Ok(())
}

/// Says, when it is dropped, that nobody drives a stack any more.
struct Running(Arc<Stacks>, String);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.lock().remove(&self.1);
        // Another operation may have been asked for in the meantime.
        self.0.wake.signal();
    }
}
