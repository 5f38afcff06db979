//! `AWS::Lambda::Permission`. Its identifier is the function as it was named and the statement's id, parted by a bar.

use api_lambda as api;
use names::Tags;
use serde_json::Value;
use service_kit::{Ctx, Error, PropertySource, ResourceFuture, ResourceType};

use super::{answer, arn_of, functions, halves, input, text, unless_gone};

/// A statement in the policy of a function.
#[derive(Debug)]
pub(crate) struct Permission;

impl ResourceType for Permission {
    fn name(&self) -> &'static str {
        "AWS::Lambda::Permission"
    }

    fn properties(&self) -> &'static [&'static str] {
        &[
            "Action",
            "EventSourceToken",
            "FunctionName",
            "FunctionUrlAuthType",
            "InvokedViaFunctionUrl",
            "Principal",
            "PrincipalOrgID",
            "SourceAccount",
            "SourceArn",
        ]
    }

    fn create_only(&self) -> &'static [&'static str] {
        self.properties()
    }

    fn attributes(&self) -> &'static [&'static str] {
        &["Id"]
    }

    fn create<'a>(&'a self, ctx: &'a Ctx, properties: PropertySource) -> ResourceFuture<'a, String> {
        answer! {
            let sid = ctx.random().uuid();
            let mut asked = properties.clone();
            asked.insert("StatementId".to_owned(), sid.as_str().into());
            ctx.call::<api::AddPermission>(input(&asked)?).await?;
            Ok(format!("{}|{sid}", text(&properties, "FunctionName").unwrap_or_default()))
        }
    }

    fn read<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Option<PropertySource>> {
        answer! {
            let (function, sid) = halves(id);
            let statements = statements(ctx, &function).await?;
            let Some(statement) = statements.into_iter().find(|one| one["Sid"] == sid.as_str()) else { return Ok(None) };
            let mut properties = PropertySource::new();
            let mut put = |name: &str, value: &Value| {
                if !value.is_null() {
                    properties.insert(name.to_owned(), value.clone());
                }
            };
            let principal = &statement["Principal"];
            let named = [&principal["Service"], &principal["AWS"], principal];
            put("Principal", named.into_iter().find(|one| one.is_string()).unwrap_or(&Value::Null));
            put("Action", &statement["Action"]);
            put("FunctionName", &function.into());
            put("Id", &sid.into());
            let condition = &statement["Condition"];
            put("SourceArn", &condition["ArnLike"]["AWS:SourceArn"]);
            put("SourceAccount", &condition["StringEquals"]["AWS:SourceAccount"]);
            put("EventSourceToken", &condition["StringEquals"]["lambda:EventSourceToken"]);
            put("FunctionUrlAuthType", &condition["StringEquals"]["lambda:FunctionUrlAuthType"]);
            put("PrincipalOrgID", &condition["StringEquals"]["aws:PrincipalOrgID"]);
            Ok(Some(properties))
        }
    }

    fn update<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str, _properties: PropertySource) -> ResourceFuture<'a, ()> {
        answer! { Ok(()) }
    }

    fn delete<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, ()> {
        answer! {
            let (function_name, statement_id) = halves(id);
            let input = api::RemovePermissionInput { function_name, statement_id, ..Default::default() };
            unless_gone(ctx.call::<api::RemovePermission>(input).await).map(|_| ())
        }
    }

    fn list<'a>(&'a self, ctx: &'a Ctx) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let mut all = Vec::new();
            for function in functions(ctx).await? {
                let statements = statements(ctx, &function).await?;
                all.extend(statements.iter().filter_map(|one| Some(format!("{function}|{}", one["Sid"].as_str()?))));
            }
            Ok(all)
        }
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        let (function, _) = halves(id);
        if function.starts_with("arn:") { function } else { arn_of(ctx, format!("function:{function}")) }
    }

    fn tags<'a>(&'a self, _ctx: &'a Ctx, _id: &'a str) -> ResourceFuture<'a, Tags> {
        answer! { Ok(Tags::new()) }
    }

    fn relationships<'a>(&'a self, ctx: &'a Ctx, id: &'a str) -> ResourceFuture<'a, Vec<String>> {
        answer! {
            let source = self.read(ctx, id).await?.and_then(|properties| text(&properties, "SourceArn"));
            Ok(std::iter::once(self.arn(ctx, id)).chain(source).collect())
        }
    }
}

async fn statements(ctx: &Ctx, function: &str) -> Result<Vec<Value>, Error> {
    let input = api::GetPolicyInput { function_name: function.to_owned(), qualifier: None };
    let Some(there) = unless_gone(ctx.call::<api::GetPolicy>(input).await)? else { return Ok(Vec::new()) };
    let document: Value = serde_json::from_str(&there.policy.unwrap_or_default()).unwrap_or_default();
    Ok(document["Statement"].as_array().cloned().unwrap_or_default())
}
