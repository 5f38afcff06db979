//! The domain of an HTTP or a WebSocket API, its paths, and its records in Route 53.

use crate::api::domain::{TRUSTSTORE, add_records, check_zone, truststore};
use crate::error::{Outcome, resource};
use crate::expect::Of;
use crate::id;
use crate::intrinsic::{attribute, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::python::names;
use crate::resource::{Claim, Resource};
use crate::work::{Work, as_list};

/// What the domain of an API becomes. `tag` is the tag that tells who made it.
pub(crate) fn add(work: &mut Work<'_>, claim: &Claim, api: &Resource, tag: &str) -> Outcome<Vec<Resource>> {
    let Some(domain) = claim.properties.get("Domain").and_then(Node::as_map) else { return Ok(Vec::new()) };
    let (Some(name), Some(certificate)) = (domain.get("DomainName"), domain.get("CertificateArn")) else {
        let text = "Custom Domains only works if both DomainName and CertificateArn are provided.";
        return Err(resource(&claim.id, text));
    };
    let id: Text = format!("ApiGatewayDomainNameV2{}", id::suffix(name)).into();
    let endpoint = domain.get("EndpointConfiguration").cloned().unwrap_or_else(|| "REGIONAL".into());
    if !endpoint.is("REGIONAL") {
        let known = names(&["REGIONAL"]);
        return Err(resource(&claim.id, format!("EndpointConfiguration for Custom Domains must be one of {known}.")));
    }
    let mut configuration = map! { "CertificateArn" => certificate, "EndpointType" => endpoint };
    for name in ["OwnershipVerificationCertificateArn", "SecurityPolicy"] {
        configuration.set_some(name, domain.some(name));
    }
    let mut made = Resource::new(&id, "AWS::ApiGatewayV2::DomainName", &claim.passed_on())
        .with("DomainName", name)
        .with("DomainNameConfigurations", list![configuration])
        .with("Tags", map! { tag => "SAM" });
    add_tls(claim, domain, &mut made)?;
    let mut resources = vec![made];
    resources.extend(paths(claim, domain, api, &id)?);
    resources.extend(records(work, claim, domain, &id)?);
    Ok(resources)
}

fn add_tls(claim: &Claim, domain: &Map, made: &mut Resource) -> Outcome<()> {
    let Some(tls) = domain.some("MutualTlsAuthentication") else { return Ok(()) };
    let fields = names(&TRUSTSTORE);
    let Some(tls) = tls.as_map() else {
        let text = format!("MutualTlsAuthentication must be a map with at least one of the following fields {fields}.");
        return Err(resource(&claim.id, text));
    };
    let mut others: Vec<Text> = tls.keys().into_iter().filter(|key| !TRUSTSTORE.contains(&&**key)).collect();
    others.sort_by_key(|key| key.to_string());
    if !others.is_empty() {
        let others = others.iter().map(|key| &**key).collect::<Vec<_>>().join(",");
        return Err(resource(&others, format!("Available MutualTlsAuthentication fields are {fields}.")));
    }
    made.set("MutualTlsAuthentication", truststore(tls));
    Ok(())
}

fn paths(claim: &Claim, domain: &Map, api: &Resource, id: &Text) -> Outcome<Vec<Resource>> {
    let mapping = |own: String| {
        Resource::new(own, "AWS::ApiGatewayV2::ApiMapping", &claim.passed_on())
            .with("DomainName", reference(id))
            .with("ApiId", reference(&api.id))
            .with("Stage", reference(format!("{}.Stage", &*api.id)))
    };
    let paths = domain.some("BasePath").filter(|path| path.as_str().is_some() || path.as_list().is_some());
    let Some(paths) = paths else { return Ok(vec![mapping(format!("{}ApiMapping", &*claim.id))]) };
    let mut made = Vec::new();
    for path in as_list(paths) {
        let path = path.as_str().ok_or_else(|| resource(&claim.id, "Basepath must be a string."))?;
        if path.chars().any(|c| !c.is_ascii_alphanumeric() && !"/-_".contains(c)) {
            return Err(resource(&claim.id, "Invalid Basepath name provided."));
        }
        let own = format!("{}{}ApiMapping", &*claim.id, path.replace(['-', '_', '/'], ""));
        made.push(mapping(own).with("ApiMappingKey", path.trim_matches('/')));
    }
    Ok(made)
}

fn records(work: &mut Work<'_>, claim: &Claim, domain: &Map, id: &Text) -> Outcome<Option<Resource>> {
    let Some(zone) = domain.get("Route53") else { return Ok(None) };
    let zone = Of::Resource(&claim.id).map(zone, "Domain.Route53")?;
    check_zone(claim, zone)?;
    let named = zone.some("HostedZoneId").or_else(|| zone.get("HostedZoneName"));
    let group_id = id::of("RecordSetGroup", &Node::from(named));
    let property = if zone.has("HostedZoneId") { "HostedZoneId" } else { "HostedZoneName" };
    let known = work.record_sets.get(&group_id).cloned();
    let mut group = known.unwrap_or_else(|| {
        Resource::new(group_id.as_str(), "AWS::Route53::RecordSetGroup", &claim.passed_on())
            .with(property, zone.node(property))
            .with("RecordSets", list![])
    });
    let mut target = Map::default();
    target.set_some("EvaluateTargetHealth", zone.node("EvaluateTargetHealth"));
    target.set("HostedZoneId", attribute(id, "RegionalHostedZoneId"));
    target.set("DNSName", attribute(id, "RegionalDomainName"));
    add_records(&mut group, &domain.node("DomainName"), zone, &target);
    work.record_sets.insert(group_id, group.clone());
    Ok(Some(group))
}
