//! Keymaps and themes by name: the ones built in, and the user's files of the same name before them.

use crate::domain::{
    document,
    problem::{Problem, alternatives, quoted},
    text::Text,
};
use std::path::PathBuf;

/// A kind of document: its folder in the configuration directory and what is built in.
#[derive(Debug, Clone)]
pub struct Library {
    /// `keymaps` or `themes`.
    pub folder: &'static str,
    /// The user's configuration directory, if there is one.
    pub config: Option<PathBuf>,
    pub built_in: &'static [(&'static str, &'static str)],
}

/// One document as read.
#[derive(Debug, Clone)]
pub struct Source {
    /// For messages: the path, or `default.toml (built in)`.
    pub file: String,
    pub text: String,
    built_in: bool,
}

impl Library {
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.built_in.iter().map(|(name, _)| (*name).to_owned()).collect();
        let folder = self.config.as_ref().map(|config| config.join(self.folder));
        for entry in folder.into_iter().flat_map(std::fs::read_dir).flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "toml")
                && let Some(name) = path.file_stem().and_then(|stem| stem.to_str())
                && !names.iter().any(|known| known == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    pub fn read(&self, name: &str) -> Option<Source> {
        let path = self.config.as_ref()?.join(self.folder).join(format!("{name}.toml"));
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(Source { file: path.display().to_string(), text, built_in: false }),
            Err(_) => None,
        }
    }

    fn built_in(&self, name: &str) -> Option<Source> {
        let (name, text) = self.built_in.iter().find(|(known, _)| *known == name)?;
        Some(Source { file: format!("{name}.toml (built in)"), text: (*text).to_owned(), built_in: true })
    }

    /// The document called `name` and those that it inherits, the most general first. A user's file that inherits its
    /// own name means the built-in one; one that is no TOML stands on the built-in one as well, so that something works.
    pub fn chain(&self, name: &str) -> (Vec<Source>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut chain: Vec<Source> = Vec::new();
        let mut next = Some(Wish { name: name.to_owned(), file: format!("{name}.toml"), line: 1, column: 1 });
        while let Some(wish) = next.take() {
            let own_name = chain.last().is_some_and(|heir| !heir.built_in && heir.file.ends_with(&format!("{}.toml", wish.name)));
            let found = if own_name { None } else { self.read(&wish.name) }.or_else(|| self.built_in(&wish.name));
            let Some(source) = found else {
                let names = self.names();
                let there = alternatives(names.iter().map(String::as_str));
                problems.push(wish.problem(format!("there is no {} in {}", quoted(&wish.name), self.folder), format!("there is {there}")));
                break;
            };
            if chain.iter().any(|known| known.file == source.file) {
                problems.push(wish.problem(format!("{} inherits itself", quoted(&wish.name)), String::new()));
                break;
            }
            next = source.parent().or_else(|| source.is_broken().then(|| wish.again(self.built_in[0].0)));
            chain.push(source);
        }
        // Whatever is wrong with the chain, it ends in something that works.
        if !chain.iter().any(|source| source.built_in) && !problems.is_empty() {
            chain.extend(self.built_in(self.built_in[0].0));
        }
        chain.reverse();
        (chain, problems)
    }
}

/// A document that is looked for, and where it was named.
struct Wish {
    name: String,
    file: String,
    line: usize,
    column: usize,
}

impl Wish {
    fn problem(&self, message: String, hint: String) -> Problem {
        Problem { file: Text::clean(&self.file), line: self.line, column: self.column, message, hint }
    }

    fn again(&self, name: &str) -> Self {
        Self { name: name.to_owned(), file: self.file.clone(), ..*self }
    }
}

impl Source {
    fn parent(&self) -> Option<Wish> {
        let mut parent = None;
        // What else is wrong with it is told when it is read for what it says.
        let _ = document::read(&self.file, &self.text, |table| {
            parent = table.optional("inherits").and_then(|value| Some((value.any_text()?, value.position())));
        });
        let (name, (line, column)) = parent?;
        Some(Wish { name: name.to_string(), file: self.file.clone(), line, column })
    }

    /// Whether not a word of it can be read.
    fn is_broken(&self) -> bool {
        let mut read = false;
        let _ = document::read(&self.file, &self.text, |_| read = true);
        !read
    }
}

#[cfg(test)]
mod tests {
    use crate::tui::{
        action::Act,
        keymap::{Keymap, library},
    };

    /// Names and texts.
    type Files<'a> = &'a [(&'a str, &'a str)];

    /// A keymap loaded from a folder with these files.
    fn load(files: Files<'_>, name: &str) -> (Keymap, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("keymaps")).unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join("keymaps").join(name), text).unwrap();
        }
        let (keymap, problems) = Keymap::load(&library(Some(folder.path().to_owned())), name);
        let root = folder.path().join("keymaps").display().to_string() + "/";
        (keymap, problems.iter().map(|problem| problem.to_string().replace(&root, "")).collect())
    }

    #[test]
    fn whatever_is_wrong_with_a_keymap_there_are_keys() {
        let broken = "[list\n\"j\" = = 3";
        let cases: [(Files<'_>, &str, &str); 5] = [
            (&[], "mine", "mine.toml:1:1: there is no \"mine\" in keymaps; there is default, vim or emacs"),
            (&[("default.toml", broken)], "default", "default.toml:1:6: unclosed table, expected `]`"),
            (&[("mine.toml", broken)], "mine", "mine.toml:1:6: unclosed table, expected `]`"),
            (
                &[("mine.toml", "inherits = \"yours\"\n")],
                "mine",
                "mine.toml:1:12: there is no \"yours\" in keymaps; there is default, vim, emacs or mine",
            ),
            (&[("a.toml", "inherits = \"b\"\n"), ("b.toml", "inherits = \"a\"\n")], "a", "b.toml:1:12: \"a\" inherits itself"),
        ];
        for (files, name, sentence) in cases {
            let (keymap, told) = load(files, name);
            assert_eq!(told.first().map(String::as_str), Some(sentence));
            assert_eq!(keymap.label(Act::Quit), "q", "{name} after {sentence}");
        }
        let (keymap, told) = load(&[("default.toml", "inherits = \"default\"\n[global]\n\"Q\" = \"quit\"\n\"q\" = \"none\"\n")], "default");
        assert_eq!((keymap.label(Act::Quit), told), ("Q", Vec::new()));
    }
}
