//! When certificates of partners end: written beside the list of the desk, whose queue of those that end looks at it.

use crate::{
    domain::{
        filter::Context,
        partner::Partner,
        search,
        tier::{board::expiry, fields::Tiers},
    },
    store::{Sql, Tx, error::Result, session::LIST_MAX, sql::Arg},
};

const INSERT: (&str, usize) = ("insert into tier_certificate (partner, name, until_at)", 3);

/// Partners one of whose certificates has ended lately, or ends soon; [`crate::domain::tier::queue::Queue::holds`] as SQL.
pub(super) fn expiring<'a>(sql: &'a mut Sql, context: &Context<'_, Tiers>) -> &'a mut Sql {
    let window = expiry(context.now, context.zone);
    sql.push("tier_line.status in ('active', 'suspended') and tier_line.kind <> 'direct' and tier_line.id in ");
    sql.push("(select partner from tier_certificate where until_at >= ").push_bind(window.start);
    sql.push(" and until_at < ").push_bind(window.end).push(")")
}

/// When the first of them ends that has not ended long ago: what that queue is ordered by.
pub(super) fn first_end(sql: &mut Sql, context: &Context<'_, Tiers>) {
    let window = expiry(context.now, context.zone);
    sql.push("(select min(until_at) from tier_certificate where tier_certificate.partner = tier_line.id and until_at >= ");
    sql.push_bind(window.start).push(")");
}

impl Tx {
    /// Writes when the certificates of these partners end, in place of what was known of them.
    pub(in crate::store) async fn tier_certificates_of(&mut self, partners: &[Partner]) -> Result<()> {
        for part in partners.chunks(LIST_MAX) {
            let mut sql = Sql::new("delete from tier_certificate where partner in ");
            sql.push_list(part.iter().map(|partner| partner.id));
            self.execute(sql).await?;
        }
        let rows = partners.iter().flat_map(|partner| {
            let ends = partner.profile.certificates_that_end().into_iter();
            ends.map(|(name, until)| -> [Arg; INSERT.1] { [partner.id.into(), search::words(name).into(), until.into()] })
        });
        self.execute_each(Sql::bulk(INSERT.0, INSERT.1, rows, "")).await?;
        Ok(())
    }

    /// The same of all partners that were there before it.
    pub(in crate::store) async fn tier_certificates_begin(&mut self) -> Result<()> {
        let partners = self.partners().await?;
        self.tier_certificates_of(&partners).await
    }
}
