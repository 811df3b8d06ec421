//! A conflict from its flag to its end.

use super::{ACME, World, at, date, details, document, operator};
use crate::simulation::chance::Chance;
use pilothouse::domain::{
    actor::{Actor, Role},
    aggregate::Aggregate,
    deal::{
        DealCommand, DealState, Details, DisputePhase, DocumentKind, Refusal, RejectReason,
        conflict::{CaseCommand, CaseEvent, CaseState, CaseVerb, ConflictCase, Decision, NoticeKind, Shares, Verdict, possible_case},
        dossier::Precedent,
    },
    id::{DealId, OperatorId},
    time::Span,
};
use proptest::prelude::*;

const A: DealId = DealId(1);
const B: DealId = DealId(2);

fn judge(number: i64) -> Actor {
    operator(number, Role::Approver)
}

/// Two registrations of one deal, the first of them approved when `approved`; both in a conflict.
fn conflict(approved: bool) -> World {
    let mut world = World::new();
    world.submitted(1, details(), Some(ACME));
    if approved {
        world.act(A, &judge(3), &DealCommand::Approve).unwrap();
    }
    world.pass(1);
    world.submitted(2, details(), Some(ACME));
    world.open(&[A, B]);
    world
}

/// To the review, as the engine does it.
fn reviewed(world: &mut World) {
    world.sweep_case();
    world.pass(24);
    world.now = world.now.plus(Span::from_micros(1));
    world.sweep_case();
    assert_eq!(state(world), "review");
}

fn state(world: &World) -> &'static str {
    world.case.as_ref().unwrap().state.name()
}

fn decide(world: &mut World, actor: &Actor, verdict: Verdict) -> Result<(), Refusal> {
    let seen = world.seen();
    world.judge(actor, &CaseCommand::Decide { verdict, seen }).map(drop)
}

fn overturn(world: &mut World, actor: &Actor, verdict: Verdict) -> Result<(), Refusal> {
    let seen = world.seen();
    world.judge(actor, &CaseCommand::Overturn { verdict, seen }).map(drop)
}

fn appeal(world: &mut World, by: DealId) {
    world.sweep_case();
    let grounds = "we were there first".into();
    world.judge(&operator(2, Role::Triager), &CaseCommand::Appeal { by, grounds }).unwrap();
}

#[test]
fn both_are_held_and_their_clocks_stand_still() {
    let mut world = conflict(true);
    assert_eq!((world.deal(A).due(), world.deal(B).due()), (None, None));
    assert!(world.deal(A).is_held() && world.deal(B).is_in_phase(DisputePhase::Open));
    let refused = world.act(B, &judge(3), &DealCommand::Approve).unwrap_err();
    assert_eq!(refused.to_string(), "cannot approve: D-2 is held: a conflict is being decided");
    let refused = world.act(B, &judge(3), &DealCommand::Release).unwrap_err();
    assert_eq!(refused.to_string(), "cannot release: D-2 is held by a conflict; decide that first");
    world.pass(24 * 365);
    assert!(world.swept(A).is_empty(), "a protection that is held does not end");
    world.act(B, &operator(2, Role::Triager), &DealCommand::Attach { document: document(DocumentKind::CustomerLetter, "letter") }).unwrap();
}

#[test]
fn each_step_has_its_clock() {
    let mut world = conflict(false);
    let opened = world.sweep_case();
    let CaseEvent::EvidenceOpened { notices, .. } = &opened.case[0] else { panic!("{opened:?}") };
    assert_eq!(
        notices.iter().map(|notice| (notice.deal, notice.kind)).collect::<Vec<_>>(),
        [(A, NoticeKind::EvidenceWanted), (B, NoticeKind::EvidenceWanted)]
    );
    // Monday 08:00 UTC; 24 hours on the wall.
    assert_eq!(world.case.as_ref().unwrap().due(), Some(at("2026-03-24T08:00:00Z")));
    world.now = at("2026-03-24T08:00:00Z");
    assert!(world.sweep_case().case.is_empty(), "exactly at the end the window is open");
    assert_eq!(
        decide(&mut world, &judge(3), Verdict::Void).unwrap_err().to_string(),
        "cannot decide the conflict: C-1 still awaits evidence"
    );
    world.now = world.now.plus(Span::from_micros(1));
    world.sweep_case();
    assert_eq!((state(&world), world.case.as_ref().unwrap().due().unwrap().since(world.now)), ("review", Span::hours(48)));
    decide(&mut world, &judge(3), Verdict::Award { winner: B }).unwrap();
    assert_eq!(state(&world), "decided");
    world.now = at("2026-03-24T08:30:00Z");
    let told = world.sweep_case();
    let kinds: Vec<NoticeKind> = told.case[0].notices().iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::GaveWay, NoticeKind::Awarded]);
    // 09:30 on the wall on Tuesday; ten days of eight hours: Tuesday 7.5 h, nine whole days, half an hour on Tuesday.
    assert_eq!(world.case.as_ref().unwrap().due(), Some(at("2026-04-07T07:30:00Z")));
    world.now = at("2026-04-07T07:30:01Z");
    world.sweep_case();
    assert_eq!((state(&world), world.deal(A).dispute, world.deal(B).dispute), ("closed", None, None));
}

#[test]
fn an_award_protects_one_and_rejects_the_other() {
    let mut world = conflict(true);
    reviewed(&mut world);
    decide(&mut world, &judge(4), Verdict::Award { winner: B }).unwrap();
    assert!(world.deal(B).holds_protection());
    assert!(
        matches!(world.deal(A).state, DealState::Rejected { reason: RejectReason::Decided, of: Some(B), .. }),
        "it came first, and so is no duplicate"
    );
    assert_eq!(world.deal(B).protection().unwrap().granted, 120, "by the tier of its partner");
    let decision = world.case.as_ref().unwrap().decision().unwrap().clone();
    assert_eq!((decision.by, decision.recommended, decision.no), (OperatorId(4), Some(A), 1));
}

#[test]
fn our_own_sales_rejects_as_direct() {
    let mut world = World::new();
    world.submitted(1, details(), Some(ACME));
    world.submitted(5, details(), Some(ACME));
    world.open(&[A, B]);
    reviewed(&mut world);
    decide(&mut world, &judge(4), Verdict::Award { winner: B }).unwrap();
    assert!(matches!(world.deal(A).state, DealState::Rejected { reason: RejectReason::Direct, .. }));
}

#[test]
fn an_appeal_goes_to_somebody_else_and_can_give_the_protection_back() {
    let mut world = conflict(true);
    let before = world.deal(A).protection().unwrap().clone();
    reviewed(&mut world);
    decide(&mut world, &judge(4), Verdict::Award { winner: B }).unwrap();
    appeal(&mut world, A);
    assert!(world.deal(B).is_held() && !world.deal(A).is_held(), "who has nothing to hold is not held");
    assert!(world.deal(A).is_in_phase(DisputePhase::Appealed));
    let same = overturn(&mut world, &judge(4), Verdict::Award { winner: A }).unwrap_err();
    assert_eq!(same.to_string(), "Op 4 decided C-1 before; an appeal goes to somebody else");
    let refused = world.judge(&operator(7, Role::ChannelManager), &CaseCommand::Reassign { reviewer: OperatorId(4) }).unwrap_err();
    assert!(matches!(refused, Refusal::NotAllowed { .. }));
    let same = overturn(&mut world, &judge(5), Verdict::Award { winner: B }).unwrap_err();
    assert_eq!(same.to_string(), "cannot overturn the decision: that is what was decided; uphold it");
    world.now = at("2026-03-30T10:00:00Z");
    overturn(&mut world, &judge(5), Verdict::Award { winner: A }).unwrap();
    let restored = world.deal(A).protection().unwrap();
    // Held since 23 March, one day after the other until the 30th.
    assert_eq!((restored.granted, restored.held, restored.last_day()), (90, 7, date("2026-06-28")));
    assert_eq!(before.last_day(), date("2026-06-21"));
    assert!(matches!(world.deal(B).state, DealState::Rejected { of: Some(A), .. }));
    assert_eq!(world.case.as_ref().unwrap().decisions.len(), 2);
    world.sweep_case();
    assert_eq!(state(&world), "closed");
    assert_eq!(Precedent::of(world.case.as_ref().unwrap()).unwrap().kind.name(), "award");
}

#[test]
fn upheld_goes_on_as_decided() {
    let mut world = conflict(false);
    reviewed(&mut world);
    decide(&mut world, &judge(4), Verdict::Award { winner: A }).unwrap();
    world.sweep_case();
    let own = world.judge(&operator(2, Role::Triager), &CaseCommand::Appeal { by: A, grounds: "no".into() }).unwrap_err();
    assert_eq!(own.to_string(), "cannot appeal: D-1 was given the deal");
    appeal(&mut world, B);
    world.pass(24);
    let seen = world.seen();
    world.judge(&judge(5), &CaseCommand::Uphold { seen }).unwrap();
    assert!(!world.deal(A).is_held() && world.deal(A).holds_protection());
    assert_eq!(world.deal(A).protection().unwrap().held, 1, "the day of the appeal is given back");
}

#[test]
fn a_split_has_one_principal_and_shares_that_sum() {
    let mut world = conflict(false);
    let third = world.submitted(3, details(), Some(ACME));
    world.judge(&operator(2, Role::Triager), &CaseCommand::Join { deal: third }).unwrap();
    assert!(world.deal(third).is_held());
    reviewed(&mut world);
    let stranger = Verdict::Split { shares: Shares::new([(A, 4_000), (DealId(9), 6_000)]).unwrap() };
    assert_eq!(decide(&mut world, &judge(4), stranger).unwrap_err().to_string(), "D-9 is no party of C-1");
    let shares = Shares::new([(A, 4_000), (B, 6_000)]).unwrap();
    decide(&mut world, &judge(4), Verdict::Split { shares }).unwrap();
    let share = |id: DealId| world.deal(id).state.approval().and_then(|approval| approval.share).map(|share| share.share_bp);
    assert_eq!((share(A), share(B), share(third)), (Some(4_000), Some(6_000), None));
    assert_eq!((world.deal(A).holds_protection(), world.deal(B).holds_protection()), (false, true));
    assert!(matches!(world.deal(third).state, DealState::Rejected { of: Some(B), .. }), "who has no share gives way");
}

#[test]
fn void_lets_all_go_on_as_before() {
    let mut world = conflict(true);
    reviewed(&mut world);
    decide(&mut world, &judge(4), Verdict::Void).unwrap();
    assert!(matches!(world.deal(A).state, DealState::Approved { .. }));
    assert!(matches!(world.deal(B).state, DealState::Submitted));
    assert!(world.deal(B).due().is_some() && world.deal(A).due().is_some());
}

#[test]
fn evidence_after_the_decision_never_changes_it() {
    let mut world = conflict(false);
    reviewed(&mut world);
    let stale = world.seen();
    let triager = operator(2, Role::Triager);
    world.act(A, &triager, &DealCommand::Attach { document: document(DocumentKind::Quote, "late") }).unwrap();
    let refused = world.judge(&judge(4), &CaseCommand::Decide { verdict: Verdict::Void, seen: stale }).unwrap_err();
    assert_eq!(refused.to_string(), "evidence about C-1 came in since you looked; look at it again");
    decide(&mut world, &judge(4), Verdict::Award { winner: A }).unwrap();
    let decided = world.case.as_ref().unwrap().decisions[0].clone();
    world.act(B, &triager, &DealCommand::Attach { document: document(DocumentKind::CustomerLetter, "letter") }).unwrap();
    assert_eq!(world.case.as_ref().unwrap().decisions[0], decided);
    assert_ne!(world.seen(), decided.evidence.hash);
    appeal(&mut world, B);
    overturn(&mut world, &judge(5), Verdict::Award { winner: B }).unwrap();
    let both = &world.case.as_ref().unwrap().decisions;
    assert_eq!((both[0].evidence.documents.len(), both[1].evidence.documents.len()), (1, 2));
    assert_eq!(both[0], decided);
}

#[test]
fn who_is_incomplete_cannot_be_given_the_deal() {
    let mut world = World::new();
    world.submitted(1, Details { value: None, ..details() }, Some(ACME));
    world.submitted(2, details(), Some(ACME));
    world.open(&[A, B]);
    reviewed(&mut world);
    let refused = decide(&mut world, &judge(4), Verdict::Award { winner: A }).unwrap_err();
    assert_eq!(refused.to_string(), "cannot decide the conflict: D-1 is not complete; request information first");
}

#[test]
fn nobody_judges_what_they_asked_for() {
    let mut world = World::new();
    world.submitted(1, details(), Some(ACME));
    world.act(A, &operator(7, Role::ChannelManager), &DealCommand::SendForApproval).unwrap();
    world.submitted(2, details(), Some(ACME));
    world.open(&[A, B]);
    reviewed(&mut world);
    let refused = decide(&mut world, &operator(7, Role::ChannelManager), Verdict::Void).unwrap_err();
    assert_eq!(refused.to_string(), "Op 7 asked for D-1, and somebody else decides about it");
}

/// The states that may follow each.
fn follows(before: &CaseState, after: &CaseState) -> bool {
    let next: &[&str] = match before.name() {
        "flagged" => &["evidence", "review", "closed"],
        "evidence" => &["review", "closed"],
        "review" => &["decided", "closed"],
        "decided" => &["notified"],
        "notified" => &["appealed", "closed"],
        "appealed" => &["upheld", "overturned"],
        "upheld" | "overturned" => &["closed"],
        _ => &[],
    };
    before.name() == after.name() || next.contains(&after.name())
}

fn verdict(chance: &mut Chance, deals: &[DealId]) -> Verdict {
    match chance.below(5) {
        0 | 1 => Verdict::Award { winner: *chance.pick(deals) },
        2 => {
            let first = u16::try_from(chance.between(1, 9_999)).unwrap();
            let pair = [(deals[0], first), (deals[1], 10_000 - first)];
            Verdict::Split { shares: Shares::new(pair).unwrap() }
        }
        3 => Verdict::RejectAll { reason: RejectReason::Ineligible },
        _ => Verdict::Void,
    }
}

fn any_command(chance: &mut Chance, world: &World, verb: CaseVerb) -> CaseCommand {
    let deals: Vec<DealId> = world.deals.keys().copied().collect();
    let seen = if chance.per_mille(900) { world.seen() } else { pilothouse::domain::deal::ContentHash([0; 32]) };
    match verb {
        CaseVerb::Open => CaseCommand::Open,
        CaseVerb::Join => CaseCommand::Join { deal: deals[2] },
        CaseVerb::CloseEvidence => CaseCommand::CloseEvidence,
        CaseVerb::TakeReview => CaseCommand::TakeReview,
        CaseVerb::Reassign => CaseCommand::Reassign { reviewer: OperatorId(chance.between(3, 6)) },
        CaseVerb::Decide => CaseCommand::Decide { verdict: verdict(chance, &world.parties()), seen },
        CaseVerb::Notify => CaseCommand::Notify,
        CaseVerb::Appeal => CaseCommand::Appeal { by: *chance.pick(&deals), grounds: "unfair".into() },
        CaseVerb::Uphold => CaseCommand::Uphold { seen },
        CaseVerb::Overturn => CaseCommand::Overturn { verdict: verdict(chance, &world.parties()), seen },
        CaseVerb::Close => CaseCommand::Close,
        CaseVerb::Note => CaseCommand::Note { text: "note".into() },
        CaseVerb::Escalate => CaseCommand::Escalate { severity: pilothouse::domain::escalation::Severity::High, reason: "look".into() },
        CaseVerb::Settle => CaseCommand::Settle,
    }
}

/// What holds at any time.
fn sound(world: &World, pinned: &[Decision]) -> Result<(), TestCaseError> {
    let case = world.case.as_ref().unwrap();
    prop_assert!(world.deals.values().filter(|deal| deal.holds_protection()).count() <= 1, "two winners");
    let shares: Vec<u16> = world.deals.values().filter_map(|deal| deal.state.approval()?.share).map(|share| share.share_bp).collect();
    if let Some(Decision { verdict: Verdict::Split { shares: all }, .. }) = case.decision() {
        prop_assert_eq!(all.iter().map(|(_, bp)| u32::from(bp)).sum::<u32>(), 10_000);
        prop_assert_eq!(shares.iter().map(|bp| u32::from(*bp)).sum::<u32>(), 10_000);
    }
    prop_assert_eq!(&case.decisions[..pinned.len()], pinned, "a decision changed");
    for decision in &case.decisions {
        prop_assert!(decision.evidence.is_sound());
    }
    if let [first, second] = case.decisions.as_slice() {
        prop_assert_ne!(first.by, second.by, "an appeal goes to somebody else");
    }
    for party in &case.parties {
        let deal = world.deal(party.deal);
        let contested = case.state.is_open() || matches!(case.state, CaseState::Appealed { .. });
        prop_assert_eq!(deal.is_held(), contested && deal.state.is_claim(), "{} in {}", deal.id, case.state.name());
        prop_assert_eq!(deal.dispute.is_none(), matches!(case.state, CaseState::Closed { .. }));
        prop_assert_eq!(deal.is_held(), deal.waiting_since.is_some());
        let paused = deal.protection().is_some_and(|protection| protection.paused_on.is_some());
        prop_assert_eq!(paused, deal.is_held() && deal.protection().is_some());
    }
    Ok(())
}

/// Every event survives its way through the chain, and the case is what its events make it.
fn replays(case: &ConflictCase, events: &[(CaseEvent, pilothouse::domain::time::Instant)]) -> Result<(), TestCaseError> {
    let mut again = ConflictCase::begin(case.id, &events[0].0, events[0].1).unwrap();
    for (event, at) in &events[1..] {
        let body = serde_json::to_string(event).unwrap();
        let mut read: CaseEvent = serde_json::from_str(&body).unwrap();
        if let Some(personal) = event.personal() {
            read.set_personal(personal);
        }
        prop_assert_eq!(&read, event);
        again.apply(&read, *at);
    }
    prop_assert_eq!(&again, case);
    Ok(())
}

/// A case through so many random steps; gives what happened to it.
fn lived(seed: u64) -> Result<Vec<CaseEvent>, TestCaseError> {
    let mut chance = Chance::new(seed);
    let mut world = conflict(chance.per_mille(500));
    let third = world.submitted(4, details(), Some(ACME));
    let flag = CaseEvent::Flagged {
        parties: world.case.as_ref().unwrap().parties.clone(),
        findings: world.case.as_ref().unwrap().findings.clone(),
    };
    let mut events = vec![(flag, world.now)];
    let mut pinned: Vec<Decision> = Vec::new();
    for _ in 0..30 {
        world.pass(chance.between(0, 30));
        if chance.per_mille(300) {
            let name = format!("evidence {}", chance.next());
            let id = *chance.pick(&[A, B, third]);
            world.act(id, &judge(3), &DealCommand::Attach { document: document(DocumentKind::Other, &name) }).unwrap();
        }
        if chance.per_mille(80) {
            // A party may give up, or win what it was given; refusals change nothing.
            let end = DealCommand::Win { on: date("2026-03-23"), value: None };
            let command = if chance.per_mille(300) { DealCommand::Withdraw } else { end };
            let _ = world.act(*chance.pick(&[A, B, third]), &judge(3), &command);
        }
        let before = world.case.clone().unwrap();
        let outcome = if chance.per_mille(400) {
            Ok(world.sweep_case())
        } else {
            let possible: Vec<CaseVerb> =
                CaseVerb::ALL.into_iter().filter(|verb| *verb != CaseVerb::Note && possible_case(&before, *verb).is_ok()).collect();
            let sensible = !possible.is_empty() && chance.per_mille(600);
            let verb = if sensible { *chance.pick(&possible) } else { *chance.pick(&CaseVerb::ALL) };
            let command = any_command(&mut chance, &world, verb);
            let actor = judge(chance.between(3, 6));
            let possible = possible_case(&before, verb);
            let outcome = world.judge(&actor, &command);
            if let Err(refusal) = &outcome {
                prop_assert!(refusal.to_string().len() > 15, "{refusal}");
                if let Err(dimmed) = possible {
                    prop_assert_eq!(dimmed.to_string(), refusal.to_string());
                }
            } else {
                prop_assert!(possible.is_ok(), "{verb:?} is dimmed and was carried out");
            }
            outcome
        };
        let case = world.case.as_ref().unwrap();
        events.extend(outcome.map(|outcome| outcome.case).unwrap_or_default().into_iter().map(|event| (event, world.now)));
        let skipped = before.state.name() == "flagged" && case.state.name() == "review";
        prop_assert!(follows(&before.state, &case.state) || skipped, "{} to {}", before.state.name(), case.state.name());
        prop_assert_eq!(case.version, i64::try_from(events.len()).unwrap());
        prop_assert!(case.clocks >= before.clocks && case.notices.len() >= before.notices.len());
        sound(&world, &pinned)?;
        pinned.clone_from(&case.decisions);
    }
    replays(world.case.as_ref().unwrap(), &events)?;
    Ok(events.into_iter().map(|(event, _)| event).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_sequence_leaves_the_graph_or_makes_two_winners(seed: u64) {
        lived(seed)?;
    }
}

/// The random cases above would prove little if they never got anywhere.
#[test]
fn cases_come_to_everything_that_happens() {
    let mut seen: std::collections::BTreeMap<&str, u32> = std::collections::BTreeMap::new();
    for seed in 0..300 {
        for event in lived(seed).unwrap() {
            *seen.entry(event.name()).or_default() += 1;
        }
    }
    assert!(seen.len() == 16 && seen.values().all(|count| *count >= 10), "{seen:?}");
}

#[test]
fn when_all_are_rejected_nobody_is_told_that_another_got_it() {
    let mut world = conflict(true);
    reviewed(&mut world);
    decide(&mut world, &judge(4), Verdict::RejectAll { reason: RejectReason::Ineligible }).unwrap();
    let told = world.sweep_case();
    let kinds: Vec<NoticeKind> = told.case[0].notices().iter().map(|notice| notice.kind).collect();
    assert_eq!(kinds, [NoticeKind::NobodyGot, NoticeKind::NobodyGot]);
}
