//! Conflict cases, and past decisions to compare with.

use crate::{
    domain::{
        aggregate::Aggregate,
        deal::{
            conflict::{CaseState, ConflictCase, VerdictKind},
            dossier::{
                Precedent,
                precedent::{code, decoded},
            },
            queue::is_pending,
        },
        id::{ConflictId, DealId},
        time::Instant,
    },
    store::{
        Session, Sql, Tx,
        columns::{NOT_DUE, due_key},
        error::{Error, Result},
        kept::{Kept, Saving},
        session::LIST_MAX,
        sql::{Arg, args},
        unit::CaseChange,
    },
};
use std::collections::BTreeMap;

pub const STATEMENTS: &[&str] = &[ConflictCase::DUE];

impl Kept for ConflictCase {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from conflict_body where id in ";
    const DUE: &'static str = "select kept.id, kept.body, cast(null as text) as person from conflict \
        join conflict_body as kept on kept.id = conflict.id where conflict.next_at <= $1 order by conflict.next_at, conflict.id limit $2";
    const VERSIONS: &'static str = "select id, version from conflict where id in ";
    const INSERT: (&'static str, usize) =
        ("insert into conflict (id, version, opened_at, updated_at, state, next_at, decided_at, verdict, standings)", 9);
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, next_at = excluded.next_at, decided_at = excluded.decided_at, verdict = excluded.verdict, \
        standings = excluded.standings";
    const INSERT_BODY: (&'static str, usize) = ("insert into conflict_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let decision = self.decision();
        [
            self.id.into(),
            self.version.into(),
            self.opened_at.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.next_at().into(),
            decision.map(|decision| decision.at).into(),
            decision.map_or("", |decision| decision.verdict.kind().name()).into(),
            decision.map(|decision| code(&decision.standings)).unwrap_or_default().into(),
        ]
    }
}

impl Session {
    /// The cases in the order asked for; unknown ones are left out.
    pub async fn cases(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        self.records(ids).await
    }

    /// The cases that these registrations are or were a party of.
    pub async fn cases_of(&mut self, deals: &[DealId]) -> Result<Vec<(DealId, ConflictId)>> {
        let head = "select deal_id, conflict_id from conflict_party where deal_id in ";
        let found = self.all_in::<(i64, i64)>(head, args(deals.iter().copied()), "").await?;
        let mut found: Vec<_> = found.into_iter().map(|(deal, case)| (DealId(deal), ConflictId(case))).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The newest decisions whose clauses stood in one of these ways, `limit` at most.
    pub async fn precedents(&mut self, codes: &[String], limit: u32) -> Result<Vec<Precedent>> {
        let mut found: Vec<Precedent> = Vec::new();
        for part in codes.chunks(LIST_MAX) {
            let mut sql =
                Sql::new("select id, decided_at, verdict, standings, state from conflict where decided_at is not null and standings in ");
            sql.push_list(part.iter().map(String::as_str)).push(" order by decided_at desc, id desc limit ").push_bind(limit);
            for (id, decided_at, verdict, standings, state) in self.all::<(i64, i64, String, String, String)>(sql).await? {
                let kind = VerdictKind::from_name(&verdict).ok_or_else(|| Error::corrupt(format!("the verdict `{verdict}`")))?;
                let decided_at = Instant::from_micros(decided_at);
                let (case, standings, is_appealed) = (ConflictId(id), decoded(&standings), state == "appealed");
                found.push(Precedent { case, decided_at, kind, standings, is_appealed });
            }
        }
        found.sort_by_key(|one| (std::cmp::Reverse(one.decided_at), std::cmp::Reverse(one.case)));
        found.truncate(limit as usize);
        Ok(found)
    }
}

impl Tx {
    /// Writes cases as they are now. Each must still have the version that its change expects.
    pub(in crate::store) async fn cases_save(&mut self, changes: &[CaseChange]) -> Result<()> {
        let saving = changes.iter().map(|change| Saving { record: &change.case, expected: change.expected, restated: true });
        self.records_save(saving.collect()).await?;
        let parties = changes.iter().flat_map(|change| {
            let id = change.case.id;
            change.case.parties.iter().map(move |party| [Arg::from(party.deal), Arg::from(id)])
        });
        let head = "insert into conflict_party (deal_id, conflict_id)";
        self.execute_each(Sql::bulk(head, 2, parties, "on conflict do nothing")).await?;
        self.parties_due(changes).await
    }

    /// The parties stand in their queues by the clock of the case, which moves without them. A closed case has let them go, and
    /// another may hold them by now.
    async fn parties_due(&mut self, changes: &[CaseChange]) -> Result<()> {
        let mut parties: BTreeMap<i64, Vec<DealId>> = BTreeMap::new();
        for case in changes.iter().map(|change| &change.case).filter(|case| !matches!(case.state, CaseState::Closed { .. })) {
            parties.entry(case_due(case)).or_default().extend(case.parties.iter().map(|party| party.deal));
        }
        for (due, deals) in parties {
            for part in deals.chunks(LIST_MAX) {
                let mut sql = Sql::new("update deal set case_due = ");
                sql.push_bind(due).push(" where case_due <> ").push_bind(due).push(" and id in ").push_list(part.iter().copied());
                self.execute(sql).await?;
            }
        }
        Ok(())
    }
}

/// The place of the parties in the order of due instants: after every instant where nobody has to decide.
fn case_due(case: &ConflictCase) -> i64 {
    if is_pending(case) { due_key(case.due(), case.opened_at) } else { NOT_DUE }
}
