//! What the terminal can do, as far as it can be known without asking it.

use super::Finding;
use std::env;

/// The smallest screen on which every room is usable.
const LEAST: (u16, u16) = (80, 24);

pub fn findings() -> Vec<Finding> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    vec![size(crossterm::terminal::size().ok()), term(set("TERM").as_deref()), colours(&set), encoding(&set), clipboard(&set)]
}

fn size(found: Option<(u16, u16)>) -> Finding {
    match found {
        Some((width, height)) if width >= LEAST.0 && height >= LEAST.1 => Finding::good("screen", format!("{width}x{height}")),
        Some((width, height)) => {
            Finding::weak("screen", format!("{width}x{height}"), format!("make it {}x{} or larger: columns are left out", LEAST.0, LEAST.1))
        }
        None => Finding::weak("screen", "no terminal", "the console needs one; `pilothouse print` does not"),
    }
}

fn term(found: Option<&str>) -> Finding {
    match found {
        None => Finding::weak("TERM", "not set", "set TERM, such as xterm-256color"),
        Some("dumb") => Finding::bad("TERM", "dumb", "this terminal can't place text; use `pilothouse print`"),
        Some(name) => Finding::good("TERM", name),
    }
}

fn colours(set: &impl Fn(&str) -> Option<String>) -> Finding {
    let term = set("TERM").unwrap_or_default();
    if set("NO_COLOR").is_some() {
        return Finding::good("colours", "none, because NO_COLOR is set; every state is in words and shapes as well");
    }
    match set("COLORTERM").as_deref() {
        Some("truecolor" | "24bit") => Finding::good("colours", "16 million"),
        _ if term.contains("256color") || term.contains("direct") => Finding::good("colours", "256"),
        _ => Finding::weak("colours", "16", "if the terminal can do more, set TERM=xterm-256color or COLORTERM=truecolor"),
    }
}

fn encoding(set: &impl Fn(&str) -> Option<String>) -> Finding {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name));
    match locale {
        Some(locale) if locale.to_ascii_lowercase().replace('-', "").contains("utf8") => Finding::good("encoding", locale),
        Some(locale) => Finding::weak("encoding", locale, "names in other scripts need UTF-8: set LANG, such as C.UTF-8"),
        None => Finding::weak("encoding", "no locale is set", "names in other scripts need UTF-8: set LANG, such as C.UTF-8"),
    }
}

fn clipboard(set: &impl Fn(&str) -> Option<String>) -> Finding {
    if set("TMUX").is_some() {
        let advice = "copying passes tmux with `set -g set-clipboard on` and `set -g allow-passthrough on`";
        return Finding::weak("clipboard", "OSC 52 inside tmux", advice);
    }
    if set("STY").is_some() {
        return Finding::weak("clipboard", "OSC 52 inside screen", "GNU screen does not pass it on; tmux does");
    }
    Finding::good("clipboard", "OSC 52, so that copying works over SSH")
}
