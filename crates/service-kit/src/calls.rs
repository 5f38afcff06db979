//! Calls from one service to another, in process: the same road from authorisation on, with the caller named by whoever
//! calls. No service imports another; it imports the other's generated operations.

use std::any::Any;
use std::sync::Arc;

use names::{AccountId, Region, RequestId};
use smithy::Operation;

use crate::{Caller, Cloud, Ctx, Error, Fault, Outcome, RequestInfo};

impl Cloud {
    /// Calls an operation as `caller`, of nobody's request.
    pub async fn call<O: Operation>(&self, caller: Arc<Caller>, region: Region, input: O::Input) -> Outcome<O> {
        let request = self.inner_request();
        self.call_within::<O>(caller, region, request, input).await
    }

    /// Calls an operation as `caller`, of somebody's request.
    pub async fn call_within<O: Operation>(
        &self,
        caller: Arc<Caller>,
        region: Region,
        request: RequestInfo,
        input: O::Input,
    ) -> Outcome<O> {
        let schema = O::SCHEMA;
        let found = self.find(schema.service.id, schema.name).ok_or_else(|| {
            let (service, operation) = (schema.service.id.to_owned(), schema.name.to_owned());
            Error::Fault(Fault::NotImplemented { service, operation })
        })?;
        let output: Box<dyn Any> = self.dispatch(found, caller, region, Arc::new(request), Box::new(input)).await?;
        Ok(*output.downcast::<O::Output>().expect("the table answers with the operation's output"))
    }

    pub(crate) fn inner_request(&self) -> RequestInfo {
        RequestInfo {
            id: RequestId::from_random(self.runtime().random.u128()),
            protocol: None,
            source_ip: None,
            secure: true,
            user_agent: String::new(),
            referer: String::new(),
            called_via: Vec::new(),
            source_arn: None,
            once: Arc::default(),
            base_url: self.base_url().to_owned(),
            trace: None,
            at: self.runtime().clock.now(),
        }
    }
}

impl Ctx {
    /// Calls an operation on behalf of whoever called this one, in the same region. The callee sees the first client's
    /// address and through which services it came.
    pub async fn call<O: Operation>(&self, input: O::Input) -> Outcome<O> {
        let mut request = self.onward();
        request.called_via.push(format!("{}.amazonaws.com", self.operation.service.signing_name));
        self.cloud.call_within::<O>(self.caller.clone(), self.region.clone(), request, input).await
    }

    /// Calls an operation as a service principal, as in `events.amazonaws.com`, in the account called, on account of a
    /// resource: the callee's policies see it as `aws:SourceArn` and must allow the service.
    pub async fn call_as_service<O: Operation>(&self, service: &str, source_arn: &str, input: O::Input) -> Outcome<O> {
        let caller = Arc::new(Caller::service(service, self.account()));
        let mut request = self.onward();
        request.source_arn = Some(source_arn.to_owned());
        self.cloud.call_within::<O>(caller, self.region.clone(), request, input).await
    }

    /// Asks another part of the cloud, in an account, for what is needed to answer: bound by no policy, audited nowhere.
    pub async fn ask<O: Operation>(&self, account: AccountId, input: O::Input) -> Outcome<O> {
        let caller = Arc::new(Caller::internal(self.operation.service.id, account));
        self.cloud.call_within::<O>(caller, self.region.clone(), self.onward(), input).await
    }

    fn onward(&self) -> RequestInfo {
        let id = RequestId::from_random(self.random().u128());
        let once = Arc::default();
        RequestInfo { id, protocol: None, at: self.now(), once, ..RequestInfo::clone(&self.request) }
    }
}
