//! The domain of a REST API: public, or private within networks; its paths; its records in Route 53.

use crate::error::{Outcome, resource};
use crate::expect::Of;
use crate::id;
use crate::intrinsic::{attribute, reference};
use crate::node::{Map, Node, Text, list, map};
use crate::python::names;
use crate::resource::{Claim, Resource};
use crate::work::{Work, as_list};

const ENDPOINTS: [&str; 3] = ["EDGE", "REGIONAL", "PRIVATE"];
/// What a truststore may be told by.
pub(crate) const TRUSTSTORE: [&str; 2] = ["TruststoreUri", "TruststoreVersion"];
/// The hosted zone of CloudFront. Source: Route 53 reference, "AliasTarget".
const CLOUDFRONT_ZONE: &str = "Z2FDTNDATAQYW2";

/// What a domain becomes.
#[derive(Debug, Default)]
pub(super) struct Domain {
    pub(super) resources: Vec<Resource>,
    /// Leave for an endpoint of a network to reach a private domain.
    pub(super) association: Option<Resource>,
}

/// Adds the domain of an API. What is found out about it is noted in the property, which the deployment's id depends on.
pub(super) fn add(work: &mut Work<'_>, claim: &mut Claim, api: &Resource) -> Outcome<Domain> {
    let Some(domain) = claim.properties.get("Domain").cloned() else { return Ok(Domain::default()) };
    let is_private = domain.get("EndpointConfiguration").is_some_and(|kind| kind.is("PRIVATE"));
    let of = Of::Resource(&claim.id);
    let mut domain = of.map(&domain, "Domain")?.clone();
    let name = of.present(domain.get("DomainName"), "Domain.DomainName")?.clone();
    of.present(domain.get("CertificateArn"), "Domain.CertificateArn")?;
    let made = if is_private {
        private(work, claim, &mut domain, api, &name)
    } else {
        public(work, claim, &mut domain, api, &name)
    };
    claim.properties.set("Domain", domain);
    made
}

fn endpoint_of(claim: &Claim, domain: &Map) -> Outcome<Node> {
    let endpoint = domain.node("EndpointConfiguration");
    if endpoint.as_str().is_some_and(|kind| ENDPOINTS.contains(&kind)) {
        return Ok(endpoint);
    }
    let known = names(&ENDPOINTS);
    Err(resource(&claim.id, format!("EndpointConfiguration for Custom Domains must be one of {known}.")))
}

fn configured(endpoint: &Node, domain: &Map) -> Map {
    let mut configuration = map! { "Types" => list![endpoint] };
    configuration.set_some("IpAddressType", domain.some("IpAddressType"));
    configuration
}

fn public(work: &mut Work<'_>, claim: &Claim, domain: &mut Map, api: &Resource, name: &Node) -> Outcome<Domain> {
    let id: Text = format!("ApiGatewayDomainName{}", id::suffix(name)).into();
    domain.set("ApiDomainName", &id);
    if domain.get("EndpointConfiguration").is_none() {
        domain.set("EndpointConfiguration", "REGIONAL");
    }
    let endpoint = endpoint_of(claim, domain)?;
    let certificate = if endpoint.is("REGIONAL") { "RegionalCertificateArn" } else { "CertificateArn" };
    let mut made = Resource::new(&id, "AWS::ApiGateway::DomainName", &claim.passed_on())
        .with("DomainName", name)
        .with(certificate, domain.node("CertificateArn"))
        .with("EndpointConfiguration", configured(&endpoint, domain));
    if let Some(tls) = domain.some("MutualTlsAuthentication") {
        let tls = Of::Resource(&claim.id).map(tls, "Domain.MutualTlsAuthentication")?;
        if tls.keys().iter().any(|key| !TRUSTSTORE.contains(&&**key)) {
            let text = format!("Available Domain.MutualTlsAuthentication fields are {}.", names(&TRUSTSTORE));
            return Err(resource(&claim.id, text));
        }
        made.set("MutualTlsAuthentication", truststore(tls));
    }
    for name in ["SecurityPolicy", "EndpointAccessMode", "OwnershipVerificationCertificateArn"] {
        made.set(name, domain.some(name));
    }
    let kind = "AWS::ApiGateway::BasePathMapping";
    let mut resources = vec![made];
    resources.extend(paths(claim, domain, api, kind, "DomainName", &reference(&id))?);
    resources.extend(records(work, claim, domain, &id)?);
    Ok(Domain { resources, association: None })
}

fn private(work: &mut Work<'_>, claim: &Claim, domain: &mut Map, api: &Resource, name: &Node) -> Outcome<Domain> {
    let id: Text = format!("ApiGatewayDomainNameV2{}", id::suffix(name)).into();
    let endpoint = endpoint_of(claim, domain)?;
    let mut made = Resource::new(&id, "AWS::ApiGateway::DomainNameV2", &claim.passed_on())
        .with("DomainName", name)
        .with("CertificateArn", domain.node("CertificateArn"))
        .with("EndpointConfiguration", configured(&endpoint, domain));
    for name in ["SecurityPolicy", "EndpointAccessMode", "Policy"] {
        made.set(name, domain.some(name));
    }
    let kind = "AWS::ApiGateway::BasePathMappingV2";
    let arn = reference(&id);
    let mut resources = vec![made];
    resources.extend(paths(claim, domain, api, kind, "DomainNameArn", &arn)?);
    let access = domain.get("AccessAssociation");
    let access = access.map(|access| Of::Resource(&claim.id).map(access, "Domain.AccessAssociation")).transpose()?;
    let association = access.map(|access| {
        let endpoint = access.node("VpcEndpointId");
        let id = id::of("DomainNameAccessAssociation", &list![&endpoint, &id]);
        Resource::new(id, "AWS::ApiGateway::DomainNameAccessAssociation", &claim.passed_on())
            .with("DomainNameArn", &arn)
            .with("AccessAssociationSourceType", "VPCE")
            .with("AccessAssociationSource", endpoint)
    });
    resources.extend(records(work, claim, domain, &id)?);
    Ok(Domain { resources, association })
}

/// Where the certificates of clients are.
pub(crate) fn truststore(tls: &Map) -> Map {
    let mut made = Map::default();
    TRUSTSTORE.iter().for_each(|name| made.set_some(*name, tls.some(name)));
    made
}

/// The paths of a domain that lead to the API: all, if none is named.
fn paths(
    claim: &Claim,
    domain: &Map,
    api: &Resource,
    kind: &'static str,
    property: &str,
    target: &Node,
) -> Outcome<Vec<Resource>> {
    let mapping = |id: String| {
        Resource::new(id, kind, &claim.passed_on())
            .with(property, target)
            .with("RestApiId", reference(&api.id))
            .with("Stage", reference(format!("{}.Stage", &*api.id)))
    };
    let paths = domain.some("BasePath").filter(|path| path.as_str().is_some() || path.as_list().is_some());
    let Some(paths) = paths else { return Ok(vec![mapping(format!("{}BasePathMapping", &*claim.id))]) };
    let normalized = domain.get("NormalizeBasePath").is_none_or(Node::truthy);
    let mut made = Vec::new();
    for path in Of::Resource(&claim.id).texts(&Node::List(as_list(paths)), "Domain.BasePath")? {
        let letters: String = path.chars().filter(|c| c.is_alphanumeric()).collect();
        let id = format!("{}{letters}BasePathMapping", &*claim.id);
        made.push(mapping(id).with("BasePath", if normalized { letters.as_str() } else { path }));
    }
    Ok(made)
}

/// The group of records of a domain, that APIs of one hosted zone share.
fn records(work: &mut Work<'_>, claim: &Claim, domain: &mut Map, id: &Text) -> Outcome<Option<Resource>> {
    let Some(zone) = domain.get("Route53").cloned() else { return Ok(None) };
    let zone = Of::Resource(&claim.id).map(&zone, "Domain.Route53")?;
    let (zone_id, zone_name) = (zone.node("HostedZoneId"), zone.node("HostedZoneName"));
    check_zone(claim, zone)?;
    let named = if zone_id.truthy() { &zone_id } else { &zone_name };
    let mut made_of = named.clone();
    let separate = zone.some("SeparateRecordSetGroup").is_some();
    if let Some(separate) = zone.some("SeparateRecordSetGroup") {
        Of::Resource(&claim.id).boolean(separate, "Domain.Route53.SeparateRecordSetGroup")?;
        made_of = list![named, domain.node("DomainName")];
    }
    let group_id = id::of("RecordSetGroup", &made_of);
    let known = work.record_sets.get(&group_id).filter(|_| !separate).cloned();
    let mut group = known.unwrap_or_else(|| {
        Resource::new(group_id.as_str(), "AWS::Route53::RecordSetGroup", &claim.passed_on())
            .with("HostedZoneId", zone_id)
            .with("HostedZoneName", zone_name)
            .with("RecordSets", list![])
    });
    let target = alias(domain, id);
    let zone = domain.map("Route53").cloned().unwrap_or_default();
    add_records(&mut group, &domain.node("DomainName"), &zone, &target);
    if !separate {
        work.record_sets.insert(group_id, group.clone());
    }
    Ok(Some(group))
}

/// A hosted zone must be told.
pub(crate) fn check_zone(claim: &Claim, zone: &Map) -> Outcome<()> {
    if zone.get("HostedZoneId").is_none() && zone.get("HostedZoneName").is_none() {
        let text = "HostedZoneId or HostedZoneName is required to enable Route53 support on Custom Domains.";
        return Err(resource(&claim.id, text));
    }
    Ok(())
}

/// Adds the records of a domain to a group: of IPv4, and of IPv6 where that is asked for.
pub(crate) fn add_records(group: &mut Resource, name: &Node, zone: &Map, target: &Map) {
    let Node::List(all) = group.properties.entry(&"RecordSets".into(), || list![]) else { return };
    let v6 = zone.get("IpV6").is_some_and(|v6| v6.is_bool(true));
    for kind in ["A", "AAAA"].iter().take(if v6 { 2 } else { 1 }) {
        let mut record = map! { "Name" => name, "Type" => *kind, "AliasTarget" => target.clone() };
        ["Region", "SetIdentifier"].iter().for_each(|name| record.set_some(*name, zone.node(name)));
        all.push(record.into());
    }
}

/// What a domain's records point to.
fn alias(domain: &mut Map, id: &Text) -> Map {
    let endpoint = domain.node("EndpointConfiguration");
    let mut target = Map::default();
    let Some(zone) = domain.map_mut("Route53") else { return target };
    target.set_some("EvaluateTargetHealth", zone.node("EvaluateTargetHealth"));
    let (hosted, name) = match endpoint.as_str() {
        Some("REGIONAL") => (attribute(id, "RegionalHostedZoneId"), attribute(id, "RegionalDomainName")),
        Some("EDGE") => {
            if zone.get("DistributionDomainName").is_none() {
                zone.set("DistributionDomainName", attribute(id, "DistributionDomainName"));
            }
            (CLOUDFRONT_ZONE.into(), zone.node("DistributionDomainName"))
        }
        _ => (zone.node("VpcEndpointHostedZoneId"), zone.node("VpcEndpointDomainName")),
    };
    target.set("HostedZoneId", hosted);
    target.set("DNSName", name);
    target
}
