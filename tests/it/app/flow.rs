//! A lead's way from receipt to the end, and what stands in its way.

use super::{ANNA, BEN, ENGINE, House, intake, text};
use crate::support::databases::on_both;
use pilothouse::{
    app::{Command, LeadTarget},
    domain::{
        aggregate::Aggregate,
        lead::{
            DeclineReason, DisqualifyReason, LeadCommand, LeadEvent, LeadState, OfferOutcome, PauseReason, UnassignedReason, queue::Kpis,
        },
        time::Span,
    },
};

fn state(lead: &pilothouse::domain::lead::Lead) -> &'static str {
    lead.state.name()
}

#[tokio::test]
async fn a_lead_is_worked_from_offer_to_qualified() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let lead = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0);
        assert_eq!(state(&lead), "offered", "{}", fresh.name);
        house.pass(Span::hours(1));
        let lead = house.verb(BEN, lead.id, LeadCommand::Accept { offer: 1 }).await.unwrap();
        assert!(matches!(lead.offers[0].outcome, Some(OfferOutcome::Accepted { in_time: true, .. })));
        house.pass(Span::hours(2));
        let lead = house.verb(BEN, lead.id, LeadCommand::Touch).await.unwrap();
        assert_eq!(state(&lead), "working");
        let lead = house.verb(BEN, lead.id, LeadCommand::Qualify).await.unwrap();
        assert_eq!((state(&lead), lead.clock.is_none(), lead.version), ("qualified", true, 5));
        assert_eq!(house.lead(lead.id).await, lead, "what came back is what is stored");
        assert_eq!(
            house.verb(BEN, lead.id, LeadCommand::Touch).await.unwrap_err(),
            "cannot record the first touch: L-1 is qualified",
            "{}",
            fresh.name
        );
        let kpis: Kpis = house.app.db().read().await.unwrap().lead_kpis(20_514).await.unwrap();
        assert_eq!(kpis.acceptance_bp, Some(10_000), "one of one was accepted in time");
        assert_eq!(kpis.arrivals.last(), Some(&1));
        assert_eq!(kpis.offers_per_lead_centi, Some(100), "it was accepted at its first offer");
    })
    .await;
}

#[tokio::test]
async fn an_offer_that_nobody_answers_goes_on_and_ends_in_the_fallback_queue() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0).id;
        let mut partners = Vec::new();
        for round in 1..=3_usize {
            let lead = house.lead(id).await;
            assert_eq!(lead.offers.len(), round);
            partners.push(lead.state.partner().unwrap());
            let due = lead.due().unwrap();
            house.app.db().options().clock.set(due);
            house.run(ENGINE, Command::Sweep { limit: 10 }).await;
            assert_eq!(house.lead(id).await.offers.len(), round, "exactly at the due instant it is not late");
            house.pass(Span::from_micros(1));
            house.run(ENGINE, Command::Sweep { limit: 10 }).await;
        }
        let lead = house.lead(id).await;
        assert_eq!(lead.state, LeadState::Unassigned { why: UnassignedReason::OffersExhausted });
        assert!(lead.escalation.is_some());
        partners.sort_unstable();
        partners.dedup();
        assert_eq!(partners.len(), 3, "nobody was offered it twice");
        let again = house.run(ENGINE, Command::Sweep { limit: 10 }).await;
        assert_eq!((again.items.len(), again.seq), (0, None), "a second sweep finds nothing");
    })
    .await;
}

#[tokio::test]
async fn the_second_of_two_people_is_told_who_was_faster() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let lead = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0);
        house.verb(BEN, lead.id, LeadCommand::Accept { offer: 1 }).await.unwrap();
        let target = LeadTarget { id: lead.id, seen: Some(lead.version) };
        let decline = LeadCommand::Decline { offer: 1, reason: DeclineReason::NoCapacity };
        let outcome = house.run(ANNA, Command::Leads { targets: vec![target], command: decline }).await;
        let refusal = outcome.items[0].result.as_ref().unwrap_err().to_string();
        assert_eq!(refusal, "ben was faster: L-1 accepted at 2026-03-02T09:00:00Z");
        assert_eq!(outcome.seq, None, "nothing was written");
    })
    .await;
}

#[tokio::test]
async fn a_command_is_carried_out_once_however_often_it_is_sent() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let id = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0).id;
        let note = LeadCommand::Note { text: text("called twice") };
        let request = house.app.request(Command::Leads { targets: vec![id.into()], command: note });
        let first = house.app.execute(BEN, request.clone()).await.unwrap();
        let second = house.app.execute(BEN, request).await.unwrap();
        assert!(!first.repeated && second.repeated);
        assert_eq!((house.lead(id).await.version, first.seq), (3, second.seq));
    })
    .await;
}

#[tokio::test]
async fn a_late_answer_is_kept_as_evidence_and_changes_nothing() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let lead = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0);
        house.app.db().options().clock.set(lead.due().unwrap().plus(Span::minutes(1)));
        house.run(ENGINE, Command::Sweep { limit: 10 }).await;
        let before = house.lead(lead.id).await;
        let after = house.verb(BEN, lead.id, LeadCommand::Accept { offer: 1 }).await.unwrap();
        assert_eq!((after.state, after.version), (before.state, before.version + 1));
    })
    .await;
}

#[tokio::test]
async fn undo_takes_the_last_thing_back_and_the_clock_goes_on() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let lead = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0);
        house.pass(Span::hours(1));
        house.verb(BEN, lead.id, LeadCommand::Disqualify { reason: DisqualifyReason::Spam }).await.unwrap();
        house.pass(Span::hours(1));
        let undone = house.verb(ANNA, lead.id, LeadCommand::Undo).await.unwrap();
        assert_eq!(undone.state, lead.state);
        assert_eq!(undone.due().unwrap(), lead.due().unwrap().plus(Span::hours(1)), "the hour between counts for nobody");
        assert!(undone.open_offer().is_some());
        let refused = house.verb(ANNA, lead.id, LeadCommand::Undo).await.unwrap_err();
        assert_eq!(refused, "cannot undo: L-1 was only received so far");
    })
    .await;
}

#[tokio::test]
async fn a_pause_stops_the_clock_and_ends_by_itself() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let lead = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0);
        let until = house.now().plus(Span::hours(1));
        let paused =
            house.verb(BEN, lead.id, LeadCommand::Pause { reason: PauseReason::AwaitingCustomer, until: Some(until) }).await.unwrap();
        assert_eq!((paused.due(), paused.next_at()), (None, Some(until)));
        house.pass(Span::hours(1));
        house.run(ENGINE, Command::Sweep { limit: 10 }).await;
        let resumed = house.lead(lead.id).await;
        assert_eq!((resumed.pause.is_none(), resumed.due()), (true, lead.due().map(|due| due.plus(Span::hours(1)))));
    })
    .await;
}

#[tokio::test]
async fn alike_leads_are_linked_and_can_be_taken_apart_again() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let mut second = intake(2, "ADLER PUMPEN");
        second.person.email = text("p1@firm1.example");
        second.website = text("www.firm1.example");
        let first = house.receive(vec![intake(1, "Adler Pumpen GmbH")]).await.remove(0);
        let linked = house.receive(vec![second]).await.remove(0);
        assert!(matches!(linked.state, LeadState::Merged { into, .. } if into == first.id), "{:?}", linked.state);
        assert_eq!(house.lead(first.id).await.absorbed.len(), 1);
        let apart = house.verb(BEN, linked.id, LeadCommand::Unmerge).await.unwrap();
        assert_eq!(state(&apart), "offered", "a lead of its own is placed");
        assert_eq!(house.lead(first.id).await.absorbed.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_lead_without_consent_waits_in_quarantine() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let mut without = intake(1, "Adler Pumpen GmbH");
        without.consent = pilothouse::domain::lead::Consent::default();
        let lead = house.receive(vec![without]).await.remove(0);
        assert_eq!(state(&lead), "quarantined");
        let refused = house.verb(BEN, lead.id, LeadCommand::Release).await.unwrap_err();
        assert_eq!(refused, "cannot release: L-1 needs the person's consent; record it first");
        let consent = pilothouse::domain::lead::Consent::opt_in(text("by phone"), house.now());
        house.verb(BEN, lead.id, LeadCommand::RecordConsent { consent }).await.unwrap();
        assert_eq!(state(&house.verb(BEN, lead.id, LeadCommand::Release).await.unwrap()), "offered");
    })
    .await;
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads: Vec<_> = (0..40).map(|n| intake(n, &format!("Firma {} {}", ["Ost", "West", "Nord"][n % 3], n * 37))).collect();
        assert_eq!(house.receive(leads.clone()).await.len(), 40);
        let head = house.app.db().read().await.unwrap().audit_head().await.unwrap();
        assert_eq!(house.receive(leads).await.len(), 0);
        assert_eq!(house.app.db().read().await.unwrap().audit_head().await.unwrap(), head);
    })
    .await;
}

#[tokio::test]
async fn a_record_whose_source_was_renamed_is_the_same_record() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let called = |source: &str| pilothouse::domain::lead::Intake { source: text(source), ..intake(1, "Adler Pumpen GmbH") };
        assert_eq!(house.receive(vec![called("Webinar"), called("Webinar 2026")]).await.len(), 1, "{}: in one file", fresh.name);
        assert_eq!(house.receive(vec![called("Webinar (old)")]).await.len(), 0, "{}: in the next export", fresh.name);
    })
    .await;
}

#[tokio::test]
async fn records_without_a_key_of_their_own_are_all_received() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let leads = (0..3).map(|n| {
            let company = ["Adler Pumpen", "Zander Optik", "Krause Druck"][n];
            pilothouse::domain::lead::Intake { source_key: text(""), ..intake(n, company) }
        });
        assert_eq!(house.receive(leads.collect()).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_plan_says_what_would_happen_and_writes_nothing() {
    on_both(|fresh| async move {
        let house = House::settled(&fresh).await;
        let ids: Vec<_> =
            house.receive(vec![intake(1, "Adler Pumpen"), intake(2, "Zander Optik")]).await.iter().map(|lead| lead.id).collect();
        house.verb(BEN, ids[0], LeadCommand::Accept { offer: 1 }).await.unwrap();
        let targets = ids.iter().map(|id| LeadTarget::from(*id)).collect();
        let request = house.app.request(Command::Leads { targets, command: LeadCommand::Touch });
        let plan = house.app.plan(BEN, &request).await.unwrap();
        let done = plan.items[0].result.as_ref().unwrap();
        assert!(matches!(done.events[0], LeadEvent::Touched { in_time: true, .. }));
        assert_eq!(
            plan.items[1].result.as_ref().unwrap_err().to_string(),
            "cannot record the first touch: L-2 is not accepted by a partner yet"
        );
        assert_eq!(state(&house.lead(ids[0]).await), "accepted", "a plan is only a plan");
    })
    .await;
}
