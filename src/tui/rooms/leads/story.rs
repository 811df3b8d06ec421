//! A lead's whole story as sections: facts, clock and offers, why, duplicates, notes, what happened.

use super::{table, words};
use crate::{
    app::lead::view::LeadDetail,
    domain::{
        aggregate::Aggregate,
        event::Event,
        lead::{
            Clock, Lead, LeadEvent, OfferOutcome,
            queue::LeadRow,
            routing::{Candidate, Change, DecidedBy, Rule, Why},
        },
        time::Instant,
        told::Names,
    },
    store::unit::Past,
    tui::{
        furniture::story::{Teller, older},
        rooms::deals::words as deal_words,
        theme::Role,
        widgets::{
            countdown,
            pane::{Row, Section},
        },
    },
};
use chrono_tz::Tz;

/// Titles of sections that a key leads to.
pub const WHY: &str = "Why";
pub const TIMELINE: &str = "Timeline";

/// What the row alone tells, until the rest is loaded.
pub fn first_facts(lead: &LeadRow, now: Instant, zone: Tz) -> Vec<Section> {
    let (due, role) = countdown::show(table::standing(lead, now));
    let mut rows = vec![Row::fact("stage", lead.state, Role::Strong)];
    match &lead.waiting {
        Some(waiting) => rows.push(Row::fact("because", waiting.cause.words(), Role::Warn)),
        None => rows.push(Row::fact("clock", due, role)),
    }
    if let Some((_, name)) = &lead.partner {
        rows.push(Row::fact("partner", name.to_string(), Role::Text));
    }
    rows.push(Row::fact("received", words::moment(lead.received_at, now, zone), Role::Text));
    vec![Section::new("", rows)]
}

pub fn sections(detail: &LeadDetail, now: Instant, zone: Tz) -> Vec<Section> {
    let told = Told { detail, now, zone };
    let mut out = vec![Section::new("", told.standing()), Section::new("Customer", told.customer())];
    if !detail.lead.offers.is_empty() {
        out.push(Section::new("Offers", told.offers()));
    }
    if let Some((at, why)) = told.latest_why() {
        out.push(Section::new(format!("{WHY} · decided {}", words::moment(at, now, zone)), told.why(why)));
    }
    if !detail.duplicates.is_empty() {
        out.push(Section::new("Possible duplicates", told.duplicates()));
    }
    let notes = told.teller().notes(&detail.timeline);
    if !notes.is_empty() {
        out.push(Section::new("Notes", notes));
    }
    out.push(Section::new(TIMELINE, told.timeline()));
    out
}

struct Told<'a> {
    detail: &'a LeadDetail,
    now: Instant,
    zone: Tz,
}

impl Told<'_> {
    fn names(&self) -> &Names {
        &self.detail.names
    }

    const fn teller(&self) -> Teller<'_> {
        Teller { names: &self.detail.names, now: self.now, zone: self.zone }
    }

    fn moment(&self, at: Instant) -> String {
        self.teller().moment(at)
    }

    fn lead(&self) -> &Lead {
        &self.detail.lead
    }

    /// Where it stands, and until when.
    fn standing(&self) -> Vec<Row> {
        let lead = self.lead();
        let (state, role) = words::state(&lead.state, self.names());
        let mut rows = vec![Row::fact("stage", state, role)];
        if let Some(deal) = &self.detail.deal {
            let stage = deal_words::stage(deal.state.name());
            rows.push(Row::fact("deal", format!("registered as {}, {stage} now", deal.id), Role::Good));
        }
        if let Some(escalation) = &lead.escalation {
            rows.push(self.teller().escalated(escalation));
        }
        if let Some(clock) = &lead.clock {
            rows.extend(self.clock(clock));
        }
        if let Some(pause) = &lead.pause {
            let until = pause.until.map_or_else(|| "until resumed".to_owned(), |until| format!("until {}", self.moment(until)));
            rows.push(Row::fact("paused", format!("{}, since {}, {until}", pause.reason.doc(), self.moment(pause.since)), Role::SlaPaused));
        }
        let desk = lead.desk.map_or_else(|| "nobody".to_owned(), |desk| self.names().operator(desk).to_string());
        rows.push(Row::fact("desk", desk, if lead.desk.is_some() { Role::Text } else { Role::Dim }));
        rows
    }

    fn clock(&self, clock: &Clock) -> Vec<Row> {
        let row = LeadRow::of(self.lead(), |_| "".into(), |_| "".into());
        let (due, role) = countdown::show(table::standing(&row, self.now));
        let mut pieces = vec![(due, role)];
        if self.lead().pause.is_none() {
            pieces.push((format!("  to {}, due {}", purpose(clock), self.moment(clock.due)), Role::Text));
        }
        let first = Row { label: Some("clock"), pieces, ..Row::default() };
        let calendar = self.detail.calendar.as_deref().filter(|_| self.lead().pause.is_none());
        vec![first, self.teller().budget(clock, calendar)]
    }

    fn customer(&self) -> Vec<Row> {
        let intake = &self.lead().intake;
        let person = &intake.person;
        let mut rows = Vec::new();
        let mut fact = |label: &'static str, text: String, role: Role| {
            if !text.trim().is_empty() {
                rows.push(Row::fact(label, text, role));
            }
        };
        fact("company", intake.company.to_string(), Role::Strong);
        let country = intake.country.map_or_else(String::new, |country| country.name().to_owned());
        let place = [intake.street.as_str(), &format!("{} {}", intake.postal_code, intake.city), &intake.subdivision, &country];
        fact("place", place.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", "), Role::Text);
        fact("web", intake.website.to_string(), Role::Link);
        fact(
            "asks for",
            [&*intake.product, &*intake.vertical].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", "),
            Role::Text,
        );
        fact("score", intake.score.to_string(), Role::Text);
        if self.lead().erased {
            fact("person", "erased on request".to_owned(), Role::Dim);
        }
        let who = [person.name.as_str(), person.title.as_str()];
        fact("person", who.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", "), Role::Text);
        fact("e-mail", person.email.to_string(), Role::Link);
        fact("phone", person.phone.to_string(), Role::Text);
        fact("wrote", words::note_to_lines(&person.message), Role::Text);
        let consent = self.lead().consent();
        let mut told = words::basis(consent.basis).to_owned();
        if !consent.text_version.is_empty() {
            told = format!("{told}, text {}", consent.text_version);
        }
        if let Some(at) = consent.at {
            told = format!("{told}, {}", self.moment(at));
        }
        fact("consent", told, if consent.is_explicit() { Role::Good } else { Role::Warn });
        let source =
            if intake.source_key.is_empty() { intake.source.to_string() } else { format!("{} {}", intake.source, intake.source_key) };
        fact("source", source, Role::Dim);
        fact(
            "received",
            format!("{}, {}", self.moment(self.lead().received_at), words::ago(self.lead().received_at, self.now)),
            Role::Text,
        );
        rows
    }

    /// Every offer with its answer, the latest first.
    fn offers(&self) -> Vec<Row> {
        let offers = self.lead().offers.iter().rev();
        offers
            .map(|offer| {
                let (shape, answer, role) = match &offer.outcome {
                    None => ("○", format!("awaited until {}", self.moment(offer.due)), Role::Info),
                    Some(OfferOutcome::Accepted { at, in_time: true }) => ("✓", format!("accepted {}", self.moment(*at)), Role::Good),
                    Some(OfferOutcome::Accepted { at, .. }) => ("✓", format!("accepted {}, late", self.moment(*at)), Role::Warn),
                    Some(OfferOutcome::Declined { at, reason }) => {
                        ("✗", format!("declined {}: {}", self.moment(*at), reason.doc()), Role::Warn)
                    }
                    Some(OfferOutcome::TimedOut { at }) => ("!", format!("no answer by {}", self.moment(*at)), Role::Bad),
                    Some(OfferOutcome::Withdrawn { at }) => ("–", format!("withdrawn {}", self.moment(*at)), Role::Dim),
                };
                let hand = if offer.by_hand { " by hand" } else { "" };
                Row::pieces(vec![
                    (format!("{} {shape} ", offer.no), role),
                    (self.names().partner(offer.partner).to_string(), Role::Strong),
                    (format!("{hand} {}: ", self.moment(offer.offered_at)), Role::Dim),
                    (answer, role),
                ])
                .hanging(4)
            })
            .collect()
    }

    fn latest_why(&self) -> Option<(Instant, &Why)> {
        self.detail.timeline.iter().find_map(|past| match &past.record.event {
            Event::Lead(LeadEvent::Offered { why, .. } | LeadEvent::FellBack { why, .. }) => Some((past.record.at, &**why)),
            _ => None,
        })
    }

    fn why(&self, why: &Why) -> Vec<Row> {
        let mut rows = vec![Row::text(self.verdict(why), Role::Strong)];
        let failed: Vec<String> = why.failed.iter().map(|(rule, count)| format!("{count} not: {}", rule.doc())).collect();
        let mut field = format!("{} · {} passed", why.scope, why.passed);
        for part in failed {
            field = format!("{field} · {part}");
        }
        if why.outside > 0 {
            field = format!("{field} · {} sell elsewhere", why.outside);
        }
        rows.push(Row::text(field, Role::Dim));
        if let Some(runner_up) = &why.runner_up {
            let name = self.names().partner(runner_up.partner);
            rows.push(Row::pieces(vec![
                ("runner-up ".to_owned(), Role::Dim),
                (name.to_string(), Role::Strong),
                (format!(" {}", runner_up.change.sentence()), if runner_up.change == Change::NextTurn { Role::Text } else { Role::Info }),
            ]));
        }
        for candidate in &why.candidates {
            rows.push(self.candidate(candidate, why));
            rows.push(checks(candidate, why));
        }
        rows
    }

    fn verdict(&self, why: &Why) -> String {
        let by_hand = why.decided_by == DecidedBy::Hand;
        let winner = why.candidates.first().filter(|one| by_hand || one.failed.is_none());
        let winner = winner.map(|one| self.names().partner(one.partner).to_string());
        let winner = winner.unwrap_or_else(|| "nobody".to_owned());
        match &why.decided_by {
            DecidedBy::Hand => match why.against_the_rules() {
                Some((rule, detail)) => format!("an operator chose {winner}, which the rules would not: {}, {detail}", rule.subject()),
                None => format!("an operator chose {winner}"),
            },
            DecidedBy::NamedAccount { account } => format!("the program names {winner} for {account}"),
            DecidedBy::LiveRegistration { deal } => format!("{winner} holds {deal}, which is protected for this customer"),
            DecidedBy::OnlyCandidate => format!("{winner} was the only one left"),
            DecidedBy::Rotation { turn, .. } => {
                let lot = if why.is_drawn() { ", drawn by lot among those who can wait no longer than it" } else { "" };
                format!("{winner} was in turn (turn {turn} of {}){lot}", why.scope)
            }
            DecidedBy::Nobody => "nobody passed the rules".to_owned(),
            DecidedBy::OffersExhausted { offers } => format!("{offers} offers ended without an acceptance"),
        }
    }

    fn candidate(&self, candidate: &Candidate, why: &Why) -> Row {
        let is_first = why.candidates.first().is_some_and(|first| first.partner == candidate.partner);
        let won = is_first && (candidate.failed.is_none() || why.decided_by == DecidedBy::Hand);
        let (shape, role) = match (won, &candidate.failed) {
            (true, Some(_)) => ("✓", Role::Warn),
            (true, None) => ("✓", Role::Good),
            (false, None) => ("·", Role::Text),
            (false, Some(_)) => ("✗", Role::Warn),
        };
        Row::pieces(vec![
            (format!("{shape} "), role),
            (self.names().partner(candidate.partner).to_string(), if won { Role::Strong } else { Role::Text }),
            (format!("  {}, weight {}", candidate.tier, candidate.weight), Role::Dim),
        ])
    }

    fn duplicates(&self) -> Vec<Row> {
        let one = |(index, duplicate): (usize, &crate::app::lead::view::Duplicate)| {
            let parts: Vec<String> =
                duplicate.score.parts.iter().map(|part| format!("{} {:+}", part.fact.name(), part.contribution_bp / 100)).collect();
            Row::pieces(vec![
                (format!("{} ", index + 1), Role::Dim),
                (format!("{} ", duplicate.lead.id), Role::Link),
                (duplicate.lead.called().to_string(), Role::Strong),
                (format!("  {} alike", words::percent(duplicate.score.total_bp)), Role::Info),
                (format!(", {}  ", duplicate.lead.state.name()), Role::Dim),
                (parts.join(", "), Role::Dim),
            ])
            .hanging(2)
        };
        self.detail.duplicates.iter().enumerate().map(one).collect()
    }

    fn timeline(&self) -> Vec<Row> {
        let timeline = &self.detail.timeline;
        let entry = |past: &Past| {
            let told = words::sentence(Lead::event(&past.record.event)?, self.names());
            Some(self.teller().happened(past, String::new(), told))
        };
        timeline.iter().filter_map(entry).chain(older(timeline, self.lead().id)).collect()
    }
}

const fn purpose(clock: &Clock) -> &'static str {
    use crate::domain::lead::ClockKind;
    match clock.kind {
        ClockKind::Accept => "accept",
        ClockKind::FirstTouch => "touch first",
        ClockKind::Qualify => "qualify",
    }
}

/// Every rule with its outcome and the compared values, in one wrapped line.
fn checks(candidate: &Candidate, why: &Why) -> Row {
    let mut pieces = Vec::new();
    for check in candidate.checks(why) {
        let turn = check.rule == Rule::Rotation;
        let (shape, role) = match check.passed {
            Some(true) => ("✓", Role::Good),
            Some(false) if turn => ("–", Role::Dim),
            Some(false) => ("✗", Role::Bad),
            None => ("·", Role::Disabled),
        };
        let told = match (check.rule, check.passed) {
            (rule, None) => short(rule).to_owned(),
            (Rule::Certification | Rule::Exclusion | Rule::HadBefore | Rule::Calendar, Some(true)) => short(check.rule).to_owned(),
            (Rule::Status, Some(true)) => check.detail,
            _ => format!("{} {}", short(check.rule), check.detail),
        };
        pieces.push((format!("{shape} "), role));
        pieces.push((format!("{told}   "), if check.passed.is_none() { Role::Disabled } else { Role::Dim }));
    }
    Row::pieces(pieces).indented(2)
}

const fn short(rule: Rule) -> &'static str {
    match rule {
        Rule::Status => "status",
        Rule::Territory => "territory",
        Rule::Certification => "certified",
        Rule::Exclusion => "not excluded",
        Rule::HadBefore => "new to it",
        Rule::Capacity => "room",
        Rule::Calendar => "hours",
        Rule::Rotation => "turn",
    }
}
