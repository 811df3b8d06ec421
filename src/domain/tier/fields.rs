//! What a filter can ask about partners at the tier desk.

use crate::domain::{
    filter::{FlagSpec, Kind, Room, Spec},
    pos::Trouble,
    tier::desk::DeskId,
};

/// The tier desk's words in the filter language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tiers;

impl Room for Tiers {
    type Field = Field;
    type Flag = Flag;
    type Id = DeskId;
    type Reach = ();
    const FIELDS: &'static [Spec<Field>] = FIELDS;
    const FLAGS: &'static [FlagSpec<Flag>] = FLAGS;
    const SAID: &'static [(&'static str, &'static str)] = &[("stays", "stay")];
}

/// A field of a partner, of how it stands, or of an order line that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Id,
    Name,
    Code,
    Tier,
    Earned,
    Outcome,
    Proposal,
    Score,
    Status,
    Kind,
    Country,
    Owner,
    Falls,
    Plan,
    Reason,
    Updated,
}

const OUTCOMES: [&str; 4] = ["stay", "promote", "at_risk", "demote"];
const PROPOSALS: [&str; 3] = ["proposed", "deferred", "approved"];
const STATUSES: [&str; 4] = ["onboarding", "active", "suspended", "offboarded"];
const KINDS: [&str; 9] = ["distributor", "reseller", "var", "system_integrator", "msp", "agent", "oem", "consultant", "direct"];

pub const FIELDS: &[Spec<Field>] = &[
    Spec {
        field: Field::Name,
        name: "name",
        aliases: &["partner", "company"],
        kind: Kind::Words,
        doc: "words of the partner's name",
        examples: &["name:acme"],
    },
    Spec {
        field: Field::Code,
        name: "code",
        aliases: &["number"],
        kind: Kind::Code,
        doc: "the partner's own number in its source system",
        examples: &["code:AW00000001"],
    },
    Spec {
        field: Field::Tier,
        name: "tier",
        aliases: &["has"],
        kind: Kind::Code,
        doc: "the tier that it has",
        examples: &["tier:gold", "tier:gold,platinum"],
    },
    Spec {
        field: Field::Earned,
        name: "earned",
        aliases: &["computed"],
        kind: Kind::Code,
        doc: "the tier that the last audit found",
        examples: &["earned:silver"],
    },
    Spec {
        field: Field::Outcome,
        name: "outcome",
        aliases: &["audit"],
        kind: Kind::Choice(&OUTCOMES),
        doc: "what the last audit came to",
        examples: &["outcome:at_risk,demote"],
    },
    Spec {
        field: Field::Proposal,
        name: "proposal",
        aliases: &["change"],
        kind: Kind::Choice(&PROPOSALS),
        doc: "where a change of its tier stands",
        examples: &["proposal:proposed"],
    },
    Spec {
        field: Field::Score,
        name: "score",
        aliases: &["points"],
        kind: Kind::Number,
        doc: "whole points of the last scorecard",
        examples: &["score>80", "score:60..80"],
    },
    Spec {
        field: Field::Status,
        name: "status",
        aliases: &["state", "stage"],
        kind: Kind::Choice(&STATUSES),
        doc: "whether it is active",
        examples: &["status:active"],
    },
    Spec {
        field: Field::Kind,
        name: "kind",
        aliases: &["type"],
        kind: Kind::Choice(&KINDS),
        doc: "what kind of partner it is",
        examples: &["kind:distributor", "kind:var,msp"],
    },
    Spec {
        field: Field::Country,
        name: "country",
        aliases: &["c"],
        kind: Kind::Country,
        doc: "the partner's country, by code or name",
        examples: &["country:DE,FR", "country:germany"],
    },
    Spec {
        field: Field::Owner,
        name: "owner",
        aliases: &["desk"],
        kind: Kind::Words,
        doc: "the operator who looks after its remediation plan",
        examples: &["owner:anna", "owner:none"],
    },
    Spec {
        field: Field::Falls,
        name: "falls",
        aliases: &["fall"],
        kind: Kind::Future,
        doc: "the day on which it falls below its line, if nothing is added",
        examples: &["falls<30d", "falls:2026-12"],
    },
    Spec {
        field: Field::Plan,
        name: "plan",
        aliases: &["remediation"],
        kind: Kind::Future,
        doc: "when its remediation plan is over",
        examples: &["plan<14d", "plan:any"],
    },
    Spec {
        field: Field::Reason,
        name: "reason",
        aliases: &["why"],
        kind: Kind::Choice(&Trouble::CODES),
        doc: "what keeps an order line from being recorded",
        examples: &["reason:unknown_partner"],
    },
    Spec::updated(Field::Updated),
    Spec { field: Field::Id, name: "id", aliases: &[], kind: Kind::Id, doc: "its number", examples: &["id:P-12", "id:K-3"] },
];

/// What can only be yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Flag {
    Mine,
    Marked,
    Near,
    Planned,
    Audited,
}

pub const FLAGS: &[FlagSpec<Flag>] = &[
    FlagSpec { flag: Flag::Mine, name: "mine", aliases: &["my"], doc: "you look after its remediation plan" },
    FlagSpec::marked(Flag::Marked),
    FlagSpec { flag: Flag::Near, name: "near", aliases: &["close"], doc: "it stands within ten percent of a line" },
    FlagSpec { flag: Flag::Planned, name: "planned", aliases: &["remediation"], doc: "it has a remediation plan" },
    FlagSpec { flag: Flag::Audited, name: "audited", aliases: &["scored"], doc: "it was audited at all" },
];
