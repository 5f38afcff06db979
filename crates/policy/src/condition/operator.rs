//! The names of condition operators: `ForAnyValue:StringNotLikeIfExists`.

/// An operator taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Operator {
    pub(crate) set: Set,
    pub(crate) base: Base,
    pub(crate) negated: bool,
    pub(crate) if_exists: bool,
}

/// The qualifier for keys with several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    None,
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

/// The comparison, without its negation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Base {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    IpAddress,
    Arn,
    Null,
}

/// How the request's value stands to the policy's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    Equals,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Order {
    pub(crate) fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equals => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

impl Operator {
    /// The operator of this name; none when AWS has none. `Null` has no `IfExists`.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        let (set, name) = if let Some(rest) = name.strip_prefix("ForAllValues:") {
            (Set::All, rest)
        } else if let Some(rest) = name.strip_prefix("ForAnyValue:") {
            (Set::Any, rest)
        } else {
            (Set::None, name)
        };
        let (name, if_exists) = name.strip_suffix("IfExists").map_or((name, false), |name| (name, true));
        let (base, negated) = base(name)?;
        (!if_exists || base != Base::Null).then_some(Self { set, base, negated, if_exists })
    }
}

/// Source: IAM User Guide, "IAM JSON policy elements: Condition operators".
fn base(name: &str) -> Option<(Base, bool)> {
    Some(match name {
        "StringEquals" => (Base::StringEquals, false),
        "StringNotEquals" => (Base::StringEquals, true),
        "StringEqualsIgnoreCase" => (Base::StringEqualsIgnoreCase, false),
        "StringNotEqualsIgnoreCase" => (Base::StringEqualsIgnoreCase, true),
        "StringLike" => (Base::StringLike, false),
        "StringNotLike" => (Base::StringLike, true),
        "NumericEquals" => (Base::Numeric(Order::Equals), false),
        "NumericNotEquals" => (Base::Numeric(Order::Equals), true),
        "NumericLessThan" => (Base::Numeric(Order::Less), false),
        "NumericLessThanEquals" => (Base::Numeric(Order::LessOrEqual), false),
        "NumericGreaterThan" => (Base::Numeric(Order::Greater), false),
        "NumericGreaterThanEquals" => (Base::Numeric(Order::GreaterOrEqual), false),
        "DateEquals" => (Base::Date(Order::Equals), false),
        "DateNotEquals" => (Base::Date(Order::Equals), true),
        "DateLessThan" => (Base::Date(Order::Less), false),
        "DateLessThanEquals" => (Base::Date(Order::LessOrEqual), false),
        "DateGreaterThan" => (Base::Date(Order::Greater), false),
        "DateGreaterThanEquals" => (Base::Date(Order::GreaterOrEqual), false),
        "Bool" => (Base::Bool, false),
        "BinaryEquals" => (Base::Binary, false),
        "IpAddress" => (Base::IpAddress, false),
        "NotIpAddress" => (Base::IpAddress, true),
        "ArnEquals" | "ArnLike" => (Base::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Base::Arn, true),
        "Null" => (Base::Null, false),
        _ => return None,
    })
}
