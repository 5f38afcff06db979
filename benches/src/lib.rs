//! Load runs against the whole binary.
