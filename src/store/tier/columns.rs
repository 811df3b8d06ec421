//! The columns of evaluations and standings, each in one place: its name and its value.

use crate::{
    domain::{
        aggregate::Aggregate,
        day::day_number,
        tier::{
            evaluation::Evaluation,
            standing::{Proposal, Standing},
        },
    },
    store::{kept::Kept, sql::Arg},
};

impl Kept for Evaluation {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from tier_evaluation_body where id in ";
    const VERSIONS: &'static str = "select id, version from tier_evaluation where id in ";
    const INSERT: (&'static str, usize) =
        ("insert into tier_evaluation (id, version, made_at, partner, day, kind, outcome, stored, computed, source_key)", 10);
    /// It never changes.
    const UPDATE: &'static str = "on conflict (id) do nothing";
    const INSERT_BODY: (&'static str, usize) = ("insert into tier_evaluation_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do nothing";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let card = &self.made.card;
        [
            self.id.into(),
            self.version.into(),
            self.made_at.into(),
            self.made.partner.into(),
            day_number(card.day).into(),
            self.made.kind.code().into(),
            card.outcome.name().into(),
            (&card.stored).into(),
            (&card.computed).into(),
            (&self.made.key).into(),
        ]
    }
}

impl Kept for Standing {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from tier_standing_body where id in ";
    const VERSIONS: &'static str = "select id, version from tier_standing where id in ";
    const INSERT: (&'static str, usize) = (
        "insert into tier_standing (id, version, updated_at, next_at, partner, outcome, score, is_near, falls_day, proposal, promotes, \
         plan_due_day, acquired_day)",
        13,
    );
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        next_at = excluded.next_at, outcome = excluded.outcome, score = excluded.score, is_near = excluded.is_near, \
        falls_day = excluded.falls_day, proposal = excluded.proposal, promotes = excluded.promotes, \
        plan_due_day = excluded.plan_due_day, acquired_day = excluded.acquired_day";
    const INSERT_BODY: (&'static str, usize) = ("insert into tier_standing_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let latest = self.latest.as_ref();
        [
            self.id.into(),
            self.version.into(),
            self.updated_at.into(),
            self.next_at().into(),
            self.partner.into(),
            latest.map_or("", |latest| latest.outcome.name()).into(),
            latest.and_then(|latest| latest.score).map(|score| score.0).into(),
            latest.is_some_and(|latest| latest.is_near).into(),
            latest.and_then(|latest| latest.falls_on).map(day_number).into(),
            self.proposal.as_ref().map_or("", Proposal::state_name).into(),
            self.proposal.as_ref().is_some_and(|proposal| proposal.promotes).into(),
            self.plan.as_ref().map(|plan| day_number(plan.due_on)).into(),
            self.acquired_on.map(day_number).into(),
        ]
    }
}
