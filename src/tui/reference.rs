//! Tables for people, made from the one table of actions and the keymaps: the README's, and what `pilothouse keys` prints.

use super::{
    action::{ACTIONS, Act, Context, Danger},
    key::spell,
    keymap::Keymap,
};
use std::fmt::Write as _;

/// One row of the reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub context: Context,
    pub act: Act,
    /// All its keys, the first one shown in the hint bar.
    pub keys: Vec<String>,
}

/// Every action with its keys, in the order of the table of actions.
pub fn entries(keymap: &Keymap) -> Vec<Entry> {
    let spelt = |act| keymap.keys_of(act).iter().map(|keys| spell(keys)).collect();
    ACTIONS.iter().map(|action| Entry { context: action.context, act: action.id, keys: spelt(action.id) }).collect()
}

/// A Markdown table per context.
pub fn markdown(keymap: &Keymap) -> String {
    let all = entries(keymap);
    let mut out = String::new();
    for context in Context::ALL {
        let _ = writeln!(out, "### {}\n\n| keys | action | what it does |\n|---|---|---|", context.title());
        for entry in all.iter().filter(|entry| entry.context == context) {
            let action = entry.act.row();
            // A bar would end the cell, and one backtick inside another pair ends that.
            let code = |keys: &String| if keys.contains('`') { format!("`` {keys} ``") } else { format!("`{}`", keys.replace('|', "\\|")) };
            let keys: Vec<String> = entry.keys.iter().map(code).collect();
            let last = match action.danger {
                Danger::Final => " (cannot be undone)",
                Danger::Lasting => " (`undo` leaves it)",
                Danger::None | Danger::Undoable | Danger::Weighed => "",
            };
            let _ = writeln!(out, "| {} | {} | {}{last} |", keys.join(" "), action.name, action.doc);
        }
        out.push('\n');
    }
    out
}

/// The same as plain lines, for the terminal.
pub fn plain(keymap: &Keymap) -> String {
    let all = entries(keymap);
    let keys_wide = all.iter().map(|entry| entry.keys.join("  ").chars().count()).max().unwrap_or(0);
    let name_wide = ACTIONS.iter().map(|action| action.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for context in Context::ALL {
        let _ = writeln!(out, "{} [{}]", context.title(), context.name());
        for entry in all.iter().filter(|entry| entry.context == context) {
            let action = entry.act.row();
            let line = format!("  {:keys_wide$}  {:name_wide$}  {}\n", entry.keys.join("  "), action.name, action.doc);
            out.push_str(&line);
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_stands_in_both_tables_once() {
        let keymap = Keymap::built_in("default");
        for text in [markdown(&keymap), plain(&keymap)] {
            for action in ACTIONS {
                let lines =
                    text.lines().filter(|line| line.split([' ', '|']).any(|word| word == action.name) && line.contains(action.doc)).count();
                assert_eq!(lines, 1, "{} in\n{text}", action.name);
            }
        }
    }
}
