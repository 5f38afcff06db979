//! Calls to other services. SQS makes none yet: bodies are not encrypted with keys of KMS. When KMS is here, this is where
//! data keys are asked for; a message is sealed where it is stamped (`Draft::stamp`) and opened where it is shown
//! (`ops/shown.rs`).
