//! The deal desk through the public door, each test on both databases.

use super::{ANNA, BEN, ENGINE, House, text};
use crate::support::databases::on_both;
use pilothouse::{
    app::{CaseItem, Command, DealItem, DealTarget, Outcome, Registering, deal::view::DealViewer, pos::Incoming},
    domain::{
        account::AccountProfile,
        actor::{Role, Roles},
        aggregate::Aggregate,
        deal::{
            AccountLink, Customer, DealCommand, DealState, Details, DisputePhase, Document, DocumentKind, HoldReason, Registration,
            RejectReason, Scope,
            conflict::{CaseCommand, CaseState, ConflictCase, ConflictKind, Shares, Verdict},
            document::ContentHash,
            queue::{From, PageRequest, Queue, Sort},
        },
        event::Event,
        id::{AccountId, AuditSeq, ConflictId, DealId, OperatorId, PartnerId},
        money::Money,
        person::Person,
        pos::OrderLine,
        time::Span,
    },
    store::Error,
};

pub const CARL: OperatorId = OperatorId(4);
pub const DORA: OperatorId = OperatorId(5);

pub fn eur(amount: &str) -> Money {
    Money::parse(amount, "EUR".parse().unwrap()).unwrap()
}

/// A complete registration of Switching at a customer, for EUR 40,000.
pub fn details(key: &str, customer: &str) -> Details {
    Details {
        source: text("crm"),
        source_key: text(key),
        customer: Customer { name: text(customer), country: "DE".parse().ok(), city: text("Ulm"), ..Customer::default() },
        scope: Scope::new([text("Switching")]),
        value: Some(eur("40000")),
        close_on: "2026-06-30".parse().ok(),
        contact: Person { name: text("Eva Lang"), email: text(&format!("{key}@customer.example")), ..Person::default() },
        ..Details::default()
    }
}

pub fn registering(partner: i64, details: Details) -> Registering {
    Registering { partner: PartnerId(partner), details, account: None, submit: true }
}

impl House {
    /// The house with two who decide: Carl and Dora, channel managers.
    pub async fn with_deals(fresh: &crate::support::databases::Fresh) -> Self {
        let house = Self::settled(fresh).await;
        for name in ["carl", "dora"] {
            let roles = Roles(vec![Role::ChannelManager]);
            house.run(ANNA, Command::Operator(pilothouse::app::OperatorSpec { name: text(name), login: None, roles, active: true })).await;
        }
        house
    }

    pub async fn register(&self, records: Vec<Registering>) -> Outcome {
        self.run(BEN, Command::Register(records)).await
    }

    pub async fn deal(&self, id: i64) -> Registration {
        self.app.db().read().await.unwrap().deals(&[DealId(id)]).await.unwrap().remove(0)
    }

    pub async fn case(&self, id: i64) -> ConflictCase {
        self.app.db().read().await.unwrap().cases(&[ConflictId(id)]).await.unwrap().remove(0)
    }

    /// One verb on one registration; the refusal as its sentence.
    pub async fn on_deal(&self, actor: OperatorId, id: i64, command: DealCommand) -> Result<Registration, String> {
        let request = self.app.request(Command::Deals { targets: vec![DealTarget::from(DealId(id))], command });
        match self.app.execute(actor, request).await {
            Ok(mut outcome) => {
                let DealItem { result, .. } = outcome.deals.remove(0);
                result.map(|done| *done.deal).map_err(|refusal| refusal.to_string())
            }
            Err(failure) => Err(failure.to_string()),
        }
    }

    pub async fn on_case(&self, actor: OperatorId, id: i64, command: CaseCommand) -> Result<ConflictCase, String> {
        let request = self.app.request(Command::Case { id: ConflictId(id), command, seen: None });
        match self.app.execute(actor, request).await {
            Ok(mut outcome) => {
                let CaseItem { result, .. } = outcome.cases.remove(0);
                result.map(|done| *done.case).map_err(|refusal| refusal.to_string())
            }
            Err(failure) => Err(failure.to_string()),
        }
    }

    pub async fn seen(&self, id: i64) -> ContentHash {
        self.app.deal_dossier(ConflictId(id), self.now()).await.unwrap().expect("the case").dossier.evidence.hash
    }

    /// Replaying the events from nothing gives the same tables.
    pub async fn replays(&self) {
        let to = crate::support::databases::sqlite().await;
        pilothouse::app::replay::replay(self.app.db(), &to.db).await.unwrap();
        let digests = self.app.db().read().await.unwrap().digests().await.unwrap();
        let replayed = to.db.read().await.unwrap().digests().await.unwrap();
        for (own, other) in digests.iter().zip(&replayed) {
            if own != other {
                let (own, other) = (
                    self.app.db().read().await.unwrap().dump(own.table).await.unwrap(),
                    to.db.read().await.unwrap().dump(own.table).await.unwrap(),
                );
                assert_eq!(own, other);
            }
        }
    }

    pub async fn sweep_deals(&self) -> Outcome {
        self.run(ENGINE, Command::SweepDeals { limit: 100 }).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_comes_in_is_approved_protected_and_expires() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let outcome = house.register(vec![registering(1, details("crm/1", "Adler Pumpen GmbH"))]).await;
        let deal = outcome.deals[0].result.as_ref().unwrap().deal.clone();
        assert_eq!((deal.id, deal.state.name(), deal.place.map(|place| place.sequence)), (DealId(1), "submitted", Some(1)));
        let again = house.register(vec![registering(2, details("crm/1", "Somebody else"))]).await;
        assert_eq!((again.known, again.deals.len()), (1, 0), "{}: the same record again", fresh.name);
        let refused = house.on_deal(BEN, 1, DealCommand::Approve).await.unwrap_err();
        assert!(refused.contains("ben may not decide deals"), "{refused}");
        let approved = house.on_deal(CARL, 1, DealCommand::Approve).await.unwrap();
        assert!(approved.holds_protection());
        let second = house.register(vec![registering(2, details("crm/2", "Adler Pumpen"))]).await;
        assert_eq!(second.cases.len(), 1, "{}: found at the submission", fresh.name);
        assert_eq!(house.deal(1).await.hold.map(|hold| hold.reason), Some(HoldReason::Conflict), "both are held");
        house.on_case(CARL, 1, CaseCommand::CloseEvidence).await.unwrap();
        house.on_case(CARL, 1, CaseCommand::Decide { verdict: Verdict::Void, seen: house.seen(1).await }).await.unwrap();
        let refused = house.on_deal(DORA, 2, DealCommand::Approve).await.unwrap_err();
        assert!(refused.contains("D-1 is protected for this customer"), "{refused}");
        house.pass(Span::hours(24 * 91));
        house.sweep_deals().await;
        assert_eq!(house.deal(1).await.state.name(), "expired");
        house.on_deal(DORA, 2, DealCommand::Approve).await.unwrap();
        assert_eq!(house.sweep_deals().await.seq, None, "{}: whoever comes second finds nothing due", fresh.name);
    })
    .await;
}

/// What partner 2 has sold to a customer for EUR 1,200.
fn sold_to(customer: AccountLink, key: &str, on: &str) -> Incoming {
    Incoming::of(OrderLine {
        key: text(key),
        partner: PartnerId(2),
        customer: Some(customer),
        product: text("Switching"),
        line: text("Switching"),
        on: on.parse().unwrap(),
        quantity: None,
        price: None,
        amount: eur("1200"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn two_imports_collide_and_an_appeal_overturns() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house
            .run(ANNA, Command::Accounts(vec![AccountProfile { code: text("K1"), name: text("Adler"), ..AccountProfile::default() }]))
            .await;
        let adler = AccountLink { account: AccountId(1), family: AccountId(1) };
        let mut first = registering(1, details("crm/1", "Adler Pumpen GmbH"));
        first.account = Some(adler);
        let mut second = registering(2, details("crm/2", "Adler Group"));
        second.account = Some(adler);
        let line = |key: &str, on: &str| sold_to(adler, key, on);
        let sold = house
            .run(BEN, Command::Sales(vec![line("pos/1", "2025-11-03"), line("pos/1", "2025-11-03"), line("pos/2", "2020-01-01")]))
            .await;
        assert_eq!(sold.known, 1);
        house.register(vec![first]).await;
        house.pass(Span::minutes(5));
        let outcome = house.register(vec![second]).await;
        let case = outcome.cases[0].result.as_ref().unwrap().case.clone();
        assert_eq!(case.kind(), ConflictKind::Incumbency, "{}: partner 2 has sold there before", fresh.name);
        assert_eq!(outcome.deals[0].result.as_ref().unwrap().deal.hold.as_ref().map(|hold| hold.reason), Some(HoldReason::Conflict));

        house.sweep_deals().await;
        assert_eq!(house.case(1).await.state, CaseState::Evidence, "the parties are asked at once");
        let letter = Document {
            kind: DocumentKind::Quote,
            name: text("quote.pdf"),
            hash: ContentHash::of(b"quote"),
            size: 5,
            media_type: text("application/pdf"),
            dated: None,
            amount: None,
        };
        let stale = house.seen(1).await;
        house.on_deal(BEN, 1, DealCommand::Attach { document: letter.clone() }).await.unwrap();
        house.pass(Span::hours(24 * 4));
        house.sweep_deals().await;
        assert!(matches!(house.case(1).await.state, CaseState::Review { .. }), "the evidence window has ended");
        let award = |winner: i64| Verdict::Award { winner: DealId(winner) };
        let refused = house.on_case(CARL, 1, CaseCommand::Decide { verdict: award(1), seen: stale }).await.unwrap_err();
        assert!(refused.contains("evidence about C-1 came in since you looked"), "{refused}");
        house.on_case(CARL, 1, CaseCommand::Decide { verdict: award(1), seen: house.seen(1).await }).await.unwrap();
        assert!(house.deal(1).await.holds_protection());
        assert!(matches!(house.deal(2).await.state, DealState::Rejected { reason: RejectReason::Duplicate, .. }));
        house.sweep_deals().await;
        assert_eq!(house.case(1).await.state, CaseState::Notified);
        appealed(&house, letter).await;
        house.sweep_deals().await;
        house.sweep_deals().await;
        assert!(matches!(house.case(1).await.state, CaseState::Closed { .. }));
        assert_eq!(house.deal(2).await.dispute, None);
        assert_eq!(house.app.deal_suspects().await.unwrap(), [], "{}: nothing is brought up again", fresh.name);
        let found = house.run(ENGINE, Command::SweepConflicts { deals: vec![DealId(1), DealId(2)] }).await;
        assert!(found.cases.is_empty(), "{}: whoever looks at it", fresh.name);

        let kpis = house.app.deal_kpis(house.now()).await.unwrap();
        assert_eq!((kpis.conflict_bp, kpis.overturn_bp), (Some(5_000), Some(10_000)), "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

/// The loser appeals with a letter of the customer, and somebody else overturns.
async fn appealed(house: &House, letter: Document) {
    let pinned = house.case(1).await.decisions[0].evidence.clone();
    assert_eq!(pinned.documents, [letter.hash]);
    house.on_case(BEN, 1, CaseCommand::Appeal { by: DealId(2), grounds: text("we sold there first") }).await.unwrap();
    let late = Document { kind: DocumentKind::CustomerLetter, name: text("letter.pdf"), hash: ContentHash::of(b"letter"), ..letter };
    house.on_deal(BEN, 2, DealCommand::Attach { document: late }).await.unwrap();
    let same = house
        .on_case(CARL, 1, CaseCommand::Overturn { verdict: Verdict::Award { winner: DealId(2) }, seen: house.seen(1).await })
        .await
        .unwrap_err();
    assert!(same.contains("an appeal goes to somebody else"), "{same}");
    let last = house.app.db().read().await.unwrap().audit_before(AuditSeq(i64::MAX), 1).await.unwrap().remove(0);
    assert!(matches!(last.record.event, Event::Denied(_)), "the denial is in the chain");
    house
        .on_case(DORA, 1, CaseCommand::Overturn { verdict: Verdict::Award { winner: DealId(2) }, seen: house.seen(1).await })
        .await
        .unwrap();
    let (winner, loser) = (house.deal(2).await, house.deal(1).await);
    assert!(winner.holds_protection() && loser.state.name() == "rejected", "the other's protection");
    assert_eq!(house.case(1).await.decisions[0].evidence, pinned, "a decision's evidence never changes");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deal_is_split_and_who_shares_it_protects_it_once() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let records = (1..=3).map(|n| registering(n, details(&format!("crm/{n}"), "Adler Pumpen GmbH"))).collect();
        let outcome = house.register(records).await;
        assert_eq!(outcome.cases.len(), 1, "{}: one case of all three", fresh.name);
        assert_eq!(house.case(1).await.parties.len(), 3);
        house.on_case(CARL, 1, CaseCommand::CloseEvidence).await.unwrap();
        let shares = Shares::new([(DealId(1), 3_000), (DealId(3), 7_000)]).unwrap();
        let decide = CaseCommand::Decide { verdict: Verdict::Split { shares }, seen: house.seen(1).await };
        house.on_case(DORA, 1, decide).await.unwrap();
        assert!(!house.deal(1).await.holds_protection() && house.deal(3).await.holds_protection());
        assert_eq!(house.deal(2).await.state.name(), "rejected");
        let viewer = DealViewer { me: ANNA, zone: chrono_tz::Tz::UTC, marked: Vec::new() };
        let request = PageRequest {
            queue: Queue::Protected,
            filter: None,
            sort: Sort::Value,
            me: ANNA,
            now: house.now(),
            from: From::Start,
            limit: 10,
        };
        let page = house.app.deal_page(&request, &viewer).await.unwrap();
        assert_eq!(page.rows.iter().map(|(_, row)| row.share_bp).collect::<Vec<_>>(), [Some(7_000), Some(3_000)]);
        assert_eq!(page.rows[0].1.dispute.map(|dispute| dispute.1), Some(DisputePhase::Decided));
        let counts = house.app.deal_counts(&viewer, Queue::All, None, house.now()).await.unwrap();
        assert_eq!(counts.queues.iter().map(|count| count.n).collect::<Vec<_>>(), [0, 0, 0, 0, 0, 0, 2, 3], "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_is_told_who_was_faster_and_a_command_is_taken_back() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", "Adler Pumpen GmbH"))]).await;
        let seen = house.deal(1).await.version;
        house.on_deal(CARL, 1, DealCommand::TakeReview).await.unwrap();
        house.on_deal(CARL, 1, DealCommand::Approve).await.unwrap();
        let target = DealTarget { id: DealId(1), seen: Some(seen) };
        let reject = DealCommand::Reject { reason: RejectReason::Incomplete, of: None };
        let late = house.run(DORA, Command::Deals { targets: vec![target], command: reject }).await;
        let refusal = late.deals[0].result.as_ref().unwrap_err().to_string();
        assert!(refusal.starts_with("carl was faster: D-1 approved at"), "{refusal}");
        let last = house.app.deal_last_done(CARL).await.unwrap().unwrap();
        assert_eq!((last.event.as_str(), last.records.as_slice()), ("deal.approved", &[(DealId(1), house.deal(1).await.version)][..]));
        let back = house.on_deal(CARL, 1, DealCommand::Undo).await.unwrap();
        assert_eq!((back.state.name(), back.holds_protection()), ("under_review", false));
        house.register(vec![registering(2, details("crm/2", "Other Customer AG"))]).await;
        // What an undo would protect again, another has by now.
        house.on_deal(CARL, 1, DealCommand::Approve).await.unwrap();
        house.on_deal(CARL, 1, DealCommand::Lose { reason: pilothouse::domain::deal::LossReason::Price }).await.unwrap();
        house.register(vec![registering(3, details("crm/3", "Adler Pumpen GmbH"))]).await;
        house.on_deal(DORA, 3, DealCommand::Approve).await.unwrap();
        let refused = house.on_deal(CARL, 1, DealCommand::Undo).await.unwrap_err();
        assert!(refused.contains("D-3 is protected for this customer"), "{}: {refused}", fresh.name);
        house.on_deal(ANNA, 2, DealCommand::Erase).await.unwrap();
        let erased = house.app.deal_detail(DealId(2), house.now()).await.unwrap().unwrap();
        assert!(erased.deal.details.contact.is_empty());
        let drafted = erased.timeline.iter().find_map(|past| match &past.record.event {
            Event::Deal(pilothouse::domain::deal::DealEvent::Drafted { details, .. }) => Some(details.contact.clone()),
            _ => None,
        });
        assert_eq!(drafted, Some(Person::default()), "{}: nobody can open what was sealed", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_for_a_protected_customer_goes_to_its_holder_and_a_qualified_one_is_registered() {
    use pilothouse::domain::lead::{LeadCommand, LeadEvent, routing::DecidedBy};
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(3, details("crm/1", "Adler Pumpen GmbH"))]).await;
        house.on_deal(CARL, 1, DealCommand::Approve).await.unwrap();
        let lead =
            |n, company: &str, product: &str| pilothouse::domain::lead::Intake { product: text(product), ..super::intake(n, company) };
        let leads = house
            .receive(vec![lead(1, "Adler Pumpen", "Switching"), lead(2, "Adler Pumpen", "Firewall"), lead(3, "Bussard Werke", "Switching")])
            .await;
        assert_eq!(leads[0].state.partner(), Some(PartnerId(3)), "{}: the bronze partner's own customer", fresh.name);
        let detail = house.app.lead_detail(leads[0].id).await.unwrap().unwrap();
        let why = detail.timeline.iter().find_map(|past| match &past.record.event {
            Event::Lead(LeadEvent::Offered { why, .. }) => Some(why.decided_by.clone()),
            _ => None,
        });
        assert_eq!(why, Some(DecidedBy::LiveRegistration { deal: DealId(1) }));
        for other in &leads[1..] {
            let detail = house.app.lead_detail(other.id).await.unwrap().unwrap();
            let by_registration = detail.timeline.iter().any(|past| match &past.record.event {
                Event::Lead(LeadEvent::Offered { why, .. }) => matches!(why.decided_by, DecidedBy::LiveRegistration { .. }),
                _ => false,
            });
            assert!(!by_registration, "{}: another product, another customer", fresh.name);
        }
        let id = leads[2].id;
        let early = house.run(BEN, Command::DealFromLead { lead: id, account: None }).await;
        assert!(early.deals[0].result.as_ref().unwrap_err().to_string().contains("only a qualified lead"), "{}", fresh.name);
        house.verb(BEN, id, LeadCommand::Accept { offer: 1 }).await.unwrap();
        house.verb(BEN, id, LeadCommand::Touch).await.unwrap();
        let qualified = house.verb(BEN, id, LeadCommand::Qualify).await.unwrap();
        let made = house.run(BEN, Command::DealFromLead { lead: id, account: None }).await;
        let deal = made.deals[0].result.as_ref().unwrap().deal.clone();
        assert_eq!((Some(deal.partner), deal.state.name()), (qualified.state.partner(), "draft"));
        assert_eq!(deal.source_lead.map(|source| source.lead), Some(id), "its history goes with it");
        let again = house.run(BEN, Command::DealFromLead { lead: id, account: None }).await;
        assert!(again.deals[0].result.as_ref().unwrap_err().to_string().contains("is registered already, as D-2"), "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

/// Four people approve rival registrations at the same time: the database lets one of each group win.
#[tokio::test(flavor = "multi_thread")]
async fn two_thousand_registrations_raced_by_four_have_one_winner_each() {
    const GROUPS: i64 = 500;
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        // Nobody notices that they are about the same customer but the unique keys: they came in as drafts.
        let rows = (0..4 * GROUPS).map(|n| {
            let group = n % GROUPS;
            let mut details = details(&format!("crm/{n}"), &format!("Werk {group} Nummer {group}"));
            details.contact = Person::default();
            Registering { submit: false, ..registering(1 + n / GROUPS % 3, details) }
        });
        for part in rows.collect::<Vec<_>>().chunks(500) {
            house.register(part.to_vec()).await;
        }
        submitted_unseen(&house, 4 * GROUPS).await;
        let racers = [ANNA, CARL, DORA, CARL].into_iter().enumerate().map(|(racer, actor)| {
            let app = house.app.clone();
            tokio::spawn(async move {
                for step in 0..GROUPS {
                    // Each begins somewhere else, so that they meet.
                    let group = (step + 7 * i64::try_from(racer).unwrap()) % GROUPS;
                    let id = DealId(i64::try_from(racer).unwrap() * GROUPS + group + 1);
                    let command = Command::Deals { targets: vec![DealTarget::from(id)], command: DealCommand::Approve };
                    match app.execute(actor, app.request(command)).await {
                        Ok(_) | Err(pilothouse::app::Failure::Store(Error::Busy(_))) => {}
                        Err(failure) => panic!("{failure}"),
                    }
                }
            })
        });
        for racer in racers.collect::<Vec<_>>() {
            racer.await.unwrap();
        }
        let ids: Vec<DealId> = (1..=4 * GROUPS).map(DealId).collect();
        let deals = house.app.db().read().await.unwrap().deals(&ids).await.unwrap();
        let mut winners = vec![0; usize::try_from(GROUPS).unwrap()];
        for deal in deals.iter().filter(|deal| deal.holds_protection()) {
            winners[usize::try_from((deal.id.0 - 1) % GROUPS).unwrap()] += 1;
        }
        assert!(winners.iter().all(|won| *won == 1), "{}: {winners:?}", fresh.name);
    })
    .await;
}

/// Submits drafts one by one past the search for conflicts, as if two processes had not seen each other.
async fn submitted_unseen(house: &House, count: i64) {
    use pilothouse::{
        domain::deal::decide::{Facts, decide},
        domain::{
            actor::Actor,
            event::{Entity, Record},
            id::CommandId,
        },
        store::{
            Unit,
            unit::{Changes, DealChange},
        },
    };
    let rules = house.app.rules().await.unwrap();
    let anna = Actor { id: OperatorId(3), name: text("ben"), roles: Roles(vec![Role::Admin]) };
    let context = rules.context(&anna, house.now());
    let ids: Vec<DealId> = (1..=count).map(DealId).collect();
    let mut tx = house.app.db().begin().await.unwrap();
    let mut changes = Changes::default();
    for (sequence, mut deal) in (1..).zip(Unit::deals(&mut tx, &ids).await.unwrap()) {
        let partner = rules.directory().get(deal.partner).unwrap();
        let expected = deal.version;
        for event in decide(&deal, &DealCommand::Submit, context, Facts { partner, holder: None, sequence }).unwrap() {
            deal.apply(&event, house.now());
            let record = Record {
                at: house.now(),
                actor: anna.id,
                command: CommandId(uuid::Uuid::from_u128(77)),
                program: rules.version(),
                entity: Entity::Deal(deal.id),
                version: deal.version,
                event: Event::Deal(event),
            };
            changes.records.push(record);
        }
        changes.deals.push(DealChange {
            deal,
            expected,
            restated: true,
            keys: Vec::new(),
            keys_gone: Vec::new(),
            glance: None,
            protects: None,
        });
    }
    tx.save(CommandId(uuid::Uuid::from_u128(77)), changes).await.unwrap();
    Unit::commit(tx).await.unwrap();
}
