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
    ("lead_answer", "select concat_ws('|', lead_id, offer_no, partner, answered_at, outcome) from lead_answer order by lead_id, offer_no"),
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
         is_escalated, is_breached, is_complete, is_matched, is_shared, extensions, phase, due_key, case_due, coalesce(next_at, -1), value_key, \
         currency, partner, coalesce(reviewer, -1), coalesce(country, '-'), company_words, city_words, source_code, products, \
         vertical_code, sales_stage, coalesce(closes_at, -1), search, source_key) from deal order by id",
    ),
    ("deal_body", "select concat_ws('|', id, body, coalesce(person, '-')) from deal_body order by id"),
    (
        "deal_key",
        // Without what is gone and waits to be taken out, which depends on how many ended at once; with what is new and on its way.
        "select concat_ws('|', key, settled_day, deal_id) from (select key, settled_day, deal_id from deal_key \
         union all select key, settled_day, deal_id from deal_key_new) as member where not exists (select 1 from deal_key_gone as gone \
         where gone.key = member.key and gone.settled_day = member.settled_day and gone.deal_id = member.deal_id) \
         order by key, settled_day, deal_id",
    ),
    ("deal_glance", "select concat_ws('|', deal_id, glance) from deal_glance order by deal_id"),
    ("protection", "select concat_ws('|', key, deal_id) from protection order by key"),
    (
        "conflict",
        "select concat_ws('|', id, version, opened_at, updated_at, state, coalesce(next_at, -1), coalesce(decided_at, -1), verdict, \
         standings) from conflict order by id",
    ),
    ("conflict_body", "select concat_ws('|', id, body) from conflict_body order by id"),
    ("conflict_party", "select concat_ws('|', deal_id, conflict_id) from conflict_party order by deal_id, conflict_id"),
    (
        "sale",
        "select concat_ws('|', id, key, source_key, partner, coalesce(family, -1), coalesce(account, -1), product, line, day, \
         coalesce(quantity, -1), coalesce(price, -1), minor, currency, coalesce(booked, -1), coalesce(booked_currency, '-'), \
         coalesce(rate, '-'), coalesce(original, -1), against, is_late) from sale order by id",
    ),
    (
        "sale_total",
        "select concat_ws('|', month, partner, line, currency, minor, quantity, lines, changed_at) from sale_total \
         order by month, partner, line, currency",
    ),
    (
        "correction",
        "select concat_ws('|', id, version, raised_at, updated_at, state, reason, coalesce(partner, -1), key) from correction order by id",
    ),
    ("correction_body", "select concat_ws('|', id, body) from correction_body order by id"),
    (
        "tier_line",
        "select concat_ws('|', id, updated_at, name_words, code, tier_code, status, kind, coalesce(country, '-'), outcome, earned_code, \
         score_key, proposal, promotes, coalesce(plan_due_at, -1), coalesce(falls_at, -1), is_near, coalesce(owner, -1), due_key, search, \
         reason) \
         from tier_line order by id",
    ),
    ("tier_certificate", "select concat_ws('|', partner, name, until_at) from tier_certificate order by partner, name"),
    (
        "mdf_item",
        "select concat_ws('|', id, kind, received_at, coalesce(submitted_at, -1), updated_at, state, is_open, waits, has_money, is_timed, \
         is_escalated, is_breached, is_returned, due_key, starts_at, amount_key, currency, fund, coalesce(partner, -1), \
         coalesce(assignee, -1), coalesce(country, '-'), title_words, category_code, checks, coalesce(awaits, '-'), awaits_minor, search) from mdf_item order by id",
    ),
    (
        "fund",
        "select concat_ws('|', id, version, updated_at, state, coalesce(next_at, -1), name_words, program, coalesce(partner, -1), \
         coalesce(region, '-'), currency, from_day, to_day, source_key) from fund order by id",
    ),
    ("fund_body", "select concat_ws('|', id, body) from fund_body order by id"),
    (
        "fund_entry",
        "select concat_ws('|', fund, no, kind, subject_kind, subject, from_account, to_account, minor, currency, coalesce(reverses, -1), \
         at, reason) from fund_entry order by fund, no",
    ),
    (
        "fund_balance",
        "select concat_ws('|', fund, currency, entries, allocated, available, committed, claimed, paid, expired) from fund_balance \
         order by fund",
    ),
    (
        "request",
        "select concat_ws('|', id, version, updated_at, state, coalesce(next_at, -1), fund, partner, revision, source_key) from request \
         order by id",
    ),
    ("request_body", "select concat_ws('|', id, body) from request_body order by id"),
    (
        "claim",
        "select concat_ws('|', id, version, updated_at, state, coalesce(next_at, -1), fund, request, partner, is_pending, revision, \
         coalesce(approved_minor, -1), coalesce(submitted_at, -1), performed_from, performed_to, source_key) from claim order by id",
    ),
    ("claim_body", "select concat_ws('|', id, body) from claim_body order by id"),
    ("paper", "select concat_ws('|', key, kind, id) from paper order by key, kind, id"),
    ("mdf_part", "select concat_ws('|', item, operator, part) from mdf_part order by item, operator, part"),
    (
        "mdf_signature",
        "select concat_ws('|', item, version, step, operator, coalesce(on_behalf_of, -1), at, minor, currency, revision, \
         coalesce(void_at, -1)) from mdf_signature order by item, version",
    ),
    (
        "payment",
        "select concat_ws('|', claim, no, key, minor, currency, operator, at, state, coalesce(batch, -1), answer, \
         coalesce(answered_at, -1)) from payment order by claim, no",
    ),
    ("payment_batch", "select concat_ws('|', id, version, exported_at, updated_at, state, currency) from payment_batch order by id"),
    ("payment_batch_body", "select concat_ws('|', id, body) from payment_batch_body order by id"),
    (
        "approval_limit",
        "select concat_ws('|', operator, currency, from_day, minor, coalesce(until_day, -1)) from approval_limit \
         order by operator, currency, from_day",
    ),
    (
        "approval_delegation",
        "select concat_ws('|', from_operator, to_operator, from_day, until_day) from approval_delegation \
         order by from_operator, to_operator, from_day",
    ),
    ("contact", "select concat_ws('|', id, version, updated_at, partner, state, role) from contact order by id"),
    ("contact_body", "select concat_ws('|', id, body, coalesce(person, '-')) from contact_body order by id"),
    ("fx_day", "select concat_ws('|', day, source, rates) from fx_day order by day"),
    (
        "tier_evaluation",
        "select concat_ws('|', id, version, made_at, partner, day, kind, outcome, stored, computed, source_key) from tier_evaluation \
         order by id",
    ),
    ("tier_evaluation_body", "select concat_ws('|', id, body) from tier_evaluation_body order by id"),
    (
        "tier_standing",
        "select concat_ws('|', id, version, updated_at, coalesce(next_at, -1), partner, outcome, coalesce(score, -1), is_near, \
         coalesce(falls_day, -1), proposal, promotes, coalesce(plan_due_day, -1), coalesce(acquired_day, -1)) from tier_standing \
         order by id",
    ),
    ("tier_standing_body", "select concat_ws('|', id, body) from tier_standing_body order by id"),
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
