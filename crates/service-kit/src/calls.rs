//! Calls from one service to another, in process: the same road from authorisation on, with the caller named by whoever
//! calls. No service imports another; it imports the other's generated operations.

use std::any::Any;
use std::sync::Arc;

use names::{Region, RequestId};
use smithy::Operation;

use crate::{Caller, Cloud, Ctx, Error, Fault, Outcome, RequestInfo};

impl Cloud {
    /// Calls an operation as `caller`.
    pub async fn call<O: Operation>(&self, caller: Arc<Caller>, region: Region, input: O::Input) -> Outcome<O> {
        let schema = O::SCHEMA;
        let found = self.find(schema.service.id, schema.name).ok_or_else(|| {
            let (service, operation) = (schema.service.id.to_owned(), schema.name.to_owned());
            Error::Fault(Fault::NotImplemented { service, operation })
        })?;
        let request = Arc::new(self.inner_request());
        let output: Box<dyn Any> = self.dispatch(found, caller, region, request, Box::new(input)).await?;
        Ok(*output.downcast::<O::Output>().expect("the table answers with the operation's output"))
    }

    fn inner_request(&self) -> RequestInfo {
        RequestInfo {
            id: RequestId::from_random(self.runtime().random.u128()),
            protocol: None,
            source_ip: None,
            user_agent: String::new(),
            base_url: self.base_url().to_owned(),
            trace: None,
            at: self.runtime().clock.now(),
        }
    }
}

impl Ctx {
    /// Calls an operation on behalf of whoever called this one, in the same region.
    pub async fn call<O: Operation>(&self, input: O::Input) -> Outcome<O> {
        self.cloud.call::<O>(self.caller.clone(), self.region.clone(), input).await
    }

    /// Calls an operation as a service principal, as in `events.amazonaws.com`, in the account called.
    pub async fn call_as_service<O: Operation>(&self, service: &str, input: O::Input) -> Outcome<O> {
        let caller = Arc::new(Caller::service(service, self.account()));
        self.cloud.call::<O>(caller, self.region.clone(), input).await
    }
}
