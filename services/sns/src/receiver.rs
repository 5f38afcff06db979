//! What other services deliver to topics: published as anybody publishes, in the sender's name, once however often it comes.

use std::collections::BTreeMap;

use api_sns::{MessageAttributeValue, Publish, PublishInput};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use names::Arn;
use service_kit::{BoxFuture, Error, Parcel, ParcelAttribute, Receipt, Receiver, Sender};

use crate::error::invalid;

/// The topics, as receivers.
pub(crate) struct Topics;

impl Receiver for Topics {
    fn receive<'a>(
        &'a self,
        sender: &'a Sender,
        to: &'a Arn,
        parcels: Vec<Parcel>,
    ) -> BoxFuture<'a, Vec<Result<Receipt, Error>>> {
        Box::pin(async move {
            let mut receipts = Vec::with_capacity(parcels.len());
            for parcel in parcels {
                receipts.push(publish(sender, to, parcel).await);
            }
            receipts
        })
    }
}

async fn publish(sender: &Sender, to: &Arn, parcel: Parcel) -> Result<Receipt, Error> {
    let region = to.region_code().ok_or_else(|| invalid("TopicArn"))?;
    let told = |name: &str| parcel.parameters.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let attributes = parcel.attributes.iter().map(|(name, value)| Ok((name.clone(), attribute(value)?)));
    let attributes: BTreeMap<_, _> = attributes.collect::<Result<_, Error>>()?;
    let input = PublishInput {
        target_arn: Some(to.to_string()),
        subject: told("Subject"),
        message_group_id: parcel.group.clone().or_else(|| told("MessageGroupId")),
        message_deduplication_id: parcel.deduplication.clone(),
        message_attributes: (!attributes.is_empty()).then_some(attributes),
        message: parcel.body,
        ..PublishInput::default()
    };
    let published = sender.call::<Publish>(&region, &[parcel.id], input).await?;
    Ok(Receipt { id: published.message_id.unwrap_or_default(), answer: None })
}

fn attribute(value: &ParcelAttribute) -> Result<MessageAttributeValue, Error> {
    let ParcelAttribute { data_type, value } = value;
    let mut attribute = MessageAttributeValue { data_type: data_type.clone(), ..MessageAttributeValue::default() };
    if data_type.starts_with("Binary") {
        let bytes = BASE64_STANDARD.decode(value).map_err(|_| invalid("MessageAttributes"))?;
        attribute.binary_value = Some(bytes.into());
    } else {
        attribute.string_value = Some(value.clone());
    }
    Ok(attribute)
}
