//! What the overlay of SQS puts back, as the generated types have it.

use api_sqs::{QueueAttributeName, SERVICE, SendMessage, SendMessageBatchOutput, errors};
use smithy::{Operation, ProtocolKind};

#[test]
fn it_speaks_json_query_and_cbor() {
    assert_eq!(SERVICE.protocols, [ProtocolKind::Json10, ProtocolKind::Query, ProtocolKind::RpcV2Cbor]);
    assert!(SERVICE.query_compatible);
    assert_eq!(SERVICE.xml_namespace, "http://queue.amazonaws.com/doc/2012-11-05/");
    assert_eq!(SendMessage::SCHEMA.result_wrapper, Some("SendMessageResult"));
}

#[test]
fn old_clients_get_the_old_codes() {
    let gone = errors::queue_does_not_exist("The specified queue does not exist.");
    assert_eq!(
        (gone.schema.code, gone.schema.query_code),
        ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue")
    );
    let generic = &errors::INVALID_PARAMETER_VALUE_EXCEPTION;
    assert_eq!(generic.code, "com.amazon.coral.service#InvalidParameterValueException");
    assert_eq!((generic.query_code, generic.status), ("InvalidParameterValue", 400));
    assert_eq!(errors::RECEIPT_HANDLE_IS_INVALID.status, 404);
}

#[test]
fn unknown_values_are_kept() {
    let unknown = QueueAttributeName::from("Colour");
    assert_eq!(unknown, QueueAttributeName::Unknown("Colour".into()));
    assert_eq!(unknown.as_str(), "Colour");
    assert_eq!(QueueAttributeName::from("DelaySeconds"), QueueAttributeName::DelaySeconds);
}

#[test]
fn a_batch_without_failures_has_no_list_of_them() {
    assert_eq!(SendMessageBatchOutput::default().failed, None);
}
