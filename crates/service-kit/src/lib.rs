//! All that the author of a service sees.
