//! The columns of a lead, each in one place: its name and its value.

use crate::{
    domain::{aggregate::Aggregate, lead::Lead, person::Person, search},
    store::{
        columns::{due_key, searched},
        kept::Kept,
        sql::Arg,
    },
};

impl Kept for Lead {
    const BODIES: &'static str = "select id, body, person from lead_body where id in ";
    const DUE: &'static str = "select kept.id, kept.body, kept.person from lead join lead_body as kept on kept.id = lead.id \
        where lead.next_at <= $1 order by lead.next_at, lead.id limit $2";
    const VERSIONS: &'static str = "select id, version from lead where id in ";
    const INSERT: (&'static str, usize) = (
        "insert into lead (id, version, received_at, updated_at, state, is_open, is_paused, is_escalated, due_key, next_at, score, \
    offers, partner, desk, country, company_words, city_words, source_code, product_code, vertical_code, search, source, source_key)",
        23,
    );
    /// What can change after receipt. The others are left out: setting them would write their indexes again.
    const UPDATE: &'static str = "on conflict (id) do update set version = excluded.version, updated_at = excluded.updated_at, \
    state = excluded.state, is_open = excluded.is_open, is_paused = excluded.is_paused, \
    is_escalated = excluded.is_escalated, due_key = excluded.due_key, \
    next_at = excluded.next_at, score = excluded.score, offers = excluded.offers, partner = excluded.partner, \
    desk = excluded.desk, search = excluded.search";
    const INSERT_BODY: (&'static str, usize) = ("insert into lead_body (id, body, person)", 3);
    const UPDATE_BODY: &'static str = "on conflict (id) do update set body = excluded.body, person = excluded.person";

    fn row(&self) -> impl IntoIterator<Item = Arg> {
        let intake = &self.intake;
        [
            self.id.into(),
            self.version.into(),
            self.received_at.into(),
            self.updated_at.into(),
            self.state.name().into(),
            self.state.is_open().into(),
            self.pause.is_some().into(),
            self.escalation.is_some().into(),
            due_key(self.due(), self.received_at).into(),
            self.next_at().into(),
            intake.score.into(),
            i64::try_from(self.offers.len()).unwrap_or(i64::MAX).into(),
            self.state.partner().into(),
            self.desk.into(),
            intake.country.map(|country| country.to_string()).into(),
            search::words(&intake.company).into(),
            search::words(&intake.city).into(),
            search::slug(&intake.source).into(),
            search::slug(&intake.product).into(),
            search::slug(&intake.vertical).into(),
            searched(self.search_words(), intake.country).into(),
            (&intake.source).into(),
            (&intake.source_key).into(),
        ]
    }

    fn person(&self) -> Option<&Person> {
        Some(&self.intake.person)
    }

    fn set_person(&mut self, person: Person) {
        self.intake.person = person;
    }
}
