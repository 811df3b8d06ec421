//! Fingerprints of the tables, for the proof that a replay of the audit chain gives the same ones, on either database.

use super::{Session, Sql, audit::Hash, error::Result};

/// The projections: what the events of the chain determine. Each row becomes one text, the same on both databases. Keys,
/// the chain itself and what was carried out are no projections.
const TABLES: &[(&str, &str)] = &[
    (
        "lead",
        "select concat_ws('|', id, version, received_at, updated_at, state, is_open, is_paused, is_escalated, due_key, \
         coalesce(next_at, -1), score, offers, coalesce(partner, -1), coalesce(desk, -1), coalesce(country, '-'), company_words, \
         city_words, source_code, product_code, vertical_code, search, source, source_key) from lead order by id",
    ),
    ("lead_body", "select concat_ws('|', id, body, coalesce(person, '-')) from lead_body order by id"),
    ("partner", "select concat_ws('|', id, version, updated_at, code, name_words, tier_code, body) from partner order by id"),
    ("account", "select concat_ws('|', id, version, updated_at, code, body) from account order by id"),
    ("operator", "select concat_ws('|', id, version, name, name_words, coalesce(login, '-'), roles, is_active) from operator order by id"),
    ("program", "select concat_ws('|', version, applied_at, actor, toml, note) from program order by version"),
    ("clock_fired", "select concat_ws('|', entity_no, clock_no, stage) from clock_fired order by entity_no, clock_no, stage"),
    ("partner_load", "select concat_ws('|', partner_id, open) from partner_load where open <> 0 order by partner_id"),
    ("rotation", "select concat_ws('|', scope, body) from rotation order by scope"),
    ("stat", "select concat_ws('|', day, measure, bucket, value) from stat where value <> 0 order by day, measure, bucket"),
    ("lead_key", "select concat_ws('|', key, lead_id) from lead_key order by key, lead_id"),
    (
        "deal",
        "select concat_ws('|', id, version, received_at, coalesce(submitted_at, -1), updated_at, state, is_open, to_decide, is_held, \
         is_escalated, is_breached, is_complete, is_matched, is_shared, extensions, phase, due_key, coalesce(next_at, -1), value_key, \
         currency, partner, coalesce(reviewer, -1), coalesce(country, '-'), company_words, city_words, source_code, products, \
         vertical_code, sales_stage, coalesce(closes_at, -1), search, source_key) from deal order by id",
    ),
    ("deal_body", "select concat_ws('|', id, body, coalesce(person, '-')) from deal_body order by id"),
    ("deal_key", "select concat_ws('|', key, settled_day, deal_id) from deal_key order by key, settled_day, deal_id"),
    ("protection", "select concat_ws('|', key, deal_id) from protection order by key"),
    (
        "conflict",
        "select concat_ws('|', id, version, opened_at, updated_at, state, coalesce(next_at, -1), coalesce(decided_at, -1), verdict, \
         standings) from conflict order by id",
    ),
    ("conflict_body", "select concat_ws('|', id, body) from conflict_body order by id"),
    ("conflict_party", "select concat_ws('|', deal_id, conflict_id) from conflict_party order by deal_id, conflict_id"),
    ("sale", "select concat_ws('|', id, partner, family, account, day, minor, currency, source_key) from sale order by id"),
    ("lead_key_new", "select concat_ws('|', key, lead_id) from lead_key_new order by key, lead_id"),
];

/// One table in short.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    pub table: &'static str,
    pub rows: usize,
    pub hash: Hash,
}

pub fn statements() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(_, sql)| *sql)
}

impl Session {
    /// The fingerprint of every projection. Reads each table whole: for tests and small databases.
    pub async fn digests(&mut self) -> Result<Vec<Digest>> {
        let mut out = Vec::with_capacity(TABLES.len());
        for (table, sql) in TABLES {
            let rows = self.all::<(String,)>(Sql::new(sql)).await?;
            let mut hasher = blake3::Hasher::new();
            for (row,) in &rows {
                hasher.update(&(row.len() as u64).to_le_bytes()).update(row.as_bytes());
            }
            out.push(Digest { table, rows: rows.len(), hash: *hasher.finalize().as_bytes() });
        }
        Ok(out)
    }

    /// One table as text, to show where two differ.
    pub async fn dump(&mut self, table: &str) -> Result<Vec<String>> {
        let Some((_, sql)) = TABLES.iter().find(|(name, _)| *name == table) else { return Ok(Vec::new()) };
        Ok(self.all::<(String,)>(Sql::new(sql)).await?.into_iter().map(|(row,)| row).collect())
    }
}
