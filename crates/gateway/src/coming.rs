//! A body that is read while it comes: handed on in pieces, checked on the way, never held whole.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use http_body::Body as _;
use hyper::body::Incoming;
use parking_lot::Mutex;
use service_kit::{BodyFault, Error, Fault};
use smithy::{ByteStream, Trailers};
use tokio::time::{Instant, Sleep, sleep};

use crate::framing::Framing;

/// What is read of a body nobody wants, so that its sender gets to read our answer, at most: in bytes and in time.
const UNWANTED: (usize, Duration) = (64 * 1024 * 1024, Duration::from_secs(20));

/// A body on its way. Clones are the same body.
#[derive(Clone)]
pub(crate) struct Coming(Arc<Inner>);

struct Inner {
    body: Mutex<Incoming>,
    /// Whether anybody asked for it: then a client that awaits our leave to send has it.
    begun: AtomicBool,
    ended: AtomicBool,
    awaits_leave: bool,
    length: Option<u64>,
}

impl Coming {
    /// A body whose head said `Expect: 100-continue`, or did not.
    pub(crate) fn new(body: Incoming, awaits_leave: bool) -> Self {
        let length = body.size_hint().exact();
        let (begun, ended) = (AtomicBool::new(false), AtomicBool::new(false));
        Self(Arc::new(Inner { body: Mutex::new(body), begun, ended, awaits_leave, length }))
    }

    /// Its pieces without their framing, with at most `pause` between two of them.
    pub(crate) fn stream(self, framing: Framing, pause: Duration) -> ByteStream {
        let trailers = Trailers::default();
        let length = framing.length().or(self.0.length);
        let pieces = Pieces {
            coming: self,
            framing: Some(framing),
            raw: Bytes::new(),
            pause,
            patience: None,
            trailers: trailers.clone(),
        };
        ByteStream { length, pieces: Box::pin(pieces), trailers }
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFault>>> {
        self.0.begun.store(true, Ordering::Relaxed);
        let mut body = self.0.body.lock();
        loop {
            let frame = match ready!(Pin::new(&mut *body).poll_frame(cx)) {
                Some(Ok(frame)) => frame,
                Some(Err(_)) => {
                    self.0.ended.store(true, Ordering::Relaxed);
                    return Poll::Ready(Some(Err(BodyFault::Incomplete)));
                }
                None => {
                    self.0.ended.store(true, Ordering::Relaxed);
                    return Poll::Ready(None);
                }
            };
            // Trailers of HTTP itself say nothing to AWS.
            if let Ok(data) = frame.into_data() {
                return Poll::Ready(Some(Ok(data)));
            }
        }
    }

    /// Whether its sender still waits for leave to send it, and will not after an answer: the connection has no use then.
    pub(crate) fn is_unasked(&self) -> bool {
        self.0.awaits_leave && !self.0.begun.load(Ordering::Relaxed)
    }

    /// Reads on after the answer is known, for a client that sends everything before it reads.
    pub(crate) fn drain(self) {
        if self.is_unasked() || self.0.ended.load(Ordering::Relaxed) {
            return;
        }
        let (most, patience) = UNWANTED;
        let rest = async move {
            let mut read = 0;
            while let Some(Ok(piece)) = std::future::poll_fn(|cx| self.poll(cx)).await {
                read += piece.len();
                if read > most {
                    return;
                }
            }
        };
        tokio::spawn(tokio::time::timeout(patience, rest));
    }
}

/// The pieces of one body.
struct Pieces {
    coming: Coming,
    /// What is left of the framing; none once the body has ended.
    framing: Option<Framing>,
    raw: Bytes,
    pause: Duration,
    /// Runs while nothing comes.
    patience: Option<Pin<Box<Sleep>>>,
    trailers: Trailers,
}

impl Pieces {
    fn poll_raw(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFault>>> {
        if let Poll::Ready(piece) = self.coming.poll(cx) {
            if let Some(patience) = &mut self.patience {
                patience.as_mut().reset(Instant::now() + self.pause);
            }
            return Poll::Ready(piece);
        }
        let pause = self.pause;
        let patience = self.patience.get_or_insert_with(|| Box::pin(sleep(pause)));
        ready!(patience.as_mut().poll(cx));
        // Nobody waits for it any longer.
        self.coming.0.ended.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(BodyFault::Stalled)))
    }

    fn broken(&mut self, error: impl Into<Error>) -> Poll<Option<io::Result<Bytes>>> {
        self.framing = None;
        Poll::Ready(Some(Err(io::Error::other(error.into()))))
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some(framing) = &mut this.framing else { return Poll::Ready(None) };
            match framing.next(&mut this.raw) {
                Ok(Some(piece)) => return Poll::Ready(Some(Ok(piece))),
                Ok(None) => {}
                Err(fault) => return this.broken(fault),
            }
            match ready!(this.poll_raw(cx)) {
                Some(Ok(piece)) => this.raw = piece,
                Some(Err(fault)) => return this.broken(Fault::Body(fault)),
                None => {
                    return match this.framing.take().map(Framing::finish) {
                        Some(Err(fault)) => this.broken(fault),
                        Some(Ok(trailers)) => {
                            this.trailers.arrived(trailers);
                            Poll::Ready(None)
                        }
                        None => Poll::Ready(None),
                    };
                }
            }
        }
    }
}
