//! Foreign code, run apart from the machine and from each other.
