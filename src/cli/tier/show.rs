//! `pilothouse tier show` and `list`.

use crate::{
    cli::Call,
    domain::{
        id::PartnerId,
        tier::{
            Scorecard,
            standing::{ProposalState, Standing},
        },
    },
    error::Result,
    store::TierQueue,
};
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
    writeln!(call.out, "{} ({}): {}", partner.profile.name, partner.profile.code, partner.profile.tier)?;
    let Some(last) = story.evaluations.first() else {
        return Ok(writeln!(call.out, "Not audited yet; `pilothouse tier evaluate --partner {}` does it.", partner.profile.code)?);
    };
    card(&last.made.card, call)?;
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

fn card(card: &Scorecard, call: &mut Call<'_>) -> Result<()> {
    let score = card.composite.map_or_else(|| "no score".to_owned(), |score| format!("{score} points"));
    writeln!(call.out, "As of {}: {}, earned {}; {score}", card.day, card.outcome.doc(), card.computed)?;
    writeln!(call.out, "because {}\n", card.why())?;
    for scored in &card.criteria {
        let light = scored.light.map_or("-", |light| light.doc());
        writeln!(call.out, "  {light:<7}{scored}")?;
    }
    for line in card.lines.iter().filter(|line| !line.gates.is_empty()) {
        writeln!(call.out, "\n{}{}", line.tier, if line.is_passed() { ", passed" } else { "" })?;
        for gate in &line.gates {
            writeln!(call.out, "  {}", gate.sentence(card.currency))?;
        }
    }
    if let (Some(fall), Some(days)) = (&card.falls, card.days_to_fall()) {
        writeln!(call.out, "\nFalls below {} in {days} days if nothing is added: {fall}", card.stored)?;
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

pub async fn list(queue: &str, json: bool, call: &mut Call<'_>) -> Result<()> {
    const PAGE: u32 = 1_000;
    let app = call.app().await?;
    let rules = app.rules().await?;
    let queue = TierQueue::from_name(queue).unwrap_or(TierQueue::All);
    let (mut after, mut rows) = (PartnerId(0), Vec::new());
    loop {
        let page = app.tier_page(queue, after, PAGE).await?;
        let is_last = page.len() < PAGE as usize;
        after = page.last().map_or(after, |row| row.partner);
        rows.extend(page);
        if is_last {
            break;
        }
    }
    let named = |id| rules.directory().get(id).map(|partner| &partner.profile);
    if json {
        let row = |row: &crate::store::TierRow| json!({ "partner": named(row.partner).map(|one| &one.code), "tier": named(row.partner).map(|one| &one.tier), "standing": row.standing });
        return call.json(&rows.iter().map(row).collect::<Vec<_>>());
    }
    for row in &rows {
        let Some(profile) = named(row.partner) else { continue };
        let latest = row.standing.as_ref().and_then(|standing| standing.latest.as_ref());
        let found = latest.map_or_else(|| "not audited yet".to_owned(), |latest| format!("{}, as of {}", latest.outcome.doc(), latest.day));
        let score = latest.and_then(|latest| latest.score).map_or_else(|| "-".to_owned(), |score| score.to_string());
        let under_way = row.standing.as_ref().map_or_else(String::new, |standing| format!("; {}", under_way(standing)));
        writeln!(call.out, "{:<14}{score:>8}  {}: {found}{under_way}", profile.code, profile.tier)?;
    }
    Ok(writeln!(call.out, "{} {}.", rows.len(), if rows.len() == 1 { "partner" } else { "partners" })?)
}
