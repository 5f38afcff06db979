//! Resource types call the service's own operations.
