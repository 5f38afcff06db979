//! Invocations as callers ask for them: waited for, left to be run, or answered while they go.

use api_lambda as api;
use api_lambda::errors;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::Bytes;
use futures_util::StreamExt as _;
use service_kit::{BoxFuture, Ctx, Error, Outcome};
use smithy::EventStream;
use tokio::sync::mpsc;

use super::absent::refuse;
use super::address::{engine, named};
use super::function::find;
use crate::engine::home::Named;
use crate::environment::{AnswerSink, Outcome as Ended, Verdict};
use crate::error::not_begun;
use crate::limits;
use crate::run::invoke::{Ask, detached, invoke as run};
use crate::run::later::{Later, client_context};

/// Pieces of an answer that wait for a slow reader.
const AHEAD: usize = 16;

/// Invokes a function.
pub(crate) async fn invoke(ctx: &Ctx, input: api::InvokeInput) -> Outcome<api::Invoke> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    refuse(
        ctx,
        &[("DurableExecutionName", input.durable_execution_name.is_some()), ("TenantId", input.tenant_id.is_some())],
    )?;
    let payload = input.payload.unwrap_or_default();
    let later = input.invocation_type == Some(api::InvocationType::Event);
    check(&payload, if later { limits::ASYNC_PAYLOAD } else { limits::PAYLOAD })?;
    let context = input.client_context.as_deref().and_then(client_context);
    if input.invocation_type == Some(api::InvocationType::DryRun) {
        find(ctx, &named).await?;
        return Ok(api::InvokeOutput { status_code: Some(204), ..api::InvokeOutput::default() });
    }
    if later {
        accept(ctx, &named, payload, context).await?;
        return Ok(api::InvokeOutput { status_code: Some(202), ..api::InvokeOutput::default() });
    }
    let admitted = engine(ctx).admit(&named).await.map_err(|why| not_begun(ctx, &named, why))?;
    let (version, cloud) = (admitted.version_name.clone(), ctx.cloud().clone());
    let ask = Ask { request: ctx.request.id, payload, context, trace: ctx.request.trace.clone(), streams: false };
    let work = async move { run(admitted, &cloud, ask).await };
    let (ended, answer) = detached(ctx.cloud(), work).await?.map_err(|why| not_begun(ctx, &named, why))?;
    let tail = input.log_type == Some(api::LogType::Tail);
    Ok(api::InvokeOutput {
        status_code: Some(200),
        function_error: failed(&ended).then(|| "Unhandled".to_owned()),
        log_result: tail.then(|| BASE64_STANDARD.encode(&ended.log_tail)),
        payload: Some(answer),
        executed_version: Some(version),
        durable_execution_arn: None,
    })
}

fn failed(ended: &Ended) -> bool {
    matches!(ended.verdict, Verdict::Failure(..))
}

/// Leaves an event to be run: a function without the right to run at all refuses it at once.
async fn accept(ctx: &Ctx, named: &Named, payload: Bytes, context: Option<String>) -> Result<(), Error> {
    find(ctx, named).await?;
    // What a service delivers has an id of its own, the same at each attempt.
    let request = ctx.request.once.first().copied().unwrap_or_else(|| bits(&ctx.request.id.to_string()));
    let trace = ctx.request.trace.clone();
    let event = Later { request, payload: payload.to_vec(), context, trace, since: ctx.now() };
    Ok(engine(ctx).invoke_later(named, &event).await?)
}

fn bits(uuid: &str) -> u128 {
    u128::from_str_radix(&uuid.replace('-', ""), 16).unwrap_or_default()
}

/// The old way to leave an event to be run.
pub(crate) async fn invoke_async(ctx: &Ctx, input: api::InvokeAsyncInput) -> Outcome<api::InvokeAsync> {
    let named = named(ctx, &input.function_name, None)?;
    let mut payload = bytes::BytesMut::new();
    let mut pieces = input.invoke_args.pieces;
    while let Some(piece) = pieces.next().await {
        payload.extend_from_slice(&piece.map_err(Error::from_body)?);
        check_size(payload.len(), limits::ASYNC_PAYLOAD)?;
    }
    let payload = payload.freeze();
    check(&payload, limits::ASYNC_PAYLOAD)?;
    accept(ctx, &named, payload, None).await?;
    Ok(api::InvokeAsyncOutput { status: Some(202) })
}

type Piece = Result<api::InvokeWithResponseStreamResponseEvent, smithy::ApiError>;

/// Hands an answer on while it is made.
struct Streamed(mpsc::Sender<Piece>);

impl AnswerSink for Streamed {
    fn begin(&mut self, _content_type: &str, _streams: bool) {}

    fn piece<'a>(&'a mut self, bytes: Bytes) -> BoxFuture<'a, ()> {
        let update = api::InvokeResponseStreamUpdate { payload: Some(bytes) };
        let event = api::InvokeWithResponseStreamResponseEvent::PayloadChunk(update);
        Box::pin(async move {
            // Whoever waited may be gone: the function runs on.
            let _ = self.0.send(Ok(event)).await;
        })
    }
}

/// Invokes a function and answers while it does.
pub(crate) async fn invoke_with_response_stream(
    ctx: &Ctx,
    input: api::InvokeWithResponseStreamInput,
) -> Outcome<api::InvokeWithResponseStream> {
    let named = named(ctx, &input.function_name, input.qualifier.as_deref())?;
    let payload = input.payload.unwrap_or_default();
    check(&payload, limits::PAYLOAD)?;
    if input.invocation_type == Some(api::ResponseStreamingInvocationType::DryRun) {
        find(ctx, &named).await?;
        return Ok(api::InvokeWithResponseStreamOutput { status_code: Some(204), ..Default::default() });
    }
    let admitted = engine(ctx).admit(&named).await.map_err(|why| not_begun(ctx, &named, why))?;
    let context = input.client_context.as_deref().and_then(client_context);
    let ask = Ask { request: ctx.request.id, payload, context, trace: ctx.request.trace.clone(), streams: true };
    let (version, cloud) = (admitted.version_name.clone(), ctx.cloud().clone());
    let (tell, mut told) = mpsc::channel::<Piece>(AHEAD);
    let tail = input.log_type == Some(api::LogType::Tail);
    ctx.cloud().runtime().tasks.spawn("lambda.stream", async move {
        let ended = admitted.run(&cloud, ask, &mut Streamed(tell.clone())).await;
        let _ = tell.send(complete(ended.map_err(|why| format!("{why:?}")), tail)).await;
    });
    let events = futures_util::stream::poll_fn(move |cx| told.poll_recv(cx));
    Ok(api::InvokeWithResponseStreamOutput {
        status_code: Some(200),
        executed_version: Some(version),
        event_stream: EventStream(Box::pin(events)),
        response_stream_content_type: Some("application/octet-stream".to_owned()),
    })
}

/// The last event of a stream.
fn complete(ended: Result<Ended, String>, tail: bool) -> Piece {
    let ended = ended.map_err(|reason| {
        tracing::warn!(reason, "an invocation that streams did not begin");
        errors::service_exception("The function could not be started.")
    })?;
    let (error_code, error_details) = match &ended.verdict {
        Verdict::Success => (None, None),
        Verdict::Failure(_, payload) => {
            (Some("Unhandled".to_owned()), Some(String::from_utf8_lossy(payload).into_owned()))
        }
    };
    let log_result = tail.then(|| BASE64_STANDARD.encode(&ended.log_tail));
    let last = api::InvokeWithResponseStreamCompleteEvent { error_code, error_details, log_result };
    Ok(api::InvokeWithResponseStreamResponseEvent::InvokeComplete(last))
}

fn check_size(size: usize, limit: usize) -> Result<(), Error> {
    if size > limit {
        let text = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        return Err(crate::error::too_large(text));
    }
    Ok(())
}

/// A payload is JSON, or nothing.
fn check(payload: &Bytes, limit: usize) -> Result<(), Error> {
    check_size(payload.len(), limit)?;
    if payload.is_empty() {
        return Ok(());
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(payload) {
        Ok(_) => Ok(()),
        Err(error) => {
            let text = format!("Could not parse request body into json: Could not parse payload into json: {error}");
            let mut told = errors::invalid_request_content_exception(text);
            told.details = Some(Box::new(api::InvalidRequestContentException {
                r#type: Some("User".to_owned()),
                ..Default::default()
            }));
            Err(told.into())
        }
    }
}
