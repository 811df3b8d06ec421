//! `pilothouse contact ...`: the people at partners, and whether they may be written to.

use super::{Call, tier::find};
use crate::{
    app::{App, Command, ContactItem, KnownContact, NewContact},
    domain::{
        contact::{Card, ContactCommand, ContactRole},
        id::ContactId,
        lead::{Consent, ConsentBasis},
        person::Person,
        problem::quoted,
        text::Text,
        told,
    },
    error::{Error, Result},
};
use serde_json::json;

#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the contacts of a partner, with their consent
    #[command(after_help = "Examples:\n  pilothouse contact list HANSA\n  pilothouse contact list HANSA --json")]
    List(List),
    /// Record a person at a partner
    #[command(
        after_help = "Example:\n  pilothouse contact add HANSA --name \"Eva Lang\" --email eva@hansa.example --role marketing --consent opt_in \
        --consent-text 2026-01"
    )]
    Add(Add),
    /// Change a contact; what is not said stays as it is
    #[command(after_help = "Example:\n  pilothouse contact change N-12 --email eva.lang@hansa.example")]
    Change(Change),
    /// Record on what ground a contact may be written to
    #[command(after_help = "Examples:\n  pilothouse contact consent N-12 opt_in --text 2026-01\n  pilothouse contact consent N-12 refused")]
    Consent(ConsentArgs),
    /// Record that a contact is no longer at the partner
    #[command(after_help = "Example:\n  pilothouse contact leave N-12")]
    Leave(One),
    /// Record that a contact who had left is there again
    #[command(after_help = "Example:\n  pilothouse contact return N-12")]
    Return(One),
    /// Destroy the personal data of a contact for good; that they were there stays in the audit chain
    #[command(after_help = "Example:\n  pilothouse contact erase N-12")]
    Erase(One),
}

#[derive(Debug, clap::Args)]
pub struct List {
    /// The partner, by code or number
    partner: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// The partner, by code or number
    partner: String,
    #[command(flatten)]
    who: Who,
    /// On what ground they may be written to
    #[arg(long, value_name = "BASIS", value_parser = bases(), default_value = "unknown")]
    consent: String,
    /// The text that they agreed to
    #[arg(long, value_name = "VERSION", default_value = "")]
    consent_text: String,
    /// The consent came after the mailbox asked never to be contacted
    #[arg(long)]
    despite_suppression: bool,
}

#[derive(Debug, clap::Args)]
pub struct Who {
    /// The name
    #[arg(long)]
    name: Option<String>,
    /// The mailbox
    #[arg(long)]
    email: Option<String>,
    /// The telephone number
    #[arg(long)]
    phone: Option<String>,
    /// What they do there
    #[arg(long, value_parser = roles())]
    role: Option<String>,
}

#[derive(Debug, clap::Args)]
pub struct Change {
    /// The contact
    contact: ContactId,
    #[command(flatten)]
    who: Who,
}

#[derive(Debug, clap::Args)]
pub struct ConsentArgs {
    /// The contact
    contact: ContactId,
    /// On what ground
    #[arg(value_parser = bases())]
    basis: String,
    /// The text that they agreed to
    #[arg(long, value_name = "VERSION", default_value = "")]
    text: String,
    /// It came after the mailbox asked never to be contacted
    #[arg(long)]
    despite_suppression: bool,
}

#[derive(Debug, clap::Args)]
pub struct One {
    /// The contact
    contact: ContactId,
}

fn roles() -> clap::builder::PossibleValuesParser {
    ContactRole::ALL.iter().map(|role| role.name()).collect::<Vec<_>>().into()
}

fn bases() -> clap::builder::PossibleValuesParser {
    ConsentBasis::ALL.map(ConsentBasis::name).to_vec().into()
}

pub async fn run(verb: Verb, call: &mut Call<'_>) -> Result<()> {
    match verb {
        Verb::List(args) => list(&args, call).await,
        Verb::Add(args) => add(args, call).await,
        Verb::Change(args) => change(args, call).await,
        Verb::Consent(args) => {
            let consent = consent(&args.basis, &args.text, call).await?;
            carry_out(args.contact, ContactCommand::Consent { consent, despite: args.despite_suppression }, call).await
        }
        Verb::Leave(args) => carry_out(args.contact, ContactCommand::Leave, call).await,
        Verb::Return(args) => carry_out(args.contact, ContactCommand::Return, call).await,
        Verb::Erase(args) => carry_out(args.contact, ContactCommand::Erase, call).await,
    }
}

impl Who {
    /// What was said of `card`, and the rest of it.
    fn said_of(self, card: &Card) -> Card {
        let said = |said: Option<String>, before: &Text| said.map_or_else(|| before.clone(), |said| Text::clean(said.trim()));
        let before = &card.person;
        let person = Person {
            name: said(self.name, &before.name),
            email: said(self.email, &before.email),
            phone: said(self.phone, &before.phone),
            ..before.clone()
        };
        Card { role: self.role.as_deref().and_then(ContactRole::from_name).unwrap_or(card.role), person }
    }
}

/// A consent as of now; who asked for none has no evidence either.
async fn consent(basis: &str, text: &str, call: &mut Call<'_>) -> Result<Consent> {
    let basis = ConsentBasis::from_name(basis).unwrap_or_default();
    if basis == ConsentBasis::Unknown {
        return Ok(Consent::default());
    }
    Ok(Consent { basis, text_version: Text::clean(text.trim()), at: Some(call.app().await?.now()) })
}

async fn add(args: Add, call: &mut Call<'_>) -> Result<()> {
    let consent = consent(&args.consent, &args.consent_text, call).await?;
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &args.partner)?;
    let new = NewContact { partner: partner.id, card: args.who.said_of(&Card::default()), consent, despite: args.despite_suppression };
    let done = app.execute(actor.id, app.request(Command::Contacts(vec![new]))).await?;
    told_of(&app, done.contacts, call).await
}

async fn change(args: Change, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let known = app.contact(args.contact).await?;
    let known = known.ok_or_else(|| Error::expected(format!("there is no contact {}", args.contact)))?;
    carry_out(args.contact, ContactCommand::Change(args.who.said_of(&known.contact.card)), call).await
}

async fn carry_out(id: ContactId, command: ContactCommand, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let actor = call.sign_in(&app).await?;
    let done = app.execute(actor.id, app.request(Command::Contact { id, seen: None, command })).await?;
    told_of(&app, done.contacts, call).await
}

/// What became of contacts, each as it is known now.
async fn told_of(app: &App, items: Vec<ContactItem>, call: &mut Call<'_>) -> Result<()> {
    for item in items {
        let done = item.result.map_err(|refusal| Error::expected(refusal.to_string()))?;
        let Some(known) = app.contact(done.contact.id).await? else { continue };
        writeln!(call.out, "{}{}", line(&known), if done.events.is_empty() { " (nothing differs)" } else { "" })?;
    }
    Ok(())
}

/// `N-12  Eva Lang, marketing, eva@hansa.example: opted in`.
fn line(known: &KnownContact) -> String {
    let one = &known.contact;
    let person = &one.card.person;
    let said: Vec<&str> = [person.name.as_str(), one.card.role.doc(), person.email.as_str(), person.phone.as_str()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let silent = known.why_silent().unwrap_or_else(|| told::basis(one.consent.basis));
    format!("{:<7}{}: {silent}", one.id.to_string(), said.join(", "))
}

async fn list(args: &List, call: &mut Call<'_>) -> Result<()> {
    let app = call.app().await?;
    let rules = app.rules().await?;
    let partner = find(&rules, &args.partner)?;
    let contacts = app.contacts_of(partner.id).await?;
    if args.json {
        let one = |known: &KnownContact| {
            let one = &known.contact;
            json!({ "id": one.id, "role": one.card.role, "person": one.card.person, "consent": one.consent, "state": one.state,
                "suppressed": known.against.suppressed, "may_be_mailed": known.why_silent().is_none() })
        };
        return call.json(&contacts.iter().map(one).collect::<Vec<_>>());
    }
    for one in &contacts {
        writeln!(call.out, "{}", line(one))?;
    }
    Ok(writeln!(
        call.out,
        "{} {} at {}.",
        contacts.len(),
        if contacts.len() == 1 { "contact" } else { "contacts" },
        quoted(&partner.profile.name)
    )?)
}
