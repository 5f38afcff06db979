//! `AWS::Logs::LogStream`. Its identifier is the names of its group and its own.

use api_logs::{
    CreateLogStream, CreateLogStreamInput, DeleteLogStream, DeleteLogStreamInput, DescribeLogGroups,
    DescribeLogGroupsInput, DescribeLogStreams, DescribeLogStreamsInput,
};
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, both, needed, show, unless_gone};

/// A log stream.
#[derive(Debug)]
pub(crate) struct LogStream;

impl ResourceType for LogStream {
    fn name(&self) -> &'static str {
        "AWS::Logs::LogStream"
    }

    fn properties(&self) -> &'static [&'static str] {
        &["LogGroupName", "LogStreamName"]
    }

    fn create_only(&self) -> &'static [&'static str] {
        &["LogGroupName", "LogStreamName"]
    }

    fn attributes(&self) -> &'static [&'static str] {
        &[]
    }

    fn name_it(&self, properties: &mut PropertySource, invent: &dyn Fn(usize) -> String) {
        if properties.get("LogStreamName").is_none_or(Value::is_null) {
            properties.insert("LogStreamName".to_owned(), invent(512).into());
        }
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let (group, stream) = (needed(&properties, "LogGroupName"), needed(&properties, "LogStreamName"));
            let id = format!("{group}|{stream}");
            ctx.call::<CreateLogStream>(CreateLogStreamInput { log_group_name: group, log_stream_name: stream }).await?;
            Ok(id)
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (group, stream) = both(id);
            let input = DescribeLogStreamsInput {
                log_group_name: Some(group.clone()),
                log_stream_name_prefix: Some(stream.clone()),
                limit: Some(1),
                ..Default::default()
            };
            let found = unless_gone(ctx.call::<DescribeLogStreams>(input).await)?.and_then(|page| page.log_streams);
            let there = found.into_iter().flatten().any(|known| known.log_stream_name.as_ref() == Some(&stream));
            let mut properties = PropertySource::new();
            show(&mut properties, "LogGroupName", Some(group));
            show(&mut properties, "LogStreamName", Some(stream));
            Ok(there.then_some(properties))
        }
    }

    fn update<'a>(&'a self, ctx: &'a Ctx, _id: &'a str, properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! {
            // Nothing of it changes.
            let _ = (ctx, properties);
            Ok(())
        }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (log_group_name, log_stream_name) = both(id);
            unless_gone(ctx.call::<DeleteLogStream>(DeleteLogStreamInput { log_group_name, log_stream_name }).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let (mut found, mut next_token) = (Vec::new(), None);
            loop {
                let page = ctx.call::<DescribeLogGroups>(DescribeLogGroupsInput { next_token, ..Default::default() }).await?;
                for group in page.log_groups.into_iter().flatten().filter_map(|group| group.log_group_name) {
                    let mut next_token = None;
                    loop {
                        let input = DescribeLogStreamsInput { log_group_name: Some(group.clone()), next_token, ..Default::default() };
                        let page = ctx.call::<DescribeLogStreams>(input).await?;
                        let names = page.log_streams.into_iter().flatten().filter_map(|stream| stream.log_stream_name);
                        found.extend(names.map(|name| format!("{group}|{name}")));
                        next_token = page.next_token;
                        if next_token.is_none() {
                            break;
                        }
                    }
                }
                next_token = page.next_token;
                if next_token.is_none() {
                    return Ok(found);
                }
            }
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (group, stream) = both(id);
        arn_of(ctx, format!("log-group:{group}:log-stream:{stream}"))
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! { Ok(vec![arn_of(ctx, format!("log-group:{}", both(id).0))]) }
    }
}
