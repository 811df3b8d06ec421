//! The columns of a registration, each in one place: its name and its value.

use crate::{
    domain::{
        aggregate::Aggregate,
        deal::{DisputePhase, Registration, SalesStage},
        person::Person,
        search,
    },
    store::{
        columns::{due_key, noon, searched, value_key},
        kept::Kept,
        sql::Arg,
    },
};
/// Codes, each between spaces.
pub fn products(deal: &Registration) -> String {
    let mut out = String::new();
    for code in deal.details.scope.codes() {
        out.push(' ');
        out.push_str(&code);
    }
    if !out.is_empty() {
        out.push(' ');
    }
    out
}

const fn phase(deal: &Registration) -> &'static str {
    match deal.dispute {
        Some(dispute) => match dispute.phase {
            DisputePhase::Open => "open",
            DisputePhase::Decided => "decided",
            DisputePhase::Appealed => "appealed",
        },
        None => "",
    }
}

impl Kept for Registration {
    const BODIES: &'static str = "select id, body, person from deal_body where id in ";
    const DUE: &'static str = "select kept.id, kept.body, kept.person from deal join deal_body as kept on kept.id = deal.id \
        where deal.next_at <= $1 order by deal.next_at, deal.id limit $2";
    const VERSIONS: &'static str = "select id, version from deal where id in ";
    const INSERT: (&'static str, usize) = (
        "insert into deal (id, version, received_at, submitted_at, updated_at, state, is_open, to_decide, is_held, is_escalated, \
    is_breached, is_complete, is_matched, is_shared, extensions, phase, due_key, next_at, value_key, currency, partner, reviewer, country, \
    company_words, city_words, source_code, products, vertical_code, sales_stage, closes_at, search, source_key)",
        32,
    );
    /// What can change. The others are left out: setting them would write their indexes again.
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, received_at = excluded.received_at, \
    submitted_at = excluded.submitted_at, updated_at = excluded.updated_at, state = excluded.state, is_open = excluded.is_open, \
    to_decide = excluded.to_decide, is_held = excluded.is_held, is_escalated = excluded.is_escalated, \
    is_breached = excluded.is_breached, is_complete = excluded.is_complete, is_matched = excluded.is_matched, \
    is_shared = excluded.is_shared, extensions = excluded.extensions, phase = excluded.phase, due_key = excluded.due_key, \
    next_at = excluded.next_at, value_key = excluded.value_key, currency = excluded.currency, reviewer = excluded.reviewer, \
    country = excluded.country, company_words = excluded.company_words, city_words = excluded.city_words, \
    products = excluded.products, vertical_code = excluded.vertical_code, sales_stage = excluded.sales_stage, \
    closes_at = excluded.closes_at, search = excluded.search";
    const UPDATE_STATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
    state = excluded.state, is_open = excluded.is_open, to_decide = excluded.to_decide, is_held = excluded.is_held, \
    is_escalated = excluded.is_escalated, is_breached = excluded.is_breached, is_shared = excluded.is_shared, \
    extensions = excluded.extensions, phase = excluded.phase, due_key = excluded.due_key, next_at = excluded.next_at, \
    reviewer = excluded.reviewer";
    const INSERT_BODY: (&'static str, usize) = ("insert into deal_body (id, body, person)", 3);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body, person = excluded.person";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let (details, customer) = (&self.details, &self.details.customer);
        let received_at = self.submitted_at.unwrap_or(self.created_at);
        let approval = self.state.approval();
        let to_decide = self.state.is_undecided() && self.waiting_since.is_none();
        [
            self.id.into(),
            self.version.into(),
            received_at.into(),
            self.submitted_at.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.state.is_open().into(),
            to_decide.into(),
            self.is_held().into(),
            self.escalation.is_some().into(),
            self.is_breached().into(),
            self.place.is_some().into(),
            self.account.is_some().into(),
            approval.is_some_and(|approval| approval.share.is_some()).into(),
            approval.map_or(0, |approval| approval.protection.extensions).into(),
            phase(self).into(),
            due_key(self.due(), received_at).into(),
            self.next_at().into(),
            value_key(details.value).into(),
            details.value.map(|value| value.currency.code().to_ascii_lowercase()).unwrap_or_default().into(),
            self.partner.into(),
            self.state.reviewer().into(),
            customer.country.map(|country| country.to_string()).into(),
            search::words(&customer.name).into(),
            search::words(&customer.city).into(),
            search::slug(&details.source).into(),
            products(self).into(),
            search::slug(&customer.vertical).into(),
            details.sales_stage.map_or("", SalesStage::name).into(),
            details.close_on.map(noon).into(),
            searched(self.search_words(), customer.country).into(),
            (&details.source_key).into(),
        ]
    }

    fn person(&self) -> Option<&Person> {
        Some(&self.details.contact)
    }

    fn set_person(&mut self, person: Person) {
        self.details.contact = person;
    }
}
