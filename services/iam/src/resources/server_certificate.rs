//! `AWS::IAM::ServerCertificate`. Its identifier is its name.

use api_iam::{
    DeleteServerCertificate, DeleteServerCertificateInput, GetServerCertificate, GetServerCertificateInput,
    ListServerCertificates, ListServerCertificatesInput, TagServerCertificate, TagServerCertificateInput,
    UntagServerCertificate, UntagServerCertificateInput, UpdateServerCertificate, UpdateServerCertificateInput,
    UploadServerCertificate, UploadServerCertificateInput,
};
use service_kit::properties::tags_of;
use service_kit::{Ctx, Error, PropertySource};

use super::described::{Described, Words};
use super::properties::{needed, properties, tag_difference, tag_property, tags, text, unless_gone};
use crate::ops::home;

/// A server's certificate.
#[derive(Debug)]
pub(super) struct ServerCertificate;

impl Described for ServerCertificate {
    fn words(&self) -> Words {
        Words {
            name: "AWS::IAM::ServerCertificate",
            properties: &["CertificateBody", "CertificateChain", "Path", "PrivateKey", "ServerCertificateName", "Tags"],
            create_only: &["CertificateBody", "CertificateChain", "PrivateKey", "ServerCertificateName"],
            named_by: Some(("ServerCertificateName", 128)),
            attributes: &["Arn"],
        }
    }

    async fn create(&self, ctx: &Ctx, given: PropertySource) -> Result<String, Error> {
        let name = needed(&given, "ServerCertificateName");
        let input = UploadServerCertificateInput {
            path: text(&given, "Path"),
            server_certificate_name: name.clone(),
            certificate_body: needed(&given, "CertificateBody"),
            private_key: needed(&given, "PrivateKey"),
            certificate_chain: text(&given, "CertificateChain"),
            tags: Some(tags(&given)),
        };
        ctx.call::<UploadServerCertificate>(input).await?;
        Ok(name)
    }

    async fn read(&self, ctx: &Ctx, id: &str) -> Result<Option<PropertySource>, Error> {
        let input = GetServerCertificateInput { server_certificate_name: id.to_owned() };
        let found = unless_gone(ctx.call::<GetServerCertificate>(input).await)?;
        Ok(found.map(|found| {
            let certificate = found.server_certificate;
            let about = certificate.server_certificate_metadata;
            properties([
                ("Arn", about.arn.into()),
                ("Path", about.path.into()),
                ("ServerCertificateName", about.server_certificate_name.into()),
                ("CertificateBody", certificate.certificate_body.into()),
                ("CertificateChain", certificate.certificate_chain.into()),
                ("Tags", tag_property(certificate.tags).into()),
            ])
        }))
    }

    async fn update(&self, ctx: &Ctx, id: &str, given: PropertySource) -> Result<(), Error> {
        let (there, name) = (self.read(ctx, id).await?.unwrap_or_default(), || id.to_owned());
        let path = Some(text(&given, "Path").unwrap_or_else(|| "/".to_owned()));
        if path != text(&there, "Path") {
            let input = UpdateServerCertificateInput {
                server_certificate_name: name(),
                new_path: path,
                new_server_certificate_name: None,
            };
            ctx.call::<UpdateServerCertificate>(input).await?;
        }
        let (put, gone) = tag_difference(&tags_of(&there), &tags_of(&given));
        if !gone.is_empty() {
            let input = UntagServerCertificateInput { server_certificate_name: name(), tag_keys: gone };
            ctx.call::<UntagServerCertificate>(input).await?;
        }
        if !put.is_empty() {
            let input = TagServerCertificateInput { server_certificate_name: name(), tags: put };
            ctx.call::<TagServerCertificate>(input).await?;
        }
        Ok(())
    }

    async fn delete(&self, ctx: &Ctx, id: &str) -> Result<(), Error> {
        let input = DeleteServerCertificateInput { server_certificate_name: id.to_owned() };
        unless_gone(ctx.call::<DeleteServerCertificate>(input).await).map(drop)
    }

    async fn list(&self, ctx: &Ctx) -> Result<Vec<String>, Error> {
        let input = ListServerCertificatesInput { max_items: Some(1_000), ..Default::default() };
        let all = ctx.call::<ListServerCertificates>(input).await?.server_certificate_metadata_list;
        Ok(all.into_iter().map(|certificate| certificate.server_certificate_name).collect())
    }

    fn arn(&self, ctx: &Ctx, id: &str) -> String {
        home(ctx).arn_of("server-certificate", "/", id)
    }
}
