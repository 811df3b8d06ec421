//! `pilothouse tier show` and `list`.

use crate::{
    app::tier::view::TierViewer,
    cli::Call,
    domain::{
        day::{date_of_day, day_of},
        page::From,
        text::Text,
        tier::{
            Scorecard,
            desk::DeskLine,
            queue::{PageRequest, Queue, Sort, TierLine},
            standing::{ProposalState, Standing},
        },
        time::Instant,
    },
    error::Result,
};
use chrono::NaiveDate;
use chrono_tz::Tz;
use serde_json::json;

pub async fn show(wanted: &str, json: bool, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let rules = app.rules().await?;
    let partner = super::find(&rules, wanted)?;
    let story = app.tier_story(partner.id).await?;
    if json {
        return call.json(&json!({ "partner": partner.profile.code, "tier": partner.profile.tier, "standing": story.standing,
            "evaluations": story.evaluations, "way": story.way }));
    }
    writeln!(call.out, "{} ({}): {}", partner.profile.name, partner.profile.code, or_none(&partner.profile.tier))?;
    let Some(last) = story.evaluations.first() else {
        return Ok(writeln!(call.out, "Not audited yet; `pilothouse tier evaluate --partner {}` does it.", partner.profile.code)?);
    };
    if let Some((judged, _)) = story.standing.as_ref().and_then(|standing| standing.judged().zip(standing.looked_at())) {
        let (found, tier) = (judged.outcome.doc(), &judged.computed);
        writeln!(call.out, "By the audit of {}: {found}, earned {tier}; what is looked at on demand changes nothing about it", judged.day)?;
    }
    card(&last.made.card, app.today().await?, call)?;
    if let Some(way) = story.way {
        writeln!(call.out, "\nTo {}:", way.tier)?;
        for step in &way.steps {
            writeln!(call.out, "  {step}")?;
        }
        if !way.arrives() {
            writeln!(call.out, "  and still it does not suffice for the score")?;
        }
    }
    if let Some(standing) = &story.standing {
        writeln!(call.out, "\n{}", under_way(standing))?;
    }
    Ok(())
}

/// A tier as it is told.
pub fn or_none(tier: &str) -> &str {
    if tier.is_empty() { "no tier" } else { tier }
}

fn card(card: &Scorecard, today: NaiveDate, call: &mut Call<'_>) -> Result<()> {
    let score = card.composite.map_or_else(|| "no score".to_owned(), |score| format!("{score} points"));
    writeln!(call.out, "As of {}: {}, earned {}; {score}", card.day, card.outcome.doc(), card.computed)?;
    writeln!(call.out, "because {}\n", card.why())?;
    for scored in &card.criteria {
        let light = scored.light.map_or("-", |light| light.doc());
        writeln!(call.out, "  {light:<7}{}: {}", scored.criterion.doc(), scored.why(card.currency))?;
    }
    for line in card.lines.iter().filter(|line| !line.gates.is_empty()) {
        writeln!(call.out, "\n{}{}", line.tier, if line.is_passed() { ", passed" } else { "" })?;
        for gate in &line.gates {
            writeln!(call.out, "  {}", gate.sentence(card.currency))?;
        }
    }
    if let Some(falls) = card.falls_told(today) {
        writeln!(call.out, "\nFalls below {} {falls}", card.stored)?;
    }
    Ok(())
}

/// What is proposed and planned, in words.
pub fn under_way(standing: &Standing) -> String {
    let proposal = standing.proposal.as_ref().map(|proposal| match &proposal.state {
        ProposalState::Proposed => format!("{} is proposed: {}", proposal.to, proposal.reason),
        ProposalState::Deferred { until, reason, .. } => format!("{} is deferred until {until}: {reason}", proposal.to),
        ProposalState::Approved { on, .. } => format!("{} is approved, in force from {on}", proposal.to),
    });
    let plan = standing.plan.as_ref().map(|plan| {
        let percent = plan.progress.last().map_or(0, |progress| progress.percent);
        format!("remediation plan to keep {}, {percent} % done, until {}", plan.tier, plan.due_on)
    });
    let all: Vec<String> = proposal.into_iter().chain(plan).collect();
    if all.is_empty() { "nothing is under way".to_owned() } else { all.join("; ") }
}

/// `Security Professional ends with 2026-12-11, in 18 days`.
fn ending((name, until): &(Text, Instant), now: Instant, zone: Tz) -> String {
    let last = day_of(*until, zone) - 1;
    let on = date_of_day(last);
    let days = |count: i64| if count == 1 { "1 day".to_owned() } else { format!("{count} days") };
    match last - day_of(now, zone) {
        0 => format!("{name} ends today"),
        left @ 1.. => format!("{name} ends with {on}, in {}", days(left)),
        over => format!("{name} ended with {on}, {} ago", days(-over)),
    }
}

pub async fn list(queue: Queue, json: bool, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let me = call.sign_in(&app).await?.id;
    let (now, zone) = (app.now(), app.rules().await?.program().zone);
    let viewer = TierViewer { me, zone, marked: Vec::new() };
    // Whoever has to act first stands first where certificates end.
    let sort = if queue == Queue::Expiring { Sort::Due } else { Sort::Name };
    let request = PageRequest { queue, filter: None, sort, me, now, from: From::Start, limit: 0 };
    let (rows, _) = app.tier_matching(request, &viewer, usize::MAX).await?;
    let rows: Vec<&TierLine> = rows.iter().filter_map(DeskLine::as_partner).collect();
    if json {
        let row = |row: &&TierLine| {
            json!({ "partner": row.code, "tier": row.tier, "standing": row.standing,
            "certificate": row.next_end(now, zone).map(|(name, until)| json!({ "name": name, "until": until })) })
        };
        return call.json(&rows.iter().map(row).collect::<Vec<_>>());
    }
    for row in &rows {
        let latest = row.standing.as_ref().and_then(|standing| standing.latest.as_ref());
        let judged = row.standing.as_ref().and_then(|standing| standing.judged());
        let found = match (judged, latest) {
            (Some(judged), _) => format!("{}, as of {}", judged.outcome.doc(), judged.day),
            (None, Some(looked)) => format!("{}, on demand as of {}", looked.outcome.doc(), looked.day),
            (None, None) => "not audited yet".to_owned(),
        };
        let score = latest.and_then(|latest| latest.score).map_or_else(|| "-".to_owned(), |score| score.to_string());
        let under_way = row.standing.as_ref().map_or_else(String::new, |standing| format!("; {}", under_way(standing)));
        let ends = row.next_end(now, zone).filter(|_| queue == Queue::Expiring);
        let ends = ends.map_or_else(String::new, |end| format!("; {}", ending(end, now, zone)));
        writeln!(call.out, "{:<14}{score:>8}  {}: {found}{under_way}{ends}", row.code, or_none(&row.tier))?;
    }
    Ok(writeln!(call.out, "{} {}.", rows.len(), if rows.len() == 1 { "partner" } else { "partners" })?)
}
