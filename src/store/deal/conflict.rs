//! Conflict cases, and past decisions to compare with.

use crate::{
    domain::{
        deal::{
            conflict::{ConflictCase, VerdictKind},
            dossier::{
                Precedent,
                precedent::{code, decoded},
            },
        },
        id::{ConflictId, DealId},
        time::Instant,
    },
    store::{
        Session, Sql, Tx,
        error::{Error, Result},
        lead::LIST_MAX,
        sql::Arg,
        unit::CaseChange,
    },
};
use std::collections::HashMap;

/// The kind of a case in the audit chain.
const CONFLICT: &str = "conflict";
const DUE: &str = "select conflict_body.body from conflict join conflict_body on conflict_body.id = conflict.id \
    where conflict.next_at <= $1 order by conflict.next_at, conflict.id limit $2";
pub const STATEMENTS: &[&str] = &[DUE];

const INSERT: &str = "insert into conflict (id, version, opened_at, updated_at, state, next_at, decided_at, verdict, standings)";
const UPDATE: &str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, state = excluded.state, \
    next_at = excluded.next_at, decided_at = excluded.decided_at, verdict = excluded.verdict, standings = excluded.standings";

fn read(body: &str) -> Result<ConflictCase> {
    serde_json::from_str(body).map_err(|error| Error::corrupt(format!("conflict: {error}")))
}

fn row(case: &ConflictCase) -> [Arg; 9] {
    let decision = case.decision();
    [
        case.id.into(),
        case.version.into(),
        case.opened_at.into(),
        case.updated_at.into(),
        case.state.name().into(),
        case.next_at().into(),
        decision.map(|decision| decision.at).into(),
        decision.map_or("", |decision| decision.verdict.kind().name()).into(),
        decision.map(|decision| code(&decision.standings)).unwrap_or_default().into(),
    ]
}

impl Session {
    /// The cases in the order asked for; unknown ones are left out.
    pub async fn cases(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        self.cases_with(ids, "").await
    }

    async fn cases_with(&mut self, ids: &[ConflictId], lock: &'static str) -> Result<Vec<ConflictCase>> {
        let mut wanted: Vec<i64> = ids.iter().map(|id| id.0).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut found = HashMap::with_capacity(wanted.len());
        for part in wanted.chunks(LIST_MAX) {
            let mut sql = Sql::new("select body from conflict_body where id in ");
            sql.push_list(part.iter().copied()).push(" order by id").push(lock);
            for (body,) in self.all::<(String,)>(sql).await? {
                let case = read(&body)?;
                found.insert(case.id, case);
            }
        }
        Ok(ids.iter().filter_map(|id| found.get(id).cloned()).collect())
    }

    /// The cases that these registrations are or were a party of.
    pub async fn cases_of(&mut self, deals: &[DealId]) -> Result<Vec<(DealId, ConflictId)>> {
        let mut found = Vec::new();
        for part in deals.chunks(LIST_MAX) {
            let mut sql = Sql::new("select deal_id, conflict_id from conflict_party where deal_id in ");
            sql.push_list(part.iter().copied());
            found.extend(self.all::<(i64, i64)>(sql).await?.into_iter().map(|(deal, case)| (DealId(deal), ConflictId(case))));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The newest decisions whose clauses stood in one of these ways, `limit` at most.
    pub async fn precedents(&mut self, codes: &[String], limit: u32) -> Result<Vec<Precedent>> {
        let mut found: Vec<Precedent> = Vec::new();
        for part in codes.chunks(LIST_MAX) {
            let mut sql =
                Sql::new("select id, decided_at, verdict, standings from conflict where decided_at is not null and standings in ");
            sql.push_list(part.iter().map(String::as_str)).push(" order by decided_at desc, id desc limit ").push_bind(limit);
            for (id, decided_at, verdict, standings) in self.all::<(i64, i64, String, String)>(sql).await? {
                let kind = VerdictKind::from_name(&verdict).ok_or_else(|| Error::corrupt(format!("the verdict `{verdict}`")))?;
                let decided_at = Instant::from_micros(decided_at);
                found.push(Precedent { case: ConflictId(id), decided_at, kind, standings: decoded(&standings) });
            }
        }
        found.sort_by_key(|one| (std::cmp::Reverse(one.decided_at), std::cmp::Reverse(one.case)));
        found.truncate(limit as usize);
        Ok(found)
    }
}

impl Tx {
    /// The cases in the order asked for, locked until the end of this write.
    pub async fn cases_locked(&mut self, ids: &[ConflictId]) -> Result<Vec<ConflictCase>> {
        let lock = self.lock(" for update");
        self.cases_with(ids, lock).await
    }

    /// Cases that the engine has to look at, the earliest first, locked; those that another engine has are left to it.
    pub async fn cases_due(&mut self, now: Instant, limit: u32) -> Result<Vec<ConflictCase>> {
        let lock = self.lock(" for update of conflict_body skip locked");
        let mut sql = Sql::new(DUE).bind(now).bind(limit);
        sql.push(lock);
        self.all::<(String,)>(sql).await?.iter().map(|(body,)| read(body)).collect()
    }

    /// Writes cases as they are now. Each must still have the version that its change expects.
    pub(in crate::store) async fn cases_save(&mut self, changes: &[CaseChange]) -> Result<()> {
        let known = changes.iter().filter(|change| change.expected > 0).map(|change| (change.case.id.0, change.expected));
        if let Some((id, version)) = self.moved("select id, version from conflict where id in ", known.collect()).await? {
            return Err(self.conflict(CONFLICT, id, ConflictId(id).to_string(), version).await);
        }
        let (new, known): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.expected == 0);
        for (changes, tail, body_tail) in [(new, "", ""), (known, UPDATE, "on conflict (id) do update set body = excluded.body")] {
            self.execute_each(Sql::bulk(INSERT, 9, changes.iter().map(|change| row(&change.case)), tail)).await?;
            let bodies = changes.iter().map(|change| {
                let body = serde_json::to_string(&change.case).map_err(|error| Error::Internal(format!("{}: {error}", change.case.id)))?;
                Ok([Arg::from(change.case.id), Arg::from(body)])
            });
            self.execute_each(Sql::bulk_try("insert into conflict_body (id, body)", 2, bodies, body_tail)).await?;
        }
        let parties = changes.iter().flat_map(|change| {
            let id = change.case.id;
            change.case.parties.iter().map(move |party| [Arg::from(party.deal), Arg::from(id)])
        });
        let head = "insert into conflict_party (deal_id, conflict_id)";
        self.execute_each(Sql::bulk(head, 2, parties, "on conflict do nothing")).await?;
        Ok(())
    }
}
