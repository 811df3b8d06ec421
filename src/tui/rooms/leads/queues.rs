//! The queues and orders of the lead room, and what is said where a queue is empty.

use crate::{
    domain::lead::queue::{Queue, Sort},
    tui::{
        action::Act,
        furniture::{Sorting, Tab},
        keymap::Keymap,
    },
};

impl Tab for Queue {
    const ALL: &'static [Self] = &Self::ALL;
    const EVERYTHING: Self = Self::All;

    fn title(self) -> &'static str {
        self.title()
    }

    fn is_alarm(self) -> bool {
        self == Self::Breached
    }

    fn turns_with_time(self) -> bool {
        matches!(self, Self::DueSoon | Self::Breached)
    }

    fn is_compared(self) -> bool {
        self == Self::Review
    }

    fn nothing_here(self, keys: &Keymap) -> (&'static str, String) {
        let next = keys.spoken(Act::TabNext);
        let (title, hint) = match self {
            Self::Mine => {
                let take = keys.spoken(Act::LeadTake);
                return ("you look after no lead", format!("take one from another queue with {take}; {next} goes to the next queue"));
            }
            Self::DueSoon => return ("nothing is due in the next two hours", format!("{next} goes on to what is breached already")),
            Self::Unassigned => ("every lead has a partner", "what no partner takes comes here"),
            Self::Breached => ("nothing is late", "clocks that run out come here"),
            Self::Review => ("no lead resembles another", "leads that may be the same come here to be merged or kept apart"),
            Self::Quarantine => ("nothing is held back", "leads without consent, or that cannot be reached, come here"),
            Self::All => ("no leads", "bring some in with `pilothouse import`"),
        };
        (title, hint.to_owned())
    }
}

impl Sorting for Sort {
    const ALL: &'static [Self] = &Self::ALL;

    fn title(self) -> &'static str {
        self.title()
    }
}
