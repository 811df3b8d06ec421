//! The tier desk through the public door: audits, proposals, plans.

use super::{ANNA, BEN, ENGINE, House, partner, text};
use crate::support::databases::{Fresh, on_both, sqlite};
use pilothouse::{
    app::{App, Command, Mode, Outcome, Request, Rules, Target, engine, handle, pos::Incoming, replay::replay, tier::view::TierViewer},
    domain::{
        deal::AccountLink,
        fx::RateDay,
        id::{AccountId, CommandId, OperatorId, PartnerId},
        money::Money,
        page::From,
        partner::{Certification, PartnerKind, PartnerStatus, Profile},
        pos::OrderLine,
        program,
        tier::{
            Criterion, Gate, Outcome as Found, Quarter, Score,
            desk::{DeskId, DeskLine},
            evaluation::AuditKind,
            queue::{PageRequest, Queue, Sort},
            standing::{Rated, Standing, StandingCommand},
        },
        time::Span,
    },
    store::{Unit, memory::World, unit::pos::PosChanges},
};
use rust_decimal::Decimal;

pub const NORD: PartnerId = PartnerId(1);
pub const SUED: PartnerId = PartnerId(2);
pub const OST: PartnerId = PartnerId(5);
const LAST_QUARTER: AuditKind = AuditKind::Quarter(Quarter { year: 2025, number: 4 });

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

pub fn sale(key: &str, partner: PartnerId, on: &str, amount: &str, currency: &str) -> Incoming {
    Incoming::of(line(key, partner, on, amount, currency))
}

/// An order line that names no product line.
fn line(key: &str, partner: PartnerId, on: &str, amount: &str, currency: &str) -> OrderLine {
    OrderLine {
        key: text(key),
        partner,
        customer: Some(AccountLink { account: AccountId(1), family: AccountId(1) }),
        product: text("MX-1"),
        line: text(""),
        on: day(on),
        quantity: None,
        price: None,
        amount: Money::parse(amount, currency.parse().unwrap()).unwrap(),
    }
}

/// Registered, with what silver asks for.
fn east() -> Profile {
    let certifications = ["A", "B", "C"].map(|name| Certification { name: text(name), until: None }).to_vec();
    Profile { certifications, ..partner("OST", "Ostsee Netze", "registered", "DE") }
}

/// What was sold in the autumn before the tests begin: Nordlicht 6 million, with one certificate of the two that gold asks
/// for; Ostsee 6 million, with three.
fn autumn() -> Vec<Incoming> {
    vec![sale("a", NORD, "2025-11-10", "6000000", "EUR"), sale("b", OST, "2025-11-10", "6000000", "EUR")]
}

/// The house with its sales.
pub async fn house(fresh: &Fresh) -> House {
    let house = House::settled(fresh).await;
    house.run(ANNA, Command::Partners(vec![east()])).await;
    house.run(ANNA, Command::Sales(autumn())).await;
    house
}

pub fn audit_of(partners: &[PartnerId]) -> Command {
    Command::EvaluateTiers { partners: partners.to_vec(), day: day("2025-12-31"), kind: LAST_QUARTER }
}

pub async fn verb(house: &House, actor: OperatorId, partner: PartnerId, command: StandingCommand) -> Result<Standing, String> {
    let request = house.app.request(Command::Tiers { targets: vec![Target { id: partner, seen: None }], command });
    match house.app.execute(actor, request).await {
        Ok(mut outcome) => {
            let done = outcome.tiers.remove(0).result.map_err(|refusal| refusal.to_string())?;
            Ok(*done.standing.expect("it stands"))
        }
        Err(failure) => Err(failure.to_string()),
    }
}

async fn tier(house: &House, partner: PartnerId) -> String {
    house.app.rules().await.unwrap().directory().get(partner).unwrap().profile.tier.to_string()
}

fn viewer() -> TierViewer {
    TierViewer { me: ANNA, zone: chrono_tz::UTC, marked: Vec::new() }
}

async fn counts(house: &House) -> Vec<u64> {
    let counts = house.app.tier_line_counts(&viewer(), Queue::All, None, house.app.now()).await.unwrap();
    counts.queues.into_iter().map(|count| count.n).collect()
}

fn card(outcome: &Outcome, place: usize) -> pilothouse::domain::tier::Scorecard {
    outcome.tiers[place].result.as_ref().unwrap().evaluation.as_ref().unwrap().made.card.clone()
}

#[tokio::test]
async fn an_audit_of_a_quarter_proposes_and_opens_plans_once() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let audited = house.run(ANNA, audit_of(&[NORD, SUED, OST])).await;
        let found: Vec<_> = (0..3).map(|place| (card(&audited, place).outcome, card(&audited, place).computed.to_string())).collect();
        let expected = [(Found::AtRisk, "silver"), (Found::AtRisk, "registered"), (Found::Promote, "silver")]
            .map(|(one, tier)| (one, tier.to_owned()));
        assert_eq!(found, expected, "{}", fresh.name);
        let nord = card(&audited, 0);
        assert_eq!(nord.gated("gold", Gate::Certifications).unwrap().gap(), Some(1));
        assert_eq!(nord.gated("gold", Gate::Revenue).unwrap().margin(), Some(100_000_000));
        // Revenue 6 of 10 million with weight 30, a certificate of the first band with 15, no registration with 10: 24 of 55.
        assert_eq!(nord.composite, Some(Score(4_364)));
        let standing =
            verb(&house, ANNA, NORD, StandingCommand::Advance { percent: 40, text: text("first engineer booked") }).await.unwrap();
        let plan = standing.plan.unwrap();
        assert_eq!((plan.opened_on, plan.due_on, plan.targets.len()), (day("2026-03-02"), day("2026-05-31"), 2));
        let again = house.run(ANNA, audit_of(&[NORD, SUED, OST])).await;
        assert_eq!((again.seq, again.known, again.tiers.len()), (None, 3, 0), "{}: the same facts are kept once", fresh.name);
        assert_eq!(counts(&house).await, [1, 0, 2, 0, 0, 0, 2, 0, 5], "{}: promotions, demotions, at risk ..., all", fresh.name);
        house.pass(Span::hours(24 * 40));
        assert_eq!(counts(&house).await[3], 2, "the plans end within sixty days");
        let (queue, sort, now) = (Queue::Promotions, Sort::Due, house.app.now());
        let request = PageRequest { queue, filter: None, sort, me: ANNA, now, from: From::Start, limit: 0 };
        let (promoted, _) = house.app.tier_matching(request, &viewer(), 10).await.unwrap();
        assert_eq!(promoted.iter().map(DeskLine::id).collect::<Vec<_>>(), [DeskId::Partner(OST)]);
        let refused = house.app.execute(
            ANNA,
            house.app.request(Command::EvaluateTiers { partners: vec![OST], day: day("2026-06-30"), kind: AuditKind::OnDemand }),
        );
        assert_eq!(refused.await.unwrap_err().to_string(), "2026-06-30 lies in the future");
    })
    .await;
}

#[tokio::test]
async fn an_approved_promotion_comes_into_force_on_its_day() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        house.run(ANNA, audit_of(&[OST])).await;
        let denied = verb(&house, BEN, OST, StandingCommand::Approve { on: None }).await.unwrap_err();
        assert!(denied.contains("ben may not decide tiers"), "{denied}");
        let early = verb(&house, ANNA, OST, StandingCommand::Approve { on: Some(day("2026-03-01")) }).await.unwrap_err();
        assert!(early.contains("2026-03-01 is over"), "{early}");
        let approved = verb(&house, ANNA, OST, StandingCommand::Approve { on: None }).await.unwrap();
        assert!(approved.proposal.as_ref().unwrap().is_approved());
        let undone = verb(&house, ANNA, OST, StandingCommand::Undo).await.unwrap();
        assert_eq!(undone.proposal.as_ref().unwrap().state_name(), "proposed", "{}", fresh.name);
        verb(&house, ANNA, OST, StandingCommand::Approve { on: None }).await.unwrap();
        // The second quarter begins at midnight in Amsterdam.
        house.pass(Span::hours(24 * 29 + 12));
        house.run(ENGINE, Command::SweepTiers { limit: 10 }).await;
        assert_eq!(tier(&house, OST).await, "registered", "{}: 31 March", fresh.name);
        house.pass(Span::hours(2));
        house.run(ENGINE, Command::SweepTiers { limit: 10 }).await;
        assert_eq!(tier(&house, OST).await, "silver", "{}: 1 April", fresh.name);
        assert_eq!(house.run(ENGINE, Command::SweepTiers { limit: 10 }).await.seq, None, "once");
        let stays = verb(&house, ANNA, OST, StandingCommand::Undo).await.unwrap_err();
        assert!(stays.contains("the change is in force"), "{stays}");
    })
    .await;
}

#[tokio::test]
async fn a_failed_audit_and_a_failed_reaudit_propose_a_demotion() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        house.run(ANNA, audit_of(&[NORD])).await;
        house.pass(Span::hours(24 * 90));
        house.run(ENGINE, Command::SweepTiers { limit: 10 }).await;
        let story = house.app.tier_story(NORD).await.unwrap();
        assert!(story.standing.as_ref().unwrap().plan.is_some(), "{}: the day of the new audit is not over", fresh.name);
        house.pass(Span::hours(24));
        assert_eq!(house.run(ENGINE, Command::SweepTiers { limit: 10 }).await.tiers.len(), 1);
        let story = house.app.tier_story(NORD).await.unwrap();
        let standing = story.standing.unwrap();
        let proposal = standing.proposal.unwrap();
        assert_eq!((proposal.to.as_str(), proposal.promotes, proposal.by), ("silver", false, None), "{}", fresh.name);
        assert!(standing.plan.is_none() && story.evaluations.len() == 2);
        assert_eq!(story.evaluations[0].made.kind, AuditKind::Reaudit);
        assert_eq!(house.run(ENGINE, Command::SweepTiers { limit: 10 }).await.seq, None, "nothing is due any more");
        verb(&house, ANNA, NORD, StandingCommand::Reject { reason: text("the second engineer passed yesterday") }).await.unwrap();
        assert_eq!(tier(&house, NORD).await, "gold");
    })
    .await;
}

/// Before the autumn Ostsee had sold nothing: that audit alone would take its promotion back.
#[tokio::test]
async fn an_audit_of_an_earlier_quarter_is_history() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        house.run(ANNA, audit_of(&[NORD, OST])).await;
        let standing = async |partner| house.app.tier_story(partner).await.unwrap().standing.unwrap();
        let before = [standing(NORD).await, standing(OST).await];
        let kind = AuditKind::Quarter(Quarter { year: 2025, number: 3 });
        let audited = house.run(ANNA, Command::EvaluateTiers { partners: vec![NORD, OST], day: day("2025-09-30"), kind }).await;
        assert_eq!(card(&audited, 1).outcome, Found::Stay, "{}", fresh.name);
        for (before, partner) in before.iter().zip([NORD, OST]) {
            let after = standing(partner).await;
            assert_eq!((&after.proposal, &after.plan, &after.latest), (&before.proposal, &before.plan, &before.latest), "{}", fresh.name);
            assert_eq!(after.audits.len(), 2);
        }
        assert!(before[0].plan.is_some() && before[1].proposal.is_some());
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn late_sales_make_an_evaluation_that_names_the_one_it_restates() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let first = house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(card(&first, 0).outcome, Found::AtRisk);
        house.run(ANNA, Command::Sales(vec![sale("late", SUED, "2025-12-31", "1000000", "EUR")])).await;
        let second = house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!(card(&second, 0).outcome, Found::Stay, "{}: exactly on the line of silver", fresh.name);
        let story = house.app.tier_story(SUED).await.unwrap();
        let ids: Vec<_> = story.evaluations.iter().map(|one| (one.id.0, one.made.restates.map(|id| id.0))).collect();
        assert_eq!(ids, [(2, Some(1)), (1, None)], "{}", fresh.name);
        let standing = story.standing.unwrap();
        assert_eq!((standing.plan, standing.audits), (None, vec![(day("2025-12-31"), false)]));
        assert!(story.way.is_some_and(|way| way.tier.as_str() == "gold" && way.steps.iter().any(|step| step.is_gate)));
    })
    .await;
}

/// The demo program, with audits by the engine.
async fn by_the_engine(house: &House) {
    let toml = program::DEMO.replace("audits = \"on_demand\" ", "audits = \"quarterly\" ");
    house.run(ANNA, Command::Program { toml, note: text("audit by the engine") }).await;
}

/// The evaluations of a partner, the latest first, each with the one that it restates.
async fn made(house: &House, partner: PartnerId) -> Vec<(i64, Option<i64>)> {
    let story = house.app.tier_story(partner).await.unwrap();
    story.evaluations.iter().map(|one| (one.id.0, one.made.restates.map(|id| id.0))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_engine_audits_anew_once_whose_quarter_late_sales_restate() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        by_the_engine(&house).await;
        let mut running = engine::Settled::default();
        assert_eq!(engine::round(&house.app, &mut running).await.unwrap().0.tiers, 5, "{}", fresh.name);
        let [first] = made(&house, SUED).await[..] else { panic!("{}: audited once", fresh.name) };
        house.pass(Span::hours(2));
        house.run(ANNA, Command::Sales(vec![sale("late", SUED, "2025-12-31", "1000000", "EUR")])).await;
        let again = async || engine::round(&house.app, &mut engine::Settled::default()).await.unwrap().0.tiers;
        assert_eq!(again().await, 1, "{}: an engine that starts now", fresh.name);
        assert_eq!(made(&house, SUED).await[1..], [first], "{}", fresh.name);
        assert_eq!(made(&house, SUED).await[0].1, Some(first.0), "{}: it names the one that it restates", fresh.name);
        let standing = house.app.tier_story(SUED).await.unwrap().standing.unwrap();
        assert_eq!((standing.plan, standing.audits), (None, vec![(day("2025-12-31"), false)]), "{}", fresh.name);
        assert_eq!(again().await, 0, "{}: once", fresh.name);
        assert_eq!(engine::round(&house.app, &mut running).await.unwrap().0.tiers, 0, "{}: whoever comes second", fresh.name);
        // A sale of the quarter that runs restates none.
        house.pass(Span::hours(2));
        house.run(ANNA, Command::Sales(vec![sale("now", SUED, "2026-02-01", "10", "EUR")])).await;
        assert_eq!(engine::round(&house.app, &mut running).await.unwrap().0.tiers, 0, "{}", fresh.name);
        house.pass(Span::hours(2));
        house.run(ANNA, Command::Sales(vec![sale("later", SUED, "2025-12-30", "7", "EUR")])).await;
        assert_eq!(engine::round(&house.app, &mut running).await.unwrap().0.tiers, 1, "{}: one that runs", fresh.name);
        assert_eq!(made(&house, SUED).await.len(), 3, "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_on_demand_takes_nobody_out_of_at_risk() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        house.run(ANNA, audit_of(&[NORD, SUED, OST])).await;
        let before = (counts(&house).await[2], house.app.tier_kpis().await.unwrap().correct_bp());
        assert_eq!(before, (2, Some(0)), "{}", fresh.name);
        verb(&house, ANNA, SUED, StandingCommand::ClosePlan { reason: text("they called") }).await.unwrap();
        house.run(ANNA, Command::Sales(vec![sale("now", SUED, "2026-02-28", "1000000", "EUR")])).await;
        let today = house.app.today().await.unwrap();
        let command = Command::EvaluateTiers { partners: vec![SUED], day: today, kind: AuditKind::OnDemand };
        let looked = house.run(ANNA, command).await;
        assert_eq!(card(&looked, 0).outcome, Found::Stay, "{}", fresh.name);
        assert_eq!((counts(&house).await[2], house.app.tier_kpis().await.unwrap().correct_bp()), before, "{}: nothing follows", fresh.name);
        let line = house.app.tier_lines_of(&[SUED]).await.unwrap().remove(0);
        assert_eq!(line.outcome(), Some(Found::AtRisk), "{}: by the audit that counts", fresh.name);
        let looked = line.standing.unwrap().latest.unwrap();
        assert_eq!((looked.day, looked.outcome), (today, Found::Stay), "{}: what was looked at stays to be seen", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn one_audited_alone_is_judged_as_among_all() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let named = OrderLine { line: text("Switching"), ..line("named", NORD, "2025-11-11", "10", "EUR") };
        house.run(ANNA, Command::Sales(vec![Incoming::of(named)])).await;
        let alone = house.run(ANNA, audit_of(&[SUED])).await;
        assert_eq!((alone.tiers.len(), alone.known), (1, 0), "{}", fresh.name);
        let all = house.run(ANNA, audit_of(&[NORD, SUED, OST])).await;
        assert_eq!((all.tiers.len(), all.known), (2, 1), "{}: what Südwind sells is known, because Nordlicht names its lines", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn nobody_approves_what_they_proposed_by_hand() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let propose = || StandingCommand::Propose { to: text("Gold"), reason: text("won the frame contract") };
        let proposed = verb(&house, ANNA, SUED, propose()).await.unwrap().proposal.unwrap();
        assert_eq!((proposed.to.as_str(), proposed.from.as_str(), proposed.by), ("gold", "silver", Some(ANNA)));
        let own = verb(&house, ANNA, SUED, StandingCommand::Approve { on: None }).await.unwrap_err();
        assert_eq!(own, "anna proposed gold for Südwind IT, and somebody else decides that", "{}", fresh.name);
        let twice = verb(&house, BEN, SUED, propose()).await.unwrap_err();
        assert_eq!(twice, "cannot propose a tier: a change to gold is proposed already");
        let unknown = StandingCommand::Propose { to: text("diamond"), reason: text("x") };
        assert_eq!(verb(&house, BEN, NORD, unknown).await.unwrap_err(), "the program has no tier \"diamond\"");
        let rated = Rated { compliance: Some(Decimal::from(101)), ..Rated::default() };
        assert_eq!(verb(&house, BEN, NORD, StandingCommand::Rate { rated }).await.unwrap_err(), "a rating goes from 0 to 100");
        let denials = house.app.db().read().await.unwrap().history(pilothouse::domain::event::Entity::Operator(ANNA), -1).await.unwrap();
        assert!(denials.iter().any(|past| past.record.event.name() == "denied"), "{}: it is in the chain", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn sales_count_at_the_rate_of_their_day_and_for_who_acquired_the_seller() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let lines = vec![sale("usd", SUED, "2025-10-01", "1085000", "USD"), sale("yen", SUED, "2025-10-02", "100", "JPY")];
        let waiting = house.run(ANNA, Command::Sales(lines.clone())).await.lines.waiting;
        assert!(waiting.len() == 2 && waiting[0].1.contains("there is no rate from USD to EUR"), "{}: {waiting:?}", fresh.name);
        let command = || Command::EvaluateTiers { partners: vec![SUED], day: day("2025-12-31"), kind: AuditKind::OnDemand };
        let rates = |on: &str, usd: &str, yen: &str| RateDay {
            on: day(on),
            source: text("ECB"),
            rates: [("USD", usd), ("JPY", yen)].map(|(code, rate)| (code.parse().unwrap(), rate.parse().unwrap())).into(),
        };
        house.run(ANNA, Command::Rates(vec![rates("2025-10-01", "1.085", "161"), rates("2025-10-02", "1.2", "200")])).await;
        assert_eq!(house.run(ANNA, Command::Sales(lines)).await.lines.recorded, 2, "{}: they are judged again", fresh.name);
        let audited = house.run(ANNA, command()).await;
        let revenue = card(&audited, 0).criteria.iter().find(|one| one.criterion == Criterion::Revenue).unwrap().value;
        assert_eq!(revenue, Some("1000000.50".parse().unwrap()), "{}: 1,085,000 at 1.085, and 100 at 200", fresh.name);
        // Südwind becomes a part of Nordlicht: what it sold from that day on counts for both.
        let parent = Profile { parent: Some(NORD), ..partner("SUED", "Südwind IT", "silver", "DE") };
        house.run(ANNA, Command::Partners(vec![parent])).await;
        verb(&house, BEN, SUED, StandingCommand::Acquire { on: Some(day("2025-10-02")) }).await.unwrap();
        let of_nord = Command::EvaluateTiers { partners: vec![NORD], day: day("2025-12-31"), kind: AuditKind::OnDemand };
        let audited = house.run(ANNA, of_nord).await;
        let revenue = card(&audited, 0).criteria.iter().find(|one| one.criterion == Criterion::Revenue).unwrap().value;
        assert_eq!(revenue, Some("6000000.50".parse().unwrap()), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_audit_everybody_once() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let toml = program::DEMO.replace("audits = \"on_demand\" ", "audits = \"quarterly\" ");
        house.run(ANNA, Command::Program { toml, note: text("audit by the engine") }).await;
        let other = |code: &str, status, kind| Profile { status, kind, ..partner(code, code, "silver", "DE") };
        let nobody = [
            other("NEW", PartnerStatus::Onboarding, PartnerKind::Reseller),
            other("GONE", PartnerStatus::Offboarded, PartnerKind::Reseller),
            other("OURS", PartnerStatus::Active, PartnerKind::Direct),
        ];
        let held = other("HELD", PartnerStatus::Suspended, PartnerKind::Distributor);
        house.run(ANNA, Command::Partners(nobody.into_iter().chain([held]).collect())).await;
        let engines = [house.app.clone(), App::new(fresh.opened_again().await)];
        let rounds =
            engines.map(|app| tokio::spawn(async move { engine::round(&app, &mut engine::Settled::default()).await.unwrap().0.tiers }));
        let mut audited = 0;
        for round in rounds {
            audited += round.await.unwrap();
        }
        assert_eq!(audited, 6, "{}: not who is not on board, nor our own sales", fresh.name);
        let mut session = fresh.db.read().await.unwrap();
        assert_eq!(session.partners_unaudited("2025-Q4", 10).await.unwrap(), []);
        let standings = session.standings_of(&(1..=9).map(PartnerId).collect::<Vec<_>>()).await.unwrap();
        let audited: Vec<bool> = standings.iter().map(Option::is_some).collect();
        assert_eq!(audited, [true, true, true, true, true, false, false, false, true], "{}", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn a_program_is_planned_with_what_becomes_of_tiers() {
    let fresh = sqlite().await;
    let house = house(&fresh).await;
    let mut after = house.app.rules().await.unwrap().program().tier_rules();
    after.lines[1].gates = after.lines[2].gates.clone();
    let found = house.app.tier_what_if(&after).await.unwrap();
    let moved: Vec<_> = found.promoted.iter().map(|one| (one.partner, one.to.to_string())).collect();
    assert_eq!((moved, found.demoted.len()), (vec![(NORD, "gold".to_owned()), (OST, "gold".to_owned())], 0));
    // Silver gives 2.5 % of 6 million, gold 5 %.
    assert_eq!((found.cost_before.to_string(), found.cost_after.to_string()), ("EUR 300,000.00".into(), "EUR 600,000.00".into()));
    for line in found.promoted {
        let toml = program::DEMO.replace("revenue = 5_000_000\ncertifications = 2\nscore = 65", "revenue = 1_000_000\ncertifications = 1");
        house.run(ANNA, Command::Program { toml, note: text("easier gold") }).await;
        let at = house.app.today().await.unwrap();
        let audited = house.run(ANNA, Command::EvaluateTiers { partners: vec![line.partner], day: at, kind: AuditKind::OnDemand }).await;
        assert_eq!(card(&audited, 0).computed.as_str(), line.to.as_str(), "what if says what applying does");
    }
}

/// Everything that the desk does, on any unit of work.
async fn script<U: Unit>(begin: impl AsyncFn() -> U, rules: &Rules, now: pilothouse::domain::time::Instant) -> Vec<String> {
    let mut told = Vec::new();
    let target = |id| vec![Target { id, seen: None }];
    let verb = |id, command| Command::Tiers { targets: target(id), command };
    let commands = [
        audit_of(&[NORD, SUED, OST]),
        verb(OST, StandingCommand::Approve { on: None }),
        verb(OST, StandingCommand::Undo),
        verb(SUED, StandingCommand::Rate { rated: Rated { training: Some(Decimal::from(80)), ..Rated::default() } }),
        audit_of(&[NORD, SUED, OST]),
        verb(OST, StandingCommand::Defer { until: day("2026-05-01"), reason: text("wait") }),
    ];
    for (number, command) in (1..).zip(commands) {
        let mut unit = begin().await;
        let request = Request::new(CommandId(uuid::Uuid::from_u128(number)), command);
        let outcome = handle(&mut unit, rules, ANNA, &request, Mode::Carry, now).await.unwrap();
        unit.commit().await.unwrap();
        told.push(format!("{:?} {} {:?}", outcome.known, outcome.tiers.len(), outcome.tiers));
    }
    told
}

#[tokio::test]
async fn a_world_in_memory_and_both_databases_say_the_same() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        let world = World::unsettled();
        let mut unit = world.begin();
        let mut session = fresh.db.read().await.unwrap();
        let after = pilothouse::domain::id::AuditSeq(0);
        let past = session.audit_since(after, 1_000).await.unwrap();
        let mut lines = session.sales_before(i64::MAX, 100).await.unwrap();
        lines.reverse();
        let lines = lines.into_iter().map(|sale| (house.now(), sale)).collect();
        let changes = pilothouse::store::unit::Changes {
            partners: session.partners().await.unwrap(),
            operators: session.operators().await.unwrap(),
            programs: session.programs(pilothouse::domain::id::ProgramVersion(1)).await.unwrap(),
            pos: PosChanges { lines, ..PosChanges::default() },
            records: past.into_iter().map(|past| past.record).collect(),
            ..Default::default()
        };
        drop(session);
        unit.save(CommandId(uuid::Uuid::from_u128(99)), changes).await.unwrap();
        unit.commit().await.unwrap();
        let rules = house.app.rules().await.unwrap();
        let now = house.now();
        let in_memory = script(async || world.begin(), &rules, now).await;
        let on_disk = script(async || fresh.db.begin().await.unwrap(), &rules, now).await;
        assert_eq!(in_memory, on_disk, "{}", fresh.name);
        let copy = sqlite().await;
        assert!(replay(&fresh.db, &copy.db).await.unwrap() > 10);
        let (here, there) =
            (fresh.db.read().await.unwrap().digests().await.unwrap(), copy.db.read().await.unwrap().digests().await.unwrap());
        for (one, other) in here.iter().zip(&there) {
            assert_eq!(one, other, "{}", fresh.name);
        }
        assert_eq!(here.iter().find(|one| one.table == "tier_evaluation").map(|one| one.rows), Some(4));
    })
    .await;
}

#[tokio::test]
async fn an_evaluation_is_never_changed() {
    on_both(|fresh| async move {
        let house = house(&fresh).await;
        house.run(ANNA, audit_of(&[OST])).await;
        for sql in [
            "update tier_evaluation set outcome = 'stay'",
            "update tier_evaluation_body set body = '{}'",
            "delete from tier_evaluation",
            "delete from tier_evaluation_body",
        ] {
            let mut tx = fresh.db.begin().await.unwrap();
            let refused = tx.execute(pilothouse::store::Sql::new(sql)).await.unwrap_err().to_string();
            assert!(refused.contains("an evaluation is never changed"), "{}: {sql}: {refused}", fresh.name);
        }
    })
    .await;
}
