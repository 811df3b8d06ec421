//! Tells a person who looks elsewhere that something needs them: the terminal's bell, or a notification of the desktop.
//!
//! Each (record, cause) is told once. The first is told at once; what comes soon after waits and is told in one sum, so
//! that a bad night rings a few times and not three hundred.

use crate::domain::{
    event::Entity,
    time::{Instant, Span},
};
use std::collections::{BTreeMap, BTreeSet};

/// How the terminal is asked to call the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notify {
    #[default]
    Off,
    Bell,
    /// OSC 9 (`iTerm2`, `WezTerm`, Ghostty, foot) and the bell.
    Osc9,
    /// OSC 99 (kitty) and the bell.
    Osc99,
}

/// The names of the setting.
pub const NAMES: [(&str, Notify); 4] = [("off", Notify::Off), ("bell", Notify::Bell), ("osc9", Notify::Osc9), ("osc99", Notify::Osc99)];

/// Reads the name of the setting.
pub fn named(text: &str) -> Result<Notify, String> {
    let found = NAMES.iter().find(|(name, _)| *name == text).map(|(_, notify)| *notify);
    found.ok_or_else(|| format!("`{text}` is no way to call you; there are {}", NAMES.map(|(name, _)| name).join(", ")))
}

/// Two notifications are at least this far apart.
const APART: Span = Span::from_micros(15_000_000);
/// Longer texts are cut by notification centres anyway.
const CHARS_MAX: usize = 160;

impl Notify {
    /// What a terminal is known to understand, off where nothing is known; `variable` reads the environment.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let is = |name: &str, values: &[&str]| variable(name).is_some_and(|value| values.contains(&value.as_str()));
        let term = variable("TERM").unwrap_or_default();
        if term == "xterm-kitty" {
            Self::Osc99
        } else if is("TERM_PROGRAM", &["iTerm.app", "WezTerm", "ghostty"])
            || is("LC_TERMINAL", &["iTerm2"])
            || term == "xterm-ghostty"
            || term.starts_with("foot")
        {
            Self::Osc9
        } else {
            Self::Off
        }
    }

    /// What is written to the terminal. tmux passes a notification on only when it is wrapped; the bell it understands.
    pub fn bytes(self, text: &str, in_tmux: bool) -> Vec<u8> {
        let text: String = text.chars().filter(|c| !crate::domain::text::is_hostile(*c)).take(CHARS_MAX).collect();
        let sequence = match self {
            Self::Off => return Vec::new(),
            Self::Bell => String::new(),
            Self::Osc9 => format!("\x1b]9;Pilothouse: {text}\x1b\\"),
            Self::Osc99 => format!("\x1b]99;i=pilothouse:d=0:p=title;Pilothouse\x1b\\\x1b]99;i=pilothouse:d=1:p=body;{text}\x1b\\"),
        };
        let sequence =
            if in_tmux && !sequence.is_empty() { format!("\x1bPtmux;{}\x1b\\", sequence.replace('\x1b', "\x1b\x1b")) } else { sequence };
        format!("{sequence}\x07").into_bytes()
    }
}

/// Something that needs the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub record: Entity,
    /// The cause in words for a sum, of one and of many: `lead breached`, `leads breached`.
    pub kind: [&'static str; 2],
    /// Tells causes of one kind apart: the number of the clock, the severity.
    pub nth: u32,
    /// The whole sentence when it is the only one.
    pub text: String,
}

/// What was told and what waits.
#[derive(Debug, Default)]
pub struct Calls {
    told: BTreeSet<(Entity, [&'static str; 2], u32)>,
    waiting: Vec<Call>,
    quiet_until: Option<Instant>,
}

impl Calls {
    /// Takes in what came; what was told before is dropped.
    pub fn came(&mut self, calls: Vec<Call>) {
        let told = &mut self.told;
        self.waiting.extend(calls.into_iter().filter(|call| told.insert((call.record, call.kind, call.nth))));
    }

    /// When something that waits may be told; nothing when nothing waits.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        if self.waiting.is_empty() { None } else { Some(self.quiet_until.unwrap_or(now).max(now)) }
    }

    /// One sentence about all that waits, when it is time for it.
    pub fn tell(&mut self, now: Instant) -> Option<String> {
        if self.due(now)? > now {
            return None;
        }
        self.quiet_until = Some(now.plus(APART));
        let waiting = std::mem::take(&mut self.waiting);
        if let [only] = waiting.as_slice() {
            return Some(only.text.clone());
        }
        let mut kinds: BTreeMap<[&'static str; 2], usize> = BTreeMap::new();
        for call in &waiting {
            *kinds.entry(call.kind).or_default() += 1;
        }
        let told = kinds.iter().map(|([one, many], count)| format!("{count} {}", if *count == 1 { one } else { many }));
        Some(told.collect::<Vec<_>>().join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::LeadId;

    const START: Instant = Instant::from_micros(1_772_618_400_000_000);

    fn after(seconds: i64) -> Instant {
        START.plus(Span::from_micros(seconds * 1_000_000))
    }

    fn call(lead: i64) -> Call {
        let kind = ["lead breached", "leads breached"];
        Call { record: Entity::Lead(LeadId(lead)), kind, nth: 1, text: format!("L-{lead} breached") }
    }

    #[test]
    fn the_first_is_told_at_once_and_the_rest_in_one_sum() {
        let mut calls = Calls::default();
        assert_eq!((calls.due(START), calls.tell(START)), (None, None));
        calls.came(vec![call(1)]);
        assert_eq!(calls.tell(START).as_deref(), Some("L-1 breached"));
        calls.came(vec![call(2), call(3)]);
        let handed = Call { kind: ["lead handed to you", "leads handed to you"], ..call(4) };
        calls.came(vec![call(4), handed]);
        assert_eq!(calls.due(after(1)), Some(after(15)));
        assert_eq!(calls.tell(after(14)), None);
        assert_eq!(calls.tell(after(15)).as_deref(), Some("3 leads breached, 1 lead handed to you"));
        assert_eq!(calls.due(after(16)), None, "nothing waits, so nothing wakes up");
    }

    #[test]
    fn the_same_cause_of_the_same_record_is_told_once() {
        let mut calls = Calls::default();
        calls.came(vec![call(1), call(1)]);
        assert_eq!(calls.tell(START).as_deref(), Some("L-1 breached"));
        calls.came(vec![call(1)]);
        assert_eq!((calls.due(after(60)), calls.tell(after(60))), (None, None));
        calls.came(vec![Call { nth: 2, ..call(1) }]);
        assert_eq!(calls.tell(after(60)).as_deref(), Some("L-1 breached"), "another clock of it");
    }

    #[test]
    fn the_bytes_are_those_of_the_terminals_manuals() {
        let told = |how: Notify, tmux| String::from_utf8(how.bytes("L-1 Acme: breached", tmux)).unwrap();
        assert_eq!(told(Notify::Off, true), "");
        assert_eq!((told(Notify::Bell, false), told(Notify::Bell, true)), ("\x07".to_owned(), "\x07".to_owned()));
        assert_eq!(told(Notify::Osc9, false), "\x1b]9;Pilothouse: L-1 Acme: breached\x1b\\\x07");
        assert_eq!(told(Notify::Osc9, true), "\x1bPtmux;\x1b\x1b]9;Pilothouse: L-1 Acme: breached\x1b\x1b\\\x1b\\\x07");
        let kitty = "\x1b]99;i=pilothouse:d=0:p=title;Pilothouse\x1b\\\x1b]99;i=pilothouse:d=1:p=body;L-1 Acme: breached\x1b\\\x07";
        assert_eq!(told(Notify::Osc99, false), kitty);
    }

    #[test]
    fn nothing_in_the_text_ends_the_sequence_or_starts_another() {
        let bytes = Notify::Osc9.bytes(&format!("a\x1b\\\x07\u{9c}\u{202e}b{}", "c".repeat(500)), false);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("\x1b]9;Pilothouse: a\\bccc") && text.ends_with("ccc\x1b\\\x07"), "{text:?}");
        assert_eq!((text.matches('\x1b').count(), text.matches('\x07').count()), (2, 1));
        assert!(text.chars().count() < 200);
    }

    #[test]
    fn it_is_off_where_the_terminal_is_not_known() {
        let on = |name: &'static str, value: &'static str| Notify::detect(move |asked| (asked == name).then(|| value.to_owned()));
        assert_eq!(on("TERM", "xterm-256color"), Notify::Off);
        assert_eq!(on("TERM_PROGRAM", "tmux"), Notify::Off);
        assert_eq!(on("TERM_PROGRAM", "WezTerm"), Notify::Osc9);
        assert_eq!(on("LC_TERMINAL", "iTerm2"), Notify::Osc9);
        assert_eq!(on("TERM", "xterm-kitty"), Notify::Osc99);
    }
}
