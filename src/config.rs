//! What the program was told: flags, then the environment, then the configuration file, read once into a plain struct.

use crate::{
    domain::{document, problem::Problem, text::Text},
    error::{Error, Result},
    store::Address,
    tui::notify::{self, Notify},
};
use etcetera::BaseStrategy;
use std::path::{Path, PathBuf};

/// The environment variables that mean something to us, with what they mean; the help and the README list them.
pub const VARIABLES: &[(&str, &str)] = &[
    ("PILOTHOUSE_DATABASE_URL", "the database, as `--database` takes it"),
    ("PILOTHOUSE_OPERATOR", "the operator, as `--as` takes it"),
    ("PILOTHOUSE_NOTIFY", "how to call you when something needs you, as `--notify` takes it"),
    ("PILOTHOUSE_CONFIG", "the configuration file, as `--config` takes it"),
    ("PILOTHOUSE_LOG", "how much is logged: error, warn, info, debug, or a filter such as `pilothouse::store=debug`"),
    ("VISUAL, EDITOR", "the editor for long notes"),
    ("COLORFGBG", "whether the background is light, until the terminal itself says so"),
    ("NO_COLOR", "when set to anything, no colours"),
];

/// What was said on the command line; it comes before the environment and the file.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub database: Option<Address>,
    pub operator: Option<String>,
    pub config: Option<PathBuf>,
    pub read_only: bool,
}

/// Everything that a verb may want to know about how it is to work.
#[derive(Debug, Clone)]
pub struct Config {
    pub database: Address,
    /// Who was named as operator, and where.
    pub operator: Option<Named>,
    /// The name of the person in the operating system.
    pub user: Text,
    pub read_only: bool,
    /// The banner that no theme can hide.
    pub production: bool,
    /// `None` follows the terminal's background.
    pub theme: Option<String>,
    pub keymap: String,
    /// `None` is what the terminal is known to understand.
    pub notify: Option<Notify>,
    pub folders: Folders,
    /// The configuration file that was read.
    pub file: Option<PathBuf>,
}

/// A value and where it was said, for sentences about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub value: Text,
    /// `--as`, `PILOTHOUSE_OPERATOR`, or `operator in /path/config.toml`.
    pub by: String,
}

/// The person's folders, as the XDG base directory specification has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `config.toml`, `keymaps/`, `themes/`, `mappings/`.
    pub config: PathBuf,
    /// The database when nobody named another.
    pub data: PathBuf,
    /// The log.
    pub state: PathBuf,
}

impl Folders {
    pub fn of_user() -> Result<Self> {
        let strategy = etcetera::choose_base_strategy()
            .map_err(|_| Error::expected("your home directory is not known: set HOME, or name the files with --database and --config"))?;
        let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Ok(Self {
            config: strategy.config_dir().join("pilothouse"),
            data: strategy.data_dir().join("pilothouse"),
            state: state.join("pilothouse"),
        })
    }

    pub fn database(&self) -> PathBuf {
        self.data.join("channel.db")
    }

    pub fn log(&self) -> PathBuf {
        self.state.join("pilothouse.log")
    }
}

/// The configuration file as it stands; everything in it is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    pub database: Option<Address>,
    pub operator: Option<Text>,
    pub read_only: bool,
    pub production: bool,
    pub theme: Option<String>,
    pub keymap: Option<String>,
    pub notify: Option<Notify>,
}

impl File {
    /// Reads the document; every mistake is reported with its line and column.
    pub fn parse(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        document::read(name, text, |table| Self {
            database: table.optional("database").and_then(|value| {
                let text = value.any_text()?;
                text.parse().map_err(|error: crate::store::Error| value.problem(error.to_string(), "")).ok()
            }),
            operator: table.optional("operator").and_then(|value| value.text()),
            read_only: table.optional("read_only").and_then(|value| value.boolean()).unwrap_or(false),
            production: table.optional("production").and_then(|value| value.boolean()).unwrap_or(false),
            theme: table.optional("theme").and_then(|value| value.text()).map(|text| text.to_string()),
            keymap: table.optional("keymap").and_then(|value| value.text()).map(|text| text.to_string()),
            notify: table.optional("notify").and_then(|value| value.one_of(&notify::NAMES)),
        })
    }
}

impl Config {
    /// `variable` reads the environment.
    pub fn read(flags: Flags, folders: Folders, variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let named = flags.config.clone().or_else(|| set("PILOTHOUSE_CONFIG").map(Into::into));
        let (path, file) = file(named.as_deref(), &folders)?;
        let from_environment = match set("PILOTHOUSE_DATABASE_URL") {
            Some(url) => Some(url.parse::<Address>().map_err(|error| Error::expected(format!("PILOTHOUSE_DATABASE_URL: {error}")))?),
            None => None,
        };
        let named = flags.database.or(from_environment).or(file.database);
        let said = |value: String, by: &str| Named { value: Text::clean(value.trim()), by: by.to_owned() };
        let operator = flags
            .operator
            .map(|name| said(name, "--as"))
            .or_else(|| set("PILOTHOUSE_OPERATOR").map(|name| said(name, "PILOTHOUSE_OPERATOR")))
            .or_else(|| Some(said(file.operator?.to_string(), &format!("operator in {}", path.as_ref()?.display()))));
        let notify = match set("PILOTHOUSE_NOTIFY") {
            Some(name) => Some(notify::named(&name).map_err(|error| Error::expected(format!("PILOTHOUSE_NOTIFY: {error}")))?),
            None => None,
        };
        let user = set("USER").or_else(|| set("LOGNAME")).unwrap_or_else(|| "operator".to_owned());
        Ok(Self {
            database: named.unwrap_or_else(|| Address::Sqlite(folders.database())),
            operator,
            user: Text::clean(&user),
            read_only: flags.read_only || file.read_only,
            production: file.production,
            theme: file.theme,
            keymap: file.keymap.unwrap_or_else(|| "default".to_owned()),
            notify: notify.or(file.notify),
            folders,
            file: path,
        })
    }
}

/// The configuration file: the one that was named has to be there, the usual one need not.
fn file(named: Option<&Path>, folders: &Folders) -> Result<(Option<PathBuf>, File)> {
    let path = named.map_or_else(|| folders.config.join("config.toml"), Path::to_path_buf);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => return Ok((None, File::default())),
        Err(error) => return Err(Error::expected(format!("the configuration file {} can't be read: {error}", path.display()))),
    };
    let parsed = File::parse(&shown(&path), &text).map_err(|problems| Error::problems(&problems))?;
    Ok((Some(path), parsed))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
