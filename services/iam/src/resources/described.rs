//! A resource type in as few words as it takes: what most of IAM's types have in common is said here once.

use names::Tags;
use service_kit::properties::{give_name, tags_of};
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

/// What a type is called and made of.
pub(super) struct Words {
    /// `AWS::IAM::Role`.
    pub name: &'static str,
    /// Properties a template may set.
    pub properties: &'static [&'static str],
    /// Those whose change makes a new resource.
    pub create_only: &'static [&'static str],
    /// The property that holds its name, and how long that may be; none where a template must say the name.
    pub named_by: Option<(&'static str, usize)>,
    /// What `Fn::GetAtt` gives.
    pub attributes: &'static [&'static str],
}

/// A type of resource. What it does not say is as most do.
pub(super) trait Described: Send + Sync + 'static {
    /// What it is called and made of.
    fn words(&self) -> Words;
    /// Creates it and answers its identifier.
    fn create(&self, ctx: &Ctx, given: PropertySource) -> impl Future<Output = Result<String, Error>> + Send;
    /// Its properties and attributes; none when it is gone.
    fn read(&self, ctx: &Ctx, id: &str) -> impl Future<Output = Result<Option<PropertySource>, Error>> + Send;
    /// Changes it.
    fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> impl Future<Output = Result<(), Error>> + Send;
    /// Deletes it.
    fn delete(&self, ctx: &Ctx, id: &str) -> impl Future<Output = Result<(), Error>> + Send;
    /// Identifiers of all there are; none of what only a stack knows.
    fn list(&self, _ctx: &Ctx) -> impl Future<Output = Result<Vec<String>, Error>> + Send {
        std::future::ready(Ok(Vec::new()))
    }
    /// Its ARN; the identifier of what has none.
    fn arn(&self, _ctx: &Ctx, id: &str) -> String {
        id.to_owned()
    }
    /// Properties that hold ARNs of other resources.
    fn refers_by(&self) -> &'static [&'static str] {
        &["ManagedPolicyArns", "PermissionsBoundary"]
    }
}

/// A described type among the kit's.
#[derive(Debug)]
pub(super) struct Type<T>(pub(super) T);

impl<T: Described> ResourceType for Type<T> {
    fn name(&self) -> &'static str {
        self.0.words().name
    }

    fn properties(&self) -> &'static [&'static str] {
        self.0.words().properties
    }

    fn create_only(&self) -> &'static [&'static str] {
        self.0.words().create_only
    }

    fn attributes(&self) -> &'static [&'static str] {
        self.0.words().attributes
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        if let Some((member, most)) = self.0.words().named_by {
            give_name(properties, member, || invent(most));
        }
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        Box::pin(self.0.create(ctx, properties))
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        Box::pin(self.0.read(ctx, id))
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        Box::pin(self.0.update(ctx, id, properties))
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        Box::pin(self.0.delete(ctx, id))
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        Box::pin(self.0.list(ctx))
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        self.0.arn(ctx, id)
    }

    fn tags<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Tags> {
        Box::pin(async move { Ok(self.0.read(ctx, id).await?.map(|there| tags_of(&there)).unwrap_or_default()) })
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        Box::pin(async move {
            let there = self.0.read(ctx, id).await?.unwrap_or_default();
            let found = self.0.refers_by().iter().filter_map(|name| there.get(*name));
            let texts = found.flat_map(|value| match value.as_array() {
                Some(all) => all.iter().filter_map(|one| one.as_str()).collect(),
                None => value.as_str().into_iter().collect::<Vec<_>>(),
            });
            Ok(texts.filter(|text| text.starts_with("arn:")).map(str::to_owned).collect())
        })
    }
}
