//! Starts chosen services in process for tests.
