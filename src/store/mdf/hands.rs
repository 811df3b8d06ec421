//! Who signed, who took part, what was ordered to be paid, which papers were handed in.

use crate::{
    domain::{
        deal::ContentHash,
        event::Entity,
        id::{ClaimId, Number, OperatorId},
        mdf::{
            approval::{Part, Signature},
            claim::{PaperKey, Payment, PaymentState},
            item::ItemId,
        },
        text::Text,
        time::Instant,
    },
    store::{
        Sql, Tx,
        error::Result,
        sql::Arg,
        unit::mdf::{Hands, MdfChanges, Signed},
    },
};

/// Takes back what was signed after the first `$3` of those that stand.
pub const TAKE_BACK: &str = "update mdf_signature set void_at = $1 where item = $2 and void_at is null and version not in \
    (select version from mdf_signature where item = $2 and void_at is null order by version limit $3)";

impl MdfChanges {
    fn hands(&self) -> impl Iterator<Item = (ItemId, &Hands)> {
        let requests = self.requests.iter().map(|change| (ItemId::Request(change.request.id), &change.hands));
        requests.chain(self.claims.iter().map(|change| (ItemId::Claim(change.claim.id), &change.hands)))
    }
}

fn signature(item: ItemId, signed: &Signed) -> [Arg; 11] {
    let Signature { step, by, on_behalf_of, at, amount, pin } = signed.signature;
    let ContentHash(hash) = pin.hash;
    [
        item.number().into(),
        signed.version.into(),
        step.name().into(),
        by.into(),
        on_behalf_of.into(),
        at.into(),
        amount.minor.into(),
        amount.currency.code().into(),
        pin.revision.into(),
        hash.into(),
        signed.void_at.into(),
    ]
}

fn payment(claim: ClaimId, payment: &Payment) -> [Arg; 11] {
    let (batch, answer, answered_at): (_, Text, Option<Instant>) = match &payment.state {
        PaymentState::Ordered => (None, Text::default(), None),
        PaymentState::Exported { batch } => (Some(*batch), Text::default(), None),
        PaymentState::Confirmed { at, reference } => (None, reference.clone(), Some(*at)),
        PaymentState::Failed { at, reason } => (None, reason.clone(), Some(*at)),
    };
    [
        claim.into(),
        payment.no.into(),
        (&payment.key).into(),
        payment.amount.minor.into(),
        payment.amount.currency.code().into(),
        payment.by.into(),
        payment.at.into(),
        payment.state.name().into(),
        batch.into(),
        answer.into(),
        answered_at.into(),
    ]
}

impl Tx {
    /// Approvals; before the rows of what they are about, which rest on them.
    pub(super) async fn signatures_save(&mut self, changes: &MdfChanges) -> Result<()> {
        for (item, hands) in changes.hands() {
            if let Some((kept, at)) = hands.kept {
                let kept = i64::try_from(kept).unwrap_or(i64::MAX);
                self.execute(Sql::new(TAKE_BACK).bind(at).bind(item.number()).bind(kept)).await?;
            }
        }
        let signed = changes.hands().flat_map(|(item, hands)| hands.signed.iter().map(move |signed| signature(item, signed)));
        let head = "insert into mdf_signature (item, version, step, operator, on_behalf_of, at, minor, currency, revision, hash, void_at)";
        self.execute_each(Sql::bulk(head, 11, signed, "")).await?;
        Ok(())
    }

    /// Payments; after the rows of their claims, which say how much was approved.
    pub(super) async fn payments_save(&mut self, changes: &MdfChanges) -> Result<()> {
        let payments = changes.claims.iter().flat_map(|change| change.payments.iter().map(|one| payment(change.claim.id, one)));
        let head = "insert into payment (claim, no, key, minor, currency, operator, at, state, batch, answer, answered_at)";
        let tail = "on conflict (claim, no) do update set key = excluded.key, minor = excluded.minor, state = excluded.state, \
            batch = coalesce(excluded.batch, payment.batch), answer = excluded.answer, answered_at = excluded.answered_at";
        self.execute_each(Sql::bulk(head, 11, payments, tail)).await?;
        Ok(())
    }

    /// Who took part from then on, and the papers that were handed in.
    pub(super) async fn parts_save(&mut self, changes: &MdfChanges) -> Result<()> {
        let part = |item: ItemId, (who, part): &(OperatorId, Part)| [item.number().into(), (*who).into(), part.name().into()];
        let parts = changes.hands().flat_map(|(item, hands)| hands.parts.iter().map(move |one| part(item, one)));
        self.execute_each(Sql::bulk("insert into mdf_part (item, operator, part)", 3, parts, "on conflict do nothing")).await?;
        let restated = changes.claims.iter().filter(|change| change.restated.is_some());
        let mut papers: Vec<(PaperKey, Entity)> = restated
            .flat_map(|change| change.claim.content.paper_keys().into_iter().map(|key| (key, Entity::Claim(change.claim.id))))
            .collect();
        papers.sort_unstable();
        self.papers_save(papers).await
    }

    /// Keeps that these records hold papers of these keys.
    pub(in crate::store) async fn papers_save(&mut self, papers: Vec<(PaperKey, Entity)>) -> Result<()> {
        let rows = papers.into_iter().map(|(key, entity)| [Arg::from(key.0), entity.kind().into(), entity.id().into()]);
        self.execute_each(Sql::bulk("insert into paper (key, kind, id)", 3, rows, "on conflict do nothing")).await?;
        Ok(())
    }
}
