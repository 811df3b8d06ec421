//! Leads out: the columns of the generic mapping, so that an export can be imported again as it is, and after them where
//! each stands.

use super::{
    cell::{given, instant, text},
    records::{Exported, Names},
};
use crate::{
    app::Failure,
    domain::{
        id::LeadId,
        lead::{Lead, fields::Leads, queue::Sort},
    },
    store::Session,
};
use serde_json::{Value, json};

impl Exported for Leads {
    const COLUMNS: &'static [&'static str] = &[
        "Id",
        "Source",
        "Company",
        "Country",
        "State",
        "City",
        "Postal Code",
        "Street",
        "Website",
        "Product",
        "Vertical",
        "Score",
        "Created At",
        "Consent",
        "Consent Text",
        "Consent At",
        "Name",
        "Title",
        "Email",
        "Phone",
        "Message",
        "Lead",
        "Stage",
        "Partner",
        "Desk",
        "Received At",
        "Due",
        "Offers",
    ];
    const NEWEST: Sort = Sort::Received;
    type Record = Lead;

    async fn read(session: &mut Session, ids: &[LeadId]) -> Result<Vec<Lead>, Failure> {
        Ok(session.leads(ids).await?)
    }

    fn cells(lead: &Lead, names: &Names) -> Vec<Value> {
        let intake = &lead.intake;
        let person = &intake.person;
        vec![
            text(&intake.source_key),
            text(&intake.source),
            text(&intake.company),
            given(intake.country.as_ref()),
            text(&intake.subdivision),
            text(&intake.city),
            text(&intake.postal_code),
            text(&intake.street),
            text(&intake.website),
            text(&intake.product),
            text(&intake.vertical),
            json!(intake.score),
            instant(intake.created_at),
            json!(intake.consent.basis.name()),
            text(&intake.consent.text_version),
            instant(intake.consent.at),
            text(&person.name),
            text(&person.title),
            text(&person.email),
            text(&person.phone),
            text(&person.message),
            json!(lead.id.to_string()),
            json!(lead.state.name()),
            given(lead.state.partner().and_then(|id| names.partners.get(&id.0))),
            given(lead.desk.and_then(|id| names.operators.get(&id.0))),
            instant(Some(lead.received_at)),
            instant(lead.due()),
            json!(lead.offers.len()),
        ]
    }
}
