//! Execution environments by version: the one that was used last is used next, those that nobody uses go after ten minutes,
//! and no more run at once than the account and the function may have. In memory alone: environments end with the process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use parking_lot::Mutex;
use service_kit::Wake;

use super::home::Home;
use crate::environment::Environment;
use crate::limits;

/// A version in the form in which it was when an environment was started: function, number, revision.
pub(crate) type Form = (u128, u64, String);

/// All environments.
#[derive(Default)]
pub(crate) struct Pools {
    state: Arc<Mutex<State>>,
    leave: Wake,
}

/// An environment, and since when it waits.
type Waiting = (Arc<dyn Environment>, Timestamp);

#[derive(Default)]
struct State {
    waiting: HashMap<Form, Vec<Waiting>>,
    /// Of versions that changed or are gone: to be ended in order, for extensions are told.
    leaving: Vec<Arc<dyn Environment>>,
    /// Invocations under way without a reservation, by account and region.
    shared: HashMap<Home, u32>,
    /// Invocations under way, by function.
    busy: HashMap<u128, u32>,
}

/// Why an invocation is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The function's own reservation is used up.
    Function,
    /// What the account has beside reservations is used up.
    Account,
}

/// The right to one invocation. It is given back when it is dropped.
pub(crate) struct Permit {
    state: Arc<Mutex<State>>,
    home: Option<Home>,
    function: u128,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.state.lock();
        if let Some(home) = &self.home
            && let Some(count) = state.shared.get_mut(home)
        {
            *count = count.saturating_sub(1);
        }
        if let Some(count) = state.busy.get_mut(&self.function) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                state.busy.remove(&self.function);
            }
        }
    }
}

impl Pools {
    /// Lets an invocation in. `unreserved` is what the account has beside all reservations.
    pub(crate) fn enter(
        &self,
        home: &Home,
        function: u128,
        reserved: Option<u32>,
        unreserved: u32,
    ) -> Result<Permit, Full> {
        let mut state = self.state.lock();
        let busy = state.busy.get(&function).copied().unwrap_or_default();
        if let Some(reserved) = reserved {
            if busy >= reserved {
                return Err(Full::Function);
            }
        } else {
            let shared = state.shared.entry(home.clone()).or_default();
            if *shared >= unreserved {
                return Err(Full::Account);
            }
            *shared += 1;
        }
        *state.busy.entry(function).or_default() += 1;
        Ok(Permit { state: self.state.clone(), home: reserved.is_none().then(|| home.clone()), function })
    }

    /// The environment of a version that was used last, if one waits.
    pub(crate) fn take(&self, form: &Form) -> Option<Arc<dyn Environment>> {
        let mut state = self.state.lock();
        let waiting = state.waiting.get_mut(form)?;
        while let Some((environment, _)) = waiting.pop() {
            if environment.is_alive() {
                return Some(environment);
            }
        }
        None
    }

    /// Lets an environment wait for the next invocation.
    pub(crate) fn put(&self, form: &Form, environment: Arc<dyn Environment>, now: Timestamp) {
        if environment.is_alive() {
            self.state.lock().waiting.entry(form.clone()).or_default().push((environment, now));
        }
    }

    /// Signalled when environments are to be ended.
    pub(crate) fn leave(&self) -> &Wake {
        &self.leave
    }

    /// Takes out environments that are to be ended: they were let go, or have waited too long and are not to be kept warm.
    pub(crate) fn expired(&self, now: Timestamp, warm: &HashMap<Form, usize>) -> Vec<Arc<dyn Environment>> {
        let mut state = self.state.lock();
        let mut gone = std::mem::take(&mut state.leaving);
        for (form, waiting) in &mut state.waiting {
            let mut kept = warm.get(form).copied().unwrap_or_default();
            // Those used last stand last and stay longest.
            let mut left = Vec::with_capacity(waiting.len());
            for (environment, since) in waiting.drain(..).rev() {
                let fresh = since.plus(limits::IDLE) > now;
                if environment.is_alive() && (fresh || kept > 0) {
                    kept = kept.saturating_sub(1);
                    left.push((environment, since));
                } else {
                    gone.push(environment);
                }
            }
            left.reverse();
            *waiting = left;
        }
        state.waiting.retain(|_, waiting| !waiting.is_empty());
        gone
    }

    /// Lets the environments of a version go: it has changed. Those at work are not used again when they are done.
    pub(crate) fn retire(&self, function: u128, number: u64) {
        self.let_go(|(no, version, _)| (*no, *version) == (function, number));
    }

    /// Lets all environments of a function go.
    pub(crate) fn remove(&self, function: u128) {
        self.let_go(|(no, _, _)| *no == function);
    }

    fn let_go(&self, of: impl Fn(&Form) -> bool) {
        let mut state = self.state.lock();
        let gone: Vec<_> = state.waiting.extract_if(|form, _| of(form)).flat_map(|(_, waiting)| waiting).collect();
        state.leaving.extend(gone.into_iter().map(|(environment, _)| environment));
        drop(state);
        self.leave.signal();
    }

    /// Lets all environments go.
    pub(crate) fn clear(&self) {
        self.state.lock().waiting.clear();
    }
}

/// How often waiting environments are looked at.
pub(crate) const LOOK: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use names::{AccountId, Region};
    use service_kit::BoxFuture;

    use super::*;
    use crate::environment::{AnswerSink, Invocation, Outcome};

    #[test]
    fn no_more_run_at_once_than_may() {
        let pools = Pools::default();
        let home = Home { account: AccountId::DEFAULT, region: Region::default_region() };
        let one = pools.enter(&home, 1, Some(1), 2).ok();
        assert!(one.is_some());
        assert_eq!(pools.enter(&home, 1, Some(1), 2).err(), Some(Full::Function));
        assert_eq!(pools.enter(&home, 9, Some(0), 2).err(), Some(Full::Function));
        let shared: Vec<_> = (0..2).map(|_| pools.enter(&home, 2, None, 2).ok().unwrap()).collect();
        assert_eq!(pools.enter(&home, 3, None, 2).err(), Some(Full::Account));
        drop((one, shared));
        assert!(pools.enter(&home, 1, Some(1), 2).is_ok());
        assert!(pools.enter(&home, 3, None, 1).is_ok());
    }

    struct Idle;

    impl Environment for Idle {
        fn invoke<'a>(&'a self, _: Invocation, _: &'a mut dyn AnswerSink) -> BoxFuture<'a, Outcome> {
            unreachable!("nobody invokes it")
        }

        fn is_alive(&self) -> bool {
            true
        }

        fn stop(&self) -> BoxFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn what_changed_is_ended_and_not_only_forgotten() {
        let (pools, now) = (Pools::default(), Timestamp::from_secs(0));
        let form = |function, number, revision: &str| -> Form { (function, number, revision.to_owned()) };
        for form in [form(1, 0, "a"), form(1, 0, "a"), form(1, 1, "a"), form(2, 0, "b")] {
            pools.put(&form, Arc::new(Idle), now);
        }
        let ended = || pools.expired(now, &HashMap::new()).len();
        assert_eq!(ended(), 0);
        pools.retire(1, 0);
        assert!(pools.take(&form(1, 0, "a")).is_none() && pools.take(&form(2, 0, "b")).is_some());
        assert_eq!((ended(), ended()), (2, 0));
        pools.remove(1);
        assert_eq!((ended(), ended()), (1, 0));
    }
}
