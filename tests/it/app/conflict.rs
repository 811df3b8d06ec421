//! Conflicts that are found late or opened by hand, what a command would do, and which of our accounts a customer is.

use super::{
    ANNA, BEN, ENGINE, House,
    deal::{CARL, DORA, details, registering},
    text,
};
use crate::support::databases::on_both;
use pilothouse::{
    app::{Command, DealTarget, Failure, deal::customers::CustomerMatch},
    domain::{
        account::AccountProfile,
        deal::{
            AccountLink, DealCommand, Details,
            conflict::{CaseCommand, CaseState, Verdict},
        },
        id::{AccountId, ConflictId, DealId},
        matching::Band,
        time::Span,
    },
};

const ADLER: &str = "Adler Pumpen GmbH";

impl House {
    async fn look_for_conflicts(&self) -> (Option<DealId>, Vec<ConflictId>) {
        let outcome = self.run(ENGINE, Command::SweepConflicts { after: DealId(0), limit: 100 }).await;
        (outcome.looked_to, outcome.cases.iter().map(|item| item.case).collect())
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
        assert_eq!(house.look_for_conflicts().await, (Some(DealId(3)), vec![]), "{}", fresh.name);
        let refused = house.on_deal(DORA, 3, DealCommand::Approve).await.unwrap_err();
        assert!(refused.contains("D-1 is protected for this customer"), "{refused}");
        house.closed().await;
        assert_eq!(house.look_for_conflicts().await, (Some(DealId(3)), vec![ConflictId(2)]), "{}", fresh.name);
        let parties: Vec<DealId> = house.case(2).await.parties.iter().map(|party| party.deal).collect();
        assert_eq!(parties, [DealId(1), DealId(3)]);
        assert!(house.deal(1).await.is_held() && house.deal(3).await.is_held(), "{}: both sides are held", fresh.name);
        assert_eq!(house.look_for_conflicts().await, (None, vec![]), "{}: whoever comes second finds nothing", fresh.name);
        let request = house.app.request(Command::SweepConflicts { after: DealId(0), limit: 1 });
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
        assert_eq!(house.look_for_conflicts().await.1, [ConflictId(2)], "{}: after that it is a conflict", fresh.name);
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
        assert_eq!(house.look_for_conflicts().await.1, [], "{}: a machine does not bring up again what was decided", fresh.name);
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
