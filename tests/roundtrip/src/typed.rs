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

// All operations that any service lists: written by `build.rs`.
include!(concat!(env!("OUT_DIR"), "/operations.rs"));

#[cfg(test)]
mod tests {
    use super::LISTED;

    #[test]
    fn no_generated_operation_is_left_out() {
        for (service, here, generated) in LISTED {
            assert_eq!(here, generated, "{service}");
        }
    }
}
