//! Keymaps and themes by name: the ones built in, and the user's files of the same name before them.

use super::problem::Problem;
use std::path::PathBuf;
use toml::de::DeTable;

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
    /// own name means the built-in one.
    pub fn chain(&self, name: &str) -> (Vec<Source>, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut chain: Vec<Source> = Vec::new();
        let mut next = Some((name.to_owned(), None));
        while let Some((wanted, asked)) = next.take() {
            let own_name = chain.last().is_some_and(|heir| !heir.built_in && heir.file.ends_with(&format!("{wanted}.toml")));
            let found = if own_name { None } else { self.read(&wanted) }.or_else(|| self.built_in(&wanted));
            let Some(source) = found else {
                let message = format!("there is no `{wanted}` in {}; there is {}", self.folder, self.names().join(", "));
                problems.push(asked.unwrap_or(Problem { file: format!("{wanted}.toml"), line: 1, column: 1, message }));
                break;
            };
            if chain.iter().any(|known| known.file == source.file) {
                problems.extend(asked.map(|problem| Problem { message: format!("`{wanted}` inherits itself"), ..problem }));
                break;
            }
            if let Ok(table) = DeTable::parse(&source.text)
                && let Some(parent) = table.get_ref().get("inherits")
            {
                let message = format!("there is no `{}` to inherit", parent.get_ref().as_str().unwrap_or_default());
                let problem = Problem::at(&source.file, &source.text, parent.span(), message);
                match parent.get_ref().as_str() {
                    Some(parent) => next = Some((parent.to_owned(), Some(problem))),
                    None => problems.push(Problem { message: "`inherits` takes a name in quotes".to_owned(), ..problem }),
                }
            }
            chain.push(source);
        }
        chain.reverse();
        (chain, problems)
    }
}
