//! What a person does about lines that wait: correct them, let them through as they are, dismiss them, or take that back.

use super::{
    book::Book,
    judge::Known,
    record::{Admitted, LinesDone, admit},
};
use crate::{
    app::{Failure, Outcome, Scene},
    domain::{
        id::CorrectionId,
        pos::{Correction, CorrectionEvent, CorrectionState, Field, Stated, Trouble},
        text::Text,
    },
    store::{Unit, pos::keyed, unit::pos::SaleKey},
};

/// One verb on one line that waits.
#[derive(Debug, Clone)]
pub struct CorrectionStep {
    pub id: CorrectionId,
    /// The version that was on the screen: one that somebody else changed since is not touched.
    pub seen: Option<i64>,
    pub command: CorrectionCommand,
}

#[derive(Debug, Clone)]
pub enum CorrectionCommand {
    /// Judge it again as stated here, and record it if nothing is wrong any more.
    Correct { stated: Box<Stated>, known: Known },
    /// Record it as it is; the note says why.
    Accept { note: Text, known: Known },
    /// Never record it; the reason says why.
    Dismiss { reason: Text },
    /// Take back what was decided last; a line that was recorded by it is cancelled.
    Undo,
}

/// What became of it; refused in a sentence.
#[derive(Debug, Clone)]
pub struct CorrectionItem {
    pub id: CorrectionId,
    pub result: Result<Box<Correction>, String>,
    /// What happened to it by this command.
    pub events: Vec<CorrectionEvent>,
}

/// A line, and the version of it that was on the screen.
pub type LineTarget = (CorrectionId, Option<i64>);

/// What a person asks of lines that wait, before their words are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LineVerb {
    /// Set these fields and judge it again; without any it is judged as it is.
    Correct {
        set: Vec<(Field, Text)>,
    },
    Accept {
        note: Text,
    },
    Dismiss {
        reason: Text,
    },
    Undo,
}

impl LineVerb {
    /// Whether the words of the line are compared with what is ours.
    pub(super) const fn judges(&self) -> bool {
        matches!(self, Self::Correct { .. } | Self::Accept { .. })
    }
}

pub async fn carry_out<U: Unit>(unit: &mut U, scene: Scene<'_>, steps: &[CorrectionStep]) -> Result<Outcome, Failure> {
    let mut book = Book::open(unit, scene).await?;
    load(unit, &mut book, steps).await?;
    let mut results = Vec::with_capacity(steps.len());
    for step in steps {
        results.push((step.id, one(unit, &mut book, step).await?));
    }
    let items = results.into_iter().map(|(id, result)| {
        let after = || book.correction(id).cloned().map(Box::new).ok_or_else(|| format!("there is no {id}"));
        CorrectionItem { id, result: result.and_then(|()| after()), events: book.events_of(id) }
    });
    let corrections = items.collect();
    let changes = book.close(unit).await?;
    let seq = scene.save(unit, changes).await?;
    Ok(Outcome { seq, lines: Box::new(LinesDone { corrections, ..LinesDone::default() }), ..Outcome::default() })
}

async fn load<U: Unit>(unit: &mut U, book: &mut Book<'_>, steps: &[CorrectionStep]) -> Result<(), Failure> {
    let ids: Vec<CorrectionId> = steps.iter().map(|step| step.id).collect();
    let corrections = unit.corrections(&ids).await?;
    let on = |correction: &Correction| correction.on.unwrap_or_default();
    let keys: Vec<SaleKey<'_>> = corrections.iter().map(|correction| keyed(&correction.line_key, on(correction))).collect();
    unit.sales_by_key(&keys).await?.into_iter().flatten().for_each(|sale| book.stand(sale));
    let recorded: Vec<i64> = corrections
        .iter()
        .filter_map(|correction| if let CorrectionState::Recorded { line, .. } = correction.state { Some(line) } else { None })
        .collect();
    let returned = unit.returned(&recorded).await?;
    recorded.iter().zip(returned).for_each(|(id, returned)| book.know_returned(*id, returned));
    unit.sales_by_id(&recorded).await?.into_iter().for_each(|sale| book.hold(sale));
    for correction in corrections {
        book.know(correction);
    }
    let stated = |step: &CorrectionStep| match &step.command {
        CorrectionCommand::Correct { stated, .. } => Some(stated.entry()),
        CorrectionCommand::Accept { .. } => None,
        CorrectionCommand::Dismiss { .. } | CorrectionCommand::Undo => None,
    };
    let mut coins = Vec::new();
    for step in steps {
        let entry = stated(step).or_else(|| book.correction(step.id).map(|correction| correction.stated.entry()));
        coins.extend(entry.and_then(|entry| Some((entry.on.value()?, entry.currency.value()?))));
    }
    book.load_rates(unit, coins.into_iter()).await
}

async fn one<U: Unit>(unit: &mut U, book: &mut Book<'_>, step: &CorrectionStep) -> Result<Result<(), String>, Failure> {
    let Some(correction) = book.correction(step.id).cloned() else { return Ok(Err(format!("there is no {}", step.id))) };
    if step.seen.is_some_and(|seen| seen != correction.version) {
        return Ok(Err(format!("{} has changed meanwhile: look at it again", step.id)));
    }
    let is_undo = matches!(step.command, CorrectionCommand::Undo);
    if !correction.is_open() && !is_undo {
        return Ok(Err(format!("{} is {} already", step.id, correction.state.name())));
    }
    match &step.command {
        CorrectionCommand::Correct { stated, known } => correct(unit, book, &correction, stated, known).await,
        CorrectionCommand::Accept { note, known } => accept(unit, book, &correction, note, known).await,
        CorrectionCommand::Dismiss { reason } if reason.trim().is_empty() => Ok(Err("say why it is dismissed".to_owned())),
        CorrectionCommand::Dismiss { reason } => {
            book.happened(step.id, CorrectionEvent::Dismissed { reason: reason.clone() });
            Ok(Ok(()))
        }
        CorrectionCommand::Undo => Ok(undo(book, &correction)),
    }
}

/// The whole key of the line that is named as returned: of the same system as this one.
pub fn returned_key(line_key: &str, returns: &Text) -> Option<Text> {
    let system = line_key.split_once(':').map_or("", |(system, _)| system);
    (!returns.is_empty()).then(|| Text::clean(&format!("{system}:{returns}")))
}

async fn load_named<U: Unit>(unit: &mut U, book: &mut Book<'_>, named: Option<&Text>, on: chrono::NaiveDate) -> Result<(), Failure> {
    if let Some(key) = named {
        unit.sales_by_key(&[keyed(key, on)]).await?.into_iter().flatten().for_each(|sale| book.stand(sale));
    }
    Ok(())
}

async fn correct<U: Unit>(
    unit: &mut U,
    book: &mut Book<'_>,
    correction: &Correction,
    stated: &Stated,
    known: &Known,
) -> Result<Result<(), String>, Failure> {
    let entry = stated.entry();
    let (line, mut troubles) = known.judged(&correction.line_key, &entry, book.today, None);
    let (partner, on) = (known.partner.as_ref().ok().copied(), entry.on.value());
    if let (Some(line), true) = (line, troubles.is_empty()) {
        let named = returned_key(&correction.line_key, &entry.returns);
        load_named(unit, book, named.as_ref(), line.on).await?;
        match admit(unit, book, line, named.as_ref(), false).await? {
            Ok(Admitted { id, .. }) => {
                book.happened(correction.id, CorrectionEvent::Recorded { stated: stated.clone(), partner, on, line: id });
                return Ok(Ok(()));
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    if *stated != correction.stated || troubles != correction.troubles {
        book.happened(correction.id, CorrectionEvent::Corrected { stated: stated.clone(), partner, on, troubles });
    }
    Ok(Ok(()))
}

async fn accept<U: Unit>(
    unit: &mut U,
    book: &mut Book<'_>,
    correction: &Correction,
    note: &Text,
    known: &Known,
) -> Result<Result<(), String>, Failure> {
    if note.trim().is_empty() {
        return Ok(Err("say why it is let through as it is".to_owned()));
    }
    let entry = correction.stated.entry();
    let (line, troubles) = known.judged(&correction.line_key, &entry, book.today, None);
    let stubborn = |trouble: &Trouble| format!("{} can't be let through as it is: {trouble}", correction.id);
    if let Some(trouble) = troubles.iter().find(|trouble| !trouble.may_be_accepted()) {
        return Ok(Err(stubborn(trouble)));
    }
    let Some(line) = line else { return Ok(Err(format!("{} can't be let through as it is: it is not whole", correction.id))) };
    let named = returned_key(&correction.line_key, &entry.returns);
    load_named(unit, book, named.as_ref(), line.on).await?;
    Ok(match admit(unit, book, line, named.as_ref(), true).await? {
        Ok(Admitted { id, .. }) => {
            book.happened(correction.id, CorrectionEvent::Accepted { line: id, note: note.clone() });
            Ok(())
        }
        Err(trouble) => Err(stubborn(&trouble)),
    })
}

fn undo(book: &mut Book<'_>, correction: &Correction) -> Result<(), String> {
    match &correction.state {
        CorrectionState::Open => return Err(format!("nothing was decided about {}", correction.id)),
        CorrectionState::Superseded => return Err(format!("{} gave way to what its source says now", correction.id)),
        CorrectionState::Dismissed { .. } => {}
        CorrectionState::Recorded { line, .. } => {
            let returned = book.returned(*line);
            if returned.is_reversed {
                return Err(format!("the line of {} was cancelled already", correction.id));
            }
            if returned.minor != 0 || returned.quantity != 0 {
                return Err(format!("some of the line of {} came back already", correction.id));
            }
            book.reverse(*line);
        }
    }
    book.happened(correction.id, CorrectionEvent::Undone);
    Ok(())
}
