//! A clock against a plain count of open minutes: pauses, warnings, changes of the clock on the wall.

use crate::simulation::cast;
use pilothouse::domain::{
    calendar::CompiledCalendar,
    clock::{ClockTerms, Tick},
    id::ProgramVersion,
    lead::{Clock, ClockKind},
    program,
    text::Text,
    time::{Instant, Span},
};
use proptest::prelude::*;
use std::sync::{Arc, LazyLock};

/// 2026-03-23T07:00:00Z; the wall clocks of Europe change on the 29th.
const SPRING: Instant = Instant::from_micros(1_774_249_200_000_000);
/// 2026-10-19T07:00:00Z; they change back on the 25th.
const AUTUMN: Instant = Instant::from_micros(1_792_393_200_000_000);

static CALENDARS: LazyLock<Vec<Arc<CompiledCalendar>>> = LazyLock::new(|| {
    let program = program::parse("test", &cast::program(0)).expect("a sound program");
    program.calendars.values().cloned().collect()
});

fn clock(calendar: &CompiledCalendar, budget_min: i64, at: Instant) -> Clock {
    let terms = ClockTerms {
        no: 1,
        kind: ClockKind::Accept,
        calendar: Text::clean("any"),
        program: ProgramVersion(1),
        budget: Span::minutes(budget_min),
        warn: vec![50, 75, 90],
    };
    Clock::start(terms, calendar, at)
}

/// Open minutes in `[from, to)`, counted one by one.
fn open_minutes(calendar: &CompiledCalendar, from: Instant, to: Instant) -> i64 {
    let minutes = to.since(from).minutes_floor();
    (0..minutes).filter(|minute| calendar.is_open(from.plus(Span::minutes(*minute)))).count().try_into().unwrap_or(i64::MAX)
}

fn start() -> impl Strategy<Value = Instant> {
    (prop_oneof![Just(SPRING), Just(AUTUMN)], 0_i64..10 * 24 * 60).prop_map(|(base, minutes)| base.plus(Span::minutes(minutes)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// However often it is paused: what is left is the budget less the open minutes in which it ran.
    #[test]
    fn pauses_chain_to_what_a_plain_count_gives(
        start in start(),
        which in 0_usize..3,
        budget in 60_i64..4_000,
        spans in proptest::collection::vec(1_i64..900, 1..8),
    ) {
        let calendar = &CALENDARS[which];
        let mut clock = clock(calendar, budget, start);
        let (mut now, mut ran, mut is_running) = (start, 0, true);
        for span in spans {
            let then = now.plus(Span::minutes(span));
            if is_running {
                ran += open_minutes(calendar, now, then);
                clock = clock.stopped(calendar, then);
            } else {
                clock = clock.resumed(calendar, then);
            }
            is_running = !is_running;
            now = then;
            prop_assert_eq!(clock.left, Span::minutes((budget - ran).max(0)));
        }
        let running = clock.resumed(calendar, now);
        if ran < budget {
            prop_assert_eq!(calendar.elapsed(now, running.due), clock.left, "the due instant is where the rest is used up");
        }
    }

    #[test]
    fn exactly_at_the_due_instant_is_met_and_after_it_is_not(start in start(), which in 0_usize..3, budget in 1_i64..3_000) {
        let clock = clock(&CALENDARS[which], budget, start);
        let later = clock.due.plus(Span::from_micros(1));
        prop_assert!(clock.is_in_time(clock.due));
        prop_assert!(!clock.is_in_time(later));
        prop_assert!(clock.tick(&CALENDARS[which], clock.due) != Tick::Breach);
        prop_assert_eq!(clock.tick(&CALENDARS[which], later), Tick::Breach);
    }

    /// Looked at at any times, in any order, each stage is told at most once, and nothing is given back.
    #[test]
    fn looks_never_warn_twice_or_turn_back(
        start in start(),
        which in 0_usize..3,
        budget in 30_i64..3_000,
        looks in proptest::collection::vec(-300_i64..6_000, 1..40),
    ) {
        let calendar = &CALENDARS[which];
        let mut clock = clock(calendar, budget, start);
        let mut told = Vec::new();
        for minutes in looks {
            let now = start.plus(Span::minutes(minutes));
            let before = clock.clone();
            match clock.tick(calendar, now) {
                Tick::Nothing => {}
                Tick::Warn { stage } => {
                    prop_assert!(!told.contains(&stage) && told.last().is_none_or(|last| *last < stage));
                    let used = clock.used_at(calendar, now);
                    prop_assert!(used.micros() * 100 >= clock.budget.micros() * i64::from(clock.warn[usize::from(stage) - 1]));
                    told.push(stage);
                    clock = clock.warned(calendar, stage);
                }
                Tick::Breach => clock = clock.breached(),
            }
            clock = if minutes % 3 == 0 && !clock.breached { clock.stopped(calendar, now).resumed(calendar, now) } else { clock };
            prop_assert!(clock.left <= before.left && clock.as_of >= before.as_of && clock.stage >= before.stage);
            prop_assert!(clock.breached || clock.next.is_some(), "somebody has to look again");
        }
    }

    /// A changed budget keeps what was used, and back again gives the same due instant.
    #[test]
    fn a_rescore_keeps_what_was_used(start in start(), which in 0_usize..3, budget in 60_i64..3_000, other in 60_i64..3_000, passed in 0_i64..2_000) {
        let calendar = &CALENDARS[which];
        let clock = clock(calendar, budget, start);
        let now = start.plus(Span::minutes(passed));
        let used = clock.used_at(calendar, now);
        let changed = clock.rebudgeted(calendar, now, Span::minutes(other));
        if used <= Span::minutes(other) {
            prop_assert_eq!(changed.used_at(calendar, now), used);
            if used < Span::minutes(budget) && used < Span::minutes(other) {
                prop_assert_eq!(changed.rebudgeted(calendar, now, Span::minutes(budget)).due, clock.due);
            }
        } else {
            prop_assert_eq!(changed.left, Span::ZERO);
        }
    }
}
