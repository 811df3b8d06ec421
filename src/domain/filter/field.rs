//! The table of fields and flags.

use crate::domain::lead::LeadState;

/// What a filter can ask about.
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

/// How a field's values are written and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One of a fixed set.
    Choice(&'static [&'static str]),
    /// An ISO 3166 country; names are read as well.
    Country,
    /// A code as [`crate::domain::search::slug`] makes it.
    Code,
    /// Normalised words, matched by prefix.
    Words,
    Number,
    /// A number that may be written as an identifier: `L-12`.
    Id,
    /// An instant ahead: a length of time counts from now on.
    Future,
    /// An instant behind: a length of time is an age.
    Past,
}

/// One row of the table of fields.
#[derive(Debug)]
pub struct Spec {
    pub field: Field,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    /// What the field is, for the help; begins in lower case.
    pub doc: &'static str,
    /// Whole terms that show how the field is used.
    pub examples: &'static [&'static str],
}

pub const FIELDS: &[Spec] = &[
    Spec {
        field: Field::Stage,
        name: "stage",
        aliases: &["state", "status"],
        kind: Kind::Choice(&LeadState::NAMES),
        doc: "where the lead stands",
        examples: &["stage:offered", "stage:accepted,working"],
    },
    Spec {
        field: Field::Country,
        name: "country",
        aliases: &["c"],
        kind: Kind::Country,
        doc: "the end customer's country, by code or name",
        examples: &["country:DE,FR", "country:germany", "-country:US"],
    },
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
    Spec {
        field: Field::Updated,
        name: "updated",
        aliases: &["changed"],
        kind: Kind::Past,
        doc: "when the lead last changed",
        examples: &["updated<30m"],
    },
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
    Spec {
        field: Field::Tier,
        name: "tier",
        aliases: &[],
        kind: Kind::Code,
        doc: "the tier of that partner",
        examples: &["tier:gold", "tier:gold,platinum"],
    },
    Spec {
        field: Field::Company,
        name: "company",
        aliases: &["customer", "name"],
        kind: Kind::Words,
        doc: "words of the end customer's name",
        examples: &["company:acme"],
    },
    Spec {
        field: Field::City,
        name: "city",
        aliases: &["town"],
        kind: Kind::Words,
        doc: "the end customer's city",
        examples: &["city:berlin"],
    },
    Spec {
        field: Field::Source,
        name: "source",
        aliases: &["origin"],
        kind: Kind::Code,
        doc: "the system or list that the lead comes from",
        examples: &["source:webinar", "source:\"partner referral\""],
    },
    Spec {
        field: Field::Product,
        name: "product",
        aliases: &["line"],
        kind: Kind::Code,
        doc: "the product line asked for",
        examples: &["product:storage"],
    },
    Spec {
        field: Field::Vertical,
        name: "vertical",
        aliases: &["industry"],
        kind: Kind::Code,
        doc: "the end customer's line of business",
        examples: &["vertical:healthcare"],
    },
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

/// One row of the table of flags.
#[derive(Debug)]
pub struct FlagSpec {
    pub flag: Flag,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub doc: &'static str,
}

pub const FLAGS: &[FlagSpec] = &[
    FlagSpec { flag: Flag::Breached, name: "breached", aliases: &["overdue", "late"], doc: "its clock has run out" },
    FlagSpec { flag: Flag::Paused, name: "paused", aliases: &["snoozed"], doc: "its clock stands still" },
    FlagSpec { flag: Flag::Mine, name: "mine", aliases: &["my"], doc: "you look after it" },
    FlagSpec { flag: Flag::Unassigned, name: "unassigned", aliases: &["unplaced"], doc: "no partner holds it or is asked" },
    FlagSpec { flag: Flag::Marked, name: "marked", aliases: &["selected"], doc: "you marked it" },
    FlagSpec { flag: Flag::Open, name: "open", aliases: &["live"], doc: "somebody still has to do something about it" },
    FlagSpec { flag: Flag::Escalated, name: "escalated", aliases: &[], doc: "somebody senior has to look" },
];

impl Field {
    /// The row of the table. Every field has one; a test holds that.
    pub fn spec(self) -> &'static Spec {
        FIELDS.iter().find(|spec| spec.field == self).unwrap_or(&FIELDS[0])
    }

    /// Finds a field by its name or an alias, in any case.
    pub fn find(name: &str) -> Option<&'static Spec> {
        FIELDS.iter().find(|spec| spec.names().any(|known| known.eq_ignore_ascii_case(name)))
    }
}

impl Spec {
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }

    /// The name with the operator that is most used with it: `country:`, `score>`, `due<`.
    pub const fn opener(&self) -> &'static str {
        match self.kind {
            Kind::Number => ">",
            Kind::Future | Kind::Past => "<",
            _ => ":",
        }
    }
}

impl Flag {
    /// The row of the table. Every flag has one; a test holds that.
    pub fn spec(self) -> &'static FlagSpec {
        FLAGS.iter().find(|spec| spec.flag == self).unwrap_or(&FLAGS[0])
    }

    pub fn find(name: &str) -> Option<Self> {
        let named =
            |spec: &&FlagSpec| spec.name.eq_ignore_ascii_case(name) || spec.aliases.iter().any(|alias| alias.eq_ignore_ascii_case(name));
        FLAGS.iter().find(named).map(|spec| spec.flag)
    }
}

/// The tables of fields and flags in Markdown, for the README and `--help`.
pub fn reference() -> String {
    use std::fmt::Write as _;
    let mut out = String::from("| field | also | what it is | for example |\n|---|---|---|---|\n");
    for spec in FIELDS {
        let examples: Vec<String> = spec.examples.iter().map(|example| format!("`{example}`")).collect();
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", spec.name, spec.aliases.join(", "), spec.doc, examples.join(", "));
    }
    for spec in FLAGS {
        let _ = writeln!(out, "| `is:{}` | {} | {} | `-is:{}` |", spec.name, spec.aliases.join(", "), spec.doc, spec.name);
    }
    out
}
