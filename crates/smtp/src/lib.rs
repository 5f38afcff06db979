//! Mail handed to a server over SMTP, through `lettre`.
//!
//! What the server took is its affair. A reply of 5xx is final; 4xx, silence and a broken connection may be tried again
//! (RFC 5321, section 4.2.1).

use std::fmt;
use std::time::{Duration, SystemTime};

use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::{Address, AsyncTransport, Message, Tokio1Executor};
use service_kit::{BoxFuture, Letter, Mailer, Undelivered};

/// Longest wait for one reply of the server.
const PATIENCE: Duration = Duration::from_secs(15);

/// A server that takes mail.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Address,
}

/// A server or a sender that cannot be. Shows no URL, for it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidServer(&'static str);

impl Smtp {
    /// The server at `smtp://[USER:PASSWORD@]HOST[:PORT]` or `smtps://…`; with `?tls=required` the first turns to TLS by
    /// STARTTLS. All mail is from the address `from`. Connects at each letter.
    ///
    /// # Errors
    /// One of them is none.
    pub fn at(url: &str, from: &str) -> Result<Self, InvalidServer> {
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let server = server.map_err(|_| InvalidServer("not smtp://HOST:PORT or smtps://HOST:PORT"))?;
        let from = from.parse().map_err(|_| InvalidServer("the sender's address is none"))?;
        Ok(Self { transport: server.timeout(Some(PATIENCE)).build(), from })
    }

    fn message(&self, letter: Letter) -> Result<Message, Undelivered> {
        let refused = |error: &dyn fmt::Display| Undelivered::Refused(error.to_string());
        let to: Address = letter.to.parse().map_err(|error| refused(&error))?;
        let message = Message::builder()
            .from(Mailbox::new(Some(letter.sender), self.from.clone()))
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.domain())))
            .date(written(letter.at))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text);
        message.map_err(|error| refused(&error))
    }
}

impl Mailer for Smtp {
    fn send(&self, letter: Letter) -> BoxFuture<'_, Result<(), Undelivered>> {
        Box::pin(async move {
            let sent = self.transport.send(self.message(letter)?).await;
            sent.map(drop).map_err(|error| match error.is_permanent() {
                true => Undelivered::Refused(error.to_string()),
                false => Undelivered::Unreachable(error.to_string()),
            })
        })
    }
}

/// An instant of the cloud's clock, as `lettre` wants it.
fn written(at: names::Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_micros(u64::try_from(at.micros()).unwrap_or_default())
}

impl fmt::Display for InvalidServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidServer {}

#[cfg(test)]
mod tests {
    use names::Timestamp;
    use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
    use tokio::net::TcpListener;

    use super::*;

    fn letter(to: &str) -> Letter {
        Letter {
            sender: "Überschrift".to_owned(),
            to: to.to_owned(),
            subject: "on\r\nBcc: x@y.z\r\n\r\ntwo".to_owned(),
            text: "hello\n.\nbye\n".to_owned(),
            id: "7".to_owned(),
            at: Timestamp::from_secs(1_767_225_600),
        }
    }

    /// A server that answers `to_rcpt` to every receiver; gives what it was told.
    async fn told(to_rcpt: &'static str) -> (Result<(), Undelivered>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = Smtp::at(&format!("smtp://{}", listener.local_addr().unwrap()), "cloud@example.com").unwrap();
        let server = async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (read, mut write) = stream.into_split();
            let (mut read, mut all, mut in_data) = (BufReader::new(read), String::new(), false);
            write.write_all(b"220 here\r\n").await.unwrap();
            let mut line = String::new();
            while read.read_line(&mut line).await.unwrap_or_default() > 0 {
                let answer = match line.get(..4) {
                    _ if in_data && line != ".\r\n" => "",
                    Some("DATA") => "354 go on\r\n",
                    Some("RCPT") => to_rcpt,
                    _ => "250 good\r\n",
                };
                in_data = answer.starts_with("354") || (in_data && answer.is_empty());
                write.write_all(answer.as_bytes()).await.unwrap();
                all.push_str(&std::mem::take(&mut line));
                if all.ends_with("QUIT\r\n") {
                    break;
                }
            }
            let _ = read.read_to_string(&mut all).await;
            all
        };
        tokio::join!(smtp.send(letter("who@example.org")), server)
    }

    #[tokio::test]
    async fn a_letter_arrives_whole_and_headers_cannot_be_added() {
        let (sent, told) = told("250 good\r\n").await;
        assert_eq!(sent, Ok(()));
        for part in [
            "MAIL FROM:<cloud@example.com>",
            "RCPT TO:<who@example.org>",
            "Message-ID: <7@example.com>",
            "Date: Thu, 01 Jan 2026 00:00:00 +0000",
            "hello\r\n..\r\nbye\r\n",
        ] {
            assert!(told.contains(part), "no {part} in {told}");
        }
        assert!(!told.contains("\r\nBcc:"), "{told}");
    }

    #[tokio::test]
    async fn what_is_final_is_told_from_what_is_not() {
        assert!(matches!(told("550 nobody\r\n").await.0, Err(Undelivered::Refused(_))));
        assert!(matches!(told("451 later\r\n").await.0, Err(Undelivered::Unreachable(_))));
        let nobody = Smtp::at("smtp://127.0.0.1:1", "a@b.c").unwrap();
        assert!(matches!(nobody.send(letter("a@b.c")).await, Err(Undelivered::Unreachable(_))));
        assert!(matches!(nobody.send(letter("nowhere")).await, Err(Undelivered::Refused(_))));
    }

    #[test]
    fn errors_show_no_password() {
        for (url, from) in [("http://u:secret@h", "a@b.c"), ("smtp://u:secret@h:x", "a@b.c"), ("smtp://h", "nobody")] {
            let error = Smtp::at(url, from).err().unwrap();
            assert!(!format!("{error} {error:?}").contains("secret"));
        }
    }
}
