//! The help of this context: every key that works here, from the live map.

use super::pane::{Pane, Row, Section};
use crate::tui::{
    action::{ACTIONS, Act, Availability, Context},
    canvas::Canvas,
    key::{Key, spell},
    keymap::Keymap,
    theme::Role,
};
use ratatui::layout::Rect;

/// One section per context, innermost first; each action once, with all its keys.
pub fn sections(keymap: &Keymap, contexts: &[Context], availability: impl Fn(Act) -> Availability) -> Vec<Section> {
    contexts
        .iter()
        .map(|context| {
            let bound = keymap.bindings(*context);
            let rows = ACTIONS.iter().filter_map(|action| {
                let keys: Vec<&[Key]> = bound.iter().filter(|(_, act)| *act == action.id).map(|(keys, _)| keys.as_slice()).collect();
                if keys.is_empty() {
                    return None;
                }
                Some(row(action.id, &keys, &availability(action.id)))
            });
            Section::new(context.title(), rows.collect())
        })
        .chain(std::iter::once(grammar()))
        .collect()
}

fn row(act: Act, keys: &[&[Key]], availability: &Availability) -> Row {
    const KEYS: usize = 22;
    let mut spelt: Vec<String> = keys.iter().map(|keys| spell(keys)).collect();
    spelt.sort_by_key(|keys| (keys.chars().count(), keys.clone()));
    let spelt = super::text::cut(&spelt.join("  "), KEYS - 2);
    let padding = " ".repeat(KEYS - super::text::width(&spelt));
    let mut pieces = vec![(spelt, Role::Key), (padding, Role::Text), (act.row().doc.to_owned(), Role::Text)];
    if let Availability::No(why) = availability {
        pieces[2].1 = Role::Disabled;
        pieces.push((format!("  – {why}"), Role::Warn));
    }
    Row::pieces(pieces).hanging(22)
}

fn grammar() -> Section {
    let row = |keys: &str, doc: &str| {
        let padding = " ".repeat(22_usize.saturating_sub(super::text::width(keys)));
        Row::pieces(vec![(keys.to_owned(), Role::Key), (padding, Role::Text), (doc.to_owned(), Role::Text)]).hanging(22)
    };
    Section::new(
        "The grammar",
        vec![
            row("5j  12G", "a number before a motion repeats it; before G it is the row"),
            row("1 … 9", "a digit that nothing follows goes to the room of that number; esc forgets it"),
            row("space a", "with rows marked, a verb is about all of them and shows its plan first"),
            row("g …", "a key that begins a chord waits and shows what may follow"),
        ],
    )
}

pub fn area(area: Rect) -> Rect {
    crate::tui::canvas::centered(area, area.width.saturating_sub(6).min(110), area.height.saturating_sub(2))
}

pub fn view(canvas: &mut Canvas<'_>, area: Rect, pane: &Pane, sections: &[Section]) {
    let inner = canvas.frame(self::area(area), "Help · j k scroll · esc closes", Role::BorderFocused);
    pane.view(canvas, inner, sections);
}
