//! What the language needs to know of a room: its tables of fields and flags.

use crate::domain::id::Number;
use std::fmt;

/// The words of one room: what a filter can ask about its records.
pub trait Room: fmt::Debug + Copy + Eq + Send + Sync + 'static {
    type Field: fmt::Debug + Copy + Eq + Send + Sync + 'static;
    /// What can only be yes or no.
    type Flag: fmt::Debug + Copy + Eq + Send + Sync + 'static;
    /// The number of a record.
    type Id: Number;
    /// What whoever asks may do there today, where a queue depends on it.
    type Reach: fmt::Debug + Send + Sync + 'static;
    const FIELDS: &'static [Spec<Self::Field>];
    const FLAGS: &'static [FlagSpec<Self::Flag>];
    /// What screens call a value of a choice, and the value; or the terms to write instead, where it is more than one value.
    const SAID: &'static [(&'static str, &'static str)] = &[];

    /// The row of the table. Every field has one; a test holds that.
    fn spec(field: Self::Field) -> &'static Spec<Self::Field> {
        Self::FIELDS.iter().find(|spec| spec.field == field).unwrap_or(&Self::FIELDS[0])
    }

    /// Finds a field by its name or an alias, in any case.
    fn find(name: &str) -> Option<&'static Spec<Self::Field>> {
        Self::FIELDS.iter().find(|spec| spec.names().any(|known| known.eq_ignore_ascii_case(name)))
    }

    /// The row of the table. Every flag has one; a test holds that.
    fn flag_spec(flag: Self::Flag) -> &'static FlagSpec<Self::Flag> {
        Self::FLAGS.iter().find(|spec| spec.flag == flag).unwrap_or(&Self::FLAGS[0])
    }

    /// Finds a flag by its name or an alias, in any case.
    fn find_flag(name: &str) -> Option<Self::Flag> {
        Self::FLAGS.iter().find(|spec| spec.names().any(|known| known.eq_ignore_ascii_case(name))).map(|spec| spec.flag)
    }
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
    /// The number of a record of another kind, with the letter of that kind: `C-17`.
    Other(&'static str),
    /// An instant ahead: a length of time counts from now on.
    Future,
    /// An instant behind: a length of time is an age.
    Past,
}

/// One row of the table of fields.
#[derive(Debug)]
pub struct Spec<F> {
    pub field: F,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    /// What the field is, for the help; begins in lower case.
    pub doc: &'static str,
    /// Whole terms that show how the field is used.
    pub examples: &'static [&'static str],
}

/// One row of the table of flags.
#[derive(Debug)]
pub struct FlagSpec<F> {
    pub flag: F,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub doc: &'static str,
}

/// What rooms ask about in the same words.
impl<F> Spec<F> {
    pub const fn country(field: F) -> Self {
        Self {
            field,
            name: "country",
            aliases: &["c"],
            kind: Kind::Country,
            doc: "the end customer's country, by code or name",
            examples: &["country:DE,FR", "country:germany", "-country:US"],
        }
    }

    pub const fn company(field: F) -> Self {
        Self {
            field,
            name: "company",
            aliases: &["customer", "name"],
            kind: Kind::Words,
            doc: "words of the end customer's name",
            examples: &["company:acme"],
        }
    }

    pub const fn city(field: F) -> Self {
        Self { field, name: "city", aliases: &["town"], kind: Kind::Words, doc: "the end customer's city", examples: &["city:berlin"] }
    }

    pub const fn vertical(field: F) -> Self {
        Self {
            field,
            name: "vertical",
            aliases: &["industry"],
            kind: Kind::Code,
            doc: "the end customer's line of business",
            examples: &["vertical:healthcare"],
        }
    }

    /// Of the partner whom the room's `partner` names.
    pub const fn tier(field: F) -> Self {
        Self {
            field,
            name: "tier",
            aliases: &[],
            kind: Kind::Code,
            doc: "the tier of that partner",
            examples: &["tier:gold", "tier:gold,platinum"],
        }
    }

    pub const fn source(field: F) -> Self {
        Self {
            field,
            name: "source",
            aliases: &["origin"],
            kind: Kind::Code,
            doc: "the system or list that it comes from",
            examples: &["source:webinar", "source:\"partner referral\""],
        }
    }

    pub const fn updated(field: F) -> Self {
        Self { field, name: "updated", aliases: &["changed"], kind: Kind::Past, doc: "when it last changed", examples: &["updated<30m"] }
    }

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

impl<F> FlagSpec<F> {
    pub const fn marked(flag: F) -> Self {
        Self { flag, name: "marked", aliases: &["selected"], doc: "you marked it" }
    }

    pub const fn open(flag: F) -> Self {
        Self { flag, name: "open", aliases: &["live"], doc: "somebody still has to do something about it" }
    }

    pub const fn escalated(flag: F) -> Self {
        Self { flag, name: "escalated", aliases: &[], doc: "somebody senior has to look" }
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}

/// The tables of fields and flags of a room in Markdown, for the README and `--help`.
pub fn reference<R: Room>() -> String {
    use std::fmt::Write as _;
    let mut out = String::from("| field | also | what it is | for example |\n|---|---|---|---|\n");
    for spec in R::FIELDS {
        let examples: Vec<String> = spec.examples.iter().map(|example| format!("`{example}`")).collect();
        let _ = writeln!(out, "| `{}` | {} | {} | {} |", spec.name, spec.aliases.join(", "), spec.doc, examples.join(", "));
    }
    for spec in R::FLAGS {
        let _ = writeln!(out, "| `is:{}` | {} | {} | `-is:{}` |", spec.name, spec.aliases.join(", "), spec.doc, spec.name);
    }
    out
}
