//! The part of the road that every call takes, wherever it came from: authorise → limit → handler → record.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use names::Region;
use smithy::{OperationSchema, Shape};

use crate::operation::Entry;
use crate::{
    AccessRequest, CallRecord, Caller, Cloud, Ctx, Decision, Error, Fault, Input, Output, RequestInfo, Service,
};

/// An operation found in the registry, ready to be given its input.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    service: &'a Service,
    entry: &'a dyn Entry,
}

impl Cloud {
    /// The handler of an operation, when its service is here and implements it.
    pub fn find(&self, service: &str, operation: &str) -> Option<Found<'_>> {
        let service = self.service(service)?;
        service.operations.get(operation).map(|entry| Found { service, entry })
    }

    /// Runs an operation for `caller`.
    pub async fn dispatch(
        &self,
        found: Found<'_>,
        caller: Arc<Caller>,
        region: Region,
        request: Arc<RequestInfo>,
        input: Box<dyn Input>,
    ) -> Result<Box<dyn Output>, Error> {
        let operation = found.entry.schema();
        let state = found.service.state.clone();
        let ctx = Ctx { caller, region, operation, request, cloud: self.clone(), state };
        let result = self.run(&found, &ctx, input).await;
        self.record(&ctx, &result);
        result
    }

    async fn run(&self, found: &Found<'_>, ctx: &Ctx, input: Box<dyn Input>) -> Result<Box<dyn Output>, Error> {
        self.authorise(found, ctx, input.as_ref()).await?;
        if !self.parts().guard.idle() {
            self.parts().guard.check(ctx).await?;
        }
        let handled = AssertUnwindSafe(found.entry.handle(ctx, input)).catch_unwind().await;
        handled.unwrap_or_else(|panic| Err(self.panicked(ctx, panic.as_ref()).into()))
    }

    async fn authorise(&self, found: &Found<'_>, ctx: &Ctx, input: &dyn Input) -> Result<(), Error> {
        let access = found.entry.access(ctx, input)?;
        let action = access.action.unwrap_or(ctx.operation.action);
        let request =
            AccessRequest { caller: &ctx.caller, action, access: &access, policies: found.service.policies.as_deref() };
        match self.parts().authorizer.decide(ctx, request).await {
            Decision::Allow => Ok(()),
            Decision::Deny { because } => Err(Fault::AccessDenied {
                principal: ctx.caller.arn(ctx.partition()),
                action: action.to_owned(),
                resource: access.resources.first().cloned(),
                because,
            }
            .into()),
        }
    }

    fn record(&self, ctx: &Ctx, result: &Result<Box<dyn Output>, Error>) {
        for recorder in &self.parts().recorders {
            let output = result.as_ref().ok().map(|output| output.as_ref() as &dyn Shape);
            recorder.record(&CallRecord { ctx, error: result.as_ref().err(), output });
        }
    }

    /// A handler's panic is a 500 with its request id, counted so that tests can fail on it.
    fn panicked(&self, ctx: &Ctx, panic: &(dyn std::any::Any + Send)) -> Fault {
        let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        self.count_panic();
        tracing::error!(request = %ctx.request.id, operation = ctx.operation.name, panic = text, "a handler panicked");
        Fault::internal(format!("panic: {text}"))
    }
}

impl Found<'_> {
    /// The operation's description.
    pub fn schema(&self) -> &'static OperationSchema {
        self.entry.schema()
    }

    /// An empty input of its type, to be filled by a reader.
    pub fn new_input(&self) -> Box<dyn Input> {
        self.entry.new_input()
    }

    /// The query parameter that a path stands for to its service.
    pub fn path_parameter(&self, path: &str) -> Option<(&'static str, String)> {
        self.service.path_parameter.and_then(|parameter| parameter(path))
    }

    /// The words its service has for failures.
    pub fn dialect(&self) -> &dyn crate::Dialect {
        self.service.dialect.as_ref()
    }
}
