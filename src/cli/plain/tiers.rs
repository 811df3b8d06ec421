//! The tier desk in plain lines: partners and how they stand.

use super::desk::{Desk, Line, due};
use crate::{
    app::{
        App, Failure,
        tier::{news::TierNews, view::TierViewer},
    },
    domain::{
        event::Event,
        filter::Filter,
        id::AuditSeq,
        partner::PartnerEvent,
        text::Text,
        tier::{
            desk::{DeskId, DeskLine, WaitingLine},
            fields::Tiers,
            queue::{Queue, TierLine},
            standing::Standing,
        },
        time::Instant,
        told::{self, Names},
    },
    store::unit::Past,
    tui::rooms::tiers::{TierTrade, words},
};
use chrono_tz::Tz;
use serde_json::json;
use std::collections::BTreeSet;

impl Desk for TierTrade {
    type News = TierNews;
    const WHO: &'static str = "partner";

    async fn news(app: &App, since: AuditSeq) -> Result<TierNews, Failure> {
        app.tier_news(since).await
    }

    fn happened(news: &TierNews) -> &[Past] {
        &news.happened
    }

    fn mentioned(news: &TierNews) -> &Names {
        &news.names
    }

    fn touched(news: &TierNews) -> Vec<DeskId> {
        let all: BTreeSet<DeskId> = news.happened.iter().filter_map(|past| news.about(past)).collect();
        all.into_iter().collect()
    }

    fn about(past: &Past, news: &TierNews) -> Vec<DeskId> {
        news.about(past).into_iter().collect()
    }

    async fn among(
        app: &App,
        ids: &[DeskId],
        queue: Queue,
        filter: &Filter<Tiers>,
        viewer: &TierViewer,
    ) -> Result<BTreeSet<DeskId>, Failure> {
        app.tier_among(ids, queue, filter, viewer, app.now()).await
    }

    fn line(row: &DeskLine, now: Instant, zone: Tz) -> Line {
        match row {
            DeskLine::Partner(line) => of_partner(line, now, zone),
            DeskLine::Waiting(line) => of_waiting(line),
        }
    }

    fn who(id: DeskId, news: &TierNews) -> Text {
        news.who(id)
    }

    fn spoken_name(id: DeskId, name: &Text) -> String {
        match id {
            DeskId::Partner(id) => format!("Partner {} {name}", id.0).trim_end().to_owned(),
            DeskId::Line(id) => format!("Line {} of {name}", id.0).trim_end_matches(" of ").to_owned(),
        }
    }

    fn spoken(past: &Past, news: &TierNews, actor: &Text) -> Option<String> {
        let id = news.about(past)?;
        let (told, _) = match &past.record.event {
            Event::Standing(event) => told::tier::standing(event, &news.names),
            Event::Correction(event) => told::pos::correction(event),
            // What a source says of its partners is an import's to tell.
            Event::Partner(PartnerEvent::Recorded { .. } | PartnerEvent::Changed { .. }) => return None,
            event @ Event::Partner(_) => told::event(event, &news.names),
            _ => return None,
        };
        Some(format!("{}: {told}, by {actor}", Self::spoken_name(id, &Self::who(id, news))))
    }
}

fn of_partner(row: &TierLine, now: Instant, zone: Tz) -> Line {
    let standing = row.standing.as_deref();
    let latest = standing.and_then(|standing| standing.latest.as_ref());
    let tier = if row.tier.is_empty() { "no tier" } else { row.tier.as_str() };
    let mut parts = vec![format!("{}: {tier}", TierTrade::spoken_name(row.id.into(), &row.name))];
    let judged = standing.and_then(Standing::judged);
    if judged.is_none() {
        parts.push("not audited".to_owned());
    }
    let looked = standing.and_then(Standing::looked_at);
    for (one, how) in judged.map(|one| (one, "")).into_iter().chain(looked.map(|one| (one, "on demand "))) {
        let score = one.score.map_or_else(|| "no score".to_owned(), |score| format!("{score} points"));
        parts.push(format!("{how}{}, earned {}, {score}, as of {}", one.outcome.doc(), one.computed, one.day));
    }
    let (under_way, _) = words::under_way(row, now);
    if !under_way.is_empty() {
        parts.push(under_way);
    }
    if let Some(at) = standing.and_then(|standing| standing.due_at(now)) {
        parts.push(due(at, "", now, zone));
    }
    if let Some((_, owner)) = &row.owner {
        parts.push(format!("{owner} looks after its plan"));
    }
    parts.push(row.status.name().to_owned());
    let json = json!({
        "kind": "row", "id": row.id.to_string(), "partner": row.name.as_str(), "code": row.code.as_str(), "tier": row.tier.as_str(),
        "status": row.status.name(), "country": row.country.map(|country| country.code().to_owned()),
        "outcome": judged.map(|one| one.outcome.name()), "earned": judged.map(|one| one.computed.as_str()),
        "score": latest.and_then(|latest| latest.score).map(|score| score.to_string()),
        "proposal": standing.and_then(|standing| standing.proposal.as_ref()).map(|proposal| proposal.to.as_str()),
        "due": standing.and_then(Standing::due).map(|due| due.to_string()),
    });
    Line { text: format!("{}.", parts.join(", ")), json }
}

/// What an order line says, and why it waits.
fn of_waiting(row: &WaitingLine) -> Line {
    let one = &row.correction;
    let stated = &one.stated;
    let said = [&stated.product, &stated.day, &stated.amount, &stated.currency].map(Text::as_str);
    let said = said.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
    let troubles = one.troubles.iter().map(ToString::to_string).collect::<Vec<_>>();
    let told = TierTrade::spoken_name(one.id.into(), &row.partner);
    let text = format!("{told}: {said}, line {} of {}, {}: {}.", one.source.line, one.source.file, one.state.name(), troubles.join("; "));
    let json = json!({
        "kind": "row", "id": one.id.to_string(), "partner": row.partner.as_str(), "state": one.state.name(), "reason": one.reason(),
        "troubles": troubles, "file": one.source.file.as_str(), "line": one.source.line, "stated": stated,
    });
    Line { text, json }
}
