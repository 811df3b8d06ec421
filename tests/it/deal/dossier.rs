//! The dossier: clauses, the recommendation with its deciding clause, precedents. Weights are those of the default
//! program: letter 30, first complete 30, incumbency 15, territory 10, certification 8, tier 4, touches 3.

use super::{ACME, PROGRAM, World, at, date, details, document, eur, operator, parsed};
use pilothouse::domain::{
    actor::Role,
    deal::{
        DealCommand, Document, DocumentKind, EvidencePin,
        conflict::{CaseCommand, Sale, Shares, Verdict, VerdictKind},
        dossier::{Because, Dossier, Entry, Favour, Margin, Moment, Precedent, Standing, precedent::similarity},
    },
    id::{ConflictId, DealId},
    program::Clause,
    time::{Instant, Span},
};

const A: DealId = DealId(1);
const B: DealId = DealId(2);

/// Partner 6 first, from outside the territory and without a certificate; partner 1 three hours later.
fn two() -> World {
    let mut world = World::new();
    world.submitted(6, details(), Some(ACME));
    world.pass(3);
    world.submitted(1, details(), Some(ACME));
    world
}

fn favour(dossier: &Dossier, clause: Clause) -> Favour {
    dossier.clauses.iter().find(|row| row.clause == clause).unwrap().favour.clone()
}

fn attach(world: &mut World, id: DealId, document: Document) {
    world.act(id, &operator(2, Role::Triager), &DealCommand::Attach { document }).unwrap();
}

#[test]
fn each_clause_says_whom_it_favours_and_by_how_much() {
    let mut world = two();
    world.sales.insert(A, vec![Sale { on: date("2025-04-01"), amount: eur("1000"), hash: None }]);
    world.sales.insert(
        B,
        vec![
            Sale { on: date("2025-10-01"), amount: eur("700.50"), hash: None },
            Sale { on: date("2026-02-01"), amount: eur("500"), hash: None },
            Sale { on: date("2020-02-01"), amount: eur("99999"), hash: None },
        ],
    );
    attach(&mut world, A, document(DocumentKind::Touch, "visit"));
    attach(&mut world, A, document(DocumentKind::Touch, "call"));
    attach(&mut world, B, document(DocumentKind::Touch, "mail"));
    let dossier = world.dossier(&[B, A]);
    assert_eq!(dossier.parties.iter().map(|party| party.deal).collect::<Vec<_>>(), [A, B], "the first complete one first");
    assert_eq!(favour(&dossier, Clause::CustomerLetter), Favour::Nobody);
    assert_eq!(favour(&dossier, Clause::FirstComplete), Favour::Party { deal: A, by: Margin::Time(Span::hours(3)) });
    assert_eq!(favour(&dossier, Clause::Incumbency), Favour::Party { deal: B, by: Margin::Amount(eur("200.50")) });
    assert_eq!(favour(&dossier, Clause::Territory), Favour::Party { deal: B, by: Margin::Only });
    assert_eq!(favour(&dossier, Clause::Certification), Favour::Nobody, "Switching needs none");
    assert_eq!(favour(&dossier, Clause::Tier), Favour::Even, "both are gold");
    assert_eq!(favour(&dossier, Clause::Touches), Favour::Party { deal: A, by: Margin::Count(1) });
    // A: 30 + 3, B: 15 + 10.
    assert_eq!(dossier.recommendation.weights, [(A, 33), (B, 25)]);
    assert_eq!(dossier.recommendation.because, Because::Weight { lead: 8 });
    assert_eq!((dossier.recommendation.favours, dossier.recommendation.deciding), (Some(A), Some(Clause::FirstComplete)));
    let name = |deal: DealId| deal.to_string();
    assert_eq!(dossier.recommendation.sentence(&name), "award to D-1: first complete submission decides, with a lead of 8 in weight");
    let words: Vec<String> = dossier.clauses.iter().map(|row| row.favour.words(&name)).collect();
    assert_eq!(words, ["nobody", "D-1 by 3 h", "D-2 by EUR 200.50", "D-2 alone", "nobody", "even", "D-1 by 1"]);
    assert_eq!(dossier.clauses[2].values[1].1.words(), "EUR 1,200.50 in 2 sales, last on 2026-02-01");
}

#[test]
fn the_deciding_clause_is_the_heaviest_without_which_it_would_be_another() {
    // First complete 10 and touches 3 for A; incumbency 9 and territory 8 for B: 13 to 17. Without incumbency A leads.
    let clauses = [("first_complete", 10), ("incumbency", 9), ("territory", 8), ("touches", 3)]
        .map(|(name, weight)| format!("[[deals.clause]]\nname = \"{name}\"\nweight = {weight}\n"))
        .concat();
    let text = PROGRAM.replace("[deals.conflict]\n", "[deals.conflict]\ncustomer_letter_overrides = false\n") + &clauses;
    let mut world = World::with(parsed(&text));
    world.submitted(6, details(), Some(ACME));
    world.pass(1);
    world.submitted(1, details(), Some(ACME));
    attach(&mut world, A, document(DocumentKind::Touch, "visit"));
    world.sales.insert(B, vec![Sale { on: date("2025-10-01"), amount: eur("1"), hash: None }]);
    let found = world.dossier(&[A, B]).recommendation;
    assert_eq!((found.favours, found.deciding, found.because), (Some(B), Some(Clause::Incumbency), Because::Weight { lead: 4 }));

    // 10 to 10: the earlier clause that favours one of them.
    let even = text.replace("weight = 9", "weight = 7").replace("\nweight = 8", "\nweight = 6");
    let mut world = World::with(parsed(&even));
    world.submitted(6, details(), Some(ACME));
    world.pass(1);
    world.submitted(1, details(), Some(ACME));
    attach(&mut world, A, document(DocumentKind::Touch, "visit"));
    world.sales.insert(B, vec![Sale { on: date("2025-10-01"), amount: eur("1"), hash: None }]);
    let found = world.dossier(&[A, B]).recommendation;
    assert_eq!((found.favours, found.deciding, found.because), (Some(A), Some(Clause::FirstComplete), Because::Order));
}

#[test]
fn a_letter_of_the_customer_overrides_if_it_names_one_only() {
    let mut world = two();
    attach(&mut world, B, document(DocumentKind::CustomerLetter, "we want B"));
    let found = world.dossier(&[A, B]).recommendation;
    assert_eq!((found.favours, found.because, found.deciding), (Some(B), Because::Letter, Some(Clause::CustomerLetter)));
    attach(&mut world, A, document(DocumentKind::CustomerLetter, "we want A"));
    let found = world.dossier(&[A, B]).recommendation;
    assert_eq!((found.favours, found.because), (Some(A), Because::Weight { lead: 20 }), "30 for the first, 10 for the territory");
}

#[test]
fn nothing_that_tells_them_apart_recommends_nobody() {
    let mut world = World::new();
    world.submitted(1, details(), Some(ACME));
    world.submitted(4, details(), Some(ACME));
    // The database's order alone is a reason: submitted in the same microsecond, but one first.
    let found = world.dossier(&[A, B]);
    assert_eq!(favour(&found, Clause::FirstComplete), Favour::Party { deal: A, by: Margin::Time(Span::ZERO) });
    let incomplete = pilothouse::domain::deal::Details { value: None, ..details() };
    let mut world = World::new();
    world.submitted(1, incomplete.clone(), Some(ACME));
    world.submitted(4, incomplete, Some(ACME));
    let found = world.dossier(&[A, B]).recommendation;
    assert_eq!((found.favours, found.because, found.deciding), (None, Because::Even, None));
}

#[test]
fn the_timeline_is_one_line_in_utc() {
    let mut world = two();
    let sale = Document { dated: Some(date("2026-01-05")), amount: Some(eur("10")), ..document(DocumentKind::PosLine, "pos") };
    attach(&mut world, B, sale);
    let dossier = world.dossier(&[A, B]);
    let line: Vec<(Instant, Option<DealId>)> = dossier.timeline.iter().map(|entry| (entry.at, entry.deal)).collect();
    assert!(line.is_sorted());
    assert_eq!((dossier.timeline[0].at, dossier.timeline[0].is_day), (at("2026-01-05T00:00:00Z"), true));
    assert_eq!(dossier.timeline[0].what, Moment::Sale { amount: "EUR 10.00".into() });
    assert_eq!(dossier.timeline.iter().filter(|entry| matches!(entry.what, Moment::Completed { .. })).count(), 2);
}

fn past(case: i64, kind: VerdictKind, standings: &[(Clause, Standing)]) -> Precedent {
    let decided_at = Instant::from_micros(case);
    Precedent { case: ConflictId(case), decided_at, kind, standings: standings.to_vec(), is_appealed: false }
}

#[test]
fn past_decisions_are_compared_clause_by_clause() {
    // A: first complete; B: territory; the rest even. Weights sum to 100.
    let mut world = two();
    let like_a = [(Clause::FirstComplete, Standing::For), (Clause::Territory, Standing::Against)];
    let like_b = [(Clause::FirstComplete, Standing::Against), (Clause::Territory, Standing::For)];
    let program = parsed(PROGRAM);
    assert_eq!(similarity(&like_a, &like_a, &program), 10_000);
    assert_eq!(similarity(&like_a, &like_b, &program), 6_000, "all but 30 and 10");
    assert_eq!(similarity(&like_a, &[(Clause::FirstComplete, Standing::For)], &program), 9_000);

    world.precedents = vec![
        past(11, VerdictKind::Award, &like_b),
        past(12, VerdictKind::Award, &like_b),
        past(13, VerdictKind::Award, &like_a),
        past(14, VerdictKind::Split, &[(Clause::FirstComplete, Standing::For)]),
        past(15, VerdictKind::Award, &[(Clause::CustomerLetter, Standing::For), (Clause::Tier, Standing::For)]),
    ];
    let dossier = world.dossier(&[A, B]);
    let found: Vec<(i64, u16, Option<DealId>)> =
        dossier.precedents.iter().map(|one| (one.case.0, one.similarity_bp, one.suggests)).collect();
    // 15 differs in the letter, first complete, territory and tier: 100 - 30 - 30 - 10 - 4 = 26 %, too little.
    assert_eq!(found, [(13, 10_000, Some(A)), (12, 10_000, Some(B)), (11, 10_000, Some(B)), (14, 9_000, Some(A))]);

    let against = |verdict| dossier.against(&verdict).map(|found| (found.against, found.of));
    assert_eq!(against(Verdict::Award { winner: A }), Some((3, 4)));
    assert_eq!(against(Verdict::Award { winner: B }), None, "two of four is not most");
    assert_eq!(against(Verdict::Split { shares: Shares::even(&[A, B]).unwrap() }), Some((3, 4)));
    assert_eq!(against(Verdict::Void), Some((4, 4)));

    world.precedents[0].is_appealed = true;
    let dossier = world.dossier(&[A, B]);
    let against = |verdict| dossier.against(&verdict).map(|found| (found.against, found.of));
    assert_eq!(dossier.precedents.iter().filter(|one| one.is_appealed).map(|one| one.case.0).collect::<Vec<_>>(), [11]);
    assert_eq!(against(Verdict::Award { winner: A }), Some((2, 3)), "what is appealed may not stay, and says nothing");
    assert_eq!(against(Verdict::Void), Some((3, 3)));
}

#[test]
fn nothing_is_compared_with_who_withdrew() {
    let mut world = two();
    world.pass(1);
    let third = world.submitted(5, details(), Some(ACME));
    world.open(&[A, B, third]);
    assert_eq!(world.dossier(&[A, B, third]).contenders().count(), 3);

    world.act(A, &operator(2, Role::Triager), &DealCommand::Withdraw).unwrap();
    let dossier = world.dossier(&[A, B, third]);
    assert_eq!(dossier.contenders().map(|party| party.deal).collect::<Vec<_>>(), [B, third]);
    assert_eq!(dossier.parties.len(), 3, "it is still shown beside the others");
    let first = Favour::Party { deal: B, by: Margin::Time(Span::hours(1)) };
    assert_eq!(favour(&dossier, Clause::FirstComplete), first, "the first of those who are left");
    assert_eq!(dossier.recommendation.favours, Some(B));

    world.act(third, &operator(2, Role::Triager), &DealCommand::Withdraw).unwrap();
    let dossier = world.dossier(&[A, B, third]);
    assert_eq!((dossier.recommendation.favours, dossier.recommendation.because), (Some(B), Because::Alone));
}

#[test]
fn shares_come_to_the_whole() {
    let three = Shares::even(&[DealId(1), DealId(2), DealId(3)]).unwrap();
    assert_eq!(three.iter().map(|(_, bp)| bp).collect::<Vec<_>>(), [3_334, 3_333, 3_333]);
    // 10,001 yen: 3,334.33, 3,333.33 and 3,333.33; the yen left over goes to the largest remainder.
    let yen = pilothouse::domain::money::Money::new(10_001, "JPY".parse().unwrap());
    assert_eq!(three.split(yen).unwrap().iter().map(|(_, money)| money.minor).collect::<Vec<_>>(), [3_335, 3_333, 3_333]);
    assert_eq!(three.principal(), DealId(1));
    let wrong = |shares: &[(i64, u16)]| Shares::new(shares.iter().map(|(deal, bp)| (DealId(*deal), *bp))).unwrap_err().to_string();
    assert_eq!(wrong(&[(1, 10_000)]), "a deal is shared by at least two");
    assert_eq!(wrong(&[(1, 6_000), (2, 4_001)]), "the shares come to 100.01 %, not to 100 %");
    assert_eq!(wrong(&[(1, 5_000), (1, 5_000)]), "D-1 stands twice");
    assert_eq!(wrong(&[(1, 10_000), (2, 0)]), "D-2 has a share of nothing; leave it out");
    assert!(serde_json::from_str::<Shares>("[[1,6000],[2,4001]]").is_err(), "a stored one is checked as well");
}

#[test]
fn a_pin_is_the_hash_of_the_sorted_hashes() {
    let mut world = two();
    attach(&mut world, A, document(DocumentKind::Other, "x"));
    attach(&mut world, B, document(DocumentKind::Other, "y"));
    attach(&mut world, B, document(DocumentKind::Other, "x"));
    let both = world.dossier(&[B, A]).evidence;
    assert_eq!(both.documents.len(), 2, "the same document on both sides is one");
    assert!(both.is_sound());
    let mut bytes: Vec<[u8; 32]> = ["x", "y"].map(|name| *blake3::hash(name.as_bytes()).as_bytes()).to_vec();
    bytes.sort_unstable();
    assert_eq!(both.hash.to_string(), blake3::hash(&bytes.concat()).to_hex().to_string());
    let forged = EvidencePin { documents: both.documents[..1].to_vec(), ..both };
    assert!(!forged.is_sound());
}

#[test]
fn a_second_registration_of_a_partner_takes_nothing_from_it() {
    let mut world = two();
    world.pass(1);
    let again = world.submitted(1, details(), Some(ACME));
    let sales = || vec![Sale { on: date("2026-02-01"), amount: eur("500"), hash: None }];
    world.sales.insert(B, sales());
    world.sales.insert(again, sales());
    let dossier = world.dossier(&[A, B, again]);
    assert_eq!(favour(&dossier, Clause::Incumbency), Favour::Party { deal: B, by: Margin::Only }, "of two alike the first complete");
    assert_eq!(favour(&dossier, Clause::Territory), Favour::Party { deal: B, by: Margin::Only });
    assert_eq!(favour(&dossier, Clause::FirstComplete), Favour::Party { deal: A, by: Margin::Time(Span::hours(3)) });
    // A: 30, B: 15 + 10.
    assert_eq!(dossier.recommendation.weights, [(A, 30), (B, 25), (again, 0)]);
    let own = world.dossier(&[B, again]);
    assert_eq!(favour(&own, Clause::Incumbency), Favour::Even, "nobody but the partner itself");
}

#[test]
fn what_a_decision_took_stays_in_the_timeline() {
    let mut world = two();
    world.act(A, &operator(5, Role::ChannelManager), &DealCommand::Approve).unwrap();
    let day = Some(world.now);
    world.pass(1);
    world.open(&[A, B]);
    let judge = operator(6, Role::ChannelManager);
    world.judge(&judge, &CaseCommand::CloseEvidence).unwrap();
    let seen = world.seen();
    world.judge(&judge, &CaseCommand::Decide { verdict: Verdict::Award { winner: B }, seen }).unwrap();
    let dossier = world.dossier(&[A, B]).of_case(world.case.as_ref().unwrap());
    let when = |what: &Moment| dossier.timeline.iter().find(|entry| entry.what == *what).map(|entry| entry.at);
    assert_eq!(when(&Moment::Approved), day, "it was approved, whatever became of it");
    assert_eq!(when(&Moment::Opened), Some(world.now));
    assert_eq!(when(&Moment::Decided { no: 1, verdict: "awarded to D-2".into() }), Some(world.now));
    assert!(dossier.timeline.is_sorted_by_key(|entry| entry.at));
}

#[test]
fn the_protection_of_what_was_won_ended_with_its_order() {
    let mut world = two();
    let end = |world: &World| {
        let ends = |entry: &&Entry| entry.deal == Some(A) && entry.what == Moment::ProtectedUntil;
        world.dossier(&[A, B]).timeline.iter().find(ends).map(|entry| entry.at)
    };
    let manager = operator(4, Role::ChannelManager);
    world.act(A, &manager, &DealCommand::Approve).unwrap();
    assert_eq!(end(&world), world.deal(A).protection().map(|protection| protection.until));
    world.pass(24);
    world.act(A, &manager, &DealCommand::Win { on: date("2026-03-24"), value: None }).unwrap();
    assert_eq!((world.deal(A).state.name(), end(&world)), ("won", None));
}
