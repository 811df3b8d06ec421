//! What a file calls a partner, a product or a customer, found in ours.

use crate::{
    app::{
        Registering, Rules,
        deal::customers::{CustomerMatch, Customers},
        import::{
            decode::{DealRecord, Decoder},
            mapping::Mapping,
            partners::Partners,
            source::{Reject, Row},
        },
    },
    domain::{
        deal::{DealField, Details, Document, FieldProblem, Scope, completeness},
        id::PartnerId,
        search,
        text::Text,
        time::Instant,
    },
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, OnceLock},
};

/// Everything of ours that a file's words are compared with, as it was when the import began.
pub struct Resolver {
    rules: Arc<Rules>,
    partners: Partners,
    products: Names,
    verticals: Names,
    customers: Customers,
    now: Instant,
    says: OnceLock<Arc<BTreeSet<DealField>>>,
}

/// A row that can be registered.
pub struct Ready {
    pub line: u64,
    pub registering: Registering,
    /// The fields that the file has at all.
    pub says: Arc<BTreeSet<DealField>>,
    /// What the contract of the file's system does not let change.
    pub fixed: Vec<FieldProblem>,
    /// The same where the registration has the sales stage of the row already.
    pub fixed_by_stage: Vec<FieldProblem>,
    /// The line before in which the same record stood.
    pub again: Option<u64>,
    pub documents: Vec<Document>,
    /// What keeps it from being complete; it stays a draft then.
    pub problems: Vec<FieldProblem>,
    pub customer: Standing,
    /// How many of its products were written in another way than the program does.
    pub respelt: u64,
}

/// What became of the customer's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Linked,
    /// Alike, but not surely the same: kept by name.
    Alike,
    Unknown,
    Unnamed,
}

impl Resolver {
    pub fn new(rules: Arc<Rules>, customers: Customers, now: Instant) -> Self {
        let program = rules.program();
        let policy = program.matching.policy();
        Self {
            partners: Partners::of(&rules, &policy),
            products: Names::of(&program.products),
            verticals: Names::of(&program.verticals),
            customers,
            now,
            says: OnceLock::new(),
            rules,
        }
    }

    pub fn ready(&self, decoder: &Decoder, row: &Row, record: DealRecord) -> Result<Ready, Reject> {
        let partner = self.partner(decoder, row, &record.partner)?;
        let mut details = record.details;
        let found: Vec<Text> = details.scope.iter().map(|name| self.products.ours(name)).collect();
        let respelt = details.scope.iter().zip(&found).filter(|(written, found)| written != found).count() as u64;
        // A name that a lookup spelt as its table does may still be written otherwise in the program: it is one name.
        let respelt = respelt.max(record.respelt);
        details.scope = Scope::new(found);
        details.customer.vertical = self.verticals.ours(&details.customer.vertical);
        details.source_key = self.key(decoder.mapping(), partner, &record.id, &details);
        let found = (!details.customer.name.is_empty()).then(|| self.customers.find(&details));
        let (account, customer) = match found {
            None => (None, Standing::Unnamed),
            Some(CustomerMatch::Link(link)) => (Some(link), Standing::Linked),
            Some(CustomerMatch::Review(_)) => (None, Standing::Alike),
            Some(CustomerMatch::New) => (None, Standing::Unknown),
        };
        let mut problems = completeness(&details, self.rules.program(), self.now);
        problems.retain(|problem| !record.unread.iter().any(|unread| unread.field == problem.field));
        problems.extend(record.unread.iter().cloned());
        let submit = record.submit && problems.is_empty();
        let registering = Registering { partner, details, account, submit };
        let says = Arc::clone(self.says.get_or_init(|| Arc::new(decoder.says())));
        // What can't be read changes nothing of a registration that is there.
        let fixed = record.fixed.into_iter().chain(record.unread).collect();
        let (documents, fixed_by_stage) = (record.documents, record.fixed_by_stage);
        Ok(Ready { line: row.line, registering, says, fixed, fixed_by_stage, again: None, documents, problems, customer, respelt })
    }

    pub fn customer(&self, details: &Details) -> CustomerMatch {
        self.customers.find(details)
    }

    /// The partner of a row, by code, name or the name's normal form.
    pub fn partner(&self, decoder: &Decoder, row: &Row, written: &Text) -> Result<PartnerId, Reject> {
        self.partners.find(written).map_err(|reason| decoder.reject(row, "partner", reason))
    }

    /// Identifies the record for good.
    fn key(&self, mapping: &Mapping, partner: PartnerId, id: &Text, details: &Details) -> Text {
        let system = &mapping.system;
        let code = self.rules.directory().get(partner).map(|partner| partner.profile.code.to_string()).unwrap_or_default();
        let id = if id.is_empty() { String::new() } else { mapping.own(id) };
        let key = match (id.is_empty(), mapping.id_is_key, mapping.id_per_partner) {
            (true, ..) => format!("{system}:{}", content(&code, details)),
            (false, true, _) => id,
            (false, false, true) => format!("{system}:{code}/{id}"),
            (false, false, false) => format!("{system}:{id}"),
        };
        Text::clean(&key)
    }
}

/// Stands for the identifier of a record that has none: the same content is the same record.
fn content(code: &str, details: &Details) -> String {
    let mut hasher = blake3::Hasher::new();
    let (customer, contact) = (&details.customer, &details.contact);
    let country = customer.country.map(|country| country.to_string()).unwrap_or_default();
    let (scope, value) = (details.scope.to_string(), details.value.map(|value| value.to_string()).unwrap_or_default());
    let close = details.close_on.map(|day| day.to_string()).unwrap_or_default();
    let texts: [&str; 14] = [
        code,
        &details.source,
        &customer.name,
        &country,
        &customer.city,
        &customer.postal_code,
        &customer.website,
        &scope,
        &value,
        &close,
        &details.description,
        &contact.name,
        &contact.email,
        &contact.phone,
    ];
    for part in texts {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

/// Names of the channel program by what two spellings of one have in common.
struct Names(HashMap<String, Text>);

impl Names {
    fn of(names: &[Text]) -> Self {
        Self(names.iter().map(|name| (search::squeezed(name), name.clone())).collect())
    }

    /// The name as the program writes it; as it stands where the program has no such name.
    fn ours(&self, written: &Text) -> Text {
        self.0.get(&search::squeezed(written)).unwrap_or(written).clone()
    }
}
