//! Connections. What they are let in with is never shown again.

use api_events::{
    Connection, ConnectionAuthResponseParameters, ConnectionHttpParameters, ConnectivityResourceParameters,
    CreateConnection, CreateConnectionInput, CreateConnectionOutput, DeauthorizeConnection, DeauthorizeConnectionInput,
    DeauthorizeConnectionOutput, DeleteConnection, DeleteConnectionInput, DeleteConnectionOutput, DescribeConnection,
    DescribeConnectionInput, DescribeConnectionOutput, ListConnections, ListConnectionsInput, ListConnectionsOutput,
    UpdateConnection, UpdateConnectionInput, UpdateConnectionOutput,
};
use serde_json::Value;
use service_kit::{Ctx, Error, Fault, Outcome};
use smithy::Shape;

use super::address::{after, engine, home, page, page_size};
use crate::engine::Refusal;
use crate::engine::connection::Wanted;
use crate::error::{absent, invalid, taken};
use crate::store::ConnectionRecord;

/// Creates a connection.
pub(crate) async fn create_connection(ctx: &Ctx, input: CreateConnectionInput) -> Outcome<CreateConnection> {
    public(&[&input.invocation_connectivity_parameters, &input.auth_parameters.connectivity_parameters])?;
    let kind = input.authorization_type.as_str().to_owned();
    let parameters = json(&input.auth_parameters);
    if parameters.get(member(&kind)).is_none() {
        return Err(invalid(format!("Authorization parameters do not match authorization type {kind}.")));
    }
    let wanted = Wanted { description: input.description, kind: Some(kind), parameters, key: input.kms_key_identifier };
    let record = engine(ctx).create_connection(&home(ctx), &input.name, wanted).await;
    let record = record.map_err(|refusal| match refusal {
        Refusal::Taken => taken(format!("Connection {} already exists.", input.name)),
        other => told("create", &input.name, other),
    })?;
    Ok(CreateConnectionOutput {
        connection_arn: Some(arn(ctx, &input.name, &record)),
        connection_state: Some(record.state.into()),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
    })
}

/// Shows a connection, but not its secrets.
pub(crate) async fn describe_connection(ctx: &Ctx, input: DescribeConnectionInput) -> Outcome<DescribeConnection> {
    let (home, name) = (home(ctx), input.name);
    let record = engine(ctx).connection(&home, &name).await?.ok_or_else(|| told("describe", &name, Refusal::Absent))?;
    let parameters = engine(ctx).parameters(&home, &name, &record)?;
    let secret = format!("secret:events!connection/{name}/{}", record.secret_id);
    Ok(DescribeConnectionOutput {
        connection_arn: Some(arn(ctx, &name, &record)),
        secret_arn: Some(names::Arn::regional("secretsmanager", &ctx.region, ctx.account(), secret).to_string()),
        auth_parameters: Some(without_secrets(parameters)),
        name: Some(name),
        description: record.description,
        invocation_connectivity_parameters: None,
        connection_state: Some(record.state.into()),
        state_reason: record.reason,
        authorization_type: Some(record.kind.into()),
        kms_key_identifier: record.key,
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
        last_authorized_time: record.authorized,
    })
}

/// Changes a connection.
pub(crate) async fn update_connection(ctx: &Ctx, input: UpdateConnectionInput) -> Outcome<UpdateConnection> {
    let inner = input.auth_parameters.as_ref().and_then(|parameters| parameters.connectivity_parameters.clone());
    public(&[&input.invocation_connectivity_parameters, &inner])?;
    let wanted = Wanted {
        description: input.description,
        kind: input.authorization_type.map(|kind| kind.as_str().to_owned()),
        parameters: input.auth_parameters.as_ref().map_or_else(|| Value::Object(Default::default()), |p| json(p)),
        key: input.kms_key_identifier,
    };
    let record = engine(ctx).change_connection(&home(ctx), &input.name, &wanted).await;
    let record = record.map_err(|refusal| told("describe", &input.name, refusal))?;
    Ok(UpdateConnectionOutput {
        connection_arn: Some(arn(ctx, &input.name, &record)),
        connection_state: Some(record.state.into()),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
        last_authorized_time: record.authorized,
    })
}

/// Forgets what a connection is let in with.
pub(crate) async fn deauthorize_connection(
    ctx: &Ctx,
    input: DeauthorizeConnectionInput,
) -> Outcome<DeauthorizeConnection> {
    let record = engine(ctx).deauthorize(&home(ctx), &input.name).await;
    let record = record.map_err(|refusal| told("describe", &input.name, refusal))?;
    Ok(DeauthorizeConnectionOutput {
        connection_arn: Some(arn(ctx, &input.name, &record)),
        // AWS takes a moment, in which it says so.
        connection_state: Some("DEAUTHORIZING".to_owned().into()),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
        last_authorized_time: record.authorized,
    })
}

/// Deletes a connection.
pub(crate) async fn delete_connection(ctx: &Ctx, input: DeleteConnectionInput) -> Outcome<DeleteConnection> {
    let record = engine(ctx).delete_connection(&home(ctx), &input.name).await;
    let record = record.map_err(|refusal| told("describe", &input.name, refusal))?;
    Ok(DeleteConnectionOutput {
        connection_arn: Some(arn(ctx, &input.name, &record)),
        connection_state: Some("DELETING".to_owned().into()),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
        last_authorized_time: record.authorized,
    })
}

/// Lists connections by name or state.
pub(crate) async fn list_connections(ctx: &Ctx, input: ListConnectionsInput) -> Outcome<ListConnections> {
    let prefix = input.name_prefix.unwrap_or_default();
    let state = input.connection_state.as_ref().map(|state| state.as_str().to_owned());
    let filters = format!("{prefix}/{}", state.clone().unwrap_or_default());
    let (limit, from) = (page_size(input.limit), after(ctx, &filters, input.next_token.as_deref())?);
    let wanted = |name: &str, record: &ConnectionRecord| {
        name.starts_with(&prefix) && state.as_ref().is_none_or(|state| *state == record.state)
    };
    let connections = engine(ctx).connections(&home(ctx), wanted, from.as_deref(), limit + 1).await?;
    let page = page(ctx, &filters, connections, limit);
    let shown = page.items.into_iter().map(|(name, record)| Connection {
        connection_arn: Some(arn(ctx, &name, &record)),
        name: Some(name),
        connection_state: Some(record.state.into()),
        state_reason: record.reason,
        authorization_type: Some(record.kind.into()),
        creation_time: Some(record.created),
        last_modified_time: Some(record.modified),
        last_authorized_time: record.authorized,
    });
    Ok(ListConnectionsOutput { connections: Some(shown.collect()), next_token: page.next_token })
}

/// The member that holds the parameters of a kind.
fn member(kind: &str) -> &'static str {
    match kind {
        "BASIC" => "BasicAuthParameters",
        "API_KEY" => "ApiKeyAuthParameters",
        _ => "OAuthParameters",
    }
}

/// Connections reach what is public. Private APIs are VPC Lattice's, which this cloud has not.
fn public(private: &[&Option<ConnectivityResourceParameters>]) -> Result<(), Error> {
    if private.iter().all(|parameters| parameters.is_none()) {
        return Ok(());
    }
    let (service, operation) = ("vpc-lattice".to_owned(), "CreateServiceNetworkResourceAssociation".to_owned());
    Err(Fault::NotImplemented { service, operation }.into())
}

fn json(shape: &dyn Shape) -> Value {
    serde_json::from_slice(&protocols::json_value::write(shape)).unwrap_or_default()
}

/// What may be shown of the parameters: the answer's shape has no place for passwords, and values that are secret go.
fn without_secrets(parameters: Value) -> ConnectionAuthResponseParameters {
    let mut shown = ConnectionAuthResponseParameters::default();
    if let Err(error) = protocols::json_value::read(parameters.to_string().as_bytes(), &mut shown) {
        tracing::error!(?error, "a connection's parameters cannot be read");
    }
    let own = shown.invocation_http_parameters.as_mut();
    let oauth = shown.o_auth_parameters.as_mut().and_then(|oauth| oauth.o_auth_http_parameters.as_mut());
    own.into_iter().chain(oauth).for_each(hide);
    shown
}

fn hide(parameters: &mut ConnectionHttpParameters) {
    for header in parameters.header_parameters.iter_mut().flatten() {
        header.value.take_if(|_| header.is_value_secret == Some(true));
    }
    for query in parameters.query_string_parameters.iter_mut().flatten() {
        query.value.take_if(|_| query.is_value_secret == Some(true));
    }
    for body in parameters.body_parameters.iter_mut().flatten() {
        body.value.take_if(|_| body.is_value_secret == Some(true));
    }
}

fn arn(ctx: &Ctx, name: &str, record: &ConnectionRecord) -> String {
    ctx.arn(format!("connection/{name}/{}", record.id)).to_string()
}

fn told(what: &str, name: &str, refusal: Refusal) -> Error {
    match refusal {
        Refusal::Store(error) => error.into(),
        _ => absent(format!("Failed to {what} the connection(s). Connection '{name}' does not exist.")),
    }
}
