//! The lead desk in plain lines.

use super::desk::{Desk, Line, due};
use crate::{
    app::{App, Failure, lead::news::News, view::Viewer},
    domain::{
        escalation::Severity,
        event::{Entity, Event},
        filter::Filter,
        id::{AuditSeq, LeadId},
        lead::{
            ClockKind, LeadEvent,
            queue::{LeadRow, Queue},
        },
        text::Text,
        time::Instant,
        told::{self, Names},
    },
    store::unit::Past,
    tui::rooms::leads::LeadTrade,
};
use chrono_tz::Tz;
use serde_json::json;
use std::collections::BTreeSet;

impl Desk for LeadTrade {
    type News = News;
    const WHO: &'static str = "company";

    async fn news(app: &App, since: AuditSeq) -> Result<News, Failure> {
        app.news(since).await
    }

    fn happened(news: &News) -> &[Past] {
        &news.happened
    }

    fn mentioned(news: &News) -> &Names {
        &news.names
    }

    fn touched(news: &News) -> Vec<LeadId> {
        news.leads.keys().copied().collect()
    }

    fn about(past: &Past, _news: &News) -> Vec<LeadId> {
        match past.record.entity {
            Entity::Lead(lead) => vec![lead],
            _ => Vec::new(),
        }
    }

    async fn among(app: &App, ids: &[LeadId], queue: Queue, filter: &Filter, viewer: &Viewer<LeadId>) -> Result<BTreeSet<LeadId>, Failure> {
        app.leads_among(ids, queue, filter, viewer, app.now()).await
    }

    fn line(row: &LeadRow, now: Instant, zone: Tz) -> Line {
        let mut parts = vec![format!("{}: {}", Self::spoken_name(row.id, &row.company), state(row))];
        if row.paused {
            parts.push("its clock is paused".to_owned());
        }
        if let Some(at) = row.due {
            let purpose = row.clock.map_or("", |clock| match clock {
                ClockKind::Accept => " for acceptance",
                ClockKind::FirstTouch => " for first touch",
                ClockKind::Qualify => " for qualification",
            });
            parts.push(due(at, purpose, now, zone));
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
            "because": row.waiting.as_ref().map(|waiting| waiting.cause.words()),
            "waiting_since": row.waiting.as_ref().map(|waiting| waiting.since.to_string()),
        });
        Line { text: format!("{}.", parts.join(", ")), json }
    }

    fn who(lead: LeadId, news: &News) -> Text {
        news.leads.get(&lead).map(|lead| lead.company().clone()).unwrap_or_default()
    }

    fn spoken_name(lead: LeadId, company: &Text) -> String {
        format!("Lead {} {company}", lead.0).trim_end().to_owned()
    }

    fn spoken(past: &Past, news: &News, actor: &Text) -> Option<String> {
        let (Event::Lead(event), Entity::Lead(id)) = (&past.record.event, past.record.entity) else { return None };
        Some(format!("{}: {}", Self::spoken_name(id, &Self::who(id, news)), spoken(event, &news.names, actor)))
    }
}

fn state(row: &LeadRow) -> String {
    match (&row.partner, row.state) {
        (Some((_, partner)), "offered") => format!("offered to {partner}"),
        (Some((_, partner)), "working") => format!("working with {partner}"),
        (Some((_, partner)), state) => format!("{state}, {partner}"),
        (None, state) => {
            let state = if state == "review" { "in review" } else { state };
            row.waiting.as_ref().map_or_else(|| state.to_owned(), |waiting| format!("{state}, {}", waiting.cause.words()))
        }
    }
}

/// An event with whoever did it.
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
