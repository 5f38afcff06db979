//! The program as its users meet it: the real binary on a free port.
