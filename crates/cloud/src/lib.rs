//! Configuration, composition, command line and admin endpoints of the binary nephele.
