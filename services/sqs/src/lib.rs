//! Amazon Simple Queue Service: durable queues.
