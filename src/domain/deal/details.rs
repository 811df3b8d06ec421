//! What a registration states: the customer, the products, the value.

use crate::domain::{
    country::Country, id::LeadId, money::Money, person::Person, program::DealField, search, text::Text, vocabulary::words,
};
use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize};

/// A registration's own facts, decoded and cleaned. `Text` fields are empty when unknown.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Details {
    /// What brought it, in marketing's words; that of the lead when it was made from one.
    pub source: Text,
    /// Identifies the record for good: the system that it comes from and its identifier there ("salesforce:0065"), or
    /// "lead:L-12". The same key again changes nothing; empty where a record can't be known again.
    pub source_key: Text,
    pub customer: Customer,
    pub scope: Scope,
    /// What the partner expects to sell.
    pub value: Option<Money>,
    /// The day on which the partner expects the order.
    pub close_on: Option<NaiveDate>,
    pub sales_stage: Option<SalesStage>,
    pub description: Text,
    /// Personal: sealed in the audit chain, never in its open part.
    #[serde(skip)]
    pub contact: Person,
}

/// The end customer as the partner wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Customer {
    pub name: Text,
    pub country: Option<Country>,
    pub city: Text,
    pub postal_code: Text,
    /// The web site or domain of the company.
    pub website: Text,
    /// The industry; a name of the channel program.
    pub vertical: Text,
}

/// How far the sale has come at the partner; the lifecycle of the registration is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SalesStage {
    Prospect,
    Qualified,
    Evaluation,
    Proposal,
    Committed,
}

words! {
    SalesStage {
        Prospect => "prospect", "first talks";
        Qualified => "qualified", "need and budget are known";
        Evaluation => "evaluation", "the customer is trying it out";
        Proposal => "proposal", "an offer is on the table";
        Committed => "committed", "the customer has agreed";
    }
}

/// Product lines in order of name, each once. A draft may have none; a submitted registration has at least one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Scope(Vec<Text>);

impl Scope {
    pub fn new(products: impl IntoIterator<Item = Text>) -> Self {
        let mut products: Vec<Text> = products.into_iter().filter(|product| !search::slug(product).is_empty()).collect();
        products.sort_by_cached_key(|product| (search::slug(product), product.clone()));
        products.dedup_by_key(|product| search::slug(product));
        Self(products)
    }

    pub fn iter(&self) -> impl Iterator<Item = &Text> {
        self.0.iter()
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub const fn len(&self) -> usize {
        self.0.len()
    }

    pub fn holds(&self, product: &str) -> bool {
        let wanted = search::slug(product);
        self.0.iter().any(|own| search::slug(own) == wanted)
    }

    /// The products that both have, as this one spells them.
    pub fn common<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Text> {
        self.0.iter().filter(|product| other.holds(product))
    }

    /// The products as codes, for keys and filters.
    pub fn codes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|product| search::slug(product))
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(Vec::<Text>::deserialize(deserializer)?))
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0.iter().map(Text::as_str).collect::<Vec<_>>().join(", "))
    }
}

/// One field with a value: the new one in an edit, the old one in what it replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "field", content = "value", rename_all = "snake_case")]
pub enum FieldChange {
    Customer(Text),
    Country(Option<Country>),
    City(Text),
    PostalCode(Text),
    Website(Text),
    Vertical(Text),
    Products(Scope),
    Value(Option<Money>),
    CloseDate(Option<NaiveDate>),
    SalesStage(Option<SalesStage>),
    Description(Text),
    /// Personal: never serialised; an event carries it in its sealed part.
    Contact(#[serde(skip)] Person),
}

impl FieldChange {
    pub const fn field(&self) -> DealField {
        match self {
            Self::Customer(_) => DealField::Customer,
            Self::Country(_) => DealField::Country,
            Self::City(_) => DealField::City,
            Self::PostalCode(_) => DealField::PostalCode,
            Self::Website(_) => DealField::Website,
            Self::Vertical(_) => DealField::Vertical,
            Self::Products(_) => DealField::Products,
            Self::Value(_) => DealField::Value,
            Self::CloseDate(_) => DealField::CloseDate,
            Self::SalesStage(_) => DealField::SalesStage,
            Self::Description(_) => DealField::Description,
            Self::Contact(_) => DealField::Contact,
        }
    }
}

impl Details {
    /// The source key of the registration that is made of a lead: a lead becomes one, and no second.
    pub fn source_key_of(lead: LeadId) -> Text {
        Text::clean(&format!("lead:{lead}"))
    }

    /// The field as it is now.
    pub fn get(&self, field: DealField) -> FieldChange {
        let customer = &self.customer;
        match field {
            DealField::Customer => FieldChange::Customer(customer.name.clone()),
            DealField::Country => FieldChange::Country(customer.country),
            DealField::City => FieldChange::City(customer.city.clone()),
            DealField::PostalCode => FieldChange::PostalCode(customer.postal_code.clone()),
            DealField::Website => FieldChange::Website(customer.website.clone()),
            DealField::Vertical => FieldChange::Vertical(customer.vertical.clone()),
            DealField::Products => FieldChange::Products(self.scope.clone()),
            DealField::Value => FieldChange::Value(self.value),
            DealField::CloseDate => FieldChange::CloseDate(self.close_on),
            DealField::SalesStage => FieldChange::SalesStage(self.sales_stage),
            DealField::Description => FieldChange::Description(self.description.clone()),
            DealField::Contact => FieldChange::Contact(self.contact.clone()),
        }
    }

    pub fn set(&mut self, change: &FieldChange) {
        let customer = &mut self.customer;
        match change {
            FieldChange::Customer(name) => customer.name = name.clone(),
            FieldChange::Country(country) => customer.country = *country,
            FieldChange::City(city) => customer.city = city.clone(),
            FieldChange::PostalCode(code) => customer.postal_code = code.clone(),
            FieldChange::Website(website) => customer.website = website.clone(),
            FieldChange::Vertical(vertical) => customer.vertical = vertical.clone(),
            FieldChange::Products(scope) => self.scope = scope.clone(),
            FieldChange::Value(value) => self.value = *value,
            FieldChange::CloseDate(date) => self.close_on = *date,
            FieldChange::SalesStage(stage) => self.sales_stage = *stage,
            FieldChange::Description(text) => self.description = text.clone(),
            FieldChange::Contact(contact) => self.contact = contact.clone(),
        }
    }

    /// Whether the field says anything.
    pub fn has(&self, field: DealField) -> bool {
        let customer = &self.customer;
        match field {
            DealField::Customer => !customer.name.is_empty(),
            DealField::Country => customer.country.is_some(),
            DealField::City => !customer.city.is_empty(),
            DealField::PostalCode => !customer.postal_code.is_empty(),
            DealField::Website => !customer.website.is_empty(),
            DealField::Vertical => !customer.vertical.is_empty(),
            DealField::Products => !self.scope.is_empty(),
            DealField::Value => self.value.is_some(),
            DealField::CloseDate => self.close_on.is_some(),
            DealField::SalesStage => self.sales_stage.is_some(),
            DealField::Description => !self.description.is_empty(),
            DealField::Contact => !self.contact.is_empty(),
        }
    }
}
