//! A registration at a glance: 64 bits that tell most registrations apart without reading either. The engine looks a million of
//! them over with it, and reads only the few that may be about one customer.

use super::features;
use crate::domain::{
    deal::Registration,
    matching::{Agreement, Features, MatchingPolicy, most},
};

/// A few bits of each fact that two registrations are compared by: of the same fact the same bits, none of an unknown one. None
/// depends on the matching policy, so that another policy needs no other glances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Glance(pub i64);

/// Some of the bits.
#[derive(Clone, Copy)]
struct Field {
    shift: u32,
    width: u32,
}

impl Field {
    const fn mask(self) -> u64 {
        ((1 << self.width) - 1) << self.shift
    }

    /// Never zero, which says that the fact is unknown.
    const fn of(self, hash: u64) -> u64 {
        (1 + hash % ((1 << self.width) - 1)) << self.shift
    }

    const fn compared(self, a: u64, b: u64) -> Agreement {
        let (a, b) = (a & self.mask(), b & self.mask());
        if a == 0 || b == 0 {
            Agreement::Unknown
        } else if a == b {
            Agreement::Same
        } else {
            Agreement::Different
        }
    }
}

/// A bit for each product, which several may share.
const PRODUCTS: Field = Field { shift: 0, width: 8 };
const ACCOUNT: Field = Field { shift: 8, width: 8 };
const FAMILY: Field = Field { shift: 16, width: 8 };
const COUNTRY: Field = Field { shift: 24, width: 10 };
/// Of the last digits, which agree wherever any of a telephone number agrees.
const PHONE: Field = Field { shift: 34, width: 10 };
const POSTAL: Field = Field { shift: 44, width: 10 };
const CITY: Field = Field { shift: 54, width: 10 };
const DIGITS: usize = 6;

/// FNV-1a, and its high bits folded into the low ones.
fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let hash = bytes.into_iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

impl Glance {
    /// `features` are those of its customer.
    pub fn of(deal: &Registration, features: &Features) -> Self {
        let mut bits = 0;
        for product in deal.details.scope.codes() {
            bits |= 1 << (u64::from(PRODUCTS.shift) + hash(product.bytes()) % u64::from(PRODUCTS.width));
        }
        if let Some(link) = deal.account {
            bits |= ACCOUNT.of(hash(link.account.0.to_le_bytes())) | FAMILY.of(hash(link.family.0.to_le_bytes()));
        }
        let phone = &features.phone[features.phone.len().saturating_sub(DIGITS)..];
        let phone = if phone.len() == DIGITS { phone } else { "" };
        for (field, text) in [(COUNTRY, &*features.country), (PHONE, phone), (POSTAL, &*features.postal), (CITY, &*features.city)] {
            if !text.is_empty() {
                bits |= field.of(hash(text.bytes()));
            }
        }
        Self(bits.cast_signed())
    }

    const fn bits(self) -> u64 {
        self.0.cast_unsigned()
    }

    /// Whether it may be matched with an account.
    pub const fn may_be_matched(self) -> bool {
        self.0 == 0 || self.bits() & ACCOUNT.mask() != 0
    }
}

impl Registration {
    pub fn glance(&self, policy: &MatchingPolicy) -> Glance {
        Glance::of(self, &features(&self.details, policy))
    }
}

/// Under a matching policy: which glances may be of registrations for one customer.
pub struct Glances {
    /// By phone, country, postal code and city, each the same, different or unknown.
    may_be_alike: [bool; 81],
}

const fn digit(agreement: Agreement) -> usize {
    match agreement {
        Agreement::Unknown => 0,
        Agreement::Same => 1,
        Agreement::Different => 2,
    }
}

impl Glances {
    pub fn under(policy: &MatchingPolicy) -> Self {
        let all = [Agreement::Unknown, Agreement::Same, Agreement::Different];
        let of = |place: usize, at: usize| all[place / 3_usize.pow(u32::try_from(at).unwrap_or(0)) % 3];
        let may = |place: usize| most(of(place, 3), of(place, 2), of(place, 1), of(place, 0), &policy.weights) >= policy.link_bp;
        Self { may_be_alike: std::array::from_fn(may) }
    }

    /// Whether the two may have a product in common and be about one customer; `false` is certain.
    pub const fn may_conflict(&self, a: Glance, b: Glance) -> bool {
        let (a, b) = (a.bits(), b.bits());
        // Nothing is known of one that was kept before there were glances.
        if a == 0 || b == 0 {
            return true;
        }
        if a & b & PRODUCTS.mask() == 0 {
            return false;
        }
        // Two that are matched are compared by their accounts alone.
        if a & ACCOUNT.mask() != 0 && b & ACCOUNT.mask() != 0 {
            return matches!(ACCOUNT.compared(a, b), Agreement::Same) || matches!(FAMILY.compared(a, b), Agreement::Same);
        }
        let (phone, country) = (digit(PHONE.compared(a, b)), digit(COUNTRY.compared(a, b)));
        let (postal, city) = (digit(POSTAL.compared(a, b)), digit(CITY.compared(a, b)));
        self.may_be_alike[phone * 27 + country * 9 + postal * 3 + city]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        aggregate::Aggregate,
        deal::{AccountLink, Customer, DealEvent, Details, Scope, conflict::same_customer},
        id::{AccountId, DealId, PartnerId},
        matching::Weights,
        person::Person,
        text::Text,
        time::Instant,
    };
    use proptest::prelude::*;

    fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Text> {
        proptest::sample::select(texts).prop_map(Text::clean)
    }

    prop_compose! {
        fn details()(
            name in one_of(&["Adler Pumpen GmbH", "Adler-Pumpen", "Adler Pumpen AG", "Bussard Werke", "", "Pumpen Adler"]),
            city in one_of(&["", "Ulm", "ULM", "Kiel", "Neu-Ulm"]),
            postal in one_of(&["", "89073", "D-89073", "24103", "89231"]),
            country in proptest::sample::select(&["", "DE", "AT", "US"][..]),
            website in one_of(&["", "adler.example", "www.adler.example", "bussard.example"]),
            phone in one_of(&["", "+49 731 2046610", "0731 204 66 10", "2046610", "046610", "(0431) 2046610", "0431 771200", "111111"]),
            email in one_of(&["", "eva@adler.example", "eva@bussard.example"]),
            products in proptest::sample::subsequence(vec!["Switching", "Wireless", "Video", "Cameras"], 1..3),
        ) -> Details {
            let customer = Customer { name, city, postal_code: postal, country: country.parse().ok(), website, ..Customer::default() };
            let scope = Scope::new(products.into_iter().map(Text::clean));
            Details { customer, scope, contact: Person { email, phone, ..Person::default() }, ..Details::default() }
        }
    }

    prop_compose! {
        fn deals()(details in details(), account in proptest::option::of((1..4_i64, 1..3_i64)), id in 1..9_i64) -> Registration {
            let event = DealEvent::Drafted {
                partner: PartnerId(1),
                details: Box::new(details),
                account: account.map(|(account, family)| AccountLink { account: AccountId(account), family: AccountId(family) }),
                source_lead: None,
                by: None,
            };
            Registration::begin(DealId(id), &event, Instant::from_micros(0)).expect("a draft begins")
        }
    }

    proptest! {
        /// What is told apart at a glance is told apart by a full comparison, whatever the policy.
        #[test]
        fn a_glance_never_hides_a_conflict(
            a in deals(),
            b in deals(),
            link_bp in 5_000..10_000_u16,
            phone_other in 0..9_000_u16,
            city_other in 0..9_000_u16,
            postal_same in 0..10_000_u16,
        ) {
            let weights = Weights { phone_other, postal_same, city_other, ..Weights::default() };
            let policy = MatchingPolicy { link_bp, weights, ..MatchingPolicy::default() };
            let in_common = a.details.scope.common(&b.details.scope).next().is_some();
            if in_common && same_customer(&a, &b, &policy).is_some() {
                let (one, other) = (a.glance(&policy), b.glance(&policy));
                prop_assert!(Glances::under(&policy).may_conflict(one, other), "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn customers_in_other_places_are_told_apart() {
        let glance = |city: &str, postal: &str, phone: &str| {
            let features = Features { city: city.into(), postal: postal.into(), phone: phone.into(), ..Features::default() };
            let mut bits = 1;
            for (field, text) in [(PHONE, &*features.phone), (POSTAL, &*features.postal), (CITY, &*features.city)] {
                bits |= field.of(hash(text.bytes()));
            }
            Glance(u64::cast_signed(bits))
        };
        let glances = Glances::under(&MatchingPolicy::default());
        let ulm = glance("ulm", "89073", "046610");
        assert!(glances.may_conflict(ulm, ulm));
        assert!(!glances.may_conflict(ulm, glance("kiel", "24103", "771200")));
        assert!(glances.may_conflict(ulm, glance("ulm", "24103", "046610")));
    }
}
