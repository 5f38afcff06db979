//! Every operation of every AWS API by name and address, for telling one from another.
