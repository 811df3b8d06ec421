//! SLA clocks. The truth is the business time still left; the due instant is derived from it.
//!
//! A clock is running, warned (a stage was fired), paused (the item is), breached, or it ended: met, cancelled or
//! superseded. It never runs backwards: `left` only falls, but for a change of the budget itself, where what was used
//! stays used.

use crate::domain::{
    calendar::CompiledCalendar,
    id::ProgramVersion,
    text::Text,
    time::{Instant, Span},
};
use serde::{Deserialize, Serialize};

/// `K` says what the clock measures; each room has its own kinds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock<K> {
    /// The n-th clock of its item, from 1. (item, no, stage) fires once.
    pub no: u32,
    pub kind: K,
    /// The calendar's name in `program`.
    pub calendar: Text,
    /// The version whose calendar and stages it runs by.
    pub program: ProgramVersion,
    pub started_at: Instant,
    /// Business time granted in all.
    pub budget: Span,
    /// Business time left as of `as_of`; zero once breached.
    pub left: Span,
    pub as_of: Instant,
    /// Exactly at it is met.
    pub due: Instant,
    /// Percentages of the budget at which to warn, rising.
    pub warn: Vec<u8>,
    /// How many of `warn` were passed.
    pub stage: u8,
    /// When the next stage or the breach is to be noticed; nothing once breached.
    pub next: Option<Instant>,
    pub breached: bool,
}

/// What [`Clock::start`] needs besides the calendar.
#[derive(Debug, Clone)]
pub struct ClockTerms<K> {
    pub no: u32,
    pub kind: K,
    pub calendar: Text,
    pub program: ProgramVersion,
    pub budget: Span,
    pub warn: Vec<u8>,
}

/// What a look at the clock finds to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tick {
    Nothing,
    /// Warning stages up to this number (from 1) have passed; only the last one is told.
    Warn {
        stage: u8,
    },
    Breach,
}

const ONE_MICROSECOND: Span = Span::from_micros(1);

impl<K: Copy> Clock<K> {
    pub fn start(terms: ClockTerms<K>, calendar: &CompiledCalendar, now: Instant) -> Self {
        let mut clock = Self {
            no: terms.no,
            kind: terms.kind,
            calendar: terms.calendar,
            program: terms.program,
            started_at: now,
            budget: terms.budget,
            left: terms.budget,
            as_of: now,
            due: now,
            warn: terms.warn,
            stage: 0,
            next: None,
            breached: false,
        };
        clock.derive(calendar);
        clock
    }

    /// The business time left at `now` if it runs until then. An earlier `now` than the last look changes nothing.
    pub fn left_at(&self, calendar: &CompiledCalendar, now: Instant) -> Span {
        if now <= self.as_of {
            return self.left;
        }
        self.left.minus(calendar.elapsed(self.as_of, now)).max(Span::ZERO)
    }

    /// Stops at `now`: keeps what is left.
    #[must_use]
    pub fn stopped(&self, calendar: &CompiledCalendar, now: Instant) -> Self {
        let mut clock = self.clone();
        clock.left = self.left_at(calendar, now);
        clock.as_of = now.max(self.as_of);
        clock
    }

    /// Runs again from `now` with what was left when it was stopped.
    #[must_use]
    pub fn resumed(&self, calendar: &CompiledCalendar, now: Instant) -> Self {
        let mut clock = self.clone();
        clock.as_of = now.max(self.as_of);
        clock.derive(calendar);
        clock
    }

    /// The same clock with another budget: what was used stays used.
    #[must_use]
    pub fn rebudgeted(&self, calendar: &CompiledCalendar, now: Instant, budget: Span) -> Self {
        let mut clock = self.stopped(calendar, now);
        let used = clock.budget.minus(clock.left);
        clock.budget = budget;
        clock.left = budget.minus(used).max(Span::ZERO);
        clock.derive(calendar);
        clock
    }

    /// What is to be done at `now`. Past stages are passed over: after an outage one warning is told, not three.
    pub fn tick(&self, calendar: &CompiledCalendar, now: Instant) -> Tick {
        if self.breached {
            return Tick::Nothing;
        }
        if now > self.due {
            return Tick::Breach;
        }
        let mut stage = self.stage;
        while let Some(at) = self.stage_at(calendar, stage) {
            if now < at {
                break;
            }
            stage += 1;
        }
        if stage > self.stage { Tick::Warn { stage } } else { Tick::Nothing }
    }

    /// The share of the budget, in percent, that is used up at a stage (from 1).
    pub fn percent(&self, stage: u8) -> u8 {
        self.warn.get(usize::from(stage.saturating_sub(1))).copied().unwrap_or(0)
    }

    /// After a warning: waits for the next stage.
    #[must_use]
    pub fn warned(&self, calendar: &CompiledCalendar, stage: u8) -> Self {
        let mut clock = self.clone();
        clock.stage = stage.max(self.stage);
        clock.derive(calendar);
        clock
    }

    /// After the breach: nothing is left, nothing more fires; the due instant stays as the measure of lateness.
    #[must_use]
    pub fn breached(&self) -> Self {
        Self { left: Span::ZERO, as_of: self.due.max(self.as_of), breached: true, next: None, ..self.clone() }
    }

    /// The stage that a warning or a breach fires which left the clock so: (clock number, stage), once for its item. The breach
    /// is stage 255.
    pub const fn fired(&self) -> (u32, u8) {
        (self.no, if self.breached { u8::MAX } else { self.stage })
    }

    /// Whether ending it at `now` is in time.
    pub fn is_in_time(&self, now: Instant) -> bool {
        !self.breached && now <= self.due
    }

    /// Business time used up at `now`.
    pub fn used_at(&self, calendar: &CompiledCalendar, now: Instant) -> Span {
        self.budget.minus(self.left_at(calendar, now))
    }

    fn derive(&mut self, calendar: &CompiledCalendar) {
        if self.breached {
            self.next = None;
            return;
        }
        self.due = reached(calendar, self.as_of, self.left);
        let breach = self.due.plus(ONE_MICROSECOND);
        self.next = Some(self.stage_at(calendar, self.stage).map_or(breach, |at| at.min(breach)));
    }

    /// When the stage after `fired` stages is reached, counted from the last look.
    fn stage_at(&self, calendar: &CompiledCalendar, fired: u8) -> Option<Instant> {
        let percent = i64::from(*self.warn.get(usize::from(fired))?);
        let left_then = Span::from_micros(self.budget.micros() - percent_of(self.budget.micros(), percent));
        let work = self.left.minus(left_then).max(Span::ZERO);
        Some(reached(calendar, self.as_of, work))
    }
}

/// Rounded up, so that a stage never fires before its share of the budget is used.
fn percent_of(micros: i64, percent: i64) -> i64 {
    let hundred = i128::from(micros) * i128::from(percent);
    i64::try_from((hundred + 99).div_euclid(100)).unwrap_or(i64::MAX)
}

/// When the work is done. A checked program has no calendar without open hours ahead; such a clock would never be due.
fn reached(calendar: &CompiledCalendar, from: Instant, work: Span) -> Instant {
    calendar.add(from, work).unwrap_or(NEVER)
}

const NEVER: Instant = Instant::from_micros(i64::MAX / 2);
