//! The least input of any operation that looks like what a client would send: the required members, each with a value that
//! its constraints and its name suggest. Walks over all operations fill their inputs with it, so that an operation that is
//! added tomorrow is walked over too.

use bytes::Bytes;
use names::{AccountId, Timestamp};
use smithy::{Document, Issue, Kind, Malformed, Member, ReadResult, Reader, Shape};

/// Invents values for one operation.
pub struct Likely<'a> {
    /// The service's id, for ARNs.
    pub service: &'a str,
    /// The account, for ARNs.
    pub account: AccountId,
    /// Values for members that need a particular one: by name of the member or of its shape.
    pub known: &'a dyn Fn(&Member) -> Option<String>,
}

impl Likely<'_> {
    /// Fills the required members of a shape.
    ///
    /// # Errors
    /// When a known value is not of its member's kind.
    pub fn fill(&mut self, shape: &mut dyn Shape) -> ReadResult<()> {
        let members = shape.schema().members;
        let wanted = |index: usize| members[index].required || (self.known)(&members[index]).is_some();
        let union = shape.schema().kind == Kind::Union;
        let indexes: Vec<usize> = (0..members.len()).filter(|index| wanted(*index)).collect();
        let indexes = if union { vec![indexes.first().copied().unwrap_or(0)] } else { indexes };
        indexes.into_iter().try_for_each(|index| shape.read_member(index, self))
    }

    fn text(&self, member: &Member) -> String {
        if let Some(known) = (self.known)(member) {
            return known;
        }
        if let Some(value) = member.target.values.first() {
            return (*value).to_owned();
        }
        let named = |part: &str| member.name.ends_with(part) || member.target.name.ends_with(part);
        if named("Arn") || named("ARN") || named("ArnType") || named("arnType") {
            return format!("arn:aws:{}:us-east-1:{}:thing/likely", self.service, self.account);
        }
        self.sized(member)
    }

    /// A word of a length that the constraints allow.
    fn sized(&self, member: &Member) -> String {
        let least = member.target.constraints.min.unwrap_or(1.0) as usize;
        let most = member.target.constraints.max.map_or(usize::MAX, |max| max as usize);
        let mut word = "likely".to_owned();
        while word.len() < least {
            word.push('x');
        }
        word.truncate(most);
        word
    }

    fn number(&self, member: &Member) -> f64 {
        let known = (self.known)(member).and_then(|text| text.parse().ok());
        known.unwrap_or_else(|| member.target.constraints.min.unwrap_or(1.0).max(1.0))
    }
}

impl Reader for Likely<'_> {
    fn boolean(&mut self, member: &'static Member) -> ReadResult<bool> {
        Ok((self.known)(member).is_some_and(|text| text == "true"))
    }

    fn integer(&mut self, member: &'static Member) -> ReadResult<i32> {
        Ok(self.number(member) as i32)
    }

    fn long(&mut self, member: &'static Member) -> ReadResult<i64> {
        Ok(self.number(member) as i64)
    }

    fn double(&mut self, member: &'static Member) -> ReadResult<f64> {
        Ok(self.number(member))
    }

    fn string(&mut self, member: &'static Member) -> ReadResult<String> {
        Ok(self.text(member))
    }

    fn blob(&mut self, member: &'static Member) -> ReadResult<Bytes> {
        Ok(self.text(member).chars().map(|letter| letter as u8).collect())
    }

    fn timestamp(&mut self, _member: &'static Member) -> ReadResult<Timestamp> {
        Ok(Timestamp::from_secs(1_767_225_600))
    }

    fn document(&mut self, _member: &'static Member) -> ReadResult<Document> {
        Err(Malformed::new("no operation requires a document"))
    }

    fn structure(&mut self, _member: &'static Member, shape: &mut dyn Shape) -> ReadResult<()> {
        self.fill(shape)
    }

    fn list(
        &mut self,
        _member: &'static Member,
        element: &mut dyn FnMut(&mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        element(self)
    }

    fn map(
        &mut self,
        _member: &'static Member,
        entry: &mut dyn FnMut(String, &mut dyn Reader) -> ReadResult<()>,
    ) -> ReadResult<()> {
        entry("likely".to_owned(), self)
    }

    fn issue(&mut self, _issue: Issue) {}
}
