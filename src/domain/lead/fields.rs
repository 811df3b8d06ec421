//! What a filter can ask about leads.

use crate::domain::{
    filter::{FlagSpec, Kind, Room, Spec},
    id::LeadId,
    lead::LeadState,
};

/// The lead room's words in the filter language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leads;

impl Room for Leads {
    type Field = Field;
    type Flag = Flag;
    type Id = LeadId;
    type Reach = ();
    const FIELDS: &'static [Spec<Field>] = FIELDS;
    const FLAGS: &'static [FlagSpec<Flag>] = FLAGS;
    const SAID: &'static [(&'static str, &'static str)] = &[("in_contact", "working")];
}

/// A field of a lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Id,
    Stage,
    Country,
    City,
    Company,
    Score,
    Tier,
    Partner,
    Owner,
    Source,
    Product,
    Vertical,
    Due,
    Received,
    Updated,
    Offers,
}

pub const FIELDS: &[Spec<Field>] = &[
    Spec {
        field: Field::Stage,
        name: "stage",
        aliases: &["state", "status"],
        kind: Kind::Choice(&LeadState::NAMES),
        doc: "where the lead stands",
        examples: &["stage:offered", "stage:accepted,working"],
    },
    Spec::country(Field::Country),
    Spec {
        field: Field::Score,
        name: "score",
        aliases: &["points"],
        kind: Kind::Number,
        doc: "the lead's score in points",
        examples: &["score>70", "score:50..80"],
    },
    Spec {
        field: Field::Due,
        name: "due",
        aliases: &[],
        kind: Kind::Future,
        doc: "when the running clock is due",
        examples: &["due<2h", "due:today", "due<2026-03-01"],
    },
    Spec {
        field: Field::Received,
        name: "received",
        aliases: &["age", "created"],
        kind: Kind::Past,
        doc: "when the lead came in; a length of time is its age",
        examples: &["received>7d", "received:yesterday", "received:2026-01..2026-03"],
    },
    Spec::updated(Field::Updated),
    Spec {
        field: Field::Owner,
        name: "owner",
        aliases: &["desk", "assignee"],
        kind: Kind::Words,
        doc: "the operator at the desk who looks after the lead",
        examples: &["owner:anna", "owner:none"],
    },
    Spec {
        field: Field::Partner,
        name: "partner",
        aliases: &["offered-to"],
        kind: Kind::Words,
        doc: "the partner who holds the lead or its offer",
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
        doc: "the product line asked for",
        examples: &["product:storage"],
    },
    Spec::vertical(Field::Vertical),
    Spec {
        field: Field::Offers,
        name: "offers",
        aliases: &[],
        kind: Kind::Number,
        doc: "how many offers the lead has had",
        examples: &["offers>=2"],
    },
    Spec { field: Field::Id, name: "id", aliases: &["lead"], kind: Kind::Id, doc: "the lead's number", examples: &["id:L-12", "id>1000"] },
];

/// What can only be yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    Breached,
    Paused,
    Mine,
    Unassigned,
    Marked,
    Open,
    Escalated,
}

pub const FLAGS: &[FlagSpec<Flag>] = &[
    FlagSpec { flag: Flag::Breached, name: "breached", aliases: &["overdue", "late"], doc: "its clock has run out" },
    FlagSpec { flag: Flag::Paused, name: "paused", aliases: &["snoozed"], doc: "its clock stands still" },
    FlagSpec { flag: Flag::Mine, name: "mine", aliases: &["my"], doc: "you look after it" },
    FlagSpec { flag: Flag::Unassigned, name: "unassigned", aliases: &["unplaced"], doc: "no partner holds it or is asked" },
    FlagSpec::marked(Flag::Marked),
    FlagSpec::open(Flag::Open),
    FlagSpec::escalated(Flag::Escalated),
];

impl Field {
    pub fn spec(self) -> &'static Spec<Self> {
        Leads::spec(self)
    }
}
