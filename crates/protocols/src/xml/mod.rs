//! XML: a small node tree and a reader of typed values over it, and a writer without a tree. Shared by query and ec2
//! answers and by REST-XML.

mod attributes;
mod escape;
mod node;
mod reader;
mod writer;

pub(crate) use node::Node;
pub(crate) use reader::XmlReader;
pub(crate) use writer::XmlWriter;
