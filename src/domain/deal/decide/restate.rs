//! A record that came before comes again: what its source says otherwise now, and whether that may be taken over.

use super::{Context, Facts, Work, possible};
use crate::domain::{
    actor::Permission,
    deal::{
        AccountLink, DealEvent, DealField, DealState, DealVerb, Details, FieldChange, FieldProblem, Refusal, Registration, Scope,
        completeness::completeness,
    },
    id::PartnerId,
    person::Person,
    search,
    text::Text,
};
use std::collections::BTreeSet;

/// A known record as it comes in again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restatement {
    pub partner: PartnerId,
    pub details: Details,
    /// The end customer, where it was matched.
    pub account: Option<AccountLink>,
    /// The partner wants it handed in.
    pub submit: bool,
    /// The fields that the source has at all; of the others it says nothing.
    pub says: BTreeSet<DealField>,
    /// What the contract of the source does not let change in this record.
    pub fixed: Vec<FieldProblem>,
    /// The same where the registration has the sales stage of the record already: what comes with the stage may still change.
    pub fixed_by_stage: Vec<FieldProblem>,
}

impl Restatement {
    /// The fields in which the source says something new: other than what it said before, and other than what stands here.
    /// So a value that was corrected at the desk is not taken back by an unchanged file.
    pub fn changes(&self, deal: &Registration) -> Vec<FieldChange> {
        let said_before = |change: &FieldChange| deal.source_says.iter().any(|said| is_same(said, change));
        let new = self.says.iter().map(|field| self.value(*field, deal));
        new.filter(|change| !is_same(&deal.details.get(change.field()), change) && !said_before(change)).collect()
    }

    /// What the source can't say of a contact stays as it is: the message, and everything once the desk
    /// changed or erased it.
    fn value(&self, field: DealField, deal: &Registration) -> FieldChange {
        let own = &deal.details.contact;
        match field {
            DealField::Contact if deal.erased || deal.contact_is_ours => FieldChange::Contact(own.clone()),
            DealField::Contact => FieldChange::Contact(Person { message: own.message.clone(), ..self.details.contact.clone() }),
            field => self.details.get(field),
        }
    }
}

/// Takes over what the source says otherwise now, by the rules of an edit: all of it or nothing. A draft that is complete
/// then is handed in, and what was asked for and comes whole is an answer, where the source wants it. No events where nothing changed.
pub fn restate(deal: &Registration, record: &Restatement, context: Context<'_>, facts: Facts<'_>) -> Result<Vec<DealEvent>, Refusal> {
    let verb = DealVerb::Edit;
    context.actor.may(Permission::Import).map_err(Refusal::not_allowed)?;
    context.actor.may(verb.permission()).map_err(Refusal::not_allowed)?;
    if record.partner != deal.partner {
        return Err(Refusal::not_now(verb, format!("{} was registered for another partner, and stays with that one", deal.id)));
    }
    let changes = record.changes(deal);
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    possible(deal, verb)?;
    let is_changed = |problem: &&FieldProblem| changes.iter().any(|change| change.field() == problem.field);
    let by_stage = record.fixed_by_stage.iter().filter(|_| deal.details.sales_stage == record.details.sales_stage);
    let by_stage = by_stage.filter(|problem| !record.fixed.iter().any(|known| known.field == problem.field));
    let fixed: Vec<FieldProblem> = record.fixed.iter().chain(by_stage).filter(is_changed).cloned().collect();
    if !fixed.is_empty() {
        return Err(Refusal::Fields { verb, problems: fixed });
    }
    let mut work = Work::new(deal, context);
    work.edit(&changes, true)?;
    let is_renamed = changes.iter().any(|change| change.field() == DealField::Customer);
    if is_renamed && deal.account != record.account {
        work.push(DealEvent::Matched { account: record.account, before: deal.account });
    }
    let is_ready = matches!(work.deal.state, DealState::Draft) && record.submit;
    let is_complete = completeness(&work.deal.details, work.program(), context.now).is_empty();
    if is_ready && is_complete {
        work.submit(None, facts)?;
    }
    if record.submit && is_complete && is_answered(&work.deal, &changes) {
        work.resubmit(facts);
    }
    work.hold_for(facts.partner);
    Ok(work.events)
}

/// Whether everything that the partner was asked for comes with these changes.
fn is_answered(deal: &Registration, changes: &[FieldChange]) -> bool {
    match &deal.state {
        DealState::ActionRequired { fields, .. } => fields.iter().all(|asked| changes.iter().any(|change| change.field() == *asked)),
        _ => false,
    }
}

/// Whether both say the same, as far as a file can tell: space around a text is lost in one, and names of the program are
/// found however they are written.
fn is_same(a: &FieldChange, b: &FieldChange) -> bool {
    let text = |a: &Text, b: &Text| a.trim() == b.trim();
    match (a, b) {
        (FieldChange::Customer(a), FieldChange::Customer(b))
        | (FieldChange::City(a), FieldChange::City(b))
        | (FieldChange::PostalCode(a), FieldChange::PostalCode(b))
        | (FieldChange::Website(a), FieldChange::Website(b))
        | (FieldChange::Description(a), FieldChange::Description(b)) => text(a, b),
        (FieldChange::Vertical(a), FieldChange::Vertical(b)) => search::squeezed(a) == search::squeezed(b),
        (FieldChange::Products(a), FieldChange::Products(b)) => {
            let names = |scope: &Scope| scope.iter().map(|name| search::squeezed(name)).collect::<BTreeSet<_>>();
            names(a) == names(b)
        }
        (FieldChange::Contact(a), FieldChange::Contact(b)) => {
            text(&a.name, &b.name) && text(&a.title, &b.title) && text(&a.email, &b.email) && text(&a.phone, &b.phone)
        }
        (a, b) => a == b,
    }
}
