//! What a filter can ask about registrations.

use crate::domain::{
    deal::DealState,
    filter::{FlagSpec, Kind, Room, Spec},
    id::DealId,
};

/// The deal desk's words in the filter language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deals;

impl Room for Deals {
    type Field = Field;
    type Flag = Flag;
    type Id = DealId;
    type Reach = ();
    const FIELDS: &'static [Spec<Field>] = FIELDS;
    const FLAGS: &'static [FlagSpec<Flag>] = FLAGS;
    const SAID: &'static [(&'static str, &'static str)] =
        &[("in_review", "under_review"), ("returned", "action_required"), ("to_approve", "pending_approval"), ("protected", "approved")];
}

/// A field of a registration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Id,
    Stage,
    Sales,
    Country,
    City,
    Company,
    Value,
    Currency,
    Tier,
    Partner,
    Owner,
    Source,
    Product,
    Vertical,
    Due,
    Expires,
    Closes,
    Submitted,
    Updated,
    Case,
}

const SALES: [&str; 5] = ["prospect", "qualified", "evaluation", "proposal", "committed"];

pub const FIELDS: &[Spec<Field>] = &[
    Spec {
        field: Field::Stage,
        name: "stage",
        aliases: &["state", "status"],
        kind: Kind::Choice(&DealState::NAMES),
        doc: "where the registration stands",
        examples: &["stage:submitted", "stage:under_review,pending_approval"],
    },
    Spec {
        field: Field::Sales,
        name: "sales",
        aliases: &["sales-stage"],
        kind: Kind::Choice(&SALES),
        doc: "how far the sale has come at the partner",
        examples: &["sales:proposal,committed"],
    },
    Spec::country(Field::Country),
    Spec {
        field: Field::Value,
        name: "value",
        aliases: &["amount"],
        kind: Kind::Number,
        doc: "the value in whole units of its currency",
        examples: &["value>100000", "value:5000..20000 currency:EUR"],
    },
    Spec {
        field: Field::Currency,
        name: "currency",
        aliases: &[],
        kind: Kind::Code,
        doc: "the currency of the value",
        examples: &["currency:EUR"],
    },
    Spec {
        field: Field::Due,
        name: "due",
        aliases: &[],
        kind: Kind::Future,
        doc: "when the decision is due",
        examples: &["due<8h", "due:today"],
    },
    Spec {
        field: Field::Expires,
        name: "expires",
        aliases: &["until"],
        kind: Kind::Future,
        doc: "when the protection ends",
        examples: &["expires<14d", "expires:2026-06"],
    },
    Spec {
        field: Field::Closes,
        name: "closes",
        aliases: &["close"],
        kind: Kind::Future,
        doc: "the day on which the order is expected",
        examples: &["closes<30d", "closes:month"],
    },
    Spec {
        field: Field::Submitted,
        name: "submitted",
        aliases: &["age", "received"],
        kind: Kind::Past,
        doc: "when it was handed in; a length of time is its age",
        examples: &["submitted>2d", "submitted:yesterday"],
    },
    Spec::updated(Field::Updated),
    Spec {
        field: Field::Owner,
        name: "owner",
        aliases: &["reviewer", "desk"],
        kind: Kind::Words,
        doc: "the operator who reviews it",
        examples: &["owner:anna", "owner:none"],
    },
    Spec {
        field: Field::Partner,
        name: "partner",
        aliases: &[],
        kind: Kind::Words,
        doc: "the partner whose registration it is",
        examples: &["partner:\"Acme Systems\""],
    },
    Spec::tier(Field::Tier),
    Spec::company(Field::Company),
    Spec::city(Field::City),
    Spec::source(Field::Source),
    Spec {
        field: Field::Product,
        name: "product",
        aliases: &["line"],
        kind: Kind::Code,
        doc: "one of its product lines",
        examples: &["product:firewall"],
    },
    Spec::vertical(Field::Vertical),
    Spec {
        field: Field::Case,
        name: "case",
        aliases: &["conflict"],
        kind: Kind::Other("C"),
        doc: "the conflict that it is or was a party of",
        examples: &["case:C-17", "case:any"],
    },
    Spec { field: Field::Id, name: "id", aliases: &["deal"], kind: Kind::Id, doc: "its number", examples: &["id:D-12", "id>1000"] },
];

/// What can only be yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    Breached,
    Held,
    Mine,
    Marked,
    Open,
    Escalated,
    Complete,
    Protected,
    Extended,
    Conflict,
    Appealed,
    Shared,
    Matched,
}

pub const FLAGS: &[FlagSpec<Flag>] = &[
    FlagSpec {
        flag: Flag::Breached,
        name: "breached",
        aliases: &["overdue", "late"],
        doc: "its decision is overdue, or that about its conflict",
    },
    FlagSpec { flag: Flag::Held, name: "held", aliases: &["paused"], doc: "its clocks stand still" },
    FlagSpec { flag: Flag::Mine, name: "mine", aliases: &["my"], doc: "you review it" },
    FlagSpec::marked(Flag::Marked),
    FlagSpec::open(Flag::Open),
    FlagSpec::escalated(Flag::Escalated),
    FlagSpec { flag: Flag::Complete, name: "complete", aliases: &[], doc: "it has its place in the order of complete submissions" },
    FlagSpec { flag: Flag::Protected, name: "protected", aliases: &[], doc: "its protection is in force" },
    FlagSpec { flag: Flag::Extended, name: "extended", aliases: &[], doc: "its protection was extended" },
    FlagSpec { flag: Flag::Conflict, name: "conflict", aliases: &["disputed"], doc: "a conflict about it is not closed" },
    FlagSpec { flag: Flag::Appealed, name: "appealed", aliases: &[], doc: "the decision of its conflict is appealed" },
    FlagSpec { flag: Flag::Shared, name: "shared", aliases: &["split"], doc: "it has a share of a split deal" },
    FlagSpec { flag: Flag::Matched, name: "matched", aliases: &[], doc: "its end customer is in our directory" },
];

impl Field {
    pub fn spec(self) -> &'static Spec<Self> {
        Deals::spec(self)
    }
}
