//! The columns of funds, requests, claims and batches, each in one place: its name and its value.

use crate::{
    domain::{
        aggregate::Aggregate,
        day::day_number,
        deal::ContentHash,
        mdf::{
            batch::Batch,
            claim::Claim,
            fund::{Fund, Holder},
            request::Request,
        },
        search,
    },
    store::{kept::Kept, sql::Arg},
};

fn hash(ContentHash(bytes): ContentHash) -> Arg {
    bytes.into()
}

impl Kept for Fund {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from fund_body where id in ";
    const VERSIONS: &'static str = "select id, version from fund where id in ";
    const INSERT: (&'static str, usize) = (
        "insert into fund (id, version, updated_at, state, next_at, name_words, program, partner, region, currency, from_day, to_day, \
         source_key)",
        13,
    );
    /// Its terms never change.
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, next_at = excluded.next_at";
    const INSERT_BODY: (&'static str, usize) = ("insert into fund_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let terms = &self.terms;
        let (partner, region) = match &terms.holder {
            Holder::Partner(partner) => (Some(*partner), None),
            Holder::Region(region) => (None, Some(region.to_string())),
        };
        [
            self.id.into(),
            self.version.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.next_at().into(),
            search::words(&terms.name).into(),
            (&terms.program).into(),
            partner.into(),
            region.into(),
            terms.currency.code().into(),
            day_number(terms.from).into(),
            day_number(terms.to).into(),
            (&terms.source_key).into(),
        ]
    }
}

impl Kept for Request {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from request_body where id in ";
    const VERSIONS: &'static str = "select id, version from request where id in ";
    const INSERT: (&'static str, usize) =
        ("insert into request (id, version, updated_at, state, next_at, fund, partner, revision, hash, source_key)", 10);
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, next_at = excluded.next_at, revision = excluded.revision, hash = excluded.hash";
    const INSERT_BODY: (&'static str, usize) = ("insert into request_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let pin = self.pin();
        [
            self.id.into(),
            self.version.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.next_at().into(),
            self.fund.into(),
            self.partner.into(),
            pin.revision.into(),
            hash(pin.hash),
            (&self.plan.source_key).into(),
        ]
    }
}

impl Kept for Claim {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from claim_body where id in ";
    const VERSIONS: &'static str = "select id, version from claim where id in ";
    const INSERT: (&'static str, usize) = (
        "insert into claim (id, version, updated_at, state, next_at, fund, request, partner, is_pending, revision, hash, \
         approved_minor, submitted_at, performed_from, performed_to, source_key)",
        16,
    );
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, next_at = excluded.next_at, is_pending = excluded.is_pending, revision = excluded.revision, \
        hash = excluded.hash, approved_minor = excluded.approved_minor, submitted_at = excluded.submitted_at, \
        performed_from = excluded.performed_from, performed_to = excluded.performed_to";
    const UPDATE_STATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
        state = excluded.state, next_at = excluded.next_at, is_pending = excluded.is_pending, \
        approved_minor = excluded.approved_minor, submitted_at = excluded.submitted_at";
    const INSERT_BODY: (&'static str, usize) = ("insert into claim_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let (pin, content) = (self.pin(), &self.content);
        [
            self.id.into(),
            self.version.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.next_at().into(),
            self.fund.into(),
            self.request.into(),
            self.partner.into(),
            self.state.is_pending().into(),
            pin.revision.into(),
            hash(pin.hash),
            self.state.approval().map(|approval| approval.amount.minor).into(),
            self.desk.submitted_at.into(),
            day_number(content.performed_from).into(),
            day_number(content.performed_to).into(),
            (&content.source_key).into(),
        ]
    }
}

impl Kept for Batch {
    const BODIES: &'static str = "select id, body, cast(null as text) as person from payment_batch_body where id in ";
    const VERSIONS: &'static str = "select id, version from payment_batch where id in ";
    const INSERT: (&'static str, usize) =
        ("insert into payment_batch (id, version, exported_at, updated_at, state, currency, file_hash)", 7);
    const UPDATE: &'static str =
        "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, state = excluded.state";
    const INSERT_BODY: (&'static str, usize) = ("insert into payment_batch_body (id, body)", 2);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        [
            self.id.into(),
            self.version.into(),
            self.exported_at.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.currency.code().into(),
            hash(self.file.hash),
        ]
    }
}
