//! Pages of services beside their APIs, under `/_aws/<service>`: certificates, spools.

use bytes::Bytes;
use futures_util::TryStreamExt;
use gateway::{Peer, ResponseBody, full};
use http::{Method, Request, Response, StatusCode};
use service_kit::WebRequest;

use super::Admin;
use super::answer::refuse;

impl Admin {
    /// A service's answer to a request for one of its pages. What is no GET may change something, and passes the gate.
    pub(super) async fn page(&self, service: &str, request: Request<Bytes>) -> Response<ResponseBody> {
        if !matches!(*request.method(), Method::GET | Method::HEAD)
            && let Err(why) = self.gate.check(&request)
        {
            return refuse(StatusCode::FORBIDDEN, why);
        }
        let host = format!("_aws/{service}");
        let Some(web) = self.cloud.web(&host) else {
            return refuse(StatusCode::NOT_FOUND, format!("{service} has no pages"));
        };
        let peer = request.extensions().get::<Peer>().copied();
        let (ip, secure) = peer.map_or(([127, 0, 0, 1].into(), false), |peer| (peer.address.ip(), peer.secure));
        let answer = web.answer(&self.cloud, WebRequest { host, request, peer: ip, secure }).await;
        let (head, body) = answer.into_parts();
        let pieces: Result<Vec<Bytes>, _> = body.pieces.try_collect().await;
        match pieces {
            Ok(pieces) => Response::from_parts(head, full(pieces.concat())),
            Err(error) => refuse(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        }
    }
}
