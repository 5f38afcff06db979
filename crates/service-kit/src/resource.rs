//! Resource types: what stacks create, inventories list and the tagging API tags. Each is implemented by calling its own
//! service's operations, so a resource made by a stack is the same as one made by hand.

use names::Tags;
use serde_json::Value;

use crate::{BoxFuture, Ctx, Error};

/// What a resource operation gives.
pub type ResourceFuture<'a, T> = BoxFuture<'a, Result<T, Error>>;

/// Properties by their CloudFormation names.
pub type PropertySource = serde_json::Map<String, Value>;

/// How far a resource is that was made or changed a moment ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// What builds on it may begin.
    Settled,
    /// Its service is still at it.
    Underway,
    /// Its service gave up, for this reason.
    Failed(String),
}

/// A type of resource, such as `AWS::SQS::Queue`.
///
/// An identifier is what `Ref` gives. Properties are the CloudFormation names of the type.
pub trait ResourceType: Send + Sync {
    /// `AWS::SQS::Queue`.
    fn name(&self) -> &'static str;
    /// Names of all properties a template may set.
    fn properties(&self) -> &'static [&'static str];
    /// Properties whose change makes a new resource.
    fn create_only(&self) -> &'static [&'static str];
    /// Attributes that `Fn::GetAtt` gives.
    fn attributes(&self) -> &'static [&'static str];
    /// Gives it a name where its properties have none; called before it is created. `invent` makes one of at most so many
    /// characters, out of the names of the stack and of the resource in it. Types that need no name, and those whose name
    /// a template must say, leave this alone.
    fn name_it(&self, _properties: &mut PropertySource, _invent: &dyn Fn(usize) -> String) {}
    /// Creates it and answers its identifier. It may still be underway then.
    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String>;
    /// How far it is, by the state that its service shows. Most are settled when the call that made them answers.
    fn progress<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Progress> {
        Box::pin(std::future::ready(Ok(Progress::Settled)))
    }
    /// Its properties and attributes as they are, attributes of attributes by dotted names (`Endpoint.Address`); none when it
    /// is gone.
    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>>;
    /// Changes properties that are not create-only.
    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()>;
    /// Deletes it; deleting what is gone is no mistake. It may take its service a while: it is gone when `read` finds nothing.
    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()>;
    /// Identifiers of all in the account and region.
    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>>;
    /// Its ARN.
    fn arn(&self, ctx: &Ctx, id: &str) -> String;
    /// Its tags.
    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags>;
    /// ARNs of resources it refers to, for the map of what talks to what.
    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>>;
}
