//! Templates told and checked.

use api_cloudformation::{
    CreateStack, CreateStackInput, GetTemplate, GetTemplateInput, GetTemplateSummary, GetTemplateSummaryInput,
    TemplateStage, ValidateTemplate, ValidateTemplateInput,
};

use super::{at_rest, cloud, refusal};

const LOOP: &str = "
Transform: AWS::LanguageExtensions
Parameters: {Size: {Type: Number, Default: 1, Description: how much}}
Resources:
  Fn::ForEach::Things:
    - Name
    - [x, y]
    - Thing&{Name}:
        Type: Test::Thing
        Properties: {Name: !Sub 'n-${Name}'}
";

#[tokio::test]
async fn loops_are_written_out_and_both_forms_are_told() {
    let (cloud, things) = cloud();
    let input = CreateStackInput {
        stack_name: "s".to_owned(),
        template_body: Some(LOOP.to_owned()),
        capabilities: Some(vec![api_cloudformation::Capability::CapabilityAutoExpand]),
        ..CreateStackInput::default()
    };
    let bare = CreateStackInput { capabilities: None, ..input.clone() };
    let (code, text) = refusal::<CreateStack>(&cloud, bare).await;
    assert_eq!(code, "InsufficientCapabilitiesException");
    assert_eq!(text, "Requires capabilities : [CAPABILITY_AUTO_EXPAND]");
    cloud.call::<CreateStack>(input).await.unwrap();
    at_rest(&cloud, "s").await;
    assert_eq!(things.ids(), ["n-x", "n-y"]);
    let get =
        |stage| GetTemplateInput { stack_name: Some("s".to_owned()), template_stage: stage, ..Default::default() };
    let original = cloud.call::<GetTemplate>(get(None)).await.unwrap().template_body.unwrap();
    assert_eq!(original, LOOP);
    let processed = cloud.call::<GetTemplate>(get(Some(TemplateStage::Processed))).await.unwrap();
    assert!(processed.template_body.unwrap().contains("\"Thingx\""));
}

#[tokio::test]
async fn templates_tell_of_themselves() {
    let (cloud, _) = cloud();
    let body =
        Some("Resources: {Q: {Type: AWS::SQS::Queue}}\nDescription: d\nParameters: {P: {Type: String}}".to_owned());
    let input = GetTemplateSummaryInput { template_body: body.clone(), ..GetTemplateSummaryInput::default() };
    let told = cloud.call::<GetTemplateSummary>(input).await.unwrap();
    assert_eq!(told.resource_types.unwrap(), ["AWS::SQS::Queue"]);
    assert_eq!(told.parameters.unwrap()[0].parameter_key.as_deref(), Some("P"));
    let input = ValidateTemplateInput { template_body: body, template_url: None };
    assert_eq!(cloud.call::<ValidateTemplate>(input).await.unwrap().description.as_deref(), Some("d"));
    let input = ValidateTemplateInput { template_body: Some("{\"a\"=1}".to_owned()), template_url: None };
    let (_, text) = refusal::<ValidateTemplate>(&cloud, input).await;
    assert_eq!(text, "Template format error: JSON not well-formed. (line 1, column 6)");
}
