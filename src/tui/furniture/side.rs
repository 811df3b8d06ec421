//! What stands beside or over the table: nothing, the story of the record under the cursor, or a comparison.

use super::{Tab, Trade, Workroom};
use crate::tui::{action::Act, room::Cx};

type C<'a, T> = Cx<'a, Workroom<T>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Closed,
    Story,
    Compare,
}

impl<T: Trade> Workroom<T> {
    fn back(&mut self, cx: &mut C<'_, T>) {
        if self.list.is_in_range() {
            self.list.mark_range();
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.side != Side::Closed {
            self.close_side();
        } else if self.filter.tree.is_some() {
            self.clear_filter(cx);
        } else if self.list.unmark_all() {
            cx.say("marks forgotten");
        }
    }

    pub(super) const fn close_side(&mut self) {
        (self.side, self.side_focused) = (Side::Closed, false);
    }

    fn focus(&mut self) {
        if self.side == Side::Closed {
            self.open_story();
        } else if self.areas(self.area).table.is_none() && !self.zoomed {
            // It covers the table: the other pane is behind it.
            self.close_side();
        } else {
            self.side_focused = !self.side_focused;
        }
    }

    fn open_story(&mut self) {
        if self.list.selected().is_some() {
            self.side = if self.queue.is_compared() { Side::Compare } else { Side::Story };
            self.compared = T::COMPARE.first().copied();
            self.side_focused = true;
            self.pane.reset();
        }
    }

    /// Actions on what is shown; false when it is none of them.
    pub(super) fn show(&mut self, act: Act, count: Option<u32>, cx: &mut C<'_, T>) -> bool {
        match act {
            Act::Back => self.back(cx),
            Act::FocusNext | Act::FocusPrevious => self.focus(),
            Act::Zoom => self.zoomed = !self.zoomed,
            Act::Open => self.open_story(),
            Act::PaneNext | Act::PanePrevious if self.side == Side::Compare && self.side_sections(80, self.now).is_none() => {
                self.next_rival(act == Act::PaneNext);
            }
            _ if act == T::HOME => self.close_side(),
            _ if T::COMPARE.contains(&act) => {
                let again = self.shown_beside() == Some(act);
                self.pane.reset();
                (self.side, self.compared) = (if again { Side::Story } else { Side::Compare }, Some(act));
                self.side_focused |= !again;
                if !again {
                    T::compared(self, act, cx);
                }
            }
            _ => match T::section(act) {
                Some(title) => {
                    (self.side, self.side_focused) = (Side::Story, true);
                    self.open_at = Some(title);
                }
                None => return T::act(self, act, cx) || self.pane.motion(act, count),
            },
        }
        true
    }

    /// Brings the section of this number among those with a title into sight; before the first stands what has none.
    pub fn show_section(&mut self, section: usize) {
        if section == 0 {
            self.pane.reset();
        } else {
            self.pane.show(section);
        }
    }

    fn next_rival(&mut self, forward: bool) {
        let count = self.story().map_or(0, T::rivals).max(1);
        self.rival = if forward { (self.rival + 1) % count } else { (self.rival + count - 1) % count };
    }
}
