//! Operations whose types are generated. An entry is a function, so that one table holds operations of all services.

use smithy::{Operation, OperationSchema, Shape};

/// An operation with the shapes to read and write.
pub(crate) struct Shapes {
    pub(crate) schema: &'static OperationSchema,
    pub(crate) input: Box<dyn Shape>,
    pub(crate) output: Box<dyn Shape>,
}

fn shapes<O: Operation>() -> Shapes {
    Shapes { schema: O::SCHEMA, input: Box::<O::Input>::default(), output: Box::<O::Output>::default() }
}

macro_rules! operations {
    ($($id:literal, $api:ident: $($operation:ident)+;)+) => {
        /// The generated shapes of an operation, when its service's crate has it.
        pub(crate) fn typed(service: &str, operation: &str) -> Option<Shapes> {
            match (service, operation) {
                $($(($id, stringify!($operation)) => Some(shapes::<$api::$operation>()),)+)+
                _ => None,
            }
        }

        #[cfg(test)]
        const LISTED: &[(&str, usize, usize)] =
            &[$(($id, [$(stringify!($operation)),+].len(), $api::OPERATIONS.len())),+];
    };
}

operations! {
    "sqs", api_sqs:
        AddPermission CancelMessageMoveTask ChangeMessageVisibility ChangeMessageVisibilityBatch CreateQueue
        DeleteMessage DeleteMessageBatch DeleteQueue GetQueueAttributes GetQueueUrl ListDeadLetterSourceQueues
        ListMessageMoveTasks ListQueueTags ListQueues PurgeQueue ReceiveMessage RemovePermission SendMessage
        SendMessageBatch SetQueueAttributes StartMessageMoveTask TagQueue UntagQueue;
    "sts", api_sts:
        AssumeRole AssumeRoleWithSAML AssumeRoleWithWebIdentity AssumeRoot DecodeAuthorizationMessage GetAccessKeyInfo
        GetCallerIdentity GetFederationToken GetSessionToken;
}

#[cfg(test)]
mod tests {
    use super::LISTED;

    #[test]
    fn no_generated_operation_is_left_out() {
        for (service, here, generated) in LISTED {
            assert_eq!(here, generated, "{service}");
        }
    }

    #[test]
    fn no_generated_service_is_left_out() {
        let apis = concat!(env!("CARGO_MANIFEST_DIR"), "/../../apis");
        for entry in std::fs::read_dir(apis).unwrap().flatten().filter(|e| e.path().join("operations.txt").exists()) {
            let service = entry.file_name().into_string().unwrap();
            assert!(LISTED.iter().any(|(listed, ..)| *listed == service), "{service}");
        }
    }
}
