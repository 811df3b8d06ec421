use super::*;
use crate::domain::id::{ClaimId, RequestId};
use Account::{Allocated, Available, Claimed, Committed, Expired, Paid};
use proptest::prelude::*;

const FUND: FundId = FundId(7);
const REQUEST: Subject = Subject::Request(RequestId(1));
const CLAIM: Subject = Subject::Claim(ClaimId(1));

fn money(text: &str, code: &str) -> Money {
    Money::parse(text, code.parse().unwrap()).unwrap()
}

fn eur(text: &str) -> Money {
    money(text, "EUR")
}

fn ledger(code: &str) -> Ledger {
    Ledger::new(FUND, code.parse().unwrap())
}

/// `[allocated, available, committed, claimed, paid, expired]`.
fn amounts(ledger: &Ledger) -> [i64; 6] {
    [Allocated, Available, Committed, Claimed, Paid, Expired].map(|account| ledger.balances().get(account).minor)
}

#[test]
fn money_goes_from_the_allocation_to_the_payment() {
    let mut book = ledger("EUR");
    book.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), eur("100")).unwrap();
    assert_eq!(amounts(&book), [10_000, 10_000, 0, 0, 0, 0]);
    book.post(EntryKind::Commit, REQUEST, (Available, Committed), eur("60")).unwrap();
    assert_eq!(amounts(&book), [10_000, 4_000, 6_000, 0, 0, 0]);
    book.post(EntryKind::Claim, CLAIM, (Committed, Claimed), eur("50.01")).unwrap();
    book.post(EntryKind::Unclaim, CLAIM, (Claimed, Committed), eur("0.01")).unwrap();
    assert_eq!(amounts(&book), [10_000, 4_000, 1_000, 5_000, 0, 0]);
    book.post(EntryKind::Pay, CLAIM, (Claimed, Paid), eur("50")).unwrap();
    book.post(EntryKind::ClawBack, CLAIM, (Paid, Available), eur("20")).unwrap();
    book.post(EntryKind::Expire, Subject::Fund, (Available, Expired), eur("60")).unwrap();
    book.post(EntryKind::Release, REQUEST, (Committed, Expired), eur("10")).unwrap();
    assert_eq!(amounts(&book), [10_000, 0, 0, 0, 3_000, 7_000]);
    assert_eq!(book.entries().iter().map(|entry| entry.no).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(book.entries()[6].amount(), Some(eur("60")));
}

#[test]
fn a_refusal_names_the_fund_and_what_is_short() {
    let mut book = ledger("EUR");
    book.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), eur("100")).unwrap();
    let before = book.clone();
    let refusal = book.post(EntryKind::Commit, REQUEST, (Available, Committed), eur("100.01")).unwrap_err();
    assert_eq!(refusal.to_string(), "F-7 is short of EUR 0.01: EUR 100.01 needed, EUR 100.00 available");
    assert_eq!(refusal.short_minor(), 1);
    assert_eq!(book, before, "a refused entry leaves nothing behind");
    book.post(EntryKind::Commit, REQUEST, (Available, Committed), eur("100")).unwrap();
    let refusal = book.post(EntryKind::Reduce, Subject::Fund, (Available, Allocated), eur("1")).unwrap_err();
    assert_eq!(refusal.to_string(), "F-7 is short of EUR 1.00: EUR 1.00 needed, EUR 0.00 available");
}

#[test]
fn yen_have_no_cents_and_dinars_have_thousandths() {
    let mut yen = ledger("JPY");
    yen.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), money("100", "JPY")).unwrap();
    let refusal = yen.post(EntryKind::Commit, REQUEST, (Available, Committed), money("101", "JPY")).unwrap_err();
    assert_eq!(refusal.to_string(), "F-7 is short of JPY 1: JPY 101 needed, JPY 100 available");
    let mut dinars = ledger("KWD");
    dinars.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), money("0.001", "KWD")).unwrap();
    let refusal = dinars.post(EntryKind::Commit, REQUEST, (Available, Committed), money("0.003", "KWD")).unwrap_err();
    assert_eq!(refusal.to_string(), "F-7 is short of KWD 0.002: KWD 0.003 needed, KWD 0.001 available");
}

#[test]
fn only_sound_entries_are_posted() {
    let mut book = ledger("EUR");
    let other = book.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), money("1", "USD")).unwrap_err();
    assert_eq!(other.to_string(), "F-7 holds EUR, and an entry in USD has no place in it");
    for amount in ["0", "-1"] {
        let refusal = book.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), eur(amount)).unwrap_err();
        assert!(matches!(refusal, LedgerRefusal::NotPositive { .. }), "{refusal}");
    }
    let straight = book.post(EntryKind::Pay, CLAIM, (Available, Paid), eur("1")).unwrap_err();
    assert_eq!(straight.to_string(), "a payment in F-7 does not go from available to paid");
    let leg = |account, minor| Leg { account, amount: Money::new(minor, "EUR".parse().unwrap()) };
    let entry = |legs| Entry { no: 1, kind: EntryKind::Allocate, subject: Subject::Fund, legs, reverses: None };
    let lopsided = entry(vec![leg(Allocated, -10), leg(Available, 11)]);
    assert!(matches!(book.balances().after(&lopsided), Err(LedgerRefusal::Unbalanced { off: 1, .. })));
    assert!(matches!(book.balances().after(&entry(Vec::new())), Err(LedgerRefusal::Empty { .. })));
    let largest = entry(vec![leg(Allocated, -i64::MAX), leg(Available, i64::MAX)]);
    let full = book.balances().after(&largest).unwrap();
    assert_eq!(full.after(&largest), Err(LedgerRefusal::TooLarge { fund: FUND }));
}

#[test]
fn a_correction_is_a_mirror_image_and_happens_once() {
    let mut book = ledger("EUR");
    book.post(EntryKind::Allocate, Subject::Fund, (Allocated, Available), eur("100")).unwrap();
    book.post(EntryKind::Commit, REQUEST, (Available, Committed), eur("60")).unwrap();
    let short = book.reverse(1).unwrap_err();
    assert_eq!(short.to_string(), "F-7 is short of EUR 60.00: EUR 100.00 needed, EUR 40.00 available");
    let mirror = book.reverse(2).unwrap().clone();
    assert_eq!((mirror.no, mirror.kind, mirror.reverses, mirror.subject), (3, EntryKind::Reverse, Some(2), REQUEST));
    assert_eq!(amounts(&book), [10_000, 10_000, 0, 0, 0, 0]);
    assert_eq!(book.reverse(2), Err(LedgerRefusal::Reversed { fund: FUND, entry: 2, by: 3 }));
    assert_eq!(book.reverse(3), Err(LedgerRefusal::IsReversal { fund: FUND, entry: 3 }));
    assert_eq!(book.reverse(9), Err(LedgerRefusal::Unknown { fund: FUND, entry: 9 }));
    book.reverse(1).unwrap();
    assert_eq!(amounts(&book), [0; 6]);
}

#[test]
fn every_reason_moves_money_between_its_own_accounts_only() {
    let mut routes = 0;
    for kind in EntryKind::ALL {
        for from in Account::ALL {
            for to in Account::ALL {
                routes += usize::from(kind.allows(*from, *to));
                assert!(!kind.allows(*from, *from));
            }
        }
    }
    assert_eq!(routes, 11, "each is named in `allows`");
}

#[derive(Debug, Clone)]
enum Step {
    Post(EntryKind, Account, Account, i64),
    Reverse(u32),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let amount = prop_oneof![8 => -2_i64..500, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    let account = prop::sample::select(Account::ALL);
    let post = (prop::sample::select(EntryKind::ALL), account.clone(), account, amount.clone())
        .prop_map(|(kind, from, to, amount)| Step::Post(kind, from, to, amount));
    // Most random routes are refused: these take a way that exists.
    let routes: Vec<(EntryKind, Account, Account)> = vec![
        (EntryKind::Allocate, Allocated, Available),
        (EntryKind::Commit, Available, Committed),
        (EntryKind::Claim, Committed, Claimed),
        (EntryKind::Pay, Claimed, Paid),
        (EntryKind::ClawBack, Paid, Available),
        (EntryKind::Release, Committed, Expired),
        (EntryKind::Unclaim, Claimed, Committed),
        (EntryKind::Expire, Available, Expired),
        (EntryKind::Reduce, Available, Allocated),
    ];
    let sound = (prop::sample::select(routes), amount).prop_map(|((kind, from, to), amount)| Step::Post(kind, from, to, amount));
    prop::collection::vec(prop_oneof![6 => sound, 1 => post, 1 => (0_u32..60).prop_map(Step::Reverse)], 1..120)
}

proptest! {
    #[test]
    fn no_sequence_of_operations_breaks_the_invariant(steps in steps()) {
        let mut book = ledger("EUR");
        for step in steps {
            let before = book.clone();
            let done = match step {
                Step::Post(kind, from, to, minor) => {
                    book.post(kind, Subject::Fund, (from, to), Money::new(minor, "EUR".parse().unwrap())).is_ok()
                }
                Step::Reverse(no) => book.reverse(no).is_ok(),
            };
            prop_assert!(book.balances().holds(), "{:?}", book.balances());
            if done {
                prop_assert_eq!(&book.entries()[..before.entries().len()], before.entries(), "no entry ever changes");
            } else {
                prop_assert_eq!(&book, &before);
            }
            for entry in book.entries() {
                prop_assert!(entry.sums().values().all(|sum| *sum == 0));
            }
        }
        let again = Balances::of(FUND, "EUR".parse().unwrap(), book.entries()).unwrap();
        prop_assert_eq!(&again, book.balances());
    }

    #[test]
    fn reversing_everything_from_the_last_leaves_nothing(steps in steps()) {
        let mut book = ledger("EUR");
        for step in steps {
            if let Step::Post(kind, from, to, minor) = step {
                let _ = book.post(kind, Subject::Fund, (from, to), Money::new(minor, "EUR".parse().unwrap()));
            }
        }
        for no in (1..=u32::try_from(book.entries().len()).unwrap()).rev() {
            book.reverse(no).unwrap();
        }
        prop_assert_eq!(amounts(&book), [0; 6]);
    }
}
