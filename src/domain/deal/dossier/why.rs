//! The words of a dossier: the one place where its data becomes sentences.

use super::{Against, Because, ClauseValue, Favour, Margin, Moment, Nearest, Recommendation};
use crate::domain::{
    deal::conflict::{Finding, Reason, SameCustomer, Verdict, VerdictKind},
    id::DealId,
    program::Clause,
    text::Text,
    time::{MICROS_PER_HOUR, MICROS_PER_MINUTE, MICROS_PER_SECOND, Span},
};

/// How a registration is called on the screen; `D-12` when there is nothing better.
pub type Name<'a> = &'a dyn Fn(DealId) -> String;

impl ClauseValue {
    /// A party's value in a few words.
    pub fn words(&self) -> String {
        match self {
            Self::Letter(None) => "no letter".to_owned(),
            Self::Letter(Some(day)) => format!("letter of {day}"),
            Self::Place(None) => "not complete".to_owned(),
            Self::Place(Some(place)) => format!("complete {}, number {}", place.complete_at, place.sequence),
            Self::Sales { count: 0, .. } => "no sales".to_owned(),
            Self::Sales { count, totals, last } => {
                let totals: Vec<String> = totals.iter().map(ToString::to_string).collect();
                let last = last.map_or_else(String::new, |last| format!(", last on {last}"));
                format!("{} in {}{last}", totals.join(" + "), plural(*count, "sale"))
            }
            Self::Territory(true) => "inside its territory".to_owned(),
            Self::Territory(false) => "outside its territory".to_owned(),
            Self::Certifications { needed: 0, .. } => "none needed".to_owned(),
            Self::Certifications { held, needed } => format!("{held} of {needed}"),
            Self::Tier { name, rank: Some(_) } => name.to_string(),
            Self::Tier { name, rank: None } if name.is_empty() => "no tier".to_owned(),
            Self::Tier { name, rank: None } => format!("{name}, not of the program"),
            Self::Touches(count) => plural(*count, "contact"),
        }
    }
}

impl Favour {
    /// Whom a clause favours, and by how much.
    pub fn words(&self, name: Name<'_>) -> String {
        match self {
            Self::Party { deal, by } => format!("{} {}", name(*deal), by.words()),
            Self::Even => "even".to_owned(),
            Self::Nobody => "nobody".to_owned(),
        }
    }
}

impl Margin {
    pub fn words(self) -> String {
        match self {
            Self::Only => "alone".to_owned(),
            Self::Time(Span::ZERO) => "by the order of arrival".to_owned(),
            Self::Time(span) => format!("by {}", elapsed(span)),
            Self::Amount(money) => format!("by {money}"),
            Self::Count(count) => format!("by {count}"),
            Self::Ranks(ranks) => format!("by {}", plural(ranks, "tier")),
        }
    }
}

impl Recommendation {
    /// One sentence without its full stop.
    pub fn sentence(&self, name: Name<'_>) -> String {
        let clause = self.deciding.map_or("nothing", Clause::doc);
        match (self.favours, self.because) {
            (Some(deal), Because::Letter) => format!("award to {}: the customer wrote for nobody else", name(deal)),
            (Some(deal), Because::Weight { lead }) => format!("award to {}: {clause} decides, with a lead of {lead} in weight", name(deal)),
            (Some(deal), Because::Alone) => format!("award to {}: all others gave up", name(deal)),
            (Some(deal), Because::Order) => format!("award to {}: a draw in weight, and {clause} comes first", name(deal)),
            _ => "split, or look for more evidence: nothing tells the parties apart".to_owned(),
        }
    }
}

impl Against {
    pub fn sentence(self) -> String {
        let Self { against, of } = self;
        format!("this goes against {against} of the {of} nearest past decisions")
    }
}

impl Nearest {
    pub fn sentence(&self, name: Name<'_>) -> String {
        let percent = self.similarity_bp / 100;
        let outcome = match (self.kind, self.suggests) {
            (VerdictKind::Award, Some(deal)) => format!("awarded to who stood like {}", name(deal)),
            (kind, _) => kind.doc().to_owned(),
        };
        let appealed = if self.is_appealed { ", and it is appealed" } else { "" };
        format!("{} of {}, {percent} % alike: {outcome}{appealed}", self.case, self.decided_at)
    }
}

impl Verdict {
    pub fn sentence(&self, name: Name<'_>) -> String {
        match self {
            Self::Award { winner } => format!("awarded to {}", name(*winner)),
            Self::Split { shares } => {
                let all: Vec<String> = shares.iter().map(|(deal, bp)| format!("{} {}.{:02} %", name(deal), bp / 100, bp % 100)).collect();
                format!("split: {}", all.join(", "))
            }
            Self::RejectAll { reason } => format!("all rejected: {}", reason.doc()),
            Self::Void => "no conflict: all go on as before".to_owned(),
        }
    }
}

impl Reason {
    /// What the parties of a duplicate all claim: `Switching of the same customer A-1`.
    pub fn claimed(&self) -> Option<String> {
        let Self::Duplicate { customer, products } = self else { return None };
        let products: Vec<&str> = products.iter().map(Text::as_str).collect();
        Some(format!("{} of {}", products.join(", "), customer.words()))
    }
}

impl Finding {
    /// Why the two conflict, one sentence without its full stop.
    pub fn sentence(&self, name: Name<'_>) -> String {
        let (a, b) = self.between;
        match &self.reason {
            Reason::Duplicate { .. } => format!("{} and {} are about {}", name(a), name(b), self.reason.claimed().unwrap_or_default()),
            Reason::Horizontal { .. } => format!("{} and {} are of two partners", name(a), name(b)),
            Reason::Vertical { upper, lower, direct: true } => format!("{} is our own sales, and {} a partner", name(*upper), name(*lower)),
            Reason::Vertical { upper, lower, .. } => format!("{} is of a distributor, and {} of a reseller", name(*upper), name(*lower)),
            Reason::CrossTerritory { outside } => {
                let all: Vec<String> = outside.iter().map(|deal| name(*deal)).collect();
                match all.as_slice() {
                    [one] => format!("{one} lies outside the territory of its partner"),
                    many => format!("{} lie outside the territories of their partners", many.join(" and ")),
                }
            }
            Reason::Incumbency { incumbent, newcomer, last_sale, sales } => {
                let sales = plural(*sales, "sale");
                format!("{} has {sales} to this customer, the last on {last_sale}, and {} has none", name(*incumbent), name(*newcomer))
            }
            Reason::PostDealCredit { won, claimant, on } => format!("{} was won on {on}, and {} claims it", name(*won), name(*claimant)),
        }
    }
}

impl SameCustomer {
    pub fn words(&self) -> String {
        match self {
            Self::Account { account } => format!("the same customer {account}"),
            Self::Family { family } => format!("the group of {family}"),
            Self::Likeness { score_bp } => format!("customers that are {} % alike", score_bp / 100),
        }
    }
}

impl Moment {
    pub fn words(&self) -> String {
        match self {
            Self::LeadReceived => "lead received".to_owned(),
            Self::LeadOffered => "lead offered to the partner".to_owned(),
            Self::Sale { amount } => format!("sold {amount} to the customer"),
            Self::Touch { name } => format!("contact: {name}"),
            Self::Letter { name } => format!("letter of the customer: {name}"),
            Self::Drafted => "registration begun".to_owned(),
            Self::Submitted => "submitted".to_owned(),
            Self::Completed { sequence } => format!("complete, number {sequence}"),
            Self::Attached { no, kind } => format!("document {no} attached: {}", kind.doc()),
            Self::Approved => "approved".to_owned(),
            Self::ProtectedUntil => "protection ends".to_owned(),
            Self::Won => "won".to_owned(),
            Self::Lost { reason } => format!("lost: {}", reason.doc()),
            Self::Ended { state } => (*state).to_owned(),
            Self::InfoRequested => "returned for information".to_owned(),
            Self::Held { reason } => format!("held: {}", reason.doc()),
            Self::Joined => "joined the conflict".to_owned(),
            Self::Opened => "conflict opened".to_owned(),
            Self::EvidenceAsked => "the parties were asked for evidence".to_owned(),
            Self::Decided { no, verdict } => format!("decision {no}: {verdict}"),
            Self::Told => "the parties were told".to_owned(),
            Self::Appealed => "appealed".to_owned(),
        }
    }
}

fn plural(count: u32, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

/// Elapsed time in its two largest units: `3 d 4 h`, `12 min 5 s`, `0.250 s`.
fn elapsed(span: Span) -> String {
    const DAY: i64 = 24 * MICROS_PER_HOUR;
    let micros = span.micros().abs();
    let pair = |unit: i64, name: &str, next: i64, next_name: &str| match micros % unit / next {
        0 => format!("{} {name}", micros / unit),
        rest => format!("{} {name} {rest} {next_name}", micros / unit),
    };
    match micros {
        DAY.. => pair(DAY, "d", MICROS_PER_HOUR, "h"),
        MICROS_PER_HOUR.. => pair(MICROS_PER_HOUR, "h", MICROS_PER_MINUTE, "min"),
        MICROS_PER_MINUTE.. => pair(MICROS_PER_MINUTE, "min", MICROS_PER_SECOND, "s"),
        _ => format!("{}.{:03} s", micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND / 1_000),
    }
}
