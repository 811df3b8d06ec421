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
        id::{AuditSeq, PartnerId},
        text::Text,
        tier::{
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

    fn touched(news: &TierNews) -> Vec<PartnerId> {
        let all: BTreeSet<PartnerId> = news.happened.iter().filter_map(|past| news.partner(past)).collect();
        all.into_iter().collect()
    }

    fn about(past: &Past, news: &TierNews) -> Vec<PartnerId> {
        news.partner(past).into_iter().collect()
    }

    async fn among(
        app: &App,
        ids: &[PartnerId],
        queue: Queue,
        filter: &Filter<Tiers>,
        viewer: &TierViewer,
    ) -> Result<BTreeSet<PartnerId>, Failure> {
        app.tier_among(ids, queue, filter, viewer, app.now()).await
    }

    fn line(row: &TierLine, now: Instant, zone: Tz) -> Line {
        let standing = row.standing.as_deref();
        let latest = standing.and_then(|standing| standing.latest.as_ref());
        let tier = if row.tier.is_empty() { "no tier" } else { row.tier.as_str() };
        let mut parts = vec![format!("{}: {tier}", Self::spoken_name(row.id, &row.name))];
        match latest {
            Some(latest) => {
                let score = latest.score.map_or_else(|| "no score".to_owned(), |score| format!("{score} points"));
                parts.push(format!("{}, earned {}, {score}, as of {}", latest.outcome.doc(), latest.computed, latest.day));
            }
            None => parts.push("not audited".to_owned()),
        }
        let (under_way, _) = words::under_way(row);
        if !under_way.is_empty() {
            parts.push(under_way);
        }
        if let Some(at) = standing.and_then(Standing::due) {
            parts.push(due(at, "", now, zone));
        }
        if let Some((_, owner)) = &row.owner {
            parts.push(format!("{owner} looks after its plan"));
        }
        parts.push(row.status.name().to_owned());
        let json = json!({
            "kind": "row", "id": row.id.to_string(), "partner": row.name.as_str(), "code": row.code.as_str(), "tier": row.tier.as_str(),
            "status": row.status.name(), "country": row.country.map(|country| country.code().to_owned()),
            "outcome": latest.map(|latest| latest.outcome.name()), "earned": latest.map(|latest| latest.computed.as_str()),
            "score": latest.and_then(|latest| latest.score).map(|score| score.to_string()),
            "proposal": standing.and_then(|standing| standing.proposal.as_ref()).map(|proposal| proposal.to.as_str()),
            "due": standing.and_then(Standing::due).map(|due| due.to_string()),
        });
        Line { text: format!("{}.", parts.join(", ")), json }
    }

    fn who(partner: PartnerId, news: &TierNews) -> Text {
        news.names.partner(partner)
    }

    fn spoken_name(partner: PartnerId, name: &Text) -> String {
        format!("Partner {} {name}", partner.0).trim_end().to_owned()
    }

    fn spoken(past: &Past, news: &TierNews, actor: &Text) -> Option<String> {
        let partner = news.partner(past)?;
        let Event::Standing(event) = &past.record.event else { return None };
        let (told, _) = told::tier::standing(event, &news.names);
        Some(format!("{}: {told}, by {actor}", Self::spoken_name(partner, &Self::who(partner, news))))
    }
}
