//! The AWS::Serverless-2016-10-31 transform: a template of serverless resources into one of plain resources.
