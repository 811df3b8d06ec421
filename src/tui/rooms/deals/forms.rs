//! The forms of the verbs that need more than a registration, and what their values mean.

use super::{Command, DealRoom, DealTrade, Facts, Paper, words};
use crate::{
    app::deal::customers::AccountChoice,
    domain::{
        day::local_date,
        deal::{
            AccountLink, DealCommand, DealField, DocumentKind, Exhibit, HoldReason, LossReason, Refusal, RejectReason,
            decide::{possible_match, possible_order, progress},
        },
        escalation::Severity,
        id::{DealId, OperatorId},
        money::Money,
        text::Text,
    },
    tui::{
        action::Act,
        furniture::{
            Asked,
            amounts::{amount, money, read_as},
            words::date,
        },
        room::FieldError,
        widgets::form::{Choice, Field, Form, Value},
    },
};
use std::collections::BTreeSet;

/// Whether a verb asks for more than the registration.
pub(super) const fn asks(act: Act) -> bool {
    needs_facts(act)
        || matches!(
            act,
            Act::DealReassign | Act::DealLose | Act::DealHold | Act::DealAttach | Act::DealNote | Act::DealEscalate | Act::DealErase
        )
}

/// Whether its form offers what only the registration itself tells.
pub(super) const fn needs_facts(act: Act) -> bool {
    matches!(act, Act::DealEdit | Act::DealMatch | Act::DealAsk | Act::DealReject | Act::DealExtend | Act::DealWin | Act::DealConflict)
}

/// Whether it makes no sense for several at once.
pub(super) const fn is_about_one(act: Act) -> bool {
    matches!(act, Act::DealEdit | Act::DealMatch | Act::DealExtend | Act::DealAttach)
}

/// Choices from one of the domain's tables of words.
macro_rules! choices {
    ($type:ty) => {
        <$type>::ALL.iter().map(|one| Choice::new(one.doc(), "")).collect()
    };
}
pub(super) use choices;

/// A conflict holds by itself; a person holds for one of the others.
const HOLDS: [HoldReason; 3] = [HoldReason::AwaitingCustomer, HoldReason::AwaitingPartner, HoldReason::AwaitingInternal];

impl DealRoom {
    pub(super) fn deal_form(&self, asked: &Asked<DealTrade>) -> Option<Form> {
        let about = self.told(&asked.targets);
        let facts = self.own.facts.as_deref();
        // What one registration lacks, or who is protected against it, says nothing of the others that are marked.
        let of_one = facts.filter(|_| asked.targets.len() == 1);
        let holder = of_one.and_then(|facts| facts.detail.holder).map_or_else(String::new, |id| id.to_string());
        Some(match asked.act {
            Act::DealEdit => super::edit::form(facts?, &about),
            Act::DealMatch => match_form(facts?, &about),
            Act::DealAsk => Form::new(format!("Return {about} for information"), "return")
                .about("The partner answers for these fields and no others; the clock stands still meanwhile.")
                .about(format!("May be asked for: {}.", names(facts?.terms.askable.iter())))
                .field(Field::text("fields", of_one.map_or_else(String::new, wanted)).hint("names of fields, with commas"))
                .field(Field::note("message", "").hint("what is missing, for the partner and the file")),
            Act::DealReject => Form::new(format!("Reject {about}"), "reject")
                .field(Field::choice("reason", given()))
                .field(Field::text("in favour of", holder).hint("D-12, or empty")),
            Act::DealExtend => extend_form(facts?, &about),
            Act::DealWin => win_form(facts?, of_one, &about),
            Act::DealLose => Form::new(format!("{about}: lost"), "record").field(Field::choice("reason", choices!(LossReason))),
            Act::DealHold => Form::new(format!("Hold {about}"), "hold")
                .about("The clock stands still and keeps what is left of its business time.")
                .field(Field::choice("reason", HOLDS.iter().map(|one| Choice::new(one.doc(), "")).collect())),
            Act::DealReassign => {
                Form::new(format!("Who reviews {about}?"), "hand over").field(Field::choice("reviewer", self.people(self.reviewers())))
            }
            Act::DealAttach => attach_form(&about),
            Act::DealConflict => Form::new(format!("Conflict of {about}"), "open")
                .about("Both are held until somebody has decided; the parties are asked for evidence.")
                .field(Field::text("with", holder).hint("D-12, or several with commas")),
            Act::DealEscalate => Form::new(format!("Escalate {about}"), "escalate")
                .about("The reason stays in the audit chain when the contact's data is erased: leave names out of it.")
                .field(Field::choice("severity", choices!(Severity)))
                .field(Field::text("reason", "").hint("what whoever looks at it has to know")),
            Act::DealNote => Form::new(format!("Note on {about}"), "save")
                .field(Field::note("note", "").hint("several lines; C-s saves, C-o opens your editor")),
            Act::DealErase => Form::new(format!("Erase the personal data of {about}"), "erase")
                .about("The contact and the notes are destroyed and cannot come back. What happened stays in the audit chain.")
                .field(Field::text("type", "").hint("the words that are asked for below")),
            _ => return None,
        })
    }

    /// Who may review: colleagues first, oneself last.
    pub(super) fn reviewers(&self) -> Vec<&(OperatorId, Text)> {
        let (own, others): (Vec<_>, Vec<_>) = self.known().colleagues.iter().partition(|(id, _)| *id == self.station.me);
        others.into_iter().chain(own).collect()
    }

    pub(super) fn people(&self, people: Vec<&(OperatorId, Text)>) -> Vec<Choice> {
        people.into_iter().map(|(id, name)| Choice::new(name.to_string(), if *id == self.station.me { "you" } else { "" })).collect()
    }

    /// What will happen with these values, or which is wrong.
    pub(super) fn check_deal(&self, act: Act, deals: &[DealId], values: &[Value]) -> Result<String, FieldError> {
        let error = |field: usize, message: String| Err(FieldError { field, message });
        let text = |index: usize| values.get(index).map_or("", Value::text);
        let facts = self.own.facts.as_deref();
        match (act, facts) {
            (Act::DealEdit, Some(facts)) => super::edit::changes(facts, values).map(|changes| super::edit::told(&changes)),
            (Act::DealAsk, Some(facts)) => match fields(text(0)) {
                Ok(asked) if asked.is_empty() => error(0, "name at least one field".to_owned()),
                Ok(asked) => match asked.iter().find(|field| !facts.terms.askable.contains(field)) {
                    Some(field) => error(0, format!("{} can't be asked for again by the program", field.name())),
                    None => Ok(format!("{} field{} to be answered", asked.len(), if asked.len() == 1 { "" } else { "s" })),
                },
                Err(why) => error(0, why),
            },
            (Act::DealReject, _) => match optional_deal(text(1)) {
                Ok(Some(id)) if deals.contains(&id) => error(1, format!("{id} can't be a duplicate of itself")),
                Ok(Some(_)) if reject_reason(values) != Some(RejectReason::Duplicate) => {
                    error(1, format!("leave it empty unless {}", RejectReason::Duplicate.doc()))
                }
                Ok(_) => Ok(String::new()),
                Err(why) => error(1, why),
            },
            (Act::DealExtend, Some(facts)) => match numbers(text(0)) {
                Ok(list) if list.is_empty() => error(0, "name at least one document that shows progress".to_owned()),
                Ok(list) => match list.iter().find(|no| !facts.detail.deal.documents.iter().any(|one| one.no == **no)) {
                    Some(no) => error(0, format!("there is no document {no}")),
                    None => Ok(String::new()),
                },
                Err(why) => error(0, why),
            },
            (Act::DealMatch, Some(facts)) => match chosen_account(facts, values) {
                Ok(account) => match possible_match(&facts.detail.deal, account) {
                    Ok(()) => Ok(String::new()),
                    Err(Refusal::NotNow { why, .. }) => error(0, why),
                    Err(refusal) => error(0, refusal.to_string()),
                },
                Err(why) => error(0, why.to_owned()),
            },
            (Act::DealWin, Some(facts)) => order(facts, deals, text(0), text(1)),
            (Act::DealConflict, _) => match deal_list(text(0)) {
                Ok(list) if list.is_empty() => error(0, "with which registration? write its number, such as D-12".to_owned()),
                Ok(list) => match list.iter().find(|id| deals.contains(id)) {
                    Some(id) => error(0, format!("{id} is the same registration")),
                    None => Ok(String::new()),
                },
                Err(why) => error(0, why),
            },
            (Act::DealAttach, _) => paper(values).map(|paper| read_as(paper.amount)),
            (Act::DealEscalate, _) if text(1).is_empty() => error(1, "an escalation needs a reason".to_owned()),
            (Act::DealNote, _) if text(0).trim().is_empty() => error(0, "a note needs some text".to_owned()),
            (Act::DealErase, _) => {
                let wanted = erase_words(deals);
                if text(0) == wanted { Ok("this cannot be undone".to_owned()) } else { error(0, format!("type `{wanted}` to confirm")) }
            }
            _ => Ok(String::new()),
        }
    }

    pub(super) fn deal_command(&self, act: Act, values: &[Value]) -> Option<Command> {
        let chosen = values.first().and_then(Value::choice);
        let text = |index: usize| values.get(index).map_or("", Value::text);
        let facts = self.own.facts.as_deref();
        Some(Command::Deal(match act {
            Act::DealEdit => DealCommand::Edit { changes: super::edit::changes(facts?, values).ok()? },
            Act::DealMatch => DealCommand::Match { account: chosen_account(facts?, values).ok()? },
            Act::DealAsk => DealCommand::RequestInfo { fields: fields(text(0)).ok()?, text: Text::clean(&words::note_from_lines(text(1))) },
            Act::DealReject => DealCommand::Reject { reason: reject_reason(values)?, of: optional_deal(text(1)).ok()? },
            Act::DealExtend => DealCommand::Extend { evidence: numbers(text(0)).ok()? },
            Act::DealWin => DealCommand::Win { on: date(text(0)).ok()??, value: amount(text(1)).ok()? },
            Act::DealLose => DealCommand::Lose { reason: *LossReason::ALL.get(chosen?)? },
            Act::DealHold => DealCommand::Hold { reason: *HOLDS.get(chosen?)? },
            Act::DealReassign => DealCommand::Reassign { reviewer: self.reviewers().get(chosen?)?.0 },
            Act::DealAttach => return Some(Command::Attach(paper(values).ok()?)),
            Act::DealEscalate => DealCommand::Escalate { severity: *Severity::ALL.get(chosen?)?, reason: Text::clean(text(1)) },
            Act::DealNote => DealCommand::Note { text: Text::clean(&words::note_from_lines(text(0))) },
            Act::DealErase => DealCommand::Erase,
            Act::DealConflict => return Some(Command::OpenConflict { with: deal_list(text(0)).ok()? }),
            _ => return None,
        }))
    }
}

/// What can be chosen: the accounts that the customer resembles, then nobody, then every other account. So where none is alike the
/// form begins with nobody, and not with an account that has nothing to do with it.
fn accounts(facts: &Facts) -> impl Iterator<Item = Option<&AccountChoice>> {
    let (alike, others): (Vec<_>, Vec<_>) = facts.customers.iter().partition(|one| one.score.is_some());
    alike.into_iter().map(Some).chain(std::iter::once(None)).chain(others.into_iter().map(Some))
}

/// The account that the form means, or nobody.
fn chosen_account(facts: &Facts, values: &[Value]) -> Result<Option<AccountLink>, &'static str> {
    let chosen = values.first().and_then(Value::choice).and_then(|at| accounts(facts).nth(at));
    chosen.map(|one| one.map(|one| one.link)).ok_or("nothing was chosen")
}

fn match_form(facts: &Facts, about: &str) -> Form {
    let choice = |one: Option<&AccountChoice>| {
        let Some(one) = one else { return Choice::new("nobody", "a customer that we do not know yet") };
        let profile = &one.account.profile;
        let code = if profile.code.is_empty() { String::new() } else { format!(" ({})", profile.code) };
        let alike = one.score.as_ref().map(|score| format!("{} alike", crate::domain::told::percent(score.total_bp)));
        let country = profile.country.map(|country| country.name().to_string());
        let group = (one.link.family != one.link.account).then(|| format!("of the group of {}", one.link.family));
        let doc: Vec<String> = alike.into_iter().chain(country).chain(group).collect();
        Choice::new(format!("{} {}{code}", one.link.account, profile.name), doc.join(", "))
    };
    Form::new(format!("Which customer is it: {about}"), "match")
        .about("Parents and subsidiaries are one customer: whoever else is registered for it comes into conflict.")
        .about("Type a part of its name or code to find any account of the directory.")
        .field(Field::choice("account", accounts(facts).map(choice).collect()))
}

fn win_form(facts: &Facts, of_one: Option<&Facts>, about: &str) -> Form {
    let deal = of_one.map(|facts| &facts.detail.deal);
    let value = deal.and_then(|deal| deal.details.value);
    let mut form = Form::new(format!("{about}: won"), "record");
    if let Some(first) = deal.and_then(|deal| deal.submitted_at) {
        form = form.about(format!("The order is of {} or later: the day on which it was submitted.", local_date(first, facts.terms.zone)));
    }
    form.field(Field::text("order of", facts.terms.today.to_string()).hint("2026-03-31"))
        .field(Field::text("value", value.map_or_else(String::new, money)).hint("EUR 12000; empty where it is not known"))
}

/// What an order is read as. Of several registrations each has its own first day, which the desk looks at.
fn order(facts: &Facts, deals: &[DealId], day: &str, value: &str) -> Result<String, FieldError> {
    let error = |field: usize, message: String| FieldError { field, message };
    let (deal, terms) = (&facts.detail.deal, &facts.terms);
    let day = date(day).map_err(|why| error(0, why))?.ok_or_else(|| error(0, "the day of the order is missing".to_owned()))?;
    if deals == [deal.id] {
        possible_order(deal, day, terms.today, terms.zone).map_err(|refusal| error(0, refusal.to_string()))?;
    } else if day > terms.today {
        return Err(error(0, format!("an order of {day} lies in the future")));
    }
    match amount(value).map_err(|why| error(1, why))? {
        Some(value) if value.minor <= 0 => Err(error(1, "the value of an order is more than nothing".to_owned())),
        value => Ok(ordered(value, deal.details.value)),
    }
}

/// Why somebody may reject.
pub(super) fn given() -> Vec<Choice> {
    RejectReason::GIVEN.iter().map(|reason| Choice::new(reason.doc(), "")).collect()
}

/// More would push the field off a small screen.
const EXHIBITS_NAMED: usize = 6;

fn extend_form(facts: &Facts, about: &str) -> Form {
    let good: Vec<&Exhibit> = progress(&facts.detail.deal).collect();
    let mut form = Form::new(format!("Extend the protection of {about}"), "extend");
    form = form.about("On documents that show progress since the approval:");
    for one in good.iter().take(EXHIBITS_NAMED) {
        form = form.about(format!("{}. {}: {}", one.no, one.document.kind.doc(), one.document.name));
    }
    let numbers: Vec<String> = good.iter().map(|one| one.no.to_string()).collect();
    form.field(Field::text("documents", numbers.join(", ")).hint("their numbers, with commas"))
}

fn attach_form(about: &str) -> Form {
    Form::new(format!("Attach a document to {about}"), "attach")
        .about("Its name and the hash of its content are kept; the file stays where it is.")
        .field(Field::choice("kind", choices!(DocumentKind)))
        .field(Field::text("file", "").hint("its path on this machine, such as ~/letter.pdf"))
        .field(Field::text("dated", "").hint("the day that it proves: 2026-03-31"))
        .field(Field::text("amount", "").hint("of a sale: EUR 1200"))
}

fn paper(values: &[Value]) -> Result<Paper, FieldError> {
    let error = |field: usize, message: String| FieldError { field, message };
    let text = |index: usize| values.get(index).map_or("", Value::text);
    let kind = values.first().and_then(Value::choice).and_then(|at| DocumentKind::ALL.get(at)).copied().unwrap_or(DocumentKind::Other);
    if text(1).trim().is_empty() {
        return Err(error(1, "which file is it? write its path".to_owned()));
    }
    let dated = date(text(2)).map_err(|why| error(2, why))?;
    let amount = amount(text(3)).map_err(|why| error(3, why))?;
    if kind == DocumentKind::PosLine && (dated.is_none() || amount.is_none()) {
        return Err(error(if dated.is_none() { 2 } else { 3 }, "a sale needs its day and its amount".to_owned()));
    }
    Ok(Paper { kind, file: text(1).to_owned(), dated, amount })
}

/// The fields that most likely have to be answered: what is missing, as far as it may be asked for.
fn wanted(facts: &Facts) -> String {
    let missing = facts.detail.missing.iter().map(|problem| problem.field);
    names(missing.filter(|field| facts.terms.askable.contains(field)).collect::<BTreeSet<_>>().iter())
}

fn names<'a>(fields: impl Iterator<Item = &'a DealField>) -> String {
    fields.map(|field| field.name()).collect::<Vec<_>>().join(", ")
}

/// What stands between commas, without air.
fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn fields(text: &str) -> Result<BTreeSet<DealField>, String> {
    let all = || DealField::ALL.iter().map(|field| field.name()).collect::<Vec<_>>().join(", ");
    items(text)
        .map(|item| {
            DealField::from_name(&item.replace([' ', '-'], "_")).ok_or_else(|| format!("`{item}` is no field; there are {}", all()))
        })
        .collect()
}

fn numbers(text: &str) -> Result<BTreeSet<u32>, String> {
    items(text).map(|item| item.parse().map_err(|_| format!("`{item}` is not the number of a document"))).collect()
}

pub(super) fn deal_list(text: &str) -> Result<Vec<DealId>, String> {
    items(text).map(str::parse::<DealId>).collect()
}

fn reject_reason(values: &[Value]) -> Option<RejectReason> {
    RejectReason::GIVEN.get(values.first()?.choice()?).copied()
}

fn optional_deal(text: &str) -> Result<Option<DealId>, String> {
    if text.is_empty() { Ok(None) } else { text.parse::<DealId>().map(Some) }
}

/// The value of an order as it was read, and what was registered where that is in another currency.
fn ordered(value: Option<Money>, registered: Option<Money>) -> String {
    match (value, registered) {
        (Some(value), Some(registered)) if value.currency != registered.currency => {
            format!("read as {value}; it was registered with {registered}")
        }
        (value, _) => read_as(value),
    }
}

/// What has to be typed before personal data is destroyed.
fn erase_words(deals: &[DealId]) -> String {
    match deals {
        [one] => format!("erase {one}"),
        many => format!("erase {} registrations", many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_with_commas() {
        assert_eq!(numbers("1, 3,,2"), Ok(BTreeSet::from([1, 2, 3])));
        assert_eq!(numbers("one"), Err("`one` is not the number of a document".to_owned()));
        assert_eq!(fields("value, close date"), Ok(BTreeSet::from([DealField::Value, DealField::CloseDate])));
        assert!(fields("colour").is_err_and(|why| why.contains("`colour` is no field; there are customer, country")));
        assert_eq!(deal_list("D-1, D-12"), Ok(vec![DealId(1), DealId(12)]));
    }
}
