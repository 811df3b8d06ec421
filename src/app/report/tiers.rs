//! What the tier report is made of: every partner with its last evaluation.

use crate::{
    app::{App, Failure},
    domain::{
        id::{EvaluationId, PartnerId},
        partner::PartnerStatus,
        report::{AuditSeen, Report, TierSeen, TiersSeen, tiers},
        tier::{Quarter, evaluation::Evaluation},
    },
    store::AuditRow,
};
use chrono::NaiveDate;
use futures::future::BoxFuture;
use std::{collections::HashMap, sync::Arc};

impl App {
    /// How tiers stand as of the end of a day, today or before.
    pub fn report_tiers(&self, on: NaiveDate) -> BoxFuture<'_, Result<Report, Failure>> {
        Box::pin(async move {
            let rules = self.rules().await?;
            let today = self.day_of_report(&rules, on)?;
            let mut session = self.db().snapshot().await?;
            let mut audits: HashMap<PartnerId, Vec<AuditRow>> = HashMap::new();
            // What somebody looked at on demand is no audit that counts.
            for row in session.audits_until(on).await?.into_iter().filter(|row| !row.kind.is_empty()) {
                audits.entry(row.partner).or_default().push(row);
            }
            let latest: Vec<EvaluationId> = audits.values().filter_map(|rows| rows.first()).map(|row| row.id).collect();
            let mut latest: HashMap<PartnerId, Evaluation> =
                session.evaluations(&latest).await?.into_iter().map(|one| (one.made.partner, one)).collect();
            let partners = rules.directory().all().iter().filter(|one| one.profile.status != PartnerStatus::Offboarded);
            let partners = partners.map(|partner| TierSeen {
                partner: partner.clone(),
                latest: latest.remove(&partner.id),
                audits: audits.remove(&partner.id).unwrap_or_default().iter().map(audit).collect(),
            });
            Ok(tiers::tiers(&TiersSeen { on, today, program: Arc::clone(rules.program()), partners: partners.collect() }))
        })
    }
}

fn audit(row: &AuditRow) -> AuditSeen {
    AuditSeen { day: row.day, quarter: quarter(&row.kind), stored: row.stored.clone(), computed: row.computed.clone() }
}

/// `2026-Q1`, as the audit of a quarter is kept.
fn quarter(kind: &str) -> Option<Quarter> {
    let (year, number) = kind.split_once("-Q")?;
    Some(Quarter { year: year.parse().ok()?, number: number.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tier::evaluation::AuditKind;

    #[test]
    fn a_quarter_is_read_as_it_is_kept() {
        let quarter_of = Quarter { year: 2026, number: 3 };
        assert_eq!(quarter(&AuditKind::Quarter(quarter_of).code()), Some(quarter_of));
        assert_eq!([quarter(&AuditKind::Reaudit.code()), quarter(&AuditKind::OnDemand.code())], [None, None]);
    }
}
