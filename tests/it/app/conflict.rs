//! Conflicts that are found late or opened by hand, what a command would do, and which of our accounts a customer is.

use super::{
    ANNA, BEN, ENGINE, House,
    deal::{CARL, DORA, details, registering},
    text,
};
use crate::support::databases::{BACK_TO_20, on_both};
use pilothouse::{
    app::{Command, DealTarget, Failure, deal::customers::CustomerMatch},
    domain::{
        account::AccountProfile,
        day::{date_of_day, day_of},
        deal::{
            AccountLink, DealCommand, Details, HoldReason, Registration, Scope,
            conflict::{CandidateKey, CaseCommand, CaseResult, CaseState, ConflictCase, NoticeKind, Verdict, candidate_keys},
        },
        id::{AccountId, CommandId, ConflictId, DealId, PartnerId},
        matching::Band,
        program,
        time::Span,
    },
    store::{
        Sql, Unit,
        unit::{Changes, DealChange, Member, NOT_SETTLED},
    },
};
use std::{collections::BTreeSet, ops::Range};

const ADLER: &str = "Adler Pumpen GmbH";

impl House {
    /// As the engine does: only at those that may conflict. Whoever looks at everybody then finds no more.
    async fn look_for_conflicts(&self) -> Vec<ConflictId> {
        let deals = self.app.deal_suspects().await.unwrap();
        let outcome = self.run(ENGINE, Command::SweepConflicts { deals }).await;
        assert_eq!(self.look_at(1..200).await, [], "looked at one by one");
        outcome.cases.iter().map(|item| item.case).collect()
    }

    async fn look_at(&self, deals: Range<i64>) -> Vec<ConflictId> {
        let outcome = self.run(ENGINE, Command::SweepConflicts { deals: deals.map(DealId).collect() }).await;
        outcome.cases.iter().map(|item| item.case).collect()
    }

    /// Which registrations stand against each other.
    async fn parties(&self) -> BTreeSet<Vec<DealId>> {
        let ids: Vec<ConflictId> = (1..200).map(ConflictId).collect();
        let cases = self.app.db().read().await.unwrap().cases(&ids).await.unwrap();
        let sorted = |case: &ConflictCase| case.parties.iter().map(|party| party.deal).collect::<BTreeSet<_>>().into_iter().collect();
        cases.iter().map(sorted).collect()
    }

    /// Two for the same customer, decided so, and told.
    async fn decided(&self, verdict: Verdict) {
        let two = [1, 2].map(|partner| registering(partner, details(&format!("crm/{partner}"), ADLER)));
        assert_eq!(self.register(two.to_vec()).await.cases.len(), 1);
        self.on_case(CARL, 1, CaseCommand::CloseEvidence).await.unwrap();
        self.on_case(CARL, 1, CaseCommand::Decide { verdict, seen: self.seen(1).await }).await.unwrap();
        self.sweep_deals().await;
        assert_eq!(self.case(1).await.state, CaseState::Notified);
    }

    async fn closed(&self) {
        self.pass(Span::hours(24 * 20));
        self.sweep_deals().await;
        assert!(matches!(self.case(1).await.state, CaseState::Closed { .. }));
    }

    async fn opens(&self, deals: &[i64]) -> Result<Vec<ConflictId>, String> {
        let command = Command::OpenConflict { deals: deals.iter().map(|id| DealId(*id)).collect() };
        match self.app.execute(CARL, self.app.request(command)).await {
            Ok(outcome) => Ok(outcome.cases.iter().map(|item| item.case).collect()),
            Err(Failure::Deal(refusal)) => Err(refusal.to_string()),
            Err(failure) => panic!("{failure}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_conflicts_later_is_found_by_the_sweep_once() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.decided(Verdict::Award { winner: DealId(1) }).await;
        let third = house.register(vec![registering(3, details("crm/3", ADLER))]).await;
        assert!(third.cases.is_empty(), "{}: the first is still a party of its own conflict", fresh.name);
        assert_eq!(house.look_for_conflicts().await, [], "{}", fresh.name);
        let refused = house.on_deal(DORA, 3, DealCommand::Approve).await.unwrap_err();
        assert!(refused.contains("D-1 is protected for this customer"), "{refused}");
        house.closed().await;
        assert_eq!(house.look_for_conflicts().await, [ConflictId(2)], "{}", fresh.name);
        let parties: Vec<DealId> = house.case(2).await.parties.iter().map(|party| party.deal).collect();
        assert_eq!(parties, [DealId(1), DealId(3)]);
        assert!(house.deal(1).await.is_held() && house.deal(3).await.is_held(), "{}: both sides are held", fresh.name);
        assert_eq!(house.look_for_conflicts().await, [], "{}: whoever comes second finds nothing", fresh.name);
        let request = house.app.request(Command::SweepConflicts { deals: vec![DealId(1)] });
        assert!(matches!(house.app.execute(CARL, request).await, Err(Failure::Denied(_))), "the engine's work");
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rival_that_spells_the_customer_differently_is_not_approved_while_an_appeal_is_possible() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.decided(Verdict::Award { winner: DealId(1) }).await;
        let rival = house.register(vec![registering(3, details("crm/3", "Adler-Pumpen"))]).await;
        assert!(rival.cases.is_empty(), "{}: the first is still a party of its own conflict", fresh.name);
        let refused = house.on_deal(DORA, 3, DealCommand::Approve).await.unwrap_err();
        let wanted = "D-1 is protected for this customer and a product of D-3; a conflict can be opened when C-1 is closed";
        assert!(refused.contains(wanted), "{}: {refused}", fresh.name);
        let seen = house.app.deal_detail(DealId(3), house.app.now()).await.unwrap().unwrap();
        assert_eq!((seen.holder, seen.holder_in), (Some(DealId(1)), Some(ConflictId(1))), "{}: the screen says it before", fresh.name);
        let stranger = house.register(vec![registering(3, details("crm/4", "Bussard Werke AG"))]).await;
        assert_eq!(stranger.deals[0].deal, DealId(4));
        house.on_deal(DORA, 4, DealCommand::Approve).await.unwrap();
        house.closed().await;
        assert_eq!(house.look_for_conflicts().await, [ConflictId(2)], "{}: after that it is a conflict", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protection_that_was_given_up_does_not_come_back_over_another_that_spells_the_customer_differently() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", ADLER))]).await;
        house.on_deal(DORA, 1, DealCommand::Approve).await.unwrap();
        house.on_deal(DORA, 1, DealCommand::Withdraw).await.unwrap();
        let second = house.register(vec![registering(2, details("crm/2", "Adler-Pumpen"))]).await;
        assert!(second.cases.is_empty(), "{}: nobody claims it any more", fresh.name);
        house.on_deal(DORA, 2, DealCommand::Approve).await.unwrap();
        let refused = house.on_deal(DORA, 1, DealCommand::Undo).await.unwrap_err();
        assert!(refused.contains("D-2 is protected for this customer and a product of D-1"), "{}: {refused}", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_is_opened_by_hand_for_a_reason_only() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.decided(Verdict::Void).await;
        house.register(vec![registering(3, details("crm/3", "Bussard Werke AG"))]).await;
        let refused = |why: Result<Vec<ConflictId>, String>| why.unwrap_err();
        assert!(refused(house.opens(&[1, 2]).await).contains("D-1 is a party of C-1 already"), "{}", fresh.name);
        assert!(refused(house.opens(&[3, 99]).await).contains("there is no registration D-99"));
        let alone = refused(house.opens(&[3, 3]).await);
        assert!(alone.contains("a conflict is between registrations for one customer"), "{alone}");
        house.closed().await;
        let strangers = refused(house.opens(&[1, 3]).await);
        assert!(strangers.contains("match their customers first"), "{}: {strangers}", fresh.name);
        assert_eq!(house.look_for_conflicts().await, [], "{}: a machine does not bring up again what was decided", fresh.name);
        assert_eq!(house.opens(&[2, 1]).await.unwrap(), [ConflictId(2)], "{}: a person may", fresh.name);
        assert!(house.deal(1).await.is_held() && house.deal(2).await.is_held());
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_says_what_would_become_of_each_marked_registration_and_does_nothing() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.decided(Verdict::Void).await;
        let draft = pilothouse::app::Registering { submit: false, ..registering(3, details("crm/3", ADLER)) };
        house.register(vec![draft, registering(2, details("crm/4", "Bussard Werke AG"))]).await;
        let marked = |ids: &[i64]| ids.iter().map(|id| DealTarget::from(DealId(*id))).collect::<Vec<_>>();
        let head = || async { house.app.db().read().await.unwrap().audit_head().await.unwrap() };
        let before = head().await;
        let all = house.app.request(Command::Deals { targets: marked(&[1, 2, 3, 4, 9]), command: DealCommand::Approve });
        let planned = house.app.plan(CARL, &all).await.unwrap();
        let told = |outcome: &pilothouse::app::Outcome| -> Vec<String> {
            let one = |item: &pilothouse::app::DealItem| match &item.result {
                Ok(done) => done.deal.state.name().to_owned(),
                Err(refusal) => refusal.to_string(),
            };
            outcome.deals.iter().map(one).collect()
        };
        let wanted = [
            "approved",
            "cannot approve: D-1 is protected for this customer and a product of D-2; a conflict can be opened when C-1 is closed",
            "cannot approve: D-3 is a draft; submit it first",
            "approved",
            "there is no registration D-9",
        ];
        assert_eq!(told(&planned), wanted, "{}", fresh.name);
        assert_eq!((planned.seq, head().await), (None, before), "{}: nothing was written", fresh.name);
        assert_eq!(house.deal(1).await.state.name(), "submitted");
        let done = house.app.execute(CARL, all).await.unwrap();
        assert_eq!(told(&done), wanted, "{}: it happens as it was planned", fresh.name);
        // A submission that would meet another says so as well.
        house.closed().await;
        let submit = house.app.request(Command::Deals { targets: marked(&[3]), command: DealCommand::Submit });
        let planned = house.app.plan(BEN, &submit).await.unwrap();
        assert_eq!(planned.cases.iter().map(|item| item.case).collect::<Vec<_>>(), [ConflictId(2)], "{}", fresh.name);
        assert_eq!(house.app.db().read().await.unwrap().cases(&[ConflictId(2)]).await.unwrap(), []);
        let done = house.app.execute(BEN, submit).await.unwrap();
        assert_eq!(done.cases.iter().map(|item| item.case).collect::<Vec<_>>(), [ConflictId(2)], "{}", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_is_found_in_the_directory_with_its_topmost_parent() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let account = |code: &str, name: &str, parent: Option<i64>| AccountProfile {
            code: text(code),
            name: text(name),
            country: "DE".parse().ok(),
            parent: parent.map(AccountId),
            ..AccountProfile::default()
        };
        let accounts = vec![
            account("K1", "Adler Holding AG", None),
            account("K2", "Adler Pumpen GmbH", Some(1)),
            account("K3", "Bussard Werke AG", None),
            account("K4", "Bussard Werke KG", None),
        ];
        house.run(ANNA, Command::Accounts(accounts)).await;
        let customers = house.app.customers().await.unwrap();
        let named = |name: &str| -> Details { details("crm/1", name) };
        let link = |account, family| AccountLink { account: AccountId(account), family: AccountId(family) };
        assert_eq!(customers.find(&named("ADLER PUMPEN")), CustomerMatch::Link(link(2, 1)), "{}", fresh.name);
        assert_eq!(customers.find(&named("Zeisig Optik")), CustomerMatch::New);
        let CustomerMatch::Review(both) = customers.find(&named("Bussard Werke")) else { panic!("two are equally alike") };
        assert_eq!(both, [link(3, 3), link(4, 4)], "{}: nobody's choice but a person's", fresh.name);
        assert_eq!(customers.link(AccountId(2)), Some(link(2, 1)));
        assert_eq!(customers.link(AccountId(9)), None);
        let choices = house.app.deal_customers(&named("Adler Pumpen")).await.unwrap();
        assert_eq!((choices[0].link, choices[0].band), (link(2, 1), Band::Link), "{}", fresh.name);
        assert!(choices.windows(2).all(|pair| pair[0].score.total_bp >= pair[1].score.total_bp), "the most alike first");
    })
    .await;
}

/// Registrations of a few customers in many spellings, matched and not, that nothing was found of when they came in: the
/// program linked nobody then, as each has a telephone of its own.
async fn unnoticed(fresh: &crate::support::databases::Fresh) -> House {
    let house = House::with_deals(fresh).await;
    let strict = program::DEMO.replace("link = 0.9\n", "link = 1.0\n");
    assert_ne!(strict, program::DEMO);
    house.run(ANNA, Command::Program { toml: strict, note: text("nobody is linked") }).await;
    let parent = AccountProfile { code: text("A1"), name: text("Adler Holding"), ..AccountProfile::default() };
    let child = AccountProfile { code: text("A2"), name: text("Adler Pumpen"), parent: Some(AccountId(1)), ..AccountProfile::default() };
    let other = AccountProfile { code: text("B1"), name: text("Bussard Werke"), ..AccountProfile::default() };
    house.run(ANNA, Command::Accounts(vec![parent, child, other])).await;
    let names = [
        "Adler Pumpen GmbH",
        "Adler-Pumpen",
        "ADLER Pumpen AG",
        "Adler Pumpenbau GmbH",
        "Bussard Werke AG",
        "Bussard-Werke",
        "Pumpen Adler",
        "Milan Antriebe KG",
        "Milan Antriebstechnik",
        "Falke Robotik SE",
    ];
    let places = [("Ulm", "89073"), ("Kiel", "24103"), ("Ulm", ""), ("", "")];
    let records = (0..90_usize).map(|n| {
        let mut record = registering(1 + i64::try_from(n % 4).unwrap(), details(&format!("crm/{n}"), names[n * 7 % names.len()]));
        let (city, postal) = places[n / 3 % places.len()];
        (record.details.customer.city, record.details.customer.postal_code) = (text(city), text(postal));
        let account = i64::try_from(n % 3).unwrap() + 1;
        let family = AccountId(account.max(2) - 1);
        record.account = (n % 17 == 5).then_some(AccountLink { account: AccountId(account), family });
        record.details.contact.phone = text(&format!("0731 {}", 204_663 + n * 7_919));
        if n % 11 == 3 {
            record.details.customer.country = "AT".parse().ok();
        }
        record.details.scope =
            Scope::new([["Switching", "Wireless", "Video"][n / 2 % 3], "Switching"][n % 2..].iter().map(|code| text(code)));
        record
    });
    house.register(records.collect()).await;
    house.run(ANNA, Command::Program { toml: program::DEMO.to_owned(), note: text("as before") }).await;
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_over_all_finds_what_a_look_at_each_finds() {
    on_both(|fresh| async move {
        let (house, other) = (unnoticed(&fresh).await, crate::support::databases::sqlite().await);
        let other = unnoticed(&other).await;
        let before = house.parties().await;
        assert_eq!(before, other.parties().await);
        let free = house.app.deal_suspects().await.unwrap();
        house.look_for_conflicts().await;
        other.look_at(1..200).await;
        let found = house.parties().await;
        assert_eq!(found, other.parties().await, "{}", fresh.name);
        assert!(found.len() > before.len() + 3, "{}: {} conflicts before, {} after", fresh.name, before.len(), found.len());
        assert!(free.len() < 90, "{}: everybody is looked at", fresh.name);
        assert_eq!(house.app.deal_suspects().await.unwrap(), [], "{}: twice", fresh.name);
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_family_with_more_registrations_than_a_key_may_have_is_looked_at_all_the_same() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", ADLER))]).await;
        let (policy, first) = (house.app.rules().await.unwrap().program().matching.policy(), house.deal(1).await);
        let family = AccountId(7);
        let deals = (2..72).map(|id| {
            let mut deal = Registration { id: DealId(id), partner: PartnerId(1 + id % 4), version: 1, ..first.clone() };
            deal.details.source_key = text(&format!("crm/{id}"));
            deal.details.customer.name = text(&format!("{} Werke {id}", char::from(b'a' + u8::try_from(id % 26).unwrap())));
            deal.account = Some(AccountLink { account: AccountId(id), family });
            let member = |key: CandidateKey| Member { key: key.key, settled_day: NOT_SETTLED };
            let keys = candidate_keys(&deal, &policy).into_iter().map(member).collect();
            let glance = Some(deal.glance(&policy));
            DealChange { deal, expected: 0, restated: true, keys, keys_gone: Vec::new(), glance, protects: None }
        });
        let mut tx = house.app.db().begin().await.unwrap();
        tx.deal_numbers(70).await.unwrap();
        tx.save(CommandId(uuid::Uuid::from_u128(77)), Changes { deals: deals.collect(), ..Changes::default() }).await.unwrap();
        Unit::commit(tx).await.unwrap();
        let suspects = house.app.deal_suspects().await.unwrap();
        assert_eq!(suspects, (2..72).map(DealId).collect::<Vec<_>>(), "{}", fresh.name);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_of_which_one_claim_is_left_ends_and_what_was_awaited_before_is_awaited_again() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", ADLER))]).await;
        house.on_deal(CARL, 1, DealCommand::Hold { reason: HoldReason::AwaitingCustomer }).await.unwrap();
        let second = house.register(vec![registering(2, details("crm/2", ADLER))]).await;
        assert_eq!(second.cases.len(), 1);
        let reason = |deal: &Registration| deal.hold.as_ref().map(|hold| hold.reason);
        assert_eq!(reason(&house.deal(1).await), Some(HoldReason::Conflict));
        house.pass(Span::hours(3));
        let left = house.deal(1).await.clock.map(|clock| clock.left);
        house.on_deal(CARL, 2, DealCommand::Withdraw).await.unwrap();
        let case = house.case(1).await;
        assert_eq!(case.state, CaseState::Closed { result: CaseResult::Dissolved }, "{}", fresh.name);
        let told: Vec<(DealId, NoticeKind)> = case.notices.iter().rev().take(1).map(|notice| (notice.deal, notice.kind)).collect();
        assert_eq!(told, [(DealId(1), NoticeKind::NoConflict)], "{}", fresh.name);
        let first = house.deal(1).await;
        assert_eq!((reason(&first), first.dispute), (Some(HoldReason::AwaitingCustomer), None), "{}", fresh.name);
        assert_eq!(first.clock.map(|clock| clock.left), left, "{}: what was left is left", fresh.name);
        assert_eq!(house.deal(2).await.dispute, None);
        let refused = house.on_deal(CARL, 2, DealCommand::Undo).await.unwrap_err();
        assert!(refused.contains("a conflict decides that"), "{refused}");
        house.replays().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_deal_is_counted_as_won_once_whoever_gets_it_in_the_end() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        house.register(vec![registering(1, details("crm/1", ADLER))]).await;
        house.on_deal(DORA, 1, DealCommand::Approve).await.unwrap();
        house.pass(Span::hours(30));
        let on = day_of(house.now(), chrono_tz::UTC);
        house.on_deal(DORA, 1, DealCommand::Win { on: date_of_day(on), value: None }).await.unwrap();
        let counted = async || {
            let kpis = house.app.deal_kpis(house.app.now()).await.unwrap();
            kpis.cohorts.iter().fold((0, 0), |(approved, won), one| (approved + one.approved, won + one.won))
        };
        assert_eq!(counted().await, (1, 1), "{}", fresh.name);
        assert_eq!(house.register(vec![registering(2, details("crm/2", ADLER))]).await.cases.len(), 1);
        house.on_case(CARL, 1, CaseCommand::CloseEvidence).await.unwrap();
        let verdict = Verdict::Award { winner: DealId(2) };
        house.on_case(CARL, 1, CaseCommand::Decide { verdict, seen: house.seen(1).await }).await.unwrap();
        assert_eq!(counted().await, (1, 0), "{}: the other is protected now, and has not won", fresh.name);
        house.sweep_deals().await;
        house.on_case(ANNA, 1, CaseCommand::Appeal { by: DealId(1), grounds: text("it was our order") }).await.unwrap();
        let verdict = Verdict::Award { winner: DealId(1) };
        house.on_case(DORA, 1, CaseCommand::Overturn { verdict, seen: house.seen(1).await }).await.unwrap();
        assert_eq!(house.deal(1).await.state.name(), "won");
        assert_eq!(counted().await, (1, 1), "{}: as if nobody had decided otherwise", fresh.name);
        house.replays().await;
    })
    .await;
}

const COUNTED: &str = "select day, bucket, value from stat where measure = 'conflict_breached'";

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_that_nobody_decides_in_time_is_one_breach_whoever_is_in_it() {
    on_both(|fresh| async move {
        let house = House::with_deals(&fresh).await;
        let three = [1, 2, 3].map(|partner| registering(partner, details(&format!("crm/{partner}"), ADLER)));
        assert_eq!(house.register(three.to_vec()).await.cases.len(), 1);
        house.on_case(CARL, 1, CaseCommand::CloseEvidence).await.unwrap();
        let breached = async || house.app.deal_kpis(house.now()).await.unwrap().breaches_today;
        house.sweep_deals().await;
        assert_eq!(breached().await, 0, "{}", fresh.name);
        house.pass(Span::hours(24 * 7));
        house.sweep_deals().await;
        house.sweep_deals().await;
        assert_eq!(breached().await, 1, "{}", fresh.name);
        house.pass(Span::hours(24));
        assert_eq!(breached().await, 0, "{}: that was yesterday", fresh.name);
        house.replays().await;

        // As databases have it that were made before such breaches were counted.
        let counted = house.app.db().read().await.unwrap().all::<(i64, i64, i64)>(Sql::new(COUNTED)).await.unwrap();
        assert_eq!(counted.len(), 1, "{}", fresh.name);
        let mut tx = house.app.db().begin().await.unwrap();
        for text in BACK_TO_20.iter().chain(&["delete from stat where measure = 'conflict_breached'"]) {
            tx.execute(Sql::new(text)).await.expect(text);
        }
        tx.commit().await.unwrap();
        let again = fresh.opened_again().await.read().await.unwrap().all::<(i64, i64, i64)>(Sql::new(COUNTED)).await.unwrap();
        assert_eq!(again, counted, "{}", fresh.name);
    })
    .await;
}
