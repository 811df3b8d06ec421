//! A list to choose from, narrowed by typing.

use crate::tui::{
    canvas::Canvas,
    key::{Code, Key},
    theme::Role,
    widgets::{line::edit, text},
};
use nucleo_matcher::{
    Config, Matcher, Utf32Str,
    pattern::{CaseMatching, Normalization, Pattern},
};
use ratatui::layout::Rect;
use std::cmp::Reverse;
use tui_input::Input;

/// One entry of a list to choose from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub label: String,
    pub doc: String,
    /// Why it cannot be chosen now.
    pub refused: Option<String>,
}

impl Choice {
    pub fn new(label: impl Into<String>, doc: impl Into<String>) -> Self {
        Self { label: label.into(), doc: doc.into(), refused: None }
    }
}

/// The entries that the typed letters leave, by their numbers; those that fit best first.
pub(super) fn narrowed_to(choices: &[Choice], narrowed: &Input) -> Vec<usize> {
    if narrowed.value().is_empty() {
        return (0..choices.len()).collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(narrowed.value(), CaseMatching::Ignore, Normalization::Smart);
    let mut letters = Vec::new();
    let mut found: Vec<(Reverse<u32>, usize)> = (0..choices.len())
        .filter_map(|index| {
            let score = pattern.score(Utf32Str::new(&choices[index].label, &mut letters), &mut matcher)?;
            Some((Reverse(score), index))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().map(|(_, index)| index).collect()
}

pub(super) fn choose(choices: &[Choice], chosen: &mut usize, narrowed: &mut Input, key: Key) -> bool {
    let left = narrowed_to(choices, narrowed);
    let at = left.iter().position(|index| index == chosen);
    let to = match (key.code, key.ctrl) {
        (Code::Down, _) | (Code::Char('n'), true) => at.map_or(0, |at| at + 1),
        (Code::Up, _) | (Code::Char('p'), true) => match at {
            Some(0) | None => return false,
            Some(at) => at - 1,
        },
        (Code::PageDown, _) => at.map_or(0, |at| (at + 8).min(left.len().saturating_sub(1))),
        (Code::PageUp, _) => at.map_or(0, |at| at.saturating_sub(8)),
        _ => {
            if !edit(narrowed, key) {
                return false;
            }
            let left = narrowed_to(choices, narrowed);
            if !left.contains(chosen)
                && let Some(first) = left.first()
            {
                *chosen = *first;
            }
            return true;
        }
    };
    match left.get(to) {
        Some(index) => *chosen = *index,
        None => return false,
    }
    true
}

pub(super) fn view(canvas: &mut Canvas<'_>, choices: &[Choice], chosen: usize, narrowed: &Input, area: Rect, focused: bool) {
    let left = narrowed_to(choices, narrowed);
    let rows = usize::from(area.height.saturating_sub(1)).max(1);
    let at = left.iter().position(|index| *index == chosen).unwrap_or(0);
    let first = (at + 1).saturating_sub(rows);
    let told = left.iter().any(|index| !choices[*index].doc.is_empty() || choices[*index].refused.is_some());
    let most = usize::from(if told { area.width / 2 } else { area.width.saturating_sub(4) });
    let labels = left.iter().map(|index| text::width(&choices[*index].label)).max().unwrap_or(0).min(most);
    let labels = u16::try_from(labels).unwrap_or(0);
    for (y, index) in (area.y..).zip(left.iter().skip(first).take(rows)) {
        let choice = &choices[*index];
        let is_chosen = *index == chosen;
        let role = match (is_chosen, focused, choice.refused.is_some()) {
            (true, true, _) => Role::MenuSelected,
            (true, false, _) => Role::Strong,
            (false, _, true) => Role::Disabled,
            (false, _, false) => Role::Text,
        };
        canvas.put(area.x, y, 2, if is_chosen { "› " } else { "  " }, Role::Key);
        canvas.put(area.x + 2, y, labels, &choice.label, role);
        let doc = choice.refused.as_deref().unwrap_or(&choice.doc);
        let x = area.x + labels + 4;
        canvas.put(x, y, area.right().saturating_sub(x), doc, if choice.refused.is_some() { Role::Warn } else { Role::Dim });
    }
    let y = area.y + u16::try_from(left.len().min(rows)).unwrap_or(0);
    if y >= area.bottom() {
        return;
    }
    let typed = narrowed.value();
    let foot = match (typed.is_empty(), left.len() > rows) {
        (false, _) => format!("{} of {} with `{typed}`", left.len(), choices.len()),
        (true, true) => format!("{} of {}; type to narrow", at + 1, left.len()),
        (true, false) => String::new(),
    };
    canvas.put(area.x + 2, y, area.width.saturating_sub(2), &foot, Role::Disabled);
}
