//! The fields that a mapping can fill, by kind of record: one table from which the checks, the hints and the docs follow.

use crate::domain::{
    contact::ContactRole,
    country::Country,
    deal::SalesStage,
    lead::ConsentBasis,
    money::Currency,
    partner::{PartnerKind, PartnerStatus},
    problem::alternatives,
};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Lead,
    Partner,
    Account,
    Deal,
    /// A line of a point-of-sale report.
    Sale,
    /// A request for marketing funds.
    Request,
    /// A claim on an approved request.
    Claim,
    /// A person at a partner.
    Contact,
}

impl Kind {
    pub const ALL: [Self; 8] =
        [Self::Lead, Self::Partner, Self::Account, Self::Deal, Self::Sale, Self::Request, Self::Claim, Self::Contact];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Partner => "partner",
            Self::Account => "account",
            Self::Deal => "deal",
            Self::Sale => "sale",
            Self::Request => "request",
            Self::Claim => "claim",
            Self::Contact => "contact",
        }
    }

    /// The word on the command line.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Lead => "leads",
            Self::Partner => "partners",
            Self::Account => "accounts",
            Self::Deal => "deals",
            Self::Sale => "sales",
            Self::Request => "requests",
            Self::Claim => "claims",
            Self::Contact => "contacts",
        }
    }

    pub const fn targets(self) -> &'static [Target] {
        match self {
            Self::Lead => LEAD,
            Self::Partner => PARTNER,
            Self::Account => ACCOUNT,
            Self::Deal => DEAL,
            Self::Sale => SALE,
            Self::Request => REQUEST,
            Self::Claim => CLAIM,
            Self::Contact => CONTACT,
        }
    }

    pub fn target(self, name: &str) -> Option<&'static Target> {
        self.targets().iter().find(|target| target.name == name)
    }
}

/// One field of a record.
#[derive(Debug)]
pub struct Target {
    pub name: &'static str,
    pub form: Form,
    /// A row without it is rejected, and a mapping without it is refused.
    pub required: bool,
    pub doc: &'static str,
}

/// What a field's text has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// At most this many characters on one line.
    Text(usize),
    Email,
    Country,
    /// Several countries, products or names, separated by `;`, `,` or `|`.
    Countries,
    Names,
    Time,
    /// A day of the calendar, in the mapping's zone where the file gives an instant.
    Day,
    /// An amount of money in the record's currency.
    Amount,
    /// A number that is kept to its last digit.
    Number,
    Currency,
    /// `kind: name hash`, separated by `;` or `|`.
    Documents,
    /// A number, cut to a whole one and to these limits.
    Points,
    Count,
    Choice(Choice),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Consent,
    ContactRole,
    PartnerKind,
    PartnerStatus,
    SalesStage,
    YesNo,
}

impl Choice {
    pub fn names(self) -> Vec<&'static str> {
        match self {
            Self::Consent => ConsentBasis::ALL.map(ConsentBasis::name).to_vec(),
            Self::ContactRole => ContactRole::ALL.iter().map(|role| role.name()).collect(),
            Self::PartnerKind => PartnerKind::ALL.map(PartnerKind::name).to_vec(),
            Self::PartnerStatus => PartnerStatus::ALL.map(PartnerStatus::name).to_vec(),
            Self::SalesStage => SalesStage::ALL.iter().map(|stage| stage.name()).collect(),
            Self::YesNo => vec!["yes", "no"],
        }
    }
}

impl Form {
    /// Checks a value that the mapping itself states: a constant, or what a value is mapped to.
    pub fn check(self, value: &str) -> Result<(), String> {
        match self {
            Self::Country if Country::find(value).is_none() => Err("a country, by code or name".into()),
            Self::Choice(choice) if !choice.names().contains(&value) => Err(alternatives(choice.names())),
            Self::Points | Self::Count | Self::Number if value.parse::<f64>().is_err() => Err("a number".into()),
            Self::Currency if value.parse::<Currency>().is_err() => Err("a currency's code of ISO 4217".into()),
            Self::Email if !value.contains('@') => Err("an e-mail address".into()),
            Self::Countries if value.split([';', ',', '|']).any(|part| Country::find(part).is_none()) => {
                Err("countries, separated by `;`".into())
            }
            Self::Text(most) if value.chars().count() > most => Err(format!("at most {most} characters long")),
            _ => Ok(()),
        }
    }
}

impl Target {
    /// The values of a choice, for a message.
    pub fn choices(&self) -> String {
        match self.form {
            Form::Choice(choice) => choice.names().join(", "),
            _ => String::new(),
        }
    }
}

const fn field(name: &'static str, form: Form, doc: &'static str) -> Target {
    Target { name, form, required: false, doc }
}

const fn required(name: &'static str, form: Form, doc: &'static str) -> Target {
    Target { name, form, required: true, doc }
}

const NAME: Form = Form::Text(200);

const ID: Target = field("id", NAME, "the record's own identifier in its system; without one the content stands for it");
const COUNTRY: Target = field("country", Form::Country, "the end customer's country");
const CITY: Target = field("city", NAME, "the end customer's city");
const POSTAL_CODE: Target = field("postal_code", Form::Text(20), "the end customer's postal code");
const WEBSITE: Target = field("website", NAME, "the end customer's web site or domain");
const VERTICAL: Target = field("vertical", NAME, "the end customer's line of business, as the channel program names it");
const PERSON_NAME: Target = field("name", NAME, "the contact's name");
const PERSON_TITLE: Target = field("title", NAME, "the contact's position");
const PERSON_EMAIL: Target = field("email", Form::Email, "the contact's e-mail address");
const PERSON_PHONE: Target = field("phone", Form::Text(60), "the contact's telephone number");

const LEAD: &[Target] = &[
    ID,
    field("source", NAME, "where the lead comes from, as the channel program names it; without one the system"),
    field("company", NAME, "the end customer's name"),
    COUNTRY,
    field("subdivision", NAME, "state or province"),
    CITY,
    POSTAL_CODE,
    field("street", NAME, "street and number"),
    WEBSITE,
    field("product", NAME, "the product line asked for, as the channel program names it"),
    VERTICAL,
    field("score", Form::Points, "points from 0 to 100; more or less is cut off; the rules of [score] add to it"),
    field("created_at", Form::Time, "when the source says that the lead was made"),
    field("consent", Form::Choice(Choice::Consent), "on what ground the person may be contacted"),
    field("consent_text", NAME, "which text the person agreed to"),
    field("consent_at", Form::Time, "when the person agreed"),
    PERSON_NAME,
    PERSON_TITLE,
    PERSON_EMAIL,
    PERSON_PHONE,
    field("message", Form::Text(20_000), "what the person wrote"),
];

const PARTNER: &[Target] = &[
    required("code", NAME, "the partner's number in the source system"),
    required("name", NAME, "the partner's name"),
    field("kind", Form::Choice(Choice::PartnerKind), "what kind of partner it is; without one a reseller"),
    field("status", Form::Choice(Choice::PartnerStatus), "onboarding, active, suspended or offboarded; without one active"),
    field("tier", NAME, "its tier, as the channel program names it"),
    field("country", Form::Country, "its own country"),
    field("city", NAME, "its city"),
    field("capacity", Form::Count, "how many open leads it works at once; without one what its tier says"),
    field("calendar", NAME, "a calendar of the channel program; without one that of its country"),
    field("countries", Form::Countries, "where it sells; without any in its own country"),
    field("products", Form::Names, "what it sells; without any everything"),
    field("verticals", Form::Names, "to whom it sells; without any to everybody"),
    field("certifications", Form::Names, "its certifications; `Name until 2026-12-31` for one that ends"),
    field("parent", NAME, "the code of the partner that it belongs to"),
];

const ACCOUNT: &[Target] = &[
    required("code", NAME, "the customer's number in the source system"),
    required("name", NAME, "the customer's name"),
    COUNTRY,
    CITY,
    POSTAL_CODE,
    WEBSITE,
    VERTICAL,
    field("parent", NAME, "the code of the customer that it belongs to"),
];

const DEAL: &[Target] = &[
    ID,
    field("partner", NAME, "the partner who registers it, by code or name; a file of one partner's deals is imported with --partner"),
    field("source", NAME, "where the deal comes from, as the channel program names it; without one the system"),
    field("customer", NAME, "the end customer's name"),
    COUNTRY,
    CITY,
    POSTAL_CODE,
    WEBSITE,
    VERTICAL,
    field("products", Form::Names, "product lines; names of the channel program are found whatever their spaces and punctuation"),
    field("value", Form::Amount, "what the partner expects to sell"),
    field("currency", Form::Currency, "the currency of the value"),
    field("close_date", Form::Day, "the day on which the order is expected"),
    field("sales_stage", Form::Choice(Choice::SalesStage), "how far the sale has come at the partner"),
    field("submit", Form::Choice(Choice::YesNo), "yes: handed in if it is complete, else kept as a draft; without one no"),
    field("description", Form::Text(20_000), "what the deal is about"),
    field("documents", Form::Documents, "evidence, as `quote: offer.pdf HASH`, HASH being the 64 hexadecimal digits of BLAKE3"),
    PERSON_NAME,
    PERSON_TITLE,
    PERSON_EMAIL,
    PERSON_PHONE,
];

const SALE: &[Target] = &[
    ID,
    required("partner", NAME, "the partner who sold, by code or name"),
    field("customer", NAME, "the end customer's name, one of our accounts; incumbency reads lines that have one"),
    COUNTRY,
    CITY,
    POSTAL_CODE,
    WEBSITE,
    field("product", NAME, "what was sold; it tells lines without an identifier apart"),
    field("product_line", NAME, "its line in the channel program; without one the product itself has to be one"),
    field("quantity", Form::Number, "how many, at most three digits after the point; below zero for a return"),
    field("price", Form::Number, "the price of one, at most four digits after the point"),
    field("returns", NAME, "of a return: the identifier of the line whose goods come back"),
    required("day", Form::Day, "the day on which the line is booked"),
    required("amount", Form::Amount, "the amount of the line; below zero for a return"),
    field("currency", Form::Currency, "the currency of the amount"),
];

const SUBMIT: Target = field("submit", Form::Choice(Choice::YesNo), "yes: handed in if nothing speaks against it; without one no");
const SUBMITTED_AT: Target = field("submitted_at", Form::Time, "when it was handed in where it comes from");
const APPROVED_AT: Target = field("approved_at", Form::Time, "when it was approved there; needs decided_by");
const APPROVED: Target = field("approved", Form::Amount, "what was approved there; without one all that was asked for");
const REJECTED_AT: Target = field("rejected_at", Form::Time, "when it was rejected there; needs decided_by");
const DECIDED_BY: Target = field("decided_by", NAME, "the operator who decided there; one who has left is added with --inactive");
const CURRENCY: Target = field("currency", Form::Currency, "the currency of the amounts");

const REQUEST: &[Target] = &[
    required("id", NAME, "the request's own identifier in its system; claims name it"),
    required("fund", NAME, "the fund that it asks, by number (F-12), name or the key that it came with"),
    required("partner", NAME, "the partner who asks, by code or name"),
    required("title", NAME, "what the activity is"),
    field("category", NAME, "its category, as the channel program names it"),
    field("country", Form::Country, "where it takes place"),
    required("starts_on", Form::Day, "the first day of the activity"),
    field("ends_on", Form::Day, "its last day; without one the first"),
    field("cost", Form::Amount, "what it costs in all; without one as much as makes what is asked for the program's share"),
    required("asked", Form::Amount, "what the fund is to pay"),
    CURRENCY,
    SUBMIT,
    SUBMITTED_AT,
    APPROVED_AT,
    APPROVED,
    REJECTED_AT,
    DECIDED_BY,
];

const CLAIM: &[Target] = &[
    required("id", NAME, "the claim's own identifier in its system"),
    required("request", NAME, "the request that it is made on, by the identifier that it came with, or by number (R-12)"),
    field("performed_from", Form::Day, "the first day on which the activity took place; without one that of the request"),
    field("performed_to", Form::Day, "the last one; without one that of the request"),
    field("cost", Form::Amount, "what it has cost; without one as much as makes what is asked for our share of it"),
    required("asked", Form::Amount, "what the fund is to pay"),
    CURRENCY,
    field("invoice", NAME, "the number of its invoice; with the vendor and the cost it is paid once"),
    field("vendor", NAME, "who wrote the invoice"),
    field("invoiced_on", Form::Day, "the day of the invoice; without one the last day of the activity"),
    SUBMIT,
    SUBMITTED_AT,
    APPROVED_AT,
    APPROVED,
    REJECTED_AT,
    DECIDED_BY,
    field("paid_at", Form::Time, "when it was paid there; needs paid_by"),
    field("paid", Form::Amount, "what was paid there; without one all that was approved"),
    field("paid_by", NAME, "the operator who paid there, who neither asked nor approved"),
    field("reference", NAME, "the bank's reference of the payment; without one the claim's identifier"),
];

const CONTACT: &[Target] = &[
    required("partner", NAME, "the partner where they are, by code or name"),
    PERSON_NAME,
    PERSON_TITLE,
    field("role", Form::Choice(Choice::ContactRole), "what they do there; without one what is known, else other"),
    PERSON_EMAIL,
    PERSON_PHONE,
    field("consent", Form::Choice(Choice::Consent), "on what ground they may be written to; without one what is known"),
    field("consent_text", NAME, "which text they agreed to, or where they did"),
    field("consent_at", Form::Time, "when they agreed or refused; an earlier one than is known does not count"),
];
