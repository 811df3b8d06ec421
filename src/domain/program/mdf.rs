//! The rules of the MDF desk: deadlines, what a claim has to prove, who approves how much.

use super::Program;
use crate::domain::{
    calendar::CompiledCalendar,
    mdf::{CostShare, Step},
    money::{Currency, Money},
    text::Text,
    time::Span,
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mdf {
    /// Business days from the submission of a request or claim to the decision.
    pub decide_days: u32,
    /// Business days from the approval of a claim to its payment.
    pub pay_days: u32,
    /// Percent of such a time at which a warning fires, ascending.
    pub warn: Vec<u8>,
    /// Days that lie at least between the submission of a request and the first day of its activity.
    pub notice_days: u32,
    /// Days after the last day of an activity within which it is claimed.
    pub claim_days: u32,
    /// Days after the end of a fund's period within which claims on it are still taken; 0 = none after the period.
    pub late_claim_days: u32,
    /// How old an exchange rate may be where a day has none.
    pub rate_max_age_days: u32,
    /// The most that the maker bears of an activity, where its category states no other.
    pub share: CostShare,
    /// What an activity may be; any when empty.
    pub categories: Vec<Category>,
    /// What a claim has to prove itself with.
    pub proofs: BTreeSet<ProofKind>,
    /// The certificate that a partner needs to be paid.
    pub certification: Option<Text>,
    pub approval: ApprovalRules,
    /// Claims of one partner within so many days are looked at together: each below a limit, above it in sum.
    pub splitting_days: u32,
    pub similar: SimilarRules,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    pub name: Text,
    /// The most that the maker bears of it.
    pub share: Option<CostShare>,
}

/// Up to `one` one approver, up to `two` two, above that two and finance. One row a currency; an amount in a currency
/// without a row takes all three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovalRules {
    pub one: Vec<Money>,
    pub two: Vec<Money>,
}

/// When two activities of one partner are so alike that a person looks at them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SimilarRules {
    /// Days that lie at most between them.
    pub days: u32,
    /// How alike their names are, in percent.
    pub percent: u8,
}

/// What a document of a claim proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    Invoice,
    /// That the activity took place: a photo, an advertisement, a list of attendees.
    Performance,
    /// That the partner paid the invoice.
    Payment,
    Other,
}

words! {
    ProofKind {
        Invoice => "invoice", "invoice";
        Performance => "performance", "proof of performance";
        Payment => "payment", "proof of payment";
        Other => "other", "other document";
    }
}

impl Default for Mdf {
    fn default() -> Self {
        Self {
            decide_days: 5,
            pay_days: 10,
            warn: vec![50, 75, 90],
            notice_days: 14,
            claim_days: 45,
            late_claim_days: 45,
            rate_max_age_days: 7,
            share: CostShare::HALF,
            categories: Vec::new(),
            proofs: BTreeSet::from([ProofKind::Invoice, ProofKind::Performance]),
            certification: None,
            approval: ApprovalRules::default(),
            splitting_days: 30,
            similar: SimilarRules { days: 30, percent: 80 },
        }
    }
}

impl Default for ApprovalRules {
    /// 5,000 and 25,000 in the currencies in which such an amount means about the same.
    fn default() -> Self {
        let rows = |major: i64| {
            let currencies = ["CHF", "EUR", "GBP", "USD"].into_iter().filter_map(|code| code.parse::<Currency>().ok());
            currencies.map(|currency| Money::new(major * 10_i64.pow(currency.exponent()), currency)).collect()
        };
        Self { one: rows(5_000), two: rows(25_000) }
    }
}

impl ApprovalRules {
    /// Who has to approve such an amount, in this order. Exactly a limit is within it.
    pub fn steps(&self, amount: Money) -> &'static [Step] {
        let within = |rows: &[Money]| rows.iter().any(|most| most.currency == amount.currency && amount.minor <= most.minor);
        if within(&self.one) {
            &[Step::First]
        } else if within(&self.two) {
            &[Step::First, Step::Second]
        } else {
            &[Step::First, Step::Second, Step::Finance]
        }
    }

    /// The limits of a currency, lowest first.
    pub fn limits(&self, currency: Currency) -> impl Iterator<Item = Money> {
        let of = move |rows: &[Money]| rows.iter().copied().find(|most| most.currency == currency);
        of(&self.one).into_iter().chain(of(&self.two))
    }
}

impl Mdf {
    pub fn category(&self, name: &str) -> Option<&Category> {
        self.categories.iter().find(|one| one.name.eq_ignore_ascii_case(name))
    }

    /// The most that the maker bears of such an activity.
    pub fn most_share(&self, category: &str) -> CostShare {
        self.category(category).and_then(|category| category.share).unwrap_or(self.share)
    }
}

impl Program {
    /// Business time for the decision about a request or a claim.
    pub fn mdf_decision_sla(&self, calendar: &CompiledCalendar) -> Span {
        days(calendar, self.mdf.decide_days)
    }

    /// Business time from the approval of a claim to its payment.
    pub fn mdf_payment_sla(&self, calendar: &CompiledCalendar) -> Span {
        days(calendar, self.mdf.pay_days)
    }
}

fn days(calendar: &CompiledCalendar, days: u32) -> Span {
    Span::from_micros(calendar.calendar.business_day().micros() * i64::from(days))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_approves_follows_the_amount_and_its_currency() {
        let mut rules = ApprovalRules::default();
        rules.one.push(Money::new(800_000, "JPY".parse().unwrap()));
        let steps = |text: &str, code: &str| rules.steps(Money::parse(text, code.parse().unwrap()).unwrap()).len();
        assert_eq!(["0.01", "5000", "5000.01", "25000", "25000.01"].map(|amount| steps(amount, "EUR")), [1, 1, 2, 2, 3]);
        assert_eq!((steps("800000", "JPY"), steps("800001", "JPY")), (1, 3), "no second limit: all three");
        assert_eq!(steps("1", "KWD"), 3, "a currency without limits takes all three");
    }

    #[test]
    fn a_category_may_have_its_own_share() {
        let most = CostShare { maker: 100, partner: 0, distributor: 0 };
        let category = |name: &str, share| Category { name: Text::clean(name), share };
        let mdf = Mdf { categories: vec![category("Event", None), category("Launch", Some(most))], ..Mdf::default() };
        assert_eq!((mdf.most_share("launch"), mdf.most_share("event"), mdf.most_share("other")), (most, CostShare::HALF, CostShare::HALF));
    }
}
