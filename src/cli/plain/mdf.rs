//! The funding desk in plain lines: funds, requests and claims.

use super::desk::{Desk, Line, due};
use crate::{
    app::{
        App, Failure,
        mdf::{news::MdfNews, view::MdfViewer},
    },
    domain::{
        escalation::Severity,
        event::Event,
        filter::Filter,
        id::AuditSeq,
        mdf::{
            fields::Funding,
            item::{ItemId, ItemKind},
            queue::{ItemRow, Queue, Turn},
        },
        text::Text,
        time::Instant,
        told::{self, Names},
    },
    store::unit::Past,
    tui::rooms::mdf::{MdfTrade, words},
};
use chrono_tz::Tz;
use serde_json::json;
use std::collections::BTreeSet;

impl Desk for MdfTrade {
    type News = MdfNews;
    const WHO: &'static str = "title";

    async fn news(app: &App, since: AuditSeq) -> Result<MdfNews, Failure> {
        app.mdf_news(since).await
    }

    fn happened(news: &MdfNews) -> &[Past] {
        &news.happened
    }

    fn mentioned(news: &MdfNews) -> &Names {
        &news.names
    }

    fn touched(news: &MdfNews) -> Vec<ItemId> {
        news.titles.keys().copied().collect()
    }

    fn about(past: &Past, _news: &MdfNews) -> Vec<ItemId> {
        ItemId::of_entity(past.record.entity).into_iter().collect()
    }

    async fn among(
        app: &App,
        ids: &[ItemId],
        queue: Queue,
        filter: &Filter<Funding>,
        viewer: &MdfViewer,
    ) -> Result<BTreeSet<ItemId>, Failure> {
        app.mdf_among(ids, queue, filter, viewer, app.now()).await
    }

    fn line(row: &ItemRow, now: Instant, zone: Tz) -> Line {
        let partner = row.partner.as_ref().map(|(_, name)| name.as_str());
        let holder = partner.or(row.region.as_deref()).unwrap_or_default();
        let mut parts = vec![format!("{}: {} of {holder}", Self::spoken_name(row.id, &row.title), words::stage(row).0)];
        let of = if row.id.kind() == ItemKind::Fund { "available" } else { "asked for" };
        parts.push(format!("{} {of}", row.asked));
        parts.extend(
            row.approved.map(|amount| format!("{amount} {}", if row.id.kind() == ItemKind::Fund { "allocated" } else { "approved" })),
        );
        if let Some(tally) = row.checks {
            parts.push(format!("checks: {} failed, {} for a person, {} passed", tally.failed, tally.person, tally.passed));
        }
        if let Some(at) = row.due {
            let purpose = match (row.id.kind(), row.turn) {
                (ItemKind::Fund, _) => " when its period ends",
                (_, Some(Turn::Pay)) => " for payment",
                (ItemKind::Request, None) => " for the last claim",
                _ => " for a decision",
            };
            parts.push(due(at, purpose, now, zone));
        }
        if let Some(severity) = row.escalated {
            parts.push(format!("escalated, {}", severity.name()));
        }
        if let Some((_, desk)) = &row.assignee {
            parts.push(format!("{desk} looks after it"));
        }
        parts.push(format!("fund {}", row.fund.1));
        let json = json!({
            "kind": "row", "item": row.id.to_string(), "title": row.title.as_str(), "state": row.state,
            "turn": row.turn.map(Turn::name), "partner": partner, "region": row.region.as_deref(), "fund": row.fund.0.to_string(),
            "category": row.category.as_str(), "from": row.dates.0.to_string(), "to": row.dates.1.to_string(),
            "asked": row.asked.to_string(), "approved": row.approved.map(|amount| amount.to_string()),
            "paid": row.paid.map(|amount| amount.to_string()), "failed_checks": row.checks.map(|tally| tally.failed),
            "desk": row.assignee.as_ref().map(|(_, name)| name.as_str()), "due": row.due.map(|due| due.to_string()),
            "breached": row.breached, "escalated": row.escalated.map(Severity::name),
        });
        Line { text: format!("{}.", parts.join(", ")), json }
    }

    fn who(item: ItemId, news: &MdfNews) -> Text {
        news.titles.get(&item).cloned().unwrap_or_default()
    }

    fn spoken_name(item: ItemId, title: &Text) -> String {
        let (kind, number) = match item {
            ItemId::Fund(id) => ("Fund", id.0),
            ItemId::Request(id) => ("Request", id.0),
            ItemId::Claim(id) => ("Claim", id.0),
        };
        format!("{kind} {number} {title}").trim_end().to_owned()
    }

    fn spoken(past: &Past, news: &MdfNews, actor: &Text) -> Option<String> {
        let item = ItemId::of_entity(past.record.entity)?;
        let (told, _) = match &past.record.event {
            Event::Fund(event) => told::mdf::fund(event),
            Event::Request(event) => told::mdf::request(event, &news.names),
            Event::Claim(event) => told::mdf::claim(event, &news.names),
            _ => return None,
        };
        let told = if past.record.event.note().is_some() { format!("{actor} wrote a note") } else { format!("{told}, by {actor}") };
        Some(format!("{}: {told}", Self::spoken_name(item, &Self::who(item, news))))
    }
}
