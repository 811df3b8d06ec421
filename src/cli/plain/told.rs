//! The lines of the plain mode that every desk has: one sentence each, and the same as JSON.

use super::desk::{Desk, Line, many};
use crate::{
    app::view::Counts,
    domain::{actor::Actor, event::Event, search, text::Text, time::Instant, told},
    store::unit::Past,
    tui::furniture::Tab as _,
};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// Who is told, and what was told of the day.
pub struct Told<T: Desk> {
    pub zone: Tz,
    pub operator: Actor,
    pub database: String,
    pub queue: T::Queue,
    pub filter: Option<String>,
    /// The day that was told last: a time of day alone would be ambiguous after midnight.
    pub day: Option<chrono::NaiveDate>,
}

impl<T: Desk> Told<T> {
    pub fn start(&self, now: Instant, read_only: bool) -> Line {
        let (version, database, operator, roles) =
            (env!("CARGO_PKG_VERSION"), &self.database, &self.operator.name, self.operator.roles.to_string());
        let mode = if read_only { ", read-only" } else { "" };
        let desk = T::TITLE.to_lowercase();
        let text = format!("Pilothouse {version}, {desk} in {database}, as {operator} ({roles}){mode}. Times are those of {}.", self.zone);
        let json = json!({
            "kind": "start", "at": now.to_string(), "version": version, "database": database, "operator": operator.as_str(),
            "roles": roles, "room": desk, "read_only": read_only, "zone": self.zone.name(),
        });
        Line { text, json }
    }

    pub fn counts(counts: &Counts) -> Line {
        let each = || T::Queue::ALL.iter().zip(&counts.queues);
        let told: Vec<String> = each().map(|(queue, count)| format!("{} {}", queue.title(), many(*count))).collect();
        let json: serde_json::Map<String, Value> = each().map(|(queue, count)| (search::slug(queue.title()), json!(count.n))).collect();
        Line { text: format!("Queues: {}.", told.join(", ")), json: json!({ "kind": "queues", "queues": json }) }
    }

    /// What the rows are that follow.
    pub fn heading(&self, counts: &Counts, shown: usize) -> Line {
        let place = T::Queue::ALL.iter().position(|queue| *queue == self.queue).unwrap_or_default();
        let count = counts.filtered.unwrap_or(counts.queues[place]);
        let filter = self.filter.as_ref().map_or_else(String::new, |filter| format!(", filtered by {}", Text::clean(filter)));
        let rows = match shown {
            0 => format!("no {}", T::noun(self.queue).1),
            1 => format!("1 {}", T::noun(self.queue).0),
            _ if count.n > shown as u64 => format!("the first {shown} of {} {}, due first", many(count), T::noun(self.queue).1),
            _ => format!("{shown} {}, due first", T::noun(self.queue).1),
        };
        let json = json!({
            "kind": "rows", "queue": search::slug(self.queue.title()), "filter": self.filter, "count": count.n,
            "at_least": count.at_least, "shown": shown,
        });
        Line { text: format!("{}{filter}: {rows}.", self.queue.title()), json }
    }

    pub fn now_follows(&mut self, now: Instant) -> Line {
        let local = now.to_utc().with_timezone(&self.zone);
        self.day = Some(local.date_naive());
        let text = format!("It is {}. Every change follows as it happens; Ctrl-C ends.", local.format("%A %Y-%m-%d %H:%M:%S"));
        Line { text, json: json!({ "kind": "live", "at": now.to_string() }) }
    }

    /// An event as a line, before it the day when it is another one.
    pub fn event(&mut self, past: &Past, news: &T::News) -> Vec<Line> {
        let record = &past.record;
        let local = record.at.to_utc().with_timezone(&self.zone);
        let mut lines = Vec::new();
        if self.day.replace(local.date_naive()) != Some(local.date_naive()) {
            let text = format!("It is {}.", local.format("%A %Y-%m-%d"));
            lines.push(Line { text, json: json!({ "kind": "day", "at": record.at.to_string() }) });
        }
        let actor = match record.actor {
            id if id == Actor::engine().id => Text::clean("the engine"),
            id => T::mentioned(news).operator(id),
        };
        let who = T::about(past, news).first().map(|id| T::who(*id, news));
        let what = T::spoken(past, news, &actor).unwrap_or_else(|| match (&record.event, record.entity) {
            (Event::Denied(denied), _) => format!("{actor} asked for {} and was refused: {}", denied.asked, denied.why),
            (event, entity) => format!("{} {}: {}, by {actor}", entity.kind(), entity.id(), told::event(event, T::mentioned(news)).0),
        });
        let json = json!({
            "kind": record.event.name(), "seq": past.seq.0, "at": record.at.to_string(), "entity": record.entity.to_string(),
            T::WHO: who.as_ref().map(Text::as_str), "actor": actor.as_str(), "text": what,
        });
        lines.push(Line { text: format!("{} {what}", local.format("%H:%M:%S")), json });
        lines
    }

    /// A record has left what is followed.
    pub fn left(&self, id: T::Id, news: &T::News, now: Instant) -> Line {
        let who = T::who(id, news);
        let place = if self.filter.is_some() { "what you follow".to_owned() } else { format!("the queue {}", self.queue.title()) };
        let what = format!("{}: no longer in {place}", T::spoken_name(id, &who));
        let json = json!({ "kind": "left", "at": now.to_string(), "entity": id.to_string(), T::WHO: who.as_str(), "text": what });
        Line { text: format!("{} {what}", self.time(now)), json }
    }

    pub fn link(&self, now: Instant, stale: bool) -> Line {
        let what = if stale { "The database does not answer; waiting for it" } else { "The database is back" };
        let kind = if stale { "stale" } else { "live" };
        Line { text: format!("{} {what}", self.time(now)), json: json!({ "kind": kind, "at": now.to_string() }) }
    }

    fn time(&self, at: Instant) -> String {
        at.to_utc().with_timezone(&self.zone).format("%H:%M:%S").to_string()
    }
}
