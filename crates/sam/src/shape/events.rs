//! What events of functions and state machines have for properties. Source: aws-sam-translator 1.110.0, the types of its
//! event sources.

use super::Kind::{self, Any, Bool, BoolOrMap, Integer, List, TextOrTexts, Texts};
use super::{Property, property};

/// What mappings of event sources have alike: only where they start and what they read is their own.
macro_rules! mapping {
    ($start:expr $(, $own:expr)*) => {
        &[
            property("BatchSize", Integer),
            $start,
            property("StartingPositionTimestamp", Any),
            property("Enabled", Bool),
            property("MaximumBatchingWindowInSeconds", Integer),
            property("MaximumRetryAttempts", Integer),
            property("BisectBatchOnFunctionError", Bool),
            property("MaximumRecordAgeInSeconds", Integer),
            property("DestinationConfig", Kind::Map),
            property("ParallelizationFactor", Integer),
            property("Topics", List),
            property("Queues", List),
            property("SourceAccessConfigurations", List),
            property("SecretsManagerKmsKeyId", Kind::Text),
            property("TumblingWindowInSeconds", Integer),
            property("FunctionResponseTypes", List),
            property("KafkaBootstrapServers", List),
            property("FilterCriteria", Kind::Map),
            property("KmsKeyArn", Any),
            property("ConsumerGroupId", Kind::Text),
            property("ScalingConfig", Kind::Map),
            property("ProvisionedPollerConfig", Kind::Map),
            property("SchemaRegistryConfig", Kind::Map),
            property("MetricsConfig", Kind::Map),
            property("LoggingConfig", Kind::Map),
            $($own),*
        ]
    };
}

/// Where a mapping starts to read.
const START: Property = property("StartingPosition", Any);

/// Events of a mapping of the kind of Kinesis.
pub(crate) const EVENT_STREAM: &[Property] = mapping!(START.required(), property("Stream", Any).required());

/// Events of a mapping of the kind of SQS.
pub(crate) const EVENT_QUEUE: &[Property] = mapping!(START, property("Queue", Any).required());

/// Events of a mapping of the kind of MQ.
pub(crate) const EVENT_BROKER: &[Property] =
    mapping!(START, property("Broker", Any).required(), property("DynamicPolicyName", Bool).plain());

/// Events of a mapping of the kind of DocumentDB.
pub(crate) const EVENT_CLUSTER: &[Property] = mapping!(
    START,
    property("Cluster", Any).required(),
    property("DatabaseName", Any).required(),
    property("CollectionName", Any),
    property("FullDocument", Any)
);

/// Events of a mapping of SelfManagedKafka.
pub(crate) const EVENT_KAFKA: &[Property] = mapping!(START);

/// Events of `Schedule` of a function.
pub(crate) const EVENT_SCHEDULE: &[Property] = &[
    property("Schedule", Kind::Text).required(),
    property("RuleName", Kind::Text),
    property("Input", Kind::Text),
    property("Enabled", Bool),
    property("State", Kind::Text),
    property("Name", Kind::Text),
    property("Description", Kind::Text),
    property("DeadLetterConfig", Kind::Map),
    property("RetryPolicy", Kind::Map),
];

/// Events of `CloudWatchEvent` of a function.
pub(crate) const EVENT_RULE: &[Property] = &[
    property("EventBusName", Kind::Text),
    property("RuleName", Kind::Text),
    property("Pattern", Kind::Map),
    property("DeadLetterConfig", Kind::Map),
    property("RetryPolicy", Kind::Map),
    property("Input", Kind::Text),
    property("InputPath", Kind::Text),
    property("Target", Kind::Map),
    property("Enabled", Bool),
    property("State", Kind::Text),
    property("InputTransformer", Kind::Map),
];

/// Events of `S3` of a function.
pub(crate) const EVENT_S3: &[Property] = &[
    property("Bucket", Kind::Text).required(),
    property("Events", TextOrTexts).required().plain(),
    property("Filter", Texts),
];

/// Events of `SNS` of a function.
pub(crate) const EVENT_SNS: &[Property] = &[
    property("Topic", Kind::Text).required(),
    property("Region", Kind::Text),
    property("FilterPolicy", Any),
    property("FilterPolicyScope", Any),
    property("SqsSubscription", BoolOrMap),
    property("RedrivePolicy", Kind::Map),
];

/// Events of `Api` of a function.
pub(crate) const EVENT_API: &[Property] = &[
    property("Path", Kind::Text).required(),
    property("Method", Kind::Text).required(),
    property("RestApiId", Kind::Text).required(),
    property("Stage", Kind::Text),
    property("Auth", Kind::Map),
    property("RequestModel", Kind::Map),
    property("RequestParameters", List),
    property("TimeoutInMillis", Integer),
    property("ResponseTransferMode", Kind::Text),
];

/// Events of `AlexaSkill` of a function.
pub(crate) const EVENT_ALEXA: &[Property] = &[property("SkillId", Kind::Text)];

/// Events of `IoTRule` of a function.
pub(crate) const EVENT_IOT: &[Property] =
    &[property("Sql", Kind::Text).required(), property("AwsIotSqlVersion", Kind::Text)];

/// Events of `Cognito` of a function.
pub(crate) const EVENT_COGNITO: &[Property] =
    &[property("UserPool", Kind::Text).required(), property("Trigger", TextOrTexts).required().plain()];

/// Events of `HttpApi` of a function.
pub(crate) const EVENT_HTTP_API: &[Property] = &[
    property("Path", Kind::Text),
    property("Method", Kind::Text),
    property("ApiId", Kind::Text),
    property("Stage", Kind::Text),
    property("Auth", Kind::Map),
    property("TimeoutInMillis", Integer),
    property("RouteSettings", Kind::Map),
    property("PayloadFormatVersion", Kind::Text),
];

/// Events of `CloudWatchLogs`.
pub(crate) const EVENT_LOGS: &[Property] =
    &[property("LogGroupName", Kind::Text).required(), property("FilterPattern", Kind::Text).required()];

/// Events of `ScheduleV2`.
pub(crate) const EVENT_SCHEDULER: &[Property] = &[
    property("PermissionsBoundary", Kind::Text),
    property("ScheduleExpression", Kind::Text).required(),
    property("FlexibleTimeWindow", Kind::Map),
    property("Name", Kind::Text),
    property("State", Kind::Text),
    property("Description", Kind::Text),
    property("StartDate", Kind::Text),
    property("EndDate", Kind::Text),
    property("ScheduleExpressionTimezone", Kind::Text),
    property("GroupName", Kind::Text),
    property("KmsKeyArn", Kind::Text),
    property("Input", Kind::Text),
    property("RoleArn", Kind::Text),
    property("DeadLetterConfig", Kind::Map),
    property("RetryPolicy", Kind::Map),
    property("OmitName", Bool).plain(),
];

/// Events of `Schedule` of a state machine.
pub(crate) const MACHINE_SCHEDULE: &[Property] = &[
    property("Schedule", Kind::Text).required(),
    property("Input", Kind::Text),
    property("Enabled", Bool),
    property("State", Kind::Text),
    property("Name", Kind::Text),
    property("Description", Kind::Text),
    property("DeadLetterConfig", Kind::Map),
    property("RetryPolicy", Kind::Map),
    property("Target", Kind::Map).plain(),
    property("RoleArn", Kind::Text).plain(),
];

/// Events of `CloudWatchEvent` of a state machine.
pub(crate) const MACHINE_RULE: &[Property] = &[
    property("EventBusName", Kind::Text),
    property("RuleName", Kind::Text),
    property("Pattern", Kind::Map),
    property("Input", Kind::Text),
    property("InputPath", Kind::Text),
    property("DeadLetterConfig", Kind::Map),
    property("RetryPolicy", Kind::Map),
    property("State", Kind::Text),
    property("Target", Kind::Map).plain(),
    property("InputTransformer", Kind::Map),
];

/// Events of `Api` of a state machine.
pub(crate) const MACHINE_API: &[Property] = &[
    property("Path", Kind::Text).required(),
    property("Method", Kind::Text).required(),
    property("RestApiId", Kind::Text).required(),
    property("Stage", Kind::Text),
    property("Auth", Kind::Map),
    property("UnescapeMappingTemplate", Bool).plain(),
];
