//! The steps of an onboarding through the public door, on both databases.

use super::{
    ANNA, BEN, House,
    deal::{details, registering},
    mdf::{Desk, PAYS, terms},
    partner, text,
};
use crate::support::databases::{on_both, sqlite};
use pilothouse::{
    app::{Command, NewContact},
    domain::{
        contact::{Card, ContactCommand, ContactRole},
        id::{ContactId, OperatorId, PartnerId},
        lead::{Consent, ConsentBasis},
        mdf::fund::Holder,
        partner::{
            Certification, Checklist, Partner, PartnerStatus, Profile, StatusCommand, Step, StepCommand, newcomer::FirstDeals,
            onboarding::Underway,
        },
        person::Person,
        time::Span,
    },
};

fn newcomer() -> Profile {
    Profile { status: PartnerStatus::Onboarding, certifications: Vec::new(), ..partner("NEW", "Neuland Netze", "registered", "DE") }
}

/// A partner that comes on board from 2 March 2026 on.
async fn joined(house: &House) -> PartnerId {
    house.run(ANNA, Command::Partners(vec![newcomer()])).await;
    house.app.rules().await.unwrap().directory().by_code("NEW").unwrap().id
}

async fn known(house: &House, id: PartnerId) -> Partner {
    house.app.rules().await.unwrap().directory().get(id).unwrap().clone()
}

async fn list(house: &House, id: PartnerId) -> Checklist {
    house.app.onboarding(&known(house, id).await).await.unwrap().unwrap()
}

async fn step(house: &House, who: OperatorId, id: PartnerId, command: StepCommand) -> Result<Partner, String> {
    let request = house.app.request(Command::PartnerStep { partners: vec![id], command });
    let mut outcome = house.app.execute(who, request).await.map_err(|failure| failure.to_string())?;
    outcome.steps.remove(0).result.map(|done| *done.partner).map_err(|refusal| refusal.to_string())
}

fn tick(step: Step, note: &str) -> StepCommand {
    StepCommand::Tick { step, note: text(note) }
}

async fn activate(house: &House, id: PartnerId, reason: &str) -> Result<Option<String>, String> {
    let request =
        house.app.request(Command::PartnerStatus { partners: vec![id], command: StatusCommand::Activate { reason: text(reason) } });
    let mut outcome = house.app.execute(ANNA, request).await.map_err(|failure| failure.to_string())?;
    outcome.statuses.remove(0).result.map(|done| done.still_open).map_err(|refusal| refusal.to_string())
}

fn somebody(at: PartnerId, email: &str) -> NewContact {
    let person = Person { name: text("Eva Lang"), email: text(email), ..Person::default() };
    let consent = Consent { basis: ConsentBasis::OptIn, ..Consent::default() };
    NewContact { partner: at, card: Card { role: ContactRole::Owner, person }, consent, despite: false }
}

#[tokio::test]
async fn steps_are_ticked_by_a_person_and_reopened() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = joined(&house).await;
        let before = known(&house, id).await;
        let planned = house.app.request(Command::PartnerStep { partners: vec![id], command: tick(Step::Agreement, "") });
        house.app.plan(BEN, &planned).await.unwrap();
        assert_eq!(known(&house, id).await, before, "{}: a plan writes nothing", fresh.name);
        house.pass(Span::hours(30));
        let after = step(&house, BEN, id, tick(Step::Agreement, " signed on paper ")).await.unwrap();
        assert_eq!(after, known(&house, id).await, "{}", fresh.name);
        let [one] = after.steps.as_slice() else { panic!("{:?}", after.steps) };
        assert_eq!((one.step, one.by, one.at, one.note.as_str()), (Step::Agreement, BEN, house.now(), "signed on paper"));
        assert_eq!((after.version, after.since.clone()), (before.version + 1, before.since.clone()), "it began when it did");
        let why = step(&house, ANNA, id, tick(Step::Agreement, "")).await.unwrap_err();
        assert_eq!(why, "agreement of Neuland Netze is ticked already");
        let why = step(&house, ANNA, id, tick(Step::Training, " ")).await.unwrap_err();
        assert_eq!(why, "training is known by itself: to tick it by hand it needs a note");
        step(&house, ANNA, id, tick(Step::Training, "trained by us on site")).await.unwrap();
        let reopen = |step| StepCommand::Reopen { step, note: text("the wrong annex") };
        let why = step(&house, ANNA, id, reopen(Step::Access)).await.unwrap_err();
        assert_eq!(why, "nobody has ticked access of Neuland Netze");
        let after = step(&house, ANNA, id, reopen(Step::Agreement)).await.unwrap();
        assert_eq!(after.steps.iter().map(|tick| tick.step).collect::<Vec<_>>(), [Step::Training]);
        let why = step(&house, ANNA, PartnerId(1), tick(Step::Agreement, "")).await.unwrap_err();
        assert_eq!(why, "Nordlicht Systeme is active: it has no onboarding under way");
        let why = step(&house, ANNA, PartnerId(99), tick(Step::Agreement, "")).await.unwrap_err();
        assert_eq!(why, "there is no partner P-99");
        house.replays().await;
    })
    .await;
}

/// An import of its record leaves the ticks alone, and brings the certificate that shows the training.
#[tokio::test]
async fn what_the_desks_know_needs_no_tick() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = joined(&house).await;
        step(&house, ANNA, id, tick(Step::Access, "")).await.unwrap();
        let until = Some(house.now().plus(Span::hours(24 * 40)));
        let says = Profile { certifications: vec![Certification { name: text("Security"), until }], ..newcomer() };
        house.run(ANNA, Command::Partners(vec![says])).await;
        house.run(ANNA, Command::Contacts(vec![somebody(id, ""), somebody(PartnerId(1), "eva@nord.example")])).await;
        let done = |list: &Checklist| list.lines.iter().filter(|line| line.is_done()).map(|line| line.step).collect::<Vec<_>>();
        let silent = list(&house, id).await;
        assert_eq!(done(&silent), [Step::Access, Step::Training], "{}", fresh.name);
        assert_eq!(silent.lines[4].falls_short.as_deref(), Some("N-1: no mailbox"), "{}", fresh.name);
        house.run(ANNA, Command::Contacts(vec![somebody(id, "eva@neuland.example")])).await;
        let all = list(&house, id).await;
        assert_eq!(done(&all), [Step::Access, Step::Training, Step::Contacts], "{}", fresh.name);
        assert_eq!(all.lines[4].known.as_deref(), Some("N-3 may be written to"));
        let of = |command| Command::Contact { id: ContactId(3), seen: None, command };
        house.run(ANNA, of(ContactCommand::Leave)).await;
        assert_eq!(done(&list(&house, id).await), [Step::Access, Step::Training], "{}: who left shows nothing", fresh.name);
        house.run(ANNA, of(ContactCommand::Return)).await;
        assert_eq!(done(&list(&house, id).await).len(), 3, "{}", fresh.name);
        house.run(ANNA, Command::Suppress { mailboxes: vec![text("Eva@Neuland.example")] }).await;
        assert_eq!(done(&list(&house, id).await), [Step::Access, Step::Training], "{}: she asked for silence", fresh.name);
        // The certificate ends 40 days after 2 March; two milestones are over then.
        house.pass(Span::hours(24 * 61));
        let late = list(&house, id).await;
        assert_eq!(done(&late), [Step::Access]);
        assert_eq!(house.app.underway().await.unwrap(), Underway { partners: 1, late: 1, late_at: [1, 1, 0] }, "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn the_first_money_is_a_fund_of_its_own_or_an_approved_request() {
    on_both(|fresh| async move {
        let desk = Desk::settled(&fresh).await;
        desk.fund("DACH", Holder::Region(text("DACH")), "20000").await;
        let id = joined(&desk.house).await;
        let money = |list: Checklist| list.lines[5].known.clone();
        assert_eq!(money(list(&desk.house, id).await), None);
        desk.house.run(PAYS[0], Command::OpenFunds(vec![terms("Without money", Holder::Partner(id))])).await;
        assert_eq!(money(list(&desk.house, id).await), None, "{}: a fund without money shows nothing", fresh.name);
        let fund = desk.fund("First steps", Holder::Partner(id), "1500").await;
        assert_eq!(money(list(&desk.house, id).await), Some(format!("{fund} is its own fund")), "{}", fresh.name);
        // Of the region's fund Nordlicht, who is active, has an approved request; once it comes on board again that counts.
        let request = desk.approved("Road show", "8000").await;
        let one = |command| Command::PartnerStatus { partners: vec![PartnerId(1)], command };
        desk.house.run(ANNA, one(StatusCommand::Offboard { reason: text("it left") })).await;
        desk.house.run(ANNA, one(StatusCommand::Reopen)).await;
        assert_eq!(money(list(&desk.house, PartnerId(1)).await), Some(format!("{request} was approved")), "{}", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn who_is_active_before_all_steps_are_done_has_a_reason() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = joined(&house).await;
        for one in [Step::Agreement, Step::Compliance] {
            step(&house, ANNA, id, tick(one, "")).await.unwrap();
        }
        // 2 April: access was due on 1 April.
        house.pass(Span::hours(24 * 31));
        let open = "4 steps are open: access, due 1 Apr 2026, overdue; training, due 1 May 2026; contacts, due 1 May 2026; \
            first fund, due 31 May 2026";
        let why = activate(&house, id, " ").await.unwrap_err();
        assert_eq!(why, format!("{open}. Tick what is done, or say why it is active without that"), "{}", fresh.name);
        assert_eq!(known(&house, id).await.profile.status, PartnerStatus::Onboarding);
        assert_eq!(activate(&house, id, "they sell already").await.unwrap().as_deref(), Some(open));
        let since = known(&house, id).await.since.unwrap();
        assert_eq!((since.by, since.reason.as_str()), (Some(ANNA), "they sell already"), "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test]
async fn who_has_done_all_is_active_without_a_word() {
    let fresh = sqlite().await;
    let house = House::settled(&fresh).await;
    let id = joined(&house).await;
    for one in Step::ALL {
        step(&house, ANNA, id, tick(*one, "seen")).await.unwrap();
    }
    assert_eq!(activate(&house, id, "").await, Ok(None));
    let told = step(&house, ANNA, id, tick(Step::Access, "")).await.unwrap_err();
    assert_eq!(told, "Neuland Netze is active: it has no onboarding under way");
}

/// From the beginning of an onboarding, whoever was on board before.
#[tokio::test]
async fn the_time_to_first_deal_is_that_of_newcomers() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let first = async || house.app.first_deals().await.unwrap();
        house.register(vec![registering(1, details("crm/1", "Stadtwerke Ulm"))]).await;
        assert_eq!(first().await, FirstDeals::default(), "{}: nobody came on board", fresh.name);
        let id = joined(&house).await;
        let other = Profile { name: text("Moorland IT"), code: text("MOOR"), ..newcomer() };
        house.run(ANNA, Command::Partners(vec![other])).await;
        assert_eq!((first().await.median_days(), first().await.waiting), (None, 2), "{}", fresh.name);
        // 31 days later it is active, and registers twice: 35 and 40 days after it began.
        house.pass(Span::hours(24 * 31));
        activate(&house, id, "they sell already").await.unwrap();
        for (key, days) in [("crm/2", 4), ("crm/3", 5)] {
            house.pass(Span::hours(24 * days));
            let outcome = house.register(vec![registering(id.0, details(key, &format!("Kunde {key}")))]).await;
            assert!(outcome.deals.iter().all(|item| item.result.is_ok()), "{:?}", outcome.deals);
        }
        let found = first().await;
        assert_eq!((found.median_days(), found.registered(), found.waiting), (Some(35), 1, 1), "{}", fresh.name);
        assert_eq!(house.app.tier_board().await.unwrap().first_deals, found, "{}: the board tells it", fresh.name);
        // Day 366: the year is over for both.
        house.pass(Span::hours(24 * 326));
        assert_eq!(first().await, FirstDeals::default(), "{}", fresh.name);
    })
    .await;
}
