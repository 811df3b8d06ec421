//! Two partners, one customer: a pair of registrations for each kind of conflict, at each distance from now.

use super::{
    Deals, Step,
    fate::{Course, Fate},
    paper,
};
use crate::{
    app::{Registering, Rules, demo::people::Wish, pos::Incoming},
    domain::{
        account::AccountProfile,
        deal::{AccountLink, Details, conflict::ConflictKind},
        id::{AccountId, PartnerId},
        money::{Currency, Money},
        partner::{Partner, PartnerKind},
        pos::OrderLine,
        text::Text,
        time::{Instant, Span},
    },
};

/// Where conflicts happen: several partners sell there.
const COUNTRIES: &[&str] = &["DE", "GB", "US"];
/// Asked for without a certificate.
const PRODUCT: &str = "Switching";

/// Customers in our directory; the second and third belong to the first, and so on.
pub const ACCOUNTS: [&str; 9] = [
    "Nordwind Werften Holding",
    "Nordwind Werft Kiel",
    "Nordwind Werft Emden",
    "Albion Grain Group",
    "Albion Grain Mills",
    "Albion Grain Ports",
    "Sierra Orchard Foods",
    "Sierra Orchard Packing",
    "Sierra Orchard Cold Storage",
];

/// Hours before now at which the second registration came in, and how far the conflict comes: first those that are live for
/// every kind, then those that are over for every kind.
const LIVE: [(i64, Course); 3] = [(9, Course::Evidence), (40, Course::Review), (24 * 4, Course::Awarded)];
const OVER: [(i64, [Course; 6]); 2] = [
    (24 * 9, [Course::Appealed, Course::Appealed, Course::Split, Course::Overturned, Course::Appealed, Course::Upheld]),
    (24 * 55, [Course::Split, Course::Overturned, Course::Awarded, Course::RejectedAll, Course::Split, Course::Voided]),
];

pub fn accounts() -> Vec<AccountProfile> {
    let account = |(place, name): (usize, &&str)| AccountProfile {
        code: Text::clean(&format!("C-{:03}", place + 1)),
        name: Text::clean(name),
        country: COUNTRIES[place / 3].parse().ok(),
        parent: (place % 3 > 0).then(|| AccountId(i64::try_from(place / 3 * 3 + 1).unwrap_or(1))),
        ..AccountProfile::default()
    };
    ACCOUNTS.iter().enumerate().map(account).collect()
}

impl Deals {
    pub(super) fn conflicts(&mut self, rules: &Rules, now: Instant) {
        for (place, kind) in ConflictKind::ALL.iter().enumerate() {
            let live = LIVE.iter().copied();
            let over = OVER.iter().map(|(hours, courses)| (*hours, courses[place]));
            for (hours, course) in live.chain(over) {
                let second = now.plus(Span::hours(-hours - i64::try_from(place).unwrap_or(0)));
                self.pair(rules, *kind, second, course);
            }
        }
    }

    /// The two registrations of a conflict of this kind; the second comes in at `at`.
    fn pair(&mut self, rules: &Rules, kind: ConflictKind, at: Instant, course: Course) {
        let number = self.chance.below(ACCOUNTS.len());
        let named = kind == ConflictKind::Incumbency;
        let countries = if named { std::slice::from_ref(&COUNTRIES[number / 3]) } else { COUNTRIES };
        let lead = self.people.arrival(&mut self.chance, at, Wish { countries, product: Some(PRODUCT), score: None });
        let mut details = paper::details(&mut self.chance, &lead, at, true);
        let account = named.then(|| {
            details.customer.name = Text::clean(ACCOUNTS[number]);
            let id = |place: usize| AccountId(i64::try_from(place + 1).unwrap_or(1));
            AccountLink { account: id(number), family: id(number / 3 * 3) }
        });
        let Some((first, second)) = self.sides(rules, kind, &details, at) else { return };
        let earlier = match kind {
            ConflictKind::PostDealCredit => Span::hours(24 * 30),
            _ => self.chance.between(Span::minutes(40), Span::hours(7)),
        };
        let other = Details { source_key: Text::clean(&format!("{}-b", details.source_key)), ..details.clone() };
        if let Some(customer) = account {
            self.sold(second, customer, at);
        }
        let register = |partner, details| Box::new(Registering { partner, details, account, submit: true });
        let fate = if kind == ConflictKind::PostDealCredit { Fate::WonSoon } else { Fate::Waits };
        self.later(at.plus(Span::ZERO.minus(earlier)), Step::Register(register(first, details), fate));
        self.later(at, Step::Register(register(second, other), Fate::Rival(course)));
    }

    /// Who comes first, and who second.
    fn sides(&mut self, rules: &Rules, kind: ConflictKind, details: &Details, at: Instant) -> Option<(PartnerId, PartnerId)> {
        let all = || {
            rules.directory().all().iter().filter(|partner| partner.profile.is_active() && paper::may_register(rules, partner, details, at))
        };
        let upper = |partner: &Partner| matches!(partner.profile.kind, PartnerKind::Direct | PartnerKind::Distributor);
        let ids = |wanted: &dyn Fn(&Partner) -> bool| all().filter(|one| wanted(one)).map(|one| one.id).collect::<Vec<PartnerId>>();
        let there = ids(&|one| !upper(one) && paper::sells_there(rules, one, details));
        let other = match kind {
            ConflictKind::Duplicate => return there.first().map(|_| *self.chance.pick(&there)).map(|one| (one, one)),
            ConflictKind::Vertical => ids(&|one| upper(one) && paper::sells_there(rules, one, details)),
            ConflictKind::CrossTerritory => ids(&|one| !upper(one) && !paper::sells_there(rules, one, details)),
            _ => there.clone(),
        };
        if there.is_empty() || other.is_empty() {
            return None;
        }
        let first = *self.chance.pick(&there);
        let other: Vec<PartnerId> = other.into_iter().filter(|one| *one != first).collect();
        (!other.is_empty()).then(|| (first, *self.chance.pick(&other)))
    }

    /// What a partner has sold to this customer over the last year.
    fn sold(&mut self, partner: PartnerId, customer: AccountLink, at: Instant) {
        for quarter in 1..=2 {
            let on = at.plus(Span::hours(-24 * (60 * quarter + 7))).to_utc().date_naive();
            let euros = 4_000 + i64::try_from(self.chance.below(30_000)).unwrap_or(0);
            let line = Incoming::of(OrderLine {
                key: Text::clean(&format!("pos:{}", self.agenda.planned())),
                partner,
                customer: Some(customer),
                product: Text::clean("Switching"),
                line: Text::clean("Switching"),
                on,
                quantity: None,
                price: None,
                amount: Money::new(euros * 100, Currency::euro()),
            });
            self.later(at.plus(Span::hours(-30)), Step::Sell(Box::new(line)));
        }
    }
}
