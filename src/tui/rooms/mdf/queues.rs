//! The tabs of the funding room, and the orders in which they stand.

use crate::{
    domain::mdf::queue::{Queue, Sort},
    tui::{
        action::Act,
        furniture::{Greeting, Sorting, Tab},
        keymap::Keymap,
        theme::Role,
    },
};

impl Tab for Queue {
    const ALL: &'static [Self] = &Self::ALL;
    const EVERYTHING: Self = Self::All;

    fn title(self) -> &'static str {
        self.title()
    }

    fn short(self) -> &'static str {
        match self {
            Self::Mine => "Mine",
            Self::Second => "Second",
            Self::Finance => "Finance",
            Self::InfoRequested => "Info",
            Self::Suspect => "Suspect",
            Self::DueSoon => "Due",
            Self::ExpiringFunds => "Expiring",
            Self::Funds => "Funds",
            Self::All => "All",
        }
    }

    fn is_alarm(self) -> bool {
        self == Self::Suspect
    }

    fn turns_with_time(self) -> bool {
        matches!(self, Self::DueSoon | Self::ExpiringFunds)
    }

    fn nothing_here(self, keys: &Keymap) -> (&'static str, String) {
        let next = keys.spoken(Act::TabNext);
        let (title, hint) = match self {
            Self::Mine => {
                return ("nothing waits for you", format!("what you may approve or pay comes here; {next} goes to the next queue"));
            }
            Self::Second => ("nothing waits for a second approval", "what one has approved and takes two comes here"),
            Self::Finance => ("nothing waits for finance", "large amounts to approve, and approved claims to pay, come here"),
            Self::InfoRequested => ("nothing is with a partner", "what is returned for information waits here"),
            Self::Suspect => ("nothing is under suspicion", "a claim that is flagged comes here, and what stands still with it"),
            Self::DueSoon => ("no decision and no payment is due within a day", "what is overdue stands here as well"),
            Self::ExpiringFunds => ("no fund with money ends in the next 30 days", "what is not claimed by then expires"),
            Self::Funds => return ("no funds", format!("{} opens one", keys.spoken(Act::MdfOpen))),
            Self::All => return ("no requests and no claims", format!("{} asks a fund for money", keys.spoken(Act::MdfRequest))),
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

/// What an empty desk says.
pub fn greeting(address: &str, keys: &Keymap) -> Vec<Greeting> {
    let line = Greeting::new;
    vec![
        line("", "There is no fund yet", Role::Heading).air(),
        line("", "Money of a marketing program is given out of funds: a fund is opened and filled, an activity is", Role::Text),
        line("", "asked for and approved, and what it has cost is claimed, checked, approved and paid. You can", Role::Text),
        line("", "", Role::Text),
        line(keys.spoken(Act::MdfOpen), "open a fund", Role::Strong).air(),
        line("", "look around in a channel in full swing", Role::Strong),
        line("", "pilothouse demo", Role::Link).air(),
        line("", "", Role::Text),
        line("", address, Role::Dim),
    ]
}
