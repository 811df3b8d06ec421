//! Registrations on both databases, against the same questions asked in memory.

mod cases;
mod keys;

use super::room::{all_hold, context, holds, in_order, minutes, moved_in, operator_words, partner_words, request, saved, some, text, way};
use crate::support::databases::{Fresh, START, on_both};
use pilothouse::{
    domain::{
        clock::Clock,
        deal::{
            AccountLink, Approval, ClockKind, Customer, DealState, Details, Dispute, DisputePhase, Hold, HoldReason, Place, Protection,
            Registration, SalesStage, Scope, SharedWith,
            conflict::{ConflictCase, Glance, ProtectionKey},
            fields::{Deals, Field, Flag},
            queue::{Cursor, Queue, Sort, SortKey, decision_due},
        },
        escalation::{Escalation, EscalationCause, Severity},
        filter::{self, Context, Datum, Fields, Filter},
        id::{AccountId, ConflictId, DealId, OperatorId, PartnerId, ProgramVersion},
        money::Money,
        person::Person,
        search,
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Db, Error,
        unit::{Changes, DealChange},
    },
};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn clock<K>(kind: K, due: Instant, breached: bool) -> Clock<K> {
    Clock {
        no: 1,
        kind,
        calendar: Text::clean("office"),
        program: ProgramVersion(1),
        started_at: START,
        budget: Span::hours(8),
        left: Span::hours(1),
        as_of: START,
        due,
        warn: vec![50],
        stage: 0,
        next: Some(due),
        breached,
    }
}

fn approval(until: Instant, extensions: u32, shared: bool) -> Approval {
    let protection = Protection { from: chrono::NaiveDate::default(), granted: 90, held: 0, extensions, until, paused_on: None };
    let share = shared.then_some(SharedWith { case: ConflictId(1), share_bp: 4_000, principal: DealId(999) });
    Approval { at: START, protection, share }
}

fn arb_state() -> impl Strategy<Value = DealState> {
    let reviewer = (2..4_i64).prop_map(OperatorId);
    let granted =
        (-300..40_000_i64, 0..2_u32, any::<bool>()).prop_map(|(until, extensions, shared)| approval(minutes(until), extensions, shared));
    prop_oneof![
        Just(DealState::Draft),
        Just(DealState::Submitted),
        reviewer.clone().prop_map(|reviewer| DealState::UnderReview { reviewer }),
        reviewer.clone().prop_map(|asked_by| DealState::ActionRequired { fields: BTreeSet::new(), asked_by, asked_at: START }),
        reviewer.prop_map(|reviewer| DealState::PendingApproval { reviewer }),
        granted.clone().prop_map(|approval| DealState::Approved { approval }),
        granted.prop_map(|approval| DealState::Expired { approval, at: START }),
        Just(DealState::Withdrawn { at: START, approval: None }),
    ]
}

fn arb_details() -> impl Strategy<Value = Details> {
    let customer = (
        proptest::sample::select(&["Acme GmbH", "Löwen Brauerei", "Acme Löwen AG", "Zeta", "北京 Metal", ""][..]),
        proptest::option::of(proptest::sample::select(&["DE", "FR", "US"][..])),
        proptest::sample::select(&["Berlin", "Köln", ""][..]),
        proptest::sample::select(&["Anna Schmidt", "Zoë Quinn", ""][..]),
    );
    let deal = (
        proptest::option::of((0..3_000_000_i64, proptest::sample::select(&["EUR", "JPY", "KWD"][..]))),
        proptest::sample::select(vec![&["Firewall"][..], &["Switching", "Data Center"], &[]]),
        proptest::option::of(-20..60_u64.cast_signed()),
        proptest::option::of(proptest::sample::select(SalesStage::ALL)),
        proptest::sample::select(&["Partner Portal", "crm"][..]),
    );
    (customer, deal).prop_map(|((name, country, city, person), (value, products, closes, sales_stage, source))| Details {
        source: Text::clean(source),
        customer: Customer {
            name: Text::clean(name),
            country: country.and_then(|code| code.parse().ok()),
            city: Text::clean(city),
            ..Customer::default()
        },
        scope: Scope::new(products.iter().map(|product| Text::clean(product))),
        value: value.map(|(minor, code)| Money::new(minor, code.parse().expect("a currency"))),
        close_on: closes.map(|days| chrono::NaiveDate::from_ymd_opt(2026, 3, 2).expect("a day") + chrono::TimeDelta::days(days)),
        sales_stage,
        contact: Person { name: Text::clean(person), ..Person::default() },
        ..Details::default()
    })
}

fn arb_deal() -> impl Strategy<Value = Registration> {
    let times = (-500..0_i64, proptest::option::of(-300..900_i64), any::<bool>(), any::<bool>(), any::<bool>());
    let rest = (1..4_i64, proptest::option::of(proptest::sample::select(DisputePhase::ALL)), any::<bool>(), any::<bool>());
    (arb_details(), arb_state(), times, rest).prop_map(|(details, state, times, rest)| {
        let (created, due, held, escalated, breached) = times;
        let (partner, phase, complete, matched) = rest;
        let is_draft = matches!(state, DealState::Draft | DealState::Withdrawn { .. });
        let held = held && state.is_open() && !is_draft;
        let waits = held || matches!(state, DealState::ActionRequired { .. });
        Registration {
            id: DealId(0),
            version: 3,
            created_at: minutes(created),
            updated_at: minutes(created / 2),
            partner: PartnerId(partner),
            details,
            account: matched.then_some(AccountLink { account: AccountId(1), family: AccountId(1) }),
            source_says: Vec::new(),
            contact_is_ours: false,
            source_lead: None,
            submitted_at: (!is_draft).then(|| minutes(created / 3)),
            place: (complete && !is_draft).then_some(Place { complete_at: START, sequence: 1 }),
            clock: due.filter(|_| state.is_undecided()).map(|due| clock(ClockKind::Decide, minutes(due), breached)),
            clocks: 1,
            hold: held.then_some(Hold { reason: HoldReason::Conflict, since: START, earlier: None }),
            waiting_since: waits.then_some(START),
            waited: Span::ZERO,
            dispute: phase.map(|phase| Dispute { case: ConflictId(1), phase }),
            documents: Vec::new(),
            requesters: BTreeSet::new(),
            escalation: escalated.then_some(Escalation { severity: Severity::High, cause: EscalationCause::Breach, since: START }),
            breaches: 0,
            erased: false,
            state,
        }
    })
}

fn change(deal: Registration, expected: i64) -> DealChange {
    DealChange { deal, expected, restated: true, keys: Vec::new(), keys_gone: Vec::new(), glance: None, protects: None }
}

fn some_deals(count: i64) -> Vec<Registration> {
    some(count, arb_deal(), |id, deal| {
        let dispute = deal.dispute.map(|dispute| Dispute { case: cases::number(id, dispute.phase), ..dispute });
        Registration { id: DealId(id), dispute, ..deal }
    })
}

/// These registrations and their conflicts.
async fn room(db: &Db, deals: &[Registration]) {
    let deals_changed = deals.iter().cloned().map(|deal| change(deal, 0)).collect();
    let cases = cases::of(deals).into_iter().map(cases::new).collect();
    moved_in(db, Changes { deals: deals_changed, cases, ..Changes::default() }).await;
}

/// A registration as the filter language sees it.
struct Seen {
    deal: Registration,
    /// When its conflict is due.
    case_due: Option<Instant>,
    search: String,
    words: [String; 9],
}

impl Seen {
    fn new(deal: &Registration, cases: &[ConflictCase]) -> Self {
        let details = &deal.details;
        let (partner, tier) = partner_words(Some(deal.partner));
        let words = [
            search::words(&details.customer.name),
            search::words(&details.customer.city),
            search::slug(&details.source),
            partner,
            tier,
            operator_words(deal.state.reviewer()),
            details.scope.codes().collect::<Vec<_>>().join(" "),
            details.value.map(|value| value.currency.code().to_lowercase()).unwrap_or_default(),
            deal.dispute.map(|dispute| dispute.case.to_string()).unwrap_or_default(),
        ];
        let case_due = cases::pending(cases, deal).and_then(ConflictCase::due);
        Self { deal: deal.clone(), case_due, search: deal.search_words(), words }
    }

    fn is_protected(&self) -> bool {
        self.deal.protection().is_some()
    }
}

impl Fields<Deals> for Seen {
    fn get(&self, field: Field) -> Datum<'_> {
        let (deal, details) = (&self.deal, &self.deal.details);
        let instant = |at: Option<Instant>| at.map_or(Datum::Missing, Datum::Instant);
        match field {
            Field::Id => Datum::Number(deal.id.0),
            Field::Stage => Datum::Text(deal.state.name()),
            Field::Sales => details.sales_stage.map_or(Datum::Missing, |stage| Datum::Text(stage.name())),
            Field::Country => details.customer.country.as_ref().map_or(Datum::Missing, |country| Datum::Text(country.code())),
            Field::Company => text(&self.words[0]),
            Field::City => text(&self.words[1]),
            Field::Source => text(&self.words[2]),
            Field::Partner => text(&self.words[3]),
            Field::Tier => text(&self.words[4]),
            Field::Owner => text(&self.words[5]),
            Field::Product if self.words[6].is_empty() => Datum::Missing,
            Field::Product => Datum::Codes(&self.words[6]),
            Field::Currency => text(&self.words[7]),
            Field::Value => {
                details.value.map_or(Datum::Missing, |value| Datum::Number(value.minor.div_euclid(10_i64.pow(value.currency.exponent()))))
            }
            Field::Vertical => Datum::Missing,
            Field::Due => instant(deal.due().filter(|_| !self.is_protected())),
            Field::Expires => instant(deal.due().filter(|_| self.is_protected())),
            Field::Closes => instant(details.close_on.map(|on| on.and_hms_opt(12, 0, 0).expect("noon").and_utc().into())),
            Field::Submitted => instant(deal.submitted_at),
            Field::Updated => Datum::Instant(deal.updated_at),
            Field::Case => text(&self.words[8]),
        }
    }

    fn search(&self) -> &str {
        &self.search
    }

    fn is(&self, flag: Flag, context: &Context<'_, Deals>) -> bool {
        let deal = &self.deal;
        let approval = deal.state.approval();
        match flag {
            Flag::Breached => {
                let is_late = |due: Option<Instant>| due.is_some_and(|due| due < context.now);
                deal.is_breached() || (deal.state.is_undecided() && is_late(deal.due())) || is_late(self.case_due)
            }
            Flag::Held => deal.is_held(),
            Flag::Mine => deal.state.reviewer() == Some(context.me),
            Flag::Marked => context.marked.contains(&deal.id),
            Flag::Open => deal.state.is_open(),
            Flag::Escalated => deal.escalation.is_some(),
            Flag::Complete => deal.place.is_some(),
            Flag::Protected => self.is_protected(),
            Flag::Extended => approval.is_some_and(|approval| approval.protection.extensions > 0),
            Flag::Conflict => deal.dispute.is_some(),
            Flag::Appealed => deal.is_in_phase(DisputePhase::Appealed),
            Flag::Shared => approval.is_some_and(|approval| approval.share.is_some()),
            Flag::Matched => deal.account.is_some(),
        }
    }
}

const MARKED: &[DealId] = &[DealId(3), DealId(44)];

fn cursor(deal: &Registration, cases: &[ConflictCase], (queue, sort): (Queue, Sort)) -> Cursor {
    let received = deal.submitted_at.unwrap_or(deal.created_at);
    let value = |money: Money| money.minor * 10_i64.pow(4 - money.currency.exponent());
    let key = match sort {
        Sort::Due if queue.is_of_cases() => {
            let case = cases::pending(cases, deal).expect("a conflict that waits");
            SortKey::Number(case.due().map_or((1 << 62) + case.opened_at.micros(), Instant::micros))
        }
        Sort::Due if queue == Queue::DueSoon => {
            let case_due = cases::pending(cases, deal).and_then(ConflictCase::due);
            SortKey::Number(decision_due(deal, case_due).expect("what is due soon").micros())
        }
        Sort::Due => SortKey::Number(deal.due().map_or((1 << 62) + received.micros(), Instant::micros)),
        Sort::Value => SortKey::Number(deal.details.value.map_or(i64::MIN, value)),
        Sort::Submitted => SortKey::Number(received.micros()),
        Sort::Company => SortKey::Company(search::words(deal.customer())),
    };
    Cursor { key, id: deal.id }
}

/// What a queue holds, in order, by the definition in the domain.
fn expected(deals: &[Registration], queue: Queue, filter: Option<&Filter<Deals>>, sort: Sort) -> Vec<Cursor> {
    let context = context(MARKED);
    let cases = cases::of(deals);
    let passes = |deal: &&Registration| {
        let case_due = cases::pending(&cases, deal).and_then(ConflictCase::due);
        queue.holds(deal, case_due, START) && filter.is_none_or(|filter| filter::eval(filter, &Seen::new(deal, &cases), &context))
    };
    let held = deals.iter().filter(passes).map(|deal| cursor(deal, &cases, (queue, sort))).collect();
    in_order(held, matches!(sort, Sort::Value | Sort::Submitted))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_queue_in_every_order_reads_as_defined() {
    let deals = some_deals(200);
    on_both(|fresh: Fresh| {
        let deals = deals.clone();
        async move {
            room(&fresh.db, &deals).await;
            let expected = |queue, sort| expected(&deals, queue, None, sort);
            all_hold::<Deals>(&fresh, &Queue::ALL, &Sort::ALL, &context(MARKED), expected).await;
        }
    })
    .await;
}

const TERMS: &[&str] = &[
    "acme",
    "lowen",
    "\"acme low\"",
    "ann",
    "beijing",
    "country:DE",
    "country:none",
    "city:koln",
    "company:acme",
    "value>10000",
    "value:5..3000",
    "value<=77",
    "value:none",
    "currency:EUR",
    "currency:none",
    "stage:submitted",
    "stage:approved,draft",
    "sales:proposal",
    "sales:none",
    "due<2h",
    "due:today",
    "due:none",
    "expires<14d",
    "expires:none",
    "closes<30d",
    "closes:today",
    "closes:none",
    "submitted>3h",
    "submitted:none",
    "updated<1h",
    "owner:anna",
    "owner:none",
    "partner:nord",
    "tier:gold",
    "tier:none",
    "source:crm",
    "product:firewall",
    "product:\"data center\"",
    "product:none",
    "id:D-12",
    "id>100",
    "D-12",
    "case:C-3",
    "case:C-3,C-4",
    "C-2",
    "case:none",
    "is:breached",
    "is:held",
    "is:mine",
    "is:marked",
    "is:open",
    "is:escalated",
    "is:complete",
    "is:protected",
    "is:extended",
    "is:conflict",
    "is:appealed",
    "is:shared",
    "is:matched",
];

#[tokio::test(flavor = "multi_thread")]
async fn filters_mean_the_same_as_in_memory() {
    let deals = some_deals(150);
    on_both(|fresh: Fresh| {
        let deals = deals.clone();
        async move {
            room(&fresh.db, &deals).await;
            for (n, term) in TERMS.iter().enumerate() {
                for line in [(*term).to_owned(), format!("-{term}"), format!("{term} or {}", TERMS[(n * 7 + 3) % TERMS.len()])] {
                    let filter = filter::parse::<Deals>(&line).unwrap_or_else(|error| panic!("{line}: {error:?}"));
                    let (queue, sort) = (Queue::ALL[n % 8], Sort::ALL[n % 4]);
                    for queue in [Queue::All, queue] {
                        let wanted = expected(&deals, queue, Some(&filter), sort);
                        let request = request(queue, sort, Some(filter.clone()), 40);
                        holds(&fresh, &request, &context::<Deals>(MARKED), [way(n)], &wanted).await;
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_protection_is_refused_and_a_freed_one_can_be_taken() {
    on_both(|fresh: Fresh| async move {
        let mut deals = some_deals(2);
        for deal in &mut deals {
            deal.state = DealState::Approved { approval: approval(minutes(90), 0, false) };
        }
        let key = || vec![ProtectionKey("A-1/firewall".to_owned())];
        let protects = |deal: &Registration, expected, keys| DealChange { protects: Some(keys), ..change(deal.clone(), expected) };
        saved(&fresh.db, 1, Changes { deals: vec![protects(&deals[0], 0, key())], ..Changes::default() }).await.expect("the first");
        let second = Changes { deals: vec![protects(&deals[1], 0, key())], ..Changes::default() };
        assert!(matches!(saved(&fresh.db, 2, second).await, Err(Error::Exists(_))), "{}", fresh.name);
        let freed = Registration { version: 4, ..deals[0].clone() };
        let both = vec![protects(&freed, 3, Vec::new()), protects(&deals[1], 0, key())];
        saved(&fresh.db, 3, Changes { deals: both, ..Changes::default() }).await.expect("given up in the same write");
        let mut session = fresh.db.read().await.expect("open");
        assert_eq!(session.protected_by(&key()).await.expect("read"), [Some(DealId(2))], "{}", fresh.name);
        let late = Changes { deals: vec![change(deals[0].clone(), 3)], ..Changes::default() };
        assert!(matches!(saved(&fresh.db, 4, late).await, Err(Error::Conflict(_))), "{}: the version moved on", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_glances_of_some_are_those_that_were_kept() {
    on_both(|fresh: Fresh| async move {
        let deals = some_deals(700);
        let rows = deals.iter().map(|deal| {
            let glance = (deal.id.0 != 7).then_some(Glance(deal.id.0 * 3 - 900));
            DealChange { glance, ..change(deal.clone(), 0) }
        });
        saved(&fresh.db, 1, Changes { deals: rows.collect(), ..Changes::default() }).await.expect("saved");
        let asked: Vec<DealId> = (5..=690).chain([900]).map(DealId).collect();
        let found = fresh.db.read().await.expect("open").glances_of(&asked).await.expect("read");
        let kept = (5..=690).filter(|id| *id != 7).map(|id| (DealId(id), Glance(id * 3 - 900))).collect();
        assert_eq!(found, kept, "{}", fresh.name);
    })
    .await;
}
