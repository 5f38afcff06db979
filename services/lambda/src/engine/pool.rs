//! Execution environments by version: the one that was used last is used next, those that nobody uses go after ten minutes,
//! and no more run at once than the account and the function may have. In memory alone: environments end with the process.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use names::Timestamp;
use parking_lot::Mutex;

use super::home::Home;
use crate::environment::Environment;
use crate::limits;

/// A version in the form in which it was when an environment was started: function, number, revision.
pub(crate) type Form = (u128, u64, String);

/// All environments.
#[derive(Default)]
pub(crate) struct Pools(Arc<Mutex<State>>);

/// An environment, and since when it waits.
type Waiting = (Arc<dyn Environment>, Timestamp);

#[derive(Default)]
struct State {
    waiting: HashMap<Form, Vec<Waiting>>,
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
        let mut state = self.0.lock();
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
        Ok(Permit { state: self.0.clone(), home: reserved.is_none().then(|| home.clone()), function })
    }

    /// The environment of a version that was used last, if one waits.
    pub(crate) fn take(&self, form: &Form) -> Option<Arc<dyn Environment>> {
        let mut state = self.0.lock();
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
            self.0.lock().waiting.entry(form.clone()).or_default().push((environment, now));
        }
    }

    /// Takes out environments that have waited too long, but for those that are to be kept warm.
    pub(crate) fn expired(&self, now: Timestamp, warm: &HashMap<Form, usize>) -> Vec<Arc<dyn Environment>> {
        let mut state = self.0.lock();
        let mut gone = Vec::new();
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

    /// Lets the environments of a version go: it has changed. Those at work are dropped when they are done.
    pub(crate) fn retire(&self, function: u128, number: u64) {
        self.0.lock().waiting.retain(|(no, version, _), _| (*no, *version) != (function, number));
    }

    /// Lets all environments of a function go.
    pub(crate) fn remove(&self, function: u128) {
        self.0.lock().waiting.retain(|(no, _, _), _| *no != function);
    }

    /// Lets all environments go.
    pub(crate) fn clear(&self) {
        self.0.lock().waiting.clear();
    }
}

/// How often waiting environments are looked at.
pub(crate) const LOOK: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use names::{AccountId, Region};

    use super::*;

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
}
