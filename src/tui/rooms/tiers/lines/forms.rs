//! What a verb asks for beside the line: the fields that its trouble lies in, and why.

use crate::{
    app::pos::LineVerb,
    domain::{
        pos::{Correction, Field as LineField, Stated, Trouble},
        text::Text,
    },
    tui::{
        action::Act,
        room::FieldError,
        widgets::form::{Field, Form, Value},
    },
};

/// A field that can be corrected, and what the form proposes for it.
pub type Asked = (LineField, Text);

/// The fields in which the trouble of these lines lies, the first line's first. What all of them state is proposed; where they
/// differ nothing is, and what stays empty then stays in each as it is.
pub fn fields(lines: &[&Correction]) -> Vec<Asked> {
    let mut wanted: Vec<LineField> = Vec::new();
    for field in lines.iter().flat_map(|line| &line.troubles).flat_map(Trouble::fields) {
        if !wanted.contains(&field) {
            wanted.push(field);
        }
    }
    let proposed = |field: LineField| {
        let mut values = lines.iter().map(|line| line.stated.get(field));
        let first = values.next().cloned().unwrap_or_default();
        if values.all(|value| *value == first) { first } else { Text::default() }
    };
    wanted.into_iter().map(|field| (field, proposed(field))).collect()
}

/// The form of a verb; `asked` are the fields to correct.
pub fn form(act: Act, about: &str, asked: &[Asked]) -> Option<Form> {
    Some(match act {
        Act::LineCorrect => {
            let form = Form::new(format!("Correct {about}"), "judge")
                .about("What is right then is recorded. Unchanged it is judged again: after partners or rates came in.");
            asked.iter().fold(form, |form, (field, value)| form.field(Field::text(label(*field), value.to_string()).hint(hint(*field))))
        }
        Act::LineAccept => Form::new(format!("Let {about} through"), "record")
            .about("It is recorded as it is; the note stays with it.")
            .field(Field::text("note", "").hint("who agreed to it")),
        Act::LineDismiss => Form::new(format!("Dismiss {about}"), "dismiss")
            .about("It is never recorded. The same line of the same source is passed over from now on.")
            .field(Field::text("reason", "").hint("why it is no line of ours")),
        _ => return None,
    })
}

/// What a form means, and how it was read. `one` is the only line that it is about.
pub fn read(act: Act, asked: &[Asked], values: &[Value], one: Option<&Correction>) -> Result<(LineVerb, String), FieldError> {
    let text = |field: usize| Text::clean(values.get(field).map_or("", Value::text).trim());
    let some = |missing: &str| match text(0) {
        typed if typed.is_empty() => Err(FieldError { field: 0, message: missing.to_owned() }),
        typed => Ok(typed),
    };
    Ok(match act {
        Act::LineAccept => (LineVerb::Accept { note: some("say why it is right as it is")? }, String::new()),
        Act::LineDismiss => (LineVerb::Dismiss { reason: some("say why it is dismissed")? }, String::new()),
        _ => {
            let typed = asked.iter().enumerate().map(|(place, (field, proposed))| (*field, proposed, text(place)));
            let set: Vec<Asked> = typed.filter(|(_, proposed, typed)| *proposed != typed).map(|(field, _, typed)| (field, typed)).collect();
            unreadable(asked, &set, one)?;
            let names: Vec<&str> = set.iter().map(|(field, _)| label(*field)).collect();
            let told = if names.is_empty() { "judged again as it is".to_owned() } else { format!("sets {}", names.join(", ")) };
            (LineVerb::Correct { set }, told)
        }
    })
}

/// Fails at the field that was typed and can't be read.
fn unreadable(asked: &[Asked], set: &[Asked], one: Option<&Correction>) -> Result<(), FieldError> {
    let mut stated = one.map_or_else(Stated::default, |one| one.stated.clone());
    for (field, value) in set {
        stated.set(*field, value.clone());
    }
    let is_set = |wanted: LineField| set.iter().any(|(field, _)| *field == wanted);
    // Without a currency, which several lines state each for itself, no amount can be read.
    let reads = |field: LineField| is_set(field) && (field != LineField::Amount || !stated.currency.is_empty());
    let wrong = Trouble::of_entry(&stated.entry()).into_iter().find_map(|trouble| match &trouble {
        Trouble::Unreadable { field, why, .. } if reads(*field) => Some((*field, why.to_string())),
        _ => None,
    });
    let place = |wanted: LineField| asked.iter().position(|(field, _)| *field == wanted).unwrap_or(0);
    wrong.map_or(Ok(()), |(field, message)| Err(FieldError { field: place(field), message }))
}

const fn label(field: LineField) -> &'static str {
    match field {
        LineField::PostalCode => "postal code",
        LineField::ProductLine => "product line",
        other => other.name(),
    }
}

const fn hint(field: LineField) -> &'static str {
    match field {
        LineField::Partner => "its code, its name or P-12",
        LineField::Customer => "as our account is called",
        LineField::Country => "DE",
        LineField::City | LineField::PostalCode => "of the customer",
        LineField::Website => "of the customer: acme.com",
        LineField::Product => "as it is ordered: MX-1",
        LineField::ProductLine => "of the channel program",
        LineField::Returns => "the line that came back, as its source numbers it",
        LineField::Day => "2026-03-31",
        LineField::Quantity => "pieces; below zero comes back",
        LineField::Price => "of a piece: 24.50",
        LineField::Amount => "of the whole line: 120.00",
        LineField::Currency => "EUR",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        id::CorrectionId,
        pos::{CorrectionState, SourceRow},
        time::Instant,
    };

    fn line(day: &str, amount: &str, troubles: Vec<Trouble>) -> Correction {
        let mut stated = Stated::default();
        for (field, value) in [(LineField::Day, day), (LineField::Amount, amount), (LineField::Currency, "EUR")] {
            stated.set(field, Text::clean(value));
        }
        Correction {
            id: CorrectionId(1),
            version: 1,
            raised_at: Instant::from_micros(0),
            updated_at: Instant::from_micros(0),
            key: Text::default(),
            line_key: Text::default(),
            source: SourceRow::default(),
            first: stated.clone(),
            stated,
            partner: None,
            on: None,
            troubles,
            state: CorrectionState::Open,
        }
    }

    fn typed(texts: &[&str]) -> Vec<Value> {
        texts.iter().map(|text| Value::Text((*text).to_owned())).collect()
    }

    #[test]
    fn a_form_asks_for_what_is_wrong_and_changes_what_was_typed() {
        let future = || Trouble::Future { today: chrono::NaiveDate::MIN };
        let (a, b) = (line("2098-01-01", "5", vec![future()]), line("2099-01-01", "5", vec![future(), Trouble::HasReturns]));
        let asked = fields(&[&a, &b]);
        let names: Vec<(&str, &str)> = asked.iter().map(|(field, value)| (label(*field), value.as_str())).collect();
        assert_eq!(names, [("day", ""), ("quantity", ""), ("amount", "5")], "what differs is not proposed");
        let (verb, told) = read(Act::LineCorrect, &asked, &typed(&["2026-01-01", "", "5"]), None).expect("it reads");
        assert_eq!(verb, LineVerb::Correct { set: vec![(LineField::Day, Text::clean("2026-01-01"))] });
        assert_eq!(told, "sets day");
        let (verb, told) = read(Act::LineCorrect, &asked, &typed(&["", "", "5"]), None).expect("it reads");
        assert_eq!((verb, told.as_str()), (LineVerb::Correct { set: Vec::new() }, "judged again as it is"));
    }

    #[test]
    fn what_cannot_be_read_is_told_at_its_field() {
        let one =
            line("2026-01-01", "x", vec![Trouble::Unreadable { field: LineField::Amount, text: Text::default(), why: Text::default() }]);
        let asked = fields(&[&one]);
        let read = |texts: &[&str]| read(Act::LineCorrect, &asked, &typed(texts), Some(&one)).map_err(|error| error.field);
        assert_eq!(read(&["1.005", "EUR"]).err(), Some(0));
        assert_eq!(read(&["1.00", "EURO"]).err(), Some(1), "without a currency the amount is not looked at");
        assert!(read(&["1.00", "EUR"]).is_ok());
        assert!(read(&["x", "EUR"]).is_ok(), "unchanged it is judged again");
    }
}
