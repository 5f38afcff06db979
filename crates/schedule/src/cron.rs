//! The six fields of a cron expression: minutes, hours, day of month, month, day of week, year. One of the two day fields
//! is `?`.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

use crate::field::{Bits, Kind, bits, numbers, value};

const MINUTES: Kind = Kind { range: 0..=59, names: &[] };
const HOURS: Kind = Kind { range: 0..=23, names: &[] };
const DAYS: Kind = Kind { range: 1..=31, names: &[] };
const MONTHS: Kind = Kind {
    range: 1..=12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};
const WEEKDAYS: Kind = Kind { range: 1..=7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };
const YEARS: Kind = Kind { range: 1970..=2199, names: &[] };

/// A cron expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cron {
    minutes: Bits,
    hours: Bits,
    months: Bits,
    days: Days,
    /// Sorted.
    years: Vec<u32>,
}

/// Which days of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    /// Some of these.
    OfMonth(Vec<DayOfMonth>),
    /// Some of these.
    OfWeek(Vec<DayOfWeek>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOfMonth {
    Number(u32),
    /// `L`.
    Last,
    /// `3W`: the working day nearest to the 3rd, in the same month.
    Near(u32),
    /// `LW`: the last working day.
    LastWorking,
}

/// Days of the week count from 1, which is Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayOfWeek {
    Every(u32),
    /// `6L`: the last Friday.
    Last(u32),
    /// `6#3`: the third Friday.
    Nth(u32, u32),
}

impl Cron {
    /// Reads the six fields between `cron(` and `)`. None for what is no cron expression.
    pub fn parse(fields: &str) -> Option<Self> {
        let fields: Vec<_> = fields.split_ascii_whitespace().collect();
        let &[minutes, hours, of_month, month, of_week, year] = fields.as_slice() else { return None };
        let days = match (of_month, of_week) {
            ("?", "?") => return None,
            (of_month, "?") => Days::OfMonth(days_of_month(of_month)?),
            ("?", of_week) => Days::OfWeek(days_of_week(of_week)?),
            // AWS cannot be told both.
            _ => return None,
        };
        Some(Self {
            minutes: bits(&numbers(&MINUTES, minutes)?),
            hours: bits(&numbers(&HOURS, hours)?),
            months: bits(&numbers(&MONTHS, month)?),
            days,
            years: numbers(&YEARS, year)?,
        })
    }

    /// The first minute by the wall clock after `after`.
    pub(crate) fn next(&self, after: DateTime) -> Option<DateTime> {
        let start = after.checked_add(1.minute()).ok()?.with().second(0).subsec_nanosecond(0).build().ok()?;
        let mut from = start.time();
        let mut day = start.date();
        loop {
            let month = self.next_month(day)?;
            if month != day {
                (day, from) = (month, Time::midnight());
            }
            if self.has_day(day)
                && let Some(time) = self.next_time(from)
            {
                return Some(day.to_datetime(time));
            }
            (day, from) = (day.tomorrow().ok()?, Time::midnight());
        }
    }

    /// The day itself when its month is one of ours, or else the first day of the next that is.
    fn next_month(&self, day: Date) -> Option<Date> {
        let mut day = day;
        loop {
            let year = u32::try_from(day.year()).ok()?;
            let at = self.years.partition_point(|y| *y < year);
            let ours = *self.years.get(at)?;
            if ours > year {
                day = Date::new(i16::try_from(ours).ok()?, 1, 1).ok()?;
                continue;
            }
            if has(self.months, u32::from(day.month().unsigned_abs())) {
                return Some(day);
            }
            day = day.last_of_month().tomorrow().ok()?;
        }
    }

    fn next_time(&self, from: Time) -> Option<Time> {
        let (first_hour, first_minute) =
            (u32::from(from.hour().unsigned_abs()), u32::from(from.minute().unsigned_abs()));
        let (hour, minute) = (first_hour..24).find_map(|hour| {
            let first = if hour == first_hour { first_minute } else { 0 };
            let minute = has(self.hours, hour).then(|| (first..60).find(|minute| has(self.minutes, *minute)))??;
            Some((hour, minute))
        })?;
        Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0).ok()
    }

    fn has_day(&self, date: Date) -> bool {
        match &self.days {
            Days::OfMonth(days) => days.iter().any(|day| day.is(date)),
            Days::OfWeek(days) => days.iter().any(|day| day.is(date)),
        }
    }
}

fn has(bits: Bits, number: u32) -> bool {
    bits >> number & 1 == 1
}

fn days_of_month(text: &str) -> Option<Vec<DayOfMonth>> {
    let mut days = Vec::new();
    for part in text.split(',') {
        match part {
            "L" => days.push(DayOfMonth::Last),
            "LW" => days.push(DayOfMonth::LastWorking),
            _ => match part.strip_suffix('W') {
                Some(near) => days.push(DayOfMonth::Near(value(&DAYS, near)?)),
                None => days.extend(numbers(&DAYS, part)?.into_iter().map(DayOfMonth::Number)),
            },
        }
    }
    Some(days)
}

fn days_of_week(text: &str) -> Option<Vec<DayOfWeek>> {
    let mut days = Vec::new();
    for part in text.split(',') {
        if part == "L" {
            days.push(DayOfWeek::Every(7));
        } else if let Some((day, nth)) = part.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth))?;
            days.push(DayOfWeek::Nth(value(&WEEKDAYS, day)?, nth));
        } else if let Some(day) = part.strip_suffix('L').and_then(|day| value(&WEEKDAYS, day)) {
            days.push(DayOfWeek::Last(day));
        } else {
            days.extend(numbers(&WEEKDAYS, part)?.into_iter().map(DayOfWeek::Every));
        }
    }
    Some(days)
}

fn number_of(date: Date) -> u32 {
    u32::from(date.day().unsigned_abs())
}

/// Whether it is neither Saturday nor Sunday.
fn works(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

impl DayOfMonth {
    fn is(self, date: Date) -> bool {
        match self {
            Self::Number(number) => number_of(date) == number,
            Self::Last => date == date.last_of_month(),
            Self::Near(number) => {
                let number = number.min(number_of(date.last_of_month()));
                nearest_working(date, number) == Some(date)
            }
            Self::LastWorking => nearest_working(date, number_of(date.last_of_month())) == Some(date),
        }
    }
}

/// The working day nearest to the `number`th of a date's month, in that month.
fn nearest_working(date: Date, number: u32) -> Option<Date> {
    let wanted = Date::new(date.year(), date.month(), i8::try_from(number).ok()?).ok()?;
    let offset = match wanted.weekday() {
        Weekday::Saturday if number == 1 => 2,
        Weekday::Saturday => -1,
        Weekday::Sunday if wanted == wanted.last_of_month() => -2,
        Weekday::Sunday => 1,
        _ => 0,
    };
    wanted.checked_add(offset.days()).ok().filter(|day| works(*day))
}

impl DayOfWeek {
    fn is(self, date: Date) -> bool {
        let weekday = u32::from(date.weekday().to_sunday_one_offset().unsigned_abs());
        match self {
            Self::Every(day) => weekday == day,
            Self::Last(day) => weekday == day && number_of(date) + 7 > number_of(date.last_of_month()),
            Self::Nth(day, nth) => weekday == day && number_of(date).div_ceil(7) == nth,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn next(cron: &str, after: &str) -> Option<String> {
        let next = Cron::parse(cron).expect(cron).next(after.parse().unwrap());
        next.map(|at| at.to_string())
    }

    /// Examples of the EventBridge user guide, "Cron expressions", and what stands beside them.
    #[test]
    fn next_minutes() {
        for (cron, after, expected) in [
            ("0 10 * * ? *", "2024-02-28T10:00:00", "2024-02-29T10:00:00"),
            ("15 12 * * ? *", "2024-02-28T12:14:59", "2024-02-28T12:15:00"),
            ("0 18 ? * MON-FRI *", "2024-03-01T18:00:00", "2024-03-04T18:00:00"),
            ("0 8 1 * ? *", "2024-01-31T00:00:00", "2024-02-01T08:00:00"),
            ("0/15 * * * ? *", "2024-01-01T23:46:00", "2024-01-02T00:00:00"),
            ("0/5 8-17 ? * MON-FRI *", "2024-03-01T17:55:00", "2024-03-04T08:00:00"),
            ("0 9 ? * 2#1 *", "2024-03-04T09:00:00", "2024-04-01T09:00:00"),
            ("0 2 ? * SAT#3 *", "2024-03-01T00:00:00", "2024-03-16T02:00:00"),
            ("15 10 ? * 6L 2002-2005", "2001-01-01T00:00:00", "2002-01-25T10:15:00"),
            ("0 0 L * ? *", "2024-02-01T00:00:00", "2024-02-29T00:00:00"),
            ("0 0 ? * L *", "2024-03-01T00:00:00", "2024-03-02T00:00:00"),
            ("0 0 1W * ? *", "2024-06-01T00:00:00", "2024-06-03T00:00:00"),
            ("0 0 15W * ? *", "2024-06-01T00:00:00", "2024-06-14T00:00:00"),
            ("0 0 LW * ? *", "2024-06-01T00:00:00", "2024-06-28T00:00:00"),
            ("30 4 29 2 ? *", "2024-02-29T04:30:00", "2028-02-29T04:30:00"),
            ("0/5 5 ? JAN 1-5 2022", "2021-12-31T00:00:00", "2022-01-02T05:00:00"),
        ] {
            assert_eq!(next(cron, after).as_deref(), Some(expected), "{cron}");
        }
        assert_eq!(next("0 0 1 1 ? 2020", "2020-01-01T00:00:00"), None);
        assert_eq!(next("0 0 31 2 ? *", "2024-01-01T00:00:00"), None);
    }

    #[test]
    fn refused() {
        for cron in [
            "INVALID",
            "",
            "0 dummy ? * MON-FRI *",
            "7 20 * * NOT *",
            "71 8 1 * ? *",
            "0 1 * * * *",
            "0 1 ? * ? *",
            "0 1 1 * 2 *",
            "0 1 * * ?",
            "0 1 * * ? * *",
            "0 1 * * ? 1969",
            "0 1 ? * 6#6 *",
        ] {
            assert_eq!(Cron::parse(cron), None, "{cron}");
        }
    }

    proptest! {
        /// The next minute is the first one that the fields describe: none between is skipped.
        #[test]
        fn nothing_is_skipped(minute in 0..60_u32, hour in 0..24_u32, step in 1..30_u32, start in 0..2_000_000_i64) {
            let cron = Cron::parse(&format!("{minute}/{step} {hour} ? * MON-FRI *")).unwrap();
            let after = jiff::civil::datetime(2024, 1, 1, 0, 0, 0, 0).checked_add(start.minutes()).unwrap();
            let found = cron.next(after).unwrap();
            let mut slow = after;
            loop {
                slow = slow.checked_add(1.minute()).unwrap();
                let minutes = u32::from(slow.minute().unsigned_abs());
                let fits = u32::from(slow.hour().unsigned_abs()) == hour
                    && minutes >= minute && (minutes - minute) % step == 0 && works(slow.date());
                if fits {
                    break;
                }
            }
            prop_assert_eq!(found, slow);
        }
    }
}
