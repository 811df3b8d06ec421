//! The rules of the deal desk: who may register what, how long it is protected, how a conflict is decided.

use super::Program;
use crate::domain::{
    calendar::CompiledCalendar,
    money::{Currency, Money},
    partner::Profile,
    text::Text,
    time::{Instant, Span},
    vocabulary::words,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deals {
    /// Business days from the submission to the decision.
    pub decide_days: u32,
    /// Percent of that time at which a warning fires, ascending.
    pub warn: Vec<u8>,
    /// Whether an approval takes two people: one sends it for approval, another approves.
    pub two_people: bool,
    /// Whether a registration that is returned for completion keeps its place in the order of complete submissions.
    pub returned_keeps_place: bool,
    /// What a registration must state to be complete.
    pub required: BTreeSet<DealField>,
    /// The least value, one row a currency; other currencies have none.
    pub minimum: Vec<Money>,
    pub protection: ProtectionRules,
    /// Each row must be met for the products that it names.
    pub eligibility: Vec<EligibilityRule>,
    pub editable: Editable,
    pub conflict: ConflictRules,
    /// In the order in which they are read; the earlier one settles a draw.
    pub clauses: Vec<ClauseRule>,
}

/// Calendar days, each to the end of the day in the program's zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProtectionRules {
    /// Where the tier states no other.
    pub days: u32,
    pub by_tier: BTreeMap<Text, u32>,
    pub extension_days: u32,
    /// How often a protection may be extended.
    pub extensions: u32,
    /// Days granted in all; days on which a conflict held the registration are not counted.
    pub max_days: u32,
}

/// Who may register these products; an empty list means any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EligibilityRule {
    pub products: Vec<Text>,
    pub tiers: Vec<Text>,
    pub certification: Option<Text>,
}

/// What may still be changed after the submission. A draft may be changed as one likes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Editable {
    /// What may be asked for again; of these, only what was asked for can be changed.
    pub action_required: BTreeSet<DealField>,
    pub approved: BTreeSet<DealField>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictRules {
    /// How long the parties can hand in evidence, in hours of `calendar`.
    pub evidence: Span,
    /// How long the review, and that of an appeal, may take, in hours of `calendar`.
    pub review: Span,
    /// The calendar of those two; the program's when it states none. One that never closes makes them hours on the wall.
    pub calendar: Option<Text>,
    /// Business days of the program's calendar.
    pub appeal_days: u32,
    /// Whether a letter of the customer that names one party decides whatever the other clauses say.
    pub customer_letter_overrides: bool,
    /// How far back sales count as incumbency.
    pub incumbency_months: u32,
    /// How many days after a deal was won somebody else's claim on it is a conflict.
    pub credit_days: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ClauseRule {
    pub clause: Clause,
    /// Relative to the other clauses, 1 to 100.
    pub weight: u32,
}

/// A field of a registration that can be asked for, edited and missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealField {
    Customer,
    Country,
    City,
    PostalCode,
    Website,
    Vertical,
    Products,
    Value,
    CloseDate,
    SalesStage,
    Description,
    Contact,
}

/// What is compared between the parties of a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    CustomerLetter,
    FirstComplete,
    Incumbency,
    Territory,
    Certification,
    Tier,
    Touches,
}

words! {
    DealField {
        Customer => "customer", "the end customer's name";
        Country => "country", "the end customer's country";
        City => "city", "the end customer's city";
        PostalCode => "postal_code", "the end customer's postal code";
        Website => "website", "the end customer's web site";
        Vertical => "vertical", "the end customer's line of business";
        Products => "products", "the list of product lines";
        Value => "value", "the value with its currency";
        CloseDate => "close_date", "the expected close date";
        SalesStage => "sales_stage", "how far the sale has come";
        Description => "description", "what the deal is about";
        Contact => "contact", "the customer's contact";
    }
    Clause {
        CustomerLetter => "customer_letter", "letter of the customer";
        FirstComplete => "first_complete", "first complete submission";
        Incumbency => "incumbency", "sales to this customer";
        Territory => "territory", "territory holds the customer";
        Certification => "certification", "certifications for the products";
        Tier => "tier", "tier";
        Touches => "touches", "contacts with the customer";
    }
}

/// Why a partner may not register a deal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Ineligible {
    PartnerInactive,
    Tier { product: Text, needs: Vec<Text>, is: Text },
    Certification { product: Text, needs: Text },
    BelowMinimum { value: Money, least: Money },
}

impl Default for Deals {
    fn default() -> Self {
        use DealField::{CloseDate, Contact, Country, Customer, Description, Products, SalesStage, Value, Website};
        Self {
            decide_days: 2,
            warn: vec![50, 75, 90],
            two_people: false,
            returned_keeps_place: false,
            required: BTreeSet::from([Customer, Country, Products, Value, CloseDate]),
            minimum: Vec::new(),
            protection: ProtectionRules { days: 90, by_tier: BTreeMap::new(), extension_days: 60, extensions: 1, max_days: 180 },
            eligibility: Vec::new(),
            editable: Editable {
                action_required: DealField::ALL.iter().copied().filter(|field| !matches!(field, Customer | Products)).collect(),
                approved: BTreeSet::from([Value, CloseDate, SalesStage, Description, Contact, Website]),
            },
            conflict: ConflictRules {
                evidence: Span::hours(24),
                review: Span::hours(48),
                calendar: None,
                appeal_days: 10,
                customer_letter_overrides: true,
                incumbency_months: 12,
                credit_days: 90,
            },
            clauses: [
                (Clause::CustomerLetter, 30),
                (Clause::FirstComplete, 30),
                (Clause::Incumbency, 15),
                (Clause::Territory, 10),
                (Clause::Certification, 8),
                (Clause::Tier, 4),
                (Clause::Touches, 3),
            ]
            .map(|(clause, weight)| ClauseRule { clause, weight })
            .into(),
        }
    }
}

impl Deals {
    /// Days for which a partner of this tier is protected, never more than the most.
    pub fn protection_days(&self, tier: &str) -> u32 {
        let rules = &self.protection;
        let own = rules.by_tier.iter().find(|(name, _)| name.eq_ignore_ascii_case(tier));
        own.map_or(rules.days, |(_, days)| *days).min(rules.max_days)
    }

    pub fn least(&self, currency: Currency) -> Option<Money> {
        self.minimum.iter().find(|least| least.currency == currency).copied()
    }

    /// The currency of a value for which the program states no least value, though it does for others: nothing is asked of it.
    pub fn without_minimum(&self, value: Option<Money>) -> Option<Currency> {
        let currency = value?.currency;
        (!self.minimum.is_empty() && self.least(currency).is_none()).then_some(currency)
    }

    pub fn weight(&self, clause: Clause) -> u32 {
        self.clauses.iter().find(|rule| rule.clause == clause).map_or(0, |rule| rule.weight)
    }

    /// Everything that speaks against a registration of `products` by this partner at `at`; empty = eligible.
    pub fn objections<'a>(
        &self,
        partner: &Profile,
        products: impl IntoIterator<Item = &'a Text>,
        value: Option<Money>,
        at: Instant,
    ) -> Vec<Ineligible> {
        let mut found = Vec::new();
        if !partner.is_active() {
            found.push(Ineligible::PartnerInactive);
        }
        for product in products {
            for rule in self.eligibility.iter().filter(|rule| rule.holds_for(product)) {
                if !rule.tiers.is_empty() && !rule.tiers.iter().any(|tier| tier.eq_ignore_ascii_case(&partner.tier)) {
                    found.push(Ineligible::Tier { product: product.clone(), needs: rule.tiers.clone(), is: partner.tier.clone() });
                }
                if let Some(needs) = rule.certification.as_ref().filter(|name| !partner.is_certified(name, at)) {
                    found.push(Ineligible::Certification { product: product.clone(), needs: needs.clone() });
                }
            }
        }
        if let Some((value, least)) = value.and_then(|value| Some((value, self.least(value.currency)?)))
            && value.minor < least.minor
        {
            found.push(Ineligible::BelowMinimum { value, least });
        }
        found
    }

    /// The certificates that the rules ask for with these products, each once.
    pub fn certifications<'a>(&self, products: impl IntoIterator<Item = &'a Text>) -> BTreeSet<&Text> {
        let rules = |product: &Text| {
            self.eligibility
                .iter()
                .filter(|rule| rule.holds_for(product))
                .filter_map(|rule| rule.certification.as_ref())
                .collect::<Vec<_>>()
        };
        products.into_iter().flat_map(rules).collect()
    }
}

impl EligibilityRule {
    pub fn holds_for(&self, product: &str) -> bool {
        self.products.is_empty() || self.products.iter().any(|name| name.eq_ignore_ascii_case(product))
    }
}

impl Program {
    /// Business time for the decision about a registration.
    pub fn decision_sla(&self, calendar: &CompiledCalendar) -> Span {
        days(calendar, self.deals.decide_days)
    }

    /// Business time for an appeal.
    pub fn appeal_sla(&self) -> Span {
        days(self.default_calendar(), self.deals.conflict.appeal_days)
    }

    /// The calendar by which evidence windows and reviews run.
    pub fn conflict_calendar(&self) -> &Arc<CompiledCalendar> {
        let own = self.deals.conflict.calendar.as_ref().and_then(|name| self.calendars.get(&**name));
        own.unwrap_or_else(|| self.default_calendar())
    }
}

fn days(calendar: &CompiledCalendar, days: u32) -> Span {
    Span::from_micros(calendar.calendar.business_day().micros() * i64::from(days))
}

impl Ineligible {
    /// A sentence that follows the partner's or the registration's name.
    pub fn sentence(&self) -> String {
        match self {
            Self::PartnerInactive => "the partner is not active".to_owned(),
            Self::Tier { product, needs, is } => {
                let needs = crate::domain::problem::alternatives(needs.iter().map(Text::as_str));
                let is = if is.is_empty() { "no tier" } else { is };
                format!("{product} is for partners of tier {needs}, and this one has {is}")
            }
            Self::Certification { product, needs } => format!("{product} needs a valid {needs}"),
            Self::BelowMinimum { value, least } => format!("{value} is less than the least value of {least}"),
        }
    }
}
