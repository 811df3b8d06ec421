//! An evaluation as it is kept: the facts of a partner at an audit day, the scorecard that they gave, and by which program.
//! It never changes. What comes in later makes another one that names the one it restates.

use super::{
    evaluate::{Outcome, Scorecard},
    facts::Facts,
    period::Quarter,
    standing::Audited,
};
use crate::domain::{
    aggregate::Aggregate,
    deal::ContentHash,
    event::{Entity, Event},
    id::{EvaluationId, PartnerId, ProgramVersion},
    text::Text,
    time::Instant,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    pub id: EvaluationId,
    pub version: i64,
    pub made_at: Instant,
    pub made: Made,
}

/// What an evaluation holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// The same partner, day, facts, program, tier and outcome have the same, and are evaluated once.
    pub key: Text,
    pub partner: PartnerId,
    pub kind: AuditKind,
    pub program: ProgramVersion,
    /// The last evaluation of the same partner and day, whose facts were others.
    pub restates: Option<EvaluationId>,
    pub facts: Facts,
    pub card: Scorecard,
}

/// What an evaluation is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuditKind {
    /// The audit of a quarter: what follows from it is proposed.
    Quarter(Quarter),
    /// The audit at the end of a remediation plan: it counts as one of a quarter does.
    Reaudit,
    /// How things stand; nothing follows.
    OnDemand,
}

impl AuditKind {
    pub const fn counts(self) -> bool {
        !matches!(self, Self::OnDemand)
    }

    /// `2026-Q1`, `reaudit`, or nothing.
    pub fn code(self) -> String {
        match self {
            Self::Quarter(quarter) => format!("{}-Q{}", quarter.year, quarter.number),
            Self::Reaudit => "reaudit".to_owned(),
            Self::OnDemand => String::new(),
        }
    }
}

/// What tells one evaluation from another.
pub fn key(kind: AuditKind, program: ProgramVersion, facts: &Facts, stored: &str, outcome: Outcome) -> Text {
    let all = format!("{}\u{1f}{program}\u{1f}{}\u{1f}{stored}\u{1f}{}", kind.code(), facts.hash(), outcome.name());
    Text::clean(&format!("{}:{}:{}", facts.partner, facts.day, ContentHash::of(all.as_bytes())))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EvaluationEvent {
    Made { made: Box<Made> },
}

impl EvaluationEvent {
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Made { .. } => "evaluation.made",
        }
    }
}

impl Evaluation {
    /// What the standing of the partner keeps of it.
    pub fn audited(&self) -> Audited {
        let Made { kind, restates, card, .. } = &self.made;
        let failing = card.lines.iter().find(|line| line.tier.eq_ignore_ascii_case(&card.stored)).map_or(&[][..], |line| &line.gates);
        Audited {
            evaluation: self.id,
            day: card.day,
            kind: *kind,
            outcome: card.outcome,
            stored: card.stored.clone(),
            computed: card.computed.clone(),
            score: card.composite,
            currency: card.currency,
            failing: failing.iter().filter(|gate| gate.gap().is_some()).copied().collect(),
            falls_on: card.falls.as_ref().map(|fall| fall.on),
            falls_by: card.falls.as_ref().map(|fall| fall.gate),
            is_near: card.is_near_a_line(NEAR_PERCENT),
            near: card.near_lines(NEAR_PERCENT),
            restates: *restates,
        }
    }
}

/// Who stands within so many percent of a line is near it.
pub const NEAR_PERCENT: i64 = 10;

impl Aggregate for Evaluation {
    type Id = EvaluationId;
    type Event = EvaluationEvent;
    const ENTITY: fn(EvaluationId) -> Entity = Entity::Evaluation;

    fn id(&self) -> EvaluationId {
        self.id
    }

    fn version(&self) -> i64 {
        self.version
    }

    /// The engine has nothing to do about it.
    fn next_at(&self) -> Option<Instant> {
        None
    }

    fn source_key(&self) -> Option<&Text> {
        Some(&self.made.key)
    }

    fn event(event: &Event) -> Option<&EvaluationEvent> {
        if let Event::Evaluation(event) = event { Some(event) } else { None }
    }

    fn begin(id: EvaluationId, event: &EvaluationEvent, at: Instant) -> Option<Self> {
        let EvaluationEvent::Made { made } = event;
        Some(Self { id, version: 1, made_at: at, made: (**made).clone() })
    }

    /// It has one event.
    fn apply(&mut self, _: &EvaluationEvent, _: Instant) {
        self.version += 1;
    }
}
