//! The destination of a delivery stream, changed.

use api_firehose::{UpdateDestination, UpdateDestinationInput, UpdateDestinationOutput};
use service_kit::{Access, Ctx, Error, Outcome};

use super::stream::{engine, roles};
use super::{access, document, find};
use crate::engine::Refusal;
use crate::error::{invalid, told};

/// Changes the destination: what is not said stays.
pub(crate) async fn update_destination(ctx: &Ctx, input: UpdateDestinationInput) -> Outcome<UpdateDestination> {
    let stream = find(ctx, &input.delivery_stream_name).await?;
    if input.destination_id != document::ID {
        return Err(invalid(format!("Destination Id {} not found", input.destination_id)));
    }
    let (engine, record) = (engine(ctx), stream.known().record.clone());
    let config = engine.open_destination(&record)?;
    let changed = document::changed(&input, &record.kind, config)?;
    let Some((kind, config)) = changed else { return Err(invalid("No destination update is given.")) };
    let asked: u64 = input.current_delivery_stream_version_id.parse().unwrap_or_default();
    let sealed = engine.seal_destination(record.no, &config);
    let done = engine.change(&stream, |record, now| {
        if record.version != asked {
            return Err(Refusal::OtherVersion(record.version));
        }
        record.version += 1;
        record.updated = Some(now);
        record.kind.clone_from(&kind);
        record.destination = sealed.clone();
        Ok(())
    });
    done.await.map_err(|refusal| told(&stream.home, refusal))?;
    Ok(UpdateDestinationOutput {})
}

/// What changing a destination touches, and the roles that it hands to the service.
pub(crate) fn access_to_update(ctx: &Ctx, input: &UpdateDestinationInput) -> Result<Access, Error> {
    let access = access(ctx, &input.delivery_stream_name)?;
    Ok(roles(input).into_iter().fold(access, |access, role| access.passing_role(&role, "firehose.amazonaws.com")))
}
