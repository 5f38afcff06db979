//! One member of a botocore shape: its name on each wire and where it travels. Traits of the member win over the same
//! traits of the shape it refers to, as in botocore.

use serde_json::Value;

use super::{Family, flag, namespace_address, text};
use crate::model::Member;

/// Reads a member called `name`.
pub(crate) fn read(name: &str, json: &Value, model: &Value, family: Family) -> Result<Member, String> {
    let target = text(json, "shape").ok_or("has no shape")?;
    let shape = model["shapes"].get(&target).ok_or_else(|| format!("refers to the unknown shape {target}"))?;
    let flattened = flag(json, "flattened") || flag(shape, "flattened");
    let own = text(json, "locationName").or_else(|| text(shape, "locationName"));
    let listed = if flattened { flattened_name(shape) } else { None };
    let xml = listed.or_else(|| text(json, "xmlName")).or_else(|| own.clone()).unwrap_or_else(|| name.to_owned());
    Ok(Member {
        name: name.to_owned(),
        streaming: flag(json, "streaming") && shape["type"] == "blob",
        json_name: json_name(name, &own, json, family),
        query_name: query_name(name, &own, &xml, json, family),
        location: location(json, shape, family).map(|place| (place, own.clone().unwrap_or_else(|| name.to_owned()))),
        xml_name: xml,
        required: false,
        flattened,
        xml_attribute: flag(json, "xmlAttribute"),
        xml_namespace: namespace(&json["xmlNamespace"]).or_else(|| namespace(&shape["xmlNamespace"])),
        timestamp_format: timestamp_format(json).or_else(|| timestamp_format(shape)),
        idempotency_token: flag(json, "idempotencyToken"),
        json_value: flag(json, "jsonvalue"),
        host_label: flag(json, "hostLabel"),
        target,
    })
}

/// The repeated element of a flattened list bears the name of the list's member.
fn flattened_name(shape: &Value) -> Option<String> {
    let element = &shape["member"];
    text(element, "xmlName").or_else(|| text(element, "locationName"))
}

/// A body member's name in JSON. Members that travel elsewhere use `locationName` for that place.
fn json_name(name: &str, own: &Option<String>, json: &Value, family: Family) -> String {
    let elsewhere = json.get("location").is_some();
    match own {
        Some(own) if !elsewhere && matches!(family, Family::Json | Family::RestJson) => own.clone(),
        _ => name.to_owned(),
    }
}

fn query_name(name: &str, own: &Option<String>, xml: &str, json: &Value, family: Family) -> String {
    if family != Family::Ec2 {
        return xml.to_owned();
    }
    text(json, "queryName").or_else(|| own.as_deref().map(capitalised)).unwrap_or_else(|| name.to_owned())
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn location(json: &Value, shape: &Value, family: Family) -> Option<&'static str> {
    if flag(json, "eventpayload") {
        return Some("EventPayload");
    }
    if flag(json, "eventheader") {
        return Some("EventHeader");
    }
    let place = text(json, "location").or_else(|| text(shape, "location")).filter(|_| family.is_rest())?;
    Some(match place.as_str() {
        "header" => "Header",
        "headers" => "Headers",
        "querystring" => "Query",
        "uri" => "Label",
        "statusCode" => "StatusCode",
        _ => return None,
    })
}

fn namespace(json: &Value) -> Option<(String, String)> {
    namespace_address(json).map(|address| (text(json, "prefix").unwrap_or_default(), address))
}

fn timestamp_format(json: &Value) -> Option<&'static str> {
    Some(match json["timestampFormat"].as_str()? {
        "iso8601" => "Iso8601",
        "rfc822" => "HttpDate",
        _ => "EpochSeconds",
    })
}
