//! One registration as sections: where it stands, what it is about, its protection, why it is decided as it is (or what
//! still speaks against it), its conflict, documents, notes and what happened to it.

use super::{CaseStory, Happening, Story, dossier, table, words};
use crate::{
    app::{deal::view::DealDetail, history::still_standing},
    domain::{
        deal::{
            DealEvent, DealState, Registration,
            conflict::{CaseResult, CaseState, ConflictCase, Decision, Verdict},
            dossier::{Favour, PartySummary},
            queue::DealRow,
        },
        event::Event,
        id::DealId,
        time::Instant,
        told::Names,
    },
    store::unit::Past,
    tui::{
        action::Act,
        furniture::story::{Teller, older},
        keymap::Keymap,
        theme::Role,
        widgets::{
            countdown,
            pane::{Row, Section},
        },
    },
};
use chrono_tz::Tz;

/// The titles of the sections to which keys lead.
pub const WHY: &str = "Why";
pub const TIMELINE: &str = "Timeline";

/// What the row alone tells, until the story is loaded.
pub fn first_facts(row: &DealRow, now: Instant, zone: Tz) -> Vec<Section> {
    let (due, role) = countdown::show(table::standing(row, now));
    let mut rows = vec![Row::fact("stage", words::stage(row.state), Role::Strong), Row::fact("clock", due, role)];
    if let Some(case) = &row.case {
        let (due, role) = countdown::show(table::standing_of_case(case, now));
        rows.push(Row::fact("conflict", due, role));
    }
    rows.extend([
        Row::fact("partner", row.partner.1.to_string(), Role::Text),
        Row::fact("products", row.products.to_string(), Role::Text),
        Row::fact("received", words::moment(row.received_at, now, zone), Role::Text),
    ]);
    vec![Section::new("", rows)]
}

pub fn sections(story: &Story, now: Instant, zone: Tz, keys: &Keymap) -> Vec<Section> {
    let told = Told { story, now, zone, keys };
    let mut out = vec![Section::new("", told.standing())];
    let why = told.why();
    if !why.is_empty() {
        out.push(Section::new(WHY, why));
    }
    if let Some(case) = &story.case {
        out.push(Section::new(format!("Conflict {}", case.detail.case.id), told.conflict(case)));
    }
    out.push(Section::new("Deal", told.deal_facts()));
    let protection = told.protection();
    if !protection.is_empty() {
        out.push(Section::new("Protection", protection));
    }
    if !told.deal().documents.is_empty() {
        out.push(Section::new("Documents", told.documents()));
    }
    let notes = told.teller().notes(&told.detail().timeline);
    if !notes.is_empty() {
        out.push(Section::new("Notes", notes));
    }
    out.push(Section::new(TIMELINE, told.timeline()));
    out
}

struct Told<'a> {
    story: &'a Story,
    now: Instant,
    zone: Tz,
    keys: &'a Keymap,
}

impl<'a> Told<'a> {
    const fn detail(&self) -> &'a DealDetail {
        &self.story.detail
    }

    const fn deal(&self) -> &'a Registration {
        &self.story.detail.deal
    }

    const fn names(&self) -> &'a Names {
        &self.story.detail.names
    }

    const fn teller(&self) -> Teller<'a> {
        Teller { names: self.names(), now: self.now, zone: self.zone }
    }

    fn moment(&self, at: Instant) -> String {
        self.teller().moment(at)
    }

    /// `D-12 Acme`, for a party of the conflict; the number alone for anybody else.
    fn party(&self, deal: DealId) -> String {
        let parties = self.story.case.iter().flat_map(|case| &case.dossier.dossier.parties);
        match parties.into_iter().find(|party| party.deal == deal) {
            Some(party) => format!("{deal} {}", party.partner_name),
            None => deal.to_string(),
        }
    }

    fn standing(&self) -> Vec<Row> {
        let deal = self.deal();
        let (state, role) = words::state(&deal.state, self.names());
        let mut rows =
            vec![Row::fact("stage", state, role), Row::fact("partner", self.names().partner(deal.partner).to_string(), Role::Strong)];
        if let Some(escalation) = &deal.escalation {
            rows.push(self.teller().escalated(escalation));
        }
        rows.extend(self.clock());
        if let Some(hold) = &deal.hold {
            rows.push(Row::fact("held", format!("{}, since {}", hold.reason.doc(), self.moment(hold.since)), Role::SlaPaused));
        }
        if let Some(place) = deal.place {
            let told =
                format!("complete {}, number {} in the order of complete submissions", self.moment(place.complete_at), place.sequence);
            rows.push(Row::fact("place", told, Role::Text));
        }
        rows
    }

    fn clock(&self) -> Vec<Row> {
        let deal = self.deal();
        let row = DealRow::of(deal, |_| "".into(), |_| "".into());
        let standing = table::standing(&row, self.now);
        if standing == countdown::Standing::None {
            return Vec::new();
        }
        let (due, role) = countdown::show(standing);
        let purpose = if deal.state.is_undecided() { "to decide" } else { "of protection" };
        let until = deal.due().map_or_else(|| "; stands still".to_owned(), |due| format!(", until {}", self.moment(due)));
        let mut rows = vec![Row { label: Some("clock"), ..Row::pieces(vec![(due, role), (format!("  {purpose}{until}"), Role::Text)]) }];
        if let Some(clock) = deal.clock.as_ref().filter(|_| deal.state.is_undecided()) {
            let calendar = self.detail().calendar.as_deref().filter(|_| deal.waiting_since.is_none());
            rows.push(self.teller().budget(clock, calendar));
        }
        rows
    }

    /// Why it was decided so, or what speaks against it now.
    fn why(&self) -> Vec<Row> {
        let deal = self.deal();
        let mut rows = Vec::new();
        if let Some((at, by, told)) = self.verdict() {
            rows.push(Row::text(format!("{told}; by {by}, {}", self.moment(at)), Role::Strong));
        }
        if let Some(case) = self.story.case.as_ref() {
            rows.extend(case.detail.case.decision().map(|decision| self.compared(case, decision)).unwrap_or_default());
        }
        if let DealState::ActionRequired { fields, asked_at, .. } = &deal.state {
            let fields: Vec<&str> = fields.iter().map(|field| field.doc()).collect();
            rows.push(Row::text(format!("the partner was asked {} for {}", self.moment(*asked_at), fields.join(", ")), Role::Warn));
        }
        if deal.state.is_open() && deal.state.approval().is_none() {
            let detail = self.detail();
            rows.extend(detail.missing.iter().map(|problem| Row::text(format!("✗ {}", problem.sentence()), Role::Warn)));
            rows.extend(detail.objections.iter().map(|objection| Row::text(format!("✗ {}", objection.sentence()), Role::Bad)));
            rows.extend(detail.without_minimum.map(|currency| {
                Row::text(
                    format!("· the program states no least value in {currency}: whether it is worth protecting is yours to say"),
                    Role::Warn,
                )
            }));
            if let Some(holder) = detail.holder {
                let told = format!("✗ {holder} is protected for this customer and a product in common");
                let then = match detail.holder_in {
                    Some(case) => format!("{told}; a conflict can be opened when {case} is closed"),
                    None => format!("{told}: {} opens a conflict", self.keys.spoken(Act::DealConflict)),
                };
                rows.push(Row::text(then, Role::Bad));
            }
            if deal.account.is_none() {
                let key = self.keys.spoken(Act::DealMatch);
                rows.push(Row::text(
                    format!("· the customer is matched with no account: {key} matches it, so that rivals are found"),
                    Role::Warn,
                ));
            }
            if rows.is_empty() {
                rows.push(Row::text("✓ complete, eligible, and nobody else is protected for this customer", Role::Good));
            }
        }
        rows
    }

    /// The event that decided it, of those that were not taken back.
    fn verdict(&self) -> Option<(Instant, String, String)> {
        let own = self.detail().timeline.iter().filter(|past| matches!(past.record.event, Event::Deal(_)) && !past.record.event.is_note());
        still_standing(own).find_map(|past| {
            let Event::Deal(event) = &past.record.event else { return None };
            let told = match event {
                DealEvent::Approved { took, .. } => format!("approved after {} of business time", took.to_business_words()),
                DealEvent::Rejected { reason, of, .. } => match of {
                    Some(of) => format!("rejected: {}, namely {of}", reason.doc()),
                    None => format!("rejected: {}", reason.doc()),
                },
                DealEvent::Overruled { case, of: Some(of), .. } => format!("{case} gave the deal to {}", self.party(*of)),
                DealEvent::Overruled { case, reason, .. } => format!("{case} gave the deal to nobody: {}", reason.doc()),
                DealEvent::Awarded { case, share: Some(share), .. } => {
                    format!("{case} gave it {} of the deal", words::share(share.share_bp))
                }
                DealEvent::Awarded { case, .. } => format!("{case} gave it the deal"),
                DealEvent::Lost { reason, .. } => format!("lost: {}", reason.doc()),
                _ => return None,
            };
            Some((past.record.at, self.names().operator(past.record.actor).to_string(), told))
        })
    }

    /// What decided the conflict: the clause, and this party's value beside the winner's.
    fn compared(&self, case: &CaseStory, decision: &Decision) -> Vec<Row> {
        let shown = &case.dossier.dossier;
        let me = self.deal().id;
        let mut rows = Vec::new();
        if let Some(clause) = decision.deciding {
            let favoured = decision.recommended.map_or_else(|| "nobody".to_owned(), |deal| self.party(deal));
            let followed = decision.recommended == decision.verdict.principal();
            let but = if followed { "" } else { ", but it was decided otherwise" };
            rows.push(Row::text(format!("deciding clause: {}; by the rules for {favoured}{but}", clause.doc()), Role::Info));
        }
        let rival = decision.verdict.principal().filter(|winner| *winner != me).or_else(|| {
            // Of the winner: who came next.
            let others = shown.recommendation.weights.iter().filter(|(deal, _)| *deal != me);
            others.max_by_key(|(_, weight)| *weight).map(|(deal, _)| *deal)
        });
        if let Some(rival) = rival {
            for row in shown.clauses.iter().filter(|row| !matches!(row.favour, Favour::Nobody)) {
                let value = |deal: DealId| {
                    row.values.iter().find(|(one, _)| *one == deal).map_or_else(String::new, |(_, value)| dossier::value_words(value))
                };
                let (shape, role) = match &row.favour {
                    Favour::Party { deal, .. } if *deal == me => ("✓", Role::Good),
                    Favour::Party { .. } => ("✗", Role::Bad),
                    Favour::Even | Favour::Nobody => ("=", Role::Dim),
                };
                let decides = if decision.deciding == Some(row.clause) { "  decides" } else { "" };
                rows.push(
                    Row::pieces(vec![
                        (format!("{shape} {} ({}): ", dossier::clause(row.clause), row.weight), role),
                        (format!("{me} {}", value(me)), Role::Text),
                        (format!(" · {rival} {}", value(rival)), Role::Dim),
                        (decides.to_owned(), Role::Strong),
                    ])
                    .hanging(2),
                );
            }
        }
        if decision.against_precedent {
            rows.push(Row::text("! it went against most of the nearest past decisions", Role::Bad));
        }
        let seen = decision.evidence.documents.len();
        rows.push(Row::text(
            format!("on {seen} document{} (evidence {})", if seen == 1 { "" } else { "s" }, dossier::short(decision.evidence.hash)),
            Role::Dim,
        ));
        rows.extend(late_documents(&shown.parties, decision));
        rows
    }

    fn conflict(&self, case: &CaseStory) -> Vec<Row> {
        let conflict = &case.detail.case;
        let mut rows = vec![Row::fact("kind", conflict.kind().doc(), Role::Strong)];
        let parties: Vec<String> = conflict.parties.iter().map(|party| self.party(party.deal)).collect();
        rows.push(Row::fact("parties", parties.join(", "), Role::Text));
        let until = conflict.due().map_or_else(String::new, |due| {
            let late = self.now.since(due);
            let late = if due < self.now { format!(", {} late", late.to_words_in_minutes()) } else { String::new() };
            format!(" until {}{late}", self.moment(due))
        });
        let is_late = conflict.due().is_some_and(|due| due < self.now);
        let (state, role) = match &conflict.state {
            CaseState::Flagged | CaseState::Evidence => (format!("evidence is collected{until}"), Role::Warn),
            CaseState::Review { .. } => (format!("to be decided{until}"), Role::Warn),
            CaseState::Decided => ("decided".to_owned(), Role::Text),
            CaseState::Notified => (format!("decided; a party may appeal{until}"), Role::Text),
            CaseState::Appealed { by, .. } => (format!("{by} appeals; to be decided{until}"), Role::Warn),
            CaseState::Upheld | CaseState::Closed { result: CaseResult::Upheld } => ("upheld on appeal".to_owned(), Role::Text),
            CaseState::Overturned | CaseState::Closed { result: CaseResult::Overturned } => ("overturned on appeal".to_owned(), Role::Text),
            CaseState::Closed { result: CaseResult::Dissolved } => ("closed undecided; only one claim was left".to_owned(), Role::Text),
            CaseState::Closed { result: CaseResult::Final } => ("closed; nobody appealed".to_owned(), Role::Text),
        };
        rows.push(Row::fact("stage", state, if is_late { Role::Bad } else { role }));
        if let Some(decision) = conflict.decision() {
            rows.push(Row::fact("decided", decision.verdict.sentence(&|deal| self.party(deal)), Role::Strong));
            if let (Verdict::Split { shares }, Some(value)) = (&decision.verdict, self.deal().details.value)
                && let Some((_, amount)) =
                    shares.split(value).ok().and_then(|all| all.into_iter().find(|(deal, _)| *deal == self.deal().id))
            {
                rows.push(Row::fact("share", amount.to_string(), Role::Strong));
            }
        } else {
            let shown = &case.dossier.dossier.recommendation;
            rows.push(Row::fact("the rules say", shown.sentence(&|deal| self.party(deal)), Role::Info));
        }
        rows.extend(self.told_party(conflict));
        rows.push(Row::text("= opens the dossier: the parties side by side", Role::Dim));
        rows
    }

    /// What this party was told, the newest first.
    fn told_party(&self, conflict: &ConflictCase) -> impl Iterator<Item = Row> {
        let own = conflict.notices.iter().rev().filter(|notice| notice.deal == self.deal().id);
        let told = own.map(|notice| {
            let until = notice.until.map_or_else(String::new, |until| format!(", to answer until {}", self.moment(until)));
            format!("{}: {}{until}", self.moment(notice.at), notice.kind.doc())
        });
        told.enumerate().map(|(index, told)| Row::fact(if index == 0 { "it was told" } else { "" }, told, Role::Text))
    }

    fn deal_facts(&self) -> Vec<Row> {
        let (deal, details) = (self.deal(), &self.deal().details);
        let customer = &details.customer;
        let mut rows = Vec::new();
        let mut fact = |label: &'static str, text: String, role: Role| {
            if !text.trim().is_empty() {
                rows.push(Row::fact(label, text, role));
            }
        };
        fact("customer", customer.name.to_string(), Role::Strong);
        let country = customer.country.map_or_else(String::new, |country| country.name().to_owned());
        let place = format!("{} {}", customer.postal_code, customer.city);
        fact("place", [place.trim(), &country].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", "), Role::Text);
        fact("web", customer.website.to_string(), Role::Link);
        fact("industry", customer.vertical.to_string(), Role::Text);
        let account = match (&self.detail().account, deal.account) {
            (Some(account), Some(link)) if link.family != link.account => {
                format!("{} {}, of the group of {}", link.account, account.profile.name, link.family)
            }
            (Some(account), Some(link)) => format!("{} {}", link.account, account.profile.name),
            _ => "none".to_owned(),
        };
        fact("account", account, if deal.account.is_some() { Role::Text } else { Role::Warn });
        fact("products", details.scope.to_string(), Role::Strong);
        fact("value", details.value.map_or_else(String::new, |value| value.to_string()), Role::Strong);
        fact("order by", details.close_on.map_or_else(String::new, |day| day.to_string()), Role::Text);
        fact("sale", details.sales_stage.map_or_else(String::new, |stage| format!("{}: {}", stage.name(), stage.doc())), Role::Text);
        fact("about", details.description.to_string(), Role::Text);
        let contact = &details.contact;
        if deal.erased {
            fact("contact", "erased on request".to_owned(), Role::Dim);
        }
        let who = [&*contact.name, &*contact.title, &*contact.email, &*contact.phone];
        fact("contact", who.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", "), Role::Text);
        if let Some(lead) = &deal.source_lead {
            let offered = lead.offered_at.map_or_else(String::new, |at| format!(", with the partner since {}", self.moment(at)));
            fact("lead", format!("{}, received {}{offered}", lead.lead, self.moment(lead.received_at)), Role::Link);
        }
        fact("source", [&*details.source, &*details.source_key].join(" ").trim().to_owned(), Role::Dim);
        let begun = deal.submitted_at.map_or_else(
            || format!("begun {}", self.moment(deal.created_at)),
            |at| format!("submitted {}, {}", self.moment(at), words::ago(at, self.now)),
        );
        fact("received", begun, Role::Text);
        rows
    }

    fn protection(&self) -> Vec<Row> {
        let Some(approval) = self.deal().state.approval() else { return Vec::new() };
        let protection = &approval.protection;
        let ended = if self.deal().protection().is_some() { "to the end of" } else { "was to the end of" };
        let mut rows = vec![Row::fact("protected", format!("{ended} {}, from {}", protection.last_day(), protection.from), Role::Strong)];
        let extensions = match protection.extensions {
            0 => "not extended".to_owned(),
            1 => "extended once".to_owned(),
            many => format!("extended {many} times"),
        };
        let held = if protection.held > 0 { format!(", {} days of conflict given back", protection.held) } else { String::new() };
        let left = self.story.terms.as_ref().map_or_else(String::new, |terms| {
            format!(", {} of {} extensions left", terms.extensions.saturating_sub(protection.extensions), terms.extensions)
        });
        rows.push(Row::fact("", format!("{} days granted, {extensions}{left}{held}", protection.granted), Role::Dim));
        if let Some(day) = protection.paused_on {
            rows.push(Row::fact("", format!("stands still since {day}; the days are given back"), Role::SlaPaused));
        }
        if let Some(share) = approval.share {
            let told =
                format!("{} of the deal, shared in {}; {} holds the protection", words::share(share.share_bp), share.case, share.principal);
            rows.push(Row::fact("share", told, Role::Strong));
        }
        rows
    }

    fn documents(&self) -> Vec<Row> {
        let one = |exhibit: &crate::domain::deal::Exhibit| {
            let document = &exhibit.document;
            let dated = document.dated.map_or_else(String::new, |day| format!(", of {day}"));
            let amount = document.amount.map_or_else(String::new, |amount| format!(", {amount}"));
            Row::pieces(vec![
                (format!("{} ", exhibit.no), Role::Dim),
                (format!("{} ", dossier::short(document.hash)), Role::Link),
                (document.name.to_string(), Role::Text),
                (format!("  {}{dated}{amount}, attached {}", document.kind.doc(), self.moment(exhibit.attached_at)), Role::Dim),
            ])
        };
        self.deal().documents.iter().map(one).collect()
    }

    /// What happened to it and in its conflict, the newest first.
    fn timeline(&self) -> Vec<Row> {
        let own = self.detail().timeline.iter();
        let of_case = self.story.case.iter().flat_map(|case| &case.detail.timeline);
        let mut all: Vec<&Past> = own.chain(of_case).collect();
        all.sort_by_key(|past| std::cmp::Reverse(past.seq));
        let entries = all.into_iter().filter_map(|past| self.entry(past));
        entries.chain(older(&self.detail().timeline, self.deal().id)).collect()
    }

    fn entry(&self, past: &Past) -> Option<Row> {
        let (about, event) = match &past.record.event {
            // The case says it itself, in more words.
            Event::Deal(DealEvent::Disputed { .. }) if self.story.case.is_some() => return None,
            Event::Deal(event) => (String::new(), Happening::Deal(event.clone())),
            Event::Case(event) => (
                self.story.case.as_ref().map_or_else(String::new, |case| format!("{} ", case.detail.case.id)),
                Happening::Case(event.clone()),
            ),
            _ => return None,
        };
        Some(self.teller().happened(past, about, words::sentence(&event, self.names())))
    }
}

/// What was handed in after a decision, and so had no part in it.
fn late_documents<'a>(parties: &'a [PartySummary], decision: &'a Decision) -> impl Iterator<Item = Row> + 'a {
    parties.iter().flat_map(|party| party.documents.iter().map(|exhibit| (party.deal, &exhibit.document))).filter_map(|(deal, document)| {
        let is_late = !decision.evidence.documents.contains(&document.hash);
        is_late.then(|| Row::text(format!("! came later: {} of {deal}, {}", document.kind.doc(), document.name), Role::Warn).hanging(2))
    })
}
