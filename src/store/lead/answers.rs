//! How partners answered what was offered to them: a row for each offer that came to an end, written beside the lead. Facts of
//! tiers count them, and reports find by them which leads a partner ever had.

use crate::{
    domain::{
        id::PartnerId,
        lead::{Lead, OfferOutcome},
        time::Instant,
    },
    store::{
        Session, Sql, Tx,
        error::Result,
        session::LIST_MAX,
        sql::Arg,
        unit::{LeadChange, tier::Answered},
    },
};
use std::collections::BTreeMap;

const INSERT: (&str, usize) = ("insert into lead_answer (lead_id, offer_no, partner, answered_at, outcome)", 5);
/// An answer that is known already is not written again.
const AGAIN: &str = "on conflict (lead_id, offer_no) do update set partner = excluded.partner, answered_at = excluded.answered_at, \
    outcome = excluded.outcome where lead_answer.partner <> excluded.partner or lead_answer.answered_at <> excluded.answered_at \
    or lead_answer.outcome <> excluded.outcome";

const fn code(outcome: &OfferOutcome) -> &'static str {
    match outcome {
        OfferOutcome::Accepted { in_time: true, .. } => "in_time",
        OfferOutcome::Accepted { in_time: false, .. } => "late",
        other => other.name(),
    }
}

/// The place of the first offer that has no answer: only the last one may wait for it.
fn waiting(lead: &Lead) -> usize {
    lead.offers.iter().position(|offer| offer.outcome.is_none()).unwrap_or(lead.offers.len())
}

fn rows(lead: &Lead) -> impl Iterator<Item = [Arg; INSERT.1]> {
    let ended = lead.offers.iter().filter_map(|offer| Some((offer, offer.outcome.as_ref()?)));
    ended.map(|(offer, outcome)| [lead.id.into(), offer.no.into(), offer.partner.into(), outcome.at().into(), code(outcome).into()])
}

impl Session {
    /// How these partners answered from one instant up to another.
    pub async fn answered(&mut self, partners: &[PartnerId], between: (Instant, Instant)) -> Result<Vec<(PartnerId, Answered)>> {
        let mut found: BTreeMap<PartnerId, Answered> = BTreeMap::new();
        for part in partners.chunks(LIST_MAX) {
            let mut sql = Sql::new("select partner, outcome, count(*) from lead_answer where partner in ");
            sql.push_list(part.iter().copied());
            sql.push(" and answered_at >= ").push_bind(between.0).push(" and answered_at < ").push_bind(between.1);
            sql.push(" and outcome <> 'withdrawn' group by partner, outcome");
            for (partner, outcome, count) in self.all::<(i64, String, i64)>(sql).await? {
                let one = found.entry(PartnerId(partner)).or_default();
                one.all += count;
                one.in_time += if outcome == "in_time" { count } else { 0 };
            }
        }
        Ok(found.into_iter().collect())
    }
}

impl Tx {
    /// Writes how the offers of these leads ended, and takes away what an undo took back.
    pub(super) async fn lead_answers_of(&mut self, changes: &[LeadChange]) -> Result<()> {
        let mut open: BTreeMap<usize, Vec<&Lead>> = BTreeMap::new();
        for change in changes.iter().filter(|change| change.expected > 0) {
            open.entry(waiting(&change.lead)).or_default().push(&change.lead);
        }
        for (answered, leads) in open {
            for part in leads.chunks(LIST_MAX) {
                let mut sql = Sql::new("delete from lead_answer where offer_no > ");
                sql.push_bind(i64::try_from(answered).unwrap_or(i64::MAX)).push(" and lead_id in ");
                sql.push_list(part.iter().map(|lead| lead.id));
                self.execute(sql).await?;
            }
        }
        let rows = changes.iter().flat_map(|change| rows(&change.lead));
        self.execute_each(Sql::bulk(INSERT.0, INSERT.1, rows, AGAIN)).await?;
        Ok(())
    }
}
