//! The properties of a GraphQL API to their depths. Source: aws-sam-translator 1.110.0, its schema of the resource.

use super::model::{Field, Type};

const ANY: Type = Type::Any;

const fn maybe(name: &'static str) -> Field {
    (name, ANY, false)
}

const fn needed(name: &'static str) -> Field {
    (name, ANY, true)
}

const KINDS: Type = Type::OneOf(&["AWS_IAM", "API_KEY", "AWS_LAMBDA", "OPENID_CONNECT", "AMAZON_COGNITO_USER_POOLS"]);

const LAMBDA_AUTHORIZER: Type = Type::Model(&[
    maybe("AuthorizerResultTtlInSeconds"),
    needed("AuthorizerUri"),
    maybe("IdentityValidationExpression"),
]);
const OPEN_ID: Type = Type::Model(&[maybe("AuthTTL"), maybe("ClientId"), maybe("IatTTL"), maybe("Issuer")]);
const USER_POOL: Type =
    Type::Model(&[maybe("AppIdClientRegex"), maybe("AwsRegion"), maybe("DefaultAction"), needed("UserPoolId")]);

const AUTHORIZER: Type = Type::Model(&[
    ("Type", KINDS, true),
    ("LambdaAuthorizer", LAMBDA_AUTHORIZER, false),
    ("OpenIDConnect", OPEN_ID, false),
    ("UserPool", USER_POOL, false),
]);
const AUTH: Type = Type::Model(&[
    ("Type", KINDS, true),
    ("LambdaAuthorizer", LAMBDA_AUTHORIZER, false),
    ("OpenIDConnect", OPEN_ID, false),
    ("UserPool", USER_POOL, false),
    ("Additional", Type::List(&AUTHORIZER), false),
]);

const LOGGING: Type =
    Type::Model(&[maybe("CloudWatchLogsRoleArn"), maybe("ExcludeVerboseContent"), maybe("FieldLogLevel")]);

const DYNAMO: Type = Type::Model(&[
    needed("TableName"),
    maybe("ServiceRoleArn"),
    maybe("TableArn"),
    ("Permissions", Type::List(&Type::OneOf(&["Read", "Write"])), false),
    maybe("Name"),
    maybe("Description"),
    maybe("Region"),
    (
        "DeltaSync",
        Type::Model(&[needed("BaseTableTTL"), needed("DeltaSyncTableName"), needed("DeltaSyncTableTTL")]),
        false,
    ),
    maybe("UseCallerCredentials"),
    maybe("Versioned"),
]);
const LAMBDA: Type =
    Type::Model(&[needed("FunctionArn"), maybe("ServiceRoleArn"), maybe("Name"), maybe("Description")]);

const RUNTIME: Type = Type::Model(&[needed("Name"), needed("Version")]);
const SYNC: Type = Type::Model(&[
    needed("ConflictDetection"),
    maybe("ConflictHandler"),
    ("LambdaConflictHandlerConfig", Type::Model(&[needed("LambdaConflictHandlerArn")]), false),
]);
const FUNCTION: Type = Type::Model(&[
    ("DataSource", Type::Any2(&Type::Map, &Type::Text), false),
    ("Runtime", RUNTIME, false),
    maybe("InlineCode"),
    maybe("CodeUri"),
    maybe("Description"),
    maybe("MaxBatchSize"),
    ("Name", Type::Text, false),
    maybe("Id"),
    ("Sync", SYNC, false),
]);
const RESOLVER: Type = Type::Model(&[
    ("FieldName", Type::Text, false),
    ("Caching", Type::Model(&[needed("Ttl"), ("CachingKeys", Type::List(&ANY), false)]), false),
    maybe("InlineCode"),
    maybe("CodeUri"),
    maybe("MaxBatchSize"),
    ("Pipeline", Type::List(&Type::Text), false),
    ("Runtime", RUNTIME, false),
    ("Sync", SYNC, false),
]);

/// All properties.
pub(super) const PROPERTIES: &[Field] = &[
    ("Auth", AUTH, true),
    ("Tags", Type::Map, false),
    maybe("Name"),
    ("XrayEnabled", Type::Bool, false),
    maybe("SchemaInline"),
    maybe("SchemaUri"),
    ("Logging", Type::Any2(&LOGGING, &Type::Bool), false),
    (
        "DataSources",
        Type::Model(&[("DynamoDb", Type::Table(&DYNAMO), false), ("Lambda", Type::Table(&LAMBDA), false)]),
        false,
    ),
    ("Functions", Type::Table(&FUNCTION), false),
    ("Resolvers", Type::Table(&Type::Table(&RESOLVER)), false),
    ("ApiKeys", Type::Table(&Type::Model(&[maybe("ApiKeyId"), maybe("Description"), maybe("ExpiresOn")])), false),
    ("DomainName", Type::Model(&[needed("CertificateArn"), needed("DomainName"), maybe("Description")]), false),
    (
        "Cache",
        Type::Model(&[
            needed("ApiCachingBehavior"),
            needed("Ttl"),
            needed("Type"),
            maybe("AtRestEncryptionEnabled"),
            maybe("TransitEncryptionEnabled"),
        ]),
        false,
    ),
    maybe("Visibility"),
    maybe("OwnerContact"),
    maybe("IntrospectionConfig"),
    maybe("QueryDepthLimit"),
    maybe("ResolverCountLimit"),
];
