//! `application/x-www-form-urlencoded`: the requests of query and ec2, and query strings everywhere.

mod pairs;
mod reader;

pub(crate) use pairs::{Pair, pairs};
pub(crate) use reader::read;
