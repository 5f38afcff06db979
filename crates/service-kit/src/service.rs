//! A service as it declares itself: everything the rest of the cloud may know of it.

use std::any::Any;
use std::sync::Arc;

use smithy::ServiceSchema;

use crate::dialect::{self, Dialect};
use crate::timers::TimerHandler;
use crate::{
    Cloud, CrossOrigin, Deeds, Examiner, FinishedRequests, FormUploads, Guardrails, Metrics, Operations, Principals,
    Receiver, Recorder, ResourcePolicies, ResourceType, Roles, Task, Web,
};

/// The state a service keeps between calls: handles and caches, never truth.
pub type State = Arc<dyn Any + Send + Sync>;

/// Drops a cache.
type Forget = Box<dyn Fn(&Cloud) + Send + Sync>;

/// Tells the query parameter, name and value, that a path stands for.
type PathParameter = fn(path: &str) -> Option<(&'static str, String)>;

/// One service of the cloud.
pub struct Service {
    pub(crate) api: &'static ServiceSchema,
    pub(crate) state: State,
    pub(crate) operations: Operations,
    pub(crate) dialect: Arc<dyn Dialect>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) timers: Vec<TimerHandler>,
    pub(crate) resources: Vec<Arc<dyn ResourceType>>,
    pub(crate) anonymous: bool,
    pub(crate) policies: Option<Box<dyn ResourcePolicies>>,
    pub(crate) path_parameter: Option<PathParameter>,
    pub(crate) forget: Vec<Forget>,
    pub(crate) principals: Option<Arc<dyn Principals>>,
    pub(crate) guardrails: Option<Arc<dyn Guardrails>>,
    pub(crate) recorders: Vec<Arc<dyn Recorder>>,
    pub(crate) deeds: Option<Arc<dyn Deeds>>,
    pub(crate) receiver: Option<Arc<dyn Receiver>>,
    pub(crate) metrics: Option<Arc<dyn Metrics>>,
    pub(crate) roles: Option<Arc<dyn Roles>>,
    pub(crate) web: Option<Arc<dyn Web>>,
    pub(crate) cross_origin: Option<Arc<dyn CrossOrigin>>,
    pub(crate) form_uploads: Option<Arc<dyn FormUploads>>,
    pub(crate) finished: Option<Arc<dyn FinishedRequests>>,
    pub(crate) examiner: Option<Arc<dyn Examiner>>,
}

impl Service {
    /// A service with its API's description and its operations.
    pub fn new(api: &'static ServiceSchema, operations: Operations) -> Self {
        Self {
            api,
            state: Arc::new(()),
            operations,
            dialect: dialect::of(api),
            tasks: Vec::new(),
            timers: Vec::new(),
            resources: Vec::new(),
            anonymous: false,
            policies: None,
            path_parameter: None,
            forget: Vec::new(),
            principals: None,
            guardrails: None,
            recorders: Vec::new(),
            deeds: None,
            receiver: None,
            metrics: None,
            roles: None,
            web: None,
            cross_origin: None,
            form_uploads: None,
            finished: None,
            examiner: None,
        }
    }

    /// The state handlers ask for with [`Ctx::state`](crate::Ctx::state).
    #[must_use]
    pub fn state<T: Any + Send + Sync>(mut self, state: Arc<T>) -> Self {
        self.state = state;
        self
    }

    /// Words for failures other than the protocol's usual ones.
    #[must_use]
    pub fn dialect(mut self, dialect: impl Dialect + 'static) -> Self {
        self.dialect = Arc::new(dialect);
        self
    }

    /// Background work.
    #[must_use]
    pub fn task(mut self, task: Task) -> Self {
        self.tasks.push(task);
        self
    }

    /// A resource type.
    #[must_use]
    pub fn resource(mut self, resource: impl ResourceType + 'static) -> Self {
        self.resources.push(Arc::new(resource));
        self
    }

    /// Drops caches after the service's records were deleted underneath it (`nephele reset`).
    #[must_use]
    pub fn on_reset(mut self, forget: impl Fn(&Cloud) + Send + Sync + 'static) -> Self {
        self.forget.push(Box::new(forget));
        self
    }

    /// Runs what was handed to [`Service::on_reset`].
    pub fn forget(&self, cloud: &Cloud) {
        self.forget.iter().for_each(|forget| forget(cloud));
    }

    /// Lets query requests name a resource by their path, as those to a queue's URL do. A parameter of the same name in the
    /// request itself goes before.
    #[must_use]
    pub fn path_parameter(mut self, parameter: PathParameter) -> Self {
        self.path_parameter = Some(parameter);
        self
    }

    /// Shows the authorizer the policies that the service's resources carry.
    #[must_use]
    pub fn policies(mut self, policies: impl ResourcePolicies + 'static) -> Self {
        self.policies = Some(Box::new(policies));
        self
    }

    /// Tells the authority of users, roles and their keys.
    #[must_use]
    pub fn principals(mut self, principals: Arc<dyn Principals>) -> Self {
        self.principals = Some(principals);
        self
    }

    /// Tells the authority of the bounds of accounts.
    #[must_use]
    pub fn guardrails(mut self, guardrails: Arc<dyn Guardrails>) -> Self {
        self.guardrails = Some(guardrails);
        self
    }

    /// Remembers what principals did.
    #[must_use]
    pub fn deeds(mut self, deeds: Arc<dyn Deeds>) -> Self {
        self.deeds = Some(deeds);
        self
    }

    /// Takes what other services deliver to its resources.
    #[must_use]
    pub fn receiver(mut self, receiver: Arc<dyn Receiver>) -> Self {
        self.receiver = Some(receiver);
        self
    }

    /// Assumes roles for other services.
    #[must_use]
    pub fn roles(mut self, roles: Arc<dyn Roles>) -> Self {
        self.roles = Some(roles);
        self
    }

    /// Answers plain HTTP at hosts of its own.
    #[must_use]
    pub fn web(mut self, web: Arc<dyn Web>) -> Self {
        self.web = Some(web);
        self
    }

    /// Says what pages of other origins may do with its resources.
    #[must_use]
    pub fn cross_origin(mut self, rules: Arc<dyn CrossOrigin>) -> Self {
        self.cross_origin = Some(rules);
        self
    }

    /// Takes files that browsers' forms post.
    #[must_use]
    pub fn form_uploads(mut self, uploads: Arc<dyn FormUploads>) -> Self {
        self.form_uploads = Some(uploads);
        self
    }

    /// Is told of each finished request to it.
    #[must_use]
    pub fn finished(mut self, finished: Arc<dyn FinishedRequests>) -> Self {
        self.finished = Some(finished);
        self
    }

    /// Holds the bytes that it keeps against its records when the store is examined.
    #[must_use]
    pub fn examiner(mut self, examiner: Arc<dyn Examiner>) -> Self {
        self.examiner = Some(examiner);
        self
    }

    /// What pages of other origins may do with its resources, where it says so.
    pub fn page_rules(&self) -> Option<&dyn CrossOrigin> {
        self.cross_origin.as_deref()
    }

    /// Who takes files that browsers' forms post.
    pub fn uploads(&self) -> Option<&dyn FormUploads> {
        self.form_uploads.as_deref()
    }

    /// Who is told of finished requests.
    pub fn finished_requests(&self) -> Option<&dyn FinishedRequests> {
        self.finished.as_deref()
    }

    /// Is told of every call of every service.
    #[must_use]
    pub fn recorder(mut self, recorder: Arc<dyn Recorder>) -> Self {
        self.recorders.push(recorder);
        self
    }

    /// Lets unsigned calls reach the authorizer: resource policies may allow them.
    #[must_use]
    pub fn open_to_anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Whether unsigned calls reach the authorizer.
    pub fn takes_anonymous_calls(&self) -> bool {
        self.anonymous
    }

    /// Its API.
    pub fn api(&self) -> &'static ServiceSchema {
        self.api
    }

    /// Its words for failures.
    pub fn words(&self) -> &dyn Dialect {
        self.dialect.as_ref()
    }

    /// Its operations.
    pub fn operations(&self) -> &Operations {
        &self.operations
    }
}
