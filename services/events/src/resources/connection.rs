//! `AWS::Events::Connection`.

use api_events::{
    CreateConnection, CreateConnectionInput, DeleteConnection, DeleteConnectionInput, DescribeConnection,
    DescribeConnectionInput, ListConnections, ListConnectionsInput, UpdateConnection, UpdateConnectionInput,
};
use names::{Arn, Tags};
use service_kit::properties::give_name;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, properties, unless_gone};

/// A connection. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct Connection;

impl ResourceType for Connection {
    fn name(&self) -> &'static str {
        "AWS::Events::Connection"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["AuthParameters", "AuthorizationType", "Description", "KmsKeyIdentifier", "Name"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "ArnForPolicy", "SecretArn"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let create: CreateConnectionInput = input(&properties)?;
            let name = create.name.clone();
            ctx.call::<CreateConnection>(create).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let shown = ctx.call::<DescribeConnection>(DescribeConnectionInput { name: id.to_owned() }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            let mut found = properties(&shown, &["AuthorizationType", "ConnectionArn", "Description", "KmsKeyIdentifier", "Name", "SecretArn"]);
            if let Some(arn) = found.remove("ConnectionArn") {
                found.insert("Arn".to_owned(), arn);
            }
            found.insert("ArnForPolicy".to_owned(), self.arn(ctx, id).into());
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, mut properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            properties.insert("Name".to_owned(), id.into());
            let update: UpdateConnectionInput = input(&properties)?;
            ctx.call::<UpdateConnection>(update).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteConnection>(DeleteConnectionInput { name: id.to_owned() }).await;
            unless_gone(deleted).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListConnectionsInput { next_token, ..ListConnectionsInput::default() };
                let page = ctx.call::<ListConnections>(input).await?;
                names.extend(page.connections.unwrap_or_default().into_iter().filter_map(|one| one.name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        Arn::regional("events", &ctx.region, ctx.account(), format!("connection/{id}")).to_string()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        Box::pin(std::future::ready(Ok(Tags::new())))
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = self.read(ctx, id).await?.unwrap_or_default();
            Ok(found.get("SecretArn").and_then(|arn| arn.as_str()).map(str::to_owned).into_iter().collect())
        }
    }
}
