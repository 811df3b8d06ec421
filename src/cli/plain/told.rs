//! The lines of the plain mode: one sentence each, and the same as JSON.

use crate::{
    app::{lead::news::News, view::Counts},
    domain::{
        actor::Actor,
        escalation::Severity,
        event::{Entity, Event},
        id::LeadId,
        lead::{
            ClockKind, LeadEvent,
            queue::{Count, LeadRow, Queue},
        },
        search,
        text::Text,
        time::Instant,
        told::{self, Names},
    },
    store::unit::Past,
    tui::rooms::leads::words,
};
use chrono_tz::Tz;
use serde_json::{Value, json};

/// One line, in words and as JSON.
pub struct Line {
    pub text: String,
    pub json: Value,
}

/// Who is told, and what was told of the day.
pub struct Told {
    pub zone: Tz,
    pub operator: Actor,
    pub database: String,
    pub queue: Queue,
    pub filter: Option<String>,
    /// The day that was told last: a time of day alone would be ambiguous after midnight.
    pub day: Option<chrono::NaiveDate>,
}

impl Told {
    pub fn start(&self, now: Instant, read_only: bool) -> Line {
        let (version, database, operator, roles) =
            (env!("CARGO_PKG_VERSION"), &self.database, &self.operator.name, self.operator.roles.to_string());
        let mode = if read_only { ", read-only" } else { "" };
        let text = format!("Pilothouse {version}, leads in {database}, as {operator} ({roles}){mode}. Times are those of {}.", self.zone);
        let json = json!({
            "kind": "start", "at": now.to_string(), "version": version, "database": database, "operator": operator.as_str(),
            "roles": roles, "read_only": read_only, "zone": self.zone.name(),
        });
        Line { text, json }
    }

    pub fn counts(counts: &Counts) -> Line {
        let each = || Queue::ALL.iter().zip(&counts.queues);
        let told: Vec<String> = each().map(|(queue, count)| format!("{} {}", queue.title(), many(*count))).collect();
        let json: serde_json::Map<String, Value> = each().map(|(queue, count)| (search::slug(queue.title()), json!(count.n))).collect();
        Line { text: format!("Queues: {}.", told.join(", ")), json: json!({ "kind": "queues", "queues": json }) }
    }

    /// What the rows are that follow.
    pub fn heading(&self, counts: &Counts, shown: usize) -> Line {
        let place = Queue::ALL.iter().position(|queue| *queue == self.queue).unwrap_or_default();
        let count = counts.filtered.unwrap_or(counts.queues[place]);
        let filter = self.filter.as_ref().map_or_else(String::new, |filter| format!(", filtered by {}", Text::clean(filter)));
        let rows = match shown {
            0 => "no leads".to_owned(),
            1 => "1 lead".to_owned(),
            _ if count.n > shown as u64 => format!("the first {shown} of {} leads, due first", many(count)),
            _ => format!("{shown} leads, due first"),
        };
        let json = json!({
            "kind": "rows", "queue": search::slug(self.queue.title()), "filter": self.filter, "count": count.n,
            "at_least": count.at_least, "shown": shown,
        });
        Line { text: format!("{}{filter}: {rows}.", self.queue.title()), json }
    }

    pub fn row(&self, row: &LeadRow, now: Instant) -> Line {
        let mut parts = vec![format!("{}: {}", subject(row.id, &row.company), state(row))];
        if row.paused {
            parts.push("its clock is paused".to_owned());
        }
        if let Some(due) = row.due {
            let purpose = row.clock.map_or("", |clock| match clock {
                ClockKind::Accept => " for acceptance",
                ClockKind::FirstTouch => " for first touch",
                ClockKind::Qualify => " for qualification",
            });
            let moment = words::moment(due, now, self.zone);
            parts.push(if due < now {
                format!("overdue{purpose} since {moment}, by {}", now.since(due).to_words_in_minutes())
            } else {
                format!("due{purpose} {moment}, in {}", due.since(now).to_words_in_minutes())
            });
        }
        if let Some(severity) = row.escalated {
            parts.push(format!("escalated, {}", severity.name()));
        }
        if let Some((_, desk)) = &row.desk {
            parts.push(format!("{desk} looks after it"));
        }
        let country = row.country.map(|country| country.name().to_owned());
        parts.extend(country.iter().cloned());
        parts.push(format!("score {}", row.score));
        let json = json!({
            "kind": "row", "lead": row.id.to_string(), "company": row.company.as_str(), "country": country, "state": row.state,
            "partner": row.partner.as_ref().map(|(_, name)| name.as_str()), "desk": row.desk.as_ref().map(|(_, name)| name.as_str()),
            "due": row.due.map(|due| due.to_string()), "paused": row.paused, "breached": row.breached,
            "escalated": row.escalated.map(Severity::name), "score": row.score,
        });
        Line { text: format!("{}.", parts.join(", ")), json }
    }

    pub fn now_follows(&mut self, now: Instant) -> Line {
        let local = now.to_utc().with_timezone(&self.zone);
        self.day = Some(local.date_naive());
        let text = format!("It is {}. Every change follows as it happens; Ctrl-C ends.", local.format("%A %Y-%m-%d %H:%M:%S"));
        Line { text, json: json!({ "kind": "live", "at": now.to_string() }) }
    }

    /// An event as a line, before it the day when it is another one.
    pub fn event(&mut self, past: &Past, news: &News) -> Vec<Line> {
        let record = &past.record;
        let local = record.at.to_utc().with_timezone(&self.zone);
        let mut lines = Vec::new();
        if self.day.replace(local.date_naive()) != Some(local.date_naive()) {
            let text = format!("It is {}.", local.format("%A %Y-%m-%d"));
            lines.push(Line { text, json: json!({ "kind": "day", "at": record.at.to_string() }) });
        }
        let actor = match record.actor {
            id if id == Actor::engine().id => Text::clean("the engine"),
            id => news.names.operator(id),
        };
        let company = match record.entity {
            Entity::Lead(id) => news.leads.get(&id).map(|lead| lead.company().clone()),
            _ => None,
        };
        let what = match (&record.event, record.entity) {
            (Event::Lead(event), Entity::Lead(id)) => {
                format!("{}: {}", subject(id, company.as_ref().unwrap_or(&Text::default())), spoken(event, &news.names, &actor))
            }
            (Event::Denied(denied), _) => format!("{actor} asked for {} and was refused: {}", denied.asked, denied.why),
            (event, entity) => format!("{} {}: {}, by {actor}", entity.kind(), entity.id(), told::event(event, &news.names).0),
        };
        let json = json!({
            "kind": record.event.name(), "seq": past.seq.0, "at": record.at.to_string(), "entity": record.entity.to_string(),
            "company": company.as_ref().map(Text::as_str), "actor": actor.as_str(), "text": what,
        });
        lines.push(Line { text: format!("{} {what}", local.format("%H:%M:%S")), json });
        lines
    }

    /// A lead has left what is followed.
    pub fn left(&self, lead: LeadId, news: &News, now: Instant) -> Line {
        let company = news.leads.get(&lead).map(|lead| lead.company().clone()).unwrap_or_default();
        let place = if self.filter.is_some() { "what you follow".to_owned() } else { format!("the queue {}", self.queue.title()) };
        let what = format!("{}: no longer in {place}", subject(lead, &company));
        let json = json!({ "kind": "left", "at": now.to_string(), "entity": lead.to_string(), "company": company.as_str(), "text": what });
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

/// `Lead 12 Acme GmbH`: a reader would spell `L-12`.
fn subject(lead: LeadId, company: &Text) -> String {
    format!("Lead {} {company}", lead.0).trim_end().to_owned()
}

fn many(count: Count) -> String {
    if count.at_least { format!("more than {}", count.n) } else { count.n.to_string() }
}

fn state(row: &LeadRow) -> String {
    match (&row.partner, row.state) {
        (Some((_, partner)), "offered") => format!("offered to {partner}"),
        (Some((_, partner)), "working") => format!("{partner} is in contact"),
        (Some((_, partner)), state) => format!("{state}, {partner}"),
        (None, "review") => "in review".to_owned(),
        (None, state) => state.to_owned(),
    }
}

/// An event with whoever did it. The text of a note stays out: these lines may end up in a log.
fn spoken(event: &LeadEvent, names: &Names, actor: &Text) -> String {
    let (sentence, _) = told::lead(event, names);
    match event {
        LeadEvent::Accepted { partner, in_time, .. } => {
            format!("offer to {} accepted{} by {actor}", names.partner(*partner), if *in_time { "" } else { " late" })
        }
        LeadEvent::Declined { partner, reason } => format!("offer to {} declined by {actor}: {}", names.partner(*partner), reason.doc()),
        LeadEvent::Noted { .. } => format!("{actor} wrote a note"),
        LeadEvent::Taken { desk: Some(_), .. } | LeadEvent::TimedOut { .. } | LeadEvent::Warned { .. } | LeadEvent::Breached { .. } => {
            sentence
        }
        _ => format!("{sentence}, by {actor}"),
    }
}
