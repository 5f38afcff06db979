//! Every number SNS promises or refuses by, with where AWS says so.
//!
//! Sources: the pages of the operations named below in the
//! [API reference](https://docs.aws.amazon.com/sns/latest/api/API_Operations.html), and the
//! [quotas](https://docs.aws.amazon.com/general/latest/gr/sns.html).

use std::ops::RangeInclusive;
use std::time::Duration;

/// Characters of a topic's name, `.fifo` included (`CreateTopic`).
pub const NAME_LENGTH: RangeInclusive<usize> = 1..=256;
/// Bytes of a message with its attributes, and of all messages of a batch (`Publish`, `PublishBatch`).
pub const MESSAGE_BYTES: usize = 262_144;
/// Entries of a batch (`PublishBatch`).
pub const BATCH_ENTRIES: usize = 10;
/// Characters of a batch entry's id (`PublishBatchRequestEntry`).
pub const BATCH_ID_LENGTH: usize = 80;
/// Characters of a subject; fewer than 100 by the documentation (`Publish`), 100 in practice.
pub const SUBJECT_LENGTH: usize = 100;
/// Characters of a message group's and of a deduplication's id (`Publish`).
pub const TOKEN_LENGTH: RangeInclusive<usize> = 1..=128;
/// Bytes of the name of a message's attribute (`MessageAttributeValue`).
pub const ATTRIBUTE_NAME_LENGTH: usize = 256;
/// Attributes of a message that a queue takes raw (developer guide, "Amazon SNS message attributes").
pub const RAW_ATTRIBUTES: usize = 10;
/// How long a deduplication id is remembered (developer guide, "Amazon SNS message deduplication for FIFO topics").
pub const DEDUPLICATION: Duration = Duration::from_secs(300);
/// How long a subscription can be confirmed (`ConfirmSubscription`: tokens are valid for two days).
pub const CONFIRMATION: Duration = Duration::from_secs(2 * 86_400);
/// Items of one page of a listing (`ListTopics`, `ListSubscriptions`).
pub const PAGE: usize = 100;
/// Days that a FIFO topic can keep its messages (developer guide, "Amazon SNS message archiving").
pub const ARCHIVE_DAYS: RangeInclusive<u64> = 1..=365;
/// Statements of a topic's policy (quotas).
pub const POLICY_STATEMENTS: usize = 100;
/// Bytes of a topic's policy (quotas: 30,720).
pub const POLICY_BYTES: usize = 30_720;
/// Bytes of an endpoint's user data (`CreatePlatformEndpoint`).
pub const USER_DATA: usize = 2_048;
/// Characters of a platform application's name (`CreatePlatformApplication`).
pub const APPLICATION_NAME: usize = 256;
/// Phone numbers of an account's sandbox (developer guide, "Using the Amazon SNS SMS sandbox").
pub const SANDBOX_NUMBERS: usize = 10;
/// How long a sandbox's one-time password is valid. AWS's documentation names no span; 15 minutes is our choice.
pub const ONE_TIME_PASSWORD: Duration = Duration::from_secs(900);
/// What an account may spend on text messages in a month at first, in US dollars (developer guide, "Requesting increases
/// to your monthly SMS spending quota").
pub const MONTHLY_SPENDING: u32 = 1;
/// How long a number that was opted in cannot be opted in again (`OptInPhoneNumber`: every 30 days).
pub const OPT_IN_PAUSE: Duration = Duration::from_secs(30 * 86_400);
/// How long an endpoint over HTTP may take to answer (developer guide, "HTTP/HTTPS endpoint": about 15 seconds).
pub const HTTP_PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of a data protection policy (quotas).
pub const PROTECTION_BYTES: usize = 30_720;
/// How long subscriptions of a deleted topic can still be seen. Our choice: AWS says that they go asynchronously.
pub const AFTERLIFE: Duration = Duration::from_secs(3 * 86_400);
