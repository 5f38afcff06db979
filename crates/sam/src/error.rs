//! Why a template cannot be transformed, in AWS's words.

use std::fmt;

/// What is wrong with a template: everything that was found, not the first only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidTemplate {
    causes: Vec<Cause>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    /// What messages are sorted by: the id that it is about, else its text.
    about: String,
    message: String,
}

impl InvalidTemplate {
    pub(crate) fn new(causes: Vec<Cause>) -> Self {
        let mut kept: Vec<Cause> = Vec::new();
        for cause in causes {
            if !kept.iter().any(|other| other.message == cause.message) {
                kept.push(cause);
            }
        }
        kept.sort_by(|left, right| left.about.cmp(&right.about));
        Self { causes: kept }
    }

    /// What is wrong, by the ids of resources.
    pub fn causes(&self) -> impl Iterator<Item = &str> {
        self.causes.iter().map(|cause| cause.message.as_str())
    }
}

impl fmt::Display for InvalidTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.causes.len();
        write!(f, "Invalid Serverless Application Specification document. Number of errors found: {count}.")?;
        self.causes.iter().try_for_each(|cause| write!(f, " {}", cause.message))
    }
}

impl std::error::Error for InvalidTemplate {}

/// What stops the transform of a resource, or of all.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// An event of a function or a state machine.
    Event { id: String, text: String },
    /// A resource.
    Resource { id: String, text: String },
    /// The template.
    Template(String),
    /// Two resources would have one id.
    Duplicate { id: String, made: String, kind: String },
    /// The template, and nothing more is looked at.
    Document(Vec<Cause>),
}

/// What a step of the transform gives.
pub(crate) type Outcome<T> = Result<T, Problem>;

/// A resource that is wrong.
pub(crate) fn resource(id: &str, text: impl Into<String>) -> Problem {
    Problem::Resource { id: id.to_owned(), text: text.into() }
}

/// An event that is wrong.
pub(crate) fn event(id: &str, text: impl Into<String>) -> Problem {
    Problem::Event { id: id.to_owned(), text: text.into() }
}

/// A template that is wrong in a way that nothing more is looked at.
pub(crate) fn document(text: impl Into<String>) -> Problem {
    Problem::Document(vec![Problem::Template(text.into()).into_cause()])
}

/// A form that AWS's transform fails on without saying why.
pub(crate) fn unexpected() -> Problem {
    Problem::Document(vec![Cause { about: String::new(), message: "Internal transform failure.".to_owned() }])
}

/// The `Globals` section.
pub(crate) fn globals(text: impl fmt::Display) -> Problem {
    let message = format!("'Globals' section is invalid. {text}");
    Problem::Document(vec![Cause { about: "Globals".to_owned(), message }])
}

impl Problem {
    /// The message.
    pub(crate) fn message(&self) -> String {
        match self {
            Problem::Event { id, text } => format!("Event with id [{id}] is invalid. {text}"),
            Problem::Resource { id, text } => format!("Resource with id [{id}] is invalid. {text}"),
            Problem::Template(text) => format!("Structure of the SAM template is invalid. {text}"),
            Problem::Duplicate { id, made, kind } => format!(
                "Transforming resource with id [{id}] attempts to create a new resource with id [{made}] and type \
                 \"{kind}\". A resource with that id already exists within this template. Please use a different id for \
                 that resource."
            ),
            Problem::Document(causes) => causes.iter().map(|cause| cause.message.clone()).collect::<Vec<_>>().join(" "),
        }
    }

    /// As one of the causes of a refusal.
    pub(crate) fn into_cause(self) -> Cause {
        let message = self.message();
        let about = match self {
            Problem::Event { id, .. } | Problem::Resource { id, .. } | Problem::Duplicate { id, .. } => id,
            Problem::Template(_) | Problem::Document(_) => message.clone(),
        };
        Cause { about, message }
    }

    /// An event's problem as one of the resource that has it.
    pub(crate) fn of_resource(self, id: &str) -> Problem {
        match self {
            Problem::Event { .. } => resource(id, self.message()),
            other => other,
        }
    }

    /// As the end of the transform.
    pub(crate) fn into_refusal(self) -> InvalidTemplate {
        match self {
            Problem::Document(causes) => InvalidTemplate::new(causes),
            other => InvalidTemplate::new(vec![other.into_cause()]),
        }
    }

    /// A resource's problem as the end of the transform.
    pub(crate) fn ending(self) -> Problem {
        match self {
            Problem::Document(_) => self,
            other => Problem::Document(vec![other.into_cause()]),
        }
    }
}
