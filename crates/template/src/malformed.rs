//! Why a text is no template, in the words that CloudFormation has for it.

use std::fmt;

/// Why a text is no template. Lines and columns count from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It begins as JSON and does not go on as such.
    Json {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// It is no YAML, or has what CloudFormation leaves out of it: tags of its own, two members of one name, members whose
    /// names are collections, more than one document.
    Yaml {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// It is well-formed, but no mapping.
    Structure,
    /// It uses what it wrote elsewhere by an anchor.
    Aliases,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (language, line, column) = match self {
            Self::Json { line, column } => ("JSON", line, column),
            Self::Yaml { line, column } => ("YAML", line, column),
            Self::Structure => return f.write_str("Template format error: unsupported structure."),
            Self::Aliases => {
                return f.write_str("Template error: YAML aliases are not allowed in CloudFormation templates");
            }
        };
        write!(f, "Template format error: {language} not well-formed. (line {line}, column {column})")
    }
}

impl std::error::Error for Malformed {}
