//! `AWS::Events::ApiDestination`.

use api_events::{
    CreateApiDestination, CreateApiDestinationInput, DeleteApiDestination, DeleteApiDestinationInput,
    DescribeApiDestination, DescribeApiDestinationInput, ListApiDestinations, ListApiDestinationsInput,
    UpdateApiDestination, UpdateApiDestinationInput,
};
use names::{Arn, Tags};
use service_kit::properties::give_name;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, input, properties, unless_gone};

/// An API destination. Its identifier is its name.
#[derive(Debug)]
pub(crate) struct ApiDestination;

impl ResourceType for ApiDestination {
    fn name(&self) -> &'static str {
        "AWS::Events::ApiDestination"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint", "InvocationRateLimitPerSecond", "Name"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["Name"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Arn", "ArnForPolicy"]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        give_name(properties, "Name", || invent(64));
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let create: CreateApiDestinationInput = input(&properties)?;
            let name = create.name.clone();
            ctx.call::<CreateApiDestination>(create).await?;
            Ok(name)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let shown = ctx.call::<DescribeApiDestination>(DescribeApiDestinationInput { name: id.to_owned() }).await;
            let Some(shown) = unless_gone(shown)? else { return Ok(None) };
            let mut found = properties(&shown, &["ApiDestinationArn", "ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint", "InvocationRateLimitPerSecond", "Name"]);
            if let Some(arn) = found.remove("ApiDestinationArn") {
                found.insert("Arn".to_owned(), arn);
            }
            found.insert("ArnForPolicy".to_owned(), self.arn(ctx, id).into());
            Ok(Some(found))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, id: &'a str, mut properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            properties.insert("Name".to_owned(), id.into());

            let update: UpdateApiDestinationInput = input(&properties)?;
            ctx.call::<UpdateApiDestination>(update).await.map(|_| ())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let deleted = ctx.call::<DeleteApiDestination>(DeleteApiDestinationInput { name: id.to_owned() }).await;
            unless_gone(deleted).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut names, mut next_token) = (Vec::new(), None);
            loop {
                let input = ListApiDestinationsInput { next_token, ..ListApiDestinationsInput::default() };
                let page = ctx.call::<ListApiDestinations>(input).await?;
                names.extend(page.api_destinations.unwrap_or_default().into_iter().filter_map(|one| one.name));
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(names);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        Arn::regional("events", &ctx.region, ctx.account(), format!("api-destination/{id}")).to_string()
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        Box::pin(std::future::ready(Ok(Tags::new())))
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let found = self.read(ctx, id).await?.unwrap_or_default();
            Ok(found.get("ConnectionArn").and_then(|arn| arn.as_str()).map(str::to_owned).into_iter().collect())
        }
    }
}
