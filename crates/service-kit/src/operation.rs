//! The operation table: a handler function for each operation a service implements.

use std::any::Any;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use smithy::{Operation, OperationSchema, Shape};

use crate::{Access, BoxFuture, Ctx, Error, Outcome};

/// A typed input on its way to the handler that knows its type.
pub trait Input: Shape + Any {}
impl<T: Shape + Any> Input for T {}

/// A typed output on its way to whoever asked.
pub trait Output: Shape + Any {}
impl<T: Shape + Any> Output for T {}

/// An operation whose types are hidden, so that a table can hold it.
pub(crate) trait Entry: Send + Sync {
    fn schema(&self) -> &'static OperationSchema;
    fn new_input(&self) -> Box<dyn Input>;
    fn access<'a>(&self, ctx: &'a Ctx, input: &dyn Input) -> Touched<'a>;
    fn handle<'a>(&'a self, ctx: &'a Ctx, input: Box<dyn Input>) -> BoxFuture<'a, Result<Box<dyn Output>, Error>>;
}

/// What an operation touches: told from the input alone, or read first.
pub(crate) enum Touched<'a> {
    Told(Result<Access, Error>),
    Read(BoxFuture<'a, Result<Access, Error>>),
}

impl Touched<'_> {
    pub(crate) async fn access(self) -> Result<Access, Error> {
        match self {
            Self::Told(access) => access,
            Self::Read(access) => access.await,
        }
    }
}

/// An `async fn(&Ctx, Input) -> Outcome<O>`. The lifetime lets its future borrow the context.
pub trait Handler<'a, O: Operation>: Send + Sync {
    /// What the function returns.
    type Future: Future<Output = Outcome<O>> + Send + 'a;
    /// Runs it.
    fn run(&self, ctx: &'a Ctx, input: O::Input) -> Self::Future;
}

impl<'a, O, F, Fut> Handler<'a, O> for F
where
    O: Operation,
    F: Fn(&'a Ctx, O::Input) -> Fut + Send + Sync,
    Fut: Future<Output = Outcome<O>> + Send + 'a,
{
    type Future = Fut;

    fn run(&self, ctx: &'a Ctx, input: O::Input) -> Fut {
        self(ctx, input)
    }
}

/// The operations of one service, by name.
#[derive(Default)]
pub struct Operations {
    entries: BTreeMap<&'static str, Box<dyn Entry>>,
}

struct Typed<O, A, H> {
    access: A,
    handler: H,
    operation: PhantomData<fn() -> O>,
}

impl Operations {
    /// An empty table.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an operation: `access` tells what it touches, `handler` does it.
    #[must_use]
    pub fn on<O: Operation>(
        self,
        access: impl Fn(&Ctx, &O::Input) -> Result<Access, Error> + Send + Sync + 'static,
        handler: impl for<'a> Handler<'a, O> + 'static,
    ) -> Self {
        self.add::<O>(told::<O>(move |ctx, input| Touched::Told(access(ctx, input))), handler)
    }

    /// The same where what it touches has to be read first, as the path that an ARN has and a name has not. The future
    /// takes out of the input what it needs.
    #[must_use]
    pub fn on_read<O: Operation>(
        self,
        access: impl for<'a> Fn(&'a Ctx, &O::Input) -> BoxFuture<'a, Result<Access, Error>> + Send + Sync + 'static,
        handler: impl for<'a> Handler<'a, O> + 'static,
    ) -> Self {
        self.add::<O>(told::<O>(move |ctx, input| Touched::Read(access(ctx, input))), handler)
    }

    fn add<O: Operation>(
        mut self,
        access: impl for<'a> Fn(&'a Ctx, &O::Input) -> Touched<'a> + Send + Sync + 'static,
        handler: impl for<'a> Handler<'a, O> + 'static,
    ) -> Self {
        let entry = Typed { access, handler, operation: PhantomData::<fn() -> O> };
        let before = self.entries.insert(O::SCHEMA.name, Box::new(entry));
        assert!(before.is_none(), "{} stands twice in the table", O::SCHEMA.name);
        self
    }

    /// The names of all operations, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.entries.keys().copied()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&dyn Entry> {
        self.entries.get(name).map(Box::as_ref)
    }
}

/// Lets the compiler see that a closure takes any context.
fn told<O: Operation>(
    access: impl for<'a> Fn(&'a Ctx, &O::Input) -> Touched<'a> + Send + Sync + 'static,
) -> impl for<'a> Fn(&'a Ctx, &O::Input) -> Touched<'a> + Send + Sync + 'static {
    access
}

impl<O, A, H> Entry for Typed<O, A, H>
where
    O: Operation,
    A: for<'a> Fn(&'a Ctx, &O::Input) -> Touched<'a> + Send + Sync,
    H: for<'a> Handler<'a, O>,
{
    fn schema(&self) -> &'static OperationSchema {
        O::SCHEMA
    }

    fn new_input(&self) -> Box<dyn Input> {
        Box::new(O::Input::default())
    }

    fn access<'a>(&self, ctx: &'a Ctx, input: &dyn Input) -> Touched<'a> {
        let input: &dyn Any = input;
        (self.access)(ctx, input.downcast_ref().expect("the table made this input"))
    }

    fn handle<'a>(&'a self, ctx: &'a Ctx, input: Box<dyn Input>) -> BoxFuture<'a, Result<Box<dyn Output>, Error>> {
        let input: Box<dyn Any> = input;
        let input: Box<O::Input> = input.downcast().expect("the table made this input");
        let answer = self.handler.run(ctx, *input);
        Box::pin(async move { answer.await.map(|output| Box::new(output) as Box<dyn Output>) })
    }
}
