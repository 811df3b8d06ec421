//! What is open with a partner: leads that it works, registrations that wait, claims that are not paid.

use super::{Figure, PartnerSeen, Section, Table, scorecard::is_pipeline};
use crate::domain::{lead::Lead, tier::standing::ProposalState, time::Instant};

/// One open item: what it is, where it stands, since when, until when.
type Item = (&'static str, String, String, Instant, Option<Instant>);

pub(super) fn open_items(seen: &PartnerSeen) -> Section {
    let mut items: Vec<Item> = seen.leads.iter().filter(|lead| lead.state.loads() == Some(seen.partner.id)).map(lead).collect();
    for deal in seen.deals.iter().filter(|deal| is_pipeline(deal)) {
        let held = deal.hold.as_ref().map_or_else(String::new, |hold| format!(", held: {}", hold.reason.doc()));
        let stage = format!("{}{held}", deal.state.name().replace('_', " "));
        items.push(("deal", format!("{} {}", deal.id, deal.customer()), stage, deal.submitted_at.unwrap_or(deal.created_at), deal.due()));
    }
    for claim in seen.claims.iter().filter(|claim| claim.state.is_pending()) {
        let since = claim.desk.submitted_at.unwrap_or(claim.created_at);
        items.push(("claim", format!("{} over {}", claim.id, claim.content.asked), claim.state.words(), since, claim.due()));
    }
    if let Some(proposal) = seen.standing.as_ref().and_then(|standing| standing.proposal.as_ref())
        && !matches!(proposal.state, ProposalState::Approved { .. })
    {
        let what = format!("{} to {}", proposal.from, proposal.to);
        items.push(("tier", what, proposal.state_name().to_owned(), proposal.at, None));
    }
    // What is due first stands first, then what is open longest.
    items.sort_by_key(|(_, _, _, since, due)| (due.unwrap_or(Instant::from_micros(i64::MAX)), *since));
    let row = |(kind, what, stage, since, due): Item| {
        vec![kind.into(), what.into(), stage.into(), Figure::Day(seen.date(since)), Figure::given(due.map(|due| seen.date(due)))]
    };
    let columns = [("kind", "Kind"), ("what", "What"), ("stage", "Stage"), ("since", "Since"), ("due", "Due")];
    let open = items.len();
    let table = Table::new("open", "Open items", &columns, "Nothing is open.").rows(items.into_iter().map(row));
    Section::new("open", "Open items").note(format!("As of {}.", seen.today)).fact("open", "Open items", open).table(table)
}

fn lead(lead: &Lead) -> Item {
    let stage = lead.state.name();
    let late = if lead.is_breached() { ", late" } else { "" };
    ("lead", format!("{} {}", lead.id, lead.company()), format!("{stage}{late}"), lead.received_at, lead.due())
}
