//! The part of the road that every call takes, wherever it came from: authorise → limit → handler → record.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt;
use names::Region;
use smithy::{Operation, OperationSchema, Shape};

use crate::operation::Entry;
use crate::{
    Access, AccessRequest, CallRecord, Caller, Cloud, Ctx, Decision, Error, Fault, Input, Note, Output, Recorder,
    RequestInfo, ResourcePolicies, Sender, Service,
};

/// An operation found in the registry, ready to be given its input.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    service: &'a Service,
    entry: &'a dyn Entry,
}

/// What recorders took note of, each with its number among them: mostly nothing, which then takes no room.
type Notes = Vec<(usize, Note)>;

/// How a call went, for the recorders.
struct Told<'a> {
    notes: Notes,
    access: Option<&'a Access>,
    output: Option<&'a dyn Shape>,
    error: Option<&'a Error>,
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
        let ctx = self.ctx(&found, caller, region, request);
        let notes = self.before(&ctx, input.as_ref());
        let touched = found.entry.access(&ctx, input.as_ref());
        let (access, result) = match touched.access().await {
            Ok(access) => {
                let result = self.run(&found, &ctx, &access, input).await;
                (Some(access), result)
            }
            Err(error) => (None, Err(error)),
        };
        let output = result.as_ref().ok().map(|output| output.as_ref() as &dyn Shape);
        let told = Told { notes, access: access.as_ref(), output, error: result.as_ref().err() };
        let recorded = self.record(&ctx, told).await;
        result.and_then(|output| recorded.map(|()| output))
    }

    /// Takes note of a call that was refused before it had an input.
    pub async fn refused(
        &self,
        found: Found<'_>,
        caller: Arc<Caller>,
        region: Region,
        request: Arc<RequestInfo>,
        error: &Error,
    ) {
        let ctx = self.ctx(&found, caller, region, request);
        let told = Told { notes: Notes::new(), access: None, output: None, error: Some(error) };
        // It is refused whether or not that could be recorded.
        let _ = self.record(&ctx, told).await;
    }

    fn ctx(&self, found: &Found<'_>, caller: Arc<Caller>, region: Region, request: Arc<RequestInfo>) -> Ctx {
        let (operation, state) = (found.entry.schema(), found.service.state.clone());
        Ctx { caller, region, operation, request, cloud: self.clone(), state }
    }

    async fn run(
        &self,
        found: &Found<'_>,
        ctx: &Ctx,
        access: &Access,
        input: Box<dyn Input>,
    ) -> Result<Box<dyn Output>, Error> {
        self.authorise(found, ctx, access).await?;
        if !self.parts().guard.idle() {
            self.parts().guard.check(ctx).await?;
        }
        let handled = AssertUnwindSafe(found.entry.handle(ctx, input)).catch_unwind().await;
        handled.unwrap_or_else(|panic| Err(self.panicked(ctx, panic.as_ref()).into()))
    }

    /// The operation's own action and every other it needs, on each resource.
    async fn authorise(&self, found: &Found<'_>, ctx: &Ctx, access: &Access) -> Result<(), Error> {
        if access.free || ctx.operation.always_allowed {
            return Ok(());
        }
        self.allowed(ctx, access, found.service.policies.as_deref()).await?;
        for other in &access.also {
            let action = other.action.unwrap_or(ctx.operation.action);
            self.allowed(ctx, other, self.policies_behind(action)).await?;
        }
        Ok(())
    }

    async fn allowed(&self, ctx: &Ctx, access: &Access, policies: Option<&dyn ResourcePolicies>) -> Result<(), Error> {
        let action = access.action.unwrap_or(ctx.operation.action);
        let any = access.resources.is_empty().then_some("*");
        for resource in access.resources.iter().map(String::as_str).chain(any) {
            let request = AccessRequest { caller: &ctx.caller, action, resource, context: &access.context, policies };
            let authorizer = &self.parts().authorizer;
            let decision = match authorizer.decide_now(ctx, &request) {
                Some(decision) => decision,
                None => authorizer.decide(ctx, request).await,
            };
            if let Decision::Deny { reason } = decision {
                return Err(denied(ctx, action, resource, reason).into());
            }
        }
        Ok(())
    }

    /// What the resources of the service behind an action say of themselves.
    fn policies_behind(&self, action: &str) -> Option<&dyn ResourcePolicies> {
        let prefix = action.split(':').next().unwrap_or_default();
        let behind = |service: &&Service| service.api.signing_name == prefix || service.api.id == prefix;
        self.services().find(behind).and_then(|service| service.policies.as_deref())
    }

    fn before(&self, ctx: &Ctx, input: &dyn Input) -> Notes {
        let noted = |(number, recorder): (usize, &Arc<dyn Recorder>)| Some((number, recorder.before(ctx, input)?));
        self.recorders().enumerate().filter_map(noted).collect()
    }

    async fn record(&self, ctx: &Ctx, told: Told<'_>) -> Result<(), Error> {
        let Told { notes, access, output, error } = told;
        let mut notes = notes.into_iter().peekable();
        let mut ends = Vec::new();
        for (number, recorder) in self.recorders().enumerate() {
            let note = notes.next_if(|(of, _)| *of == number).map(|(_, note)| note);
            ends.extend(recorder.record(CallRecord { ctx, note, access, error, output }));
        }
        let mut recorded = Ok(());
        for end in ends {
            recorded = recorded.and(end.await);
        }
        recorded
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

impl Ctx {
    /// Whether the caller may do something, decided as if it were a call of its own: for operations that decide on each of
    /// their parts, and for background work that acts for somebody.
    ///
    /// # Errors
    /// [`Fault::AccessDenied`] when not.
    pub async fn may(&self, access: &Access) -> Result<(), Error> {
        for asked in std::iter::once(access).chain(&access.also) {
            let action = asked.action.unwrap_or(self.operation.action);
            self.cloud.allowed(self, asked, self.cloud.policies_behind(action)).await?;
        }
        Ok(())
    }
}

impl Sender {
    /// What a handler of `O` would be given if the sender called it: for background work of the service itself, which asks
    /// [`Ctx::may`] before it acts.
    ///
    /// # Errors
    /// [`Fault::NotImplemented`] when the operation is not here.
    pub fn stand_in<O: Operation>(&self, region: &Region) -> Result<Ctx, Error> {
        let schema = O::SCHEMA;
        let found = self.cloud.find(schema.service.id, schema.name).ok_or_else(|| Fault::NotImplemented {
            service: schema.service.id.to_owned(),
            operation: schema.name.to_owned(),
        })?;
        let mut request = self.cloud.inner_request();
        request.source_arn.clone_from(&self.source_arn);
        Ok(self.cloud.ctx(&found, self.caller.clone(), region.clone(), Arc::new(request)))
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

fn denied(ctx: &Ctx, action: &str, resource: &str, reason: String) -> Fault {
    Fault::AccessDenied {
        principal: ctx.caller.arn(ctx.partition()),
        action: action.to_owned(),
        resource: (resource != "*").then(|| resource.to_owned()),
        reason,
    }
}
