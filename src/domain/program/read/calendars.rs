//! `[calendars.NAME]`: zone, weekly hours, holidays and exceptions.

use super::Calendars;
use crate::domain::{
    calendar::{Calendar, CompiledCalendar, Holidays, Hours, Place},
    country::Country,
    document::{Named, Table, Value, read_date},
    problem::quoted,
    text::Text,
};
use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::RangeInclusive,
    sync::Arc,
};

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub fn calendars(root: &Table<'_>) -> Calendars {
    let Some(table) = root.required("calendars").and_then(|value| value.table()) else { return Calendars::new() };
    let mut calendars = Calendars::new();
    let entries = table.named_up_to(200);
    if entries.is_empty() {
        table.problem("the program has no calendar", "add one, such as [calendars.office]");
    }
    for entry in &entries {
        if calendars.keys().any(|name: &Text| name.eq_ignore_ascii_case(&entry.name)) {
            entry.problem(format!("the calendar {} stands twice", quoted(&entry.name)), "capitals make no difference");
        }
        let Some(table) = entry.value.table() else { continue };
        calendars.insert(entry.name.clone(), Arc::new(CompiledCalendar::new(calendar(entry, &table))));
    }
    calendars
}

fn calendar(entry: &Named<'_>, table: &Table<'_>) -> Calendar {
    let zone = table.required("zone").and_then(|value| value.zone()).unwrap_or(Tz::UTC);
    let week = week(entry, table);
    let holidays = table.optional("holidays").map(|value| places(&value)).unwrap_or_default();
    let closed = table.optional("closed").map(|value| closed(&value)).unwrap_or_default();
    let open = table.section("open").map(|section| open(&section, &closed)).unwrap_or_default();
    table.finish();
    Calendar { name: entry.name.clone(), zone, week, holidays, closed, open }
}

fn week(entry: &Named<'_>, table: &Table<'_>) -> [Vec<Hours>; 7] {
    let mut week: [Vec<Hours>; 7] = Default::default();
    let Some(section) = table.required("hours").and_then(|value| value.table()) else { return week };
    let mut stated = [false; 7];
    let mut mistakes = false;
    for day in section.named_up_to(100) {
        let hours = intervals(&day.value);
        mistakes |= hours.is_empty() && !day.value.is_empty_list();
        let Some(run) = days(&day) else {
            mistakes = true;
            continue;
        };
        let twice: Vec<_> = run.clone().filter(|index| stated[*index]).map(|index| DAYS[index]).collect();
        if !twice.is_empty() {
            day.problem(format!("the hours of {} are stated already", twice.join(", ")), "state each day once");
        }
        stated[run.clone()].fill(true);
        week[run].fill(hours);
    }
    if week.iter().all(Vec::is_empty) && !mistakes {
        let message = format!("the calendar {} is never open", quoted(&entry.name));
        section.problem(message, "give it hours, such as mon-fri = [\"09:00-17:00\"]");
    }
    week
}

/// `mon`, or a run of days such as `mon-fri`.
fn days(entry: &Named<'_>) -> Option<RangeInclusive<usize>> {
    let name = &entry.name;
    let day = |name: &str| DAYS.iter().position(|day| *day == name);
    let (first, last) = name.split_once('-').unwrap_or((name, name));
    match (day(first), day(last)) {
        (Some(first), Some(last)) if first <= last => return Some(first..=last),
        (Some(_), Some(_)) => entry.problem(format!("{} runs backwards", quoted(name)), "write it as two runs, such as fri-sun and mon"),
        _ => {
            let short = DAYS.iter().find(|day| name.to_lowercase().starts_with(**day));
            let hint = short.map_or_else(|| entry.did_you_mean(DAYS), |day| format!("did you mean {}?", quoted(day)));
            let known = "known: mon, tue, wed, thu, fri, sat, sun, and runs such as mon-fri".to_owned();
            entry.problem(format!("{} is not a day of the week", quoted(name)), if hint.is_empty() { known } else { hint });
        }
    }
    None
}

/// The opening hours of a day: sorted, with touching intervals made one. A single text stands for a list of one.
fn intervals(value: &Value<'_>) -> Vec<Hours> {
    let mut found: Vec<(u32, u32)> = Vec::new();
    for (text, value) in value.texts() {
        let Some((from, to)) = interval(&text) else {
            value.problem(format!("{} is not an interval of hours", quoted(&text)), "write it as \"09:00-17:30\"");
            continue;
        };
        if from >= to {
            let hint = "for hours past midnight write two: until 24:00, and from 00:00 on the next day";
            value.problem(format!("the interval {} does not end after it begins", quoted(&text)), hint);
        } else if let Some((a, b)) = found.iter().find(|(a, b)| from < *b && *a < to) {
            value.problem(format!("{} overlaps with {}-{}", quoted(&text), clock(*a), clock(*b)), "an hour counts once");
        } else {
            found.push((from, to));
        }
    }
    found.sort_unstable();
    found.dedup_by(|next, last| {
        let touches = next.0 == last.1;
        if touches {
            last.1 = next.1;
        }
        touches
    });
    found.into_iter().map(|(from, to)| Hours { from: time(from), to: time(to) }).collect()
}

/// Minutes of the day of `HH:MM-HH:MM`.
fn interval(text: &str) -> Option<(u32, u32)> {
    let (from, to) = text.split_once('-')?;
    Some((minutes(from.trim())?, minutes(to.trim())?))
}

fn minutes(text: &str) -> Option<u32> {
    let (hour, minute) = text.split_once(':')?;
    let two_digits = |text: &str| (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok())?;
    let minutes = two_digits(hour)? * 60 + Some(two_digits(minute)?).filter(|minute| *minute < 60)?;
    Some(minutes).filter(|minutes| *minutes <= 24 * 60)
}

/// 24:00 is the midnight that ends the day, see [`Hours`].
fn time(minutes: u32) -> NaiveTime {
    NaiveTime::from_num_seconds_from_midnight_opt(minutes % (24 * 60) * 60, 0).unwrap_or_default()
}

fn clock(minutes: u32) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn places(value: &Value<'_>) -> Vec<Place> {
    let mut places = Vec::new();
    for (text, value) in value.texts() {
        let place = text.parse::<Place>().ok();
        match place.filter(|place| place.to_string() == *text) {
            Some(place) if Holidays::known(&place) => places.push(place),
            Some(place) => value.problem(format!("no public holidays are known for {place}"), "list the days under closed"),
            None => {
                let meant =
                    Country::find(&text).map(|country| country.to_string()).or(text.parse().ok().map(|place: Place| place.to_string()));
                let general = "write \"DE\" or, for a part of a country, \"DE-BY\"".to_owned();
                let hint = meant.map_or(general, |code| format!("write {}", quoted(&code)));
                value.problem(format!("{} is not a code of a country or a part of one", quoted(&text)), hint);
            }
        }
    }
    places
}

fn closed(value: &Value<'_>) -> BTreeSet<NaiveDate> {
    let mut closed = BTreeSet::new();
    for entry in value.list() {
        if let Some(date) = entry.date()
            && !closed.insert(date)
        {
            entry.problem(format!("{date} stands twice in {}", entry.label()), "remove one");
        }
    }
    closed
}

fn open(section: &Table<'_>, closed: &BTreeSet<NaiveDate>) -> BTreeMap<NaiveDate, Vec<Hours>> {
    let mut open = BTreeMap::new();
    for entry in section.named_up_to(10_000) {
        let hours = intervals(&entry.value);
        let Some(date) = read_date(&entry.name) else {
            entry.problem(format!("{} is not a date", quoted(&entry.name)), "write it as \"2026-12-27\"");
            continue;
        };
        if closed.contains(&date) {
            entry.problem(format!("{date} is both open and closed"), "remove it from one of them");
        } else if entry.value.is_empty_list() {
            entry.problem(format!("{date} has no hours"), "a day without hours stands under closed");
        }
        open.insert(date, hours);
    }
    open
}
