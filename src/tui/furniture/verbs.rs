//! From an action to a command: what is possible now, what it is about, and what must be asked first.

use super::{
    Awaited, Intent, Trade, Workroom,
    work::{Answer, Browse, Effect, Order, Target},
};
use crate::{
    domain::{
        clock::Clock,
        text::Text,
        time::{Instant, Span},
    },
    tui::{
        action::{Act, Availability},
        room::Cx,
        widgets::form::Value,
    },
};
use std::collections::BTreeSet;

type C<'a, T> = Cx<'a, Workroom<T>>;

/// A verb whose object is being asked for.
#[derive(Debug, Clone)]
pub struct Asked<T: Trade> {
    pub act: Act,
    pub targets: Vec<Target<T>>,
    /// Marked records for which it means nothing: they are named in the plan, and not asked about.
    pub aside: Vec<Answer<T>>,
}

impl<T: Trade> Asked<T> {
    /// What its form is for.
    pub fn intent(&self) -> Intent<T::Id> {
        Intent::Form { act: self.act, records: self.targets.iter().map(|target| target.id).collect() }
    }
}

impl<T: Trade> Workroom<T> {
    pub(super) fn is_possible(&self, act: Act) -> Availability {
        let selected = self.list.selected();
        let is_about_one = matches!(act, Act::Open | Act::CopyId | Act::Mark | Act::MarkRange);
        let is_about_rows = act.row().is_verb() || matches!(act, Act::Mark | Act::MarkRange | Act::MarkAll);
        match act {
            // What is typed ahead is meant for the rows that are coming, not for those of the queue before.
            _ if self.dimmed && is_about_rows && act != Act::Undo => Availability::no("the rows are still on their way"),
            // A verb that follows at once is meant for all that match, not for the row under the cursor.
            _ if self.marking && (is_about_rows || act == Act::CopyId) && !matches!(act, Act::Undo | Act::MarkAll) => {
                Availability::no("the marks are still on their way: press it again")
            }
            _ if T::USEFUL_AT_FIRST.contains(&act) && self.is_first_run() => Availability::Yes,
            _ if T::USEFUL_AT_FIRST.contains(&act) => {
                Availability::no("it opens from an empty database; `pilothouse demo` opens it at any time")
            }
            Act::FilterClear if self.filter.tree.is_none() => Availability::no("no filter is set"),
            Act::Unmark if self.list.marks().is_empty() => Availability::no("nothing is marked"),
            Act::Undo => Availability::Yes,
            _ if selected.is_none() && (is_about_one || T::section(act).is_some() || T::COMPARE.contains(&act)) => self.nothing_selected(),
            _ if T::section(act).is_some() && selected.is_some_and(|line| !T::has_section(&line.row, act)) => {
                Availability::no(format!("its story has no {}", act.row().label))
            }
            _ => self.is_verb_possible(act),
        }
    }

    fn nothing_selected(&self) -> Availability {
        Availability::no(self.no_record())
    }

    fn no_record(&self) -> String {
        format!("there is no {} under the cursor", T::noun(self.queue).0)
    }

    /// Possible for the record under the cursor, or for at least one of the marked.
    fn is_verb_possible(&self, act: Act) -> Availability {
        if !T::is_verb(act) || T::ABOUT_NONE.contains(&act) {
            return Availability::Yes;
        }
        if self.list.marks().is_empty() || self.side_focused {
            return match self.list.selected() {
                Some(line) => T::possible(self, act, &line.row),
                None => self.nothing_selected(),
            };
        }
        if self.list.marks_hidden() > 0 {
            return Availability::Yes;
        }
        let mut first = None;
        for line in self.list.rows().iter().filter(|line| self.list.is_marked(line.id())) {
            match T::possible(self, act, &line.row) {
                Availability::Yes => return Availability::Yes,
                Availability::No(reason) => drop(first.get_or_insert(reason)),
            }
        }
        match (first, self.list.marks().len()) {
            (Some(reason), 2..) => Availability::No(format!("possible for none of the marked {}; {reason}", T::noun(self.queue).1)),
            (Some(reason), _) => Availability::No(reason),
            (None, _) => Availability::Yes,
        }
    }

    /// The verbs that the record under the cursor most likely needs, for the hint bar.
    pub(super) fn useful(&self) -> Vec<Act> {
        let compared = if self.is_comparing() { T::useful_in_comparison(self) } else { None };
        let mut acts = match self.list.selected() {
            Some(line) => compared.unwrap_or_else(|| T::useful(&line.row)),
            None if self.is_first_run() => return [T::USEFUL_AT_FIRST, T::BEGINS].concat(),
            None => return [T::BEGINS, &[Act::Filter, Act::TabNext]].concat(),
        };
        if self.side_focused {
            acts.push(Act::Back);
            let has = |act: Act| self.list.selected().is_some_and(|line| T::has_section(&line.row, act));
            acts.extend(T::SECTIONS.iter().map(|(act, _)| *act).filter(|act| has(*act)));
        } else {
            acts.extend([Act::Open, Act::Filter, Act::Mark]);
        }
        acts.extend([Act::Undo, Act::Sort]);
        let mut said = BTreeSet::new();
        acts.retain(|act| said.insert(*act));
        acts
    }

    /// Begins a verb: asks for its object, or carries it out.
    pub(super) fn begin(&mut self, act: Act, cx: &mut C<'_, T>) {
        if act == Act::Undo {
            self.undo(cx);
            return;
        }
        if !T::is_verb(act) {
            return;
        }
        if T::ABOUT_NONE.contains(&act) {
            self.asked = Some(Asked { act, targets: Vec::new(), aside: Vec::new() });
            T::begin(self, act, Vec::new(), cx);
            return self.await_form(act, cx);
        }
        let targets = self.targets();
        if targets.is_empty() {
            cx.say(self.no_record());
            return;
        }
        let (targets, aside) = match T::split(self, act, targets) {
            Ok(parted) => parted,
            Err(why) => return cx.say(why),
        };
        self.asked = Some(Asked { act, targets: targets.clone(), aside });
        T::begin(self, act, targets, cx);
        self.await_form(act, cx);
    }

    /// A verb that asks for something and has opened nothing yet waits for what its form is made of.
    fn await_form(&mut self, act: Act, cx: &C<'_, T>) {
        if T::asks(act) && self.awaits.is_none() && cx.has_run() && !cx.shows_something() {
            self.awaits = Some(Awaited::Form);
        }
    }

    /// Opens the form of the verb that is being asked about; again with the sentence of a refusal.
    pub fn ask(&mut self, cx: &mut C<'_, T>, refused: Option<String>) {
        let Some(asked) = &self.asked else { return };
        let Some(mut form) = T::form(self, asked) else { return };
        if let Some(sentence) = refused {
            form = form.refused(sentence);
        }
        cx.form(form, asked.intent());
    }

    /// Asks for the names of colleagues and partners.
    pub fn want_directory(&self, cx: &mut C<'_, T>) {
        cx.run(Effect::Browse(Browse::Directory));
    }

    /// A form was sent: the orders that it means.
    pub(super) fn filled(&mut self, act: Act, values: &[Value], cx: &mut C<'_, T>) {
        let Some(asked) = self.asked.clone().filter(|asked| asked.act == act) else { return };
        if let Some(ask) = T::own_order(self, act, values) {
            return cx.run(Effect::Own(ask));
        }
        match T::orders(self, act, values, &asked.targets, cx.now) {
            Some(orders) => self.submit(act, orders, cx),
            None => cx.say("nothing was chosen"),
        }
    }

    /// Carries orders out: at once on one record, after its plan was seen on many and where it cannot be taken back.
    pub fn submit(&mut self, act: Act, orders: Vec<Order<T>>, cx: &mut C<'_, T>) {
        let touched: usize = orders.iter().map(|order| order.targets.len()).sum();
        let aside = self.asked.as_ref().is_some_and(|asked| asked.act == act && !asked.aside.is_empty());
        // A mark may have gone out of sight with its filter: what nobody sees is shown before it is changed.
        let marks = self.list.marks();
        let is_unseen = orders.iter().flat_map(|order| &order.targets).any(|one| marks.contains(&one.id) && self.row(one.id).is_none());
        let is_weighed = orders.iter().flat_map(|order| &order.targets).any(|one| T::is_weighed(self, act, one.id));
        if touched > 1 || aside || is_unseen || is_weighed || act.is_planned() {
            self.plan(act, orders, cx);
        } else {
            let job = self.job(act, orders.clone());
            cx.run(Effect::Browse(Browse::Execute { job, orders }));
        }
    }
}

/// A clock for a record that is made of its row alone, to ask which verbs are possible: that it runs is all that is known.
pub fn some_clock<K: Copy>(kind: K, at: Instant) -> Clock<K> {
    Clock {
        no: 1,
        kind,
        calendar: Text::default(),
        program: crate::app::NO_PROGRAM,
        started_at: at,
        budget: Span::ZERO,
        left: Span::ZERO,
        as_of: at,
        due: at,
        warn: Vec::new(),
        stage: 0,
        next: None,
        breached: false,
    }
}
