//! Business time against a brute-force minute counter, and its algebra.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use pilothouse::domain::{
    calendar::{Calendar, CompiledCalendar, Holidays, Hours},
    text::Text,
    time::{Instant, MICROS_PER_MINUTE, Span},
};
use proptest::prelude::*;
use std::{collections::HashMap, sync::LazyLock};

/// Fifty zones: every way to change the clock, at midnight too, by half an hour, with Ramadan, across the date line.
const ZONES: [Tz; 50] = {
    use chrono_tz::*;
    [
        UTC,
        Africa::Cairo,
        Africa::Casablanca,
        Africa::Johannesburg,
        Africa::Lagos,
        Africa::Nairobi,
        America::Anchorage,
        America::Argentina::Buenos_Aires,
        America::Asuncion,
        America::Bogota,
        America::Caracas,
        America::Chicago,
        America::Denver,
        America::Halifax,
        America::Havana,
        America::Los_Angeles,
        America::Mexico_City,
        America::New_York,
        America::Nuuk,
        America::Phoenix,
        America::Santiago,
        America::Sao_Paulo,
        America::St_Johns,
        Antarctica::Troll,
        Asia::Amman,
        Asia::Beirut,
        Asia::Dubai,
        Asia::Gaza,
        Asia::Hong_Kong,
        Asia::Jerusalem,
        Asia::Kathmandu,
        Asia::Kolkata,
        Asia::Pyongyang,
        Asia::Riyadh,
        Asia::Shanghai,
        Asia::Singapore,
        Asia::Tehran,
        Asia::Tokyo,
        Atlantic::Azores,
        Australia::Adelaide,
        Australia::Lord_Howe,
        Australia::Sydney,
        Europe::Berlin,
        Europe::Istanbul,
        Europe::Lisbon,
        Europe::London,
        Europe::Moscow,
        Pacific::Apia,
        Pacific::Auckland,
        Pacific::Chatham,
    ]
};
const FIRST_YEAR: i32 = 2008;
const LAST_YEAR: i32 = 2027;

fn time(text: &str) -> NaiveTime {
    if text == "24:00" { NaiveTime::MIN } else { NaiveTime::parse_from_str(text, "%H:%M").unwrap() }
}

fn hours(intervals: &[&str]) -> Vec<Hours> {
    let interval = |text: &&str| text.split_once('-').map(|(from, to)| Hours { from: time(from), to: time(to) }).unwrap();
    intervals.iter().map(interval).collect()
}

/// Desks that open at ordinary hours, at night, inside a change of the clock, and always.
fn calendar(zone: Tz, kind: usize) -> Calendar {
    let day = match kind % 4 {
        0 => hours(&["08:30-12:00", "12:45-17:15"]),
        1 => hours(&["00:00-02:40", "02:50-05:10", "22:15-24:00"]),
        2 => hours(&["00:10-00:40", "02:05-02:25", "02:35-03:20", "23:30-24:00"]),
        _ => hours(&["00:00-24:00"]),
    };
    let mut week: [Vec<Hours>; 7] = std::array::from_fn(|_| day.clone());
    if kind.is_multiple_of(4) {
        week[5] = Vec::new();
        week[6] = Vec::new();
    }
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    let years = FIRST_YEAR..=LAST_YEAR;
    Calendar {
        name: Text::clean("test"),
        zone,
        week,
        holidays: if kind.is_multiple_of(4) { vec!["DE-BY".parse().unwrap()] } else { Vec::new() },
        closed: years.clone().map(|year| date(year, 12, 24)).collect(),
        open: years.map(|year| (date(year, 3, 29), hours(&["01:10-02:20", "06:00-24:00"]))).collect(),
    }
}

/// The wall clock's lead over UTC in minutes.
fn offset(zone: Tz, minute: i64) -> i64 {
    let at = DateTime::from_timestamp(minute * 60, 0).unwrap().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&at).fix().local_minus_utc()).div_euclid(60)
}

/// The same for a run of minutes; within a quarter of an hour that begins and ends alike nothing changes.
fn offsets(zone: Tz, first: i64, count: i64) -> Vec<i64> {
    let mut found = Vec::new();
    for quarter in (first..first + count).step_by(15) {
        let (begin, end) = (offset(zone, quarter), offset(zone, quarter + 14));
        found.extend((quarter..quarter + 15).map(|minute| if begin == end { begin } else { offset(zone, minute) }));
    }
    found.truncate(usize::try_from(count).unwrap());
    found
}

/// The opening hours on the line of wall clock minutes.
struct Wall<'a> {
    calendar: &'a Calendar,
    holidays: &'a Holidays,
    days: HashMap<i64, Vec<(i64, i64)>>,
}

impl Wall<'_> {
    /// The interval that holds this minute.
    fn interval_at(&mut self, minute: i64) -> Option<(i64, i64)> {
        let (calendar, holidays) = (self.calendar, self.holidays);
        let day = minute.div_euclid(1440);
        let intervals = self.days.entry(day).or_insert_with(|| {
            let date = DateTime::from_timestamp(day * 86_400, 0).unwrap().date_naive();
            let of_day = |time: NaiveTime| day * 1440 + (time - NaiveTime::MIN).num_minutes();
            let end = |time| if time == NaiveTime::MIN { (day + 1) * 1440 } else { of_day(time) };
            let hours = calendar.hours_on(date, holidays.name(date).is_some());
            hours.iter().map(|hours| (of_day(hours.from), end(hours.to))).collect()
        });
        intervals.iter().copied().find(|(from, to)| *from <= minute && minute < *to)
    }
}

/// For each minute from `first` on, whether the desk is open: the wall clock shows an opening hour, or would show one that
/// the change of the clock swallowed whole.
fn brute_force(calendar: &Calendar, holidays: &Holidays, first: i64, count: i64) -> Vec<bool> {
    let mut wall = Wall { calendar, holidays, days: HashMap::new() };
    let mut gap: Option<(i64, i64, i64)> = None;
    let offsets = offsets(calendar.zone, first - 1, count + 1);
    let minutes = offsets.windows(2).zip(first..);
    minutes
        .map(|(offsets, minute)| {
            let (before, now) = (offsets[0], offsets[1]);
            if now > before && now - before <= 12 * 60 {
                gap = Some((minute, before, now));
            }
            let swallowed = gap.filter(|(change, old, new)| minute - change < new - old).is_some_and(|(change, old, new)| {
                wall.interval_at(minute + old).is_some_and(|(from, to)| change + old <= from && to <= change + new)
            });
            swallowed || wall.interval_at(minute + now).is_some()
        })
        .collect()
}

fn instant(minute: i64) -> Instant {
    Instant::from_micros(minute * MICROS_PER_MINUTE)
}

/// Compares a window of minutes: the whole, and parts of it; adding, and the next opening.
fn compare(compiled: &CompiledCalendar, holidays: &Holidays, first: i64, count: i64) {
    let open = brute_force(&compiled.calendar, holidays, first, count);
    let mut done = vec![0_i64];
    done.extend(open.iter().scan(0, |sum, open| {
        *sum += i64::from(*open);
        Some(*sum)
    }));
    let says =
        |what: &str, minute: i64| format!("{what} at {} in {} {:?}", instant(minute), compiled.calendar.zone, compiled.calendar.week[0]);
    for step in [61_i64, 173, 997] {
        for from in (0..count).step_by(usize::try_from(step * 7).unwrap()) {
            for to in (from..=count).step_by(usize::try_from(step * 5).unwrap()) {
                let (a, b) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
                let expected = Span::minutes(done[b] - done[a]);
                assert_eq!(compiled.elapsed(instant(first + from), instant(first + to)), expected, "{}", says("elapsed", first + from));
                if expected > Span::ZERO {
                    let end = done.partition_point(|sum| *sum < done[b]);
                    let due = instant(first + i64::try_from(end).unwrap());
                    assert_eq!(compiled.add(instant(first + from), expected), Ok(due), "{}", says("add", first + from));
                }
            }
        }
    }
    for minute in (0..count).step_by(11) {
        let index = usize::try_from(minute).unwrap();
        assert_eq!(compiled.is_open(instant(first + minute)), open[index], "{}", says("is_open", first + minute));
        let next = done.partition_point(|sum| *sum <= done[index]);
        if next < done.len() {
            let next = instant(first + i64::try_from(next - 1).unwrap());
            assert_eq!(compiled.next_open(instant(first + minute)), Ok(next), "{}", says("next_open", first + minute));
        }
    }
}

/// The minutes at which the zone changes its offset in a year.
fn changes(zone: Tz, year: i32) -> Vec<i64> {
    let first = Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap().timestamp() / 60;
    let mut found = Vec::new();
    for day in (0..366).map(|day| first + day * 1440) {
        let before = offset(zone, day);
        if before != offset(zone, day + 1440) {
            found.extend((day..=day + 1440).find(|minute| offset(zone, *minute) != before));
        }
    }
    found
}

/// Each zone, each of twenty years: the two days around every change of the clock, and two days somewhere else.
#[test]
fn agrees_with_a_count_of_minutes_in_fifty_zones_over_twenty_years() {
    let mut windows = 0;
    for (place, zone) in ZONES.into_iter().enumerate() {
        for kind in 0..4 {
            let compiled = CompiledCalendar::new(calendar(zone, kind));
            let holidays = Holidays::of(&compiled.calendar.holidays);
            for year in (FIRST_YEAR..=LAST_YEAR).filter(|year| usize::try_from(*year).unwrap() % 4 == (kind + place) % 4) {
                let somewhere =
                    Utc.with_ymd_and_hms(year, 1, 1, 0, 0, 0).unwrap().timestamp() / 60 + i64::try_from(place * 9_973).unwrap() % 500_000;
                for middle in changes(zone, year).into_iter().chain([somewhere]) {
                    compare(&compiled, &holidays, middle - 1440, 2 * 1440);
                    windows += 1;
                }
            }
        }
    }
    assert!(windows > 1_900, "{windows} windows");
}

/// The change of the year is where one table of intervals ends and the next begins.
#[test]
fn agrees_with_a_count_of_minutes_at_the_turn_of_the_year() {
    for (place, zone) in ZONES.into_iter().enumerate() {
        let compiled = CompiledCalendar::new(calendar(zone, place));
        let holidays = Holidays::of(&compiled.calendar.holidays);
        let new_year = Utc.with_ymd_and_hms(2010 + i32::try_from(place % 16).unwrap(), 1, 1, 0, 0, 0).unwrap().timestamp() / 60;
        compare(&compiled, &holidays, new_year - 2 * 1440, 4 * 1440);
    }
}

#[test]
fn hours_that_a_change_of_the_clock_swallows_move_forward() {
    // On 29 March 2026 Berlin's clock goes from 02:00 to 03:00, at 01:00 UTC.
    let open_at = |intervals: &[&str]| {
        let mut calendar = calendar(Tz::Europe__Berlin, 3);
        calendar.open.clear();
        calendar.week = std::array::from_fn(|_| hours(intervals));
        let compiled = CompiledCalendar::new(calendar);
        let midnight = Instant::from(Utc.with_ymd_and_hms(2026, 3, 28, 23, 0, 0).unwrap());
        let first = compiled.next_open(midnight).unwrap();
        (first.to_string(), compiled.elapsed(midnight, midnight.plus(Span::hours(23))).minutes_floor())
    };
    assert_eq!(open_at(&["02:00-03:00"]), ("2026-03-29T01:00:00Z".into(), 60), "swallowed whole: 03:00 to 04:00");
    assert_eq!(open_at(&["02:15-02:45"]), ("2026-03-29T01:15:00Z".into(), 30), "swallowed whole: 03:15 to 03:45");
    assert_eq!(open_at(&["02:30-03:30"]), ("2026-03-29T01:00:00Z".into(), 30), "the opening moves to 03:00");
    assert_eq!(open_at(&["01:30-02:30"]), ("2026-03-29T00:30:00Z".into(), 30), "the closing moves to 03:00");
    assert_eq!(open_at(&["00:00-24:00"]), ("2026-03-28T23:00:00Z".into(), 23 * 60), "the day has 23 hours");
}

#[test]
fn hours_in_an_overlap_count_twice() {
    // On 25 October 2026 Berlin's clock goes from 03:00 back to 02:00, at 01:00 UTC.
    let mut night = calendar(Tz::Europe__Berlin, 3);
    night.week = std::array::from_fn(|_| hours(&["02:15-02:45"]));
    let compiled = CompiledCalendar::new(night);
    let midnight = Instant::from(Utc.with_ymd_and_hms(2026, 10, 24, 22, 0, 0).unwrap());
    assert_eq!(compiled.elapsed(midnight, midnight.plus(Span::hours(25))), Span::hours(1));
    assert_eq!(compiled.add(midnight, Span::minutes(31)).unwrap().to_string(), "2026-10-25T01:16:00Z");
}

#[test]
fn a_day_that_the_date_line_skips_stays_skipped() {
    // Samoa had no 30 December 2011, a Friday; its desk does not work on the Saturday instead.
    let compiled = CompiledCalendar::new(calendar(Tz::Pacific__Apia, 0));
    let thursday = Instant::from(Tz::Pacific__Apia.with_ymd_and_hms(2011, 12, 29, 18, 0, 0).unwrap().to_utc());
    let next = compiled.next_open(thursday).unwrap().to_utc().with_timezone(&Tz::Pacific__Apia);
    assert_eq!(next.to_rfc3339(), "2012-01-02T08:30:00+14:00");
}

#[test]
fn work_that_ends_with_the_day_is_done_at_the_closing() {
    let compiled = CompiledCalendar::new(calendar(Tz::Europe__Berlin, 0));
    let monday = Instant::from(Tz::Europe__Berlin.with_ymd_and_hms(2026, 6, 15, 8, 30, 0).unwrap().to_utc());
    assert_eq!(compiled.add(monday, Span::hours(8)).unwrap().to_string(), "2026-06-15T15:15:00Z");
    assert_eq!(compiled.add(monday, Span::hours(8).plus(Span::from_micros(1))).unwrap().micros() % 60_000_000, 1);
}

#[test]
fn beyond_the_known_years_no_desk_is_open() {
    let compiled = CompiledCalendar::new(calendar(Tz::Europe__Berlin, 0));
    let now = Instant::from(Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap());
    assert!(compiled.add(now, Span::hours(1_000_000)).is_err());
    for far in [i64::MIN, i64::MIN / 2, 1 << 60, i64::MAX] {
        let far = Instant::from_micros(far);
        assert!(!compiled.is_open(far));
        let _ = (compiled.next_open(far), compiled.add(far, Span::hours(1)), compiled.elapsed(far, now), compiled.elapsed(now, far));
    }
}

static CALENDARS: LazyLock<Vec<CompiledCalendar>> =
    LazyLock::new(|| ZONES.into_iter().enumerate().map(|(place, zone)| CompiledCalendar::new(calendar(zone, place))).collect());

fn micros() -> impl Strategy<Value = Instant> {
    let year =
        |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap().checked_sub_days(Days::new(3)).unwrap().and_time(NaiveTime::MIN).and_utc();
    (year(2008).timestamp_micros()..year(2036).timestamp_micros()).prop_map(Instant::from_micros)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn adding_and_measuring_are_inverse(which in 0..50_usize, from in micros(), work in 1..3_000_000_000_000_i64) {
        let (calendar, work) = (&CALENDARS[which], Span::from_micros(work));
        let due = calendar.add(from, work).unwrap();
        prop_assert_eq!(calendar.elapsed(from, due), work);
        // No earlier instant would do.
        let earlier = Instant::from_micros(due.micros() - 1);
        prop_assert_eq!(calendar.elapsed(from, earlier), work.minus(Span::from_micros(1)));
    }

    #[test]
    fn work_in_two_parts_is_work_in_one(which in 0..50_usize, from in micros(), a in 0..900_000_000_000_i64, b in 0..900_000_000_000_i64) {
        let calendar = &CALENDARS[which];
        let (a, b) = (Span::from_micros(a), Span::from_micros(b));
        prop_assert_eq!(calendar.add(calendar.add(from, a).unwrap(), b), calendar.add(from, a.plus(b)));
    }

    #[test]
    fn measuring_adds_up_in_any_order(which in 0..50_usize, a in micros(), b in micros(), c in micros()) {
        let calendar = &CALENDARS[which];
        prop_assert_eq!(calendar.elapsed(a, c), calendar.elapsed(a, b).plus(calendar.elapsed(b, c)));
    }

    #[test]
    fn later_starts_and_more_work_end_later(which in 0..50_usize, a in micros(), b in micros(), x in 0..9_000_000_000_000_i64, y in 0..9_000_000_000_000_i64) {
        let calendar = &CALENDARS[which];
        let (from, to) = (a.min(b), a.max(b));
        let (less, more) = (Span::from_micros(x.min(y)), Span::from_micros(x.max(y)));
        prop_assert!(calendar.add(from, less).unwrap() <= calendar.add(to, more).unwrap());
        prop_assert!(calendar.elapsed(from, to) >= Span::ZERO);
        prop_assert!(calendar.elapsed(from, to) <= to.since(from));
    }

    #[test]
    fn nothing_is_open_before_the_next_opening(which in 0..50_usize, at in micros()) {
        let calendar = &CALENDARS[which];
        let next = calendar.next_open(at).unwrap();
        prop_assert!(next >= at && calendar.is_open(next));
        prop_assert_eq!(calendar.elapsed(at, next), Span::ZERO);
        prop_assert_eq!(calendar.is_open(at), calendar.elapsed(at, at.plus(Span::from_micros(1))) > Span::ZERO);
    }
}
