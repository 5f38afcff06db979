//! What events can be looked up by.

/// An attribute of the event history. The numbers are in keys of the store and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Attribute {
    AccessKeyId = 1,
    EventId = 2,
    EventName = 3,
    EventSource = 4,
    ReadOnly = 5,
    ResourceName = 6,
    ResourceType = 7,
    Username = 8,
}

impl Attribute {
    /// Every one.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 8] = [
        Self::AccessKeyId,
        Self::EventId,
        Self::EventName,
        Self::EventSource,
        Self::ReadOnly,
        Self::ResourceName,
        Self::ResourceType,
        Self::Username,
    ];

    /// By its name in the API.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "AccessKeyId" => Self::AccessKeyId,
            "EventId" => Self::EventId,
            "EventName" => Self::EventName,
            "EventSource" => Self::EventSource,
            "ReadOnly" => Self::ReadOnly,
            "ResourceName" => Self::ResourceName,
            "ResourceType" => Self::ResourceType,
            "Username" => Self::Username,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_has_its_name() {
        for attribute in Attribute::ALL {
            assert_eq!(Attribute::named(&format!("{attribute:?}")), Some(attribute));
        }
        assert_eq!(Attribute::named("Other"), None);
    }
}
