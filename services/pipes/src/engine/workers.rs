//! Who is at work: one worker a pipe, told when something was asked of its pipe.

use std::collections::HashMap;

use parking_lot::Mutex;
use runtime::Shutdown;
use tokio::sync::watch;

use crate::store::PipeNo;

/// Workers by pipe. Each has a counter that is moved on to tell it that its pipe has changed.
#[derive(Default)]
pub(crate) struct Workers(Mutex<HashMap<PipeNo, watch::Sender<u64>>>);

/// What a worker listens to.
#[derive(Clone)]
pub(crate) struct Line(watch::Receiver<u64>);

/// A stretch of work on one form of a pipe.
#[derive(Clone)]
pub(crate) struct Turn {
    line: watch::Receiver<u64>,
    seen: u64,
    shutdown: Shutdown,
}

impl Workers {
    /// Tells the worker of a pipe to look again. The line of a worker that is to be begun, when there is none.
    pub(crate) fn stir(&self, pipe: PipeNo) -> Option<Line> {
        let mut all = self.0.lock();
        match all.get(&pipe) {
            Some(told) => {
                told.send_modify(|count| *count += 1);
                None
            }
            None => Some(begin(&mut all, pipe)),
        }
    }

    /// The line of a worker that is to be begun, when a pipe has none.
    pub(crate) fn engage(&self, pipe: PipeNo) -> Option<Line> {
        let mut all = self.0.lock();
        (!all.contains_key(&pipe)).then(|| begin(&mut all, pipe))
    }

    /// Lets a worker go, unless it was told something that it has not seen.
    pub(crate) fn leave(&self, pipe: PipeNo, turn: &Turn) -> bool {
        let mut all = self.0.lock();
        let over = turn.has_news();
        if !over {
            all.remove(&pipe);
        }
        !over
    }

    /// Tells all workers to look again.
    pub(crate) fn stir_all(&self) {
        self.0.lock().values().for_each(|told| told.send_modify(|count| *count += 1));
    }
}

fn begin(all: &mut HashMap<PipeNo, watch::Sender<u64>>, pipe: PipeNo) -> Line {
    let (told, line) = watch::channel(0);
    all.insert(pipe, told);
    Line(line)
}

impl Line {
    /// A stretch of work that begins now.
    pub(crate) fn turn(&self, shutdown: &Shutdown) -> Turn {
        Turn { seen: *self.0.borrow(), line: self.0.clone(), shutdown: shutdown.clone() }
    }
}

impl Turn {
    fn has_news(&self) -> bool {
        *self.line.borrow() != self.seen
    }

    /// Whether work is to stop: the pipe has changed, or the process ends.
    pub(crate) fn is_over(&self) -> bool {
        self.has_news() || self.shutdown.is_requested()
    }

    /// Returns when work is to stop.
    pub(crate) async fn over(&self) {
        let mut line = self.line.clone();
        tokio::select! {
            _ = line.wait_for(|count| *count != self.seen) => {}
            () = self.shutdown.requested() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_leaves_with_news_unseen() {
        let (workers, shutdown) = (Workers::default(), Shutdown::new());
        let line = workers.stir(1).unwrap();
        assert!(workers.engage(1).is_none());
        let turn = line.turn(&shutdown);
        assert!(!turn.is_over());
        assert!(workers.stir(1).is_none());
        turn.over().await;
        assert!(!workers.leave(1, &turn));
        assert!(workers.leave(1, &line.turn(&shutdown)));
        assert!(workers.engage(1).is_some());
    }
}
