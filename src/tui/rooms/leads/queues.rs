//! The queues and orders of the lead room, and what is said where a queue is empty.

use crate::{
    domain::lead::queue::{Queue, Sort},
    tui::furniture::{Sorting, Tab},
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

    fn nothing_here(self) -> (&'static str, &'static str) {
        match self {
            Self::Mine => ("you look after no lead", "take one from another queue with o; ] goes to the next queue"),
            Self::Unassigned => ("every lead has a partner", "what no partner takes comes here"),
            Self::DueSoon => ("nothing is due in the next two hours", "] goes on to what is breached already"),
            Self::Breached => ("nothing is late", "clocks that run out come here"),
            Self::Review => ("no lead resembles another", "leads that may be the same come here to be merged or kept apart"),
            Self::Quarantine => ("nothing is held back", "leads without consent, or that cannot be reached, come here"),
            Self::All => ("no leads", "bring some in with `pilothouse import`"),
        }
    }
}

impl Sorting for Sort {
    const ALL: &'static [Self] = &Self::ALL;

    fn title(self) -> &'static str {
        self.title()
    }
}
