//! The status of a partner through the public door, with all that follows from it.

use super::{
    ANNA, BEN, ENGINE, House,
    deal::{CARL, details, registering},
    intake, partner, text,
};
use crate::support::databases::{on_both, sqlite};
use pilothouse::{
    app::{App, Command, Outcome, lead::receive::prepare, partner::status::StatusDone},
    domain::{
        deal::{DealCommand, HoldReason},
        id::{DealId, LeadId, OperatorId, PartnerId},
        lead::{LeadCommand, LeadState, OfferOutcome, routing::Failure},
        partner::{Partner, PartnerKind, PartnerStatus, Profile, StatusCommand},
        time::Span,
    },
};

const NORD: PartnerId = PartnerId(1);
const PARIS: PartnerId = PartnerId(4);

fn suspend() -> StatusCommand {
    StatusCommand::Suspend { reason: text("invoices are open") }
}

fn activate() -> StatusCommand {
    StatusCommand::Activate { reason: text("it was on board before") }
}

async fn on(house: &House, actor: OperatorId, partner: PartnerId, command: StatusCommand) -> Result<StatusDone, String> {
    let request = house.app.request(Command::PartnerStatus { partners: vec![partner], command });
    first(house.app.execute(actor, request).await.map_err(|failure| failure.to_string())?)
}

async fn plan(house: &House, partner: PartnerId, command: StatusCommand) -> Result<StatusDone, String> {
    let request = house.app.request(Command::PartnerStatus { partners: vec![partner], command });
    first(house.app.plan(ANNA, &request).await.map_err(|failure| failure.to_string())?)
}

fn first(mut outcome: Outcome) -> Result<StatusDone, String> {
    outcome.statuses.remove(0).result.map_err(|refusal| refusal.to_string())
}

async fn leads_at(house: &House, partner: PartnerId) -> Vec<LeadId> {
    house.app.db().read().await.unwrap().leads_at(partner).await.unwrap()
}

async fn known(app: &App, partner: PartnerId) -> Partner {
    app.rules().await.unwrap().directory().get(partner).unwrap().clone()
}

/// Nine leads among three partners in Germany, one in France; three registrations of Nordlicht: one to be decided, one
/// protected, one held for the customer.
async fn busy(fresh: &crate::support::databases::Fresh) -> House {
    let house = House::with_deals(fresh).await;
    let mut intakes: Vec<_> = (1..=9).map(|n| intake(n, &format!("Firma {}", n * 37))).collect();
    intakes.push(pilothouse::domain::lead::Intake { country: "FR".parse().ok(), ..intake(10, "Pompes Adler") });
    house.receive(intakes).await;
    let records = (1..=3).map(|n| registering(1, details(&format!("crm/{n}"), ["Adler Pumpen", "Birke Bau", "Conrad Werk"][n - 1])));
    house.register(records.collect()).await;
    house.on_deal(CARL, 2, DealCommand::Approve).await.unwrap();
    house.on_deal(CARL, 3, DealCommand::Hold { reason: HoldReason::AwaitingCustomer }).await.unwrap();
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_partner_loses_its_leads_and_its_registrations_stand_still() {
    on_both(|fresh| async move {
        let house = busy(&fresh).await;
        let before = leads_at(&house, NORD).await;
        assert!(before.len() >= 2, "{}: {before:?}", fresh.name);
        house.verb(BEN, before[0], LeadCommand::Accept { offer: 1 }).await.unwrap();
        house.pass(Span::hours(1));
        let denied = on(&house, BEN, NORD, suspend()).await.unwrap_err();
        assert!(denied.contains("ben may not decide tiers"), "{denied}");
        let planned = plan(&house, NORD, suspend()).await.unwrap();
        assert_eq!(leads_at(&house, NORD).await, before, "{}: a plan writes nothing", fresh.name);
        let done = on(&house, CARL, NORD, suspend()).await.unwrap();
        assert_eq!(planned.consequences, done.consequences, "{}: what was planned is what was done", fresh.name);
        assert_eq!((done.consequences.leads, done.consequences.unplaced, done.consequences.held), (before.len(), 0, 2));
        assert_eq!(leads_at(&house, NORD).await, []);
        for id in &before {
            let lead = house.lead(*id).await;
            assert!(lead.state.loads().is_some_and(|partner| partner != NORD), "{}: {:?}", fresh.name, lead.state);
        }
        let open = house.lead(before[1]).await;
        assert!(matches!(open.offers[0].outcome, Some(OfferOutcome::Withdrawn { .. })), "{:?}", open.offers);
        let why = house.app.lead_detail(before[1]).await.unwrap().unwrap();
        let offered = why.timeline.iter().find_map(|past| match &past.record.event {
            pilothouse::domain::event::Event::Lead(pilothouse::domain::lead::LeadEvent::Offered { why, .. }) => Some(why.clone()),
            _ => None,
        });
        let nord = offered.unwrap().candidates.into_iter().find(|one| one.partner == NORD).unwrap();
        assert_eq!(nord.failed, Some(Failure::Status { is: text("suspended") }), "{}: the new placement says why", fresh.name);
        let held = [house.deal(1).await, house.deal(2).await, house.deal(3).await].map(|deal| deal.hold.map(|hold| hold.reason));
        let expected = [HoldReason::PartnerSuspended, HoldReason::PartnerSuspended, HoldReason::AwaitingCustomer];
        assert_eq!(held, expected.map(Some), "{}", fresh.name);
        let why = house.on_deal(CARL, 1, DealCommand::Release).await.unwrap_err();
        assert_eq!(why, "cannot release: D-1 is held while its partner is not active; reinstate the partner first");
        let why = house.on_deal(CARL, 1, DealCommand::Undo).await.unwrap_err();
        assert!(why.contains("reinstate or suspend the partner"), "{why}");
        let why = house.verb(CARL, before[1], LeadCommand::Undo).await.unwrap_err();
        assert!(why.contains("its partner's status decided that"), "{why}");
        let since = known(&house.app, NORD).await.since.unwrap();
        assert_eq!((since.by, since.reason.as_str(), since.at), (Some(CARL), "invoices are open", house.now()));
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reinstating_lifts_exactly_those_holds_and_clocks_go_on_with_what_was_left() {
    on_both(|fresh| async move {
        let house = busy(&fresh).await;
        let (undecided, protected) = (house.deal(1).await, house.deal(2).await);
        on(&house, CARL, NORD, suspend()).await.unwrap();
        let moved = house.app.db().read().await.unwrap().leads_at(PartnerId(2)).await.unwrap();
        house.pass(Span::hours(24 * 7));
        house.sweep_deals().await;
        let done = on(&house, CARL, NORD, StatusCommand::Reinstate).await.unwrap();
        assert_eq!((done.consequences.released, done.consequences.leads), (2, 0), "{}", fresh.name);
        let after = house.deal(1).await;
        assert_eq!((after.hold, after.clock.as_ref().map(|clock| clock.left)), (None, undecided.clock.as_ref().map(|clock| clock.left)));
        let days = |deal: &pilothouse::domain::deal::Registration| deal.protection().unwrap().last_day();
        assert_eq!(
            days(&house.deal(2).await).signed_duration_since(days(&protected)).num_days(),
            7,
            "{}: the days are given back",
            fresh.name
        );
        assert_eq!(house.deal(3).await.hold.map(|hold| hold.reason), Some(HoldReason::AwaitingCustomer));
        assert_eq!(house.app.db().read().await.unwrap().leads_at(PartnerId(2)).await.unwrap(), moved, "leads do not come back");
        let again = on(&house, CARL, NORD, StatusCommand::Reinstate).await.unwrap_err();
        assert_eq!(again, "cannot reinstate a partner: Nordlicht Systeme is active already");
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_alone_in_a_country_leaves_leads_that_nobody_takes() {
    on_both(|fresh| async move {
        let house = busy(&fresh).await;
        let gone = StatusCommand::Offboard { reason: text("the agreement ended") };
        let done = on(&house, ANNA, PARIS, gone.clone()).await.unwrap();
        assert_eq!((done.consequences.leads, done.consequences.unplaced), (1, 1), "{}", fresh.name);
        assert_eq!(done.consequences.sentence(), "1 lead goes to another partner (1 finds none)");
        let lead = house.lead(LeadId(10)).await;
        assert!(matches!(lead.state, LeadState::Unassigned { .. }), "{:?}", lead.state);
        let again = on(&house, ANNA, PARIS, gone).await.unwrap_err();
        assert_eq!(again, "cannot offboard a partner: Lumière Réseaux is offboarded already");
        on(&house, ANNA, PARIS, StatusCommand::Reopen).await.unwrap();
        assert_eq!(known(&house.app, PARIS).await.profile.status, PartnerStatus::Onboarding);
        on(&house, ANNA, PARIS, activate()).await.unwrap();
        house.run(ENGINE, Command::RouteUnplaced { after: LeadId(0), limit: 10 }).await;
        assert_eq!(leads_at(&house, PARIS).await, [], "{}: by the rules nobody gets a lead again that it had before", fresh.name);
        house.verb(ANNA, LeadId(10), LeadCommand::Assign { partner: PARIS }).await.unwrap();
        assert_eq!(leads_at(&house, PARIS).await, [LeadId(10)], "{}: by hand it does", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_back_by_an_undo_what_a_suspension_took() {
    on_both(|fresh| async move {
        let house = busy(&fresh).await;
        let id = leads_at(&house, NORD).await[0];
        house.verb(BEN, id, LeadCommand::Reassign).await.unwrap();
        on(&house, CARL, NORD, suspend()).await.unwrap();
        let why = house.verb(BEN, id, LeadCommand::Undo).await.unwrap_err();
        assert_eq!(why, "cannot undo: Nordlicht Systeme, who had it, is suspended by now", "{}", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn an_import_leaves_alone_what_the_desk_decided() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        on(&house, ANNA, NORD, suspend()).await.unwrap();
        let says = Profile { city: text("Kiel"), ..partner("NORD", "Nordlicht Systeme", "gold", "DE") };
        house.run(ANNA, Command::Partners(vec![says])).await;
        let nord = known(&house.app, NORD).await;
        assert_eq!((nord.profile.status, nord.profile.city.as_str()), (PartnerStatus::Suspended, "Kiel"), "{}", fresh.name);
        assert_eq!(nord.since.unwrap().by, Some(ANNA));
        let says = Profile { status: PartnerStatus::Suspended, ..partner("SUED", "Südwind IT", "silver", "DE") };
        house.run(ANNA, Command::Partners(vec![says])).await;
        let sued = known(&house.app, PartnerId(2)).await;
        assert_eq!((sued.profile.status, sued.since.unwrap().by), (PartnerStatus::Suspended, None), "an import's own status goes on");
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn who_is_no_partner_or_no_reason_are_refused() {
    let fresh = sqlite().await;
    let house = House::settled(&fresh).await;
    let own = Profile { kind: PartnerKind::Direct, ..partner("DIRECT", "Direktvertrieb", "", "DE") };
    house.run(ANNA, Command::Partners(vec![own])).await;
    let why = on(&house, ANNA, PartnerId(5), suspend()).await.unwrap_err();
    assert_eq!(why, "cannot suspend a partner: Direktvertrieb is our own direct sales, and no partner");
    let why = on(&house, ANNA, NORD, StatusCommand::Suspend { reason: text(" ") }).await.unwrap_err();
    assert_eq!(why, "it needs a reason");
    let why = on(&house, ANNA, PartnerId(99), suspend()).await.unwrap_err();
    assert_eq!(why, "there is no partner P-99");
    let why = on(&house, ANNA, NORD, activate()).await.unwrap_err();
    assert_eq!(why, "cannot activate a partner: Nordlicht Systeme is active already");
}

/// Suspended while a conflict holds it: the conflict lets it go, and the suspension holds it on.
#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_holds_before_a_suspension_and_the_suspension_after_it() {
    use pilothouse::domain::deal::conflict::{CaseCommand, Verdict};
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", "Adler Pumpen GmbH"))]).await;
        let found = house.register(vec![registering(2, details("crm/2", "Adler Pumpen"))]).await;
        assert_eq!(found.cases.len(), 1);
        let done = on(&house, CARL, NORD, suspend()).await.unwrap();
        assert_eq!(done.consequences.held, 0, "{}: it is held already", fresh.name);
        house.on_case(ANNA, 1, CaseCommand::Open).await.unwrap();
        house.on_case(ANNA, 1, CaseCommand::CloseEvidence).await.unwrap();
        let seen = house.seen(1).await;
        let verdict = Verdict::Award { winner: DealId(1) };
        let why = house.on_case(CARL, 1, CaseCommand::Decide { verdict, seen }).await.unwrap_err();
        assert!(why.contains("not eligible: the partner is not active"), "{}: {why}", fresh.name);
        house.on_case(CARL, 1, CaseCommand::Decide { verdict: Verdict::Void, seen }).await.unwrap();
        let held = [house.deal(1).await, house.deal(2).await].map(|deal| deal.hold.map(|hold| hold.reason));
        assert_eq!(held, [Some(HoldReason::PartnerSuspended), None], "{}", fresh.name);
        on(&house, CARL, NORD, StatusCommand::Reinstate).await.unwrap();
        assert_eq!(house.deal(1).await.hold, None);
        house.replays().await;
    })
    .await;
}

/// Withdrawn while its partner was suspended, and brought back after the partner was: nothing holds it any more.
#[tokio::test(flavor = "multi_thread")]
async fn an_undo_brings_no_suspension_back_that_is_over() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", "Adler Pumpen"))]).await;
        on(&house, CARL, NORD, suspend()).await.unwrap();
        let left = house.deal(1).await.clock.expect("it was to be decided").left;
        house.on_deal(CARL, 1, DealCommand::Withdraw).await.unwrap();
        on(&house, CARL, NORD, StatusCommand::Reinstate).await.unwrap();
        house.pass(Span::hours(2));
        house.on_deal(CARL, 1, DealCommand::Undo).await.unwrap();
        let deal = house.deal(1).await;
        assert_eq!((deal.state.name(), &deal.hold, deal.waiting_since), ("submitted", &None, None), "{}", fresh.name);
        assert_eq!(deal.clock.map(|clock| clock.left), Some(left), "{}: what was left when it was held is left", fresh.name);
        house.replays().await;
    })
    .await;
}

/// What was asked for is not approved, and while it is suspended nothing is paid; who has left is paid what was approved.
#[tokio::test(flavor = "multi_thread")]
async fn claims_and_requests_are_frozen_by_the_status_alone() {
    use super::mdf::{APPROVES, ASKS, Desk, FUND, PAYS, content, plan as activity};
    use pilothouse::domain::mdf::claim::ClaimCommand;
    on_both(|fresh| async move {
        let desk = Desk::opened(&fresh, "20000").await;
        let (first, second) = (desk.approved("Road show", "8000").await, desk.approved("Seminar", "3000").await);
        desk.pass_days(25);
        let (approved, asked) = (desk.claim_on(first, content("A-1", "6000")).await, desk.claim_on(second, content("A-2", "2000")).await);
        desk.approve(APPROVES[1], approved).await.expect("the first");
        desk.approve(APPROVES[2], approved).await.expect("the second");
        let later = pilothouse::domain::mdf::request::Plan {
            starts_on: super::mdf::day(60),
            ends_on: super::mdf::day(61),
            ..activity("Fair", "1000")
        };
        desk.ask(ASKS[0], FUND, later).await.expect("asked");
        let house = &desk.house;
        let done = on(house, ANNA, NORD, suspend()).await.unwrap();
        assert_eq!(
            done.consequences.sentence(),
            "2 claims of EUR 8,000.00 are frozen, 1 request of EUR 1,000.00 is frozen",
            "{}",
            fresh.name
        );
        let pay = || ClaimCommand::Pay { key: text("pay-1"), amount: None };
        let why = desk.claim(PAYS[1], approved, pay()).await.unwrap_err();
        assert!(why.contains("Nordlicht Systeme is suspended, and is paid nothing until that is over"), "{why}");
        let why = desk.approve(APPROVES[1], asked).await.unwrap_err();
        assert!(why.contains("suspended"), "{}: {why}", fresh.name);
        let gone = on(house, ANNA, NORD, StatusCommand::Offboard { reason: text("the agreement ended") }).await.unwrap();
        assert_eq!(gone.consequences.sentence(), "1 claim of EUR 2,000.00 is frozen, 1 request of EUR 1,000.00 is frozen");
        let why = desk.approve(APPROVES[1], asked).await.unwrap_err();
        assert!(why.contains("offboarded"), "{}: {why}", fresh.name);
        desk.claim(PAYS[1], approved, pay()).await.expect("what was approved is paid to who has left");
    })
    .await;
}

/// A thousand leads of one partner go to others in one transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_with_thousands_of_leads_is_suspended_at_once() {
    let fresh = sqlite().await;
    let house = House::settled(&fresh).await;
    let wide = |code: &str, name: &str| Profile { capacity: 5_000, ..partner(code, name, "gold", "AT") };
    house.run(ANNA, Command::Partners(vec![wide("WIEN", "Wienwald"), wide("GRAZ", "Grazer Netze")])).await;
    let rules = house.app.rules().await.unwrap();
    let policy = rules.program().matching.policy();
    let one = |n: usize| pilothouse::domain::lead::Intake { country: "AT".parse().ok(), ..intake(n, &format!("Firma {}", n * 37)) };
    let arriving = (1..=2_400).map(|n| prepare(one(n), &policy)).collect();
    house.run(ANNA, Command::Receive(arriving)).await;
    let before = leads_at(&house, PartnerId(5)).await.len();
    assert!(before >= 1_100, "{before}");
    let done = on(&house, ANNA, PartnerId(5), suspend()).await.unwrap();
    assert_eq!((done.consequences.leads, done.consequences.unplaced), (before, 0));
    assert_eq!(leads_at(&house, PartnerId(5)).await.len(), 0);
}
