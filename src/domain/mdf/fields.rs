//! What a filter can ask about funds, requests and claims.

use crate::domain::{
    filter::{FlagSpec, Kind, Room, Spec},
    mdf::{approval::Reach, item::ItemId},
};

/// The words of the MDF desk in the filter language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funding;

impl Room for Funding {
    type Field = Field;
    type Flag = Flag;
    type Id = ItemId;
    type Reach = Reach;
    const FIELDS: &'static [Spec<Field>] = FIELDS;
    const FLAGS: &'static [FlagSpec<Flag>] = FLAGS;
    const SAID: &'static [(&'static str, &'static str)] = &[
        ("returned", "info_requested"),
        ("to_approve", "submitted"),
        ("second", "submitted"),
        ("finance", "submitted"),
        ("to_pay", "kind:claim is:payable"),
        ("paying", "kind:claim stage:approved"),
        ("committed", "kind:request stage:approved"),
    ];
}

/// A field of a fund, a request or a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Id,
    Kind,
    Stage,
    Title,
    Partner,
    Tier,
    Owner,
    Fund,
    Category,
    Country,
    Amount,
    Currency,
    Check,
    Due,
    Starts,
    Submitted,
    Updated,
}

const KINDS: [&str; 3] = ["fund", "request", "claim"];

/// Of funds, requests and claims, each once.
pub const STAGES: [&str; 12] = [
    "draft",
    "submitted",
    "info_requested",
    "suspect",
    "approved",
    "rejected",
    "withdrawn",
    "expired",
    "completed",
    "closed",
    "open",
    "settled",
];

/// The worst that the checks of a claim found.
pub const CHECKS: [&str; 3] = ["fail", "person", "pass"];

pub const FIELDS: &[Spec<Field>] = &[
    Spec {
        field: Field::Kind,
        name: "kind",
        aliases: &["type"],
        kind: Kind::Choice(&KINDS),
        doc: "a fund, a request or a claim",
        examples: &["kind:claim", "kind:request,claim"],
    },
    Spec {
        field: Field::Stage,
        name: "stage",
        aliases: &["state", "status"],
        kind: Kind::Choice(&STAGES),
        doc: "where it stands",
        examples: &["stage:submitted", "stage:approved,closed"],
    },
    Spec {
        field: Field::Amount,
        name: "amount",
        aliases: &["asked", "value"],
        kind: Kind::Number,
        doc: "what is asked for, in whole units of its currency; of a fund what is available",
        examples: &["amount>5000", "amount:1000..5000 currency:EUR"],
    },
    Spec {
        field: Field::Currency,
        name: "currency",
        aliases: &[],
        kind: Kind::Code,
        doc: "the currency of that amount",
        examples: &["currency:EUR"],
    },
    Spec {
        field: Field::Check,
        name: "check",
        aliases: &["checks"],
        kind: Kind::Choice(&CHECKS),
        doc: "the worst that the checks of a claim found; a waived failure counts as passed by a person",
        examples: &["check:fail", "check:fail,person"],
    },
    Spec {
        field: Field::Due,
        name: "due",
        aliases: &["until"],
        kind: Kind::Future,
        doc: "when the decision, the payment or the last claim is due; of a fund the end of its period",
        examples: &["due<2d", "due:today"],
    },
    Spec {
        field: Field::Starts,
        name: "starts",
        aliases: &["activity"],
        kind: Kind::Future,
        doc: "the first day of the activity; of a fund that of its period",
        examples: &["starts<14d", "starts:2026-06"],
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
        aliases: &["assignee", "desk"],
        kind: Kind::Words,
        doc: "the operator who looks after it",
        examples: &["owner:anna", "owner:none"],
    },
    Spec {
        field: Field::Partner,
        name: "partner",
        aliases: &[],
        kind: Kind::Words,
        doc: "the partner who asks for the money, or whose fund it is",
        examples: &["partner:\"Acme Systems\""],
    },
    Spec::tier(Field::Tier),
    Spec {
        field: Field::Fund,
        name: "fund",
        aliases: &["budget"],
        kind: Kind::Words,
        doc: "words of the fund's name",
        examples: &["fund:launch", "fund:\"EMEA Q3\""],
    },
    Spec {
        field: Field::Title,
        name: "title",
        aliases: &["name"],
        kind: Kind::Words,
        doc: "words of the activity's title; of a fund its name",
        examples: &["title:roadshow"],
    },
    Spec {
        field: Field::Category,
        name: "category",
        aliases: &[],
        kind: Kind::Code,
        doc: "the category of the activity; of a fund its marketing program",
        examples: &["category:event"],
    },
    Spec {
        field: Field::Country,
        name: "country",
        aliases: &["c"],
        kind: Kind::Country,
        doc: "where the activity takes place, by code or name",
        examples: &["country:DE,FR", "-country:US"],
    },
    Spec {
        field: Field::Id,
        name: "id",
        aliases: &["claim", "request"],
        kind: Kind::Id,
        doc: "its number",
        examples: &["id:M-12", "id:R-3,M-4"],
    },
];

/// What can only be yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    Breached,
    Mine,
    Marked,
    Open,
    Escalated,
    Suspect,
    Payable,
    Returned,
}

pub const FLAGS: &[FlagSpec<Flag>] = &[
    FlagSpec { flag: Flag::Breached, name: "breached", aliases: &["overdue", "late"], doc: "its decision or payment is overdue" },
    FlagSpec { flag: Flag::Mine, name: "mine", aliases: &["my"], doc: "you look after it" },
    FlagSpec::marked(Flag::Marked),
    FlagSpec::open(Flag::Open),
    FlagSpec::escalated(Flag::Escalated),
    FlagSpec { flag: Flag::Suspect, name: "suspect", aliases: &["frozen"], doc: "it stands still under a suspicion" },
    FlagSpec { flag: Flag::Payable, name: "payable", aliases: &["unpaid"], doc: "it is approved and something of it is not ordered yet" },
    FlagSpec { flag: Flag::Returned, name: "returned", aliases: &[], doc: "it was returned to the partner at least once" },
];

impl Field {
    pub fn spec(self) -> &'static Spec<Self> {
        Funding::spec(self)
    }
}

#[cfg(test)]
mod tests;
