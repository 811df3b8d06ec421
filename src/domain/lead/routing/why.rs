//! The explanation of a routing decision: part of the decision, kept with it.

use crate::domain::{
    id::{DealId, PartnerId},
    lead::UnassignedReason,
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

/// How many candidates an explanation names; the others are counted by the rule that excluded them.
pub const NAMED_CANDIDATES: usize = 8;

/// The capacity of a partner for whom neither it nor its tier states one.
pub const NO_LIMIT: u32 = u32::MAX;

/// Why a lead went where it went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    pub decided_by: DecidedBy,
    /// The rotation scope: country and product line.
    pub scope: Text,
    /// Partners in the directory whose areas do not hold this lead.
    pub outside: u32,
    /// Partners inside that passed every rule.
    pub passed: u32,
    /// Partners inside that failed, by rule.
    pub failed: Vec<(Rule, u32)>,
    /// The winner first, then by turn, then those that failed.
    pub candidates: Vec<Candidate>,
    /// Who would have been next, and the smallest change that would have made it win.
    pub runner_up: Option<RunnerUp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecidedBy {
    /// An operator chose the partner.
    Hand,
    /// The program names the partner for this account.
    NamedAccount { account: Text },
    /// It holds a registration of this customer and product that is protected.
    LiveRegistration { deal: DealId },
    /// One candidate was left.
    OnlyCandidate,
    /// Weighted rotation among those who passed; the turn's number and the seed make it repeatable.
    Rotation { turn: i64, seed: u64 },
    /// Nobody was left.
    Nobody,
    /// The program's number of offers is used up.
    OffersExhausted { offers: u32 },
}

/// The routing rules in the order in which they apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Status,
    Territory,
    Certification,
    Exclusion,
    HadBefore,
    Capacity,
    Calendar,
    Rotation,
}

impl Rule {
    pub const ALL: [Self; 8] = [
        Self::Status,
        Self::Territory,
        Self::Certification,
        Self::Exclusion,
        Self::HadBefore,
        Self::Capacity,
        Self::Calendar,
        Self::Rotation,
    ];

    /// What it looks at, in one word.
    pub const fn subject(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Territory => "territory",
            Self::Certification => "certification",
            Self::Exclusion => "exclusion",
            Self::HadBefore => "had it before",
            Self::Capacity => "capacity",
            Self::Calendar => "opening hours",
            Self::Rotation => "turn",
        }
    }

    pub const fn doc(self) -> &'static str {
        match self {
            Self::Status => "partner is active",
            Self::Territory => "territory holds the lead",
            Self::Certification => "required certification is valid",
            Self::Exclusion => "no exclusion of the program",
            Self::HadBefore => "has not had this lead before",
            Self::Capacity => "has room",
            Self::Calendar => "opening hours do not stand in the way",
            Self::Rotation => "is in turn",
        }
    }
}

/// One partner's way through the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    #[serde(rename = "p")]
    pub partner: PartnerId,
    #[serde(rename = "t")]
    pub tier: Text,
    #[serde(rename = "w")]
    pub weight: i64,
    /// Open leads at that moment, this one not counted.
    #[serde(rename = "o")]
    pub open: u32,
    #[serde(rename = "c")]
    pub capacity: u32,
    /// Thousandths of a lead that it was owed.
    #[serde(rename = "d")]
    pub owed_milli: i64,
    /// How many turns it could still wait, in millionths, where its turn had come: who can wait least is given the lead.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub waits_micro: Option<i64>,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failure>,
}

/// The first rule that a partner failed, with what was compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    Status {
        is: Text,
    },
    /// `covers` is where it sells; nothing where it would hold the lead, and the program gives the territory to others.
    Territory {
        covers: Text,
    },
    Certification {
        needs: Text,
        ended: Option<Instant>,
    },
    Exclusion {
        rule: Text,
    },
    HadBefore {
        how: Text,
    },
    Capacity,
    Calendar {
        calendar: Text,
    },
}

impl Failure {
    pub const fn rule(&self) -> Rule {
        match self {
            Self::Status { .. } => Rule::Status,
            Self::Territory { .. } => Rule::Territory,
            Self::Certification { .. } => Rule::Certification,
            Self::Exclusion { .. } => Rule::Exclusion,
            Self::HadBefore { .. } => Rule::HadBefore,
            Self::Capacity => Rule::Capacity,
            Self::Calendar { .. } => Rule::Calendar,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunnerUp {
    pub partner: PartnerId,
    pub change: Change,
}

/// The smallest change that would have made the runner-up win.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is next in turn: one more lead of this scope. Only decisions of before say so: it would not have made it win.
    NextTurn,
    /// It is who would have got it had the winner been away.
    WinnerAway,
    /// A tier weight of at least this.
    Weight {
        at_least: i64,
    },
    /// Room for this many leads.
    Capacity {
        at_least: u32,
    },
    Certification {
        name: Text,
    },
    Activation,
    OpenCalendar,
}

impl Why {
    /// Why nobody was left, in one word: the rule that all of them failed, where it is the same one.
    pub fn nobody(&self) -> UnassignedReason {
        match self.failed.as_slice() {
            [] => UnassignedReason::Uncovered,
            [(Rule::Status, _)] => UnassignedReason::NoneActive,
            [(Rule::Certification, _)] => UnassignedReason::NoneCertified,
            [(Rule::Exclusion, _)] => UnassignedReason::AllExcluded,
            [(Rule::HadBefore, _)] => UnassignedReason::AllHadIt,
            [(Rule::Capacity, _)] => UnassignedReason::AllFull,
            [(Rule::Calendar, _)] => UnassignedReason::AllClosed,
            _ => UnassignedReason::NoCandidate,
        }
    }

    /// Whether the lot decided between the first two: the rotation found no difference between them.
    pub fn is_drawn(&self) -> bool {
        let [first, second, ..] = self.candidates.as_slice() else { return false };
        let is_turn = matches!(self.decided_by, DecidedBy::Rotation { .. }) && second.failed.is_none();
        is_turn && first.waits_micro.is_some() && first.waits_micro == second.waits_micro
    }

    /// The rule that the partner of an assignment by hand fails, and the compared values; nothing where an operator did what
    /// the rules could have done.
    pub fn against_the_rules(&self) -> Option<(Rule, String)> {
        let chosen = self.candidates.first().filter(|_| self.decided_by == DecidedBy::Hand)?;
        Some((chosen.failed.as_ref()?.rule(), chosen.why_not()?))
    }
}

/// One line of the explanation: a rule, whether it was passed, and the values compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub rule: Rule,
    /// `None`: not looked at, because an earlier rule had failed.
    pub passed: Option<bool>,
    pub detail: String,
}

impl Candidate {
    /// Every rule with its outcome and the compared values, in the order of application.
    pub fn checks(&self, why: &Why) -> Vec<Check> {
        let failed = self.failed.as_ref();
        let stop = failed.map(Failure::rule);
        let winner = why.candidates.first().map(|one| one.partner);
        Rule::ALL
            .into_iter()
            .map(|rule| match (stop, failed) {
                (Some(at), Some(failure)) if rule == at => Check { rule, passed: Some(false), detail: self.failure_detail(failure) },
                (Some(at), _) if rule > at => Check { rule, passed: None, detail: "not looked at".to_owned() },
                _ => Check {
                    rule,
                    passed: Some(rule != Rule::Rotation || winner == Some(self.partner)),
                    detail: self.passed_detail(rule, why),
                },
            })
            .collect()
    }

    /// The rule that it failed, with the compared values; nothing when it passed them all.
    pub fn why_not(&self) -> Option<String> {
        self.failed.as_ref().map(|failure| self.failure_detail(failure))
    }

    fn failure_detail(&self, failure: &Failure) -> String {
        match failure {
            Failure::Status { is } => format!("is {is}"),
            Failure::Territory { covers } if covers.is_empty() => "the program gives this territory to others".to_owned(),
            Failure::Territory { covers } => format!("sells in {covers}"),
            Failure::Certification { needs, ended: Some(at) } => format!("{needs} ended {at}"),
            Failure::Certification { needs, ended: None } => format!("has no {needs}"),
            Failure::Exclusion { rule } => rule.to_string(),
            Failure::HadBefore { how } => how.to_string(),
            Failure::Capacity => format!("{} open of {}", self.open, self.capacity),
            Failure::Calendar { calendar } => format!("{calendar} is closed"),
        }
    }

    fn passed_detail(&self, rule: Rule, why: &Why) -> String {
        match rule {
            Rule::Status => "active".to_owned(),
            Rule::Territory => why.scope.to_string(),
            Rule::Capacity if self.capacity == NO_LIMIT => format!("{} open, no limit", self.open),
            Rule::Capacity => format!("{} open of {}", self.open, self.capacity),
            Rule::Rotation => self.turn_detail(why),
            Rule::Certification | Rule::Exclusion | Rule::HadBefore | Rule::Calendar => "nothing against it".to_owned(),
        }
    }
}

impl Candidate {
    /// What the rotation compares. Where nobody's turn has come, that is what each is owed.
    fn turn_detail(&self, why: &Why) -> String {
        let owed = format!("weight {}, owed {}", self.weight, thousandths(self.owed_milli));
        let has_come = why.candidates.iter().any(|one| one.waits_micro.is_some());
        match self.waits_micro {
            Some(micro) => format!("{owed}, can wait {} turns", thousandths(micro.div_euclid(1_000))),
            None if has_come => format!("{owed}, its turn has not come"),
            None => owed,
        }
    }
}

fn thousandths(milli: i64) -> String {
    let sign = if milli < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", milli.abs() / 1000, milli.abs() % 1000)
}

impl Change {
    /// A sentence that follows the partner's name.
    pub fn sentence(&self) -> String {
        match self {
            Self::NextTurn => "gets the next lead of this scope".to_owned(),
            Self::WinnerAway => "would have won had the winner been away".to_owned(),
            Self::Weight { at_least } => format!("would have won with a tier weight of {at_least}"),
            Self::Capacity { at_least } => format!("would have won with room for {at_least} leads"),
            Self::Certification { name } => format!("would have won with a valid {name}"),
            Self::Activation => "would have won as an active partner".to_owned(),
            Self::OpenCalendar => "would have won during its opening hours".to_owned(),
        }
    }
}
