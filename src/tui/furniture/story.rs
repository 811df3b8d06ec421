//! What the story of a record tells in the same way in every room.

use super::words;
use crate::{
    app::view::TIMELINE_MAX,
    domain::{calendar::CompiledCalendar, clock::Clock, escalation::Escalation, time::Instant, told::Names},
    store::unit::Past,
    tui::{theme::Role, widgets::pane::Row},
};
use chrono_tz::Tz;
use std::fmt::Display;

/// With whose names, when and where it is told.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    pub names: &'a Names,
    pub now: Instant,
    pub zone: Tz,
}

impl Teller<'_> {
    pub fn moment(self, at: Instant) -> String {
        words::moment(at, self.now, self.zone)
    }

    pub fn escalated(self, escalation: &Escalation) -> Row {
        let text = format!("▲ {}: {}, {}", escalation.severity.name(), escalation.cause.doc(), words::ago(escalation.since, self.now));
        Row::fact("escalated", text, Role::Bad)
    }

    /// The business time that is left of a clock; one that stands still has no calendar to run by.
    pub fn budget<K: Copy>(self, clock: &Clock<K>, calendar: Option<&CompiledCalendar>) -> Row {
        let left = calendar.map_or(clock.left, |calendar| clock.left_at(calendar, self.now));
        let budget = format!(
            "{} of {} business time left, calendar {}, program v{}",
            left.to_business_words(),
            clock.budget.to_business_words(),
            clock.calendar,
            clock.program.0
        );
        Row::fact("", budget, Role::Dim)
    }

    /// The notes among what happened to the record itself.
    pub fn notes(self, timeline: &[Past]) -> Vec<Row> {
        let notes = timeline.iter().filter_map(|past| Some((past, past.record.event.note()?)));
        let lines = notes.flat_map(|(past, text)| {
            let who = format!("{} {}", self.moment(past.record.at), self.names.operator(past.record.actor));
            let text = if text.is_empty() { "erased on request".to_owned() } else { words::note_to_lines(text) };
            [Row::text(who, Role::Dim), Row::text(text, Role::Text).indented(2)]
        });
        lines.collect()
    }

    /// One line of what happened, `about` something else than the record itself where that is named. A note is told with its
    /// first line.
    pub fn happened(self, past: &Past, about: String, (what, role): (String, Role)) -> Row {
        let what = match past.record.event.note() {
            Some(text) if !text.is_empty() => format!("note: {}", words::note_to_lines(text).lines().next().unwrap_or_default()),
            _ => what,
        };
        let by = self.names.operator(past.record.actor);
        Row::pieces(vec![
            (format!("{:<13}", self.moment(past.record.at)), Role::Dim),
            (about, Role::Link),
            (what, role),
            (format!("  {by}"), Role::Dim),
        ])
        .hanging(13)
    }
}

/// Where to read on, where there may be more than is shown.
pub fn older(timeline: &[Past], id: impl Display) -> Option<Row> {
    let is_full = timeline.len() >= TIMELINE_MAX as usize;
    is_full.then(|| Row::text(format!("older changes: pilothouse audit show {id}"), Role::Dim))
}
