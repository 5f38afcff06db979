//! Typed operations of SQS, generated from its model.
