//! The people at a partner, beside the table: who is there, how they are reached and whether they may be written to, and the
//! verbs on the one that is chosen.
//!
//! - `forms`: what a verb asks for, and how that is read.

mod forms;

use super::{C, Command, Order, Target, TierRoom, lines};
use crate::{
    app::{ContactDone, KnownContact, tier::view::DeskDetail},
    domain::{
        contact::{ContactCommand, ContactState},
        day::local_date,
        event::Event,
        id::{ContactId, PartnerId},
        tier::desk::DeskLine,
        told::{self, Names},
    },
    tui::{
        action::{Act, Availability},
        furniture::work::Answer,
        theme::Role,
        widgets::pane::{Row, Section},
    },
};
use chrono_tz::Tz;

/// What the room keeps of the contacts that are read.
#[derive(Debug, Default)]
pub struct Own {
    /// The one that is chosen; the first while it is not there.
    chosen: Option<ContactId>,
    /// Whom the open question is about, and the version that was on the screen; nobody where somebody is added.
    about: Option<(ContactId, i64)>,
    /// While somebody is added: the newest of those who were there.
    newest: Option<ContactId>,
    /// Of which verb and whom a draft may be left.
    draft: Option<(Act, Option<ContactId>)>,
    /// Why the form was refused that opens again once the contacts were read anew.
    refusal: Option<String>,
}

pub const fn is_verb(act: Act) -> bool {
    asks(act) || matches!(act, Act::ContactLeave | Act::ContactReturn)
}

/// Whether it asks for more than the contact.
pub const fn asks(act: Act) -> bool {
    matches!(act, Act::ContactAdd | Act::ContactChange | Act::ContactConsent | Act::ContactErase)
}

/// Why `undo` leaves it alone.
pub const fn stays(act: Act) -> Option<&'static str> {
    Some(match act {
        Act::ContactErase => "what is erased is gone for good",
        act if is_verb(act) => "what is recorded of a contact stays: record what is right",
        _ => return None,
    })
}

/// `Eva Lang`, or the mailbox of somebody without a name.
fn name(known: &KnownContact) -> &str {
    let person = &known.contact.card.person;
    if person.name.is_empty() { &person.email } else { &person.name }
}

fn called(known: &KnownContact) -> String {
    format!("{} {}", known.contact.id, name(known))
}

impl TierRoom {
    /// The contacts of the partner under the cursor, once they are loaded.
    fn contacts(&self) -> Option<&[KnownContact]> {
        match self.story()? {
            DeskDetail::Partner(detail) => Some(&detail.rooms.contacts),
            DeskDetail::Waiting(_) => None,
        }
    }

    pub(super) fn reads_contacts(&self) -> bool {
        self.shown_beside() == Some(Act::PartnerContacts)
    }

    pub(super) fn partner(&self) -> Option<PartnerId> {
        self.selected()?.partner()
    }

    /// The partner that the open form is about, while its contacts are those that are read.
    fn asked_partner(&self) -> Option<PartnerId> {
        let asked = self.asked()?.targets.first()?.id.partner()?;
        self.partner().filter(|selected| *selected == asked)
    }

    fn chosen_at(&self) -> usize {
        let is_chosen = |known: &KnownContact| Some(known.contact.id) == self.own.contacts.chosen;
        self.contacts().and_then(|all| all.iter().position(is_chosen)).unwrap_or(0)
    }

    /// The one that is chosen.
    fn contact(&self) -> Option<&KnownContact> {
        self.contacts()?.get(self.chosen_at())
    }

    /// Whom the open question is about, as they are known now.
    fn asked_contact(&self) -> Option<&KnownContact> {
        let (id, _) = self.own.contacts.about?;
        self.contacts()?.iter().find(|known| known.contact.id == id)
    }

    pub(super) fn contact_possible(&self, act: Act, row: &DeskLine) -> Availability {
        let keys = self.keys();
        let line = match row {
            DeskLine::Partner(line) => line,
            DeskLine::Waiting(line) => return Availability::no(lines::no_partner(line.correction.id)),
        };
        if !self.reads_contacts() {
            return Availability::no(format!("{} opens the contacts of {} first", keys.spoken(Act::PartnerContacts), line.name));
        }
        if self.contacts().is_none() {
            return Availability::no("the contacts are still on their way");
        }
        let Some(known) = self.contact().filter(|_| act != Act::ContactAdd) else {
            let nobody = || format!("nobody is known at {}; {} adds somebody", line.name, keys.spoken(Act::ContactAdd));
            return if act == Act::ContactAdd { Availability::Yes } else { Availability::no(nobody()) };
        };
        let is_there = known.contact.state == ContactState::Active;
        match act {
            Act::ContactLeave if !is_there => Availability::no(format!("{} has left already", name(known))),
            Act::ContactReturn if is_there => Availability::no(format!("{} is still there", name(known))),
            _ => Availability::Yes,
        }
    }

    /// The verbs that the chosen contact most likely needs.
    pub(super) fn useful_for_contact(&self) -> Vec<Act> {
        let Some(known) = self.contact() else { return vec![Act::ContactAdd] };
        let moves = if known.contact.state == ContactState::Active { Act::ContactLeave } else { Act::ContactReturn };
        vec![Act::ContactConsent, Act::ContactChange, moves, Act::ContactAdd, Act::ContactErase]
    }

    /// Chooses another contact; false where the action is no motion among them.
    pub(super) fn choose_contact(&mut self, act: Act) -> bool {
        let Some(last) = self.contacts().and_then(|all| all.len().checked_sub(1)).filter(|_| self.reads_contacts()) else { return false };
        let at = self.chosen_at();
        let to = match act {
            Act::PaneDown | Act::PaneNext => (at + 1).min(last),
            Act::PaneUp | Act::PanePrevious => at.saturating_sub(1),
            Act::PaneFirst => 0,
            Act::PaneLast => last,
            _ => return false,
        };
        self.own.contacts.chosen = self.contacts().and_then(|all| all.get(to)).map(|known| known.contact.id);
        self.show_section(to);
        true
    }

    /// Asks for the object of a verb, or carries it out.
    pub(super) fn begin_contact(&mut self, act: Act, targets: &[Target], cx: &mut C<'_>) {
        self.own.contacts.about = self.contact().filter(|_| act != Act::ContactAdd).map(|known| (known.contact.id, known.contact.version));
        self.own.contacts.newest = None;
        if asks(act) {
            // What was typed about somebody else is not meant for this one.
            let draft = Some((act, self.own.contacts.about.map(|(id, _)| id)));
            if self.own.contacts.draft != draft
                && let Some(asked) = self.asked()
            {
                cx.forget(asked.intent());
            }
            self.own.contacts.draft = draft;
            return self.ask(cx, None);
        }
        let command = if act == Act::ContactLeave { ContactCommand::Leave } else { ContactCommand::Return };
        if let Some(order) = self.contact_order(command, targets) {
            self.submit(act, vec![order], cx);
        }
    }

    fn contact_order(&self, command: ContactCommand, targets: &[Target]) -> Option<Order> {
        let (id, seen) = self.own.contacts.about?;
        Some(Order { command: Command::Contact { id, seen, command: Box::new(command) }, targets: targets.to_vec() })
    }

    /// Somebody is being added: whoever has a later number than all who are there now is the one.
    pub(super) fn adds(&mut self) {
        let newest = self.contacts().and_then(|all| all.iter().map(|known| known.contact.id).max());
        self.own.contacts.newest = Some(newest.unwrap_or(ContactId(0)));
    }

    /// The form comes back about the contact as it is now, not as it was; where nobody reads contacts any more, it is told at once.
    pub(super) fn ask_contact_again(&mut self, sentence: String, cx: &mut C<'_>) {
        self.own.contacts.newest = None;
        if !self.reads_contacts() {
            return cx.fail(sentence);
        }
        self.own.contacts.refusal = Some(sentence);
        self.forget_story();
    }

    /// Whoever was added is chosen.
    fn choose_added(&mut self) {
        let Some(newest) = self.own.contacts.newest else { return };
        let added = self.contacts().and_then(|all| all.iter().map(|known| known.contact.id).find(|id| *id > newest));
        if added.is_some() {
            (self.own.contacts.chosen, self.own.contacts.newest) = (added, None);
            self.show_section(self.chosen_at());
        }
    }

    /// The contacts have come, perhaps those for which a refused form waits.
    pub(super) fn contacts_came(&mut self, cx: &mut C<'_>) {
        self.choose_added();
        if !self.asked().is_some_and(|asked| is_verb(asked.act)) {
            return;
        }
        let Some(refused) = self.own.contacts.refusal.take() else { return };
        let now = self.asked_contact().map(|known| (known.contact.id, known.contact.version));
        if self.own.contacts.about.is_some() && now.is_none() {
            return cx.fail(refused);
        }
        self.own.contacts.about = now;
        self.ask(cx, Some(refused));
    }

    /// What a verb is about, for its answer: `N-12 Eva Lang: contact changed`.
    pub(super) fn contact_summary(act: Act, answers: &[Answer<super::TierTrade>], names: &Names) -> Option<String> {
        let happened = answers.first().filter(|_| is_verb(act))?.result.as_ref().ok()?;
        let Some(done) = happened.events.iter().find_map(super::Happening::contact) else {
            return Some("nothing differs from what is recorded".to_owned());
        };
        let person = &done.contact.card.person;
        let name = if person.name.is_empty() { &person.email } else { &person.name };
        let called = format!("{} {name}", done.contact.id);
        Some(format!("{}: {}", called.trim_end(), sentence(done, names)))
    }

    /// Everybody at the partner, the chosen one marked.
    pub(super) fn contact_sections(&self, zone: Tz) -> Vec<Section> {
        let keys = self.keys();
        let said = |text: String, role| vec![Section::new("", vec![Row::text(text, role)])];
        if self.partner().is_none() {
            return said("An order line that waits has no contacts.".to_owned(), Role::Dim);
        }
        let Some(contacts) = self.contacts() else { return said("…".to_owned(), Role::Dim) };
        if contacts.is_empty() {
            return said(format!("Nobody is known there; {} adds somebody.", keys.spoken(Act::ContactAdd)), Role::Strong);
        }
        let mut out = vec![Section::new("", vec![Row::text(in_all(contacts), Role::Dim)])];
        let at = self.chosen_at();
        out.extend(contacts.iter().enumerate().map(|(index, known)| {
            let mark = if index == at { "›" } else { " " };
            Section::new(format!("{mark} {}, {}", called(known), known.contact.card.role.doc()), card(known, zone))
        }));
        out
    }
}

/// `3 people; 2 may be mailed. Its country asks for an explicit consent.`
fn in_all(contacts: &[KnownContact]) -> String {
    let mailable = contacts.iter().filter(|known| known.why_silent().is_none()).count();
    let people = if contacts.len() == 1 { "1 person".to_owned() } else { format!("{} people", contacts.len()) };
    let requires = contacts.iter().any(|known| known.against.requires);
    let asks = if requires { " Its country asks for an explicit consent." } else { "" };
    format!("{people}; {mailable} may be mailed.{asks}")
}

/// How somebody is reached, on what ground, and whether they may be.
fn card(known: &KnownContact, zone: Tz) -> Vec<Row> {
    let one = &known.contact;
    let person = &one.card.person;
    let mut rows = Vec::new();
    for (label, text) in [("  mail", &person.email), ("  phone", &person.phone)] {
        if !text.is_empty() {
            rows.push(Row::fact(label, text.to_string(), Role::Text));
        }
    }
    let on = one.consent.at.map_or_else(String::new, |at| format!(" since {}", local_date(at, zone)));
    let by = if one.consent.text_version.is_empty() { String::new() } else { format!(", text {}", one.consent.text_version) };
    rows.push(Row::fact("  consent", format!("{}{on}{by}", told::basis(one.consent.basis)), Role::Text));
    let (may, role) = match known.why_silent() {
        Some(why) => (format!("✗ no: {}", why.trim_end_matches(": may not be mailed")), Role::Warn),
        None if known.against.suppressed => ("✓ yes: agreed after asking never to be contacted".to_owned(), Role::Good),
        None => ("✓ yes".to_owned(), Role::Good),
    };
    rows.push(Row::fact("  mailable", may, role));
    if let ContactState::Left { at } = one.state {
        rows.push(Row::fact("  left", format!("noted on {}", local_date(at, zone)), Role::Dim));
    }
    rows
}

/// What a command did to a contact, in a few words.
pub fn sentence(done: &ContactDone, names: &Names) -> String {
    let told: Vec<String> = done.events.iter().map(|event| told::event(&Event::Contact(event.clone()), names).0).collect();
    told.join(", then ")
}
