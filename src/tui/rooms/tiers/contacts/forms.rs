//! What a verb asks for beside the contact: who it is, on what ground they may be written to, the words that confirm an erasure.

use super::{TierRoom, called, name};
use crate::{
    app::{KnownContact, NewContact},
    domain::{
        contact::{
            Card, Contact, ContactCommand, ContactRole, Refusal,
            decide::{Suppression, decide, recorded, widens},
        },
        day::{local_date, start_of_day},
        lead::{Consent, ConsentBasis},
        person::Person,
        text::Text,
        time::Instant,
        told,
    },
    tui::{
        action::Act,
        furniture::words::date,
        room::FieldError,
        rooms::tiers::{Command, Order, Target},
        widgets::form::{Choice, Field, Form, Value},
    },
};

/// What a form means.
enum Meant {
    Add(Box<NewContact>),
    Verb(ContactCommand),
}

/// The grounds in the order in which they are offered.
const GROUNDS: [ConsentBasis; 4] = [ConsentBasis::OptIn, ConsentBasis::LegitimateInterest, ConsentBasis::Refused, ConsentBasis::Unknown];
/// The fields of a consent.
const SINCE: usize = 1;
const TEXT: usize = 2;
const DESPITE: usize = 3;

fn wrong<T>(field: usize, message: impl Into<String>) -> Result<T, FieldError> {
    Err(FieldError { field, message: message.into() })
}

fn typed(values: &[Value], field: usize) -> &str {
    values.get(field).map_or("", Value::text).trim()
}

fn chosen(values: &[Value], field: usize) -> usize {
    values.get(field).and_then(Value::choice).unwrap_or(0)
}

fn ground(basis: ConsentBasis) -> Choice {
    let doc = match basis {
        ConsentBasis::OptIn => "an explicit yes: enough everywhere",
        ConsentBasis::LegitimateInterest => "they work with us already",
        ConsentBasis::Refused => "withdrawn: asked not to be contacted",
        ConsentBasis::Unknown => "nothing is known",
    };
    Choice::new(told::basis(basis), doc)
}

fn card_fields(form: Form, card: &Card) -> Form {
    let person = &card.person;
    let roles = ContactRole::ALL.iter().map(|role| Choice::new(role.doc(), "")).collect();
    let role = ContactRole::ALL.iter().position(|role| *role == card.role).unwrap_or(0);
    form.field(Field::text("name", person.name.to_string()))
        .field(Field::text("mail", person.email.to_string()).hint("name@firm.example"))
        .field(Field::text("phone", person.phone.to_string()))
        .field(Field::choice("role", roles).beginning(role))
}

fn read_card(values: &[Value], before: &Card) -> Card {
    let text = |field| Text::clean(typed(values, field));
    let person = Person { name: text(0), email: text(1), phone: text(2), ..before.person.clone() };
    Card { role: ContactRole::ALL.get(chosen(values, 3)).copied().unwrap_or_default(), person }
}

/// At which field a refusal is told.
fn at_field(refusal: &Refusal) -> FieldError {
    let field = match refusal {
        Refusal::NoMailbox(_) | Refusal::SameMailbox(_) => 1,
        Refusal::Suppressed => DESPITE,
        _ => 0,
    };
    FieldError { field, message: refusal.to_string() }
}

impl TierRoom {
    pub(in crate::tui::rooms::tiers) fn contact_form(&self, act: Act, about: &str) -> Option<Form> {
        if act == Act::ContactAdd {
            let form = Form::new(format!("Add somebody at {about}"), "add").about(format!(
                "On what ground they may be written to is recorded after that: {}.",
                self.keys().spoken(Act::ContactConsent)
            ));
            return Some(card_fields(form, &Card::default()));
        }
        let known = self.asked_contact()?;
        let one = &known.contact;
        Some(match act {
            Act::ContactChange => {
                let form = Form::new(format!("Change {}", called(known)), "save");
                let has_consent = widens(one.consent.basis);
                let form = if has_consent { form.about("A consent belongs to its mailbox: a new one needs a new consent.") } else { form };
                card_fields(form, &one.card)
            }
            Act::ContactConsent => consent_form(known),
            Act::ContactErase => Form::new(format!("Erase the personal data of {}", called(known)), "erase")
                .about("Name, mailbox and telephone number are destroyed and cannot come back. What happened stays in the audit chain.")
                .about(format!("Type `{}` to confirm.", one.id))
                .field(Field::text("type", "")),
            _ => return None,
        })
    }

    /// What a form means, and how it was read.
    fn read_contact(&self, act: Act, values: &[Value]) -> Result<(Meant, String), FieldError> {
        let others: Vec<Contact> = self.contacts().unwrap_or_default().iter().map(|known| known.contact.clone()).collect();
        if act == Act::ContactAdd {
            // At whom the form says, wherever the cursor has gone meanwhile.
            let Some(partner) = self.asked_partner() else { return wrong(0, "that partner is no longer under the cursor: leave with esc") };
            let new = NewContact { partner, card: read_card(values, &Card::default()), consent: Consent::default(), despite: false };
            recorded(partner, &new.card, &new.consent, &others, Suppression::default()).map_err(|refusal| at_field(&refusal))?;
            return Ok((Meant::Add(Box::new(new)), String::new()));
        }
        let Some(known) = self.asked_contact() else { return wrong(0, "that contact is gone") };
        let (command, told) = match act {
            Act::ContactChange => (ContactCommand::Change(read_card(values, &known.contact.card)), String::new()),
            Act::ContactConsent => {
                let consent = self.read_consent(values, &known.contact.consent)?;
                let despite = known.against.suppressed && chosen(values, DESPITE) == 1;
                let mut after = known.clone();
                (after.contact.consent, after.contact.despite) = (consent.clone(), despite);
                let told =
                    after.why_silent().map_or_else(|| "may be mailed then".to_owned(), |why| format!("may not be mailed then: {why}"));
                (ContactCommand::Consent { consent, despite }, told.replace(": may not be mailed", ""))
            }
            Act::ContactErase => {
                let wanted = known.contact.id.to_string();
                if typed(values, 0) != wanted {
                    return wrong(0, format!("type `{wanted}` to confirm"));
                }
                (ContactCommand::Erase, format!("{} is gone for good then: this cannot be undone", name(known)))
            }
            _ => return wrong(0, "nothing is asked"),
        };
        let refused = decide(&known.contact, &command, &others, known.against.suppressed).err();
        refused.map_or(Ok((Meant::Verb(command), told)), |refusal| Err(at_field(&refusal)))
    }

    /// Who asked for none has no evidence either; without a day it counts from when it did, or on another ground from now on.
    fn read_consent(&self, values: &[Value], before: &Consent) -> Result<Consent, FieldError> {
        let basis = GROUNDS.get(chosen(values, 0)).copied().unwrap_or_default();
        if basis == ConsentBasis::Unknown {
            return Ok(Consent::default());
        }
        let (now, zone) = (self.now(), self.station.zone);
        let at: Instant = match date(typed(values, SINCE)).or_else(|why| wrong(SINCE, why))? {
            Some(day) if day > local_date(now, zone) => return wrong(SINCE, format!("{day} has not come yet")),
            Some(day) if day < local_date(now, zone) => start_of_day(day, zone),
            None if before.basis == basis => before.at.unwrap_or(now),
            _ => now,
        };
        Ok(Consent { basis, text_version: Text::clean(typed(values, TEXT)), at: Some(at) })
    }

    /// What will happen with these values, or which is wrong.
    pub(in crate::tui::rooms::tiers) fn check_contact(&self, act: Act, values: &[Value]) -> Result<String, FieldError> {
        self.read_contact(act, values).map(|(_, told)| told)
    }

    /// The orders that a form means.
    pub(in crate::tui::rooms::tiers) fn contact_orders(&self, act: Act, values: &[Value], targets: &[Target]) -> Option<Vec<Order>> {
        Some(match self.read_contact(act, values).ok()?.0 {
            Meant::Add(new) => vec![Order { command: Command::AddContact(new), targets: targets.to_vec() }],
            Meant::Verb(command) => vec![self.contact_order(command, targets)?],
        })
    }
}

fn consent_form(known: &KnownContact) -> Form {
    let one = &known.contact;
    let begins = GROUNDS.iter().position(|basis| *basis == one.consent.basis && one.consent != Consent::default()).unwrap_or(0);
    let form = Form::new(format!("Consent of {}", called(known)), "record")
        .about(if known.against.suppressed {
            "This mailbox asked never to be contacted."
        } else {
            "On what ground they may be written to."
        })
        .field(Field::choice("ground", GROUNDS.map(ground).to_vec()).beginning(begins))
        .field(Field::text("since", "").hint(if one.consent.at.is_some() {
            "as it was, on another ground today; or 2026-03-31"
        } else {
            "today, or 2026-03-31"
        }))
        .field(Field::text("text", one.consent.text_version.to_string()).hint("the version of the text, such as web-2026-03"));
    if !known.against.suppressed {
        return form;
    }
    form.field(Field::choice("after that", vec![Choice::new("no", ""), Choice::new("yes", "it came after they had asked for silence")]))
}
