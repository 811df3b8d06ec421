//! One item as sections of text: what it is, what its checks found, who approved it, what was paid, what happened.

use super::words;
use crate::{
    app::mdf::view::{ClaimDetail, FundDetail, MdfDetail, RequestDetail, StepLine, Story},
    domain::{
        escalation::Escalation,
        event::Event,
        mdf::{
            approval::Signature,
            check::{CheckOutcome, Finding},
            claim::{Claim, ClaimState, Payment, PaymentState},
            desk::Desk,
            fund::{Fund, FundState, Holder},
            item::ItemId,
            ledger::{Account, Subject},
            queue::ItemRow,
            request::{Request, RequestState},
        },
        time::Instant,
    },
    tui::{
        furniture::story::{Teller, older},
        theme::Role,
        widgets::{
            chart::bar,
            countdown,
            pane::{Row, Section},
        },
    },
};
use chrono_tz::Tz;

/// The titles of the sections to which keys lead.
pub const WHY: &str = "Checks";
pub const TIMELINE: &str = "Timeline";

/// Columns of a bar.
const BAR: u16 = 20;

/// What the row alone tells, until the story is loaded.
pub fn first_facts(row: &ItemRow, now: Instant, zone: Tz) -> Vec<Section> {
    let (due, role) = countdown::show(super::table::standing(row, now));
    let (stage, stage_role) = words::stage(row);
    let holder = row.partner.as_ref().map_or_else(|| row.region.clone().unwrap_or_default(), |(_, name)| name.clone());
    let rows = vec![
        Row::fact("stage", stage, stage_role),
        Row::fact("clock", due, role),
        Row::fact("partner", holder.to_string(), Role::Text),
        Row::fact("asked", row.asked.to_string(), Role::Strong),
        Row::fact("received", words::moment(row.received_at, now, zone), Role::Text),
    ];
    vec![Section::new("", rows)]
}

pub fn sections(detail: &MdfDetail, now: Instant, zone: Tz) -> Vec<Section> {
    match detail {
        MdfDetail::Claim(detail) => Told::of(&detail.story, now, zone).claim(detail),
        MdfDetail::Request(detail) => Told::of(&detail.story, now, zone).request(detail),
        MdfDetail::Fund(detail) => Told::of(&detail.story, now, zone).fund(detail),
    }
}

struct Told<'a> {
    story: &'a Story,
    teller: Teller<'a>,
}

impl<'a> Told<'a> {
    const fn of(story: &'a Story, now: Instant, zone: Tz) -> Self {
        Self { story, teller: Teller { names: &story.names, now, zone } }
    }

    fn claim(&self, detail: &ClaimDetail) -> Vec<Section> {
        let ClaimDetail { claim, request, fund, siblings, steps, .. } = detail;
        let mut out = vec![Section::new("", self.claim_standing(claim, request, fund)), Section::new(WHY, self.checks(claim))];
        out.push(Section::new("Approval", self.approval(steps)));
        out.push(Section::new("Money", Self::claim_money(claim, request, fund)));
        if !claim.payments.is_empty() {
            out.push(Section::new("Payments", claim.payments.iter().map(|payment| self.payment(payment)).collect()));
        }
        out.push(Section::new("Papers", papers(claim)));
        if !siblings.is_empty() {
            out.push(Section::new(format!("Other claims on {}", request.id), siblings.iter().map(sibling).collect()));
        }
        self.history(ItemId::Claim(claim.id), out)
    }

    fn request(&self, detail: &RequestDetail) -> Vec<Section> {
        let RequestDetail { request, fund, claims, steps, .. } = detail;
        let mut out = vec![Section::new("", self.request_standing(request, fund)), Section::new("Approval", self.approval(steps))];
        out.push(Section::new("Activity", activity(request)));
        out.push(Section::new("Money", Self::request_money(request, fund)));
        if !claims.is_empty() {
            out.push(Section::new("Claims", claims.iter().map(sibling).collect()));
        }
        self.history(ItemId::Request(request.id), out)
    }

    fn fund(&self, detail: &FundDetail) -> Vec<Section> {
        let FundDetail { fund, requests, forecast, .. } = detail;
        let terms = &fund.terms;
        let holder = match &terms.holder {
            Holder::Partner(partner) => self.teller.names.partner(*partner).to_string(),
            Holder::Region(region) => format!("any partner of {region}"),
        };
        let (state, role) = match &fund.state {
            FundState::Open { until } => (format!("open until {}", self.teller.moment(*until)), Role::Good),
            FundState::Closed { at } => (format!("its period ended {}; late claims still come", self.teller.moment(*at)), Role::Warn),
            FundState::Settled { at } => (format!("settled {}", self.teller.moment(*at)), Role::Dim),
        };
        let facts = vec![
            Row::fact("fund", terms.name.to_string(), Role::Strong),
            Row::fact("stage", state, role),
            Row::fact("holder", holder, Role::Text),
            Row::fact("program", terms.program.to_string(), Role::Text),
            Row::fact("period", words::dates(terms.from, terms.to), Role::Text),
        ];
        let mut out = vec![Section::new("", facts), Section::new("Balances", balances(fund))];
        let left = if forecast.left.minor < 0 { Role::Bad } else { Role::Text };
        let asked = match requests.len() {
            0 => "no request is open".to_owned(),
            open if forecast.asked.minor == 0 => {
                format!("nothing; {open} open {} decided", if open == 1 { "request is" } else { "requests are" })
            }
            _ => format!("{} asked for", forecast.asked),
        };
        let mut ahead = vec![
            Row::fact("undecided", asked, Role::Text),
            Row::fact("then left", forecast.left.to_string(), left),
            Row::fact("a day", format!("{} so far", forecast.burn_a_day), Role::Text),
        ];
        if let Some(on) = forecast.empty_on {
            ahead.push(Row::fact("empty", format!("on {on}, if it goes on like this"), Role::Warn));
        }
        out.push(Section::new("Ahead", ahead));
        self.history(ItemId::Fund(fund.id), out)
    }

    fn claim_standing(&self, claim: &Claim, request: &Request, fund: &Fund) -> Vec<Row> {
        let (state, role) = self.claim_state(claim);
        let mut rows = vec![
            Row::fact("stage", state, role),
            Row::fact("partner", self.teller.names.partner(claim.partner).to_string(), Role::Strong),
            Row::fact("activity", format!("{} ({})", request.plan.title, request.id), Role::Text),
            Row::fact("fund", format!("{} ({})", fund.terms.name, fund.id), Role::Text),
        ];
        if let ClaimState::Suspect { freeze, .. } = &claim.state {
            let of = if freeze.of == claim.id { String::new() } else { format!(", with {}", freeze.of) };
            rows.push(Row::fact("suspect", format!("{}{of}, since {}", freeze.reason, self.teller.moment(freeze.since)), Role::Bad));
        }
        rows.extend(self.desk(&claim.desk, if claim.state.approval().is_some() { "to pay" } else { "to decide" }));
        rows
    }

    fn claim_state(&self, claim: &Claim) -> (String, Role) {
        match &claim.state {
            ClaimState::Draft => ("draft, not handed in".to_owned(), Role::Text),
            ClaimState::Submitted => ("handed in".to_owned(), Role::Info),
            ClaimState::InfoRequested { asked_by, .. } => {
                (format!("returned to the partner by {}", self.teller.names.operator(*asked_by)), Role::Warn)
            }
            ClaimState::Suspect { .. } => ("stands still under suspicion".to_owned(), Role::Bad),
            ClaimState::Approved { approval } => (format!("approved: {}", approval.amount), Role::Good),
            ClaimState::Rejected { reason, .. } => (format!("rejected: {}", reason.doc()), Role::Bad),
            ClaimState::Withdrawn { .. } => ("withdrawn".to_owned(), Role::Dim),
            ClaimState::Closed { .. } => ("closed: nothing more is paid".to_owned(), Role::Dim),
        }
    }

    fn request_standing(&self, request: &Request, fund: &Fund) -> Vec<Row> {
        let (state, role) = match &request.state {
            RequestState::Draft => ("draft, not handed in".to_owned(), Role::Text),
            RequestState::Submitted => ("handed in".to_owned(), Role::Info),
            RequestState::InfoRequested { asked_by, .. } => {
                (format!("returned to the partner by {}", self.teller.names.operator(*asked_by)), Role::Warn)
            }
            RequestState::Approved { commitment } => (format!("approved: {} committed", commitment.amount), Role::Good),
            RequestState::Rejected { reason, .. } => (format!("rejected: {}", reason.doc()), Role::Bad),
            RequestState::Withdrawn { .. } => ("withdrawn".to_owned(), Role::Dim),
            RequestState::Expired { .. } => ("expired: nothing was claimed in time".to_owned(), Role::Warn),
            RequestState::Completed { .. } => ("completed".to_owned(), Role::Dim),
        };
        let mut rows = vec![
            Row::fact("stage", state, role),
            Row::fact("partner", self.teller.names.partner(request.partner).to_string(), Role::Strong),
            Row::fact("fund", format!("{} ({})", fund.terms.name, fund.id), Role::Text),
        ];
        if let Some(commitment) = request.commitment() {
            rows.push(Row::fact("claim by", self.teller.moment(commitment.claim_by), Role::Text));
        }
        rows.extend(self.desk(&request.desk, "to decide"));
        rows
    }

    /// Who looks after it, its clock, its escalation.
    fn desk(&self, desk: &Desk, purpose: &str) -> Vec<Row> {
        let mut rows = Vec::new();
        if let Some(assignee) = desk.assignee {
            rows.push(Row::fact("desk", self.teller.names.operator(assignee).to_string(), Role::Text));
        }
        rows.extend(desk.escalation.as_ref().map(|escalation: &Escalation| self.teller.escalated(escalation)));
        let Some(clock) = &desk.clock else { return rows };
        let told = match desk.due() {
            Some(due) if due < self.teller.now => {
                (format!("{} too late {purpose}", self.teller.now.since(due).to_words_in_minutes()), Role::SlaBreached)
            }
            Some(due) => {
                (format!("{} {purpose}, until {}", due.since(self.teller.now).to_words_in_minutes(), self.teller.moment(due)), Role::Text)
            }
            None => ("stands still while others are asked".to_owned(), Role::SlaPaused),
        };
        rows.push(Row::fact("clock", told.0, told.1));
        rows.push(self.teller.budget(clock, self.story.calendar.as_deref()));
        rows
    }

    /// The failing ones first, as the claim keeps them.
    fn checks(&self, claim: &Claim) -> Vec<Row> {
        if claim.findings.is_empty() {
            return vec![Row::text("checked when it is handed in", Role::Dim)];
        }
        let rows = |finding: &Finding| {
            let waiver = claim.waivers.get(&finding.kind).filter(|_| claim.is_waived(finding.kind));
            let (mark, role) = words::mark(finding.outcome, waiver.is_some());
            let name = (format!("{mark} {}", finding.kind.doc()), role);
            // What passed is read past; what did not is read.
            let mut rows = match finding.outcome {
                CheckOutcome::Pass => vec![Row::pieces(vec![name, (format!("  {}", finding.sentence()), Role::Dim)]).hanging(2)],
                CheckOutcome::Fail | CheckOutcome::NeedsPerson => {
                    vec![Row::pieces(vec![name]), Row::text(finding.sentence(), Role::Text).indented(2)]
                }
            };
            if let Some(waiver) = waiver {
                let told = format!("{} lets it pass: {}", self.teller.names.operator(waiver.by), waiver.reason);
                rows.push(Row::text(told, Role::Warn).indented(2));
            }
            rows
        };
        claim.findings.iter().flat_map(rows).collect()
    }

    fn approval(&self, steps: &[StepLine]) -> Vec<Row> {
        steps.iter().map(|line| self.step(line)).collect()
    }

    fn step(&self, line: &StepLine) -> Row {
        let what = format!("{:<20}", line.step.doc());
        match line.given {
            None => Row::pieces(vec![("○ ".to_owned(), Role::Dim), (what, Role::Dim), ("still to be given".to_owned(), Role::Dim)]),
            Some(signature) => Row::pieces(vec![
                ("✓ ".to_owned(), Role::Good),
                (what, Role::Text),
                (format!("{} by {}", signature.amount, self.signer(&signature)), Role::Text),
                (format!(", {}", self.teller.moment(signature.at)), Role::Dim),
            ])
            .hanging(22),
        }
    }

    fn signer(&self, signature: &Signature) -> String {
        let by = self.teller.names.operator(signature.by);
        match signature.on_behalf_of {
            Some(other) => format!("{by} for {}", self.teller.names.operator(other)),
            None => by.to_string(),
        }
    }

    fn claim_money(claim: &Claim, request: &Request, fund: &Fund) -> Vec<Row> {
        let content = &claim.content;
        let mut rows = vec![
            Row::fact("cost", content.cost.to_string(), Role::Text),
            Row::fact("asked", format!("{}, a share of {} at most", content.asked, request.plan.share), Role::Strong),
        ];
        if let Some(rate) = claim.rate.as_ref().filter(|rate| rate.from != rate.to) {
            let told = format!("{} {} for one {}, of {} ({})", rate.rate.normalize(), rate.to, rate.from, rate.on, rate.source);
            rows.push(Row::fact("rate", told, Role::Text));
        }
        if let Some(approval) = claim.state.approval() {
            rows.push(Row::fact("approved", approval.amount.to_string(), Role::Good));
            rows.push(Row::fact("paid", format!("{}, {} under way", claim.paid(), claim.under_way()), Role::Text));
        } else if claim.reserved.minor > 0 {
            rows.push(Row::fact("set aside", claim.reserved.to_string(), Role::Text));
        }
        if let Some(commitment) = request.commitment() {
            let told = format!("{} of {} committed to {} is not claimed yet", commitment.remaining(), commitment.amount, request.id);
            rows.push(Row::fact("request", told, Role::Text));
        }
        rows.push(Row::fact("fund", format!("{} available", fund.available()), Role::Text));
        rows
    }

    fn request_money(request: &Request, fund: &Fund) -> Vec<Row> {
        let plan = &request.plan;
        let mut rows = vec![
            Row::fact("cost", plan.cost.to_string(), Role::Text),
            Row::fact("asked", format!("{}, a share of {}", plan.asked, plan.share), Role::Strong),
        ];
        if let Some(commitment) = request.commitment() {
            rows.push(Row::fact("committed", format!("{}, {} of it claimed", commitment.amount, commitment.used), Role::Good));
        }
        let short = plan.asked.currency == fund.terms.currency && plan.asked.minor > fund.available().minor;
        let role = if short && request.state.is_undecided() { Role::Bad } else { Role::Text };
        rows.push(Row::fact("fund", format!("{} available", fund.available()), role));
        rows
    }

    fn payment(&self, payment: &Payment) -> Row {
        let (state, role) = match &payment.state {
            PaymentState::Ordered => (format!("ordered by {}", self.teller.names.operator(payment.by)), Role::Info),
            PaymentState::Exported { batch } => (format!("with the bank, in {batch}"), Role::Info),
            PaymentState::Confirmed { at, reference } => (format!("paid {}, {reference}", self.teller.moment(*at)), Role::Good),
            PaymentState::Failed { at, reason } => (format!("failed {}: {reason}", self.teller.moment(*at)), Role::Bad),
        };
        Row::pieces(vec![
            (format!("{:>2}  ", payment.no), Role::Dim),
            (format!("{:<18}", payment.amount.to_string()), Role::Strong),
            (state, role),
        ])
        .hanging(22)
    }

    /// The ledger, the notes and what happened.
    fn history(&self, id: ItemId, mut out: Vec<Section>) -> Vec<Section> {
        let entries: Vec<Row> = self.story.entries.iter().map(|row| self.entry(row)).collect();
        if !entries.is_empty() {
            out.push(Section::new("Ledger", entries));
        }
        let notes = self.teller.notes(&self.story.timeline);
        if !notes.is_empty() {
            out.push(Section::new("Notes", notes));
        }
        out.push(Section::new(TIMELINE, self.timeline(id)));
        out
    }

    fn entry(&self, row: &crate::store::unit::mdf::EntryRow) -> Row {
        let entry = &row.entry;
        let amount = entry.amount().map_or_else(String::new, |amount| amount.to_string());
        Row::pieces(vec![
            (format!("{:>4}  ", entry.no), Role::Dim),
            (format!("{:<13}", self.teller.moment(row.at)), Role::Dim),
            (format!("{amount:>16}  "), Role::Strong),
            (entry.kind.doc().to_owned(), Role::Text),
            (subject(entry.subject), Role::Dim),
        ])
        .hanging(37)
    }

    fn timeline(&self, id: ItemId) -> Vec<Row> {
        let lines = self.story.timeline.iter().filter_map(|past| {
            let happening = match &past.record.event {
                Event::Fund(event) => super::Happening::Fund(event.clone()),
                Event::Request(event) => super::Happening::Request(event.clone()),
                Event::Claim(event) => super::Happening::Claim(event.clone()),
                _ => return None,
            };
            Some(self.teller.happened(past, String::new(), words::sentence(&happening, self.teller.names)))
        });
        let mut rows: Vec<Row> = lines.collect();
        rows.extend(older(&self.story.timeline, id));
        rows
    }
}

/// What lies in each account, with its part of what was allocated.
fn balances(fund: &Fund) -> Vec<Row> {
    let held = &fund.balances;
    let row = |account: Account, role: Role| {
        let amount = held.get(account);
        let share = if held.allocated > 0 { amount.minor as f64 / held.allocated as f64 } else { 0.0 };
        Row::pieces(vec![
            (format!("{:<11}", account.doc()), Role::Dim),
            (format!("{:>18}  ", amount.to_string()), Role::Strong),
            (bar(share, BAR), role),
        ])
    };
    let mut rows = vec![Row::pieces(vec![
        (format!("{:<11}", Account::Allocated.doc()), Role::Dim),
        (format!("{:>18}", held.get(Account::Allocated).to_string()), Role::Strong),
    ])];
    rows.extend([
        row(Account::Available, Role::Good),
        row(Account::Committed, Role::Info),
        row(Account::Claimed, Role::Warn),
        row(Account::Paid, Role::ChartLow),
        row(Account::Expired, Role::Dim),
    ]);
    rows
}

fn activity(request: &Request) -> Vec<Row> {
    let plan = &request.plan;
    let mut rows = vec![
        Row::fact("title", plan.title.to_string(), Role::Strong),
        Row::fact("category", plan.category.to_string(), Role::Text),
        Row::fact("dates", words::dates(plan.starts_on, plan.ends_on), Role::Text),
    ];
    rows.extend(plan.country.map(|country| Row::fact("country", country.name().to_owned(), Role::Text)));
    rows
}

/// Invoices and documents: what they are called, what they prove, and the hash of each file.
fn papers(claim: &Claim) -> Vec<Row> {
    let content = &claim.content;
    let mut rows = vec![Row::fact("performed", words::dates(content.performed_from, content.performed_to), Role::Text)];
    rows.extend(content.invoices.iter().map(|invoice| {
        let told = format!("{} of {}, {}, {}", invoice.number, invoice.vendor, invoice.dated, invoice.amount);
        Row::fact("invoice", told, Role::Text)
    }));
    rows.extend(content.documents.iter().map(|document| {
        let hash: String = document.hash.to_string().chars().take(8).collect();
        Row::fact("file", format!("{}, {}, {} kB, {hash}", document.name, document.kind.doc(), document.size.div_ceil(1_000)), Role::Text)
    }));
    rows
}

fn sibling(claim: &Claim) -> Row {
    let amount = claim.state.approval().map_or(claim.content.asked, |approval| approval.amount);
    Row::pieces(vec![
        (format!("{:<8}", claim.id.to_string()), Role::Link),
        (format!("{:<18}", amount.to_string()), Role::Strong),
        (claim.state.words(), Role::Text),
    ])
}

/// What an entry is about, where that is not the fund itself.
fn subject(subject: Subject) -> String {
    match subject {
        Subject::Fund => String::new(),
        Subject::Request(id) => format!(", {id}"),
        Subject::Claim(id) => format!(", {id}"),
    }
}
