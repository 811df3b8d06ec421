//! The quarterly business review of one partner: this quarter against the last and the same a year ago, what was decided in it,
//! what falls due by the end of the next, and what is open.

use super::{
    Figure, Kind, PartnerSeen, Report, Section, Table,
    history::change,
    open::open_items,
    scorecard::called,
    work::{Work, payments, sums_or_zero},
};
use crate::domain::{
    deal::{DealState, Registration},
    event::{Event, Record},
    mdf::fund::FundState,
    money::Money,
    partner::PartnerEvent,
    tier::{
        period::{Period, Quarter},
        standing::{ProposalState, StandingEvent},
    },
    told,
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

pub fn review(seen: &PartnerSeen) -> Report {
    let sections = vec![head(seen), figures(seen), seen.sales(), seen.history(), decided(seen), due(seen), open_items(seen)];
    Report { kind: Kind::Review, title: called(seen), on: seen.on, sections }
}

impl PartnerSeen {
    fn starts(&self) -> u32 {
        self.program.scorecard.fiscal_year_starts
    }

    pub(super) fn is_over(&self, quarter: Quarter) -> bool {
        self.days_of(quarter) == quarter.period(self.starts())
    }
}

fn year_before(quarter: Quarter) -> Quarter {
    Quarter { year: quarter.year - 1, ..quarter }
}

fn head(seen: &PartnerSeen) -> Section {
    let (profile, quarter) = (&seen.partner.profile, seen.quarter());
    let card = seen.card().map(|(_, card)| card);
    let section = Section::new("partner", "The partner")
        .fact("name", "Name", Figure::named(&profile.name))
        .fact("code", "Code", Figure::named(&profile.code))
        .fact("tier", "Tier held", Figure::named(&profile.tier))
        .fact("earned", "Tier earned", Figure::known(card.map(|card| &card.computed)))
        .fact("score", "Score", Figure::known(card.and_then(|card| card.composite)))
        .fact("territory", "Territory", profile.territory())
        .fact("quarter", "Quarter", seen.quarter_name(quarter))
        .fact("period", "Days", seen.days_of(quarter).to_string());
    if seen.is_over(quarter) {
        return section;
    }
    section.note(format!("{quarter} is not over: it counts up to {}, and its changes are not worked out against whole quarters.", seen.on))
}

/// What is counted of a quarter.
pub(super) struct Of<'a> {
    seen: &'a PartnerSeen,
    quarter: Quarter,
    days: Period,
    work: Work,
}

impl<'a> Of<'a> {
    pub(super) fn new(seen: &'a PartnerSeen, quarter: Quarter) -> Self {
        let days = seen.days_of(quarter);
        Self { seen, quarter, days, work: seen.work(days) }
    }
}

/// A figure of a quarter: its name, and how it is made.
pub(super) type Line = (&'static str, fn(&Of<'_>) -> Figure);

pub(super) const LINES: &[Line] =
    &[
        ("revenue", |of| Figure::known(of.seen.revenue(of.days))),
        ("score of the last audit", |of| {
            // Nothing of a quarter that was not audited.
            of.seen.evaluation_in(of.quarter).map_or(Figure::Nothing, |one| Figure::known(one.made.card.composite))
        }),
        ("leads offered", |of| of.seen.of_leads(of.work.offered)),
        ("leads accepted", |of| of.seen.of_leads(of.work.accepted)),
        ("accepted in time", |of| of.seen.lead_share(of.work.in_time, of.work.answered())),
        ("from offer to acceptance", |of| of.seen.accept_speed(&of.work)),
        ("registrations handed in", |of| of.seen.of_deals(of.work.submitted)),
        ("registrations approved", |of| of.seen.of_deals(of.work.approved)),
        ("deals won", |of| of.seen.of_deals(of.work.won)),
        ("value of deals won", |of| of.seen.worth(&of.work.won_value)),
        ("deals lost", |of| of.seen.of_deals(of.work.lost)),
        ("win rate", |of| of.seen.deal_share(of.work.won, of.work.decided())),
        ("claims paid", |of| if of.seen.known.funds { Figure::Count(of.work.claims_paid) } else { Figure::NotKnown }),
        ("marketing funds paid", |of| {
            if of.seen.known.funds { sums_or_zero(of.work.paid.clone(), of.seen.currency()) } else { Figure::NotKnown }
        }),
    ];

fn figures(seen: &PartnerSeen) -> Section {
    let this = seen.quarter();
    let [now, last, year] = [this, this.previous(), year_before(this)].map(|quarter| Of::new(seen, quarter));
    let compared = |before: &Figure, now: &Figure| if seen.is_over(this) { moved(before, now) } else { Figure::Nothing };
    let row = |(name, figure): &Line| {
        let [now, last, year] = [&now, &last, &year].map(figure);
        let (on_last, on_year) = (compared(&last, &now), compared(&year, &now));
        vec![(*name).into(), now, last, on_last, year, on_year]
    };
    let columns = [
        ("figure", "Figure"),
        ("this", "This quarter"),
        ("last", "Last"),
        ("on_last", "Change"),
        ("year_before", "A year ago"),
        ("on_year_before", "Change on it"),
    ];
    let caption = format!("{} against {} and {}", seen.quarter_name(this), this.previous(), year_before(this));
    let table = Table::new("figures", &caption, &columns, "").rows(LINES.iter().map(row));
    Section::new("figures", "The quarter in figures")
        .note("Changes are in percent of what was before; of percentages and points they are points.")
        .table(table)
}

/// How a figure has changed, in percent or in points; nothing where it can't be said.
pub(super) fn moved(before: &Figure, now: &Figure) -> Figure {
    match (before, now) {
        (Figure::Money(before), Figure::Money(now)) if before.currency == now.currency => change(Some(*now), Some(*before)),
        (Figure::Count(before), Figure::Count(now)) if *before > 0 => {
            Figure::percent(Decimal::from(now - before) * Decimal::ONE_HUNDRED / Decimal::from(*before), 1)
        }
        (Figure::Minutes(before), Figure::Minutes(now)) if *before > 0 => {
            Figure::percent(Decimal::from(now - before) * Decimal::ONE_HUNDRED / Decimal::from(*before), 1)
        }
        (Figure::Percent(before), Figure::Percent(now)) | (Figure::Number(before), Figure::Number(now)) => Figure::Number(now - before),
        _ => Figure::Nothing,
    }
}

/// One line of a timeline.
type Told = (NaiveDate, &'static str, String);

fn listed(id: &'static str, caption: &str, empty: &'static str, mut told: Vec<Told>) -> Table {
    told.sort();
    let columns = [("on", "On"), ("about", "About"), ("what", "What")];
    let row = |(on, about, what): Told| vec![Figure::Day(on), about.into(), what.into()];
    Table::new(id, caption, &columns, empty).rows(told.into_iter().map(row))
}

/// What was decided in the quarter.
fn decided(seen: &PartnerSeen) -> Section {
    let days = seen.days_of(seen.quarter());
    let mut told: Vec<Told> = seen.records.iter().filter_map(|record| tier_change(seen, record)).collect();
    for deal in &seen.deals {
        told.extend(deal_decided(seen, deal));
    }
    for claim in &seen.claims {
        for (at, amount) in payments(claim) {
            let what = if amount.minor < 0 { "paid back" } else { "paid" };
            told.push((seen.date(at), "funds", format!("{} {what}: {amount}", claim.id)));
        }
    }
    told.retain(|(on, ..)| days.holds(*on));
    Section::new("decided", "Decided in the quarter").table(listed("decided", "What was decided", "Nothing was decided.", told))
}

fn tier_change(seen: &PartnerSeen, record: &Record) -> Option<Told> {
    let is_of_note = match &record.event {
        Event::Standing(
            StandingEvent::Enforced { .. }
            | StandingEvent::Approved { .. }
            | StandingEvent::Rejected { .. }
            | StandingEvent::Deferred { .. }
            | StandingEvent::PlanOpened { .. }
            | StandingEvent::PlanClosed { .. }
            | StandingEvent::Acquired { .. },
        ) => true,
        Event::Standing(StandingEvent::Audited { audited }) => audited.kind.counts(),
        Event::Partner(PartnerEvent::StatusChanged { .. }) => {
            return Some((seen.date(record.at), "partner", told::event(&record.event, &seen.names).0));
        }
        Event::Partner(PartnerEvent::Changed { profile, before }) => {
            if profile.tier == before.tier && profile.status == before.status {
                return None;
            }
            let tier = (profile.tier != before.tier).then(|| format!("tier {} to {}", before.tier, profile.tier));
            let status = (profile.status != before.status).then(|| format!("status {} to {}", before.status.name(), profile.status.name()));
            let what = tier.into_iter().chain(status).collect::<Vec<_>>().join(", ");
            return Some((seen.date(record.at), "partner", what));
        }
        _ => false,
    };
    is_of_note.then(|| (seen.date(record.at), "tier", told::event(&record.event, &seen.names).0))
}

fn deal_decided(seen: &PartnerSeen, deal: &Registration) -> Vec<Told> {
    let value = |value: Option<Money>| value.map_or_else(|| "value not known".to_owned(), |value| value.to_string());
    let named = format!("{} {}", deal.id, deal.customer());
    let granted =
        deal.state.approval().map(|approval| (seen.date(approval.at), format!("{named} approved: {}", value(deal.details.value))));
    let ended = match &deal.state {
        DealState::Won { on, value: sold, .. } => Some((*on, format!("{named} won: {}", value(*sold)))),
        DealState::Lost { at, reason, .. } => Some((seen.date(*at), format!("{named} lost: {}", reason.doc()))),
        DealState::Expired { at, .. } => Some((seen.date(*at), format!("{named} expired without an order"))),
        DealState::Rejected { at, reason, .. } => Some((seen.date(*at), format!("{named} rejected: {}", reason.doc()))),
        _ => None,
    };
    granted.into_iter().chain(ended).map(|(on, what)| (on, "deal", what)).collect()
}

/// What falls due after the day of the report, up to the end of the next quarter.
fn due(seen: &PartnerSeen) -> Section {
    let until = seen.quarter().next().period(seen.starts()).until;
    let mut told: Vec<Told> = Vec::new();
    for one in &seen.partner.profile.certifications {
        told.extend(one.last_day(seen.program.zone).map(|last| (last, "certificate", format!("{} ends", one.name))));
    }
    if let Some(standing) = &seen.standing {
        told.extend(
            standing.plan.as_ref().map(|plan| (plan.due_on, "tier", format!("the plan to keep {} ends, with a new audit", plan.tier))),
        );
        if let Some(proposal) = &standing.proposal {
            match &proposal.state {
                ProposalState::Approved { on, .. } => told.push((*on, "tier", format!("{} comes into force", proposal.to))),
                ProposalState::Deferred { until, .. } => told.push((*until, "tier", format!("{} was deferred until then", proposal.to))),
                ProposalState::Proposed => {}
            }
        }
    }
    if let Some(fall) = seen.card().and_then(|(_, card)| card.falls.as_ref()) {
        told.push((fall.on, "tier", format!("falls below the line of {} by {}", seen.partner.profile.tier, fall.gate.doc())));
    }
    for deal in &seen.deals {
        if let Some(protection) = deal.protection().filter(|protection| protection.paused_on.is_none()) {
            told.push((seen.date(protection.until), "deal", format!("the protection of {} {} ends", deal.id, deal.customer())));
        }
    }
    for fund in seen.funds.iter().filter(|fund| matches!(fund.state, FundState::Open { .. }) && fund.available().minor > 0) {
        told.push((fund.terms.to, "funds", format!("{} ends with {} available", fund.terms.name, fund.available())));
    }
    told.retain(|(on, ..)| seen.on < *on && *on < until);
    let last = until.pred_opt().unwrap_or(until);
    Section::new("due", "What falls due")
        .note(format!("After {} and up to the end of {}, {last}.", seen.on, seen.quarter().next()))
        .table(listed("due", "What falls due", "Nothing falls due.", told))
}
