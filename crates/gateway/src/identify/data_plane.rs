//! Rule 0: hosts that the cloud itself handed out (an API's address, a distribution's domain) belong to whoever
//! registered them. Matching is exact on the whole host.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use parking_lot::RwLock;
use service_kit::BoxFuture;

use crate::body::ResponseBody;

/// Serves requests to a host of its own.
pub trait DataPlane: Send + Sync {
    /// Answers one request.
    fn serve<'a>(&'a self, request: Request<Bytes>) -> BoxFuture<'a, Response<ResponseBody>>;
}

/// The hosts handed out so far.
#[derive(Clone, Default)]
pub struct DataPlaneHosts(Arc<RwLock<HashMap<String, Arc<dyn DataPlane>>>>);

impl DataPlaneHosts {
    /// Registers a lower-case host without port; a later registration takes its place.
    pub fn register(&self, host: impl Into<String>, plane: Arc<dyn DataPlane>) {
        self.0.write().insert(host.into(), plane);
    }

    /// Forgets a host.
    pub fn remove(&self, host: &str) {
        self.0.write().remove(host);
    }

    /// Who serves a host.
    pub fn find(&self, host: &str) -> Option<Arc<dyn DataPlane>> {
        let hosts = self.0.read();
        if hosts.is_empty() { None } else { hosts.get(host).cloned() }
    }
}
