//! Items as files have them: the forms in which tables are exported and imported. Pure.
//!
//! | file | what |
//! |---|---|
//! | `lines.rs` | records out of pieces of a file, and into files |
//! | `ion.rs`, `ion_reader.rs` | Amazon Ion's text |
//! | `csv.rs` | comma-separated values |
//! | `unpack.rs` | compressed files |

mod csv;
mod ion;
mod ion_reader;
pub(crate) mod lines;
pub(crate) mod unpack;

use serde::{Deserialize, Serialize};

/// How records are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Format {
    /// A JSON object a line, each value with its type.
    Json,
    /// Ion's text.
    Ion,
    /// Separated values; imported alone.
    Csv {
        /// What stands between values.
        delimiter: u8,
        /// Names of the columns, when the file does not tell them.
        header: Option<Vec<String>>,
    },
}

/// How files are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Packing {
    /// Not at all.
    None,
    /// As `gzip` does.
    Gzip,
    /// As `zstd` does.
    Zstd,
}
