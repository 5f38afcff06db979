//! The static description of a shape: what kind it is, its members, its constraints, and the name of each member on
//! each wire. Built by `const fn` so that a generated table is data and not code.

/// What a shape is, apart from its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// 32 bits, signed; shorter integers of a model too.
    Integer,
    /// 64 bits, signed.
    Long,
    /// 32-bit IEEE 754.
    Float,
    /// 64-bit IEEE 754.
    Double,
    /// UTF-8 text.
    String,
    /// Text from an open set of values.
    Enum,
    /// Bytes.
    Blob,
    /// An instant.
    Timestamp,
    /// Free-form JSON.
    Document,
    /// `members[0]` is the element.
    List,
    /// `members[0]` is the key (always text), `members[1]` the value.
    Map,
    /// Named members.
    Structure,
    /// Named members of which exactly one is present.
    Union,
    /// Bytes that are not held whole: the body of an object.
    ByteStream,
    /// A union whose members are sent one frame each.
    EventStream,
}

/// How an instant is written. Each protocol has a default by place; a model may override it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimestampFormat {
    /// Seconds since 1970, with a fraction.
    EpochSeconds,
    /// `2026-11-23T06:52:23Z`.
    Iso8601,
    /// `Mon, 23 Nov 2026 06:52:23 GMT`.
    HttpDate,
}

/// Where a member travels in a REST protocol. The others put every member in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the document that is the body.
    Body,
    /// In the header called [`Member::location_name`].
    Header,
    /// A map: each entry is a header whose name starts with [`Member::location_name`].
    Headers,
    /// In the query string under [`Member::location_name`]; a map member spreads its entries.
    Query,
    /// In the path, at the label called [`Member::location_name`].
    Label,
    /// The HTTP status of the answer.
    StatusCode,
    /// The member alone is the body.
    Payload,
    /// In an event: a frame header.
    EventHeader,
    /// In an event: the frame's payload.
    EventPayload,
}

/// What a value must satisfy, as the model says.
#[derive(Debug, Clone, Copy)]
pub struct Constraints {
    /// Least length (characters, bytes, elements) or least value.
    pub min: Option<f64>,
    /// Greatest length or value.
    pub max: Option<f64>,
    /// A Java regular expression that the whole text must match.
    pub pattern: Option<&'static str>,
}

/// The static description of one shape.
#[derive(Debug)]
pub struct Schema {
    /// The shape's name in the model.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// Members of a structure or union; element of a list; key and value of a map.
    pub members: &'static [Member],
    /// The values of an enum.
    pub values: &'static [&'static str],
    /// What values must satisfy.
    pub constraints: Constraints,
    /// Never shown in a log, a record or an error text.
    pub sensitive: bool,
    /// For XML: the name of the root element or of this shape when it is a payload.
    pub xml_name: Option<&'static str>,
    /// For XML: the namespace to declare on it.
    pub xml_namespace: Option<&'static str>,
}

/// One member of a structure, or the element, key or value of a container.
#[derive(Debug)]
pub struct Member {
    /// The name in the model; what error texts and paths show.
    pub name: &'static str,
    /// Its shape.
    pub target: &'static Schema,
    /// Name in JSON bodies: differs from `name` in REST-JSON only.
    pub json_name: &'static str,
    /// Name in XML bodies and query answers.
    pub xml_name: &'static str,
    /// Name in query and ec2 requests.
    pub query_name: &'static str,
    /// Name of header, query parameter or label.
    pub location_name: &'static str,
    /// Where it travels in REST protocols.
    pub location: Location,
    /// The input is refused without it.
    pub required: bool,
    /// XML and query lists and maps: repeated elements without a wrapper.
    pub flattened: bool,
    /// XML: an attribute of the parent element.
    pub xml_attribute: bool,
    /// XML: the namespace (prefix, address) to declare on it.
    pub xml_namespace: Option<(&'static str, &'static str)>,
    /// An override of the protocol's format.
    pub timestamp_format: Option<TimestampFormat>,
    /// A token the server makes up when a client leaves it out.
    pub idempotency_token: bool,
    /// A header that carries base64 of a JSON document.
    pub json_value: bool,
    /// The member is part of the host name (`{AccountId}.s3-control…`).
    pub host_label: bool,
}

impl Schema {
    /// A shape without members or constraints; the rest is chained on.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            members: &[],
            values: &[],
            constraints: Constraints { min: None, max: None, pattern: None },
            sensitive: false,
            xml_name: None,
            xml_namespace: None,
        }
    }

    /// Sets the members.
    pub const fn members(mut self, members: &'static [Member]) -> Self {
        self.members = members;
        self
    }

    /// Sets an enum's values.
    pub const fn values(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// Sets the least length or value.
    pub const fn min(mut self, min: f64) -> Self {
        self.constraints.min = Some(min);
        self
    }

    /// Sets the greatest length or value.
    pub const fn max(mut self, max: f64) -> Self {
        self.constraints.max = Some(max);
        self
    }

    /// Sets the pattern of the whole text.
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.constraints.pattern = Some(pattern);
        self
    }

    /// Marks values that must not be shown.
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Sets the XML element name.
    pub const fn xml_name(mut self, name: &'static str) -> Self {
        self.xml_name = Some(name);
        self
    }

    /// Sets the XML namespace.
    pub const fn xml_namespace(mut self, address: &'static str) -> Self {
        self.xml_namespace = Some(address);
        self
    }

    /// The position of the member with this model name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|m| m.name == name)
    }
}

impl Member {
    /// A body member with the same name on every wire; the rest is chained on.
    pub const fn new(name: &'static str, target: &'static Schema) -> Self {
        Self {
            name,
            target,
            json_name: name,
            xml_name: name,
            query_name: name,
            location_name: name,
            location: Location::Body,
            required: false,
            flattened: false,
            xml_attribute: false,
            xml_namespace: None,
            timestamp_format: None,
            idempotency_token: false,
            json_value: false,
            host_label: false,
        }
    }

    /// Marks it required.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets the JSON name.
    pub const fn json(mut self, name: &'static str) -> Self {
        self.json_name = name;
        self
    }

    /// Sets the XML name.
    pub const fn xml(mut self, name: &'static str) -> Self {
        self.xml_name = name;
        self
    }

    /// Sets the name in query requests.
    pub const fn query(mut self, name: &'static str) -> Self {
        self.query_name = name;
        self
    }

    /// Sets where it travels, and under which name.
    pub const fn at(mut self, location: Location, name: &'static str) -> Self {
        self.location = location;
        self.location_name = name;
        self
    }

    /// Marks a list or map without a wrapper.
    pub const fn flattened(mut self) -> Self {
        self.flattened = true;
        self
    }

    /// Marks an XML attribute.
    pub const fn xml_attribute(mut self) -> Self {
        self.xml_attribute = true;
        self
    }

    /// Declares a namespace on the element.
    pub const fn xml_namespace(mut self, prefix: &'static str, address: &'static str) -> Self {
        self.xml_namespace = Some((prefix, address));
        self
    }

    /// Overrides the timestamp format.
    pub const fn timestamp(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = Some(format);
        self
    }

    /// Marks an idempotency token.
    pub const fn idempotency_token(mut self) -> Self {
        self.idempotency_token = true;
        self
    }

    /// Marks a header with base64 JSON.
    pub const fn json_value(mut self) -> Self {
        self.json_value = true;
        self
    }

    /// Marks a part of the host name.
    pub const fn host_label(mut self) -> Self {
        self.host_label = true;
        self
    }
}
