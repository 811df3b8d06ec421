//! What the person chose: keymap, theme, editor. Read again while the console runs, whenever a file changes.

use super::{
    Msg,
    keymap::{self, Keymap},
    notify::Notify,
    theme::{self, Depth, Theme},
};
use crate::domain::problem::Problem;
use notify::Watcher as _;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

#[derive(Debug, Clone)]
pub struct Settings {
    /// Where `keymaps/` and `themes/` of the user are.
    pub config: Option<PathBuf>,
    pub keymap: String,
    /// `None` follows the terminal's background.
    pub theme: Option<String>,
    pub depth: Depth,
    /// The command for long notes.
    pub editor: String,
    pub in_tmux: bool,
    /// How to call the person when something needs them.
    pub notify: Notify,
    /// What the background turned out to be; dark until the terminal or `COLORFGBG` (rxvt, Konsole) says otherwise.
    pub dark: bool,
}

impl Settings {
    /// What the environment says; `variable` reads it.
    pub fn from_environment(config: Option<PathBuf>, variable: impl Fn(&str) -> Option<String>) -> Self {
        let editor = variable("VISUAL").or_else(|| variable("EDITOR")).filter(|editor| !editor.trim().is_empty());
        Self {
            config,
            keymap: "default".to_owned(),
            theme: None,
            depth: Depth::detect(&variable),
            editor: editor.unwrap_or_else(|| "vi".to_owned()),
            in_tmux: variable("TMUX").is_some(),
            notify: Notify::detect(&variable),
            dark: !variable("COLORFGBG").is_some_and(|colors| matches!(colors.rsplit(';').next(), Some("7" | "15"))),
        }
    }

    fn theme_name(&self) -> String {
        let fallback = match (self.depth, self.dark) {
            (Depth::None, _) => "none",
            (Depth::Sixteen, _) => "16",
            (_, true) => "dark",
            (_, false) => "light",
        };
        self.theme.clone().unwrap_or_else(|| fallback.to_owned())
    }

    pub fn theme(&self) -> (Theme, Vec<Problem>) {
        Theme::load(&theme::library(self.config.clone()), &self.theme_name(), self.depth)
    }

    pub fn keymap(&self) -> (Keymap, Vec<Problem>) {
        Keymap::load(&keymap::library(self.config.clone()), &self.keymap)
    }

    /// The theme after the one in use.
    pub fn next_theme(&mut self) -> (Theme, Vec<Problem>) {
        let names = theme::library(self.config.clone()).names();
        let at = names.iter().position(|name| *name == self.theme_name()).map_or(0, |at| at + 1);
        self.theme = names.get(at % names.len().max(1)).cloned();
        self.theme()
    }

    /// The terminal told its background; a theme only when that changes something.
    pub fn suit_background(&mut self, dark: bool) -> Option<(Theme, Vec<Problem>)> {
        let changed = self.theme.is_none() && self.dark != dark;
        self.dark = dark;
        changed.then(|| self.theme())
    }

    /// Says so whenever a keymap or theme file changes, for as long as the result lives.
    /// Without a configuration directory there is nothing to watch.
    pub fn watch<M: Send + 'static>(&self, answers: UnboundedSender<Msg<M>>) -> Option<notify::RecommendedWatcher> {
        let (changed, changes) = channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = changed.send(());
            }
        })
        .ok()?;
        let config = self.config.clone()?;
        let watched =
            ["keymaps", "themes"].iter().filter(|folder| watcher.watch(&config.join(folder), notify::RecursiveMode::NonRecursive).is_ok());
        if watched.count() == 0 {
            return None;
        }
        std::thread::spawn(move || {
            while changes.recv().is_ok() {
                // Editors write a file in several steps; wait until they are done.
                while changes.recv_timeout(Duration::from_millis(60)) != Err(RecvTimeoutError::Timeout) {}
                if answers.send(Msg::FilesChanged).is_err() {
                    return;
                }
            }
        });
        Some(watcher)
    }
}

/// Opens the editor on `text` and gives back what was saved.
pub(super) async fn edit(editor: &str, text: String) -> Result<String, String> {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("pilothouse-note-{}.md", std::process::id()));
    let failed = |error: &dyn std::fmt::Display| format!("the editor `{editor}` did not work: {error}; what you typed is still there");
    std::fs::write(&path, &text).map_err(|error| failed(&error))?;
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = tokio::process::Command::new(program).args(words).arg(&path).status().await;
    let edited = std::fs::read_to_string(&path);
    let _ = std::fs::remove_file(&path);
    match status {
        Ok(status) if status.success() => edited.map_err(|error| failed(&error)),
        Ok(status) => Err(failed(&status)),
        Err(error) => Err(failed(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_a_light_background_until_the_terminal_does() {
        let name = |colors: &'static str| {
            let variable = move |name: &str| match name {
                "COLORFGBG" => Some(colors.to_owned()),
                "COLORTERM" => Some("truecolor".to_owned()),
                "TERM" => Some("xterm-256color".to_owned()),
                _ => None,
            };
            Settings::from_environment(None, variable).theme_name()
        };
        assert_eq!([name("0;15"), name("0;default;7"), name("15;0"), name("")], ["light", "light", "dark", "dark"]);
    }
}
