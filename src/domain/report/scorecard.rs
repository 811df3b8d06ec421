//! The scorecard of one partner: what it is measured by, what that comes to, and what it did in the other rooms.

use super::{
    Figure, Form, Kind, PartnerSeen, Report, Section, Table,
    work::{Worth, sums_or_zero},
};
use crate::domain::{
    deal::{DealState, Registration},
    lead::{LeadState, OfferOutcome, routing::Parity},
    money::{Currency, Money},
    partner::Certification,
    text::Text,
    tier::{
        Criterion, Gate, Gated, Measure, Scorecard, Way,
        board::CERTIFICATE_DAYS,
        evaluate::Measured,
        evaluation::AuditKind,
        period::Period,
        rules::Score,
        score::Scored,
        standing::{Plan, ProposalState},
        way_up,
    },
};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The report on one partner.
pub fn scorecard(seen: &PartnerSeen) -> Report {
    let mut sections = vec![who(seen)];
    if let Some((_, card)) = seen.card() {
        sections.extend([stands(seen, card), criteria(card), gates(card)]);
        sections.extend(way(seen).map(|way| steps(&way)));
    }
    sections.extend([seen.history(), remediation(seen), leads(seen), conversion(seen), deals(seen), funds(seen)]);
    sections.extend([certifications(seen), seen.sales()]);
    Report { kind: Kind::Scorecard, title: called(seen), on: seen.on, sections }
}

/// `Hansa Netzwerk (HANSA)`.
pub(super) fn called(seen: &PartnerSeen) -> Text {
    let profile = &seen.partner.profile;
    Text::clean(&format!("{} ({})", profile.name, profile.code))
}

fn who(seen: &PartnerSeen) -> Section {
    let profile = &seen.partner.profile;
    let card = seen.card().map(|(_, card)| card);
    let earned = card.map(|card| card.computed.clone());
    let mut section = Section::new("partner", "The partner")
        .fact("name", "Name", Figure::named(&profile.name))
        .fact("code", "Code", Figure::named(&profile.code))
        .fact("tier", "Tier held", Figure::named(&profile.tier))
        .fact("earned", "Tier earned", Figure::known(earned))
        .fact("kind", "Kind", profile.kind.name().replace('_', " "))
        .fact("status", "Status", profile.status.name())
        .fact("country", "Country", Figure::known(profile.country.map(crate::domain::country::Country::name)))
        .fact("territory", "Territory", profile.territory())
        .fact("program", "Program", &seen.program.name)
        .fact("period", "Period", seen.year().to_string());
    section = match seen.evaluations.first() {
        Some(one) => {
            let of = match one.made.kind {
                AuditKind::Quarter(quarter) => format!("the audit of {quarter}"),
                AuditKind::Reaudit => "the audit at the end of a remediation plan".to_owned(),
                AuditKind::OnDemand => "an audit on demand".to_owned(),
            };
            section.note(format!("The scorecard is that of {of}, as of {} ({}).", one.made.card.day, one.id))
        }
        None if card.is_some() => {
            section.note(format!("Nobody has audited it yet: the scorecard is what the facts of {} come to, and is kept nowhere.", seen.on))
        }
        None => section.note("Nobody has audited it yet, and its facts can't be added up."),
    };
    if seen.on < seen.today {
        section = section.note(format!("Profile, tier held, funds and what is under way are as of {}, when this was made.", seen.today));
    }
    section
}

fn stands(seen: &PartnerSeen, card: &Scorecard) -> Section {
    let falls = card.fall();
    let days = falls.map(|fall| match fall.on.signed_duration_since(seen.on).num_days() {
        left @ 0.. => Figure::Days(left),
        -1 => "yesterday if nothing was added".into(),
        over => format!("{} days ago if nothing was added", -over).into(),
    });
    Section::new("standing", "How it stands")
        .fact("score", "Score", Figure::known(card.composite))
        .fact("outcome", "Outcome", card.outcome.doc())
        .fact("days_to_demotion", "Days until below its line", Figure::given(days))
        .fact("falls_on", "Falls below its line on", Figure::given(falls.map(|fall| fall.on)))
        .fact("falls_by", "Falls by", Figure::given(falls.map(|fall| fall.gate.doc())))
        .fact("next_tier", "Next tier", Figure::given(card.above().map(|line| &line.tier)))
        .fact("because", "Because", card.why())
        .note("Below its line: on that day, if nothing is added. A demotion follows two failed audits with a plan between them.")
}

/// As people write a value of a criterion.
fn value_of(criterion: Criterion, value: Decimal, currency: Currency) -> Figure {
    let value = value.round_dp(2).normalize();
    match criterion {
        Criterion::Revenue => Figure::known(Money::round(value, currency).ok()),
        one if one.is_counted() => Figure::known(i64::try_from(value).ok()),
        _ => Figure::Percent(value),
    }
}

fn criteria(card: &Scorecard) -> Section {
    let columns = [
        ("criterion", "Criterion"),
        ("value", "Value"),
        ("target", "Target"),
        ("attainment", "Attained"),
        ("light", "Light"),
        ("weight", "Weight"),
        ("points", "Points"),
        ("brings", "Brings"),
    ];
    let row = |one: &Scored| {
        let target = match &one.measure {
            Measure::Linear { target } => value_of(one.criterion, *target, card.currency),
            Measure::Bands(bands) => Figure::given(bands.last().map(|band| value_of(one.criterion, band.from, card.currency))),
        };
        vec![
            one.criterion.doc().into(),
            Figure::known(one.value.map(|value| value_of(one.criterion, value, card.currency))),
            target,
            Figure::known(one.attainment.map(|attained| Figure::percent(attained, 2))),
            Figure::known(one.light),
            Figure::Number(Decimal::new(one.weight.into(), 2).normalize()),
            if one.counts { Figure::Number(two(one.points)) } else { Figure::Nothing },
            if one.counts { one.brings.into() } else { Figure::Nothing },
        ]
    };
    let table =
        Table::new("criteria", "What it is measured by", &columns, "The program measures nothing.").rows(card.criteria.iter().map(row));
    let mut section = Section::new("criteria", "Scorecard")
        .note("Brings: what a criterion adds to the score, its points by its weight. One that is not known is left out or brings nothing, as the program says.")
        .table(table);
    for (group, score) in &card.groups {
        section = section.fact(group.name(), group.doc(), *score);
    }
    section
}

fn two(value: Decimal) -> Decimal {
    Score::round(value).points()
}

pub(super) fn gate_amount(gate: Gate, number: i64, currency: Currency) -> Figure {
    match gate {
        Gate::Revenue => Money::new(number, currency).into(),
        Gate::Certifications => Figure::Count(number),
        Gate::Composite => Score(number).into(),
    }
}

fn gates(card: &Scorecard) -> Section {
    let columns = [("tier", "Tier"), ("gate", "Gate"), ("has", "Has"), ("needs", "Needs"), ("gap", "Missing"), ("state", "State")];
    let row = |line: &Measured, gate: &Gated| {
        let amount = |number| gate_amount(gate.gate, number, card.currency);
        let state = match gate.passed() {
            Some(true) => "passed",
            Some(false) => "closed",
            None => "not known",
        };
        vec![
            (&line.tier).into(),
            gate.gate.doc().into(),
            Figure::known(gate.has.map(amount)),
            amount(gate.needs),
            Figure::given(gate.gap().map(amount)),
            state.into(),
        ]
    };
    let rows = card.lines.iter().flat_map(|line| line.gates.iter().map(move |gate| row(line, gate)));
    let table = Table::new("gates", "What each tier asks for", &columns, "No tier asks for anything.").rows(rows);
    Section::new("gates", "Gates").table(table)
}

/// To the next tier above the one earned, under the rules in force.
fn way(seen: &PartnerSeen) -> Option<Way> {
    let (facts, card) = seen.card()?;
    way_up(facts, &seen.program.tier_rules(), &card.above()?.tier)
}

fn steps(way: &Way) -> Section {
    let columns = [("criterion", "Criterion"), ("from", "From"), ("to", "To"), ("more", "More"), ("for", "For")];
    let row = |step: &crate::domain::tier::way::Step| {
        let currency = step.amount.map(|amount| amount.currency);
        let shown = |value: Decimal| match currency {
            Some(currency) => Figure::known(Money::round(value, currency).ok()),
            None if step.criterion.is_counted() => Figure::known(i64::try_from(value.normalize()).ok()),
            None => Figure::Percent(value.round_dp(2).normalize()),
        };
        let more = step.amount.map(Figure::from).or_else(|| step.from.map(|from| shown(step.to - from)));
        vec![
            step.criterion.doc().into(),
            Figure::known(step.from.map(shown)),
            shown(step.to),
            Figure::known(more),
            if step.is_gate { "a gate" } else { "the score" }.into(),
        ]
    };
    let rows = way.steps.iter().map(row);
    let table = Table::new("steps", "What it takes", &columns, "Everything that it asks for is there.").rows(rows);
    let section = Section::new("way", &format!("The cheapest way to {}", way.tier))
        .fact("tier", "Tier", &way.tier)
        .fact("score", "Score at the end", Figure::known(way.score))
        .fact("needs", "Score that it needs", Figure::given(way.needs))
        .table(table);
    if way.arrives() { section } else { section.note("Even with all of it the score does not suffice: the targets are too low for it.") }
}

fn remediation(seen: &PartnerSeen) -> Section {
    let mut section = Section::new("remediation", "Remediation and changes of tier");
    let proposal = seen.standing.as_ref().and_then(|standing| standing.proposal.as_ref());
    section = section.fact("proposal", "Change of tier", Figure::given(proposal.map(|one| format!("{} to {}", one.from, one.to))));
    if let Some(one) = proposal {
        let stage = match &one.state {
            ProposalState::Proposed => "to be decided".to_owned(),
            ProposalState::Deferred { until, reason, .. } => format!("deferred until {until}: {reason}"),
            ProposalState::Approved { on, .. } => format!("approved, in force from {on}"),
        };
        section = section.fact("proposal_stage", "Stage", stage).fact("proposal_reason", "Reason", &one.reason);
    }
    match seen.standing.as_ref().and_then(|standing| standing.plan.as_ref()) {
        Some(plan) => with_plan(section, plan, seen),
        None => section.note("No remediation plan is open."),
    }
}

fn with_plan(section: Section, plan: &Plan, seen: &PartnerSeen) -> Section {
    let target = |gate: &Gated| {
        let amount = |number| gate_amount(gate.gate, number, plan.currency);
        vec![gate.gate.doc().into(), Figure::known(gate.has.map(amount)), amount(gate.needs), Figure::given(gate.gap().map(amount))]
    };
    let columns = [("gate", "Gate"), ("had", "Had"), ("needs", "Needs"), ("gap", "Missing")];
    let targets = Table::new("targets", "Targets of the plan", &columns, "It has no target.").rows(plan.targets.iter().map(target));
    let step = |one: &crate::domain::tier::standing::Progress| {
        vec![
            Figure::Day(seen.date(one.at)),
            Figure::Percent(Decimal::from(one.percent)),
            (&one.text).into(),
            seen.names.operator(one.by).into(),
        ]
    };
    let columns = [("on", "On"), ("done", "Done"), ("what", "What"), ("by", "By")];
    let progress = Table::new("progress", "Progress", &columns, "Nothing was recorded yet.").rows(plan.progress.iter().map(step));
    let done = plan.progress.last().map_or(0, |one| one.percent);
    section
        .fact("plan_keeps", "Plan to keep", &plan.tier)
        .fact("plan_done", "Done", Figure::Percent(Decimal::from(done)))
        .fact("plan_opened", "Opened", plan.opened_on)
        .fact("plan_due", "New audit", plan.due_on)
        .fact("plan_days_left", "Days left", Figure::Days(plan.due_on.signed_duration_since(seen.on).num_days().max(0)))
        .fact("plan_owner", "Owner", Figure::given(plan.owner.map(|owner| seen.names.operator(owner))))
        .table(targets)
        .table(progress)
}

pub(super) fn leads(seen: &PartnerSeen) -> Section {
    let work = seen.work(seen.year());
    let open = seen.leads.iter().filter(|lead| lead.state.loads() == Some(seen.partner.id)).count();
    let parity = |figure: &dyn Fn(&Parity) -> Figure| seen.parity.as_ref().filter(|_| seen.known.leads).map_or(Figure::NotKnown, figure);
    Section::new("leads", "Leads")
        .note("Over the period. In time: accepted by due, of all that were accepted, declined or ran out. Speed: elapsed time, the median.")
        .note("Parity: leads given by rotation, of those that the weight entitles to; as of today.")
        .fact("offered", "Offered", seen.of_leads(work.offered))
        .fact("accepted", "Accepted", seen.of_leads(work.accepted))
        .fact("in_time", "Accepted in time", seen.lead_share(work.in_time, work.answered()))
        .fact("accept_speed", "From offer to acceptance", seen.accept_speed(&work))
        .fact("declined", "Declined", seen.of_leads(work.declined))
        .fact("timed_out", "Not answered", seen.of_leads(work.timed_out))
        .fact("open", "Open now", seen.of_leads(i64::try_from(open).unwrap_or(i64::MAX)))
        .fact("rotated", "Given by rotation", parity(&|one| Figure::Count(one.given)))
        .fact("entitled", "Entitled to by weight", parity(&|one| Figure::Number(Decimal::new(one.entitled_milli, 3))))
        .fact("parity", "Distribution parity", parity(&|one| Figure::share(one.given * 1_000, one.entitled_milli)))
}

/// The stages of what began in the period, whatever became of it since.
pub(super) fn conversion(seen: &PartnerSeen) -> Section {
    let (days, partner) = (seen.year(), seen.partner.id);
    let began: Vec<_> = seen
        .leads
        .iter()
        .filter(|lead| lead.offers.iter().any(|offer| offer.partner == partner && days.holds(seen.date(offer.offered_at))))
        .collect();
    let accepted: Vec<_> = began
        .iter()
        .filter(|lead| {
            let own = lead.offers.iter().filter(|offer| offer.partner == partner);
            own.into_iter().any(|offer| matches!(offer.outcome, Some(OfferOutcome::Accepted { .. })))
        })
        .collect();
    let qualified: Vec<_> =
        accepted.iter().filter(|lead| matches!(lead.state, LeadState::Qualified { partner: by } if by == partner)).collect();
    let registered = qualified.iter().filter(|lead| seen.deals.iter().any(|deal| from_lead(deal) == Some(lead.id))).count();
    let submitted: Vec<&Registration> = submitted_in(seen, days).collect();
    let approved: Vec<_> = submitted.iter().filter(|deal| deal.state.approval().is_some()).collect();
    let won = approved.iter().filter(|deal| matches!(deal.state, DealState::Won { .. })).count();
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let lead_stages = [
        ("leads offered", began.len()),
        ("leads accepted", accepted.len()),
        ("leads qualified", qualified.len()),
        ("of these registered as deals", registered),
    ];
    let deal_stages =
        [("registrations handed in", submitted.len()), ("registrations approved", approved.len()), ("registrations won", won)];
    let rows = |stages: &[(&str, usize)], figure: fn(&PartnerSeen, i64) -> Figure, share: fn(&PartnerSeen, i64, i64) -> Figure| {
        let mut before = None;
        let row = |(stage, number): &(&str, usize)| {
            let of = before.map_or(Figure::Nothing, |before| share(seen, count(*number), before));
            before = Some(count(*number));
            vec![(*stage).into(), figure(seen, count(*number)), of]
        };
        stages.iter().map(row).collect::<Vec<_>>()
    };
    let mut all = rows(&lead_stages, PartnerSeen::of_leads, PartnerSeen::lead_share);
    all.extend(rows(&deal_stages, PartnerSeen::of_deals, PartnerSeen::deal_share));
    let columns = [("stage", "Stage"), ("count", "Count"), ("of_before", "Of the stage before")];
    let table = Table::new("stages", "From one stage to the next", &columns, "").rows(all).chart(Form::Bars, 0, 1);
    Section::new("conversion", "Conversion by stage").note("What began in the period, whatever became of it since.").table(table)
}

fn from_lead(deal: &Registration) -> Option<crate::domain::id::LeadId> {
    deal.source_lead.as_ref().map(|source| source.lead)
}

fn submitted_in(seen: &PartnerSeen, days: Period) -> impl Iterator<Item = &Registration> {
    seen.deals.iter().filter(move |deal| deal.submitted_at.is_some_and(|at| days.holds(seen.date(at))))
}

/// Handed in or approved, and not ended.
pub(super) fn is_pipeline(deal: &Registration) -> bool {
    deal.state.is_undecided() || matches!(deal.state, DealState::Approved { .. })
}

pub(super) fn deals(seen: &PartnerSeen) -> Section {
    let work = seen.work(seen.year());
    let row = |name: &str, is_influenced: bool| {
        let of_kind = |deal: &&Registration| deal.source_lead.is_some() == is_influenced;
        let open = seen.deals.iter().filter(of_kind).filter(|deal| is_pipeline(deal));
        let open = Worth::of(open.map(|deal| deal.details.value));
        let won = seen.deals.iter().filter(of_kind).filter_map(|deal| match &deal.state {
            DealState::Won { on, value, .. } if seen.year().holds(*on) => Some(*value),
            _ => None,
        });
        let won = Worth::of(won);
        vec![
            name.into(),
            seen.of_deals(open.count),
            seen.worth(&open),
            seen.of_deals(won.count),
            seen.worth(&won),
            seen.of_deals(open.without + won.without),
        ]
    };
    let columns = [
        ("source", "Source"),
        ("open", "Open"),
        ("value", "Value"),
        ("won", "Won"),
        ("won_value", "Won value"),
        ("without_value", "Without value"),
    ];
    let table = Table::new("pipeline", "Sourced and influenced pipeline", &columns, "")
        .rows([row("sourced by the partner", false), row("influenced: from a lead of ours", true)]);
    Section::new("deals", "Registrations and pipeline")
        .note("Over the period; open: now. Win rate: won of won and lost. No deal is both sourced and influenced.")
        .fact("submitted", "Handed in", seen.of_deals(work.submitted))
        .fact("approved", "Approved", seen.of_deals(work.approved))
        .fact("won", "Won", seen.of_deals(work.won))
        .fact("lost", "Lost", seen.of_deals(work.lost))
        .fact("expired", "Expired", seen.of_deals(work.expired))
        .fact("win_rate", "Win rate", seen.deal_share(work.won, work.decided()))
        .table(table)
}

pub(super) fn funds(seen: &PartnerSeen) -> Section {
    let days = seen.year();
    let funds: Vec<_> = seen.funds.iter().filter(|fund| fund.terms.from < days.until && fund.terms.to >= days.from).collect();
    let money = |minor: i64, currency| Figure::Money(Money::new(minor, currency));
    let row = |fund: &&crate::domain::mdf::fund::Fund| {
        let (held, currency) = (&fund.balances, fund.terms.currency);
        vec![
            (&fund.terms.name).into(),
            Figure::Day(fund.terms.to),
            money(held.allocated, currency),
            money(held.committed.saturating_add(held.claimed), currency),
            money(held.paid, currency),
            money(held.available, currency),
            Figure::share(held.paid, held.allocated),
        ]
    };
    let columns = [
        ("fund", "Fund"),
        ("ends", "Ends"),
        ("allocated", "Allocated"),
        ("committed", "Committed"),
        ("paid", "Paid"),
        ("available", "Available"),
        ("utilisation", "Used"),
    ];
    let table = Table::new("funds", "Its funds of the period", &columns, "It has no fund of its own.").rows(funds.iter().map(row));
    let work = seen.work(days);
    let currencies: Vec<Currency> =
        super::work::by_currency(funds.iter().map(|fund| Money::zero(fund.terms.currency))).iter().map(|sum| sum.currency).collect();
    let sum =
        |of: fn(&crate::domain::mdf::ledger::Balances) -> i64| funds.iter().map(|fund| of(&fund.balances)).fold(0_i64, i64::saturating_add);
    let utilisation = match currencies.len() {
        _ if !seen.known.funds => Figure::NotKnown,
        1 => Figure::share(sum(|held| held.paid), sum(|held| held.allocated)),
        _ => Figure::Nothing,
    };
    let allocated = funds.iter().map(|fund| Money::new(fund.balances.allocated, fund.terms.currency));
    Section::new("funds", "Marketing funds")
        .note("Utilisation: paid of allocated, of its own funds whose time meets the period. The return needs the margin that activities brought, which nobody records.")
        .fact("utilisation", "Utilisation", utilisation)
        .fact("roi", "Return on investment", Figure::NotKnown)
        .fact("allocated", "Allocated", seen.fund_sums(super::work::by_currency(allocated)))
        .fact("paid", "Paid to it in the period", if seen.known.funds { sums_or_zero(work.paid, seen.currency()) } else { Figure::NotKnown })
        .fact("claims_paid", "Claims paid", if seen.known.funds { Figure::Count(work.claims_paid) } else { Figure::NotKnown })
        .table(table)
}

pub(super) fn certifications(seen: &PartnerSeen) -> Section {
    let mut all: Vec<_> = seen.partner.profile.certifications.iter().map(|one| (one.last_day(seen.program.zone), one)).collect();
    all.sort_by(|a, b| (a.0.is_none(), a.0, &a.1.name).cmp(&(b.0.is_none(), b.0, &b.1.name)));
    let valid = all.iter().filter(|(last, _)| last.is_none_or(|last| seen.on <= last)).count();
    let row = |(last, one): &(Option<NaiveDate>, &Certification)| {
        let left = last.map(|last| last.signed_duration_since(seen.on).num_days());
        let state = match left {
            Some(..0) => "ended",
            Some(..=CERTIFICATE_DAYS) => "ends soon",
            _ => "valid",
        };
        vec![
            (&one.name).into(),
            Figure::given(*last),
            Figure::given(left.map(|left| if left < 0 { Figure::Nothing } else { Figure::Days(left) })),
            state.into(),
        ]
    };
    let columns = [("name", "Certificate"), ("last_day", "Valid to"), ("left", "Left"), ("state", "State")];
    let table = Table::new("certificates", "Certificates", &columns, "It holds no certificate.").rows(all.iter().map(row));
    Section::new("certifications", "Certifications").fact("valid", "Valid", valid).table(table)
}
