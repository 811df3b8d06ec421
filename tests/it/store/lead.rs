//! Leads on both databases, against the same questions asked in memory.

use super::{
    audit::note,
    room::{
        ME, all_hold, command, context, holds, in_order, minutes, moved_in, operator_words, partner_words, request, saved, some, text, way,
    },
};
use crate::support::databases::{Fresh, START, on_both};
use pilothouse::{
    domain::{
        country::Country,
        event::Entity,
        filter::{self, Context, Datum, Field, Fields, Filter, Flag, Leads},
        id::{LeadId, OperatorId, PartnerId, ProgramVersion},
        lead::{
            Clock, ClockKind, Consent, Escalation, EscalationCause, Intake, Lead, LeadState, Pause, PauseReason, Person, QuarantineReason,
            Severity, UnassignedReason,
            queue::{Cursor, Queue, Sort, SortKey},
            routing::{Rotation, Turn},
            stats::{Counted, Measure},
        },
        search,
        text::Text,
        time::{Instant, Span},
    },
    store::{
        Db, Error, Sql, Unit,
        unit::{Changes, LeadChange, Turned},
    },
};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

fn clock(due: Instant) -> Clock {
    Clock {
        no: 1,
        kind: ClockKind::Accept,
        calendar: Text::clean("office"),
        program: ProgramVersion(1),
        started_at: START,
        budget: Span::hours(8),
        left: Span::hours(1),
        as_of: START,
        due,
        warn: vec![50, 75],
        stage: 0,
        next: Some(due),
        breached: false,
    }
}

fn arb_state() -> impl Strategy<Value = LeadState> {
    let partner = (1..4_i64).prop_map(PartnerId);
    prop_oneof![
        Just(LeadState::Quarantined { reason: QuarantineReason::ConsentMissing }),
        Just(LeadState::InReview { candidates: Vec::new() }),
        Just(LeadState::Unassigned { why: UnassignedReason::NoCandidate }),
        partner.clone().prop_map(|partner| LeadState::Offered { partner }),
        partner.clone().prop_map(|partner| LeadState::Accepted { partner }),
        partner.clone().prop_map(|partner| LeadState::Working { partner }),
        partner.prop_map(|partner| LeadState::Qualified { partner }),
    ]
}

fn arb_lead() -> impl Strategy<Value = Lead> {
    const COMPANIES: [&str; 6] = ["Acme GmbH", "Löwen Brauerei", "Acme Löwen AG", "Zeta", "北京 Metal", ""];
    let intake = (
        proptest::sample::select(&COMPANIES[..]),
        proptest::option::of(proptest::sample::select(&["DE", "FR", "US"][..])),
        proptest::sample::select(&["Berlin", "Köln", ""][..]),
        proptest::sample::select(&["Partner Referral", "webinar"][..]),
        0..=100_u8,
        proptest::sample::select(&["Anna Schmidt", "Zoë Quinn", ""][..]),
    );
    let times = (-500..0_i64, proptest::option::of(-300..300_i64), any::<bool>(), any::<bool>(), proptest::option::of(2..4_i64));
    (intake, arb_state(), times).prop_map(|((company, country, city, source, score, person), state, times)| {
        let (received, due, paused, escalated, desk) = times;
        let open = state.is_open();
        Lead {
            id: LeadId(0),
            version: 3,
            received_at: minutes(received),
            updated_at: minutes(received / 2),
            intake: Intake {
                company: Text::clean(company),
                country: country.and_then(|code| code.parse::<Country>().ok()),
                city: Text::clean(city),
                source: Text::clean(source),
                source_key: Text::default(),
                score,
                consent: Consent::default(),
                person: Person { name: Text::clean(person), ..Person::default() },
                ..Intake::default()
            },
            account: None,
            desk: desk.map(OperatorId),
            state,
            clock: due.filter(|_| open).map(|due| clock(minutes(due))),
            clocks: 1,
            pause: (paused && open).then_some(Pause { reason: PauseReason::AwaitingCustomer, since: START, until: None }),
            offers: Vec::new(),
            escalation: escalated.then_some(Escalation { severity: Severity::High, cause: EscalationCause::Breach, since: START }),
            breaches: 0,
            settled_offers: 0,
            absorbed: Vec::new(),
            erased: false,
        }
    })
}

fn change(lead: Lead, expected: i64) -> LeadChange {
    LeadChange { lead, expected, loaded: None, keys: Vec::new(), keys_gone: Vec::new() }
}

fn some_leads(count: i64) -> Vec<Lead> {
    some(count, arb_lead(), |id, lead| Lead { id: LeadId(id), ..lead })
}

async fn room(db: &Db, leads: &[Lead]) {
    moved_in(db, Changes { leads: leads.iter().cloned().map(|lead| change(lead, 0)).collect(), ..Changes::default() }).await;
}

/// A lead as the filter language sees it.
struct Seen {
    lead: Lead,
    search: String,
    words: [String; 6],
}

impl Seen {
    fn new(lead: &Lead) -> Self {
        let (partner, tier) = partner_words(lead.state.partner());
        let words = [
            search::words(&lead.intake.company),
            search::words(&lead.intake.city),
            search::slug(&lead.intake.source),
            partner,
            tier,
            operator_words(lead.desk),
        ];
        Self { lead: lead.clone(), search: lead.search_words(), words }
    }
}

impl Fields for Seen {
    fn get(&self, field: Field) -> Datum<'_> {
        match field {
            Field::Id => Datum::Number(self.lead.id.0),
            Field::Stage => Datum::Text(self.lead.state.name()),
            Field::Country => self.lead.intake.country.as_ref().map_or(Datum::Missing, |country| Datum::Text(country.code())),
            Field::Company => text(&self.words[0]),
            Field::City => text(&self.words[1]),
            Field::Source => text(&self.words[2]),
            Field::Partner => text(&self.words[3]),
            Field::Tier => text(&self.words[4]),
            Field::Owner => text(&self.words[5]),
            Field::Score => Datum::Number(self.lead.intake.score.into()),
            Field::Due => self.lead.due().map_or(Datum::Missing, Datum::Instant),
            Field::Received => Datum::Instant(self.lead.received_at),
            Field::Updated => Datum::Instant(self.lead.updated_at),
            Field::Offers => Datum::Number(0),
            Field::Product | Field::Vertical => Datum::Missing,
        }
    }

    fn search(&self) -> &str {
        &self.search
    }

    fn is(&self, flag: Flag, context: &Context) -> bool {
        match flag {
            Flag::Breached => Queue::Breached.holds(&self.lead, context.me, context.now),
            Flag::Paused => self.lead.pause.is_some(),
            Flag::Mine => self.lead.desk == Some(context.me),
            Flag::Unassigned => matches!(self.lead.state, LeadState::Unassigned { .. }),
            Flag::Marked => context.marked.contains(&self.lead.id),
            Flag::Open => self.lead.state.is_open(),
            Flag::Escalated => self.lead.escalation.is_some(),
        }
    }
}

const MARKED: &[LeadId] = &[LeadId(3), LeadId(44)];

fn cursor(lead: &Lead, sort: Sort) -> Cursor {
    let key = match sort {
        Sort::Due => SortKey::Number(lead.due().map_or((1 << 62) + lead.received_at.micros(), Instant::micros)),
        Sort::Score => SortKey::Number(lead.intake.score.into()),
        Sort::Received => SortKey::Number(lead.received_at.micros()),
        Sort::Company => SortKey::Company(search::words(&lead.intake.company)),
    };
    Cursor { key, id: lead.id }
}

/// What a queue holds, in order, by the definition in the domain.
fn expected(leads: &[Lead], queue: Queue, filter: Option<&Filter>, sort: Sort) -> Vec<Cursor> {
    let context = context(MARKED);
    let passes =
        |lead: &&Lead| queue.holds(lead, ME, START) && filter.is_none_or(|filter| filter::eval(filter, &Seen::new(lead), &context));
    let held = leads.iter().filter(passes).map(|lead| cursor(lead, sort)).collect();
    in_order(held, matches!(sort, Sort::Score | Sort::Received))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_queue_in_every_order_reads_as_defined() {
    let leads = some_leads(200);
    on_both(|fresh: Fresh| {
        let leads = leads.clone();
        async move {
            room(&fresh.db, &leads).await;
            let expected = |queue, sort| expected(&leads, queue, None, sort);
            all_hold::<Leads>(&fresh, &Queue::ALL, &Sort::ALL, &context(MARKED), expected).await;
        }
    })
    .await;
}

fn arb_filter() -> impl Strategy<Value = String> {
    let term = proptest::sample::select(
        &[
            "acme",
            "lowen",
            "\"acme low\"",
            "ann",
            "beijing",
            "nothing",
            "zo quinn",
            "country:DE",
            "country:none",
            "country!=FR",
            "city:koln",
            "city:any",
            "company:acme",
            "score>70",
            "score:20..60",
            "score<=5",
            "stage:offered",
            "stage:qualified,review",
            "due<2h",
            "due:today",
            "due:none",
            "due>1h",
            "received>3h",
            "received<90m",
            "received:today",
            "updated<1h",
            "partner:nord",
            "partner:\"nordwind sys\"",
            "partner:none",
            "tier:gold",
            "tier:none",
            "tier:any",
            "owner:anna",
            "owner:none",
            "source:webinar",
            "source:\"partner referral\"",
            "id:L-12",
            "id>100",
            "offers>=1",
            "product:none",
            "is:breached",
            "is:paused",
            "is:mine",
            "is:unassigned",
            "is:marked",
            "is:open",
            "is:escalated",
        ][..],
    );
    let term = (term, any::<bool>()).prop_map(|(term, not)| if not { format!("-{term}") } else { term.to_owned() });
    proptest::collection::vec((term, 0..5_u8), 1..4).prop_map(|terms| {
        terms.into_iter().map(|(term, joint)| if joint == 0 { format!("or {term}") } else { term }).collect::<Vec<_>>().join(" ")
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_mean_the_same_as_in_memory() {
    let leads = some_leads(150);
    on_both(|fresh: Fresh| {
        let leads = leads.clone();
        async move {
            room(&fresh.db, &leads).await;
            let mut runner = TestRunner::deterministic();
            let mut tried = 0;
            while tried < 400 {
                let text = arb_filter().new_tree(&mut runner).expect("a strategy").current();
                let Ok(filter) = filter::parse(text.trim_start_matches("or ")) else { panic!("{text} is not a filter") };
                tried += 1;
                let (queue, sort) = (Queue::ALL[tried % 7], Sort::ALL[tried % 4]);
                let wanted = expected(&leads, queue, Some(&filter), sort);
                holds(&fresh, &request(queue, sort, Some(filter), 40), &context::<Leads>(MARKED), [way(tried)], &wanted).await;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_comes_back_as_it_was_saved() {
    let leads = some_leads(300);
    on_both(|fresh: Fresh| {
        let leads = leads.clone();
        async move {
            room(&fresh.db, &leads).await;
            let ids: Vec<LeadId> = [5, 299, 1, 5, 900].map(LeadId).to_vec();
            let found = fresh.db.read().await.expect("open").leads(&ids).await.expect("read");
            assert_eq!(found, [5, 299, 1, 5].map(|id: usize| leads[id - 1].clone()), "{}", fresh.name);

            // What changes is found, and what was is not.
            let mut lead = leads[4].clone();
            lead.version += 1;
            lead.intake.person = Person::default();
            lead.state = LeadState::Quarantined { reason: QuarantineReason::Suppressed };
            saved(&fresh.db, 2, Changes { leads: vec![change(lead.clone(), 3)], ..Changes::default() }).await.expect("saved");
            let mut tx = fresh.db.begin().await.expect("free");
            assert_eq!(Unit::leads(&mut tx, &[LeadId(5)]).await.expect("read"), [lead]);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_second_is_told_and_writes_nothing() {
    let leads = some_leads(10);
    on_both(|fresh: Fresh| {
        let leads = leads.clone();
        async move {
            room(&fresh.db, &leads).await;
            let newer = |by: i64| Lead { version: leads[2].version + by, ..leads[2].clone() };
            let mut first = Changes { leads: vec![change(newer(1), 3)], ..Changes::default() };
            first.records.push(note(2));
            saved(&fresh.db, 2, first).await.expect("saved");
            let head = fresh.db.read().await.expect("open").audit_head().await.expect("read");
            let second = Changes { leads: vec![change(leads[0].clone(), 3), change(newer(2), 3)], ..Changes::default() };
            let error = saved(&fresh.db, 3, second).await.expect_err("too late");
            let Error::Conflict(conflict) = &error else { panic!("{}: {error:?}", fresh.name) };
            assert_eq!((conflict.entity.as_str(), conflict.expected), ("L-3", 3));
            assert_eq!(conflict.by.as_ref().map(|by| by.actor.to_string()), Some("engine".to_owned()), "{error}");
            let mut session = fresh.db.read().await.expect("open");
            assert_eq!(session.audit_head().await.expect("read"), head, "nothing was written");
            assert_eq!(session.command_done(command(3)).await.expect("read"), None);
            assert!(session.command_done(command(2)).await.expect("read").is_some());
            let repeated = saved(&fresh.db, 2, Changes::default()).await.expect_err("once only");
            assert!(matches!(repeated, Error::Exists(_)), "{repeated:?}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leads_are_found_by_source_and_by_key() {
    on_both(|fresh: Fresh| async move {
        let mut leads = some_leads(60);
        let mut changes = Vec::new();
        for (n, lead) in (0_i64..).zip(&mut leads) {
            lead.intake.source = Text::clean("crm");
            lead.intake.source_key = Text::clean(&format!("k{n}"));
            lead.state = if n % 10 == 9 {
                LeadState::Qualified { partner: PartnerId(1) }
            } else {
                LeadState::Unassigned { why: UnassignedReason::New }
            };
            // All share the crowded key; each three share one; a key keeps its high bits.
            changes.push(LeadChange { keys: vec![i64::MIN, (n / 3) << 40], ..change(lead.clone(), 0) });
        }
        saved(&fresh.db, 1, Changes { leads: changes, ..Changes::default() }).await.expect("saved");
        let mut session = fresh.db.read().await.expect("open");
        let keys = ["k7", "k99", "k7 ", "k0", ""].map(Text::clean);
        assert_eq!(session.leads_by_source(&keys).await.expect("read"), [Some(LeadId(8)), None, None, Some(LeadId(1)), None]);
        assert_eq!(session.leads_by_source(&[]).await.expect("read"), []);

        let mut found = session.leads_by_key(&[i64::MIN, 3 << 40, 77 << 40], 50).await.expect("read");
        found.sort_unstable();
        assert_eq!(found, [10, 11, 12].map(|id| (3 << 40, LeadId(id))), "the crowded key says nothing");
        assert_eq!(session.leads_by_key(&[i64::MIN], 60).await.expect("read").len(), 60);

        let mut twice = leads[3].clone();
        twice.id = LeadId(1_000);
        let error =
            saved(&fresh.db, 2, Changes { leads: vec![change(twice, 0)], ..Changes::default() }).await.expect_err("the same record");
        assert!(matches!(error, Error::Exists(_)), "{error:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_found_and_dropped_wherever_they_are_on_their_way() {
    on_both(|fresh: Fresh| async move {
        // A key in each of 64 places of the range, and enough leads for every slice to move once.
        let key = |n: i64| (n - 32) << 58;
        let mut leads = some_leads(64);
        for (n, lead) in (0_i64..).zip(&mut leads) {
            (lead.id, lead.state) = (LeadId((n + 1) * 2_500), LeadState::Unassigned { why: UnassignedReason::New });
            let changes = vec![LeadChange { keys: vec![key(n), key(63 - n)], ..change(lead.clone(), 0) }];
            saved(&fresh.db, u128::from(n.unsigned_abs()) + 1, Changes { leads: changes, ..Changes::default() }).await.expect("saved");
        }
        let mut session = fresh.db.read().await.expect("open");
        let (great,): (i64,) = session.one(Sql::new("select count(*) from lead_key")).await.expect("a count");
        let (small,): (i64,) = session.one(Sql::new("select count(*) from lead_key_new")).await.expect("a count");
        assert!(great > 30 && small > 0 && great + small == 128, "{great} moved, {small} on their way");
        let keys: Vec<i64> = (0..64).map(key).collect();
        let found = session.leads_by_key(&keys, 8).await.expect("read");
        assert_eq!(found.len(), 128, "each key has two leads");
        drop(session);
        let after = |lead: &Lead| Lead { version: lead.version + 1, ..lead.clone() };
        let gone = |(n, lead): (i64, &Lead)| LeadChange { keys_gone: vec![key(n)], ..change(after(lead), lead.version) };
        let gone: Vec<LeadChange> = (0..).zip(&leads).map(gone).collect();
        saved(&fresh.db, 100, Changes { leads: gone, ..Changes::default() }).await.expect("saved");
        let found = fresh.db.read().await.expect("open").leads_by_key(&keys, 8).await.expect("read");
        assert_eq!(found.len(), 64, "the other half is gone from both tables");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_dense_when_many_make_leads() {
    on_both(|fresh: Fresh| async move {
        let makers = (0..8_u32).map(|maker| {
            let db = fresh.db.clone();
            tokio::spawn(async move {
                let mut mine = Vec::new();
                for round in 0..10 {
                    let mut tx = db.begin().await.expect("free");
                    let first = tx.lead_numbers(maker + 1).await.expect("numbers");
                    if round % 4 == 3 {
                        tx.rollback().await.expect("undone");
                    } else {
                        tx.commit().await.expect("saved");
                        mine.extend(first.0..=first.0 + i64::from(maker));
                    }
                }
                mine
            })
        });
        let mut all = Vec::new();
        for maker in makers.collect::<Vec<_>>() {
            all.extend(maker.await.expect("no panic"));
        }
        all.sort_unstable();
        assert_eq!(all, (1..).take(all.len()).collect::<Vec<_>>(), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_follows_loads_turns_figures_and_suppression() {
    on_both(|fresh: Fresh| async move {
        let scope = Text::clean("DE/any");
        let turn = |turns: i64| Turn { scope: scope.clone(), virtual_time: turns * 7, turns, away: vec![PartnerId(9)], shares: Vec::new() };
        let mut leads = some_leads(2);
        leads[0].state = LeadState::Offered { partner: PartnerId(1) };
        leads[1].state = LeadState::Accepted { partner: PartnerId(2) };
        let one = |measure| Counted { day: 20_000, measure, bucket: 0 };
        let changes = Changes {
            leads: leads.iter().cloned().map(|lead| change(lead, 0)).collect(),
            turns: vec![Turned { turn: turn(1), expected: 0 }, Turned { turn: turn(2), expected: 1 }],
            counted: vec![(one(Measure::Arrived), 2), (one(Measure::Linked), 1), (one(Measure::Linked), -1)],
            suppress: vec![Text::clean("Anna@Example.com ")],
            fired: vec![(Entity::Lead(LeadId(1)), 1, 2)],
            ..Changes::default()
        };
        saved(&fresh.db, 1, changes).await.expect("saved");
        let mut session = fresh.db.read().await.expect("open");
        let desk = session.desk(&[scope.clone(), Text::clean("FR/any")]).await.expect("read");
        assert_eq!((desk.open_leads(PartnerId(1)), desk.open_leads(PartnerId(2)), desk.open_leads(PartnerId(3))), (1, 1, 0));
        let mut rotation = Rotation::default();
        rotation.apply(&turn(2));
        assert_eq!(desk.rotations.get(&scope), Some(&rotation));
        let kpis = session.lead_kpis(20_000).await.expect("read");
        assert_eq!((kpis.arrivals[29], kpis.match_bp), (2, Some(0)));
        let known = session.suppressed(&[Text::clean("anna@example.com"), Text::clean("bert@example.com")]).await.expect("read");
        assert_eq!(known, [true, false]);

        // L-1 moves from partner 1 to partner 2.
        let moved = Lead { version: 4, state: LeadState::Offered { partner: PartnerId(2) }, ..leads[0].clone() };
        let moved = LeadChange { loaded: Some(PartnerId(1)), ..change(moved, 3) };
        saved(&fresh.db, 2, Changes { leads: vec![moved], ..Changes::default() }).await.expect("saved");
        let desk = session.desk(&[]).await.expect("read");
        assert_eq!((desk.open_leads(PartnerId(1)), desk.open_leads(PartnerId(2))), (0, 2));

        let late = Changes { turns: vec![Turned { turn: turn(2), expected: 1 }], ..Changes::default() };
        assert!(matches!(saved(&fresh.db, 3, late).await, Err(Error::Conflict(_))), "the scope has turned");
        let again = Changes { fired: vec![(Entity::Lead(LeadId(1)), 1, 2)], ..Changes::default() };
        assert!(matches!(saved(&fresh.db, 4, again).await, Err(Error::Exists(_))), "a stage fires once");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_share_what_is_due() {
    on_both(|fresh: Fresh| async move {
        let mut leads = some_leads(40);
        for lead in &mut leads {
            lead.state = LeadState::Offered { partner: PartnerId(1) };
            lead.pause = None;
            lead.clock = Some(clock(minutes(-lead.id.0)));
        }
        room(&fresh.db, &leads).await;
        let mut tx = fresh.db.begin().await.expect("free");
        let due = Unit::leads_due(&mut tx, minutes(-10), 20).await.expect("read");
        assert_eq!(due.iter().map(|lead| lead.id.0).collect::<Vec<_>>(), (21..=40).rev().collect::<Vec<_>>(), "the earliest first");
        if fresh.name == "postgres" {
            let mut other = fresh.db.begin().await.expect("free");
            let rest = Unit::leads_due(&mut other, minutes(-10), 20).await.expect("read");
            assert_eq!(rest.iter().map(|lead| lead.id.0).collect::<Vec<_>>(), (10..=20).rev().collect::<Vec<_>>(), "what the first left");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_hold_the_same() {
    let leads = some_leads(120);
    let one = crate::support::databases::sqlite().await;
    let Some(two) = crate::support::databases::postgres().await else { return };
    let mut digests = Vec::new();
    for fresh in [&one, &two] {
        room(&fresh.db, &leads).await;
        digests.push(fresh.db.read().await.expect("open").digests().await.expect("read"));
    }
    assert_eq!(digests[0], digests[1]);
    assert_eq!(digests[0].iter().find(|digest| digest.table == "lead").map(|digest| digest.rows), Some(120));
}
