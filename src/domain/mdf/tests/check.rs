use super::*;
use crate::domain::{
    event::Entity,
    mdf::check::{CheckKind, CheckOutcome, Finding, known::KnownStanding},
    partner::PartnerStatus,
    program::Category,
};
use CheckOutcome::{Fail, NeedsPerson, Pass};

/// An approved request of 4,000 for the 10th to 12th of February, on the 20th.
fn ready() -> (World, RequestId) {
    let mut world = World::new("50000");
    let request = world.ask(1, plan("Road show Berlin", "4000")).unwrap();
    world.approve_request(3, request).unwrap();
    world.now = at("2026-02-20T10:00:00Z");
    (world, request)
}

fn found(world: &World, id: ClaimId, kind: CheckKind) -> (CheckOutcome, String) {
    let finding = world.claims[&id].findings.iter().find(|finding| finding.kind == kind).unwrap();
    (finding.outcome, finding.sentence())
}

/// What one check says of a claim with this content.
fn one(change: impl FnOnce(&mut World, &mut Content), kind: CheckKind) -> (CheckOutcome, String) {
    let (mut world, request) = ready();
    let mut content = content("A-1", "3000");
    change(&mut world, &mut content);
    let id = world.claim(1, request, content).unwrap();
    found(&world, id, kind)
}

fn policy(world: &mut World, change: impl FnOnce(&mut program::Mdf)) {
    let mut program = (**world.programs.current()).clone();
    change(&mut program.mdf);
    world.programs.add(ProgramVersion(2), Arc::new(program));
}

#[test]
fn a_claim_in_order_passes_every_check_with_its_values() {
    for (kind, sentence) in [
        (CheckKind::Duplicate, "no invoice or file of it stands anywhere else"),
        (CheckKind::Partner, "the partner is active"),
        (CheckKind::PriorApproval, "approved on 2026-01-01, and the activity began on 2026-02-10"),
        (CheckKind::Headroom, "EUR 3,000.00 needed, EUR 4,000.00 there for it"),
        (CheckKind::Preapproved, "EUR 3,000.00 asked for, EUR 4,000.00 of the approved amount left"),
        (CheckKind::CostShare, "EUR 3,000.00 asked for, and 50/50 of EUR 6,000.00 is EUR 3,000.00"),
        (
            CheckKind::Dates,
            "took place 2026-02-10 to 2026-02-12, planned 2026-02-10 to 2026-02-12, the fund's period is 2026-01-01 to 2026-03-31",
        ),
        (CheckKind::Deadline, "handed in on 2026-02-20, the last day is 2026-03-29"),
        (CheckKind::Category, "Event: the program pays for any category"),
        (CheckKind::Proofs, "invoice, proof of performance present, EUR 6,000.00 invoiced for a cost of EUR 6,000.00"),
        (CheckKind::Certification, "the program asks for no certificate"),
        (CheckKind::Splitting, "EUR 3,000.00 of this partner within 30 days crosses no limit"),
        (CheckKind::SimilarActivity, "the partner has no activity like it"),
    ] {
        assert_eq!(one(|_, _| {}, kind), (Pass, sentence.to_owned()));
    }
}

#[test]
fn what_is_wrong_fails_with_the_values_that_were_compared() {
    let cents = |text: &'static str| move |_: &mut World, content: &mut Content| content.asked = eur(text);
    assert_eq!(
        one(cents("3000.01"), CheckKind::CostShare),
        (Fail, "EUR 3,000.01 asked for, and 50/50 of EUR 6,000.00 is EUR 3,000.00".into())
    );
    let over = |_: &mut World, content: &mut Content| *content = super::content("A-1", "4000.01");
    assert_eq!(one(over, CheckKind::Preapproved), (Fail, "EUR 4,000.01 asked for, EUR 4,000.00 of the approved amount left".into()));
    assert_eq!(one(over, CheckKind::Headroom), (Fail, "EUR 4,000.01 needed, EUR 4,000.00 there for it".into()));
    let no_photo = |_: &mut World, content: &mut Content| content.documents.truncate(1);
    assert_eq!(one(no_photo, CheckKind::Proofs), (Fail, "missing: proof of performance; wanted: invoice, proof of performance".into()));
    let little = |_: &mut World, content: &mut Content| content.invoices[0].amount = eur("5999.99");
    assert_eq!(one(little, CheckKind::Proofs).0, NeedsPerson);
    let later = |_: &mut World, content: &mut Content| content.performed_to = date("2026-02-13");
    assert_eq!(one(later, CheckKind::Dates).0, NeedsPerson, "outside the plan, inside the period");
    let before = |_: &mut World, content: &mut Content| content.performed_from = date("2025-12-31");
    assert_eq!(one(before, CheckKind::Dates).0, Fail);
    assert_eq!(one(before, CheckKind::PriorApproval).0, NeedsPerson, "it began before it was approved");
    let suspended = |world: &mut World, _: &mut Content| world.partner.profile.status = PartnerStatus::Suspended;
    assert_eq!(one(suspended, CheckKind::Partner), (Fail, "the partner is suspended".into()));
    let onboarding = |world: &mut World, _: &mut Content| world.partner.profile.status = PartnerStatus::Onboarding;
    assert_eq!(one(onboarding, CheckKind::Partner), (Fail, "the partner is onboarding".into()));
}

#[test]
fn exactly_on_the_last_day_is_in_time() {
    let on = |text: &'static str| move |world: &mut World, _: &mut Content| world.now = at(text);
    assert_eq!(one(on("2026-03-29T21:59:59.999999Z"), CheckKind::Deadline).0, Pass);
    let late = one(on("2026-03-29T22:00:00Z"), CheckKind::Deadline);
    assert_eq!(late, (Fail, "handed in on 2026-03-30, the last day is 2026-03-29".into()));
}

#[test]
fn the_program_says_which_categories_and_certificates_count() {
    let launches = |world: &mut World, _: &mut Content| {
        policy(world, |mdf| mdf.categories = vec![Category { name: Text::clean("Launch"), share: None }]);
    };
    assert_eq!(one(launches, CheckKind::Category), (Fail, "Event; the program pays for Launch".into()));
    let certified = |until: &'static str| {
        move |world: &mut World, _: &mut Content| {
            policy(world, |mdf| mdf.certification = Some(Text::clean("Marketing")));
            let certification = crate::domain::partner::Certification { name: Text::clean("marketing"), until: Some(at(until)) };
            world.partner.profile.certifications.push(certification);
        }
    };
    assert_eq!(one(certified("2026-02-20T10:00:01Z"), CheckKind::Certification).0, Pass);
    let ended = one(certified("2026-02-20T10:00:00Z"), CheckKind::Certification);
    assert_eq!(ended, (Fail, "Marketing needed on 2026-02-20".into()), "one that ends at that instant has ended");
}

#[test]
fn the_same_paper_is_found_across_partners_and_however_it_is_spelt() {
    let (mut world, request) = ready();
    let first = world.claim(1, request, content("INV-007", "1000")).unwrap();
    let mut same = content("other", "1000");
    same.invoices[0].number = Text::clean("inv 007");
    same.invoices[0].vendor = Text::clean("HALL");
    let second = world.claim(1, request, same.clone()).unwrap();
    assert_eq!(
        found(&world, second, CheckKind::Duplicate),
        (Fail, "invoice inv 007 of HALL over EUR 2,000.00 stands in M-1 of P-1".into())
    );
    assert!(same.paper_keys().intersection(&world.claims[&first].content.paper_keys()).count() == 1, "it is looked up by it");
    let elsewhere = |files, invoices, standing| Known {
        entity: Entity::Claim(ClaimId(99)),
        partner: PartnerId(7),
        place: Text::clean("FR"),
        invoices,
        files,
        activity: None,
        amount: None,
        handed_in_on: None,
        standing,
    };
    let claim = &world.claims[&first];
    let check = |known: &[Known]| {
        let pending = [];
        let facts = world.claim_facts(request, known, &pending);
        let given = crate::domain::mdf::check::Given {
            claim,
            request: facts.request,
            fund: facts.fund,
            partner: facts.partner,
            standing: crate::domain::mdf::check::Standing::Good,
            amount: eur("1000"),
            known,
            program: world.programs.current(),
            now: world.now,
        };
        crate::domain::mdf::check::check(&given)
    };
    let file = claim.content.documents[1].hash;
    let worst = check(&[elsewhere(vec![file], Vec::new(), KnownStanding::Live)]);
    assert_eq!((worst[0].kind, worst[0].outcome), (CheckKind::Duplicate, Fail), "the failing one stands first");
    assert_eq!(worst[0].sentence(), "the file photo INV-007.pdf stands in M-99 of P-7");
    let void = check(&[elsewhere(vec![file], Vec::new(), KnownStanding::Void)]);
    assert_eq!((void[0].kind, void[0].outcome), (CheckKind::Duplicate, NeedsPerson), "refused there: a person looks");
    let mut dearer = claim.content.invoices[0].clone();
    dearer.amount = eur("2000.01");
    assert!(check(&[elsewhere(Vec::new(), vec![dearer], KnownStanding::Live)]).iter().all(|one| one.outcome == Pass));
}

#[test]
fn the_same_invoice_twice_in_one_claim_fails() {
    let twice = |_: &mut World, content: &mut Content| {
        let again = content.invoices[0].clone();
        content.invoices.push(again);
    };
    assert_eq!(one(twice, CheckKind::Duplicate).0, Fail);
}

#[test]
fn small_claims_that_are_large_together_go_to_a_person() {
    let mut world = World::new("50000");
    let request = world.ask(1, plan("Road show Berlin", "20000")).unwrap();
    world.approve_request(3, request).unwrap();
    world.approve_request(4, request).unwrap();
    world.now = at("2026-02-13T10:00:00Z");
    let first = world.claim(1, request, content("A-1", "2500")).unwrap();
    let second = world.claim(1, request, content("A-2", "2500")).unwrap();
    assert_eq!(found(&world, second, CheckKind::Splitting).0, Pass, "exactly the limit together");
    world.pass(30 * 24);
    let third = world.claim(1, request, content("A-3", "0.01")).unwrap();
    let split = "EUR 5,000.01 with M-1, M-2 within 30 days, each below the limit of EUR 5,000.00";
    assert_eq!(found(&world, third, CheckKind::Splitting), (NeedsPerson, split.into()));
    world.pass(24);
    let fourth = world.claim(1, request, content("A-4", "4000")).unwrap();
    assert_eq!(found(&world, fourth, CheckKind::Splitting).0, Pass, "{first} is 31 days away");
}

#[test]
fn an_activity_much_like_another_goes_to_a_person() {
    let (mut world, request) = ready();
    world.now = at("2026-01-05T10:00:00Z");
    let mut alike = plan("Roadshow, Berlin road show", "1000");
    alike.starts_on = date("2026-02-11");
    let other = world.ask(1, alike).unwrap();
    world.approve_request(3, other).unwrap();
    world.now = at("2026-02-20T10:00:00Z");
    world.claim(1, request, content("A-1", "1000")).unwrap();
    let second = world.claim(1, request, content("A-2", "1000")).unwrap();
    assert_eq!(found(&world, second, CheckKind::SimilarActivity).0, Pass, "two claims of one activity");
    let third = world.claim(1, other, content("A-3", "500")).unwrap();
    let (outcome, sentence) = found(&world, third, CheckKind::SimilarActivity);
    assert_eq!(outcome, NeedsPerson);
    assert!(sentence.starts_with("M-1 \"Road show Berlin\" on 2026-02-10 is "), "{sentence}");
}

#[test]
fn a_waiver_lets_a_deadline_pass_but_no_duplicate_and_not_for_ever() {
    let (mut world, request) = ready();
    world.now = at("2026-03-30T10:00:00Z");
    let id = world.claim(1, request, content("A-1", "1000")).unwrap();
    let refusal = world.approve(3, id).unwrap_err().to_string();
    assert_eq!(refusal, "cannot approve: handed in on 2026-03-30, the last day is 2026-03-29");
    let waive = |check| ClaimCommand::Waive { check, reason: Text::clean("the mail was lost") };
    assert!(world.decide(9, id, &waive(CheckKind::Duplicate)).is_err());
    assert!(world.decide(3, id, &waive(CheckKind::Proofs)).unwrap_err().to_string().contains("did not fail"));
    assert!(world.decide(1, id, &waive(CheckKind::Deadline)).is_err(), "who asked waives nothing");
    world.decide(3, id, &waive(CheckKind::Deadline)).unwrap();
    let mut other = content("A-1", "1000");
    other.asked = eur("999");
    world.decide(2, id, &ClaimCommand::Edit { content: Box::new(other) }).unwrap();
    assert!(world.approve(3, id).is_err(), "the waiver was for the content before");
    world.decide(3, id, &waive(CheckKind::Deadline)).unwrap();
    world.approve(3, id).unwrap();
}

#[test]
fn findings_stand_in_order_of_how_bad_they_are() {
    let (mut world, request) = ready();
    let mut bad = content("A-1", "3000");
    bad.documents.truncate(1);
    bad.performed_to = date("2026-02-13");
    let id = world.claim(1, request, bad).unwrap();
    let findings: Vec<&Finding> = world.claims[&id].findings.iter().collect();
    assert_eq!(findings.len(), CheckKind::ALL.len());
    assert_eq!((findings[0].kind, findings[1].kind), (CheckKind::Proofs, CheckKind::Dates));
    assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.outcome)));
}

#[test]
fn documents_are_taken_by_size_and_type() {
    let (mut world, request) = ready();
    let id = world.claim(1, request, content("A-1", "1000")).unwrap();
    let mut script = proof(ProofKind::Other, "run.sh");
    script.media_type = Text::clean("text/x-shellscript");
    let mut huge = proof(ProofKind::Other, "film.pdf");
    huge.size = claim::content::DOCUMENT_BYTES_MAX + 1;
    for (document, why) in [(script, "is of type"), (huge, "at most 26214400 are taken")] {
        let refusal = world.decide(1, id, &ClaimCommand::Attach { document }).unwrap_err().to_string();
        assert!(refusal.contains(why), "{refusal}");
    }
    let again = world.claims[&id].content.documents[0].clone();
    assert!(world.decide(1, id, &ClaimCommand::Attach { document: again }).is_err());
    world.decide(1, id, &ClaimCommand::Attach { document: proof(ProofKind::Other, "list.pdf") }).unwrap();
    assert_eq!(world.claims[&id].desk.revision, 2, "one document more is another revision");
}
