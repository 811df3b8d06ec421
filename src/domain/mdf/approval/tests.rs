use super::*;
use crate::domain::{actor::Roles, program::ApprovalRules, text::Text};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn eur(text: &str) -> Money {
    Money::parse(text, "EUR".parse().unwrap()).unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn actor(number: i64, roles: &[Role]) -> Actor {
    Actor { id: OperatorId(number), name: Text::clean(&format!("Op {number}")), roles: Roles(roles.to_vec()) }
}

fn pin(revision: u32) -> Pin {
    Pin::of(revision, &format!("content {revision}"))
}

/// Operators 1 to 4 approve up to 30,000 EUR, 5 up to 1,000, 6 only in yen; 7 stands in for 1 in the first week of March.
fn authority() -> Authority {
    let limit = |operator, amount: Money| Limit { operator: OperatorId(operator), amount, from: day("2026-01-01"), until: None };
    let mut limits: Vec<Limit> = (1..=4).map(|operator| limit(operator, eur("30000"))).collect();
    limits.push(limit(5, eur("1000")));
    limits.push(limit(6, Money::new(1_000_000, "JPY".parse().unwrap())));
    let delegation = Delegation { from: OperatorId(1), to: OperatorId(7), starts_on: day("2026-03-02"), ends_on: day("2026-03-08") };
    Authority { limits, delegations: vec![delegation] }
}

struct Case {
    amount: Money,
    pin: Pin,
    given: Vec<Signature>,
    parts: Parts,
    steps: BTreeSet<(OperatorId, Step)>,
    base: Parts,
}

impl Case {
    fn of(amount: &str) -> Self {
        let asked = |who| [(OperatorId(who), Part::Asked)].into_iter().collect();
        Self { amount: eur(amount), pin: pin(1), given: Vec::new(), parts: asked(2), steps: BTreeSet::new(), base: asked(9) }
    }

    fn sign_on(&mut self, who: &Actor, on_behalf_of: Option<i64>, today: &str) -> Result<Step, String> {
        let signer = Signer {
            actor: who,
            on_behalf_of: on_behalf_of.map(OperatorId),
            seen: self.pin,
            at: Instant::from_micros(0),
            today: day(today),
        };
        let (amount, pin, base) = (self.amount, self.pin, Some(&self.base));
        let bill = Bill { amount, pin, given: &self.given, parts: &self.parts, steps: &self.steps, base };
        let signature = bill.sign(signer, &authority()).map_err(|denial| denial.told(&Names::default()))?;
        self.given.push(signature);
        self.steps.extend(signature.people().map(|who| (who, signature.step)));
        Ok(signature.step)
    }

    fn sign(&mut self, who: i64, role: Role) -> Result<Step, String> {
        self.sign_on(&actor(who, &[role]), None, "2026-03-04")
    }
}

#[test]
fn a_small_amount_takes_one_a_large_one_three() {
    let mut small = Case::of("5000");
    assert_eq!(small.sign(1, Role::Approver), Ok(Step::First));
    assert_eq!(ApprovalRules::default().steps(small.amount), [Step::First]);
    assert_eq!(small.sign(3, Role::Approver), Ok(Step::Second), "one that still waits, since the limits were other ones, takes one more");
    let mut large = Case::of("25000.01");
    assert_eq!(large.sign(1, Role::Approver), Ok(Step::First));
    assert_eq!(large.sign(3, Role::ChannelManager), Ok(Step::Second));
    assert_eq!(large.sign(4, Role::Approver), Err("the approval by finance takes finance".into()));
    assert_eq!(large.sign(8, Role::Finance), Ok(Step::Finance));
}

#[test]
fn nobody_approves_their_own_or_twice_whatever_roles_they_hold() {
    let everything = Role::ALL;
    let mut case = Case::of("30000");
    assert_eq!(case.sign_on(&actor(2, &everything), None, "2026-03-04"), Err("O-2 asked for it, and somebody else approves it".into()));
    assert_eq!(
        case.sign_on(&actor(9, &everything), None, "2026-03-04"),
        Err("O-9 asked for the activity, and somebody else approves it".into())
    );
    assert_eq!(case.sign_on(&actor(1, &everything), None, "2026-03-04"), Ok(Step::First));
    let again = case.sign_on(&actor(1, &everything), None, "2026-03-04");
    assert_eq!(again, Err("O-1 gave the first approval already, and the second approval is another person's".into()));
    assert_eq!(case.sign_on(&actor(3, &everything), None, "2026-03-04"), Ok(Step::Second));
    let third = case.sign_on(&actor(3, &everything), None, "2026-03-04");
    assert_eq!(third, Err("O-3 gave the second approval already, and the approval by finance is another person's".into()));
    case.parts.add(OperatorId(8), Part::Paid);
    assert_eq!(case.sign(8, Role::Finance), Err("O-8 ordered a payment of it, and somebody else approves it".into()));
}

#[test]
fn limits_are_per_person_and_currency() {
    let mut case = Case::of("1000.01");
    assert_eq!(case.sign(5, Role::Approver), Err("O-5 may approve up to EUR 1,000.00, and this is EUR 1,000.01".into()));
    assert_eq!(case.sign(6, Role::Approver), Err("O-6 has no limit in EUR on 2026-03-04, and approves nothing in it".into()));
    assert_eq!(case.sign(8, Role::Finance), Err("the first approval takes channel manager or approver or admin".into()));
    let mut exact = Case::of("1000");
    assert_eq!(exact.sign(5, Role::Approver), Ok(Step::First), "exactly the limit is within it");
}

#[test]
fn the_limit_that_began_last_holds() {
    let mut authority = authority();
    let limit = |from: &str, until: Option<&str>, amount: &str| Limit {
        operator: OperatorId(1),
        amount: eur(amount),
        from: day(from),
        until: until.map(day),
    };
    authority.limits.push(limit("2026-03-05", Some("2026-03-10"), "100"));
    authority.limits.push(limit("2026-03-05", Some("2026-03-10"), "200"));
    let on = |text: &str| authority.limit(OperatorId(1), "EUR".parse().unwrap(), day(text)).map(|money| money.minor);
    assert_eq!(
        ["2025-12-31", "2026-03-04", "2026-03-05", "2026-03-10", "2026-03-11"].map(on),
        [None, Some(3_000_000), Some(10_000), Some(10_000), Some(3_000_000)]
    );
}

#[test]
fn a_delegate_acts_on_the_days_given_and_both_are_bound() {
    let delegate = actor(7, &[Role::Approver]);
    for (today, is_in_time) in [("2026-03-01", false), ("2026-03-02", true), ("2026-03-08", true), ("2026-03-09", false)] {
        let given = Case::of("4000").sign_on(&delegate, Some(1), today);
        assert_eq!(given.is_ok(), is_in_time, "{today}: {given:?}");
    }
    let mut case = Case::of("30000");
    assert_eq!(case.sign_on(&delegate, Some(3), "2026-03-04"), Err("O-3 has not delegated to O-7 on 2026-03-04".into()));
    assert_eq!(case.sign_on(&delegate, Some(1), "2026-03-04"), Ok(Step::First));
    let both = case.sign(1, Role::Approver);
    assert_eq!(both, Err("O-1 gave the first approval already, and the second approval is another person's".into()));
    case.sign(3, Role::Approver).unwrap();
    let finance = case.sign_on(&actor(8, &[Role::Finance]), Some(4), "2026-03-04");
    assert_eq!(finance, Err("finance approves in person".into()));
    let mut own = Case::of("4000");
    own.parts.add(OperatorId(1), Part::Asked);
    assert_eq!(own.sign_on(&delegate, Some(1), "2026-03-04"), Err("O-1 asked for it, and somebody else approves it".into()));
}

#[test]
fn an_edit_voids_what_was_signed() {
    let mut case = Case::of("6000");
    case.sign(1, Role::Approver).unwrap();
    let seen = case.pin;
    case.pin = pin(2);
    let (given, parts, steps) = (&case.given, &case.parts, &case.steps);
    let bill = Bill { amount: case.amount, pin: case.pin, given, parts, steps, base: None };
    assert_eq!(bill.next(), Some(Step::First), "the first is open again");
    let signer =
        Signer { actor: &actor(3, &[Role::Approver]), on_behalf_of: None, seen, at: Instant::from_micros(0), today: day("2026-03-04") };
    assert_eq!(bill.sign(signer, &authority()), Err(Denial::Changed { seen: 1, is: 2 }));
    assert_ne!(Pin::of(1, &"a"), Pin::of(1, &"b"), "the same number with other content is another pin");
    assert_eq!(case.sign(1, Role::Approver), Ok(Step::First), "and may be given again by the same person");
}

#[test]
fn whoever_gave_a_step_before_an_edit_gives_no_other_after_it() {
    let mut case = Case::of("6000");
    case.sign(1, Role::Approver).unwrap();
    case.pin = pin(2);
    assert_eq!(case.sign(3, Role::Approver), Ok(Step::First));
    let other = Err("O-1 gave the first approval already, and the second approval is another person's".to_owned());
    assert_eq!(case.sign(1, Role::Approver), other);
    case.given.remove(0);
    assert_eq!(case.sign(1, Role::Approver), other, "nor when the void one was given back");
    assert_eq!(case.sign(4, Role::Approver), Ok(Step::Second));
    let mut older = Case::of("6000");
    older.sign(1, Role::Approver).unwrap();
    older.steps.clear();
    older.pin = pin(2);
    older.sign(3, Role::Approver).unwrap();
    assert_eq!(older.sign(1, Role::Approver), other, "what was signed before steps were kept is known by its signature");
}

#[test]
fn a_later_step_confirms_the_amount_of_the_first() {
    let mut case = Case::of("6000");
    case.sign(1, Role::Approver).unwrap();
    case.amount = eur("5999");
    assert!(case.sign(3, Role::Approver).unwrap_err().starts_with("the first approval was for EUR 6,000.00, this one is for EUR 5,999.00"));
    assert!(Case::of("0").sign(1, Role::Approver).is_err());
}

proptest! {
    /// Whoever tries in whichever order, with every role: those who sign are different people, and none asked for it.
    #[test]
    fn the_people_of_an_approval_are_always_different(tries in prop::collection::vec((1_i64..10, prop::option::of(1_i64..10), any::<bool>()), 1..60)) {
        let mut case = Case::of("30000");
        for (who, on_behalf_of, edits) in tries {
            if edits && who == 2 {
                case.pin = pin(case.pin.revision + 1);
            }
            let _ = case.sign_on(&actor(who, &Role::ALL), on_behalf_of, "2026-03-04");
            let valid: Vec<OperatorId> = case.given.iter().filter(|one| one.pin == case.pin).flat_map(Signature::people).collect();
            let mut different = valid.clone();
            different.sort_unstable();
            different.dedup();
            prop_assert_eq!(valid.len(), different.len());
            prop_assert!(!valid.contains(&OperatorId(2)) && !valid.contains(&OperatorId(9)));
        }
    }

    /// Over the whole history, whatever was edited or asked back in between: nobody ever gives two different steps, whether
    /// they sign themselves or somebody signs for them, and whether the void approvals are still there or were given back.
    #[test]
    fn nobody_ever_gives_two_steps_of_an_item(tries in prop::collection::vec((1_i64..10, prop::option::of(1_i64..10), 0_u8..8), 1..80)) {
        let mut case = Case::of("30000");
        let mut ever: BTreeSet<(OperatorId, Step)> = BTreeSet::new();
        for (who, on_behalf_of, between) in tries {
            match between {
                0 => case.pin = pin(case.pin.revision + 1),
                1 => case.given.clear(),
                _ => {}
            }
            if case.sign_on(&actor(who, &Role::ALL), on_behalf_of, "2026-03-04").is_ok() {
                ever.extend(case.given.last().into_iter().flat_map(|one| one.people().map(|person| (person, one.step)).collect::<Vec<_>>()));
            }
            let people: BTreeSet<OperatorId> = ever.iter().map(|(person, _)| *person).collect();
            prop_assert_eq!(people.len(), ever.len(), "{:?}", ever);
        }
    }
}

#[test]
fn people_are_called_by_their_names_where_these_are_known() {
    let mut names = Names::default();
    names.operators.insert(OperatorId(3), Text::clean("Ines Costa"));
    let denial = Denial::NotDelegated { who: OperatorId(3), delegate: OperatorId(7), on: day("2026-03-04") };
    assert_eq!(denial.told(&names), "Ines Costa has not delegated to O-7 on 2026-03-04");
}
